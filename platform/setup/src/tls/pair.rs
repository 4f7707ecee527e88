//! A certificate and its key: read from two PEM files and checked.

use std::{
    fmt,
    hash::{DefaultHasher, Hasher as _},
    io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem, pem::PemObject as _},
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use tandem_proto::Timestamp;
use x509_parser::{extensions::GeneralName, prelude::FromDer as _};

use super::named;

/// A certificate's file is a few KiB, with its chain; nobody has one of this size.
const FILE_BYTES: u64 = 1024 * 1024;

/// Where certificate and key are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsFiles {
    /// The certificate, then those that lead to one browsers know; PEM.
    pub cert: PathBuf,
    /// Its private key; PEM.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        reason: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} holds no {what} in PEM{reason}")]
    Missing {
        /// Which.
        path: String,
        /// What it should hold.
        what: &'static str,
        /// What is wrong with it, after a colon; empty: it is not there.
        reason: String,
    },
    /// The certificate or the key is of a kind that is not known, or damaged.
    #[error("{path} cannot be used: {reason}")]
    Unusable {
        /// Which.
        path: String,
        /// Why.
        reason: String,
    },
    /// The key belongs to another certificate.
    #[error("{key} is not the key of {cert}")]
    Mismatch {
        /// The certificate.
        cert: String,
        /// The key.
        key: String,
    },
    /// It is not valid any more.
    #[error("the certificate expired at {0}: renew it")]
    Expired(Timestamp),
    /// It is not valid yet.
    #[error("the certificate is valid from {0} on: is this machine's clock right?")]
    TooEarly(Timestamp),
}

/// What a certificate says of itself.
#[derive(Clone, Debug)]
pub struct CertificateFacts {
    /// DNS names and addresses it is for.
    pub names: Vec<String>,
    /// From when on it is valid.
    pub begins: Timestamp,
    /// Until when, the certificates that came with it included.
    pub expires: Timestamp,
    leaf: CertificateDer<'static>,
}

impl CertificateFacts {
    /// Whether browsers that went to `host` take it; wildcards count.
    pub fn is_for(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host.trim_matches(['[', ']'])) else { return false };
        ParsedCertificate::try_from(&self.leaf)
            .is_ok_and(|leaf| rustls::client::verify_server_name(&leaf, &name).is_ok())
    }

    /// Whether it is valid at `now`.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), CertificateError> {
        match now {
            now if now >= self.expires => Err(CertificateError::Expired(self.expires)),
            now if now < self.begins => Err(CertificateError::TooEarly(self.begins)),
            _ => Ok(()),
        }
    }
}

/// A pair that fits together.
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) facts: CertificateFacts,
}

/// What the two files hold.
pub(super) struct Contents {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contents").finish_non_exhaustive()
    }
}

impl Contents {
    pub(super) fn print(&self) -> u64 {
        print(&[self.cert.as_slice(), &[0], self.key.as_slice()].concat())
    }
}

/// Tells contents apart.
pub(super) fn print(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

impl TlsFiles {
    pub(super) async fn read(&self) -> Result<Contents, CertificateError> {
        Ok(Contents { cert: read(&self.cert).await?, key: read(&self.key).await? })
    }
}

pub(super) async fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    let unreadable = |reason| CertificateError::Unreadable { path: named(path), reason };
    let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if size > FILE_BYTES {
        return Err(unreadable(io::Error::other(format!("it has {size} bytes"))));
    }
    tokio::fs::read(path).await.map_err(unreadable)
}

impl Pair {
    pub(super) fn parse(files: &TlsFiles, contents: &Contents) -> Result<Self, CertificateError> {
        let chain = chain(&files.cert, &contents.cert)?;
        let key = PrivateKeyDer::from_pem_slice(&contents.key)
            .map_err(|error| missing(&files.key, "private key", &error))?;
        let facts = facts(&files.cert, &chain)?;
        let key = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
        let key = key.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                CertificateError::Mismatch { cert: named(&files.cert), key: named(&files.key) }
            }
            rustls::Error::InvalidCertificate(error) => unusable(&files.cert, error),
            error => unusable(&files.key, error),
        })?;
        Ok(Self { key: Arc::new(key), facts })
    }
}

/// The authorities whose certificates a file holds: at least one.
pub(super) fn roots(path: &Path, bytes: &[u8]) -> Result<RootCertStore, CertificateError> {
    let mut roots = RootCertStore::empty();
    for certificate in chain(path, bytes)? {
        roots.add(certificate).map_err(|error| unusable(path, error))?;
    }
    Ok(roots)
}

fn chain(path: &Path, bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
    let chain = chain.map_err(|error| missing(path, "certificate", &error))?;
    if chain.is_empty() {
        return Err(missing(path, "certificate", &pem::Error::NoItemsFound));
    }
    Ok(chain)
}

fn facts(path: &Path, chain: &[CertificateDer<'static>]) -> Result<CertificateFacts, CertificateError> {
    let leaf = chain.first().ok_or_else(|| missing(path, "certificate", &pem::Error::NoItemsFound))?;
    let (mut names, mut begins, mut expires) = (Vec::new(), i64::MIN, i64::MAX);
    for (place, certificate) in chain.iter().enumerate() {
        let (_, certificate) = x509_parser::certificate::X509Certificate::from_der(certificate)
            .map_err(|error| unusable(path, error))?;
        begins = begins.max(certificate.validity().not_before.timestamp());
        expires = expires.min(certificate.validity().not_after.timestamp());
        if place == 0
            && let Ok(Some(extension)) = certificate.subject_alternative_name()
        {
            names.extend(extension.value.general_names.iter().filter_map(name));
        }
    }
    let micros = |seconds: i64| Timestamp::from_micros(seconds.saturating_mul(1_000_000));
    Ok(CertificateFacts { names, begins: micros(begins), expires: micros(expires), leaf: leaf.clone() })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| IpAddr::from(bytes).to_string()),
            _ => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| IpAddr::from(bytes).to_string()),
        },
        _ => None,
    }
}

fn missing(path: &Path, what: &'static str, error: &pem::Error) -> CertificateError {
    let reason = match error {
        pem::Error::NoItemsFound => String::new(),
        error => format!(": {error}"),
    };
    CertificateError::Missing { path: named(path), what, reason }
}

fn unusable(path: &Path, error: impl fmt::Display) -> CertificateError {
    CertificateError::Unusable { path: named(path), reason: error.to_string() }
}
