//! Large things that are written once: documents, recordings, prompts, exports, parts of the log that were put away. They lie in a folder
//! or in an S3-style store, under what they are: a blob's id is the SHA-256 of its content, so the same thing is kept once per org and
//! whatever comes back is checked.
//!
//! [`SealedBlobs`] encrypts what is kept; [`Blobs`] alone is for copies of what is encrypted already.
//!
//! It never says what a blob means, nor who may read it: a row of whoever put it does.

mod id;
mod place;
mod sealed;

use std::{ops::Range, path::Path, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, WriteMultipart, path::Path as Key};
use sha2::{Digest as _, Sha256};
use tandem_core::OrgScope;
use tokio::io::AsyncReadExt as _;

pub use id::{BlobId, NoBlobId};
pub use place::{BadPlace, Place};
pub use sealed::{Owner, SealedBlobs};

/// Parts a file is sent in; S3 takes none smaller (but the last).
const PART_BYTES: usize = 8 * 1024 * 1024;
/// Parts on their way at once.
const PARTS_AT_ONCE: usize = 4;

/// Why a blob could not be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is none with that id in the org.
    #[error("there is no blob {0}")]
    NotFound(BlobId),
    /// What came back is not what was put there.
    #[error("blob {0} is damaged: its content is another")]
    Damaged(BlobId),
    /// It is larger than the caller takes at once.
    #[error("blob {id} has {bytes} bytes, more than {most}")]
    TooLarge {
        /// Which.
        id: BlobId,
        /// Its size.
        bytes: u64,
        /// What the caller takes.
        most: u64,
    },
    /// It was personal to somebody who was erased: its key is destroyed.
    #[error("the blob is of somebody who was erased")]
    Erased,
    /// The keys cannot be had.
    #[error("the blob's key cannot be had: {0}")]
    Keys(#[from] tandem_store::StoreError),
    /// A file to be put could not be read.
    #[error("the file cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The store failed.
    #[error("the blob store failed: {0}")]
    Store(#[from] object_store::Error),
}

/// The blobs of every org. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    prefix: Key,
}

impl Blobs {
    /// Those in `place`. A folder is made where it is missing (0700).
    ///
    /// # Errors
    /// When the folder cannot be made, or the store's settings do not fit together.
    pub fn open(place: &Place) -> Result<Self, BlobError> {
        let (store, prefix) = place.open()?;
        Ok(Self { store, prefix })
    }

