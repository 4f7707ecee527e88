//! What people do with webhooks.

use std::time::Duration;

use serde_json::{Value, json};
use tandem_cluster::{Claiming, Kind};
use tandem_core::{OrgScope, Precondition, RequestContext};
use tandem_edge::{Counted, reached};
use tandem_proto::{
    Cursor, EventData, Stream, Timestamp, Topic, UserId, WebhookId,
    api::{
        DeliveriesQuery, Delivery, DeliveryState, OrgLimit, WebhookInfo, WebhookMade, WebhookSettings,
        WebhookState,
    },
    events::webhooks::{
        DeliveryDiscarded, DeliveryRetried, WebhookChanged, WebhookPinged, WebhookRemoved, WebhookReplayed,
        WebhookSecretChanged,
    },
};
use tandem_store::{BoxFuture, Cause, Change, Expect, Redacted, StoreError, Tx};

use super::{
    Webhooks, check,
    check::Checked,
    error::WebhookError,
    rows::{self, Hook},
};
use crate::delivery::signature;

/// What an org has so many of at most.
pub const COUNTED: &[Counted] = &[WEBHOOKS];
const WEBHOOKS: Counted =
    Counted { limit: OrgLimit::Webhooks, sql: "SELECT count(*) AS used FROM webhooks WHERE org = $1" };
/// For how long a secret that was replaced signs too.
const BOTH_SIGN: Duration = Duration::from_secs(24 * 3_600);

impl Webhooks {
    pub(super) async fn list(&self, scope: OrgScope) -> Result<Vec<WebhookInfo>, WebhookError> {
        let hooks = rows::list(&self.0.store, scope).await?;
        Ok(hooks.into_iter().map(|hook| hook.info).collect())
    }

    pub(super) async fn show(
        &self,
        scope: OrgScope,
        webhook: WebhookId,
    ) -> Result<WebhookInfo, WebhookError> {
        let hook = rows::get(&self.0.store, scope, webhook).await?;
        hook.map(|hook| hook.info).ok_or(WebhookError::UnknownWebhook)
    }

    /// Makes a webhook that is told what happens from now on.
    pub(super) async fn create(
        &self,
        context: &RequestContext,
        settings: WebhookSettings,
    ) -> Result<WebhookMade, WebhookError> {
        let wanted = check::settings(settings, self.0.way.networks())?;
        // What this node wrote before is not from now on; the head may trail it by a moment.
        let written = *self.0.store.commits().borrow();
        let _ = reached(&self.0.store, written).await;
        let (user, seen, claiming) = (context.user, self.0.store.head(), self.0.cluster.claiming());
        let made = self.write(context, move |tx| {
            Box::pin(async move { create(tx, claiming, wanted, user, seen).await })
        });
        let made = made.await?;
        self.0.cluster.announce_orphans();
        Ok(made)
    }

    /// Changes a webhook; one the server gave up goes on where it stopped.
    pub(super) async fn change(
        &self,
        context: &RequestContext,
        webhook: WebhookId,
        precondition: Precondition,
        settings: WebhookSettings,
    ) -> Result<WebhookInfo, WebhookError> {
        let wanted = check::settings(settings, self.0.way.networks())?;
        let user = context.user;
        let changed = self.write(context, move |tx| {
            Box::pin(async move { change(tx, webhook, precondition, wanted, user).await })
        });
        changed.await
    }

    /// Gives a webhook another secret.
    pub(super) async fn change_secret(
        &self,
        context: &RequestContext,
        webhook: WebhookId,
    ) -> Result<WebhookMade, WebhookError> {
        let changed = self.write(context, move |tx| {
            Box::pin(async move {
                let mut hook = known(tx, webhook).await?;
                let secret = signature::secret();
                let sealed = tx.seal_secret(&Hook::place(webhook), &secret).await?;
                let before = std::mem::replace(&mut hook.secret, sealed);
                hook.old_secret = Some((before, tx.now().plus(BOTH_SIGN)));
                save(tx, &mut hook, &WebhookSecretChanged { webhook }).await?;
                let hidden = json!({ "secret": Redacted });
                let change = about("webhook.secret.changed", &hook.info);
                tx.audit(change.before(&hidden).after(&hidden)).await?;
                Ok(WebhookMade { webhook: hook.info, secret })
            })
        });
        changed.await
    }

