//! The SIP core from outside: stories on fake time, the torture messages of RFC 4475 and RFC 5118, properties.

mod calls;
mod cancel;
mod dialogs;
mod events;
mod oracle;
mod properties;
mod registrar;
mod rules;
mod session;
mod support;
mod torture;
mod torture_ipv6;
