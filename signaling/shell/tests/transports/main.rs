//! SIP over TLS and WebSockets on loopback, with real handshakes.

mod limits;
mod support;
mod tls;
mod websocket;
