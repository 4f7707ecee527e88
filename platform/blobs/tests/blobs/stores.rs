//! One suite for a folder and for an S3-style store (s3s with a folder behind it, spoken to over HTTP with signed requests).

use std::path::Path;

use bytes::Bytes;
use tandem_blobs::{BlobError, BlobId, Blobs, Place};
use tandem_core::{Mint, OrgScope};
use tandem_proto::OrgId;

use crate::s3::s3;

const MOST: u64 = 64 * 1024 * 1024;

fn org() -> OrgScope {
    Mint::for_server().scope(OrgId::generate())
}

async fn keeps_what_it_is_given(place: &Place, files: &Path) {
    let blobs = Blobs::open(place).expect("opens");
    blobs.check().await.expect("answers");
    let (ours, theirs) = (org(), org());
    let content = Bytes::from_static(b"a prompt");
    let id = blobs.put(ours, content.clone()).await.expect("kept");
    assert_eq!(id, BlobId::of(&content));
    assert_eq!(blobs.put(ours, content.clone()).await.expect("kept once"), id);
    assert_eq!(blobs.get(ours, id, MOST).await.expect("there"), content);
    assert!(matches!(blobs.get(theirs, id, MOST).await, Err(BlobError::NotFound(_))), "another org has none");
    assert!(matches!(blobs.get(ours, id, 3).await, Err(BlobError::TooLarge { bytes: 8, .. })));

    // Larger than one part.
    let large: Vec<u8> = (0..20_000_000_u32).map(|n| (n % 251) as u8).collect();
    let (from, to) = (files.join("from"), files.join("to"));
    std::fs::write(&from, &large).expect("written");
    let big = blobs.put_file(ours, &from).await.expect("kept");
    assert_eq!(big, BlobId::of(&large));
    blobs.get_file(ours, big, &to).await.expect("fetched");
    assert!(std::fs::read(&to).expect("there") == large, "the same bytes");

    let mut all = vec![(id, 8), (big, large.len() as u64)];
    all.sort();
    assert_eq!(blobs.list(ours).await.expect("listed"), all);
    assert_eq!(blobs.list(theirs).await.expect("listed"), []);
    blobs.delete(ours, id).await.expect("deleted");
    blobs.delete(ours, id).await.expect("deleted already");
    assert!(matches!(blobs.get(ours, id, MOST).await, Err(BlobError::NotFound(_))));
}

#[tokio::test]
async fn a_folder_keeps_what_it_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::Folder(folder.path().join("blobs"));
    keeps_what_it_is_given(&place, folder.path()).await;
}

#[tokio::test]
async fn an_s3_store_keeps_what_it_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let stored = folder.path().join("s3");
    std::fs::create_dir(&stored).expect("a folder");
    let address = s3(&stored).await;
    let place = format!("s3+http://key:se%2Fcret@{address}/tandem/blobs").parse().expect("a place");
    keeps_what_it_is_given(&place, folder.path()).await;
    let stranger = format!("s3+http://key:guessed@{address}/tandem/blobs").parse().expect("a place");
    let refused = Blobs::open(&stranger).expect("opens").check().await;
    assert!(refused.is_err(), "a wrong secret is refused");
}

#[tokio::test]
async fn a_damaged_blob_is_not_handed_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let blobs = Blobs::open(&Place::Folder(folder.path().to_owned())).expect("opens");
    let ours = org();
    let id = blobs.put(ours, Bytes::from_static(b"as it was")).await.expect("kept");
    let name = id.to_string();
    let path = folder.path().join(ours.org().to_string()).join(&name[..2]).join(&name);
    std::fs::write(path, b"as it is").expect("damaged");
    assert!(matches!(blobs.get(ours, id, MOST).await, Err(BlobError::Damaged(_))));
    let to = folder.path().join("to");
    assert!(matches!(blobs.get_file(ours, id, &to).await, Err(BlobError::Damaged(_))));
    assert!(!to.exists(), "nothing is left of it");
}
