//! `tandem health`: is the server that runs here ready?

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use tandem_setup::{Config, Runtime, StartError};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::say;

/// Who takes longer is not well.
const PATIENCE: Duration = Duration::from_secs(2);
/// The default of `--admin`.
const UNSAID: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8081);
/// More than any answer of ours.
const ANSWER_MAX: u64 = 16 * 1024;

/// Asks, says in one line what was answered; exit code 0 if the server is ready.
pub(crate) async fn ask(config: &Config) -> Result<ExitCode, StartError> {
    let address = address(config);
    let answer = match tokio::time::timeout(PATIENCE, get(address)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return not_ready(&format!("{address} does not answer: {error}")),
        Err(_) => return not_ready(&format!("{address} does not answer within {PATIENCE:?}")),
    };
    if answer.split(' ').nth(1) == Some("200") {
        say("ready")?;
        return Ok(ExitCode::SUCCESS);
    }
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let problem: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    not_ready(problem["detail"].as_str().unwrap_or("it does not say why"))
}

fn not_ready(reason: &str) -> Result<ExitCode, StartError> {
    say(&format!("not ready: {reason}"))?;
    Ok(ExitCode::FAILURE)
}

/// Where the server answers: on this machine. If nobody said where, or any port was asked for, the data folder tells.
fn address(config: &Config) -> SocketAddr {
    let read = || -> Option<Runtime> {
        serde_json::from_slice(&std::fs::read(config.data.join(Runtime::FILE)).ok()?).ok()
    };
    let mut address = config.admin;
    if address.port() == 0 || address == UNSAID {
        address = read().map_or(address, |runtime| runtime.admin);
    }
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

async fn get(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
