//! Links between nodes: what holds for oneself and over TCP alike, and what only a connection can do.

mod connections;
mod promises;
mod seals;
mod support;
