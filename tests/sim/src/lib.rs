//! Whole runs of a core under a seed, held against a simple model after every step.
//!
//! Routing: a [`routing::World`] makes up what agents, customers and the network do; the [`routing::Oracle`] says by plain scans over
//! lists what must follow; the [`routing::Ledger`] checks from the outputs alone that nothing is offered twice, lost or out of order.

mod rng;
pub mod routing;

pub use rng::Rng;
