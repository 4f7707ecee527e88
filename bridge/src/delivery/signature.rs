//! Signatures as Standard Webhooks has them (specification 1.0.0, "Signature scheme"): HMAC-SHA256 over `id.timestamp.body`.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What secrets begin with.
const PREFIX: &str = "whsec_";

/// A new secret of 256 random bits.
pub(crate) fn secret() -> String {
    format!("{PREFIX}{}", BASE64_STANDARD.encode(rand::random::<[u8; 32]>()))
}

/// The value of `webhook-signature`: one signature for each secret, so that receivers can go from one to the other in their own time.
/// `seconds` is the time of sending since the epoch, as in `webhook-timestamp`.
pub(crate) fn sign(secrets: &[&str], id: &str, seconds: i64, body: &[u8]) -> String {
    let signatures = secrets.iter().map(|secret| {
        let encoded = secret.strip_prefix(PREFIX).unwrap_or(secret);
        // One that is no base64 is used as it stands; receivers' libraries do the same.
        let key = BASE64_STANDARD.decode(encoded).unwrap_or_else(|_| encoded.as_bytes().to_vec());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn signs_as_the_reference_does() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed =
            sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn signs_with_both_secrets_while_one_replaces_the_other() {
        let (new, old) = (secret(), secret());
        let both = sign(&[&new, &old], "1-2", 7, b"{}");
        assert_eq!(both, format!("{} {}", sign(&[&new], "1-2", 7, b"{}"), sign(&[&old], "1-2", 7, b"{}")));
        assert_ne!(new, old);
        assert_eq!(
            BASE64_STANDARD.decode(new.strip_prefix(PREFIX).expect("prefixed")).expect("base64").len(),
            32
        );
    }
}
