//! Routing under a seed.

mod ledger;
mod oracle;
mod run;
mod world;

pub use ledger::Ledger;
pub use oracle::Oracle;
pub use run::{Summary, run};
pub use world::World;
