//! Subscriptions of phones: busy lamps, presence and waiting messages (RFC 6665).
//!
//! One task a node keeps them: what it decides is in [`board`] and [`subscription`], without clock or socket. What is told is read from the
//! store when the log says that it may have changed, so that it does not matter which node a call is on. Subscriptions themselves are in
//! memory: a node that stops ends them (`deactivated`), one that is lost is noticed with the next refresh (481), and phones subscribe anew.

mod board;
mod documents;
mod hub;
mod look;
mod news;
mod package;
mod subscribe;
mod subscription;

pub(crate) use hub::{Hub, Subscriptions};
pub(super) use package::ALLOW_EVENTS;
