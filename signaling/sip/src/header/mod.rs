//! Header values.

mod auth;
mod dialogs;
mod identity;
pub(crate) mod lex;
mod name_addr;
mod params;
mod values;
mod via;

pub use auth::AuthValue;
pub use dialogs::{EventType, Phase, RAck, Replaces, SubscriptionState};
pub use identity::{HistoryEntry, Identity, Privacy, Warning};
pub use name_addr::NameAddr;
pub use params::Params;
pub use values::{CSeq, Contacts, Parametrised, Refresher, SessionExpires};
pub use via::{MAGIC_COOKIE, Via};
