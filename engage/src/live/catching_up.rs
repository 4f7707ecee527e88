//! How a conversation learns what it missed: while its org had no owner, or its call none.

use std::time::Duration;

use tandem_communicate::control::CallChange;
use tandem_proto::{Cursor, Stream, Timestamp, api::EndReason, events::call::CallEnded};
use tandem_store::{EventFilter, StoreError};
use tokio::time::Instant;

use super::actor::{Actor, Ours};
use crate::conversation::Input;

/// How long a call may be nobody's before it is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks for it.
const PAUSE: Duration = Duration::from_millis(250);
/// How long news of what was played may take to arrive after all.
const LATE: Duration = Duration::from_secs(2);

/// A call that has to be looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unsure {
    pub(super) next: Instant,
    until: Instant,
}

impl Unsure {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self { next: now + PAUSE, until: now + PATIENCE }
    }
}

/// What became of a call nobody has.
enum Fate {
    Ended(Timestamp, EndReason),
    Unknown,
}

impl Actor {
    /// Tells routing again what it may not have heard, learns what routing decided meanwhile, and looks at the call.
    pub(super) async fn catch_up(&mut self) -> Ours {
        let alerting = self.steering.alerting();
        if let Some(told) = self.steering.told().cloned()
            && let Some(answer) = self.route(told).await
            && self.take(self.now(), answer).await == Ours::No
        {
            return Ours::No;
        }
        let standing = self.engage.engine().standing(self.scope, self.id, self.steering.alerting()).await;
        let Some(standing) = standing else { return Ours::No };
        if self.take(self.now(), Input::Standing(standing)).await == Ours::No {
            return Ours::No;
        }
        if !self.steering.concerns_call() {
            return Ours::Yes;
        }
        self.unsure = Some(Unsure::new());
        let ours = self.look().await;
        if self.unsure.is_none() {
            self.settled(alerting).await;
        }
        ours
    }

    /// Routing need not wait any longer for news of an alert.
    async fn settled(&self, alerting: Option<tandem_proto::OfferId>) {
        for offer in alerting.into_iter().chain(self.steering.alerting()) {
            self.engage.engine().settled(self.scope, offer).await;
        }
    }

    /// Looks at the call.
    pub(super) async fn look(&mut self) -> Ours {
        let (Some(unsure), Some(call)) = (self.unsure, self.call) else { return Ours::Yes };
        let input = match self.engage.calls().describe(self.scope, call).await {
            Ok(Some(call)) => Some((self.now(), Input::Described(Box::new(call)))),
            Ok(None) => match self.fate().await {
                Ok(Fate::Ended(at, reason)) => Some((at, Input::Call(CallChange::Ended { reason }))),
                Ok(Fate::Unknown) => None,
                Err(error) => {
                    tracing::warn!(conversation = %self.id, %error, "the call's end cannot be read");
                    None
                }
            },
            Err(error) => {
                tracing::debug!(conversation = %self.id, %error, "nobody has the call yet");
                None
            }
        };
        let (at, input) = match input {
            Some(found) => found,
            None if Instant::now() >= unsure.until => {
                tracing::warn!(conversation = %self.id, %call, "its call is lost");
                (self.now(), Input::CutOff)
            }
            None => {
                self.unsure = Some(Unsure { next: Instant::now() + PAUSE, ..unsure });
                return Ours::Yes;
            }
        };
        self.unsure = None;
        let alerting = self.steering.alerting();
        let ours = self.take(at, input).await;
        self.settled(alerting).await;
        self.play_again = self.steering.playing().map(|play| (Instant::now() + LATE, play));
        ours
    }

    /// How the call ended, by the log.
    async fn fate(&self) -> Result<Fate, StoreError> {
        let Some(call) = self.call else { return Ok(Fate::Unknown) };
        let filter = EventFilter {
            stream: Some(Stream::call(call)),
            kinds: vec!["call.ended".into()],
            ..EventFilter::default()
        };
        let (events, _) = self.engage.store().events(self.scope, &filter, Cursor::START, 1).await?;
        let ended =
            events.first().and_then(|event| Some((event.at, event.decode::<CallEnded>().ok()??.reason)));
        Ok(ended.map_or(Fate::Unknown, |(at, reason)| Fate::Ended(at, reason)))
    }

    /// Plays again what may have ended unheard.
    pub(super) async fn replay(&mut self) -> Ours {
        match self.play_again.take() {
            Some((_, play)) => self.take(self.now(), Input::PlayAgain { play }).await,
            None => Ours::Yes,
        }
    }
}
