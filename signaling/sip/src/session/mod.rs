//! What a call keeps beside its dialog: timers, reliable provisional responses, whose offer is out, and the branches of a forked
//! INVITE. Each is a value of its own; none sends anything.

mod forks;
mod offer;
mod reliable;
mod timer;

pub use forks::{ForkEvent, Forks};
pub use offer::{OfferError, OfferState, glare_wait};
pub use reliable::{Provisional, ReliableDue, ReliableReceiver, ReliableSender};
pub use timer::{SessionDue, SessionTimer, SessionTimerConfig};

/// The option tags of what is kept here: what a request may require.
pub const EXTENSIONS: &[&str] = &["100rel", "timer", "replaces"];
