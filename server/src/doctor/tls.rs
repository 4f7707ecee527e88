//! The certificate of `http`, and that of the node.

use std::{sync::Arc, time::Duration};

use tandem_core::{Clock as _, SystemClock};
use tandem_setup::{Config, NodeCertificates, tls};

use super::{Finding, Found};

/// A certificate that is renewed by itself is renewed earlier.
const RENEW: Duration = Duration::from_secs(14 * 24 * 3_600);
/// A node's is short-lived; by then whatever renews it should have.
const RENEW_NODE: Duration = Duration::from_secs(3 * 24 * 3_600);

/// Whether browsers will take it, for how long, and for the host users write; without one, whether one is missed.
pub(super) async fn certificate(config: &Config) -> Option<Finding> {
    let Some(files) = &config.tls else {
        let reason = "passwords and messages cross the network in plain text, and browsers give no microphone: set tls_cert and \
                      tls_key, or url to the https address of a proxy in front";
        return config.is_exposed().then(|| Finding::new("TLS", Found::Warn(reason.to_owned())));
    };
    let what = format!("certificate {}", files.cert.display());
    let facts = match tls::examine(files, &SystemClock).await {
        Ok(facts) => facts,
        Err(error) => return Some(Finding::new(what, Found::Fail(error.to_string()))),
    };
    let left = facts.expires.since(SystemClock.now());
    let days = left.as_secs() / (24 * 3_600);
    let names = facts.names.join(" ");
    let found = match host(config) {
        _ if left < RENEW => {
            Found::Warn(format!("it expires in {days} days, at {}: renew it", facts.expires))
        }
        _ if facts.names.is_empty() => {
            Found::Warn("it names no host (subjectAltName), so browsers refuse it: get another".to_owned())
        }
        Some(host) if !facts.is_for(host) => {
            Found::Warn(format!("it is for {names} and not for {host}, where users come: browsers refuse it"))
        }
        _ => Found::Fine(format!("for {names}, {days} days left")),
    };
    Some(Finding::new(what, found))
}

/// Whether other nodes will take this one's, for how long, and by its name.
pub(super) async fn node_certificate(config: &Config) -> Option<Finding> {
    let files = config.node_tls.as_ref()?;
    let what = format!("certificate of this node {}", files.own.cert.display());
    let facts = match NodeCertificates::load(files.clone(), Arc::new(SystemClock)).await {
        Ok(certificates) => certificates.facts(),
        Err(error) => return Some(Finding::new(what, Found::Fail(error.to_string()))),
    };
    let left = facts.expires.since(SystemClock.now());
    let (days, names) = (left.as_secs() / (24 * 3_600), facts.names.join(" "));
    let found = if !facts.is_for(&config.name) {
        Found::Fail(format!(
            "it is for {names} and not for {}, this node's name: others refuse it",
            config.name
        ))
    } else if left < RENEW_NODE {
        Found::Warn(format!("it expires in {days} days, at {}: renew it", facts.expires))
    } else {
        Found::Fine(format!("for {names}, {days} days left"))
    };
    Some(Finding::new(what, found))
}

/// The host users write, where it is known.
fn host(config: &Config) -> Option<&str> {
    let authority = config.url.as_ref()?.strip_prefix("https://")?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    };
    Some(host)
}
