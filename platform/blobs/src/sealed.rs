//! Blobs nobody reads who has only the blob store. Each is encrypted under a key of its own, which lies in front of it under the key of whose
//! it is: somebody's, where the blob is personal to them, or else the org's. What is kept, and so its id, is what is encrypted: a name tells
//! nothing of the content, and the same content twice is two blobs.
//!
//! The content lies in pieces that are sealed for their place and for whether one is the last (as in STREAM, Hoang et al. 2015): none can
//! be put elsewhere, left out or cut off, and any part is read without the others. A new key for the org leaves blobs as they are; whose key
//! is destroyed, their blobs are unreadable for ever, wherever there are copies.

use std::{ops::Range, path::Path};

use bytes::{Bytes, BytesMut};
use tandem_core::OrgScope;
use tandem_proto::UserId;
use tandem_store::{Cause, Store};
use tandem_vault::DataKey;
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncWriteExt as _},
};

use crate::{BlobError, BlobId, Blobs};

/// What a sealed blob begins with; one that does not is from before there was encryption.
const MAGIC: &[u8; 8] = b"tandem\x01b";
/// Magic and the length of the wrapped key, two bytes.
const HEAD: usize = MAGIC.len() + 2;
/// Longest wrapped key.
const KEY_MOST: usize = 1_024;
/// Content in one piece.
const PIECE: usize = 64 * 1024;
/// What sealing adds to a piece: form, nonce and tag.
const ADDED: usize = 1 + 12 + 16;
/// Longest blob that is put or had whole in memory.
const WHOLE_MOST: u64 = 64 * 1024 * 1024;

/// Whose a blob is, and what it is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owner<'a> {
    /// The org.
    pub scope: OrgScope,
    /// To whom it is personal; `None`: to nobody.
    pub person: Option<UserId>,
    /// What it belongs to, as `recording ID`: it opens for nothing else.
    pub place: &'a str,
}

/// The blobs of every org, encrypted. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SealedBlobs {
    blobs: Blobs,
    store: Store,
}

impl SealedBlobs {
    /// Those in `blobs`, under the keys of `store`.
    pub const fn new(blobs: Blobs, store: Store) -> Self {
        Self { blobs, store }
    }

    /// Keeps `content`.
    ///
    /// # Errors
    /// [`BlobError::Erased`] for somebody who was erased; [`BlobError::TooLarge`]; when a store fails.
    pub async fn put(&self, owner: Owner<'_>, content: Bytes) -> Result<BlobId, BlobError> {
        let (key, mut sealed) = self.begin(owner).await?;
        let pieces = content.chunks(PIECE).count().max(1);
        for index in 0..pieces {
            let piece = &content[index * PIECE..content.len().min((index + 1) * PIECE)];
            sealed.extend_from_slice(&key.seal(&piece_at(index as u64, index + 1 == pieces), piece));
        }
        self.blobs.put(owner.scope, sealed.freeze()).await
    }

    /// Keeps a file, whatever its size. What is encrypted lies beside it for a moment, as `NAME.sealed`.
    ///
    /// # Errors
    /// As [`Self::put`], and when a file cannot be read or written.
    pub async fn put_file(&self, owner: Owner<'_>, path: &Path) -> Result<BlobId, BlobError> {
        let (key, head) = self.begin(owner).await?;
        let beside = path.with_added_extension("sealed");
        let kept = async {
            let mut out = File::create(&beside).await?;
            out.write_all(&head).await?;
            let mut from = File::open(path).await?;
            let (mut piece, mut index) = (filled(&mut from).await?, 0);
            loop {
                let next = if piece.len() < PIECE { Vec::new() } else { filled(&mut from).await? };
                let is_last = next.is_empty();
                out.write_all(&key.seal(&piece_at(index, is_last), &piece)).await?;
                if is_last {
                    break;
                }
                (piece, index) = (next, index + 1);
            }
            out.sync_all().await?;
            self.blobs.put_file(owner.scope, &beside).await
        };
        let kept = kept.await;
        let _ = tokio::fs::remove_file(&beside).await;
        kept
    }

