//! What goes on while something dies: calls, chats, a queue, and somebody who reads all of it.

mod calls;
mod cast;
mod chats;
mod fate;
mod queue;
mod reader;

pub use calls::{Calls, End, Pair, PairKind};
pub use cast::Cast;
pub use chats::Chats;
pub use fate::{Fate, Loss, judge};
pub use queue::{Queue, QueueTally};
pub use reader::Reader;

/// A load that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The API refused.
    #[error("{0}: {1}")]
    Rest(&'static str, crate::rest::RestError),
    /// No socket to be had.
    #[error("no socket: {0}")]
    Io(#[from] std::io::Error),
    /// Something did not come about in time.
    #[error("{0}")]
    Late(String),
    /// The world cannot be read.
    #[error(transparent)]
    World(#[from] crate::world::WorldError),
}

/// Says what was asked for when it was refused.
pub(crate) fn refused(what: &'static str) -> impl Fn(crate::rest::RestError) -> LoadError {
    move |error| LoadError::Rest(what, error)
}
