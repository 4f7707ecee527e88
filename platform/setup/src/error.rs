//! Why the server does not start, and with which exit code.

use std::{io, net::SocketAddr, path::PathBuf};

use crate::CertificateError;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration cannot be used. Names where it was written and what is wrong.
    #[error("{0}")]
    Config(String),
    /// Somebody listens there already, or the address is not this machine's.
    #[error("cannot listen on {address} for {what}: {reason} (change {option})")]
    Listen {
        /// `HTTP`, `SIP` …
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// The flag that changes it.
        option: &'static str,
        /// Why.
        reason: io::Error,
    },
    /// The certificate cannot be used.
    #[error("tls_cert, tls_key: {0}")]
    Certificate(#[from] CertificateError),
    /// A node's certificate cannot be used.
    #[error("node_cert, node_key, node_ca: {0}")]
    NodeCertificate(CertificateError),
    /// The data folder cannot be used.
    #[error("cannot use the data folder {path}: {reason}")]
    Data {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The database cannot be used, and waiting would not mend it.
    #[error("cannot use the database {database}: {reason}")]
    Database {
        /// Which, without secrets.
        database: String,
        /// Why.
        reason: String,
    },
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl StartError {
    /// The process' exit code: 2 configuration, 3 address, 4 data folder or database, 1 anything else.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Certificate(_) | Self::NodeCertificate(_) => 2,
            Self::Listen { .. } => 3,
            Self::Data { .. } | Self::Database { .. } => 4,
            Self::Failed(_) => 1,
        }
    }
}
