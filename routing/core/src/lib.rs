//! Automatic call distribution: which waiting item goes to which agent, and what becomes of the offer.
//!
//! A [`Domain`] is one org's queues, agents and items. It takes inputs with the time they happened at and yields outputs; it has no
//! clock, no randomness and no I/O, so the same inputs give the same outputs, ids included. Nothing here talks to a person: an offer
//! is a reservation of an agent's capacity that somebody else delivers and answers for.
//!
//! The contract: after each [`Domain::handle`] poll all outputs before the next input, and call it with [`Input::Deadline`] when
//! [`Domain::poll_timeout`] has come. Outputs follow a refused input too, because what was due is carried out first.
//!
//! What it guarantees after every input: an agent's offers and interactions never exceed his capacity when an offer is made; an item is
//! offered to one agent at a time; no item waits while an agent eligible for it is free; among the waiting, the smallest key goes
//! first, over all queues, and to the best agent by its queue's evaluation.

mod agents;
mod bits;
mod domain;
mod explain;
mod input;
mod items;
mod matching;
mod media;
mod members;
mod offers;
mod output;
mod queries;
mod rules;
mod saved;
mod skills;
mod snapshot;
mod table;
mod waiting;
mod wheel;
mod widening;

use std::time::Duration;

pub use domain::Domain;
pub use input::Input;
pub use media::{Label, Limit, Media, NoSuchLabel, Utilization};
pub use output::{Holder, LeftReason, OfferResult, Output, Refused};
pub use rules::{Asks, Condition, Measured, PREFERRED, Preferred, QueueRules, STEPS, Step};
pub use saved::{Inconsistent, Saved};
pub use snapshot::{AgentState, QueueState, Standing, WaitingItem};

/// How long an agent who declined an item (or could not be rung for it) is not offered that item again, so that it goes to others
/// rather than back and forth.
pub const DECLINE_PAUSE: Duration = Duration::from_secs(30);
