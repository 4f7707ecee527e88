//! Digest authentication with MD5 and SHA-256, `qop=auth` (RFC 7616, RFC 8760; RFC 2617 for old phones).

mod client;
mod nonce;
mod server;

pub use client::{DigestClient, NoUsableChallenge};
pub use server::{Authenticator, Credentials, DigestConfig, Refusal};

use std::fmt;

use md5::{Digest as _, Md5};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Sha256;

/// A hash a challenge may ask for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Algorithm {
    /// For phones that know no other.
    Md5,
    /// Preferred.
    Sha256,
}

impl Algorithm {
    /// Strongest first: the order of challenges (RFC 8760 §2.4).
    pub const OFFERED: [Self; 2] = [Self::Sha256, Self::Md5];

    /// Its name in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// By name; no name means MD5.
    pub fn named(name: Option<&str>) -> Option<Self> {
        let name = name.unwrap_or("MD5");
        Self::OFFERED.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    fn hex(self, parts: &[&str]) -> String {
        fn digest<D: md5::Digest>(parts: &[&str]) -> String {
            let mut hash = D::new();
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    hash.update(b":");
                }
                hash.update(part.as_bytes());
            }
            hex::encode(hash.finalize())
        }
        match self {
            Self::Md5 => digest::<Md5>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
        }
    }
}

/// What a registrar keeps in place of a secret: H(user:realm:secret) for each algorithm. As good as the secret within its realm, so it
/// is masked in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Ha1 {
    /// With MD5.
    pub md5: [u8; 16],
    /// With SHA-256.
    pub sha256: [u8; 32],
}

impl Ha1 {
    /// Computes both.
    pub fn new(user: &str, realm: &str, secret: &str) -> Self {
        let text = format!("{user}:{realm}:{secret}");
        Self { md5: Md5::digest(&text).into(), sha256: Sha256::digest(&text).into() }
    }

    fn hex(&self, algorithm: Algorithm) -> String {
        match algorithm {
            Algorithm::Md5 => hex::encode(self.md5),
            Algorithm::Sha256 => hex::encode(self.sha256),
        }
    }
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}

/// As text: `md5:sha256`, both in hex.
impl Serialize for Ha1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}:{}", hex::encode(self.md5), hex::encode(self.sha256)))
    }
}

impl<'de> Deserialize<'de> for Ha1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (md5_hex, sha256_hex) =
            text.split_once(':').ok_or_else(|| de::Error::custom("needs md5:sha256"))?;
        let (mut md5, mut sha256) = ([0; 16], [0; 32]);
        hex::decode_to_slice(md5_hex, &mut md5).map_err(de::Error::custom)?;
        hex::decode_to_slice(sha256_hex, &mut sha256).map_err(de::Error::custom)?;
        Ok(Self { md5, sha256 })
    }
}

/// What goes into a response beside the secret.
struct Proof<'a> {
    method: &'a str,
    uri: &'a str,
    nonce: &'a str,
    /// `nc` and `cnonce`, with `qop=auth`.
    qop: Option<(&'a str, &'a str)>,
}

impl Proof<'_> {
    fn response(&self, algorithm: Algorithm, ha1: &Ha1) -> String {
        let ha2 = algorithm.hex(&[self.method, self.uri]);
        let ha1 = ha1.hex(algorithm);
        match self.qop {
            Some((nc, cnonce)) => algorithm.hex(&[&ha1, self.nonce, nc, cnonce, "auth", &ha2]),
            None => algorithm.hex(&[&ha1, self.nonce, &ha2]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7616 §3.9.1.
    #[test]
    fn test_vectors_of_the_rfc() {
        let ha1 = Ha1::new("Mufasa", "http-auth@example.org", "Circle of Life");
        let proof = Proof {
            method: "GET",
            uri: "/dir/index.html",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            qop: Some(("00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")),
        };
        assert_eq!(proof.response(Algorithm::Md5, &ha1), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(
            proof.response(Algorithm::Sha256, &ha1),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    /// RFC 2617 §3.5.
    #[test]
    fn test_vector_of_the_old_rfc() {
        let ha1 = Ha1::new("Mufasa", "testrealm@host.com", "Circle Of Life");
        let proof = Proof {
            method: "GET",
            uri: "/dir/index.html",
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            qop: Some(("00000001", "0a4f113b")),
        };
        assert_eq!(proof.response(Algorithm::Md5, &ha1), "6629fae49393a05397450978507c4ef1");
    }

    #[test]
    fn hashed_secrets_survive_storage_and_stay_out_of_logs() {
        let ha1 = Ha1::new("1001", "demo", "s3cret");
        let json = serde_json::to_string(&ha1).expect("serialises");
        assert_eq!(serde_json::from_str::<Ha1>(&json).expect("parses"), ha1);
        assert_eq!(format!("{ha1:?}"), "••••");
    }
}
