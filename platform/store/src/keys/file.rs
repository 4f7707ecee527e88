//! Keys in files of this machine.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use tandem_vault::{LocalKeys, MasterError};

/// What the key of a file made here is called.
const FIRST: &str = "first";

/// The keys of the file at `path` ([`LocalKeys::parse`]).
///
/// # Errors
/// [`MasterError::File`], [`MasterError::Malformed`].
pub fn read_keys(path: &Path) -> Result<LocalKeys, MasterError> {
    let text = fs::read_to_string(path).map_err(|reason| fault(path, reason))?;
    LocalKeys::parse(&text)
}

/// As [`read_keys`]; where there is no file it is made first, with one new key in it.
///
/// # Errors
/// [`MasterError::File`], [`MasterError::Malformed`].
pub fn read_or_make_keys(path: &Path) -> Result<LocalKeys, MasterError> {
    match make_keys(path) {
        Err(MasterError::File { reason, .. }) if reason.kind() == io::ErrorKind::AlreadyExists => {}
        made => made?,
    }
    read_keys(path)
}

/// Writes a file with one new key, for this account only. It must not be there yet.
///
/// # Errors
/// [`MasterError::File`].
pub fn make_keys(path: &Path) -> Result<(), MasterError> {
    make_private(path, &LocalKeys::generate(FIRST)).map_err(|reason| fault(path, reason))
}

/// Writes a file for this account only, whole and on disk or not at all: what is made with half a key is lost. Several processes may
/// do it at once: each writes a file of its own, and the first one's stays.
///
/// # Errors
/// As of the file system; [`io::ErrorKind::AlreadyExists`] when it is there.
pub fn make_private(path: &Path, text: &str) -> io::Result<()> {
    let half = path.with_added_extension(format!("{}.part", std::process::id()));
    let made = write(&half, text).and_then(|()| fs::hard_link(&half, path)).and_then(|()| sync_folder(path));
    let _ = fs::remove_file(&half);
    made
}

fn write(half: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(half)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn fault(path: &Path, reason: io::Error) -> MasterError {
    MasterError::File { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tandem_vault::{DataKey, MasterKey as _};

    use super::*;

    #[tokio::test]
    async fn a_file_is_made_once_for_this_account_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let made = read_or_make_keys(&path).expect("made");
        let wrapped = made.wrap("org", &DataKey::generate()).await.expect("wraps");
        let again = read_or_make_keys(&path).expect("read");
        assert!(again.unwrap_key(FIRST, "org", &wrapped).await.is_ok());
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(matches!(make_keys(&path), Err(MasterError::File { .. })));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing half made stays");
    }
}
