//! Rooms, endpoints, codecs and jitter buffering as decisions: what goes where, never how it gets there.
//!
//! Pure: time and packets are arguments; no socket, thread or clock. Time is a [`std::time::Duration`] since some start the caller
//! chose; it must never run backwards for one object.

mod control;
mod delay;
pub mod dtmf;
pub mod jitter;
pub mod key_frame;
pub mod layers;
pub mod lock;
pub mod room;
pub mod rtcp;
pub mod rtp;
pub mod splice;

pub use control::*;

/// Length of a mixer tick and of the frames we send, milliseconds.
pub const FRAME_MS: u32 = 20;
/// [`FRAME_MS`] as a duration.
pub const FRAME: std::time::Duration = std::time::Duration::from_millis(FRAME_MS as u64);
