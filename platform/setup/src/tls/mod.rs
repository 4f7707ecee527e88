//! TLS: a certificate that can be replaced while the server runs, and a listener that never waits for a peer.
//!
//! One [`Certificates`] serves every listener that speaks TLS: each asks it for a configuration with the protocols of its own and keeps
//! that for ever; the certificate behind it is looked up at each handshake. Connections that are up are never touched.

pub mod authority;
mod listener;
mod node;
mod pair;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tandem_core::Clock;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

pub use listener::{Greeted, TlsListener};
pub use node::{NodeCertificates, NodeTlsFiles};
pub use pair::{CertificateError, CertificateFacts, TlsFiles};

use pair::Pair;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(3);

/// The certificate the server shows, of one pair of files. Cheap to clone.
#[derive(Clone)]
pub struct Certificates(Arc<Inner>);

struct Inner {
    files: TlsFiles,
    clock: Arc<dyn Clock>,
    current: RwLock<Arc<Pair>>,
    /// The last pair that was refused, so that it is complained about once.
    refused: Mutex<Option<u64>>,
}

impl Certificates {
    /// Reads the pair. One that has expired is taken, with a word in the log: clients that insist on a valid one refuse it themselves.
    ///
    /// # Errors
    /// [`CertificateError`] when it cannot be used.
    pub async fn load(files: TlsFiles, clock: Arc<dyn Clock>) -> Result<Self, CertificateError> {
        let pair = Pair::parse(&files, &files.read().await?)?;
        if let Err(error) = pair.facts.check(clock.now()) {
            tracing::error!(%error, certificate = %files.cert.display(), "browsers will refuse the certificate");
        }
        gauge(&pair.facts);
        let current = RwLock::new(Arc::new(pair));
        Ok(Self(Arc::new(Inner { files, clock, current, refused: Mutex::default() })))
    }

    /// How a listener greets its peers: TLS 1.3 or 1.2, the current certificate, and one of the protocols of `alpn` where the peer names any.
    ///
    /// # Panics
    /// Never: the provider has suites for both versions.
    pub fn accepting(&self, alpn: &[&[u8]]) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .expect("the provider has suites for both versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone()));
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }

    /// What the current certificate says of itself.
    pub fn facts(&self) -> CertificateFacts {
        self.current().facts.clone()
    }

    /// Reads the files again. Handshakes from now on get what they hold, if it is another pair that can be used; says whether it is.
    ///
    /// # Errors
    /// [`CertificateError`] when they hold something that cannot be used, or has expired; the former pair stays.
    pub async fn refresh(&self) -> Result<bool, CertificateError> {
        let files = &self.0.files;
        let contents = files.read().await?;
        if contents.print() == self.current().print {
            return Ok(false);
        }
        let pair = Pair::parse(files, &contents)?;
        pair.facts.check(self.0.clock.now())?;
        gauge(&pair.facts);
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
        Ok(true)
    }

    fn current(&self) -> Arc<Pair> {
        Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// As [`Self::refresh`], and says in the log what came of it; the same fault once, unless somebody `asked`.
    async fn look(&self, asked: bool) {
        let certificate = self.0.files.cert.display();
        let refused = match self.refresh().await {
            Ok(true) => {
                let CertificateFacts { names, expires, .. } = self.facts();
                tracing::info!(%certificate, names = names.join(" "), %expires, "a new certificate is in use");
                read_again("taken");
                None
            }
            Ok(false) if asked => {
                tracing::info!(%certificate, "the certificate is the same as before");
                None
            }
            Ok(false) => None,
            Err(error) => {
                read_again("refused");
                let fault = pair::print(error.to_string().as_bytes());
                if asked || self.refused().replace(fault) != Some(fault) {
                    tracing::error!(%certificate, %error, "the new certificate is refused; the old one stays in use");
                }
                Some(fault)
            }
        };
        *self.refused() = refused;
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Option<u64>> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").field("files", &self.0.files).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current().key))
    }
}

/// Reads the pair again when the operator asks (SIGHUP) and when the files change. From its first poll on, SIGHUP does not end the
/// process, also when there is no certificate. Runs for ever.
///
/// # Errors
/// When the signal cannot be listened to.
pub fn keep_fresh(
    certificates: Option<Certificates>,
) -> std::io::Result<impl Future<Output = ()> + Send + use<>> {
    let mut hangups = signal(SignalKind::hangup())?;
    Ok(async move {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                _ = hangups.recv() => true,
                _ = look.tick(), if certificates.is_some() => false,
            };
            match &certificates {
                Some(certificates) => certificates.look(asked).await,
                None => tracing::info!("SIGHUP: there is no certificate to read again"),
            }
        }
    })
}

/// The pair's files, looked at for an operator: what the certificate says of itself.
///
/// # Errors
/// [`CertificateError`] when the server would not start with it, or browsers refuse it.
pub async fn examine(files: &TlsFiles, clock: &dyn Clock) -> Result<CertificateFacts, CertificateError> {
    let facts = Pair::parse(files, &files.read().await?)?.facts;
    facts.check(clock.now())?;
    Ok(facts)
}

fn read_again(outcome: &'static str) {
    metrics::counter!("tandem_tls_certificate_reads_total", "outcome" => outcome).increment(1);
}

fn gauge(facts: &CertificateFacts) {
    metrics::gauge!("tandem_tls_certificate_expires_seconds").set(expires_seconds(facts));
}

#[expect(clippy::cast_precision_loss, reason = "whole seconds of a date are exact in a double")]
fn expires_seconds(facts: &CertificateFacts) -> f64 {
    (facts.expires.micros() / 1_000_000) as f64
}

fn named(path: &Path) -> String {
    path.display().to_string()
}
