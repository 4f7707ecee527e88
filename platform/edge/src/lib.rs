//! The edge: who asks (sessions), how bodies are read and refused, the WebSocket, and what surrounds every request (ids, limits, log
//! line, metrics, headers).
//!
//! It never decides anything about a product. The contract for products: a handler takes a [`Caller`] and asks it for a permission
//! before anything else; bodies come through [`Json`], [`Query`] and [`Path`]; every refusal is an [`ApiProblem`].

mod caller;
mod extract;
pub mod gateway;
pub mod identity;
mod problem;

pub use caller::Caller;
pub use extract::{Json, Path, Query};
pub use gateway::{PresenceGateway, RtcGateway, TopicAuthority};
pub use identity::{Identity, IdentityError, UserRecord};
pub use problem::ApiProblem;
