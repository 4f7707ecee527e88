//! The SIP side of telephony: registrations, who is who, and new calls.

mod flows;
mod front;
mod invite;
mod register;
mod registrations;
mod secrets;
mod subscriptions;

pub(crate) use front::Front;
pub(crate) use registrations::Registrations;
pub(crate) use subscriptions::{Hub, Subscriptions};
