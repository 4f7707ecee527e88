//! Who sends for one webhook: reads the log from where it stands, sends one event after the other, and notes how far it came.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tandem_cluster::Claim;
use tandem_core::{OrgScope, Permission};
use tandem_outbound::Target;
use tandem_proto::{
    Cursor, Event, EventData, Position, Timestamp, Topic, WebhookId,
    api::{Delivery, DeliveryState, WebhookState},
    events::webhooks::{DeliverySetAside, WebhookPinged, WebhookSuspended},
};
use tandem_store::{Cause, EventFilter, StoreError, Tx};
use tokio::sync::Notify;

use super::{
    Inner, commands, desk,
    rows::{self, Hook},
};
use crate::delivery::{
    meters,
    post::{Message, Receiver},
    signature,
    verdict::{Outcome, Verdict, decide},
};

/// Events read at a time.
const PAGE: u32 = 100;
/// Events sent before it is noted that they were. As many may be sent twice when the node dies.
const NOTED: usize = 32;
/// How often it is noted how far the log was searched, where nothing in it is for this webhook.
const SEARCHED: Duration = Duration::from_secs(60);
/// How long what happens is collected before the log is read.
const TOGETHER: Duration = Duration::from_millis(20);
/// Before the store is asked again when it was away.
const AGAIN: Duration = Duration::from_secs(1);
/// Events that may be set aside before the webhook is given up.
const SET_ASIDE: i64 = 1_000;

pub(super) struct Sender {
    inner: Arc<Inner>,
    scope: OrgScope,
    webhook: WebhookId,
    claim: Claim,
    wake: Arc<Notify>,
    /// The receiver, for the edition it was made of.
    receiver: Option<(i64, Receiver)>,
    /// Sent, and not noted yet.
    sent: Vec<Delivery>,
    /// How far the log was searched from where the webhook stands, and when that was noted.
    searched: Option<(Cursor, Cursor)>,
    noted: Instant,
}

/// Why a round ended.
enum Turn {
    /// Go on.
    More,
    /// Nothing to do until something happens, or this time has passed.
    Wait(Option<Duration>),
    /// The webhook is no more, or another node's.
    Over,
}

/// How a webhook is after a try.
enum Standing {
    /// As what was sent last says; as it was, if nothing was.
    Well,
    Failing {
        tries: u32,
        since: Timestamp,
        next: Timestamp,
        error: String,
    },
    Suspended(String),
}

impl Sender {
    pub(super) fn new(
        inner: Arc<Inner>,
        scope: OrgScope,
        webhook: WebhookId,
        claim: Claim,
        wake: Arc<Notify>,
    ) -> Self {
        let (receiver, sent, searched, noted) = (None, Vec::new(), None, Instant::now());
        Self { inner, scope, webhook, claim, wake, receiver, sent, searched, noted }
    }

