//! The contact centre: conversations, queues, agents and flows.
//!
//! A call that reaches a flow's number becomes a conversation. Its task steers it: the flow speaks, routing chooses an agent, call
//! control rings and connects; every step is a fact in the log and in the conversation's segments. Who gets which call is decided by
//! `tandem-routing` alone, and what a caller hears by the flow; nothing here decides either.
//!
//! An org's contact centre lives on one engine node at a time, and another goes on where it stopped: every step is written before its
//! commands are carried out, under the node's claim to the org. On other nodes an [`Engage`] gives what needs the store alone.
//!
//! The contract: start one [`Engage`] per process, after the routing engine; give the store [`MIGRATIONS`] and [`projections`]; run
//! [`routes`] on the node that owns the caller's org.

mod api;
pub mod control;
pub mod conversation;
mod demo;
mod error;
pub mod flow;
mod live;
pub mod remote;
mod service;
mod settings;
mod stats;
mod tables;
mod topics;

pub use api::routes;
pub use demo::Demo;
pub use error::EngageError;
pub use service::{Engage, Parts};
pub use settings::{FLOWS, QUEUES, Target};
pub use stats::{Counts, Limits, projections};
pub use tables::{COUNTED, MIGRATIONS};
