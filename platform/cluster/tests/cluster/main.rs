//! Nodes on one store: who is there, who owns what, and what becomes of it when one dies.

mod askers;
mod beats;
mod jobs;
mod keys;
mod names;
mod outage;
mod owners;
mod support;
