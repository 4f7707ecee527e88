//! The side that challenges.

use std::time::Duration;

use subtle::ConstantTimeEq;
use tandem_proto::Timestamp;

use super::{
    Algorithm, Ha1, Proof,
    nonce::{Counts, NonceId},
};
use crate::{AuthValue, Fault, Name, ParseError, Request, Response, StatusCode, Text, Uri};

/// Bounds of digest authentication.
#[derive(Clone, Copy, Debug)]
pub struct DigestConfig {
    /// How long a nonce is good for.
    pub nonce_lifetime: Duration,
    /// Nonces whose counts are remembered; older ones are stale when there are more.
    pub max_nonces: usize,
}

impl Default for DigestConfig {
    fn default() -> Self {
        Self { nonce_lifetime: Duration::from_secs(300), max_nonces: 100_000 }
    }
}

/// Challenges requests and checks their answers. Nonces prove themselves, so a challenge costs no memory.
pub struct Authenticator {
    key: [u8; 32],
    config: DigestConfig,
    serial: u32,
    counts: Counts,
}

/// What a request's Authorization says, for one realm.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credentials {
    /// Who it claims to be.
    pub username: Text,
    algorithm: Algorithm,
    nonce: Text,
    uri: Text,
    response: Text,
    nc: Text,
    cnonce: Text,
}

/// Why credentials were not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// Unknown user or wrong secret: which of them, nobody is told.
    #[error("wrong user or secret")]
    Mismatch,
    /// Right secret, but an old, foreign or used nonce: challenge again with `stale`.
    #[error("stale nonce")]
    Stale,
    /// The credentials are for another Request-URI: answer 400.
    #[error("credentials are for another URI")]
    OtherUri,
}

impl Credentials {
    /// Those for `realm`, the strongest if there are several. `None` if there are none, or only for other realms, schemes or algorithms:
    /// challenge. An error: answer 400.
    pub fn of(request: &Request, realm: &str) -> Result<Option<Self>, ParseError> {
        let values = request.headers.auth(&Name::Authorization)?;
        let ours =
            values.iter().filter(|value| value.is_digest() && value.get("realm").as_deref() == Some(realm));
        let read: Vec<Self> =
            ours.filter_map(|value| Self::read(value).transpose()).collect::<Result<_, _>>()?;
        Ok(read.into_iter().max_by_key(|credentials| credentials.algorithm))
    }

    fn read(value: &AuthValue) -> Result<Option<Self>, ParseError> {
        let Some(algorithm) = Algorithm::named(value.get("algorithm").as_deref()) else { return Ok(None) };
        if value.get("qop").as_deref() != Some("auth") {
            return Ok(None);
        }
        let field = |name: &str| {
            let missing = ParseError::header(Name::Authorization, Fault::Missing);
            value.get(name).map(|text| Text::from(&*text)).ok_or(missing)
        };
        Ok(Some(Self {
            algorithm,
            username: field("username")?,
            nonce: field("nonce")?,
            uri: field("uri")?,
            response: field("response")?,
            nc: field("nc")?,
            cnonce: field("cnonce")?,
        }))
    }

    fn count(&self) -> Option<u32> {
        let hex = self.nc.len() == 8 && self.nc.bytes().all(|b| b.is_ascii_hexdigit());
        u32::from_str_radix(&self.nc, 16).ok().filter(|_| hex)
    }
}

impl Authenticator {
    /// `key` seals the nonces: random, and the same on nodes that answer for each other.
    pub const fn new(key: [u8; 32], config: DigestConfig) -> Self {
        Self { key, serial: 0, counts: Counts::new(config.max_nonces), config }
    }

    /// A 401 with a challenge for each algorithm of `offered` (most often [`Algorithm::OFFERED`]), the strongest first. The caller adds a
    /// To tag.
    pub fn challenge(
        &mut self,
        now: Timestamp,
        request: &Request,
        realm: &str,
        stale: bool,
        offered: &[Algorithm],
    ) -> Response {
        self.serial = self.serial.wrapping_add(1);
        let nonce = NonceId::new(now, self.serial).seal(&self.key, realm);
        let mut response = request.response(StatusCode::UNAUTHORIZED);
        for algorithm in offered {
            let value = AuthValue::digest()
                .quoted("realm", realm)
                .quoted("nonce", &nonce)
                .quoted("qop", "auth")
                .plain("algorithm", Text::of(algorithm.name()));
            let value = if stale { value.plain("stale", Text::of("true")) } else { value };
            response.headers.push(Name::WwwAuthenticate, value.to_string());
        }
        response
    }

