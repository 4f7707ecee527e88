//! Telephony as phones and carriers meet it: the real product on a real store, relay and SIP transport, on loopback.

mod app;
mod log;
mod moving;
mod refusals;
mod registration;
mod ringing;
mod stopping;
mod support;
mod talking;
mod tenancy;
