//! Certificates by which nodes know each other: each has one of an authority that is only for them, and both sides of a link show theirs.
//!
//! TLS 1.3 and nothing resumed: a connection is as good as the certificate that was shown for it. Files that change are taken up by the
//! next handshake; connections that are up stay.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, ServerConfig,
    client::{Resumption, WebPkiServerVerifier},
    crypto::aws_lc_rs,
    server::{NoServerSessionStorage, WebPkiClientVerifier},
    sign::SingleCertAndKey,
};
use tandem_core::Clock;

use super::{
    kept::{Kept, Made},
    named,
    pair::{self, CertificateError, CertificateFacts, Contents, Pair, TlsFiles},
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
pub struct NodeCertificates(Arc<Kept<Links>>);

/// How links are greeted.
struct Links {
    accepting: Arc<ServerConfig>,
    connecting: Arc<ClientConfig>,
    facts: CertificateFacts,
}

impl NodeCertificates {
    /// Reads the files.
    ///
    /// # Errors
    /// [`CertificateError`] when they cannot be used, or the certificate has expired: no other node would take it.
    pub async fn load(files: NodeTlsFiles, clock: Arc<dyn Clock>) -> Result<Self, CertificateError> {
        let kept = Kept::<Links>::load(files, clock).await?;
        kept.check()?;
        Ok(Self(Arc::new(kept)))
    }

    /// How a node that connects is greeted now.
    pub fn accepting(&self) -> Arc<ServerConfig> {
        self.0.with(|links| Arc::clone(&links.accepting))
    }

    /// How another node is greeted now.
    pub fn connecting(&self) -> Arc<ClientConfig> {
        self.0.with(|links| Arc::clone(&links.connecting))
    }

    /// What the certificate says of itself.
    pub fn facts(&self) -> CertificateFacts {
        self.0.with(|links| links.facts.clone())
    }

    /// Reads the files again. Handshakes from now on go by what they hold, if it is something else that can be used; says whether it is.
    ///
    /// # Errors
    /// [`CertificateError`] when it cannot; the former certificates stay.
    pub async fn refresh(&self) -> Result<bool, CertificateError> {
        self.0.refresh().await
    }

    /// Reads the files again when they change. Runs for ever.
    pub async fn keep_fresh(self) {
        self.0.keep_fresh().await;
    }
}

impl std::fmt::Debug for NodeCertificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeCertificates").field("files", self.0.files()).finish_non_exhaustive()
    }
}

impl Made for Links {
    type Files = NodeTlsFiles;
    type Contents = (Contents, Vec<u8>);
    const WHOSE: &'static str = "this node";

    async fn read(files: &NodeTlsFiles) -> Result<Self::Contents, CertificateError> {
        Ok((files.own.read().await?, pair::read(&files.authority).await?))
    }

    fn print((own, authority): &Self::Contents) -> u64 {
        own.print() ^ pair::print(authority).rotate_left(1)
    }

    fn parse(files: &NodeTlsFiles, (own, authority): Self::Contents) -> Result<Self, CertificateError> {
        links(files, Pair::parse(&files.own, &own)?, &authority)
    }

    fn facts(&self) -> &CertificateFacts {
        &self.facts
    }

    fn gauge(expires: f64) {
        metrics::gauge!("tandem_node_certificate_expires_seconds").set(expires);
    }

    fn pair(files: &NodeTlsFiles) -> &TlsFiles {
        &files.own
    }
}

fn links(files: &NodeTlsFiles, pair: Pair, authority: &[u8]) -> Result<Links, CertificateError> {
    let unusable = |reason: String| CertificateError::Unusable { path: named(&files.authority), reason };
    let roots = pair::roots(&files.authority, authority)?;
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
    Ok(Links { accepting: Arc::new(accepting), connecting: Arc::new(connecting), facts: pair.facts })
}
