//! Routing under a seed.

pub mod erlang;
mod ledger;
mod oracle;
mod restore;
mod run;
mod world;

pub use ledger::Ledger;
pub use oracle::Oracle;
pub use restore::restored;
pub use run::{Summary, run};
pub use world::World;
