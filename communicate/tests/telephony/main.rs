//! Telephony as phones and carriers meet it: the real product on a real store, relay and SIP transport, on loopback.

mod app;
mod attended;
mod forks;
mod log;
mod moving;
mod outside;
mod refusals;
mod registration;
mod reliable;
mod replacing;
mod ringing;
mod session_timer;
mod stopping;
mod support;
mod talking;
mod tenancy;
mod transfer;
mod watching;
