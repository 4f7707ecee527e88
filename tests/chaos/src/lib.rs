//! What goes on in Tandem while parts of it die: calls whose every frame is counted, chats and queues with a ledger of what was
//! acknowledged, and scenarios that kill, stop and starve processes under them.
//!
//! `meter` and `ledger` decide and are pure; `phone`, `web` and `rest` are clients over the public interfaces and nothing else; `load`
//! is people who use them; `world` is what is under test; `scenarios` put them together, one story per file. Everything runs on one
//! thread (`tokio::task::LocalSet`), so that the generator takes as little of the machine as it can.
//!
//! A gap is the longest stretch without in-order audio at a receiver. A call is lost when it was ended, had a gap of more than 10 s, or
//! carries audio one way only afterwards.

pub mod ledger;
pub mod load;
pub mod meter;
pub mod phone;
pub mod report;
pub mod rest;
pub mod scenarios;
pub mod web;
pub mod world;
