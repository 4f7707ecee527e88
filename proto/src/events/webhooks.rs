//! Systems elsewhere that are told of events. That one was told is no event: it would be told of that too.

use super::events;
use crate::{Cursor, UserId, WebhookId};

events! {
    /// A webhook was made, or its settings changed. Stream `webhook`, topic `admins`.
    WebhookChanged = "webhook.changed" v 1 {
        /// Which.
        webhook: WebhookId,
        /// Its name.
        name: String,
        /// Where events go.
        url: String,
        /// Which kinds; none: all.
        kinds: Vec<String>,
        /// It is told what this user may see.
        user: UserId,
        /// Whether it rests.
        paused: bool,
    }
    /// A webhook's secret was replaced. Stream `webhook`, topic `admins`.
    WebhookSecretChanged = "webhook.secret.changed" v 1 {
        /// Which.
        webhook: WebhookId,
    }
    /// A webhook is no more. Stream `webhook`, topic `admins`.
    WebhookRemoved = "webhook.removed" v 1 {
        /// Which.
        webhook: WebhookId,
    }
    /// The server gave a webhook up until somebody sees to it; it goes on where it stopped. Stream `webhook`, topic `admins`.
    WebhookSuspended = "webhook.suspended" v 1 {
        /// Which.
        webhook: WebhookId,
        /// Why.
        reason: String,
    }
    /// Events after a cursor are sent once more. Stream `webhook`, topic `admins`.
    WebhookReplayed = "webhook.replayed" v 1 {
        /// Which.
        webhook: WebhookId,
        /// After where.
        after: Cursor,
    }
    /// Somebody wants to see whether a webhook works; it is told of this alone. Stream `webhook`, topic `admins`.
    WebhookPinged = "webhook.pinged" v 1 {
        /// Which.
        webhook: WebhookId,
    }
    /// An event that a webhook's receiver refused again and again was set aside, so that those behind it could go. Stream `webhook`,
    /// topic `admins`.
    DeliverySetAside = "webhook.delivery.set_aside" v 1 {
        /// Which webhook.
        webhook: WebhookId,
        /// Which event.
        event: Cursor,
        /// Its kind.
        kind: String,
        /// How often it was sent.
        attempts: u32,
        /// What came of the last time.
        error: String,
    }
    /// Somebody had an event that was set aside, or any other, sent again. Stream `webhook`, topic `admins`.
    DeliveryRetried = "webhook.delivery.retried" v 1 {
        /// Which webhook.
        webhook: WebhookId,
        /// Which event.
        event: Cursor,
    }
    /// Somebody decided that an event need not be sent. Stream `webhook`, topic `admins`.
    DeliveryDiscarded = "webhook.delivery.discarded" v 1 {
        /// Which webhook.
        webhook: WebhookId,
        /// Which event.
        event: Cursor,
    }
}
