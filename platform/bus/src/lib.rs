//! What passes between processes and parts of one without being kept.
//!
//! [`Bus`]: signals to connected clients and wake-ups of those who tail the log, within the process or through Redis. What it carries
//! matters only now and may be lost; whoever needs certainty reads the log. [`Links`]: requests and messages from one node to another,
//! directly. They need no Redis. [`Seals`]: who says what on either, so
//! that nobody can say it in another's name. [`Trace`]: which trace a request belongs to; links carry it.

mod bus;
mod links;
mod redis;
pub mod seals;
pub mod trace;

pub use bus::{Bus, Published};
pub use links::{Asker, LinkError, LinkTls, Links, Neighbour};
pub use redis::BusError;
pub use seals::Seals;
pub use trace::Trace;
