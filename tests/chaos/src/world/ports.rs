//! Ports that stay ours while the server is down.

use std::net::{TcpListener, UdpSocket};

use super::WorldError;

/// Below the ephemeral range: otherwise a client that connects again and again to a server that is down gets, sooner or later, that
/// very port as its own and talks to itself.
const RANGE: std::ops::Range<u16> = 20_000..28_000;

/// The first of `count` ports in a row that nobody uses.
pub(super) fn free_run(count: u16) -> Result<u16, WorldError> {
    for _ in 0..200 {
        let first = rand::random_range(RANGE.start..RANGE.end - count);
        if (first..first + count).all(is_free) {
            return Ok(first);
        }
    }
    Err(WorldError::Other("no free ports".to_owned()))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", port)).is_ok()
}

/// A port nobody uses over TCP or UDP.
pub(super) fn free() -> Result<u16, WorldError> {
    free_run(1)
}