    pub(super) async fn remove(
        &self,
        context: &RequestContext,
        webhook: WebhookId,
        precondition: Precondition,
    ) -> Result<(), WebhookError> {
        let removed = self.write(context, move |tx| {
            Box::pin(async move {
                let was = known(tx, webhook).await?.info;
                precondition.check(&was)?;
                rows::remove(tx, webhook).await?;
                tx.audit(about("webhook.removed", &was).before(&settings(&was))).await?;
                Ok(tell(tx, webhook, &[], &WebhookRemoved { webhook }).await?)
            })
        });
        removed.await
    }

    /// Has a webhook told of an event that is about nothing else.
    pub(super) async fn ping(
        &self,
        context: &RequestContext,
        webhook: WebhookId,
    ) -> Result<(), WebhookError> {
        let pinged = self.write(context, move |tx| {
            Box::pin(async move {
                let hook = known(tx, webhook).await?;
                // So that whose webhook it is may see it, whatever else they may.
                Ok(tell(tx, webhook, &[Topic::user(hook.info.user)], &WebhookPinged { webhook }).await?)
            })
        });
        pinged.await
    }

    /// Has events after a cursor sent once more.
    pub(super) async fn replay(
        &self,
        context: &RequestContext,
        webhook: WebhookId,
        after: Cursor,
    ) -> Result<WebhookInfo, WebhookError> {
        reached(&self.0.store, after).await.map_err(|_| WebhookError::UnknownCursor)?;
        let replayed = self.write(context, move |tx| {
            Box::pin(async move {
                let mut hook = known(tx, webhook).await?;
                let was = std::mem::replace(&mut hook.info.seen, after);
                hook.clear();
                save(tx, &mut hook, &WebhookReplayed { webhook, after }).await?;
                let change = about("webhook.replayed", &hook.info);
                tx.audit(change.before(&json!({ "seen": was })).after(&json!({ "seen": after }))).await?;
                Ok(hook.info)
            })
        });
        replayed.await
    }

