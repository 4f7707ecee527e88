//! The stack.
mod event;
pub use event::{ClientTxId, ServerTxId, SipEvent};
