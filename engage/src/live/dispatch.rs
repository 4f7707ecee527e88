//! Takes new calls, and hands news of calls and of routing to the conversations they are about.

use tandem_communicate::control::{CallNotice, IncomingCall};
use tandem_core::OrgScope;
use tandem_proto::{ConversationId, api::EndReason, api::RoutingStatus};
use tandem_routing::{Input as Routing, Output};
use tandem_routing_engine::Notice;
use tokio::sync::mpsc;

use super::{Actor, Message};
use crate::{
    Engage,
    conversation::{Beginning, Input},
};

/// The task that feeds conversations. It waits for nobody, so that routing and call control never wait for it.
pub(crate) struct Dispatch {
    pub(crate) engage: Engage,
    pub(crate) incoming: mpsc::Receiver<IncomingCall>,
    pub(crate) calls: mpsc::Receiver<CallNotice>,
    pub(crate) routing: mpsc::Receiver<Notice>,
}

impl Dispatch {
    pub(crate) async fn run(mut self) {
        loop {
            tokio::select! {
                // A call is known before any news of it.
                biased;
                Some(call) = self.incoming.recv() => self.incoming(call),
                Some(notice) = self.calls.recv() => self.call(notice),
                Some(notice) = self.routing.recv() => self.routing(notice),
                else => return,
            }
        }
    }

    fn incoming(&self, incoming: IncomingCall) {
        let IncomingCall { scope, call, leg, from, from_name, to, flow, at } = incoming;
        let published = self.engage.known(scope).and_then(|org| org.settings().flows.get(&flow).cloned());
        let Some(published) = published else {
            tracing::error!(%call, %flow, "a number leads to a flow that does not exist");
            let calls = self.engage.clone();
            tokio::spawn(async move { calls.calls().end(scope, call, EndReason::NotFound).await });
            return;
        };
        let id = ConversationId::generate();
        let messages = self.engage.registry().add(id, call);
        tracing::info!(conversation = %id, %call, flow = %published.view.name, "conversation");
        let beginning = Beginning {
            id,
            call,
            leg,
            from: from_name.map_or_else(|| from.clone(), |name| format!("{name} <{from}>")),
            to,
            at,
            flow_id: flow,
            flow: published.flow,
            references: published.references,
            sounds: self.engage.sounds(),
        };
        tokio::spawn(Actor::new(self.engage.clone(), scope, beginning, messages).run(at));
    }

    fn call(&self, notice: CallNotice) {
        let CallNotice { call, at, what, .. } = notice;
        match self.engage.registry().of_call(call) {
            Some(conversation) => self.tell(conversation, Message::Input(at, Input::Call(what))),
            None => tracing::trace!(%call, ?what, "news of a call without a conversation"),
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
                self.tell(item, Message::Input(at, Input::OfferEnded { offer, result }));
            }
            Output::Released { item, agent, timed_out, .. } => {
                self.tell(item, Message::Input(at, Input::Released { agent, timed_out }));
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

    fn tell(&self, conversation: ConversationId, message: Message) {
        if let Err(message) = self.engage.registry().tell(conversation, message) {
            tracing::trace!(%conversation, ?message, "news for a conversation that is over");
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
