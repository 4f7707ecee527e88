//! `DIR/runtime.json`: where the running server really listens, for tools beside it.

use std::{net::SocketAddr, path::Path};

use serde::{Deserialize, Serialize};

/// Where the server listens; the ports are the bound ones, also where 0 was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Runtime {
    /// Web client and API, where it has that role; so below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<SocketAddr>,
    /// Metrics and health.
    pub admin: SocketAddr,
    /// SIP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip: Option<SocketAddr>,
    /// SIP over TLS, where it is listened to; so below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_tls: Option<SocketAddr>,
    /// SIP over WebSocket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_ws: Option<SocketAddr>,
    /// The same within TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_wss: Option<SocketAddr>,
    /// WebRTC media.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<SocketAddr>,
    /// The process.
    pub pid: u32,
}

impl Runtime {
    /// Name of the file in the data folder.
    pub const FILE: &'static str = "runtime.json";

    /// Writes the file; a reader sees the old one or the whole new one.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, data: &Path) -> std::io::Result<()> {
        let half = data.join("runtime.json.new");
        std::fs::write(&half, serde_json::to_vec(self)?)?;
        std::fs::rename(half, data.join(Self::FILE))
    }

    /// Removes the file; a server that stopped listens nowhere.
    pub fn remove(data: &Path) {
        let _ = std::fs::remove_file(data.join(Self::FILE));
    }
}
