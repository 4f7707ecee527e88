//! `tandem doctor`: could the server start here?

use std::{net::SocketAddr, process::ExitCode};

use tandem_setup::{Config, StartError};
use tokio::net::{TcpListener, UdpSocket};

use crate::{compose, say};

/// Tries everything a start needs, one line each. Exit code 1 when something is wrong.
pub(crate) async fn examine(config: &Config) -> Result<ExitCode, StartError> {
    let findings = [
        ("configuration".to_owned(), Ok(())),
        (
            format!("data folder {}", config.data.display()),
            compose::data_folder(&config.data).map_err(|e| e.to_string()),
        ),
        (format!("database {}", config.database), database(config).await),
        tcp("HTTP", config.http).await,
        tcp("metrics and health", config.admin).await,
        tcp("SIP over TCP", config.sip).await,
        udp("SIP over UDP", config.sip).await,
        udp("WebRTC media", config.media).await,
        udp("the first RTP port", SocketAddr::new(config.media.ip(), *config.rtp_ports.start())).await,
    ];
    let mut healthy = true;
    for (what, found) in findings {
        match found {
            Ok(()) => say(&format!("ok    {what}"))?,
            Err(reason) => {
                healthy = false;
                say(&format!("FAIL  {what}: {reason}"))?;
            }
        }
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn database(config: &Config) -> Result<(), String> {
    let store = compose::node::open_store(config).await.map_err(|error| error.to_string())?;
    store.close().await;
    Ok(())
}

async fn tcp(what: &str, address: SocketAddr) -> (String, Result<(), String>) {
    let bound = TcpListener::bind(address).await;
    (format!("{what} on {address}/tcp"), bound.map(drop).map_err(|error| error.to_string()))
}

async fn udp(what: &str, address: SocketAddr) -> (String, Result<(), String>) {
    let bound = UdpSocket::bind(address).await;
    (format!("{what} on {address}/udp"), bound.map(drop).map_err(|error| error.to_string()))
}
