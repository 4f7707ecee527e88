//! Where blobs are kept, as an operator writes it.

use std::{fmt, fs::DirBuilder, os::unix::fs::DirBuilderExt as _, path::PathBuf, str::FromStr, sync::Arc};

use object_store::{ObjectStore, aws::AmazonS3Builder, local::LocalFileSystem, path::Path as Key};
use url::Url;

use crate::BlobError;

/// The region an S3-style store is told when none is given; most do not care.
const REGION: &str = "us-east-1";

/// `file:DIR`, `s3://ACCESS:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]`, or the same with `s3+http` for a store that has no TLS.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder.
    Folder(PathBuf),
    /// A bucket of an S3-style store.
    S3(Box<Bucket>),
}

/// A bucket and the way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    endpoint: String,
    bucket: String,
    prefix: String,
    region: String,
    access: String,
    secret: String,
}

/// Why a place cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadPlace {
    /// Neither of the forms.
    #[error("must be file:DIR or s3://ACCESS:SECRET@HOST[:PORT]/BUCKET[/PREFIX]")]
    Form,
    /// A key is missing.
    #[error("the access key and the secret are missing: s3://ACCESS:SECRET@HOST/BUCKET")]
    NoKeys,
    /// The bucket is missing.
    #[error("the bucket is missing: s3://ACCESS:SECRET@HOST/BUCKET")]
    NoBucket,
}

impl FromStr for Place {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        if let Some(folder) = text.strip_prefix("file:") {
            let folder = folder.strip_prefix("//").unwrap_or(folder);
            return if folder.is_empty() { Err(BadPlace::Form) } else { Ok(Self::Folder(folder.into())) };
        }
        let url = Url::parse(text).map_err(|_| BadPlace::Form)?;
        let scheme = match url.scheme() {
            "s3" => "https",
            "s3+http" => "http",
            _ => return Err(BadPlace::Form),
        };
        let host = url.host_str().ok_or(BadPlace::Form)?;
        let endpoint = match url.port() {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        let path = url.path().trim_matches('/');
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let decoded = |text: &str| percent_decoded(text).ok_or(BadPlace::Form);
        let (access, secret) = (decoded(url.username())?, decoded(url.password().unwrap_or_default())?);
        if access.is_empty() || secret.is_empty() {
            return Err(BadPlace::NoKeys);
        }
        if bucket.is_empty() {
            return Err(BadPlace::NoBucket);
        }
        let region =
            url.query_pairs().find(|(name, _)| name == "region").map(|(_, value)| value.into_owned());
        Ok(Self::S3(Box::new(Bucket {
            endpoint,
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            region: region.unwrap_or_else(|| REGION.to_owned()),
            access,
            secret,
        })))
    }
}

/// The secret of an S3 store may hold `/` and `+`, written `%2F` and `%2B` in a URL.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            let code = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(code, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

impl Place {
    pub(crate) fn open(&self) -> Result<(Arc<dyn ObjectStore>, Key), BlobError> {
        match self {
            Self::Folder(folder) => {
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
                let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
                Ok((Arc::new(store), Key::default()))
            }
            Self::S3(bucket) => {
                let store = AmazonS3Builder::new()
                    .with_endpoint(&bucket.endpoint)
                    .with_allow_http(bucket.endpoint.starts_with("http:"))
                    .with_bucket_name(&bucket.bucket)
                    .with_region(&bucket.region)
                    .with_access_key_id(&bucket.access)
                    .with_secret_access_key(&bucket.secret)
                    .build()?;
                Ok((Arc::new(store), Key::from(bucket.prefix.as_str())))
            }
        }
    }
}

impl fmt::Display for Place {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "file:{}", folder.display()),
            Self::S3(bucket) => {
                let (tls, host) = bucket.endpoint.split_once("://").unwrap_or(("https", &bucket.endpoint));
                let scheme = if tls == "http" { "s3+http" } else { "s3" };
                write!(f, "{scheme}://{}:••••@{host}/{}", bucket.access, bucket.bucket)?;
                if !bucket.prefix.is_empty() {
                    write!(f, "/{}", bucket.prefix)?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_and_shown_without_its_secret() {
        let place: Place =
            "s3+http://key:se%2Fcret@127.0.0.1:9000/tandem/blobs?region=eu".parse().expect("S3");
        let Place::S3(bucket) = &place else { panic!("{place}") };
        assert_eq!(bucket.endpoint, "http://127.0.0.1:9000");
        assert_eq!((bucket.secret.as_str(), bucket.region.as_str()), ("se/cret", "eu"));
        assert_eq!(place.to_string(), "s3+http://key:••••@127.0.0.1:9000/tandem/blobs");
        assert_eq!("file:/data/blobs".parse(), Ok(Place::Folder("/data/blobs".into())));
    }

    #[test]
    fn a_refusal_says_what_is_missing() {
        for (text, why) in [
            ("ftp://host/x", BadPlace::Form),
            ("file:", BadPlace::Form),
            ("s3://host/bucket", BadPlace::NoKeys),
            ("s3://key:secret@host", BadPlace::NoBucket),
        ] {
            assert_eq!(text.parse::<Place>(), Err(why), "{text}");
        }
    }
}
