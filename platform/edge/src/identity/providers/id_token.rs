//! What of an ID token is believed (OpenID Connect Core 1.0 §3.1.3.7). Pure: the caller has keys and clock.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde_json::{Map, Value};

/// How far clocks may differ, seconds.
const LEEWAY_S: i64 = 60;
/// How old a token may be, seconds: it was made while somebody signed in.
const AGE_S: i64 = 600;
/// A `sub`, characters (§2).
const SUBJECT_CHARS: usize = 255;

/// What a token says of somebody.
pub(super) type Claims = Map<String, Value>;

/// What a token must be for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// Seconds since the epoch.
    pub(super) now: i64,
}

/// Why a token is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// No token.
    #[error("it is no signed token")]
    Malformed,
    /// `none`, a shared secret, or something unheard of.
    #[error("it is not signed in a way that is taken")]
    Algorithm,
    /// The provider does not publish the key.
    #[error("it is signed with a key the provider does not publish")]
    Key,
    /// The signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// `iss` is another.
    #[error("it is of another issuer")]
    Issuer,
    /// `aud` or `azp` is another.
    #[error("it is for somebody else")]
    Audience,
    /// `exp` is past, or there is none.
    #[error("it has expired")]
    Expired,
    /// `iat` or `nbf` is not near now, or there is none.
    #[error("it was not made just now")]
    Time,
    /// `nonce` is another.
    #[error("it is for another sign-in")]
    Nonce,
    /// No `sub`, or one that cannot be.
    #[error("it names nobody")]
    Subject,
}

/// What a token says, if it is to be believed.
pub(super) fn verify(token: &str, keys: &[Jwk], expected: Expected<'_>) -> Result<Claims, Fault> {
    let (algorithm, kid) = header(token)?;
    let key = choose(keys, algorithm, kid.as_deref()).ok_or(Fault::Key)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| Fault::Key)?;
    let mut validation = Validation::new(algorithm);
    // Time and audience are looked at below, by the clock of the rest.
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &key, &validation).map_err(|_| Fault::Signature)?.claims;
    check(&claims, expected)?;
    Ok(claims)
}

/// How a token is signed, and by which key. Keys are the provider's alone: nothing that is shared signs, and nothing in the token itself says
/// which key to trust.
fn header(token: &str) -> Result<(Algorithm, Option<String>), Fault> {
    let mut parts = token.split('.');
    let (Some(head), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::Malformed);
    };
    let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| Fault::Malformed)?;
    let head: Claims = serde_json::from_slice(&head).map_err(|_| Fault::Malformed)?;
    // Whatever must be understood is not (RFC 7515 §4.1.11).
    if head.contains_key("crit") {
        return Err(Fault::Algorithm);
    }
    let algorithm = match head.get("alg").and_then(Value::as_str) {
        Some("RS256") => Algorithm::RS256,
        Some("PS256") => Algorithm::PS256,
        Some("ES256") => Algorithm::ES256,
        Some("ES384") => Algorithm::ES384,
        Some("EdDSA") => Algorithm::EdDSA,
        _ => return Err(Fault::Algorithm),
    };
    Ok((algorithm, head.get("kid").and_then(Value::as_str).map(str::to_owned)))
}

/// The key that signs so: the one a token names, or the only one.
fn choose<'k>(keys: &'k [Jwk], algorithm: Algorithm, kid: Option<&str>) -> Option<&'k Jwk> {
    let mut fitting = keys.iter().filter(|key| {
        signs(key, algorithm) && kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid))
    });
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

fn signs(key: &Jwk, algorithm: Algorithm) -> bool {
    let (fits, name) = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => (true, KeyAlgorithm::RS256),
        (AlgorithmParameters::RSA(_), Algorithm::PS256) => (true, KeyAlgorithm::PS256),
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => {
            (key.curve == EllipticCurve::P256, KeyAlgorithm::ES256)
        }
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES384) => {
            (key.curve == EllipticCurve::P384, KeyAlgorithm::ES384)
        }
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => {
            (key.curve == EllipticCurve::Ed25519, KeyAlgorithm::EdDSA)
        }
        _ => return false,
    };
    let for_this = key.common.key_algorithm.is_none_or(|named| named == name);
    let for_signing = key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature);
    fits && for_this && for_signing
}

