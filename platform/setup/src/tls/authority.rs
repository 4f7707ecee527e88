//! The nodes' own authority: a key that signs certificates of nodes and of nothing else.

use std::{
    fs, io,
    io::Write as _,
    net::IpAddr,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use tandem_proto::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3_600);
/// How long an authority is valid.
const AUTHORITY_DAYS: u32 = 3_650;
/// Certificates are valid from a little before they are made: clocks differ.
const BEFORE: Duration = Duration::from_secs(600);
/// The authority's certificate and key.
const CERT: &str = "ca.crt";
const KEY: &str = "ca.key";

/// Why no certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// There is an authority: another one would make its certificates worthless.
    #[error("{0} is there already")]
    Exists(String),
    /// A file cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: String,
        /// Why.
        reason: io::Error,
    },
    /// The name is none a certificate can be for.
    #[error("{0:?} is no name of a node: 1 to 63 letters, digits, '-', '_' or '.'")]
    Name(String),
    /// The authority's files are not what `init` wrote.
    #[error("the authority cannot be used: {0}")]
    Unusable(#[from] rcgen::Error),
}

/// A node's certificate that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issued {
    /// The certificate.
    pub cert: PathBuf,
    /// Its key, which only the file's owner can read.
    pub key: PathBuf,
    /// Until when it is valid.
    pub expires: Timestamp,
}

/// Makes an authority in `dir`; answers its certificate's file.
///
/// # Errors
/// [`AuthorityError`], also when there is one.
pub fn init(dir: &Path, now: Timestamp) -> Result<PathBuf, AuthorityError> {
    let (cert_file, key_file) = (dir.join(CERT), dir.join(KEY));
    for file in [&cert_file, &key_file] {
        if file.exists() {
            return Err(AuthorityError::Exists(file.display().to_string()));
        }
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|reason| at(dir, reason))?;
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Tandem nodes");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, now, AUTHORITY_DAYS);
    let cert = params.self_signed(&key)?;
    write(&key_file, &key.serialize_pem(), 0o600)?;
    write(&cert_file, &cert.pem(), 0o644)?;
    Ok(cert_file)
}

/// Makes a certificate for the node of that name and these addresses, valid for `days`, with the authority in `dir`.
///
/// # Errors
/// [`AuthorityError`].
pub fn issue(
    dir: &Path,
    name: &str,
    ips: &[IpAddr],
    days: u16,
    now: Timestamp,
) -> Result<Issued, AuthorityError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let reserved = name.starts_with('.') || name.eq_ignore_ascii_case("ca");
    if name.is_empty() || name.len() > 63 || reserved || !name.chars().all(fits) {
        return Err(AuthorityError::Name(name.to_owned()));
    }
    let issuer =
        Issuer::from_ca_cert_pem(&read(&dir.join(CERT))?, KeyPair::from_pem(&read(&dir.join(KEY))?)?)?;
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(vec![name.to_owned()])?;
    params.subject_alt_names.extend(ips.iter().copied().map(SanType::IpAddress));
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    let expires = valid(&mut params, now, days.into());
    let cert = params.signed_by(&key, &issuer)?;
    let file = |kind: &str| dir.join(format!("{name}.{kind}"));
    let issued = Issued { cert: file("crt"), key: file("key"), expires };
    write(&issued.key, &key.serialize_pem(), 0o600)?;
    write(&issued.cert, &cert.pem(), 0o644)?;
    Ok(issued)
}

fn valid(params: &mut CertificateParams, now: Timestamp, days: u32) -> Timestamp {
    let epoch = date_time_ymd(1970, 1, 1);
    let seconds = |at: Timestamp| at.since(Timestamp::from_micros(0));
    let expires = now.plus(DAY * days);
    params.not_before = epoch + seconds(now.minus(BEFORE));
    params.not_after = epoch + seconds(expires);
    expires
}

fn read(path: &Path) -> Result<String, AuthorityError> {
    fs::read_to_string(path).map_err(|reason| at(path, reason))
}

/// Whole, or as it was: a node may be reading it. Never readable by others in between.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), AuthorityError> {
    let new = path.with_file_name(format!("{}.new", path.file_name().unwrap_or_default().to_string_lossy()));
    let written = || {
        // One that was left half written has another mode, perhaps.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    written().map_err(|reason| at(path, reason))
}

fn at(path: &Path, reason: io::Error) -> AuthorityError {
    AuthorityError::File { path: path.display().to_string(), reason }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn an_authority_is_made_once_and_its_keys_are_for_nobody_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("ca");
        assert_eq!(init(&dir, NOW).expect("made"), dir.join(CERT));
        assert!(matches!(init(&dir, NOW), Err(AuthorityError::Exists(_))));
        let issued = issue(&dir, "edge-1", &["10.0.0.21".parse().expect("an IP")], 30, NOW).expect("made");
        assert_eq!(issued.expires, NOW.plus(30 * DAY));
        for key in [dir.join(KEY), issued.key] {
            let mode = fs::metadata(&key).expect("there").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", key.display());
        }
        issue(&dir, "edge-1", &[], 1, NOW).expect("made anew");
    }

    #[test]
    fn what_is_no_name_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        init(folder.path(), NOW).expect("made");
        let long = "x".repeat(64);
        for name in ["", "a/b", "../ca", "ca", "CA", "a b", "é", ".", "..", long.as_str()] {
            let refused = issue(folder.path(), name, &[], 30, NOW);
            assert!(matches!(refused, Err(AuthorityError::Name(_))), "{name}: {refused:?}");
        }
        let missing = issue(&folder.path().join("none"), "edge-1", &[], 30, NOW);
        assert!(matches!(missing, Err(AuthorityError::File { .. })));
    }
}
