//! Live calls: one task each, found through a registry; their records, and the state another node goes on from.

mod actor;
mod command;
mod records;
mod registry;
mod remote;
mod signaling;
mod snapshot;
mod takeover;

pub(crate) use actor::{CallTask, GoingOut, Message, NewCallPlan, Purpose, Replacing};
pub(crate) use command::{Command, Reply};
pub(crate) use records::{CallFilter, PERSONAL, Records, erase};
pub(crate) use registry::{DialogKey, Owner, Registry, Transaction};
pub(crate) use remote::{Answer, Ask, Place, serve};
pub(crate) use signaling::{
    ALLOW, Calling, Contact, SUPPORTED, SipLeg, SipLegEvent, check, refusal, respond,
};
pub(crate) use takeover::{end_what_was_left, take_over};