fn check(claims: &Claims, expected: Expected<'_>) -> Result<(), Fault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    if text("iss") != Some(expected.issuer) {
        return Err(Fault::Issuer);
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let party = claims.get("azp").map(|party| party.as_str() == Some(expected.client_id));
    // For several, it says whom it was made for.
    let ours = audience.contains(&expected.client_id) && party.unwrap_or(audience.len() == 1);
    if !ours {
        return Err(Fault::Audience);
    }
    if seconds("exp").is_none_or(|until| until <= expected.now.saturating_sub(LEEWAY_S)) {
        return Err(Fault::Expired);
    }
    let soon = expected.now.saturating_add(LEEWAY_S);
    let just_now = |at: i64| at <= soon && at >= expected.now.saturating_sub(AGE_S + LEEWAY_S);
    if !seconds("iat").is_some_and(just_now) || seconds("nbf").is_some_and(|from| from > soon) {
        return Err(Fault::Time);
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(Fault::Nonce);
    }
    match text("sub") {
        Some(sub) if !sub.is_empty() && sub.chars().count() <= SUBJECT_CHARS => Ok(()),
        _ => Err(Fault::Subject),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const EXPECTED: Expected<'_> =
        Expected { issuer: "https://id.example", client_id: "us", nonce: "n", now: NOW };

    fn fault(change: &Value) -> Option<Fault> {
        let mut claims = json!({ "iss": "https://id.example", "aud": "us", "sub": "mia", "nonce": "n", "iat": NOW, "exp": NOW + 300 });
        for (name, value) in change.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        check(claims.as_object().expect("an object"), EXPECTED).err()
    }

    #[test]
    fn each_claim_is_looked_at() {
        for (change, found) in [
            (json!({}), None),
            (json!({ "aud": ["us"] }), None),
            (json!({ "aud": ["us", "them"], "azp": "us" }), None),
            (json!({ "aud": ["us", "them"] }), Some(Fault::Audience)),
            (json!({ "aud": ["us", "them"], "azp": "them" }), Some(Fault::Audience)),
            (json!({ "azp": "them" }), Some(Fault::Audience)),
            (json!({ "azp": 1 }), Some(Fault::Audience)),
            (json!({ "aud": "them" }), Some(Fault::Audience)),
            (json!({ "aud": null }), Some(Fault::Audience)),
            (json!({ "iss": "https://id.example/" }), Some(Fault::Issuer)),
            (json!({ "exp": NOW - 60 }), Some(Fault::Expired)),
            (json!({ "exp": NOW - 59 }), None),
            (json!({ "exp": null }), Some(Fault::Expired)),
            (json!({ "iat": NOW + 61 }), Some(Fault::Time)),
            (json!({ "iat": NOW - 661 }), Some(Fault::Time)),
            (json!({ "iat": null }), Some(Fault::Time)),
            (json!({ "nbf": NOW + 61 }), Some(Fault::Time)),
            (json!({ "nonce": "m" }), Some(Fault::Nonce)),
            (json!({ "nonce": null }), Some(Fault::Nonce)),
            (json!({ "sub": "" }), Some(Fault::Subject)),
            (json!({ "sub": "x".repeat(256) }), Some(Fault::Subject)),
        ] {
            assert_eq!(fault(&change), found, "{change}");
        }
    }

    #[test]
    fn only_what_a_key_of_the_provider_signs_is_read() {
        let token = |head: &Value| format!("{}.e30.c2ln", URL_SAFE_NO_PAD.encode(head.to_string()));
        for alg in ["none", "None", "HS256", "HS512", "RS1", ""] {
            assert_eq!(header(&token(&json!({ "alg": alg }))), Err(Fault::Algorithm), "{alg}");
        }
        assert_eq!(header(&token(&json!({ "alg": "RS256", "crit": ["x"] }))), Err(Fault::Algorithm));
        assert_eq!(header("e30.e30"), Err(Fault::Malformed));
        assert_eq!(
            header(&token(&json!({ "alg": "ES256", "kid": "a" }))),
            Ok((Algorithm::ES256, Some("a".into())))
        );
    }
}
