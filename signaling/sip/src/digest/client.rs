//! The side that is challenged: trunks.

use tandem_core::Secret;

use super::{Algorithm, Ha1, Proof};
use crate::{AuthValue, Name, Request, Response, StatusCode, Text};

/// Answers challenges with one user's secret.
#[derive(Clone, Debug)]
pub struct DigestClient {
    username: Text,
    secret: Secret,
}

/// The response holds no challenge this side can answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no Digest challenge with MD5 or SHA-256 and qop auth")]
pub struct NoUsableChallenge;

impl DigestClient {
    /// For a user.
    pub fn new(username: impl Into<Text>, secret: Secret) -> Self {
        Self { username: username.into(), secret }
    }

    /// Makes `request`, which was answered with the 401 or 407 `challenge`, ready to be sent again: with credentials and the next CSeq.
    /// `nc` counts the requests with this nonce from 1. Give up when a challenge follows that is not stale.
    pub fn answer(
        &self,
        request: &mut Request,
        challenge: &Response,
        cnonce: &str,
        nc: u32,
    ) -> Result<(), NoUsableChallenge> {
        let (asked, answer) = if challenge.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            (Name::ProxyAuthenticate, Name::ProxyAuthorization)
        } else {
            (Name::WwwAuthenticate, Name::Authorization)
        };
        let values = challenge.headers.auth(&asked).map_err(|_| NoUsableChallenge)?;
        let (algorithm, value) = values
            .iter()
            .filter_map(|value| Some((usable(value)?, value)))
            .max_by_key(|(a, _)| *a)
            .ok_or(NoUsableChallenge)?;
        let credentials = self.credentials(request, value, algorithm, cnonce, nc).ok_or(NoUsableChallenge)?;
        request.headers.set(answer, credentials.to_string());
        request.cseq.number += 1;
        request.via.clear();
        Ok(())
    }

    fn credentials(
        &self,
        request: &Request,
        challenge: &AuthValue,
        algorithm: Algorithm,
        cnonce: &str,
        nc: u32,
    ) -> Option<AuthValue> {
        let (realm, nonce) = (challenge.get("realm")?, challenge.get("nonce")?);
        let (uri, nc) = (request.uri.to_string(), format!("{nc:08x}"));
        let with_qop = challenge.get("qop").is_some();
        let proof = Proof {
            method: request.method.as_str(),
            uri: &uri,
            nonce: &nonce,
            qop: with_qop.then_some((nc.as_str(), cnonce)),
        };
        let response = proof.response(algorithm, &Ha1::new(&self.username, &realm, self.secret.expose()));
        let mut value = AuthValue::digest()
            .quoted("username", &self.username)
            .quoted("realm", &realm)
            .quoted("nonce", &nonce)
            .quoted("uri", &uri)
            .quoted("response", &response)
            .plain("algorithm", Text::of(algorithm.name()));
        if with_qop {
            value = value.plain("qop", Text::of("auth")).plain("nc", nc).quoted("cnonce", cnonce);
        }
        Some(match challenge.get("opaque") {
            Some(opaque) => value.quoted("opaque", &opaque),
            None => value,
        })
    }
}

/// The algorithm of a challenge this side can answer.
fn usable(challenge: &AuthValue) -> Option<Algorithm> {
    let auth = challenge
        .get("qop")
        .is_none_or(|qop| qop.split(',').any(|one| one.trim().eq_ignore_ascii_case("auth")));
    Algorithm::named(challenge.get("algorithm").as_deref()).filter(|_| auth && challenge.is_digest())
}
