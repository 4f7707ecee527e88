//! Rooms, endpoints, codecs and jitter buffering as decisions: what goes where, never how it gets there.
//!
//! Pure: time and packets are arguments; no socket, thread or clock.

mod control;

pub use control::*;
