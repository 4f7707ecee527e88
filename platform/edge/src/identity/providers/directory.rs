//! What providers say of themselves (OpenID Connect Discovery 1.0), and their keys. Kept for minutes; a key that is not known is looked
//! for once more, but not for every token that names one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::Full;
use jsonwebtoken::jwk::Jwk;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tandem_outbound::{Answer, Networks, Target, Unreachable, Way};
use tandem_proto::Timestamp;

use super::Refusal;

/// For one request to a provider.
const WITHIN: Duration = Duration::from_secs(5);
/// What a provider answers, bytes.
const ANSWER_BYTES: usize = 128 * 1024;
/// Keys of a provider that are looked at.
const KEYS: usize = 50;
/// How long what a provider says of itself, and its keys, are believed.
const KEPT: Duration = Duration::from_secs(600);
/// How often keys are asked for because a token names one that is not known.
const LOOKED_AGAIN: Duration = Duration::from_secs(10);
/// Providers that are remembered.
const PROVIDERS: usize = 500;

/// `/.well-known/openid-configuration`, as far as it is used.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    jwks_uri: String,
    pub(super) userinfo_endpoint: Option<String>,
    #[serde(default)]
    pub(super) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    response_types_supported: Option<Vec<String>>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// What is known of one provider.
struct Known {
    metadata: Arc<Metadata>,
    metadata_at: Timestamp,
    keys: Arc<Vec<Jwk>>,
    /// None: not asked for yet.
    keys_at: Option<Timestamp>,
}

/// One asks, the others wait for what it hears.
type Entry = Arc<tokio::sync::Mutex<Option<Known>>>;

/// Providers, by their issuer.
pub(in super::super) struct Directory {
    way: Way,
    known: Mutex<HashMap<String, Entry>>,
}

impl Directory {
    pub(in super::super) fn new(networks: Networks) -> Self {
        Self { way: Way::new(networks), known: Mutex::default() }
    }

    pub(super) fn networks(&self) -> &Networks {
        self.way.networks()
    }

    /// What a provider says of itself.
    pub(super) async fn metadata(&self, issuer: &str, now: Timestamp) -> Result<Arc<Metadata>, Refusal> {
        let entry = self.entry(issuer);
        let mut known = entry.lock().await;
        Ok(Arc::clone(&self.fresh(&mut known, issuer, now).await?.metadata))
    }

    /// Its keys; `missing`: one was not among those of before.
    pub(super) async fn keys(
        &self,
        issuer: &str,
        now: Timestamp,
        missing: bool,
    ) -> Result<Arc<Vec<Jwk>>, Refusal> {
        let entry = self.entry(issuer);
        let mut known = entry.lock().await;
        let known = self.fresh(&mut known, issuer, now).await?;
        let enough = if missing { LOOKED_AGAIN } else { KEPT };
        if known.keys_at.is_none_or(|at| at.plus(enough) <= now) {
            known.keys = Arc::new(self.fetch_keys(&known.metadata).await?);
            known.keys_at = Some(now);
        }
        Ok(Arc::clone(&known.keys))
    }

    async fn fresh<'k>(
        &self,
        known: &'k mut Option<Known>,
        issuer: &str,
        now: Timestamp,
    ) -> Result<&'k mut Known, Refusal> {
        match known.take() {
            Some(fresh) if fresh.metadata_at.plus(KEPT) > now => Ok(known.insert(fresh)),
            _ => {
                let metadata = Arc::new(self.fetch_metadata(issuer).await?);
                Ok(known.insert(Known { metadata, metadata_at: now, keys: Arc::default(), keys_at: None }))
            }
        }
    }

    /// Asks a provider for all it says, and says what is wrong with it.
    pub(super) async fn test(&self, issuer: &str) -> Vec<String> {
        let metadata = match self.fetch_metadata(issuer).await {
            Ok(metadata) => metadata,
            Err(why) => return vec![why.to_string()],
        };
        let lacks = |all: &Option<Vec<String>>, any: &[&str]| {
            all.as_ref().is_some_and(|all| !all.iter().any(|one| any.contains(&one.as_str())))
        };
        let mut faults = Vec::new();
        if lacks(&metadata.response_types_supported, &["code"]) {
            faults.push("it does not answer with codes (response_types_supported)".to_owned());
        }
        if lacks(&metadata.code_challenge_methods_supported, &["S256"]) {
            faults.push("it does not know PKCE by S256 (code_challenge_methods_supported)".to_owned());
        }
        let signing = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];
        if lacks(&metadata.id_token_signing_alg_values_supported, &signing) {
            faults.push(format!("it signs with none of {}", signing.join(", ")));
        }
        match self.fetch_keys(&metadata).await {
            Ok(keys) if keys.is_empty() => faults.push("it publishes no key that can be read".to_owned()),
            Ok(_) => {}
            Err(why) => faults.push(why.to_string()),
        }
        faults
    }

    async fn fetch_metadata(&self, issuer: &str) -> Result<Metadata, Refusal> {
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata: Metadata = read(&self.get(&url, None).await?)?;
        if metadata.issuer != issuer {
            return Err(Refusal::Answer("it calls itself by another address".into()));
        }
        let endpoints = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        for url in endpoints.into_iter().chain(&metadata.userinfo_endpoint) {
            self.target(url)?;
        }
        Ok(metadata)
    }

    async fn fetch_keys(&self, metadata: &Metadata) -> Result<Vec<Jwk>, Refusal> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let set: Set = read(&self.get(&metadata.jwks_uri, None).await?)?;
        // A key of a kind that is not known is somebody else's.
        Ok(set.keys.into_iter().take(KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    /// Asks for something at a provider.
    pub(super) async fn get(&self, url: &str, token: Option<&str>) -> Result<Answer, Refusal> {
        let mut request = Request::new(Full::new(Bytes::new()));
        if let Some(token) = token {
            let bearer = HeaderValue::from_str(&format!("Bearer {token}"));
            let bearer = bearer.map_err(|_| Refusal::Answer("its access token is none".into()))?;
            request.headers_mut().insert(header::AUTHORIZATION, bearer);
        }
        self.ask(url, request).await
    }

    /// Asks a provider once.
    pub(super) async fn ask(&self, url: &str, mut request: Request<Full<Bytes>>) -> Result<Answer, Refusal> {
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let target = self.target(url)?;
        let answer = self.way.ask(&target, request, ANSWER_BYTES, WITHIN).await;
        answer.map_err(|error: Unreachable| {
            tracing::info!(%error, host = %target.host(), "an identity provider does not answer");
            error.into()
        })
    }

    fn target(&self, url: &str) -> Result<Target, Refusal> {
        Target::read(url, self.networks())
            .map_err(|why| Refusal::Answer(format!("it names an address: {why}")))
    }

    fn entry(&self, issuer: &str) -> Entry {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PROVIDERS && !known.contains_key(issuer) {
            known.clear();
        }
        Arc::clone(known.entry(issuer.to_owned()).or_default())
    }
}

/// A JSON answer that says yes.
pub(super) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Refusal> {
    if answer.status != 200 {
        return Err(Refusal::Answer(format!("it answered {}", answer.status)));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|error| Refusal::Answer(format!("it does not read: {error}")))
}
