//! Reads an org's settings.

use std::{collections::BTreeMap, sync::Arc};

use sqlx::{Row, any::AnyRow};
use tandem_core::OrgScope;
use tandem_proto::{Cursor, FlowId, QueueId, Stream, Timestamp, api, events::contact_centre::FlowPublished};
use tandem_store::{EventFilter, Store, StoreError};

use super::{Published, Settings, json, parsed};
use crate::flow::{self, Flow, Names};

const TABLE: &str = "engage_flows";
const QUEUES: &str =
    "SELECT id, settings, version, COALESCE(division, org) AS division FROM engage_queues WHERE org = $1";
/// Versions of a flow read at a time.
const VERSIONS: u32 = 100;

/// Everything an org set up.
pub(crate) async fn load(store: &Store, scope: OrgScope) -> Result<Settings, StoreError> {
    let mut reader = store.scoped(scope).await?;
    let mut read = async |sql: &'static str| {
        sqlx::query(sql).bind(scope.org().to_string()).fetch_all(&mut *reader).await
    };
    let queues = read(QUEUES).await?;
    let skills = read("SELECT id, name FROM engage_skills WHERE org = $1").await?;
    let agents = read("SELECT user_id, skills FROM engage_agent_skills WHERE org = $1").await?;
    let codes = read("SELECT id, name FROM engage_wrap_up_codes WHERE org = $1").await?;
    let flows = read(
        "SELECT id, name, version, text, refs, published_at, COALESCE(division, org) AS division FROM engage_flows WHERE org = $1",
    )
    .await?;
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

/// An org's queues alone.
pub(crate) async fn queues(
    store: &Store,
    scope: OrgScope,
) -> Result<BTreeMap<QueueId, api::Queue>, StoreError> {
    let rows =
        sqlx::query(QUEUES).bind(scope.org().to_string()).fetch_all(&mut *store.scoped(scope).await?).await?;
    keyed(rows.iter().map(queue), |queue| queue.id)
}

/// A flow as it was published once: calls under way keep their version.
pub(crate) async fn flow_version(
    store: &Store,
    scope: OrgScope,
    id: FlowId,
    version: i64,
) -> Result<Option<Arc<Flow>>, StoreError> {
    let filter = EventFilter { stream: Some(Stream::flow(id)), ..EventFilter::default() };
    let mut after = Cursor::START;
    loop {
        let (events, next) = store.events(scope, &filter, after, VERSIONS).await?;
        for event in &events {
            let published: Option<FlowPublished> = event
                .decode()
                .map_err(|error| StoreError::Damaged { table: "events", reason: error.to_string() })?;
            if let Some(published) = published.filter(|published| published.version == version) {
                let flow = flow::parse(&published.text, &Names::default());
                return flow
                    .map(|flow| Some(Arc::new(flow)))
                    .map_err(|faults| damaged(&published.name, &faults));
            }
        }
        if events.len() < VERSIONS as usize {
            return Ok(None);
        }
        after = next;
    }
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
        division: parsed(row, "engage_queues", "division")?,
        version: row.try_get("version")?,
    })
}

fn published(row: &AnyRow) -> Result<Published, StoreError> {
    let view = api::Flow {
        id: parsed(row, TABLE, "id")?,
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        text: row.try_get("text")?,
        published_at: Timestamp::from_micros(row.try_get("published_at")?),
        division: parsed(row, TABLE, "division")?,
    };
    // Names were checked when it was published; a sound that is gone since is silence, not a reason to drop calls.
    let flow = flow::parse(&view.text, &Names::default()).map_err(|faults| damaged(&view.name, &faults))?;
    Ok(Published { view, flow: Arc::new(flow), references: json(row, TABLE, "refs")? })
}

fn damaged(flow: &str, faults: &[tandem_proto::FieldError]) -> StoreError {
    StoreError::Damaged { table: TABLE, reason: format!("{flow}: {faults:?}") }
}