    pub(super) async fn deliveries(
        &self,
        scope: OrgScope,
        webhook: WebhookId,
        query: &DeliveriesQuery,
        before: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Delivery>, WebhookError> {
        self.show(scope, webhook).await?;
        Ok(rows::deliveries(&self.0.store, scope, webhook, query.state, before, limit).await?)
    }

    /// Has an event sent again, whatever became of it.
    pub(super) async fn retry_delivery(
        &self,
        context: &RequestContext,
        webhook: WebhookId,
        event: Cursor,
    ) -> Result<Delivery, WebhookError> {
        let retried = self.write(context, move |tx| {
            Box::pin(async move {
                let hook = known(tx, webhook).await?.info;
                let mut delivery =
                    rows::delivery_of(tx, webhook, event).await?.ok_or(WebhookError::UnknownDelivery)?;
                let was = delivery.state;
                delivery.state = DeliveryState::Waiting;
                delivery.attempts = 0;
                let now = tx.now();
                rows::note(tx, webhook, &delivery, Some(now)).await?;
                tx.audit(decided("webhook.delivery.retried", &hook, &delivery, was)).await?;
                tell(tx, webhook, &[], &DeliveryRetried { webhook, event }).await?;
                Ok(delivery)
            })
        });
        retried.await
    }

    /// Decides that an event that was set aside, or waits, need not be sent.
    pub(super) async fn discard_delivery(
        &self,
        context: &RequestContext,
        webhook: WebhookId,
        event: Cursor,
    ) -> Result<(), WebhookError> {
        let discarded = self.write(context, move |tx| {
            Box::pin(async move {
                let hook = known(tx, webhook).await?.info;
                let mut delivery =
                    rows::delivery_of(tx, webhook, event).await?.ok_or(WebhookError::UnknownDelivery)?;
                if !matches!(delivery.state, DeliveryState::SetAside | DeliveryState::Waiting) {
                    return Err(WebhookError::NotNow(delivery.state));
                }
                let was = std::mem::replace(&mut delivery.state, DeliveryState::Discarded);
                rows::note(tx, webhook, &delivery, None).await?;
                tx.audit(decided("webhook.delivery.discarded", &hook, &delivery, was)).await?;
                Ok(tell(tx, webhook, &[], &DeliveryDiscarded { webhook, event }).await?)
            })
        });
        discarded.await
    }

    async fn write<T, F>(&self, context: &RequestContext, command: F) -> Result<T, WebhookError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, WebhookError>> + Send + 'static,
    {
        self.0.store.write(context.scope, Cause::request(context), command).await
    }
}

/// What an audit entry shows of a webhook: what people set, and not how it fares.
fn settings(info: &WebhookInfo) -> Value {
    let WebhookInfo { name, url, kinds, user, state, .. } = info;
    json!({ "name": name, "url": url, "kinds": kinds, "user": user, "state": state })
}

fn about(what: &'static str, info: &WebhookInfo) -> Change {
    Change::new(what, "webhook", info.id).called(info.name.clone())
}

/// Somebody's decision about an event of a webhook.
fn decided(what: &'static str, info: &WebhookInfo, delivery: &Delivery, was: DeliveryState) -> Change {
    let view = |state| json!({ "event": delivery.event, "kind": delivery.kind, "state": state });
    about(what, info).before(&view(was)).after(&view(delivery.state))
}

async fn known(tx: &mut Tx, webhook: WebhookId) -> Result<Hook, WebhookError> {
    rows::read(tx, webhook).await?.ok_or(WebhookError::UnknownWebhook)
}

/// Writes what somebody changed, so that whoever sends notices, and its event.
async fn save<E: EventData>(tx: &mut Tx, hook: &mut Hook, event: &E) -> Result<(), WebhookError> {
    hook.edition += 1;
    hook.info.changed_at = tx.now();
    rows::write(tx, hook).await?;
    Ok(tell(tx, hook.info.id, &[], event).await?)
}

/// Appends an event of a webhook.
pub(super) async fn tell<E: EventData>(
    tx: &mut Tx,
    webhook: WebhookId,
    also: &[Topic],
    event: &E,
) -> Result<(), StoreError> {
    let topics = [&[Topic::admins(tx.scope().org())], also].concat();
    tx.append(Stream::webhook(webhook), Expect::Any, &topics, event).await?;
    Ok(())
}

fn changed(info: &WebhookInfo) -> WebhookChanged {
    WebhookChanged {
        webhook: info.id,
        name: info.name.clone(),
        url: info.url.clone(),
        kinds: info.kinds.clone(),
        user: info.user,
        paused: info.state == WebhookState::Paused,
    }
}

fn state(paused: bool) -> WebhookState {
    if paused { WebhookState::Paused } else { WebhookState::Active }
}

async fn create(
    tx: &mut Tx,
    claiming: Claiming,
    wanted: Checked,
    user: UserId,
    seen: Cursor,
) -> Result<WebhookMade, WebhookError> {
    WEBHOOKS.one_more::<WebhookError>(tx).await?;
    let now: Timestamp = tx.now();
    let info = WebhookInfo {
        id: WebhookId::generate(),
        name: wanted.name,
        url: wanted.url,
        kinds: wanted.kinds,
        user,
        state: state(wanted.paused),
        reason: None,
        seen,
        failing_since: None,
        attempts: 0,
        next_try_at: None,
        error: None,
        created_at: now,
        changed_at: now,
    };
    let secret = signature::secret();
    let sealed = tx.seal_secret(&Hook::place(info.id), &secret).await?;
    let mut hook = Hook { info, secret: sealed, old_secret: None, edition: 0 };
    claiming.offer(tx, Kind::Webhook, &hook.info.id.to_string()).await?;
    let event = changed(&hook.info);
    save(tx, &mut hook, &event).await?;
    tx.audit(about("webhook.created", &hook.info).after(&settings(&hook.info))).await?;
    Ok(WebhookMade { webhook: hook.info, secret })
}

async fn change(
    tx: &mut Tx,
    webhook: WebhookId,
    precondition: Precondition,
    wanted: Checked,
    user: UserId,
) -> Result<WebhookInfo, WebhookError> {
    let mut hook = known(tx, webhook).await?;
    precondition.check(&hook.info)?;
    let was = settings(&hook.info);
    if hook.info.url != wanted.url {
        // Or somebody could have sent to themselves what only somebody else may see.
        hook.info.user = user;
    }
    hook.info.name = wanted.name;
    hook.info.url = wanted.url;
    hook.info.kinds = wanted.kinds;
    hook.info.state = state(wanted.paused);
    hook.info.reason = None;
    // It is tried at once, and for as long as a new one.
    hook.clear();
    let event = changed(&hook.info);
    save(tx, &mut hook, &event).await?;
    tx.audit(about("webhook.changed", &hook.info).before(&was).after(&settings(&hook.info))).await?;
    Ok(hook.info)
}
