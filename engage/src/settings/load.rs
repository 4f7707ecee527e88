//! Reads an org's settings.

use std::{collections::BTreeMap, sync::Arc};

use sqlx::{AnyPool, Row, any::AnyRow};
use tandem_core::OrgScope;
use tandem_proto::{Timestamp, api};
use tandem_store::StoreError;

use super::{Published, Settings, json, parsed};
use crate::flow::{self, Names};

/// Everything an org set up.
pub(super) async fn load(pool: &AnyPool, scope: OrgScope) -> Result<Settings, StoreError> {
    let read = async |sql: &'static str| sqlx::query(sql).bind(scope.org().to_string()).fetch_all(pool).await;
    let queues = read("SELECT id, settings, version FROM engage_queues WHERE org = $1").await?;
    let skills = read("SELECT id, name FROM engage_skills WHERE org = $1").await?;
    let agents = read("SELECT user_id, skills FROM engage_agent_skills WHERE org = $1").await?;
    let codes = read("SELECT id, name FROM engage_wrap_up_codes WHERE org = $1").await?;
    let flows =
        read("SELECT id, name, version, text, refs, published_at FROM engage_flows WHERE org = $1").await?;
    let named = |row: &AnyRow, table| Ok::<_, StoreError>((parsed(row, table, "id")?, row.try_get("name")?));
    Ok(Settings {
        queues: keyed(queues.iter().map(queue), |queue| queue.id)?,
        skills: skills.iter().map(|row| named(row, "engage_skills")).collect::<Result<_, _>>()?,
        agent_skills: agents
            .iter()
            .map(|row| {
                Ok((
                    parsed(row, "engage_agent_skills", "user_id")?,
                    json(row, "engage_agent_skills", "skills")?,
                ))
            })
            .collect::<Result<_, StoreError>>()?,
        codes: codes
            .iter()
            .map(|row| Ok((parsed(row, "engage_wrap_up_codes", "id")?, row.try_get("name")?)))
            .collect::<Result<_, StoreError>>()?,
        flows: keyed(flows.iter().map(published), |published| published.view.id)?,
    })
}

fn keyed<K: Ord, T>(
    items: impl Iterator<Item = Result<T, StoreError>>,
    key: impl Fn(&T) -> K,
) -> Result<BTreeMap<K, T>, StoreError> {
    items.map(|item| item.map(|item| (key(&item), item))).collect()
}

fn queue(row: &AnyRow) -> Result<api::Queue, StoreError> {
    Ok(api::Queue {
        id: parsed(row, "engage_queues", "id")?,
        settings: json(row, "engage_queues", "settings")?,
        version: row.try_get("version")?,
    })
}

fn published(row: &AnyRow) -> Result<Published, StoreError> {
    const TABLE: &str = "engage_flows";
    let view = api::Flow {
        id: parsed(row, TABLE, "id")?,
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        text: row.try_get("text")?,
        published_at: Timestamp::from_micros(row.try_get("published_at")?),
    };
    // Names were checked when it was published; a sound that is gone since is silence, not a reason to drop calls.
    let flow = flow::parse(&view.text, &Names::default()).map_err(|faults| StoreError::Damaged {
        table: TABLE,
        reason: format!("{}: {faults:?}", view.name),
    })?;
    Ok(Published { view, flow: Arc::new(flow), references: json(row, TABLE, "refs")? })
}
