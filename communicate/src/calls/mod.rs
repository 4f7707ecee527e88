//! Live calls: one task each, found through a registry; their records.

mod actor;
mod records;
mod registry;
mod signaling;

pub(crate) use actor::{CallTask, Command, Message, NewCallPlan, Purpose, Reply};
pub(crate) use records::{CallFilter, Records};
pub(crate) use registry::{DialogKey, Owner, Registry, Transaction};
pub(crate) use signaling::{ALLOW, Contact, SipLeg, SipLegEvent, check, refusal, respond};
