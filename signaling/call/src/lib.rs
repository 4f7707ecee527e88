//! Calls as decisions: legs, ringing, answering, holding, ending, and the offer/answer of SIP legs.
//!
//! Pure: a [`Call`] takes what happened and the time, and yields [`Effect`]s that a shell carries out in order.
//! Every SIP leg is a dialog of its own (a back-to-back user agent, RFC 7092), so each side can be held, moved or ended alone.

mod call;
mod cause;
mod effect;
mod joining;
mod replacing;
pub mod sdp;
mod transfer;

pub use call::{Call, Refused};
pub use cause::{reason_of_status, status_of_reason};
pub use effect::{CallChange, Effect, Logged};
pub use joining::Moving;
