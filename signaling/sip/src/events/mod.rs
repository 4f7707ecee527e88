//! Event notification: subscriptions on both sides (RFC 6665), the one a REFER implies (RFC 3515), and published state (RFC 3903).

mod notifier;
mod publish;
mod refer;
mod subscriber;

pub use notifier::{Notifier, NotifierConfig};
pub use publish::{Publication, Publications, PublishChange};
pub use refer::{ReferProgress, Referral, sipfrag_status};
pub use subscriber::{Subscriber, SubscriberDue, SubscriberNews};