    /// Sends until the webhook is no more, another node's, or this node stops.
    pub(super) async fn run(mut self) {
        let stop = self.inner.stop.clone();
        while !stop.is_cancelled() {
            let wait = match self.round().await {
                Ok(Turn::More) => continue,
                Ok(Turn::Wait(wait)) => wait,
                Ok(Turn::Over) | Err(StoreError::Fenced | StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, webhook = %self.webhook, "a webhook waits for the store");
                    Some(AGAIN)
                }
            };
            let waited = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                // Events that come together are read together.
                () = self.wake.notified() => tokio::time::sleep(TOGETHER).await,
                () = waited => {}
            }
        }
    }

    /// Does what is to be done now.
    async fn round(&mut self) -> Result<Turn, StoreError> {
        let Some(hook) = rows::get(&self.inner.store, self.scope, self.webhook).await? else {
            let claim = self.claim.clone();
            self.write(move |tx| Box::pin(async move { claim.end(tx).await })).await?;
            return Ok(Turn::Over);
        };
        if hook.info.state != WebhookState::Active {
            return Ok(Turn::Wait(None));
        }
        let now = self.inner.clock.now();
        if let Some(next) = hook.info.next_try_at.filter(|next| now < *next) {
            return Ok(Turn::Wait(Some(next.since(now))));
        }
        let Some(topics) = self.visible(&hook).await? else {
            self.suspend(&hook, "whose events it is told may not manage webhooks any more".to_owned())
                .await?;
            return Ok(Turn::More);
        };
        if !self.reach(&hook).await? {
            return Ok(Turn::More);
        }
        let mut again = None;
        if let Some((delivery, due)) = rows::next_waiting(&self.inner.store, self.scope, self.webhook).await?
        {
            if due <= now {
                return self.send_again(&hook, &topics, delivery).await;
            }
            again = Some(due.since(now));
        }
        self.send_on(&hook, topics, again).await
    }

    /// What the webhook's user may see now; `None`: they may not have webhooks any more.
    async fn visible(&self, hook: &Hook) -> Result<Option<Vec<Topic>>, StoreError> {
        let context = self.inner.identity.on_behalf_of(self.scope, hook.info.user).await;
        let context = context.map_err(|error| match error {
            tandem_edge::IdentityError::Store(error) => error,
            error => StoreError::Unavailable(error.to_string()),
        })?;
        let Some(context) = context.filter(|context| context.may(Permission::WebhookManage)) else {
            return Ok(None);
        };
        Ok(Some(self.inner.edge.visible_to(&context).await.into_iter().collect()))
    }

    /// Makes the receiver ready. An address that can no longer be one gives the webhook up.
    async fn reach(&mut self, hook: &Hook) -> Result<bool, StoreError> {
        if self.receiver.as_ref().is_some_and(|(edition, _)| *edition == hook.edition) {
            return Ok(true);
        }
        match Target::read(&hook.info.url, self.inner.way.networks()) {
            Ok(target) => {
                self.receiver = Some((hook.edition, Receiver::new(self.inner.way.clone(), target)));
                Ok(true)
            }
            Err(why) => {
                self.suspend(hook, format!("its address cannot be used any more: {why}")).await?;
                Ok(false)
            }
        }
    }

    /// Sends what the log has after where the webhook stands.
    async fn send_on(
        &mut self,
        hook: &Hook,
        topics: Vec<Topic>,
        again: Option<Duration>,
    ) -> Result<Turn, StoreError> {
        let mut kinds: Vec<_> = hook.info.kinds.iter().cloned().map(Into::into).collect();
        if !kinds.is_empty() {
            kinds.push(WebhookPinged::KIND.into());
        }
        let filter = EventFilter { topics, kinds, stream: None };
        let from = match self.searched {
            Some((stands, searched)) if stands == hook.info.seen => searched,
            _ => hook.info.seen,
        };
        let (events, next) = self.inner.store.events(self.scope, &filter, from, PAGE).await?;
        let mut failing_since = hook.info.failing_since;
        let mut tries = hook.info.attempts;
        let webhook = self.webhook;
        for event in events.iter().filter(|event| is_for(webhook, event)) {
            tries += 1;
            let Some((outcome, took)) = self.send(hook, event).await else {
                self.note(hook, None, Standing::Well).await?;
                return Ok(Turn::Over);
            };
            let now = self.inner.clock.now();
            let failing = failing_since.map_or(Duration::ZERO, |since| now.since(since));
            let verdict = decide(&outcome, tries, failing, self.inner.pace, rand::random());
            meters::tried(verdict, took);
            let delivery = delivery(event, &outcome, tries, now, took);
            match verdict {
                Verdict::Delivered => {
                    self.sent.push(delivery);
                    tries = 0;
                    if failing_since.take().is_some() || self.sent.len() >= NOTED {
                        self.note(hook, Some(event.cursor), Standing::Well).await?;
                        // It may stand elsewhere, or be another, by now.
                        return Ok(Turn::More);
                    }
                }
                Verdict::SetAside => {
                    self.sent.push(Delivery { state: DeliveryState::SetAside, ..delivery });
                    self.note(hook, Some(event.cursor), Standing::Well).await?;
                    return Ok(Turn::More);
                }
                Verdict::Again(after) => {
                    let (since, next) = (failing_since.unwrap_or(now), now.plus(after));
                    let error = outcome.error().unwrap_or_default();
                    let standing = Standing::Failing { tries, since, next, error };
                    self.note(hook, None, standing).await?;
                    return Ok(Turn::Wait(Some(after)));
                }
                Verdict::Suspend => {
                    self.suspend(hook, outcome.error().unwrap_or_default()).await?;
                    return Ok(Turn::More);
                }
            }
        }
        if let Some(last) = self.sent.last().map(|delivery| delivery.event) {
            self.note(hook, Some(last.max(next)), Standing::Well).await?;
            return Ok(Turn::More);
        }
        self.searched = Some((hook.info.seen, next));
        if next > hook.info.seen && self.noted.elapsed() >= SEARCHED {
            self.note(hook, Some(next), Standing::Well).await?;
        }
        Ok(if events.len() < PAGE as usize { Turn::Wait(again) } else { Turn::More })
    }

    /// Sends an event that somebody wants sent again.
    async fn send_again(
        &mut self,
        hook: &Hook,
        topics: &[Topic],
        waiting: Delivery,
    ) -> Result<Turn, StoreError> {
        let Cursor { xid, position: Position(position) } = waiting.event;
        let before = Cursor { xid, position: Position(position - 1) };
        let filter =
            EventFilter { topics: topics.to_vec(), kinds: vec![waiting.kind.clone().into()], stream: None };
        let (events, _) = self.inner.store.events(self.scope, &filter, before, 1).await?;
        let tries = waiting.attempts + 1;
        let (noted, next) = match events.into_iter().find(|event| event.cursor == waiting.event) {
            None => {
                let error = Some("whose events it is told may not see this one any more".to_owned());
                (Delivery { state: DeliveryState::SetAside, error, ..waiting }, None)
            }
            Some(event) => {
                let Some((outcome, took)) = self.send(hook, &event).await else { return Ok(Turn::Over) };
                let now = self.inner.clock.now();
                let verdict = decide(&outcome, tries, Duration::ZERO, self.inner.pace, rand::random());
                meters::tried(verdict, took);
                let noted = delivery(&event, &outcome, tries, now, took);
                match verdict {
                    Verdict::Delivered => (noted, None),
                    Verdict::Again(after) => {
                        (Delivery { state: DeliveryState::Waiting, ..noted }, Some(now.plus(after)))
                    }
                    Verdict::SetAside | Verdict::Suspend => {
                        (Delivery { state: DeliveryState::SetAside, ..noted }, None)
                    }
                }
            }
        };
        let (claim, webhook) = (self.claim.clone(), self.webhook);
        self.write(move |tx| {
            Box::pin(async move {
                claim.hold(tx).await?;
                // Somebody may have discarded it meanwhile.
                let is = rows::delivery_of(tx, webhook, noted.event).await?;
                if is.is_some_and(|is| is.state == DeliveryState::Waiting) {
                    rows::note(tx, webhook, &noted, next).await?;
                }
                Ok(())
            })
        })
        .await?;
        Ok(Turn::More)
    }

    /// Sends an event, once; says what came of it and how long it took. `None`: this node stops.
    async fn send(&mut self, hook: &Hook, event: &Event) -> Option<(Outcome, Duration)> {
        let now = self.inner.clock.now();
        let body = match serde_json::to_vec(event) {
            Ok(body) => Bytes::from(body),
            Err(error) => return Some((Outcome::Silent(error.to_string()), Duration::ZERO)),
        };
        let (id, seconds) = (event.cursor.to_string(), now.millis().div_euclid(1_000));
        let secrets = match self.secrets(hook, now).await {
            Ok(secrets) => secrets,
            Err(error) => return Some((Outcome::Silent(error.to_string()), Duration::ZERO)),
        };
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let signature = signature::sign(&secrets, &id, seconds, &body);
        let (_, receiver) = self.receiver.as_mut()?;
        let (message, began) = (Message { id, seconds, signature, body }, Instant::now());
        tokio::select! {
            outcome = receiver.post(&message) => Some((outcome, began.elapsed())),
            () = self.inner.stop.cancelled() => None,
        }
    }

    /// What messages are signed with now.
    async fn secrets(&self, hook: &Hook, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let (place, mut secrets) = (Hook::place(self.webhook), Vec::new());
        for sealed in hook.sealed_secrets(now) {
            secrets.push(self.inner.store.open_secret(self.scope, &place, sealed).await?);
        }
        Ok(secrets)
    }

    /// Notes what was sent, how far the webhook came (`None`: as far as the last that was sent), and how it stands.
    async fn note(
        &mut self,
        hook: &Hook,
        seen: Option<Cursor>,
        standing: Standing,
    ) -> Result<(), StoreError> {
        let sent = std::mem::take(&mut self.sent);
        let seen = seen.or(sent.last().map(|delivery| delivery.event)).unwrap_or(hook.info.seen);
        let (claim, hook) = (self.claim.clone(), hook.clone());
        let noted = self
            .write(move |tx| Box::pin(async move { note(tx, &claim, &hook, seen, &sent, standing).await }));
        noted.await?;
        (self.searched, self.noted) = (None, Instant::now());
        Ok(())
    }

    async fn suspend(&mut self, hook: &Hook, reason: String) -> Result<(), StoreError> {
        tracing::info!(webhook = %self.webhook, reason, "a webhook is given up");
        self.note(hook, None, Standing::Suspended(reason)).await
    }

    async fn write<T, F>(&self, command: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> tandem_store::BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        self.inner.store.write(self.scope, Cause::SYSTEM, command).await
    }
}

