//! The key audit entries are authenticated with: a file that is not in the database.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use tandem_setup::{Config, StartError};
use tandem_store::{AuditKey, make_private};

/// Name of the file in the data folder.
const FILE: &str = "audit.key";

/// The key; one is made where there is none yet.
pub(crate) fn audit_key(config: &Config) -> Result<AuditKey, StartError> {
    let path = place(config);
    let refused = |error: io::Error| StartError::Config(format!("audit_key: {}: {error}", path.display()));
    match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path).map_err(refused)?,
        Err(error) => return Err(refused(error)),
        Ok(key) => return Ok(key),
    }
    // Of several processes that made one at the same time, all take the first.
    read(&path).map_err(refused)
}

/// The key there is: without it nothing can be said of the entries.
pub(crate) fn existing_audit_key(config: &Config) -> Result<AuditKey, StartError> {
    let path = place(config);
    read(&path).map_err(|error| StartError::Config(format!("audit_key: {}: {error}", path.display())))
}

fn place(config: &Config) -> PathBuf {
    config.audit_key.clone().unwrap_or_else(|| config.data.join(FILE))
}

fn read(path: &Path) -> io::Result<AuditKey> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "must hold 64 hexadecimal digits");
    let bytes = hex::decode(fs::read_to_string(path)?.trim()).map_err(|_| damaged())?;
    Ok(AuditKey::new(bytes.try_into().map_err(|_| damaged())?))
}

/// Makes the file whole or not at all, unless it is there.
fn make(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    match make_private(path, &format!("{}\n", hex::encode(rand::random::<[u8; 32]>()))) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tandem_setup::Settings;

    use super::*;

    fn config(data: &Path) -> Config {
        Config::check(Settings { data: Some(data.to_owned()), ..Settings::default() }).expect("can be used")
    }

    #[test]
    fn a_key_is_made_once_and_for_the_server_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = config(&folder.path().join("data"));
        assert!(existing_audit_key(&config).is_err(), "there is none");
        let first = audit_key(&config).expect("made");
        let mode = fs::metadata(folder.path().join("data/audit.key")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(audit_key(&config).expect("read").fingerprint(), first.fingerprint());
        assert_eq!(existing_audit_key(&config).expect("read").fingerprint(), first.fingerprint());
        assert_eq!(
            fs::read_dir(folder.path().join("data")).expect("a folder").count(),
            1,
            "nothing is left over"
        );
        let other = config_named(&config, folder.path().join("other/a.key"));
        assert_ne!(audit_key(&other).expect("made").fingerprint(), first.fingerprint());
    }

    fn config_named(config: &Config, audit_key: PathBuf) -> Config {
        Config { audit_key: Some(audit_key), ..config.clone() }
    }

    #[test]
    fn a_damaged_file_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = config(folder.path());
        fs::write(folder.path().join("audit.key"), "abc").expect("written");
        let error = audit_key(&config).expect_err("refused").to_string();
        assert!(error.starts_with("audit_key: ") && error.ends_with("64 hexadecimal digits"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("audit.key")).expect("read"), "abc");
    }
}
