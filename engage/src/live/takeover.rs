//! Going on with an org's contact centre where its last owner stopped.
//!
//! The order matters. Conversations are reachable before routing runs, because what it decides is told once; numbers are as of the moment
//! between the two owners; and nobody is called off queue while browsers are still on their way back.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tandem_cluster::Claim;
use tandem_core::OrgScope;
use tandem_proto::{
    ConversationId, Timestamp,
    api::{ConversationState, Outcome},
};
use tandem_routing::{Domain, Holder, Input as Routing};
use tandem_store::Cause;

use super::{Actor, registry::Reach};
use crate::{
    Engage, EngageError,
    conversation::{
        Conversation, Recorder, Saved, Steering,
        rows::{self, Left, Step},
    },
    settings::{self, Org, queue_input},
    stats,
};

/// How long an agent whose browser comes back keeps his place on queue.
pub(super) const COMING_BACK: Duration = Duration::from_secs(10);

/// How a segment that a restart cut off ended.
const DISPOSITION: &str = "restart";

impl Org {
    /// Whether who is Offline may only be on the way back.
    pub(super) fn is_settling(&self) -> bool {
        self.taken_at.elapsed() < COMING_BACK
    }
}

impl Engage {
    /// Goes on with an org.
    pub(super) async fn take_over(&self, scope: OrgScope, claim: Claim) -> Result<Arc<Org>, EngageError> {
        let settings = settings::load(self.store(), scope).await?;
        let org = Arc::new(Org::new(scope, claim.clone(), settings));
        let mut conversations = Vec::new();
        for left in rows::under_way(self.store(), &org).await? {
            conversations.extend(self.revive(&org, left).await?);
        }
        self.engine().take(scope, claim, org.gone.clone()).await?;
        // Only this node writes about the org now.
        let Some(left) = self.engine().ask(scope, Domain::clone).await else {
            return Err(EngageError::Elsewhere);
        };
        let views = conversations.iter().map(|(steering, ..)| steering.conversation());
        let board = stats::board(self, &org, &left, views).await?;
        let ids: BTreeSet<_> =
            conversations.iter().map(|(steering, ..)| steering.conversation().view.id).collect();
        self.orgs_table().add(Arc::clone(&org));
        for (steering, leg, reach) in conversations {
            let actor = Actor::go_on(self.clone(), Arc::clone(&org), steering, leg, reach);
            org.tasks.spawn(actor.resume());
        }
        self.clear(&org, &left, &ids).await;
        self.configure(&org, &left).await?;
        self.follow_org(&org).await?;
        org.tasks.spawn(stats::follow(self.clone(), Arc::clone(&org), board));
        tokio::spawn(self.clone().follow_those_who_came_back(Arc::clone(&org)));
        Ok(org)
    }

    /// A conversation that goes on, reachable. One that cannot is ended.
    async fn revive(
        &self,
        org: &Arc<Org>,
        (conversation, saved): Left,
    ) -> Result<Option<(Steering, tandem_proto::LegId, Reach)>, EngageError> {
        let (id, call) = (conversation.view.id, conversation.view.call);
        let Some(saved) = saved else { return self.cut_off(org, conversation).await.map(|()| None) };
        let Some(flow) = self.flow_of(org, &conversation, &saved).await? else {
            tracing::error!(conversation = %id, "its flow is not in the log");
            return self.cut_off(org, conversation).await.map(|()| None);
        };
        let leg = saved.leg();
        let reach = self.registry().add(org.scope.org(), id, call);
        Ok(Some((Steering::restore(conversation, saved, flow, self.sounds()), leg, reach)))
    }

    /// The version of the flow a conversation follows.
    async fn flow_of(
        &self,
        org: &Org,
        conversation: &Conversation,
        saved: &Saved,
    ) -> Result<Option<Arc<crate::flow::Flow>>, EngageError> {
        let Some(id) = conversation.flow else { return Ok(None) };
        let published = org.settings().flows.get(&id).cloned();
        match published.filter(|published| published.view.version == saved.flow_version()) {
            Some(published) => Ok(Some(published.flow)),
            None => Ok(settings::flow_version(self.store(), org.scope, id, saved.flow_version()).await?),
        }
    }

    async fn cut_off(&self, org: &Org, conversation: Conversation) -> Result<(), EngageError> {
        let (id, at) = (conversation.view.id, self.clock().now());
        tracing::info!(conversation = %id, "ended by a restart");
        let mut record = Recorder::resume(conversation);
        cut_off(&mut record, at);
        let facts = record.take();
        let step = Step { conversation: record.conversation().clone(), facts, steering: None };
        Ok(rows::write(self.store(), org, Cause::SYSTEM, step).await?)
    }

    /// Takes out of routing what belongs to no conversation under way: the store refused its steps, or it was cut off.
    async fn clear(&self, org: &Org, left: &Domain, under_way: &BTreeSet<ConversationId>) {
        let waiting = left.items().into_iter().map(|waiting| waiting.item);
        let waiting = waiting.filter(|item| !under_way.contains(item)).map(|item| Routing::Removed { item });
        let working = left.working().filter(|(item, _)| !under_way.contains(item));
        let working = working.flat_map(|(item, agent)| {
            let talks = left.holder(item) == Holder::Agent(agent);
            let ended = talks.then_some(Routing::HandlingEnded { item, agent });
            ended.into_iter().chain([Routing::WrapUpDone { item, agent }])
        });
        for input in waiting.chain(working).collect::<Vec<_>>() {
            // An interaction without wrap-up is over at its end.
            if let Err(error) = self.engine().submit(org.scope, input).await {
                tracing::debug!(%error, "nothing to clear");
            }
        }
    }

    /// Tells routing of the queues and agents it does not know so.
    async fn configure(&self, org: &Org, left: &Domain) -> Result<(), EngageError> {
        let inputs: Vec<_> = {
            let settings = org.settings();
            let queues = settings.queues.values().map(queue_input);
            let agents = settings.agents().into_iter().map(|agent| settings.agent_input(agent));
            queues.chain(agents).filter(|input| !left.is_set(input)).collect()
        };
        for input in inputs {
            self.engine().submit(org.scope, input).await?;
        }
        Ok(())
    }

    /// Who has not come back by now is off queue.
    async fn follow_those_who_came_back(self, org: Arc<Org>) {
        tokio::select! {
            () = org.gone.cancelled() => return,
            () = org.stopping.cancelled() => return,
            () = tokio::time::sleep_until(org.taken_at + COMING_BACK) => {}
        }
        if let Err(error) = self.follow_org(&org).await {
            tracing::error!(%error, "presence not followed");
        }
    }
}

/// Who was in wrap-up had been handled; everybody else was cut off.
fn cut_off(record: &mut Recorder, at: Timestamp) {
    let state = record.conversation().view.state;
    record.stop_all(DISPOSITION, at);
    record.end(if state == ConversationState::WrapUp { Outcome::Handled } else { Outcome::Restart }, at);
}
