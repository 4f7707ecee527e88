//! Flows: checked and published. A published version is what the next call gets; calls under way keep theirs.

use std::sync::Arc;

use tandem_core::OrgScope;
use tandem_edge::identity;
use tandem_proto::{
    DivisionId, FieldError, FlowId, Stream, Topic, api, events::contact_centre::FlowPublished,
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{FLOWS, Published, Settings, Target, to_json};
use crate::{
    Engage, EngageError,
    conversation::References,
    flow::{self, Flow, Names, Step},
    tables::FLOWS_COUNTED,
};

impl Engage {
    /// What is wrong with a flow's text; nothing when it could be published.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn check_flow(&self, scope: OrgScope, text: &str) -> Result<Vec<FieldError>, EngageError> {
        let org = self.org(scope).await?;
        let names = self.names(&org.settings());
        Ok(flow::parse(text, &names).err().unwrap_or_default())
    }

    /// Publishes a flow: a new one, or the next version of one there is.
    ///
    /// # Errors
    /// [`EngageError::BadFlow`], a name that is taken, no such flow, another version, or when the store fails.
    pub async fn publish_flow(
        &self,
        scope: OrgScope,
        cause: Cause,
        target: Target<FlowId>,
        text: String,
    ) -> Result<api::Flow, EngageError> {
        let org = self.org(scope).await?;
        let _changing = org.changing.lock().await;
        let new = target.division();
        let (flow, references, was, id, version) = {
            let (settings, id) = (org.settings(), target.id());
            let was = match id {
                Some(id) => Some(settings.flows.get(&id).ok_or(EngageError::NotFound("flow"))?.view.clone()),
                None => None,
            };
            let version = was.as_ref().map_or(0, |was| was.version);
            target.check(version)?;
            let flow = flow::parse(&text, &self.names(&settings)).map_err(EngageError::BadFlow)?;
            if settings.flows.values().any(|other| other.view.name == flow.name && Some(other.view.id) != id)
            {
                return Err(EngageError::Taken { what: "flow", name: flow.name });
            }
            let references = references(&flow, &settings);
            (flow, references, was, id.unwrap_or_else(FlowId::generate), version + 1)
        };
        let division = new.or(was.as_ref().map(|was| was.division));
        let division = division.unwrap_or_else(|| DivisionId::home(scope.org()));
        let (name, published_at) = (flow.name.clone(), self.clock().now());
        let mut view = api::Flow { id, name, version, text, published_at, division };
        let (row, refs) = (view.clone(), to_json(&references));
        view.published_at = org
            .write(self.store(), cause, move |tx| {
                Box::pin(async move {
                    if was.is_none() {
                        FLOWS_COUNTED.one_more::<EngageError>(tx).await?;
                    }
                    let change = Change::new("flow.published", "flow", row.id);
                    let change = was.iter().fold(change, |change, was| change.before(&shown(was)));
                    tx.audit(change.after(&shown(&row))).await?;
                    let published_at = write(tx, row, refs).await?;
                    if let Some(division) = new {
                        identity::put(tx, &FLOWS, id, division).await?;
                    }
                    Ok::<_, EngageError>(published_at)
                })
            })
            .await?;
        let published = Published { view: view.clone(), flow: Arc::new(flow), references };
        org.change(|settings| drop(settings.flows.insert(id, published)));
        Ok(view)
    }

    /// What a flow of this org may name.
    fn names(&self, settings: &Settings) -> Names {
        Names {
            sounds: Some((*self.sounds()).clone()),
            queues: Some(settings.queues.values().map(|queue| queue.settings.name.clone()).collect()),
            skills: Some(settings.skills.values().cloned().collect()),
        }
    }
}

/// Ids for the names in a flow, so that renaming a queue does not break it.
fn references(flow: &Flow, settings: &Settings) -> References {
    let mut references = References::default();
    for node in &flow.nodes {
        let Step::Queue { queue, skills, .. } = &node.step else { continue };
        let named = settings.queues.values().find(|other| other.settings.name == *queue);
        references.queues.extend(named.map(|found| (queue.clone(), found.id)));
        for (skill, _) in skills {
            let named = settings.skills.iter().find(|(_, name)| *name == skill);
            references.skills.extend(named.map(|(id, _)| (skill.clone(), *id)));
        }
    }
    references
}

/// What an audit entry shows of a flow.
fn shown(flow: &api::Flow) -> serde_json::Value {
    serde_json::json!({ "name": flow.name, "version": flow.version, "text": flow.text })
}

async fn write(tx: &mut Tx, flow: api::Flow, refs: String) -> Result<tandem_proto::Timestamp, StoreError> {
    let (org, now) = (tx.scope().org(), tx.now());
    sqlx::query(
        "INSERT INTO engage_flows (org, id, name, version, text, refs, published_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (org, id) DO UPDATE SET name = excluded.name, version = excluded.version, text = excluded.text,
           refs = excluded.refs, published_at = excluded.published_at",
    )
    .bind(org.to_string())
    .bind(flow.id.to_string())
    .bind(flow.name.clone())
    .bind(flow.version)
    .bind(flow.text.clone())
    .bind(refs)
    .bind(now.micros())
    .execute(tx.conn())
    .await?;
    let event = FlowPublished { flow: flow.id, name: flow.name, version: flow.version, text: flow.text };
    tx.append(Stream::flow(flow.id), Expect::Version(flow.version - 1), &[Topic::supervisors(org)], &event)
        .await?;
    Ok(now)
}
