//! The SIP core from outside: stories on fake time, the torture messages of RFC 4475, properties.

mod calls;
mod cancel;
mod dialogs;
mod properties;
mod registrar;
mod rules;
mod support;
mod torture;
