//! Certificates by which nodes know each other: each has one of an authority that is only for them, and both sides of a link show theirs.
//!
//! TLS 1.3 and nothing resumed: a connection is as good as the certificate that was shown for it. Files that change are taken up by the
//! next handshake; connections that are up stay.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::{Resumption, WebPkiServerVerifier},
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
    server::{NoServerSessionStorage, WebPkiClientVerifier},
    sign::SingleCertAndKey,
};
use tandem_core::Clock;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    LOOK, expires_seconds, named,
    pair::{self, CertificateError, CertificateFacts, Pair, TlsFiles},
    read_again,
};

/// Where a node's certificate is, and that of the authority.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeTlsFiles {
    /// The node's own.
    pub own: TlsFiles,
    /// The authority's certificate; PEM. More than one while it is replaced.
    pub authority: PathBuf,
}

/// What a node shows to others and wants to see of them. Cheap to clone.
#[derive(Clone)]
pub struct NodeCertificates(Arc<Inner>);

struct Inner {
    files: NodeTlsFiles,
    clock: Arc<dyn Clock>,
    current: RwLock<Arc<Current>>,
    /// The last fault, so that it is complained about once.
    refused: Mutex<Option<u64>>,
}

struct Current {
    accepting: Arc<ServerConfig>,
    connecting: Arc<ClientConfig>,
    facts: CertificateFacts,
    /// Of the files it is from.
    print: u64,
}

impl NodeCertificates {
    /// Reads the files.
    ///
    /// # Errors
    /// [`CertificateError`] when they cannot be used, or the certificate has expired: no other node would take it.
    pub async fn load(files: NodeTlsFiles, clock: Arc<dyn Clock>) -> Result<Self, CertificateError> {
        let current = read(&files, &*clock).await?;
        gauge(&current.facts);
        let current = RwLock::new(Arc::new(current));
        Ok(Self(Arc::new(Inner { files, clock, current, refused: Mutex::default() })))
    }

    /// How a node that connects is greeted now.
    pub fn accepting(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current().accepting)
    }

    /// How another node is greeted now.
    pub fn connecting(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.current().connecting)
    }

    /// What the certificate says of itself.
    pub fn facts(&self) -> CertificateFacts {
        self.current().facts.clone()
    }

    /// Reads the files again. Handshakes from now on go by what they hold, if it is something else that can be used; says whether it is.
    ///
    /// # Errors
    /// [`CertificateError`] when it cannot; the former certificates stay.
    pub async fn refresh(&self) -> Result<bool, CertificateError> {
        let current = read(&self.0.files, &*self.0.clock).await?;
        if current.print == self.current().print {
            return Ok(false);
        }
        gauge(&current.facts);
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(current);
        Ok(true)
    }

    /// Reads the files again when they change. Runs for ever.
    pub async fn keep_fresh(self) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let certificate = self.0.files.own.cert.display();
            let fault = match self.refresh().await {
                Ok(false) => None,
                Ok(true) => {
                    let expires = self.facts().expires;
                    tracing::info!(%certificate, %expires, "a new certificate of this node is in use");
                    read_again("taken");
                    None
                }
                Err(error) => {
                    let fault = pair::print(error.to_string().as_bytes());
                    if self.refused().replace(fault) != Some(fault) {
                        read_again("refused");
                        tracing::error!(%certificate, %error, "this node's new certificate is refused; the old one stays in use");
                    }
                    Some(fault)
                }
            };
            *self.refused() = fault;
        }
    }

    fn current(&self) -> Arc<Current> {
        Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Option<u64>> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for NodeCertificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeCertificates").field("files", &self.0.files).finish_non_exhaustive()
    }
}

fn gauge(facts: &CertificateFacts) {
    metrics::gauge!("tandem_node_certificate_expires_seconds").set(expires_seconds(facts));
}

async fn read(files: &NodeTlsFiles, clock: &dyn Clock) -> Result<Current, CertificateError> {
    let contents = files.own.read().await?;
    let authority = pair::read(&files.authority).await?;
    let pair = Pair::parse(&files.own, &contents)?;
    pair.facts.check(clock.now())?;
    let print = pair.print ^ pair::print(&authority).rotate_left(1);
    let unusable = |reason: String| CertificateError::Unusable { path: named(&files.authority), reason };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&authority) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(CertificateError::Missing {
            path: named(&files.authority),
            what: "certificate",
            reason: String::new(),
        });
    }
    let (roots, provider) = (Arc::new(roots), Arc::new(aws_lc_rs::default_provider()));
    let own = Arc::new(SingleCertAndKey::from(Arc::unwrap_or_clone(pair.key)));
    let version = [&rustls::version::TLS13];

    let peers =
        WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider)).build();
    let mut accepting = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&version)
        .map_err(|error| unusable(error.to_string()))?
        .with_client_cert_verifier(peers.map_err(|error| unusable(error.to_string()))?)
        .with_cert_resolver(Arc::clone(&own) as Arc<dyn rustls::server::ResolvesServerCert>);
    accepting.session_storage = Arc::new(NoServerSessionStorage {});
    accepting.send_tls13_tickets = 0;

    let peers = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
    let mut connecting = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&version)
        .map_err(|error| unusable(error.to_string()))?
        .with_webpki_verifier(peers.map_err(|error| unusable(error.to_string()))?)
        .with_client_cert_resolver(own);
    connecting.resumption = Resumption::disabled();
    Ok(Current { accepting: Arc::new(accepting), connecting: Arc::new(connecting), facts: pair.facts, print })
}
