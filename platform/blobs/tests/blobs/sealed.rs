//! What is kept is encrypted, opens for what it was kept for alone, and not at all once its owner was erased.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use tandem_blobs::{BlobError, BlobId, Blobs, Owner, Place, SealedBlobs};
use tandem_core::{Mint, OrgScope};
use tandem_proto::{OrgId, UserId};
use tandem_store::{Cause, Store, StoreError};

use crate::s3::s3;

const MOST: u64 = 64 * 1024 * 1024;
/// Content in one piece.
const PIECE: usize = 64 * 1024;

fn org() -> OrgScope {
    Mint::for_server().scope(OrgId::generate())
}

async fn store(folder: &Path) -> Store {
    let url = format!("sqlite:{}", folder.join("tandem.db").display());
    Store::open(&url, &[], Vec::new()).await.expect("opens")
}

fn owner(scope: OrgScope, person: Option<UserId>) -> Owner<'static> {
    Owner { scope, person, place: "recording 7" }
}

/// Bytes no two pieces of which are alike.
fn content(length: usize) -> Bytes {
    (0..length).map(|n| (n.wrapping_mul(31) >> 3) as u8 ^ (n / PIECE) as u8).collect()
}

/// Everything below a folder, as bytes.
fn everything_in(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(everything_in(&path)),
            false => found.push((path.clone(), fs::read(path).expect("readable"))),
        }
    }
    found
}

async fn command<F>(store: &Store, scope: OrgScope, command: F)
where
    F: for<'t> FnOnce(&'t mut tandem_store::Tx) -> tandem_store::BoxFuture<'t, Result<(), StoreError>>
        + Send
        + 'static,
{
    store.write(scope, Cause::SYSTEM, command).await.expect("the store answers");
}

/// The whole story, on blobs whose files are in `kept`.
async fn story(place: &Place, folder: &Path, kept: &Path) {
    let store = store(folder).await;
    let blobs = SealedBlobs::new(Blobs::open(place).expect("opens"), store.clone());
    let (ours, theirs, ada) = (org(), org(), UserId::generate());
    let secret = Bytes::from_static(b"what was said in confidence");
    let id = blobs.put(owner(ours, None), secret.clone()).await.expect("kept");
    assert_eq!(blobs.get(owner(ours, None), id, MOST).await.expect("there"), secret);
    assert_ne!(
        blobs.put(owner(ours, None), secret.clone()).await.expect("kept"),
        id,
        "nobody sees that it is the same"
    );
    let all = everything_in(kept);
    assert!(!all.is_empty());
    let plain = |bytes: &[u8]| bytes.windows(10).any(|part| part == &secret[5..15]);
    assert!(all.iter().all(|(path, bytes)| !plain(bytes)
        && !path.display().to_string().contains(&BlobId::of(&secret).to_string())));

    // For another org, person or thing it does not open.
    let elsewhere = blobs.get(owner(theirs, None), id, MOST).await;
    assert!(matches!(elsewhere, Err(BlobError::NotFound(_))), "{elsewhere:?}");
    for other in [owner(ours, Some(ada)), Owner { place: "recording 8", ..owner(ours, None) }] {
        let refused = blobs.get(other, id, MOST).await;
        assert!(matches!(refused, Err(BlobError::Damaged(_))), "{refused:?}");
        let refused = blobs.get_range(other, id, 0..4).await;
        assert!(matches!(refused, Err(BlobError::Damaged(_))), "{refused:?}");
    }

    // Whatever its size: whole, in parts, as a file.
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17] {
        let content = content(length);
        let id = blobs.put(owner(ours, None), content.clone()).await.expect("kept");
        assert!(blobs.get(owner(ours, None), id, MOST).await.expect("there") == content, "{length}");
        let too_large = blobs.get(owner(ours, None), id, (length as u64).saturating_sub(1)).await;
        assert_eq!(matches!(too_large, Err(BlobError::TooLarge { .. })), length > 0, "{length}");
        let ends = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 5, length, length + 9];
        for from in ends {
            for to in ends.into_iter().filter(|to| *to >= from) {
                let part = blobs.get_range(owner(ours, None), id, from as u64..to as u64).await;
                let expected = &content[from.min(length)..to.min(length)];
                assert!(part.expect("a part") == expected, "{from}..{to} of {length}");
            }
        }
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::write(&from, &content).expect("written");
        let id = blobs.put_file(owner(ours, None), &from).await.expect("kept");
        blobs.get_file(owner(ours, None), id, &to).await.expect("fetched");
        assert!(fs::read(&to).expect("there") == content, "{length} as a file");
        assert!(blobs.get(owner(ours, None), id, MOST).await.expect("there") == content, "{length}");
    }
    let beside: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(beside.iter().all(|name| !name.to_string_lossy().ends_with(".sealed")), "{beside:?}");

    // A new key for the org changes nothing; what is somebody's goes with them.
    let hers = blobs.put(owner(ours, Some(ada)), secret.clone()).await.expect("kept");
    command(&store, ours, |tx| Box::pin(async move { tx.rotate_key().await.map(drop) })).await;
    assert_eq!(blobs.get(owner(ours, None), id, MOST).await.expect("still there"), secret);
    assert_eq!(blobs.get(owner(ours, Some(ada)), hers, MOST).await.expect("still there"), secret);
    command(&store, ours, move |tx| Box::pin(async move { tx.destroy_key(ada).await })).await;
    let is_gone = async |blobs: &SealedBlobs| {
        let gone = blobs.get(owner(ours, Some(ada)), hers, MOST).await;
        assert!(matches!(gone, Err(BlobError::Erased)), "{gone:?}");
        let gone = blobs.get_range(owner(ours, Some(ada)), hers, 0..1).await;
        assert!(matches!(gone, Err(BlobError::Erased)), "{gone:?}");
        assert_eq!(blobs.get(owner(ours, None), id, MOST).await.expect("still there"), secret);
    };
    is_gone(&blobs).await;
    // As another process, which remembers no key.
    store.close().await;
    drop((blobs, store));
    let blobs = SealedBlobs::new(Blobs::open(place).expect("opens"), self::store(folder).await);
    is_gone(&blobs).await;
    let refused = blobs.put(owner(ours, Some(ada)), secret).await;
    assert!(matches!(refused, Err(BlobError::Erased)), "{refused:?}");
    blobs.delete(ours, id).await.expect("deleted");
    assert!(matches!(blobs.get(owner(ours, None), id, MOST).await, Err(BlobError::NotFound(_))));
}

