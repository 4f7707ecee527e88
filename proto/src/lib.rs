//! What crosses a wire: identifiers, time, the event envelope and every event's payload, API bodies, WebSocket frames, problem
//! types and size limits.
//!
//! Nothing here performs I/O or decides anything. A type in this crate is a promise to somebody outside the process: changes are
//! additive, and an event whose shape changes gets a new `SCHEMA` and an upcast.

pub mod api;
mod event;
pub mod events;
mod ids;
pub mod limits;
mod node;
mod payload;
mod problem;
mod time;
pub mod ws;

pub use event::{Actor, Cursor, CursorError, Event, EventData, Position, Stream, Topic};
pub use ids::*;
pub use node::{Load, NodeInfo, NodeRole};
pub use payload::Payload;
pub use problem::{FieldError, Problem};
pub use time::Timestamp;
