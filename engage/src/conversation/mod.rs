//! One customer matter: what it is ([`Conversation`], rebuilt from [`Fact`]s) and how it is steered ([`Steering`]). Both pure.

mod facts;
mod model;
pub(crate) mod rows;
mod steering;
#[cfg(test)]
mod tests;

pub use facts::Fact;
pub use model::{Conversation, Recorder};
pub use steering::{Beginning, Command, Input, References, Steering};