#[tokio::test]
async fn a_folder_holds_nothing_that_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("blobs");
    story(&Place::Folder(kept.clone()), folder.path(), &kept).await;
}

#[tokio::test]
async fn an_s3_store_holds_nothing_that_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let stored = folder.path().join("s3");
    fs::create_dir(&stored).expect("a folder");
    let address = s3(&stored).await;
    let place = format!("s3+http://key:se%2Fcret@{address}/tandem/blobs").parse().expect("a place");
    story(&place, folder.path(), &stored).await;
}

/// Where a blob lies in a folder of blobs.
fn path_of(kept: &Path, scope: OrgScope, id: BlobId) -> PathBuf {
    let name = id.to_string();
    kept.join(scope.org().to_string()).join(&name[..2]).join(name)
}

#[tokio::test]
async fn pieces_stay_whole_in_their_order_and_all_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("blobs");
    let blobs = SealedBlobs::new(
        Blobs::open(&Place::Folder(kept.clone())).expect("opens"),
        store(folder.path()).await,
    );
    let (ours, content) = (org(), content(3 * PIECE));
    let id = blobs.put(owner(ours, None), content.clone()).await.expect("kept");
    let path = path_of(&kept, ours, id);
    let whole = fs::read(&path).expect("there");
    let piece = PIECE + 29;
    let begin = whole.len() - 3 * piece;
    let attacks: [(&str, Vec<u8>); 6] = [
        (
            "two pieces in each other's place",
            [
                &whole[..begin],
                &whole[begin + piece..begin + 2 * piece],
                &whole[begin..begin + piece],
                &whole[begin + 2 * piece..],
            ]
            .concat(),
        ),
        ("the last piece cut off", whole[..begin + 2 * piece].to_vec()),
        ("a piece in the middle left out", [&whole[..begin + piece], &whole[begin + 2 * piece..]].concat()),
        ("a piece twice", [&whole[..begin + piece], &whole[begin..]].concat()),
        ("a bit changed", {
            let mut changed = whole.clone();
            changed[begin + 40] ^= 1;
            changed
        }),
        ("no piece at all", whole[..begin].to_vec()),
    ];
    for (what, changed) in attacks {
        fs::write(&path, changed).expect("changed");
        // Read in part, nothing but the seals of pieces tells.
        let part = blobs.get_range(owner(ours, None), id, 0..content.len() as u64).await;
        assert!(matches!(part, Err(BlobError::Damaged(_))), "{what}");
        let read = blobs.get(owner(ours, None), id, MOST).await;
        assert!(matches!(read, Err(BlobError::Damaged(_))), "{what}");
    }
    // Another blob of the org in its place.
    let other = Owner { place: "recording 8", ..owner(ours, None) };
    let of_other = blobs.put(other, content).await.expect("kept");
    fs::copy(path_of(&kept, ours, of_other), &path).expect("swapped");
    let part = blobs.get_range(owner(ours, None), id, 0..9).await;
    assert!(matches!(part, Err(BlobError::Damaged(_))), "{part:?}");
}

#[tokio::test]
async fn what_was_kept_before_there_was_encryption_is_read_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::Folder(folder.path().join("blobs"));
    let (ours, plain) = (org(), Blobs::open(&place).expect("opens"));
    let blobs = SealedBlobs::new(plain.clone(), store(folder.path()).await);
    for content in [Bytes::from_static(b"a prompt"), Bytes::from_static(b"x"), content(3 * PIECE)] {
        let id = plain.put(ours, content.clone()).await.expect("kept");
        assert!(blobs.get(owner(ours, None), id, MOST).await.expect("there") == content);
        let part = blobs.get_range(owner(ours, None), id, 0..4).await.expect("a part");
        assert_eq!(part, content[..content.len().min(4)]);
        let to = folder.path().join("to");
        blobs.get_file(owner(ours, None), id, &to).await.expect("fetched");
        assert!(fs::read(&to).expect("there") == content);
    }
}
