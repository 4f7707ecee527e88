//! The product behind the real edge: its routes, sockets and services, on a store of its own and a clock the tests own.

mod chat;
mod directory;
mod live;
mod nodes;
mod presence;
mod world;
