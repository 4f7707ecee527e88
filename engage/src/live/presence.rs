//! Presence steers who is on queue; routing's verdict Not Responding steers presence back.
//!
//! An agent is on queue while the presence On Queue holds. Who lets an alert expire is set to Away on the way to Not Responding, so
//! that coming back is a choice: On Queue once more. That change to Away, and a browser closed meanwhile, leave Not Responding as it is.
//!
//! After a takeover presence may not know yet who is there: nobody goes off queue for being Offline before browsers had time to come back.

use tandem_core::OrgScope;
use tandem_presence::Change;
use tandem_proto::{
    Timestamp, UserId,
    api::{Presence, RoutingStatus},
};
use tandem_routing::Input as Routing;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::Message;
use crate::{Engage, EngageError, conversation::Input, settings::Org};

/// Follows changes of presence for ever.
pub(crate) async fn watch(engage: Engage, mut changes: Receiver<Change>) {
    loop {
        let result = match changes.recv().await {
            Ok(change) => engage.presence_changed(change).await,
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "presence changed faster than it could be followed; reading it again");
                engage.follow_everybody().await
            }
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = result {
            tracing::error!(%error, "presence not followed");
        }
    }
}

impl Engage {
    async fn presence_changed(&self, change: Change) -> Result<(), EngageError> {
        let Change { scope, user, before, now } = change;
        let Some(org) = self.known(scope) else { return Ok(()) };
        if now.primary == Presence::Offline && org.is_settling() {
            return Ok(());
        }
        if now.primary == Presence::Offline && before.primary != Presence::Offline {
            self.agent_vanished(scope, user).await;
        }
        if before.primary != now.primary
            && (before.primary == Presence::OnQueue || now.primary == Presence::OnQueue)
        {
            self.set_on_queue(scope, user, now.primary == Presence::OnQueue).await?;
        }
        Ok(())
    }

    /// An agent whose last device is gone while an alert is pending does not respond.
    async fn agent_vanished(&self, scope: OrgScope, agent: UserId) {
        let Some(state) = self.engine().agent(scope, agent).await else { return };
        if state.status != RoutingStatus::Alerting {
            return;
        }
        for item in state.items {
            // A conversation that is over has no alert.
            let _ =
                self.registry().tell(item, Message::Input(self.clock().now(), Input::AgentGone { agent }));
        }
    }

    async fn set_on_queue(&self, scope: OrgScope, agent: UserId, on: bool) -> Result<(), EngageError> {
        let Some(state) = self.engine().agent(scope, agent).await else { return Ok(()) };
        let keeps = match state.status {
            // Only the choice of On Queue leads out; an alert that is just failing becomes it.
            RoutingStatus::NotResponding => !on,
            RoutingStatus::Alerting => {
                !on && self.presence_of(scope, agent).await?.primary == Presence::Offline
            }
            RoutingStatus::OffQueue => !on,
            RoutingStatus::Idle => on,
            _ => false,
        };
        if !keeps {
            let input = if on { Routing::AgentOn { agent } } else { Routing::AgentOff { agent } };
            self.engine().submit(scope, input).await?;
        }
        Ok(())
    }

    /// Tells routing what an agent's presence is now.
    pub(crate) async fn follow_presence(&self, org: &Org, agent: UserId) -> Result<(), EngageError> {
        let presence = self.presence_of(org.scope, agent).await?;
        match presence.primary {
            Presence::Offline if org.is_settling() => Ok(()),
            Presence::OnQueue if self.was_on_queue_before(org, agent, presence.since).await => {
                self.park(org.scope, agent);
                Ok(())
            }
            primary => self.set_on_queue(org.scope, agent, primary == Presence::OnQueue).await,
        }
    }

    /// Whether an agent does not respond and has not chosen On Queue since.
    async fn was_on_queue_before(&self, org: &Org, agent: UserId, since: Timestamp) -> bool {
        let state = self.engine().agent(org.scope, agent).await;
        state.is_some_and(|state| state.status == RoutingStatus::NotResponding && since <= state.since)
    }

    /// Tells routing what the presence of an org's agents is now.
    pub(crate) async fn follow_org(&self, org: &Org) -> Result<(), EngageError> {
        let agents = org.settings().agents();
        for agent in agents {
            self.follow_presence(org, agent).await?;
        }
        Ok(())
    }

    /// Tells routing what everybody's presence is now.
    pub(crate) async fn follow_everybody(&self) -> Result<(), EngageError> {
        for org in self.orgs() {
            self.follow_org(&org).await?;
        }
        Ok(())
    }

    /// Sets an agent who does not respond to Away.
    pub(crate) fn park(&self, scope: OrgScope, agent: UserId) {
        let engage = self.clone();
        tokio::spawn(async move {
            let presence = engage.presence_of(scope, agent).await;
            // Whoever is on queue, or was until the browser closed.
            if presence.is_ok_and(|view| matches!(view.primary, Presence::OnQueue | Presence::Offline))
                && let Err(error) = engage.presence().park(scope, agent).await
            {
                tracing::error!(%agent, error, "an agent who does not respond stays On Queue");
            }
        });
    }
}
