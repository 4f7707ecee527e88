//! One socket's events and signals: from the log up to now, then live, without a gap and without a double.
//!
//! The live receiver exists before the log is read, so whatever is committed meanwhile waits in it; what the log already gave is told
//! by its cursor. A receiver that lags goes back to the log.

use std::collections::BTreeSet;

use serde::Serialize;
use tandem_bus::Published;
use tandem_core::RequestContext;
use tandem_proto::{
    Cursor, Event, EventData, Topic,
    events::identity::SessionEnded,
    ws::{ServerFrame, Subscribed},
};
use tandem_store::EventFilter;
use tokio::sync::{broadcast::error::RecvError, mpsc};

use super::{
    Gateway,
    grants::chosen,
    outgoing::{Closed, Closing, Outgoing},
};
use crate::cursor::reached;

/// Events read from the log at a time.
const BACKLOG_PAGE: u32 = 200;

/// A `subscribe` request.
#[derive(Debug)]
pub(super) struct Subscribe {
    /// The request's id.
    pub(super) id: Option<u64>,
    /// Topics wanted; empty: all.
    pub(super) topics: Vec<Topic>,
    /// Where to go on from.
    pub(super) after: Option<Cursor>,
}

/// Feeds a socket until it is closed.
pub(super) async fn feed(
    gateway: Gateway,
    ctx: RequestContext,
    outgoing: Outgoing,
    mut requests: mpsc::Receiver<Subscribe>,
) {
    let mut live = gateway.0.store.live();
    let mut signals = gateway.0.bus.subscribe();
    let mut feed = Feed { gateway, ctx, outgoing, subscription: None };
    loop {
        let fed = tokio::select! {
            request = requests.recv() => match request {
                Some(request) => feed.subscribe(request).await,
                None => return,
            },
            event = live.recv() => match event {
                Ok(event) => feed.event(&event).await,
                Err(RecvError::Lagged(_)) => feed.lagged().await,
                Err(RecvError::Closed) => {
                    feed.outgoing.close(Closing::Stopping);
                    return;
                }
            },
            signal = signals.recv() => match signal {
                Ok(signal) => feed.signal(&signal),
                // Signals may be lost.
                Err(RecvError::Lagged(_) | RecvError::Closed) => Ok(()),
            },
            _ = feed.outgoing.closed() => return,
        };
        if fed.is_err() {
            return;
        }
    }
}

struct Feed {
    gateway: Gateway,
    ctx: RequestContext,
    outgoing: Outgoing,
    subscription: Option<Subscription>,
}

struct Subscription {
    /// Topics asked for; empty: all that are granted.
    wanted: Vec<Topic>,
    /// Topics delivered now.
    topics: BTreeSet<Topic>,
    /// Topics the log was last read with.
    read_with: BTreeSet<Topic>,
    /// Everything up to here was delivered, or is not for this reader.
    seen: Cursor,
}

/// As [`ServerFrame::Event`], without a copy of the event.
#[derive(Serialize)]
struct EventFrame<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    cursor: Cursor,
    data: &'a Event,
}

impl Feed {
    async fn subscribe(&mut self, request: Subscribe) -> Result<(), Closed> {
        let store = &self.gateway.0.store;
        let from = request.after.unwrap_or(store.head());
        if let Err(problem) = reached(store, from).await {
            return self.outgoing.answer(request.id, Err(problem));
        }
        let topics = chosen(self.gateway.0.grants.topics(&self.ctx).await, &request.topics);
        let reply = Subscribed { cursor: from, topics: topics.iter().cloned().collect() };
        self.outgoing.answer(request.id, Ok(serde_json::to_value(reply).unwrap_or_default()))?;
        self.subscription =
            Some(Subscription { wanted: request.topics, read_with: topics.clone(), topics, seen: from });
        self.read_log().await
    }

    /// Delivers from the log everything between `seen` and now.
    async fn read_log(&mut self) -> Result<(), Closed> {
        let Some(subscription) = &mut self.subscription else { return Ok(()) };
        subscription.read_with = subscription.topics.clone();
        if subscription.topics.is_empty() {
            return Ok(());
        }
        let filter =
            EventFilter { topics: subscription.topics.iter().cloned().collect(), ..EventFilter::default() };
        loop {
            let head = self.gateway.0.store.head();
            let read =
                self.gateway.0.store.events(self.ctx.scope, &filter, subscription.seen, BACKLOG_PAGE).await;
            let (events, next) = read.map_err(|error| {
                tracing::error!(%error, "the log cannot be read for a socket");
                self.outgoing.close(Closing::Failed);
                Closed
            })?;
            for event in &events {
                let frame = EventFrame { kind: "event", cursor: event.cursor, data: event };
                self.outgoing.send_paced(&frame).await?;
            }
            let moved = next > subscription.seen;
            subscription.seen = subscription.seen.max(next);
            if !moved || subscription.seen >= head {
                return Ok(());
            }
        }
    }

    /// Events were missed: among them may be one that changed the grants or ended the session.
    async fn lagged(&mut self) -> Result<(), Closed> {
        if self.gateway.0.identity.renew(self.ctx.session).await.is_err() {
            self.outgoing.close(Closing::Unauthenticated);
            return Err(Closed);
        }
        self.ask_grants().await;
        self.read_log().await
    }

    async fn ask_grants(&mut self) {
        if let Some(subscription) = &mut self.subscription {
            let granted = self.gateway.0.grants.topics(&self.ctx).await;
            subscription.topics = chosen(granted, &subscription.wanted);
        }
    }

    async fn event(&mut self, event: &Event) -> Result<(), Closed> {
        if event.org != self.ctx.scope.org() {
            return Ok(());
        }
        if event.kind == SessionEnded::KIND && self.ends_this_session(event) {
            self.outgoing.close(Closing::Unauthenticated);
            return Err(Closed);
        }
        let Some(subscription) = &self.subscription else { return Ok(()) };
        let visible_before = sees(&subscription.topics, event);
        if self.gateway.0.grants.changed_by(event, &self.ctx) {
            self.gateway.0.store.projected(event.cursor).await;
            self.ask_grants().await;
        }
        let Some(subscription) = &mut self.subscription else { return Ok(()) };
        // The event that takes a topic away is still seen, and so is the one that gives it.
        let visible = visible_before || sees(&subscription.topics, event);
        let read = event.cursor <= subscription.seen && sees(&subscription.read_with, event);
        // One that the log did not give, because its topic was granted while the log was read, comes late: the cursor must not go back.
        subscription.seen = subscription.seen.max(event.cursor);
        if visible && !read {
            self.outgoing.send(&EventFrame { kind: "event", cursor: subscription.seen, data: event })
        } else {
            Ok(())
        }
    }

    fn ends_this_session(&self, event: &Event) -> bool {
        matches!(event.decode::<SessionEnded>(), Ok(Some(ended)) if ended.session == self.ctx.session)
    }

    fn signal(&self, published: &Published) -> Result<(), Closed> {
        let Some(subscription) = &self.subscription else { return Ok(()) };
        if published.org != self.ctx.scope.org() || !subscription.topics.contains(&published.topic) {
            return Ok(());
        }
        self.outgoing.send(&ServerFrame::Signal {
            topic: published.topic.clone(),
            data: published.signal.as_ref().clone(),
        })
    }
}

fn sees(topics: &BTreeSet<Topic>, event: &Event) -> bool {
    event.topics.iter().any(|topic| topics.contains(topic))
}
