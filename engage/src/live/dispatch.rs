//! Takes new calls, and hands news of calls and of routing to the conversations they are about.

use std::sync::Arc;

use tandem_communicate::control::{CallNotice, IncomingCall};
use tandem_core::OrgScope;
use tandem_proto::{ConversationId, api::EndReason, api::RoutingStatus};
use tandem_routing::{Input as Routing, Output};
use tandem_routing_engine::Notice;
use tokio::sync::{mpsc, watch};

use super::{Actor, Message};
use crate::{
    Engage,
    conversation::{Beginning, Input},
    settings::Org,
};

impl Engage {
    /// Takes a new call. Answers what becomes true once its conversation is durable; nothing, if there will be none. A call that has a
    /// conversation is taken already.
    pub(crate) fn incoming(&self, org: &Arc<Org>, incoming: IncomingCall) -> Option<watch::Receiver<bool>> {
        let IncomingCall { scope, call, leg, from, from_name, to, flow, at } = incoming;
        if let Some(known) = self.registry().of_call(call) {
            return self.registry().durable(known);
        }
        let published = org.settings().flows.get(&flow).cloned();
        let Some(published) = published else {
            tracing::error!(%call, %flow, "a number leads to a flow that does not exist");
            let calls = self.clone();
            tokio::spawn(async move { calls.calls().end(scope, call, EndReason::NotFound).await });
            return None;
        };
        let id = ConversationId::generate();
        let reach = self.registry().add(scope.org(), id, Some(call));
        let durable = reach.durable.subscribe();
        tracing::info!(conversation = %id, %call, flow = %published.view.name, "conversation");
        let beginning = Beginning {
            id,
            call,
            leg,
            from: from_name.map_or_else(|| from.clone(), |name| format!("{name} <{from}>")),
            to,
            at,
            flow_id: flow,
            flow_version: published.view.version,
            flow: published.flow,
            references: published.references,
            sounds: self.sounds(),
        };
        org.tasks.spawn(Actor::begin(self.clone(), Arc::clone(org), beginning, reach).run(at));
        Some(durable)
    }

    /// Hands news of a call to its conversation.
    pub(crate) fn call_changed(&self, notice: CallNotice) {
        let CallNotice { call, at, what, .. } = notice;
        match self.registry().of_call(call) {
            Some(conversation) => self.tell(conversation, Message::Input(at, Input::Call(what))),
            None => tracing::trace!(%call, ?what, "news of a call without a conversation"),
        }
    }

    fn tell(&self, conversation: ConversationId, message: Message) {
        if let Err(message) = self.registry().tell(conversation, message) {
            tracing::trace!(%conversation, ?message, "news for a conversation that is over");
        }
    }
}

/// The task that hands routing's notices to conversations. It waits for nobody, so that routing never waits for it.
pub(crate) struct Dispatch {
    pub(crate) engage: Engage,
    pub(crate) routing: mpsc::Receiver<Notice>,
}

impl Dispatch {
    pub(crate) async fn run(mut self) {
        while let Some(notice) = self.routing.recv().await {
            self.routing(notice);
        }
    }

    fn routing(&self, notice: Notice) {
        let Notice { scope, at, output } = notice;
        match output {
            Output::Offered { offer, item, agent, expires_at, .. } => {
                let message = Message::Input(at, Input::Offered { offer, agent, expires_at });
                if self.engage.registry().tell(item, message).is_err() {
                    // Nobody is there to take it: the conversation ended in this moment.
                    self.remove(scope, item);
                }
            }
            Output::OfferEnded { offer, item, result, .. } => {
                self.engage.tell(item, Message::Input(at, Input::OfferEnded { offer, result }));
            }
            Output::Released { item, agent, timed_out, .. } => {
                self.engage.tell(item, Message::Input(at, Input::Released { agent, timed_out }));
            }
            Output::AgentStatus { agent, status: RoutingStatus::NotResponding, .. } => {
                self.engage.park(scope, agent)
            }
            Output::AgentStatus { .. }
            | Output::Queued { .. }
            | Output::Rekeyed { .. }
            | Output::Left { .. }
            | Output::WrapUpStarted { .. } => {}
        }
    }

    fn remove(&self, scope: OrgScope, item: ConversationId) {
        let engage = self.engage.clone();
        tokio::spawn(async move {
            if let Err(error) = engage.engine().submit(scope, Routing::Removed { item }).await {
                tracing::debug!(%item, %error, "not removed from its queue");
            }
        });
    }
}
