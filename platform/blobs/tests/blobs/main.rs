//! Blobs in a folder and in an S3-style store, as they are and encrypted.

mod s3;
mod sealed;
mod stores;