    /// Keeps `content`; the same content twice is kept once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put(&self, scope: OrgScope, content: Bytes) -> Result<BlobId, BlobError> {
        let id = BlobId::of(&content);
        let key = self.key(scope, id);
        if self.store.head(&key).await.is_err() {
            self.store.put(&key, PutPayload::from_bytes(content)).await?;
        }
        Ok(id)
    }

    /// Keeps a file, whatever its size; it is read twice and never whole in memory.
    ///
    /// # Errors
    /// When the file cannot be read or changes meanwhile ([`BlobError::Damaged`]), or the store fails.
    pub async fn put_file(&self, scope: OrgScope, path: &Path) -> Result<BlobId, BlobError> {
        let mut hasher = Sha256::new();
        let mut file = tokio::fs::File::open(path).await?;
        while let Some(part) = read_part(&mut file).await? {
            hasher.update(&part);
        }
        let id = BlobId::from_bytes(hasher.finalize().into());
        let key = self.key(scope, id);
        if self.store.head(&key).await.is_ok() {
            return Ok(id);
        }
        let upload = self.store.put_multipart(&key).await?;
        let mut write = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        let mut again = Sha256::new();
        let mut file = tokio::fs::File::open(path).await?;
        while let Some(part) = read_part(&mut file).await? {
            again.update(&part);
            write.wait_for_capacity(PARTS_AT_ONCE).await?;
            write.put(part);
        }
        if BlobId::from_bytes(again.finalize().into()) != id {
            write.abort().await?;
            return Err(BlobError::Damaged(id));
        }
        write.finish().await?;
        Ok(id)
    }

    /// A blob of at most `most` bytes, whole and checked.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn get(&self, scope: OrgScope, id: BlobId, most: u64) -> Result<Bytes, BlobError> {
        let found = self.store.get(&self.key(scope, id)).await.map_err(|error| missing(id, error))?;
        let bytes = found.meta.size;
        if bytes > most {
            return Err(BlobError::TooLarge { id, bytes, most });
        }
        let content = found.bytes().await?;
        if BlobId::of(&content) == id { Ok(content) } else { Err(BlobError::Damaged(id)) }
    }

    /// How many bytes a blob has.
    ///
    /// # Errors
    /// [`BlobError`].
    pub(crate) async fn size(&self, scope: OrgScope, id: BlobId) -> Result<u64, BlobError> {
        let found = self.store.head(&self.key(scope, id)).await.map_err(|error| missing(id, error))?;
        Ok(found.size)
    }

    /// A part of a blob. It is not checked: its hash is of the whole.
    ///
    /// # Errors
    /// [`BlobError`].
    pub(crate) async fn range(
        &self,
        scope: OrgScope,
        id: BlobId,
        range: Range<u64>,
    ) -> Result<Bytes, BlobError> {
        let found = self.store.get_range(&self.key(scope, id), range).await;
        found.map_err(|error| missing(id, error))
    }

    /// Writes a blob to a file, checked: a file that is there afterwards is the blob.
    ///
    /// # Errors
    /// [`BlobError`]; then there is no file.
    pub async fn get_file(&self, scope: OrgScope, id: BlobId, path: &Path) -> Result<(), BlobError> {
        use tokio::io::AsyncWriteExt as _;
        let found = self.store.get(&self.key(scope, id)).await.map_err(|error| missing(id, error))?;
        let half = path.with_extension("part");
        let written = async {
            let mut file = tokio::fs::File::create(&half).await?;
            let mut hasher = Sha256::new();
            let mut parts = found.into_stream();
            while let Some(part) = parts.try_next().await? {
                hasher.update(&part);
                file.write_all(&part).await?;
            }
            file.sync_all().await?;
            if BlobId::from_bytes(hasher.finalize().into()) == id {
                Ok(())
            } else {
                Err(BlobError::Damaged(id))
            }
        };
        if let Err(error) = written.await {
            let _ = tokio::fs::remove_file(&half).await;
            return Err(error);
        }
        Ok(tokio::fs::rename(half, path).await?)
    }

    /// Removes a blob. One that is not there is removed already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, scope: OrgScope, id: BlobId) -> Result<(), BlobError> {
        match self.store.delete(&self.key(scope, id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The ids and sizes, in bytes, of all of an org's blobs, in order of id. For back-ups and audits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, scope: OrgScope) -> Result<Vec<(BlobId, u64)>, BlobError> {
        let folder = self.folder(scope);
        let objects: Vec<_> = self.store.list(Some(&folder)).try_collect().await?;
        let mut found: Vec<_> = objects
            .into_iter()
            .filter_map(|object| Some((object.location.filename()?.parse().ok()?, object.size)))
            .collect();
        found.sort();
        Ok(found)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// What it answers instead.
    pub async fn check(&self) -> Result<(), BlobError> {
        match self.store.list(Some(&self.prefix)).next().await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(error.into()),
        }
    }

    fn folder(&self, scope: OrgScope) -> Key {
        self.prefix.clone().join(scope.org().to_string())
    }

    /// `PREFIX/ORG/ab/abcdef…`: a folder of a million files is slow to look into.
    fn key(&self, scope: OrgScope, id: BlobId) -> Key {
        let name = id.to_string();
        self.folder(scope).join(&name[..2]).join(name)
    }
}

fn missing(id: BlobId, error: object_store::Error) -> BlobError {
    match error {
        object_store::Error::NotFound { .. } => BlobError::NotFound(id),
        error => error.into(),
    }
}

async fn read_part(file: &mut tokio::fs::File) -> std::io::Result<Option<Bytes>> {
    let mut part = BytesMut::with_capacity(PART_BYTES);
    while part.len() < PART_BYTES && file.read_buf(&mut part).await? > 0 {}
    Ok((!part.is_empty()).then(|| part.freeze()))
}
