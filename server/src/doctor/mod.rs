//! `tandem doctor`: could the server start here, and would it do well?

mod machine;
mod peers;
mod regions;
mod tls;

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use tandem_blobs::{Blobs, Place};
use tandem_proto::NodeRole;
use tandem_setup::{Config, StartError};
use tokio::net::{TcpListener, UdpSocket};

use crate::{compose, say};

/// How long anybody else is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found out about one thing.
pub(crate) enum Found {
    /// It is as it should be; perhaps with a figure.
    Fine(String),
    /// The server would start, and not do well. Says what to do.
    Warn(String),
    /// The server would not start, or do nothing. Says what to do.
    Fail(String),
}

/// A thing that was looked at.
pub(crate) struct Finding {
    what: String,
    found: Found,
}

impl Finding {
    fn new(what: impl Into<String>, found: Found) -> Self {
        Self { what: what.into(), found }
    }

    fn fine(what: impl Into<String>) -> Self {
        Self::new(what, Found::Fine(String::new()))
    }

    fn of(what: impl Into<String>, result: Result<(), String>) -> Self {
        Self::new(what, result.map_or_else(Found::Fail, |()| Found::Fine(String::new())))
    }
}

/// Tries everything a start needs, one line each. Exit code 1 when something would keep the server from its work.
pub(crate) async fn examine(config: &Config) -> Result<ExitCode, StartError> {
    let mut findings = vec![Finding::fine("configuration")];
    findings.push(Finding::of(
        format!("data folder {}", config.data.display()),
        compose::data_folder(&config.data).map_err(|error| error.to_string()),
    ));
    findings.push(machine::room(&config.data));
    findings.push(machine::descriptors());
    findings.push(machine::codecs());
    if config.database.is_shared() {
        findings.extend(peers::postgres(config).await);
    } else {
        findings.push(Finding::of(format!("database {}", config.database), file(config).await));
    }
    findings.extend(peers::redis(config).await);
    findings.push(Finding::of(format!("blobs {}", config.blobs), blobs(config).await));
    findings.extend(addresses(config).await);
    findings.extend(tls::certificate(config).await);
    findings.extend(tls::node_certificate(config).await);
    findings.extend(machine::public_ip(config));
    findings.extend(regions::others(config).await);
    let mut healthy = true;
    for Finding { what, found } in findings {
        match found {
            Found::Fine(figure) if figure.is_empty() => say(&format!("ok    {what}"))?,
            Found::Fine(figure) => say(&format!("ok    {what}: {figure}"))?,
            Found::Warn(reason) => say(&format!("WARN  {what}: {reason}"))?,
            Found::Fail(reason) => {
                healthy = false;
                say(&format!("FAIL  {what}: {reason}"))?;
            }
        }
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Opens the database of this process alone, as a start would.
async fn file(config: &Config) -> Result<(), String> {
    let store = compose::node::open_store(config).await.map_err(|error| error.to_string())?;
    store.close().await;
    Ok(())
}

async fn blobs(config: &Config) -> Result<(), String> {
    let place: Place = config.blobs.url().parse().map_err(|error| format!("{error}"))?;
    let blobs = Blobs::open(&place).map_err(|error| error.to_string())?;
    match tokio::time::timeout(PATIENCE, blobs.check()).await {
        Ok(checked) => checked.map_err(|error| error.to_string()),
        Err(_) => Err(format!("it does not answer within {PATIENCE:?}")),
    }
}

/// The addresses this node's roles need.
async fn addresses(config: &Config) -> Vec<Finding> {
    let has = |role| config.roles.contains(&role);
    let mut findings = Vec::new();
    if has(NodeRole::Edge) {
        findings.push(tcp("HTTP", "--http", config.http).await);
    }
    findings.push(tcp("metrics and health", "--admin", config.admin).await);
    if has(NodeRole::Sip) {
        findings.push(tcp("SIP over TCP", "--sip", config.sip).await);
        findings.push(udp("SIP over UDP", "--sip", config.sip).await);
        for (what, option, address) in [
            ("SIP over TLS", "--sip-tls", config.sip_tls),
            ("SIP over WebSocket", "--sip-ws", config.sip_ws),
            ("SIP over WebSocket and TLS", "--sip-wss", config.sip_wss),
        ] {
            if let Some(address) = address {
                findings.push(tcp(what, option, address).await);
            }
        }
    }
    if has(NodeRole::Media) {
        let first = SocketAddr::new(config.media.ip(), *config.rtp_ports.start());
        findings.push(udp("WebRTC media", "--media", config.media).await);
        findings.push(udp("the first RTP port", "--rtp-ports", first).await);
    }
    if let Some(links) = config.links {
        findings.push(tcp("other nodes", "--links", links).await);
        if links.ip().is_unspecified() {
            let reason = "others are told this very address: write one they can reach";
            findings.push(Finding::new(format!("links {links}"), Found::Fail(reason.to_owned())));
        }
    }
    findings
}

async fn tcp(what: &str, option: &str, address: SocketAddr) -> Finding {
    let bound = TcpListener::bind(address).await;
    let bound = bound.map(drop).map_err(|error| format!("{error} (change {option}, or stop who listens)"));
    Finding::of(format!("{what} on {address}/tcp"), bound)
}

async fn udp(what: &str, option: &str, address: SocketAddr) -> Finding {
    let bound = UdpSocket::bind(address).await;
    let bound = bound.map(drop).map_err(|error| format!("{error} (change {option}, or stop who listens)"));
    Finding::of(format!("{what} on {address}/udp"), bound)
}
