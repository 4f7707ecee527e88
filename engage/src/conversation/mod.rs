//! One customer matter: what it is ([`Conversation`], rebuilt from [`Fact`]s) and how it is steered ([`Steering`]). Both pure.

mod facts;
mod model;
mod ports;
pub(crate) mod rows;
mod steering;
#[cfg(test)]
mod tests;

pub use facts::Fact;
pub use model::{Conversation, Recorder};
pub use ports::{Beginning, Command, Input, References};
pub use steering::{Saved, Steering};
