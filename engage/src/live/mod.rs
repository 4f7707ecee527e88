//! The shell: one task per conversation, and the tasks that feed them.

mod actor;
mod dispatch;
mod outside;
mod presence;
mod registry;
mod restart;

pub(crate) use actor::Actor;
pub(crate) use dispatch::Dispatch;
pub(crate) use outside::{KINDS as OUTSIDE_KINDS, OutsideCalls};
pub(crate) use presence::watch;
pub(crate) use registry::{Message, Registry};
