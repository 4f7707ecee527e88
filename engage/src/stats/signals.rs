//! Follows an org's log, keeps its board and sends what changed to those who look at it: at most five times a second per queue and agent.

use std::{borrow::Cow, sync::Arc, time::Duration};

use tandem_proto::{Cursor, Event, Topic, UserId, ws::Signal};
use tandem_routing::{Domain, Input as Routing};
use tandem_store::{EventFilter, StoreError};
use tokio::time::Instant;

use super::{
    board::{Board, KINDS, Touched},
    intervals, outside,
};
use crate::{
    Engage, EngageError,
    conversation::Conversation,
    live::{OUTSIDE_KINDS, OutsideCalls},
    settings::Org,
};

/// Between two signals about the same thing.
const PAUSE: Duration = Duration::from_millis(200);
/// Before the log is asked again after an error.
const RETRY: Duration = Duration::from_secs(1);

/// Between two savings of the calls outside the queues.
const SAVED_EVERY: Duration = Duration::from_secs(5);
/// Sets up an org's board as of the moment between two owners. Answers the place in the log to go on from.
pub(crate) async fn board<'a>(
    engage: &Engage,
    org: &Org,
    left: &Domain,
    under_way: impl Iterator<Item = &'a Conversation>,
) -> Result<Cursor, EngageError> {
    let head = engage.store().head();
    engage.store().projected(head).await;
    let now = engage.clock().now();
    let today = intervals::since(engage.store(), org.scope, intervals::midnight(now)).await?;
    org.set_board(Board::new(now, today, left, under_way));
    Ok(head)
}

/// Follows the log of an org until the org is another node's.
pub(crate) async fn follow(engage: Engage, org: Arc<Org>, from: Cursor) {
    if let Err(error) = Follower::run(engage, org, from).await {
        tracing::error!(%error, "live numbers stopped");
    }
}

struct Follower {
    engage: Engage,
    org: Arc<Org>,
    outside: OutsideCalls,
    /// Up to where the log was read, and up to where that is saved.
    seen: Cursor,
    saved: Cursor,
    pending: Touched,
}

impl Follower {
    async fn run(engage: Engage, org: Arc<Org>, from: Cursor) -> Result<(), EngageError> {
        let (gone, stopping) = (org.gone.clone(), org.stopping.clone());
        let outside = outside::read(engage.store(), &org, from).await?;
        let mut this = Self { engage, org, outside, seen: from, saved: from, pending: Touched::default() };
        this.tell_who_is_outside().await;

        let kinds = KINDS.iter().chain(OUTSIDE_KINDS).map(|kind| Cow::Borrowed(*kind)).collect();
        let filter = EventFilter { kinds, ..EventFilter::default() };
        let mut events = this.engage.store().follow(this.org.scope, filter, from);
        let (mut due, mut save) = (Instant::now(), Instant::now() + SAVED_EVERY);
        loop {
            let is_pending = this.pending != Touched::default();
            tokio::select! {
                () = gone.cancelled() => return Ok(()),
                () = stopping.cancelled() => return this.save().await,
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
                () = tokio::time::sleep_until(save), if this.seen != this.saved => {
                    if let Err(error) = this.save().await {
                        tracing::warn!(%error, "who is on a call outside the queues is not saved");
                    }
                    save = Instant::now() + SAVED_EVERY;
                }
            }
        }
    }

    /// Saves who is on a call outside the queues: the log is too long to be read from its beginning.
    async fn save(&mut self) -> Result<(), EngageError> {
        outside::save(self.engage.store(), &self.org, &self.outside, self.seen).await?;
        self.saved = self.seen;
        Ok(())
    }

    /// Tells routing of calls outside the queues that began or ended while nobody listened.
    async fn tell_who_is_outside(&self) {
        let (engine, scope) = (self.engage.engine(), self.org.scope);
        let Some(known) = engine.ask(scope, Domain::communicating).await else { return };
        for agent in known.symmetric_difference(self.outside.busy()) {
            let input =
                Routing::AgentCommunicating { agent: *agent, on: self.outside.busy().contains(agent) };
            // Not everybody who calls is an agent.
            if let Err(error) = engine.submit(scope, input).await {
                tracing::trace!(%agent, %error, "not told of a call outside the queues");
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
        self.seen = event.cursor;
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
        let division = Topic::division(agent.division);
        for topic in [Topic::user(user), Topic::supervisors(scope.org()), division] {
            self.engage.bus().publish(scope, topic, Signal::AgentState { agent: Box::new(agent.clone()) });
        }
        Ok(())
    }
}
