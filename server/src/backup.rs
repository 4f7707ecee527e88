//! `tandem backup`: everything there is, in a file.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, BufReader, BufWriter, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use serde_json::Value;
use tandem_blobs::{BlobId, Blobs, Place};
use tandem_core::{Clock as _, Mint, OrgScope, SystemClock};
use tandem_proto::OrgId;
use tandem_setup::{Config, StartError};
use tandem_store::dump::{
    self, Column, ColumnKind, DumpError, Head, Manifest, Reader, Sealing, Section, SectionKind, Writer,
};

use crate::{compose::node, say};

/// Name of the file in a back-up that is a folder.
const FILE: &str = "tandem.backup";
/// Name of the file of keys in a back-up that is a folder.
const KEYS: &str = "tandem.keys";
/// Name of the list of blobs, and of their folder.
const BLOBS: &str = "blobs";

/// Where a back-up is.
pub(crate) struct Parcel {
    pub(crate) file: PathBuf,
    /// Where copies of the blobs are, in a back-up that has them.
    pub(crate) blobs: Option<PathBuf>,
    /// What reads what is personal in it.
    pub(crate) keys: PathBuf,
}

impl Parcel {
    pub(crate) fn at(path: &Path, keys: Option<&Path>) -> Self {
        let is_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let (file, blobs, beside) = match is_folder {
            true => (path.join(FILE), Some(path.join(BLOBS)), path.join(KEYS)),
            false => (path.to_owned(), None, path.with_added_extension("keys")),
        };
        Self { file, blobs, keys: keys.map_or(beside, Path::to_owned) }
    }

    /// Opens the file and reads its head.
    pub(crate) fn open(&self) -> Result<(Head, Reader<impl io::BufRead + use<>>), StartError> {
        open(&self.file)
    }

    /// Opens the file of keys, if there is one.
    pub(crate) fn open_keys(&self) -> Result<Option<(Head, Reader<impl io::BufRead + use<>>)>, StartError> {
        if self.keys.exists() { open(&self.keys).map(Some) } else { Ok(None) }
    }
}

fn open(path: &Path) -> Result<(Head, Reader<impl io::BufRead + use<>>), StartError> {
    let fail = |error| refused(path, &error);
    let file = File::open(path).map_err(|error| fail(error.into()))?;
    Reader::new(BufReader::new(GzDecoder::new(BufReader::new(file)))).map_err(fail)
}

/// What is wrong with the back-up at `path`, or with what should become of it.
pub(crate) fn refused(path: &Path, error: &DumpError) -> StartError {
    match error {
        DumpError::Damaged { .. } | DumpError::Foreign | DumpError::File(_) => {
            StartError::Failed(format!("{}: {error}", path.display()))
        }
        _ => StartError::Failed(error.to_string()),
    }
}

