//! Taking a code to the provider that gave it, and what it then says of somebody.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body_util::Full;
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Value;
use tandem_proto::api::IdentityProviderInfo;

use super::{
    Refusal,
    directory::{Directory, Metadata, read},
    id_token::{Claims, Expected, Fault, verify},
};

/// A code somebody brought from a provider.
pub(super) struct Brought<'a> {
    pub(super) code: &'a str,
    pub(super) redirect_uri: &'a str,
    /// What the code was asked for with (RFC 7636).
    pub(super) verifier: &'a str,
    pub(super) nonce: &'a str,
    /// The provider's secret for this server.
    pub(super) secret: Option<&'a str>,
}

/// The token endpoint's answer (RFC 6749 §5.1).
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

/// What the provider says of who brought the code, once it is believed.
pub(super) async fn redeem(
    directory: &Directory,
    info: &IdentityProviderInfo,
    metadata: &Metadata,
    brought: Brought<'_>,
    now: tandem_proto::Timestamp,
) -> Result<Claims, Refusal> {
    let request = request(info, metadata, &brought);
    let answer = directory.ask(&metadata.token_endpoint, request).await?;
    if answer.status != 200 {
        let error = serde_json::from_slice::<Value>(&answer.body).ok();
        let error = error.as_ref().and_then(|error| error.get("error")).and_then(Value::as_str);
        tracing::info!(provider = %info.id, status = answer.status, error, "an identity provider refused a code");
        return Err(Refusal::Answer("it does not take the code it gave".into()));
    }
    let tokens: Tokens = read(&answer)?;
    let expected = Expected {
        issuer: &info.issuer,
        client_id: &info.client_id,
        nonce: brought.nonce,
        now: now.micros() / 1_000_000,
    };
    let believed = |keys: &[Jwk]| verify(&tokens.id_token, keys, expected);
    let claims = match believed(&directory.keys(&info.issuer, now, false).await?) {
        // It may have made another since.
        Err(Fault::Key) => believed(&directory.keys(&info.issuer, now, true).await?),
        believed => believed,
    };
    complete(directory, info, metadata, claims?, tokens.access_token.as_deref()).await
}

fn request(info: &IdentityProviderInfo, metadata: &Metadata, brought: &Brought<'_>) -> Request<Full<Bytes>> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", brought.code)
        .append_pair("redirect_uri", brought.redirect_uri)
        .append_pair("code_verifier", brought.verifier);
    let knows = |way: &str| {
        let ways = metadata.token_endpoint_auth_methods_supported.as_ref();
        ways.is_some_and(|ways| ways.iter().any(|each| each == way))
    };
    let mut basic = None;
    match brought.secret {
        None => _ = form.append_pair("client_id", &info.client_id),
        Some(secret) if knows("client_secret_post") && !knows("client_secret_basic") => {
            form.append_pair("client_id", &info.client_id).append_pair("client_secret", secret);
        }
        Some(secret) => {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encode(&info.client_id), encode(secret));
            basic = HeaderValue::from_str(&format!("Basic {}", BASE64_STANDARD.encode(pair))).ok();
        }
    }
    let mut request = Request::new(Full::new(Bytes::from(form.finish())));
    *request.method_mut() = Method::POST;
    let urlencoded = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, urlencoded);
    if let Some(mut basic) = basic {
        basic.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, basic);
    }
    request
}

/// Adds what the provider says only when it is asked (§5.3): most say little in the token itself.
async fn complete(
    directory: &Directory,
    info: &IdentityProviderInfo,
    metadata: &Metadata,
    mut claims: Claims,
    access_token: Option<&str>,
) -> Result<Claims, Refusal> {
    let wanted = [&info.claims.name, &info.claims.email, &info.claims.groups];
    let (Some(url), Some(token), true) = (
        &metadata.userinfo_endpoint,
        access_token,
        wanted.iter().any(|name| !claims.contains_key(name.as_str())),
    ) else {
        return Ok(claims);
    };
    let more: Claims = read(&directory.get(url, Some(token)).await?)?;
    // Of somebody else, it says nothing (§5.3.2).
    if more.get("sub") != claims.get("sub") {
        return Err(Refusal::Unbelieved(Fault::Subject));
    }
    // An address and whether it is verified belong together.
    let told_address = claims.contains_key(&info.claims.email);
    for (name, value) in more {
        if !(told_address && name == "email_verified") {
            claims.entry(name).or_insert(value);
        }
    }
    Ok(claims)
}