    /// A blob of at most `most` bytes, whole and checked.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn get(&self, owner: Owner<'_>, id: BlobId, most: u64) -> Result<Bytes, BlobError> {
        let kept = self
            .blobs
            .get(owner.scope, id, sealed_size(most.min(WHOLE_MOST)) + (HEAD + KEY_MOST) as u64)
            .await?;
        let Some((wrapped, pieces)) = split(&kept) else { return within(id, kept, most) };
        let key = self.key(owner, id, wrapped).await?;
        let mut content = BytesMut::with_capacity(pieces.len());
        let count = pieces.chunks(PIECE + ADDED).count();
        for (index, piece) in pieces.chunks(PIECE + ADDED).enumerate() {
            content.extend_from_slice(&opened(&key, id, index as u64, index + 1 == count, piece)?);
        }
        if count == 0 {
            return Err(BlobError::Damaged(id));
        }
        within(id, content.freeze(), most)
    }

    /// A part of a blob, as far as there is one. Only the pieces it lies in are read.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn get_range(
        &self,
        owner: Owner<'_>,
        id: BlobId,
        range: Range<u64>,
    ) -> Result<Bytes, BlobError> {
        let stored = self.blobs.size(owner.scope, id).await?;
        if stored == 0 {
            return Ok(Bytes::new());
        }
        let head = self.blobs.range(owner.scope, id, 0..stored.min((HEAD + KEY_MOST) as u64)).await?;
        let Some((wrapped, _)) = split(&head) else {
            let range = range.start.min(stored)..range.end.min(stored);
            return if range.is_empty() {
                Ok(Bytes::new())
            } else {
                self.blobs.range(owner.scope, id, range).await
            };
        };
        let key = self.key(owner, id, wrapped).await?;
        let begin = (HEAD + wrapped.len()) as u64;
        let sealed = stored.checked_sub(begin).filter(|sealed| *sealed >= ADDED as u64);
        let sealed = sealed.ok_or(BlobError::Damaged(id))?;
        let whole = (PIECE + ADDED) as u64;
        let count = sealed.div_ceil(whole);
        let size = sealed.checked_sub(count * ADDED as u64).ok_or(BlobError::Damaged(id))?;
        let range = range.start.min(size)..range.end.min(size);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let (first, last) = (range.start / PIECE as u64, (range.end - 1) / PIECE as u64);
        let asked = begin + first * whole..stored.min(begin + (last + 1) * whole);
        let pieces = self.blobs.range(owner.scope, id, asked).await?;
        let mut content = BytesMut::with_capacity(pieces.len());
        for (index, piece) in (first..).zip(pieces.chunks(PIECE + ADDED)) {
            content.extend_from_slice(&opened(&key, id, index, index + 1 == count, piece)?);
        }
        let from = usize::try_from(range.start - first * PIECE as u64).map_err(|_| BlobError::Damaged(id))?;
        let length = usize::try_from(range.end - range.start).map_err(|_| BlobError::Damaged(id))?;
        content.freeze().get(from..from + length).map(Bytes::copy_from_slice).ok_or(BlobError::Damaged(id))
    }

    /// Writes a blob to a file, checked: a file that is there afterwards is the blob.
    ///
    /// # Errors
    /// [`BlobError`]; then there is no file.
    pub async fn get_file(&self, owner: Owner<'_>, id: BlobId, path: &Path) -> Result<(), BlobError> {
        let beside = path.with_added_extension("sealed");
        self.blobs.get_file(owner.scope, id, &beside).await?;
        let half = path.with_added_extension("part");
        let written = self.open_file(owner, id, &beside, &half).await;
        let _ = tokio::fs::remove_file(&beside).await;
        if let Err(error) = written {
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
        self.blobs.delete(scope, id).await
    }

    async fn open_file(&self, owner: Owner<'_>, id: BlobId, from: &Path, to: &Path) -> Result<(), BlobError> {
        let mut sealed = File::open(from).await?;
        let mut head = vec![0; HEAD];
        let is_sealed = sealed.read_exact(&mut head).await.is_ok() && head.starts_with(MAGIC);
        if !is_sealed {
            tokio::fs::copy(from, to).await?;
            return Ok(());
        }
        head.resize(HEAD + key_length(&head), 0);
        sealed.read_exact(&mut head[HEAD..]).await?;
        let (wrapped, _) = split(&head).ok_or(BlobError::Damaged(id))?;
        let key = self.key(owner, id, wrapped).await?;
        let mut out = File::create(to).await?;
        let (mut piece, mut index) = (sealed_piece(&mut sealed).await?, 0);
        loop {
            let next = sealed_piece(&mut sealed).await?;
            out.write_all(&opened(&key, id, index, next.is_empty(), &piece)?).await?;
            if next.is_empty() {
                break;
            }
            (piece, index) = (next, index + 1);
        }
        Ok(out.sync_all().await?)
    }

    /// A key for a new blob, and what lies in front of it.
    async fn begin(&self, owner: Owner<'_>) -> Result<(DataKey, BytesMut), BlobError> {
        let (person, place) = (owner.person, owner.place.to_owned());
        let made = self.store.write(owner.scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move { tx.make_key(person, &place).await })
        });
        let (key, wrapped) = made.await?.ok_or(BlobError::Erased)?;
        let mut head = BytesMut::with_capacity(HEAD + wrapped.len());
        head.extend_from_slice(MAGIC);
        head.extend_from_slice(&u16::try_from(wrapped.len()).unwrap_or(u16::MAX).to_be_bytes());
        head.extend_from_slice(&wrapped);
        Ok((key, head))
    }

    async fn key(&self, owner: Owner<'_>, id: BlobId, wrapped: &[u8]) -> Result<DataKey, BlobError> {
        let key = self.store.open_key(owner.scope, owner.person, owner.place, wrapped).await;
        match key {
            Ok(key) => key.ok_or(BlobError::Erased),
            Err(tandem_store::StoreError::Damaged { .. }) => Err(BlobError::Damaged(id)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Where a piece belongs. The key is one blob's own, so nothing else needs saying.
fn piece_at(index: u64, is_last: bool) -> String {
    format!("piece {index}{}", if is_last { ", the last" } else { "" })
}

fn opened(key: &DataKey, id: BlobId, index: u64, is_last: bool, piece: &[u8]) -> Result<Vec<u8>, BlobError> {
    key.open(&piece_at(index, is_last), piece).map_err(|_| BlobError::Damaged(id))
}

fn key_length(head: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([head[MAGIC.len()], head[MAGIC.len() + 1]]))
}

/// The wrapped key in front of a blob, and what is behind it; `None`: it is not sealed.
fn split(kept: &[u8]) -> Option<(&[u8], &[u8])> {
    if kept.len() < HEAD || !kept.starts_with(MAGIC) {
        return None;
    }
    kept[HEAD..].split_at_checked(key_length(kept))
}

/// Bytes that so much content takes at most, without what lies in front.
fn sealed_size(content: u64) -> u64 {
    content + (content.div_ceil(PIECE as u64).max(1)) * ADDED as u64
}

fn within(id: BlobId, content: Bytes, most: u64) -> Result<Bytes, BlobError> {
    let bytes = content.len() as u64;
    if bytes > most { Err(BlobError::TooLarge { id, bytes, most }) } else { Ok(content) }
}

async fn filled(from: &mut File) -> std::io::Result<Vec<u8>> {
    read_up_to(from, PIECE).await
}

async fn sealed_piece(from: &mut File) -> std::io::Result<Vec<u8>> {
    read_up_to(from, PIECE + ADDED).await
}

/// As many bytes, or all there are.
async fn read_up_to(from: &mut File, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(most);
    from.take(most as u64).read_to_end(&mut bytes).await?;
    Ok(bytes)
}