    /// Checks credentials against the user's hashed secret; give `None` for a user that does not exist, which takes as long.
    pub fn check(
        &mut self,
        now: Timestamp,
        realm: &str,
        request: &Request,
        credentials: &Credentials,
        ha1: Option<&Ha1>,
    ) -> Result<(), Refusal> {
        let nobody = Ha1 { md5: [0; 16], sha256: [0; 32] };
        let proof = Proof {
            method: request.method.as_str(),
            uri: &credentials.uri,
            nonce: &credentials.nonce,
            qop: Some((&credentials.nc, &credentials.cnonce)),
        };
        let wanted = proof.response(credentials.algorithm, ha1.unwrap_or(&nobody));
        let given = credentials.response.to_ascii_lowercase();
        let right: bool = wanted.as_bytes().ct_eq(given.as_bytes()).into();
        if !right || ha1.is_none() {
            return Err(Refusal::Mismatch);
        }
        if !credentials.uri.parse::<Uri>().is_ok_and(|uri| uri.same_as(&request.uri)) {
            return Err(Refusal::OtherUri);
        }
        let lifetime = self.config.nonce_lifetime;
        let nonce =
            NonceId::open(&credentials.nonce, &self.key, realm).filter(|nonce| nonce.is_fresh(now, lifetime));
        let (Some(nonce), Some(count)) = (nonce, credentials.count()) else { return Err(Refusal::Stale) };
        if self.counts.take(now, lifetime, nonce, count) { Ok(()) } else { Err(Refusal::Stale) }
    }
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator").field("config", &self.config).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DigestClient, Method, NameAddr};
    use tandem_core::Secret;

    const REALM: &str = "demo.example";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000 + second * 1_000_000)
    }

    fn register() -> Request {
        let address: NameAddr = "<sip:1001@demo.example>".parse().expect("parses");
        let uri = "sip:demo.example".parse().expect("parses");
        Request::new(Method::Register, uri, address.clone().tagged("a"), address, "call", 1)
    }

    fn client(secret: &str) -> DigestClient {
        DigestClient::new("1001", Secret::new(secret))
    }

    fn authenticator() -> Authenticator {
        Authenticator::new([9; 32], DigestConfig::default())
    }

    fn check(authenticator: &mut Authenticator, now: Timestamp, request: &Request) -> Result<(), Refusal> {
        let credentials = Credentials::of(request, REALM).expect("reads").expect("present");
        authenticator.check(now, REALM, request, &credentials, Some(&Ha1::new("1001", REALM, "right")))
    }

    fn answered(authenticator: &mut Authenticator, secret: &str, nc: u32) -> Request {
        let mut request = register();
        let challenge = authenticator.challenge(at(0), &request, REALM, false, &Algorithm::OFFERED);
        client(secret).answer(&mut request, &challenge, "0a4f113b", nc).expect("answers");
        request
    }

    #[test]
    fn the_strongest_is_offered_first_and_taken() {
        let mut authenticator = authenticator();
        let challenge = authenticator.challenge(at(0), &register(), REALM, false, &Algorithm::OFFERED);
        let offered: Vec<_> = challenge.headers.auth(&Name::WwwAuthenticate).expect("reads");
        let names: Vec<_> =
            offered.iter().map(|value| value.get("algorithm").expect("named").into_owned()).collect();
        assert_eq!(names, ["SHA-256", "MD5"]);
        let request = answered(&mut authenticator, "right", 1);
        assert!(request.headers.get(&Name::Authorization).expect("set").contains("SHA-256"));
        assert_eq!(check(&mut authenticator, at(1), &request), Ok(()));
    }

    #[test]
    fn a_repeated_count_is_stale_a_higher_one_is_not() {
        let mut authenticator = authenticator();
        let request = answered(&mut authenticator, "right", 0x0a);
        assert_eq!(check(&mut authenticator, at(1), &request), Ok(()));
        assert_eq!(check(&mut authenticator, at(2), &request), Err(Refusal::Stale));
    }

    #[test]
    fn old_and_foreign_nonces_are_stale_only_for_those_who_know_the_secret() {
        let mut ours = authenticator();
        let request = answered(&mut ours, "right", 1);
        assert_eq!(check(&mut ours, at(301), &request), Err(Refusal::Stale));
        let mut other = Authenticator::new([1; 32], DigestConfig::default());
        assert_eq!(check(&mut other, at(1), &request), Err(Refusal::Stale));
        let wrong = answered(&mut ours, "wrong", 1);
        assert_eq!(check(&mut ours, at(301), &wrong), Err(Refusal::Mismatch));
    }

    #[test]
    fn an_unknown_user_is_refused_like_a_wrong_secret() {
        let mut authenticator = authenticator();
        let request = answered(&mut authenticator, "right", 1);
        let credentials = Credentials::of(&request, REALM).expect("reads").expect("present");
        assert_eq!(authenticator.check(at(1), REALM, &request, &credentials, None), Err(Refusal::Mismatch));
    }

    #[test]
    fn credentials_for_another_uri_are_refused() {
        let mut authenticator = authenticator();
        let mut request = answered(&mut authenticator, "right", 1);
        request.uri = "sip:other.example".parse().expect("parses");
        assert_eq!(check(&mut authenticator, at(1), &request), Err(Refusal::OtherUri));
    }

    #[test]
    fn other_schemes_and_realms_count_as_none() {
        let other = register().with(Name::Authorization, "NoOneKnowsThisScheme opaque-data=here");
        assert_eq!(Credentials::of(&other, REALM), Ok(None));
        let elsewhere = register().with(Name::Authorization, r#"Digest realm="x", qop=auth"#);
        assert_eq!(Credentials::of(&elsewhere, REALM), Ok(None));
        let partial =
            register().with(Name::Authorization, r#"Digest realm="demo.example", qop=auth, username="1001""#);
        assert!(Credentials::of(&partial, REALM).is_err());
    }
}
