//! How the server is set up: configuration (flags before `TANDEM_*` before `tandem.toml` before defaults), certificates, logs, traces,
//! metrics, signals.
//!
//! The only crate that reads the environment. It turns what an operator wrote into a checked [`Config`] or a [`StartError`] that says
//! in one line what to change; nothing below `server/` sees raw text.

mod cli;
mod config;
mod error;
mod proxies;
mod runtime;
mod settings;
mod telemetry;
pub mod tls;
mod traces;

pub use cli::{AuditCommand, CaCommand, Cli, Command, KeysCommand, OrgCommand};
pub use config::{Config, Database, Secret};
pub use error::StartError;
pub use proxies::Proxies;
pub use runtime::Runtime;
pub use settings::Settings;
pub use telemetry::{Metrics, init_logs};
pub use tls::{CertificateError, Certificates, NodeCertificates, NodeTlsFiles, TlsFiles, TlsListener};
pub use traces::Traces;

/// Waits until the operator wants the server to stop (SIGTERM or Ctrl-C).
///
/// # Errors
/// When the signals cannot be listened to.
pub async fn stop_requested() -> std::io::Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}
