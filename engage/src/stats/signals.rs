//! Follows an org's log, keeps its board and sends what changed to those who look at it: at most five times a second per queue and agent.

use std::{borrow::Cow, sync::Arc, time::Duration};

use tandem_proto::{Event, Topic, UserId, ws::Signal};
use tandem_routing::Input as Routing;
use tandem_store::{EventFilter, StoreError};
use tokio::time::Instant;

use super::{
    board::{Board, KINDS, Touched},
    intervals,
};
use crate::{Engage, EngageError, live::OutsideCalls, settings::Org};

/// Between two signals about the same thing.
const PAUSE: Duration = Duration::from_millis(200);
/// Before the log is asked again after an error.
const RETRY: Duration = Duration::from_secs(1);

/// Follows the log of an org until the store closes.
pub(crate) async fn follow(engage: Engage, org: Arc<Org>) {
    if let Err(error) = Follower::run(engage, org).await {
        tracing::error!(%error, "live numbers stopped");
    }
}

struct Follower {
    engage: Engage,
    org: Arc<Org>,
    outside: OutsideCalls,
    pending: Touched,
}

impl Follower {
    async fn run(engage: Engage, org: Arc<Org>) -> Result<(), EngageError> {
        let head = engage.store().head();
        engage.store().projected(head).await;
        let now = engage.clock().now();
        let today = intervals::since(engage.store().reader(), org.scope, intervals::midnight(now)).await?;
        let agents = engage.engine().agents(org.scope).await;
        org.set_board(Board::new(now, today, agents.into_iter().map(|state| (state.agent, state.status))));

        let kinds = KINDS.iter().chain(crate::live::OUTSIDE_KINDS).map(|kind| Cow::Borrowed(*kind)).collect();
        let filter = EventFilter { kinds, ..EventFilter::default() };
        let mut events = engage.store().follow(org.scope, filter, head);
        let mut this = Self { engage, org, outside: OutsideCalls::default(), pending: Touched::default() };
        let mut due = Instant::now();
        loop {
            let is_pending = this.pending != Touched::default();
            tokio::select! {
                event = events.next() => match event {
                    Ok(event) => this.take(&event).await,
                    Err(StoreError::Closed) => return Ok(()),
                    Err(error) => {
                        tracing::error!(%error, "the log cannot be read");
                        tokio::time::sleep(RETRY).await;
                    }
                },
                () = tokio::time::sleep_until(due), if is_pending => {
                    this.send().await;
                    due = Instant::now() + PAUSE;
                }
            }
        }
    }

    async fn take(&mut self, event: &Event) {
        let touched = self.org.with_board(|board, settings| board.apply(event, &settings.queues));
        match touched {
            Ok(touched) => {
                self.pending.queues.extend(touched.queues);
                self.pending.agents.extend(touched.agents);
            }
            Err(error) => tracing::error!(kind = event.kind, %error, "event does not read as its kind"),
        }
        for (agent, on) in self.outside.apply(event).unwrap_or_default() {
            let input = Routing::AgentCommunicating { agent, on };
            // Not everybody who calls is an agent.
            if let Err(error) = self.engage.engine().submit(self.org.scope, input).await {
                tracing::trace!(%agent, %error, "not told of a call outside the queues");
            }
        }
    }

    async fn send(&mut self) {
        let Touched { queues, agents } = std::mem::take(&mut self.pending);
        let (scope, now) = (self.org.scope, self.engage.clock().now());
        for queue in queues {
            let stats = self.org.with_board(|board, settings| {
                settings.queues.get(&queue).map(|queue| board.stats(queue, now))
            });
            let Some(stats) = stats else { continue };
            for topic in [Topic::queue(queue), Topic::supervisors(scope.org())] {
                self.engage.bus().publish(
                    scope,
                    topic,
                    Signal::QueueStats { stats: Box::new(stats.clone()) },
                );
            }
        }
        for agent in agents {
            if let Err(error) = self.send_agent(agent).await {
                tracing::warn!(%agent, %error, "an agent's state was not sent");
            }
        }
    }

    async fn send_agent(&self, user: UserId) -> Result<(), EngageError> {
        let scope = self.org.scope;
        let Some(agent) = self.engage.agent_if_any(&self.org, user).await? else { return Ok(()) };
        for topic in [Topic::user(user), Topic::supervisors(scope.org())] {
            self.engage.bus().publish(scope, topic, Signal::AgentState { agent: Box::new(agent.clone()) });
        }
        Ok(())
    }
}
