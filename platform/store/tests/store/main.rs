//! The store as its users see it: a real database in a folder of its own for every test.

mod audit;
mod beside;
mod crash;
mod dump;
mod failover;
mod full;
mod golden;
mod log;
mod model;
mod nodes;
mod opening;
mod packed;
mod projections;
mod resume;
mod support;
mod trap;
mod vault;
mod walls;