/// Makes a back-up of the database and the blobs. The server may run meanwhile.
pub(crate) async fn make(config: &Config, to: &Path, keys: Option<&Path>) -> Result<ExitCode, StartError> {
    let parcel = Parcel::at(to, keys);
    let sealing = node::sealing(config)?;
    let fail = |error: DumpError| refused(&parcel.file, &error);
    let writing = |error: io::Error| refused(&parcel.file, &error.into());
    if parcel.file.exists() {
        return Err(writing(io::ErrorKind::AlreadyExists.into()));
    }
    if parcel.blobs.is_some() {
        DirBuilder::new().recursive(true).mode(0o700).create(to).map_err(writing)?;
    }
    // They hold what signs people in: for this account only.
    let half = |path: &Path| path.with_added_extension("part");
    let begin = |path: &Path| {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(half(path));
        file.map_err(writing)
    };
    let made = write(config, &parcel, &sealing, begin(&parcel.file)?, begin(&parcel.keys)?).await;
    let manifest = match made {
        Ok(manifest) => manifest,
        Err(error) => {
            let _ = fs::remove_file(half(&parcel.file));
            let _ = fs::remove_file(half(&parcel.keys));
            return Err(fail(error));
        }
    };
    // One file of keys, the newest, serves all back-ups before it too.
    fs::rename(half(&parcel.keys), &parcel.keys).map_err(writing)?;
    fs::rename(half(&parcel.file), &parcel.file).map_err(writing)?;
    say(&format!("{}: the keys; keep the newest only, apart from the back-ups", parcel.keys.display()))?;
    report(&parcel.file, &manifest, "written")?;
    if parcel.blobs.is_none() && manifest.sections.iter().any(|sum| sum.end == BLOBS && sum.rows > 0) {
        say("blobs are listed, not copied: back up into a folder to copy them")?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn write(
    config: &Config,
    parcel: &Parcel,
    sealing: &Sealing,
    file: File,
    keys: File,
) -> Result<Manifest, DumpError> {
    let zipped = |file| Writer::new(GzEncoder::new(BufWriter::new(file), Compression::fast()));
    let (mut writer, mut keys) = (zipped(file), zipped(keys));
    let mut orgs: Vec<OrgId> = Vec::new();
    let version = env!("CARGO_PKG_VERSION");
    let now = SystemClock.now().micros();
    let out = (&mut writer, &mut keys);
    dump::copy(config.database.url(), version, now, sealing, out, |section, row| {
        if section.name == "orgs" {
            let id = section.columns.iter().position(|Column(name, _)| name == "id");
            orgs.extend(id.and_then(|id| row[id].as_str()?.parse::<OrgId>().ok()));
        }
    })
    .await?;
    list_blobs(config, parcel, &orgs, &mut writer).await?;
    sync(keys.finish()?.1)?;
    let (manifest, out) = writer.finish()?;
    sync(out)?;
    Ok(manifest)
}

fn sync(out: GzEncoder<BufWriter<File>>) -> io::Result<()> {
    let mut file = out.finish()?;
    file.flush()?;
    file.get_ref().sync_all()
}

/// After the tables, so that whatever a row names is in the list, unless it was removed meanwhile.
async fn list_blobs<W: io::Write>(
    config: &Config,
    parcel: &Parcel,
    orgs: &[OrgId],
    writer: &mut Writer<W>,
) -> Result<(), DumpError> {
    let column = |name: &str, kind| Column(name.to_owned(), kind);
    let columns = vec![
        column("org", ColumnKind::Text),
        column("id", ColumnKind::Text),
        column("bytes", ColumnKind::Bigint),
    ];
    writer.begin(&Section {
        section: SectionKind::List,
        name: BLOBS.to_owned(),
        columns,
        sealed: Vec::new(),
    })?;
    if let Some(blobs) = open_blobs(config)? {
        let mint = Mint::for_server();
        for org in orgs {
            let scope = mint.scope(*org);
            for (id, bytes) in blobs.list(scope).await.map_err(io::Error::other)? {
                if let Some(folder) = &parcel.blobs {
                    let path = blob_path(folder, scope, id);
                    fs::create_dir_all(path.parent().unwrap_or(folder))?;
                    blobs.get_file(scope, id, &path).await.map_err(io::Error::other)?;
                }
                writer.row(&[org.to_string().into(), id.to_string().into(), bytes.into()])?;
            }
        }
    }
    writer.end()
}

/// Where the copy of a blob is in a back-up.
pub(crate) fn blob_path(folder: &Path, scope: OrgScope, id: BlobId) -> PathBuf {
    let name = id.to_string();
    folder.join(scope.org().to_string()).join(&name[..2]).join(name)
}

/// The blobs of the configuration; none where the folder of them was never made.
fn open_blobs(config: &Config) -> Result<Option<Blobs>, DumpError> {
    let place: Place = config.blobs.url().parse().map_err(io::Error::other)?;
    match &place {
        Place::Folder(folder) if !folder.exists() => Ok(None),
        _ => Ok(Some(Blobs::open(&place).map_err(io::Error::other)?)),
    }
}

/// `--verify`: reads a back-up and compares it with what it says of itself.
pub(crate) fn check(path: &Path) -> Result<ExitCode, StartError> {
    let parcel = Parcel::at(path, None);
    let fail = |error: DumpError| refused(&parcel.file, &error);
    let (head, mut reader) = parcel.open()?;
    let (mut section, mut blobs) = (None, Vec::new());
    while let Some(item) = reader.next_item().map_err(fail)? {
        match item {
            dump::Item::Begin(begun) => section = Some(begun),
            dump::Item::Row(row) => blobs.extend(section.as_ref().and_then(|section| listed(section, &row))),
            dump::Item::End(_) => section = None,
        }
    }
    let manifest = reader.finish().map_err(fail)?;
    if let Some(folder) = &parcel.blobs {
        let mint = Mint::for_server();
        for (org, id) in blobs {
            let path = blob_path(folder, mint.scope(org), id);
            check_blob(&path, id)
                .map_err(|error| StartError::Failed(format!("{}: {error}", path.display())))?;
        }
    }
    report(&parcel.file, &manifest, &format!("whole; made by version {}", head.version))?;
    Ok(ExitCode::SUCCESS)
}

fn check_blob(path: &Path, id: BlobId) -> io::Result<()> {
    use sha2::{Digest as _, Sha256};
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    if BlobId::from_bytes(hasher.finalize().into()) == id {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "it is damaged: its content is another"))
}

/// The blob that a row of the list of blobs names.
pub(crate) fn listed(section: &Section, row: &[Value]) -> Option<(OrgId, BlobId)> {
    if section.section != SectionKind::List || section.name != BLOBS {
        return None;
    }
    Some((row.first()?.as_str()?.parse().ok()?, row.get(1)?.as_str()?.parse().ok()?))
}

/// One line for each table that has rows, and one for all.
pub(crate) fn report(path: &Path, manifest: &Manifest, outcome: &str) -> Result<(), StartError> {
    for sum in manifest.sections.iter().filter(|sum| sum.rows > 0) {
        say(&format!("{:<28} {:>10} rows  sha256 {}", sum.end, sum.rows, sum.sha256))?;
    }
    say(&format!("{}: {outcome}; {} rows, sha256 {}", path.display(), manifest.rows(), manifest.sha256))
}