/// Whether an event is for a webhook. What is about webhooks is for none, or one that fails would be told for ever that it does.
fn is_for(webhook: WebhookId, event: &Event) -> bool {
    match desk::about(&event.stream) {
        None => true,
        Some(about) => about == webhook && event.kind == WebhookPinged::KIND,
    }
}

fn delivery(event: &Event, outcome: &Outcome, tries: u32, at: Timestamp, took: Duration) -> Delivery {
    Delivery {
        event: event.cursor,
        kind: event.kind.clone(),
        state: DeliveryState::Delivered,
        attempts: tries,
        status: outcome.status(),
        error: outcome.error(),
        at,
        took_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
    }
}

/// Writes what a sender did. Where somebody moved the webhook meanwhile, or changed it, their word holds.
async fn note(
    tx: &mut Tx,
    claim: &Claim,
    hook: &Hook,
    seen: Cursor,
    sent: &[Delivery],
    standing: Standing,
) -> Result<(), StoreError> {
    claim.hold(tx).await?;
    let webhook = hook.info.id;
    let Some(mut is) = rows::read(tx, webhook).await? else { return Ok(()) };
    if is.info.seen == hook.info.seen {
        is.info.seen = seen;
    }
    let mut reason = None;
    for delivery in sent {
        rows::note(tx, webhook, delivery, None).await?;
        if delivery.state == DeliveryState::SetAside {
            commands::tell(tx, webhook, &[], &set_aside(webhook, delivery)).await?;
            if rows::set_aside(tx, webhook).await? >= SET_ASIDE {
                reason = Some(format!("{SET_ASIDE} events were set aside"));
            }
        }
    }
    rows::forget_old(tx, webhook).await?;
    if is.edition == hook.edition {
        match standing {
            Standing::Well => {
                if let Some(last) = sent.last() {
                    let since = is.info.failing_since;
                    is.clear();
                    // Only what arrives says that a receiver is well again.
                    is.info.failing_since = since.filter(|_| last.state == DeliveryState::SetAside);
                }
            }
            Standing::Failing { tries, since, next, error } => {
                is.info.attempts = tries;
                is.info.failing_since = Some(since);
                is.info.next_try_at = Some(next);
                is.info.error = Some(error);
            }
            Standing::Suspended(why) => reason = Some(why),
        }
        if let Some(reason) = reason {
            is.info.state = WebhookState::Suspended;
            is.info.reason = Some(reason.clone());
            is.info.next_try_at = None;
            commands::tell(tx, webhook, &[], &WebhookSuspended { webhook, reason }).await?;
        }
    }
    rows::write(tx, &is).await
}

fn set_aside(webhook: WebhookId, delivery: &Delivery) -> DeliverySetAside {
    DeliverySetAside {
        webhook,
        event: delivery.event,
        kind: delivery.kind.clone(),
        attempts: delivery.attempts,
        error: delivery.error.clone().unwrap_or_default(),
    }
}
