//! TLS: a certificate that can be replaced while the server runs, and a listener that never waits for a peer.
//!
//! One [`Certificates`] serves every listener that speaks TLS: each asks it for a configuration with the protocols of its own and keeps
//! that for ever; the certificate behind it is looked up at each handshake. Connections that are up are never touched.

pub mod authority;
mod kept;
mod listener;
mod node;
mod pair;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier, danger::ClientCertVerifier},
    sign::CertifiedKey,
};
use tandem_core::Clock;
use tokio::signal::unix::{SignalKind, signal};

pub use listener::{Greeted, TlsListener, greet};
pub use node::{NodeCertificates, NodeTlsFiles};
pub use pair::{CertificateError, CertificateFacts, TlsFiles};

use kept::{Kept, Made};
use pair::{Contents, Pair};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(3);

/// The certificate the server shows, of one pair of files. Cheap to clone.
#[derive(Clone)]
pub struct Certificates(Arc<Kept<Pair>>);

impl Made for Pair {
    type Files = TlsFiles;
    type Contents = Contents;
    const WHOSE: &'static str = "the server";

    async fn read(files: &TlsFiles) -> Result<Contents, CertificateError> {
        files.read().await
    }

    fn print(contents: &Contents) -> u64 {
        contents.print()
    }

    fn parse(files: &TlsFiles, contents: Contents) -> Result<Self, CertificateError> {
        Pair::parse(files, &contents)
    }

    fn facts(&self) -> &CertificateFacts {
        &self.facts
    }

    fn gauge(expires: f64) {
        metrics::gauge!("tandem_tls_certificate_expires_seconds").set(expires);
    }

    fn pair(files: &TlsFiles) -> &TlsFiles {
        files
    }
}

impl Certificates {
    /// Reads the pair. One that has expired is taken, with a word in the log: clients that insist on a valid one refuse it themselves.
    ///
    /// # Errors
    /// [`CertificateError`] when it cannot be used.
    pub async fn load(files: TlsFiles, clock: Arc<dyn Clock>) -> Result<Self, CertificateError> {
        let kept = Kept::<Pair>::load(files, clock).await?;
        if let Err(error) = kept.check() {
            tracing::error!(%error, certificate = %kept.files().cert.display(), "browsers will refuse the certificate");
        }
        Ok(Self(Arc::new(kept)))
    }

    /// How a listener greets its peers: TLS 1.3 or 1.2, the current certificate, and one of the protocols of `alpn` where the peer names any.
    ///
    /// # Panics
    /// Never: the provider has suites for both versions.
    pub fn accepting(&self, alpn: &[&[u8]]) -> Arc<ServerConfig> {
        self.accepting_by(WebPkiClientVerifier::no_client_auth(), alpn)
    }

    /// The same, letting in only peers that show a certificate of the authority whose own is in the file.
    ///
    /// # Errors
    /// [`CertificateError`] when the file cannot be read, or holds no certificate that can be used.
    pub async fn accepting_known(
        &self,
        authority: PathBuf,
        alpn: &[&[u8]],
    ) -> Result<Arc<ServerConfig>, CertificateError> {
        let roots = pair::roots(&authority, &pair::read(&authority).await?)?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let peers = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let peers = peers.map_err(|error| CertificateError::Unusable {
            path: named(&authority),
            reason: error.to_string(),
        })?;
        Ok(self.accepting_by(peers, alpn))
    }

    fn accepting_by(&self, peers: Arc<dyn ClientCertVerifier>, alpn: &[&[u8]]) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .expect("the provider has suites for both versions")
            .with_client_cert_verifier(peers)
            .with_cert_resolver(Arc::new(self.clone()));
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }

    /// What the current certificate says of itself.
    pub fn facts(&self) -> CertificateFacts {
        self.0.with(|pair| pair.facts.clone())
    }

    /// Reads the files again. Handshakes from now on get what they hold, if it is another pair that can be used; says whether it is.
    ///
    /// # Errors
    /// [`CertificateError`] when they hold something that cannot be used, or has expired; the former pair stays.
    pub async fn refresh(&self) -> Result<bool, CertificateError> {
        self.0.refresh().await
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").field("files", self.0.files()).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.with(|pair| Arc::clone(&pair.key)))
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
        let Some(certificates) = certificates else {
            while hangups.recv().await.is_some() {
                tracing::info!("SIGHUP: there is no certificate to read again");
            }
            return std::future::pending().await;
        };
        let asked = async {
            while hangups.recv().await.is_some() {
                certificates.0.look(true).await;
            }
        };
        tokio::join!(certificates.0.keep_fresh(), asked);
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

fn named(path: &Path) -> String {
    path.display().to_string()
}
