//! The product through its routes and services, on a store of its own and a clock the tests own.

mod chat;
mod directory;
mod presence;
mod world;
