//! The shell: one task per conversation, the tasks that feed them, and the one that owns orgs.

mod actor;
mod catching_up;
mod dispatch;
mod outside;
mod owning;
mod presence;
mod registry;
mod takeover;

pub(crate) use actor::Actor;
pub(crate) use dispatch::Dispatch;
pub(crate) use outside::{KINDS as OUTSIDE_KINDS, OutsideCalls};
pub(crate) use owning::Owning;
pub(crate) use presence::watch;
pub(crate) use registry::{Message, Registry};
