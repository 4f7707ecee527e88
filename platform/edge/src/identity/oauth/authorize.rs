//! A person agrees in the browser (RFC 6749 §4.1, with PKCE by RFC 7636 always). A code is taken once; brought again, it ends what came
//! of it.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;
use tandem_core::{Permissions, RequestContext};
use tandem_proto::{
    ClientId, Timestamp, UserId,
    api::{AuthorizationRequest, GrantEnd, GrantType, TokenRequest},
};
use tandem_store::{Cause, Change, Tx};

use super::{
    super::{
        Identity, IdentityError, id, roles,
        sessions::{digest, secret, time},
        text,
    },
    Client, OAuthCode, OAuthRefusal, Refusal,
    grants::{self, Grants},
    held, redirect, some, stored,
    tokens::{Decided, needed, with_refresh},
};

/// How long a code lives.
const LIFETIME: Duration = Duration::from_secs(60);
/// Codes of one person at a time. One more forgets the oldest.
const CODES: i64 = 20;
/// Characters of a challenge: a SHA-256 in base64 (RFC 7636 §4.2).
const CHALLENGE: usize = 43;
/// Characters of a verifier (RFC 7636 §4.1).
const VERIFIER: std::ops::RangeInclusive<usize> = 43..=128;

/// A request that a person must decide.
#[derive(Clone, Debug)]
pub(in super::super) struct Asked {
    client: ClientId,
    /// The program's name.
    pub(in super::super) name: String,
    /// What it asks for, as far as the person holds it.
    pub(in super::super) scopes: Permissions,
    pub(in super::super) redirect_uri: String,
    challenge: String,
}

/// What there is to do about a request.
#[derive(Clone, Debug)]
pub(in super::super) enum Authorization {
    /// A person must decide.
    Ask(Asked),
    /// The request is at fault, and its program is told there.
    Redirect(String),
}

impl Identity {
    /// What a program asks the caller for; `issuer` is this server, for programs that know several (RFC 9207).
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] for a program the org does not have, [`IdentityError::Invalid`] for a redirect that is not
    /// registered: then nobody is sent anywhere. [`IdentityError::NotByToken`] when the caller uses a token.
    pub(in super::super) async fn authorization(
        &self,
        context: &RequestContext,
        request: &AuthorizationRequest,
        issuer: &str,
    ) -> Result<Authorization, IdentityError> {
        self.signed_in(context).await?;
        let missing = |field| IdentityError::invalid(field, "is missing");
        let client = request.client_id.as_deref().ok_or_else(|| missing("client_id"))?;
        let client = client.parse().map_err(|_| IdentityError::NotFound("program"))?;
        let redirect_uri = request.redirect_uri.as_deref().ok_or_else(|| missing("redirect_uri"))?;
        let mut conn = self.0.store.scoped(context.scope).await?;
        let client = stored(&mut conn, context.scope, client).await?;
        let client = client.ok_or(IdentityError::NotFound("program"))?;
        if !redirect::allows(&client.redirect_uris, redirect_uri) {
            return Err(IdentityError::invalid("redirect_uri", "is not registered for this program"));
        }
        Ok(match check(&client, request, redirect_uri, context.rights.usable()) {
            Ok(asked) => Authorization::Ask(asked),
            Err((error, why)) => {
                let pairs = [("error", error), ("error_description", &why)];
                Authorization::Redirect(onward(redirect_uri, &pairs, request, issuer))
            }
        })
    }

    /// Carries out what the caller decided; answers where their browser goes on.
    ///
    /// # Errors
    /// As [`Self::authorization`].
    pub(in super::super) async fn decide_authorization(
        &self,
        context: &RequestContext,
        request: &AuthorizationRequest,
        allow: bool,
        issuer: &str,
    ) -> Result<String, IdentityError> {
        let asked = match self.authorization(context, request, issuer).await? {
            Authorization::Ask(asked) => asked,
            Authorization::Redirect(location) => return Ok(location),
        };
        let redirect_uri = asked.redirect_uri.clone();
        if !allow {
            let pairs = [("error", OAuthCode::AccessDenied.name()), ("error_description", "they said no")];
            return Ok(onward(&redirect_uri, &pairs, request, issuer));
        }
        let code = secret("tdc_");
        let (hash, user, now) = (digest(&code), context.user, self.0.clock.now());
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { keep(tx, asked, hash, user, now).await })
        });
        write.await?;
        Ok(onward(&redirect_uri, &[("code", &self.regions().stamped(code))], request, issuer))
    }
}

/// The error's name and what is wrong; both go to the program.
fn check(
    client: &Client,
    request: &AuthorizationRequest,
    redirect_uri: &str,
    held: Permissions,
) -> Result<Asked, (&'static str, String)> {
    let told = |refusal: Refusal| (refusal.code.name(), refusal.description);
    let malformed = |why: &str| (OAuthCode::InvalidRequest.name(), why.to_owned());
    client.may(GrantType::AuthorizationCode).map_err(told)?;
    match request.response_type.as_deref() {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "only code".to_owned())),
        None => return Err(malformed("response_type is missing")),
    }
    if request.code_challenge_method.as_deref() != Some("S256") {
        return Err(malformed("code_challenge_method must be S256"));
    }
    let challenge = request.code_challenge.as_deref().unwrap_or_default();
    if challenge.len() != CHALLENGE || URL_SAFE_NO_PAD.decode(challenge).is_err() {
        return Err(malformed("code_challenge must be a SHA-256 in base64url"));
    }
    let asked = client.asked(request.scope.as_deref()).map_err(told)?;
    Ok(Asked {
        client: client.id,
        name: client.name.clone(),
        scopes: some(asked.intersection(held)).map_err(told)?,
        redirect_uri: redirect_uri.to_owned(),
        challenge: challenge.to_owned(),
    })
}

fn onward(uri: &str, pairs: &[(&str, &str)], request: &AuthorizationRequest, issuer: &str) -> String {
    let mut pairs = pairs.to_vec();
    pairs.extend(request.state.as_deref().map(|state| ("state", state)));
    pairs.push(("iss", issuer));
    redirect::with(uri, &pairs)
}

/// Keeps the hash of a code, and forgets codes that are over.
async fn keep(
    tx: &mut Tx,
    asked: Asked,
    hash: String,
    user: UserId,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let scope = tx.scope();
    // It may have been removed since the request was looked at.
    if stored(tx.conn(), scope, asked.client).await?.is_none() {
        return Err(IdentityError::NotFound("program"));
    }
    let allowed = Change::new("grant.allowed", "client", asked.client).called(asked.name.clone());
    tx.audit(allowed.after(&json!({ "scopes": asked.scopes.names() }))).await?;
    let org = scope.org().to_string();
    let old = format!(
        "DELETE FROM oauth_codes WHERE org = $1 AND user_id = $2 AND (expires_at <= $3 OR code_hash IN
         (SELECT code_hash FROM oauth_codes WHERE org = $1 AND user_id = $2
          ORDER BY created_at DESC LIMIT 1000 OFFSET {}))",
        CODES - 1
    );
    sqlx::query(sqlx::AssertSqlSafe(old))
        .bind(org.clone())
        .bind(user.to_string())
        .bind(now.micros())
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "INSERT INTO oauth_codes
             (code_hash, org, client, user_id, scopes, redirect_uri, challenge, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(hash)
    .bind(org)
    .bind(asked.client.to_string())
    .bind(user.to_string())
    .bind(roles::written(asked.scopes))
    .bind(asked.redirect_uri)
    .bind(asked.challenge)
    .bind(now.micros())
    .bind(now.plus(LIFETIME).micros())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A code as it was kept.
struct Code {
    client: ClientId,
    user: UserId,
    scopes: Permissions,
    redirect_uri: String,
    challenge: String,
    expires_at: Timestamp,
}

/// RFC 6749 §4.1.3. Whatever comes of it, the code is used up.
pub(super) async fn exchange(
    tx: &mut Tx,
    client: &Client,
    request: &TokenRequest,
    now: Timestamp,
    lasts: Duration,
) -> Result<Decided, OAuthRefusal> {
    let refused = |why: &str| Ok(Err(OAuthCode::InvalidGrant.because(why)));
    let hash = digest(needed(request.code.as_deref(), "code")?);
    let redirect_uri = needed(request.redirect_uri.as_deref(), "redirect_uri")?;
    let verifier = needed(request.code_verifier.as_deref(), "code_verifier")?;
    let Some(code) = take(tx, &hash).await? else {
        // Brought again: one of the two who brought it is a thief (RFC 6749 §4.1.2).
        grants::end(tx, Grants::OfCode(hash), GrantEnd::Reused).await?;
        return refused("the code is unknown, used or over");
    };
    if code.client != client.id || code.expires_at <= now {
        return refused("the code is unknown, used or over");
    }
    if code.redirect_uri != redirect_uri {
        return refused("redirect_uri is not the one that was asked for");
    }
    if !answers(verifier, &code.challenge) {
        return refused("code_verifier does not answer the code_challenge");
    }
    let scopes = code.scopes.intersection(client.scopes).intersection(held(tx, code.user).await?);
    if scopes.is_empty() {
        return refused("nothing of what was given can be given any more");
    }
    let given = grants::give(tx, client.id, code.user, code.scopes, Some(hash), now).await?;
    with_refresh(tx, client, given, scopes, now, lasts).await.map(Ok)
}

/// Whether a verifier is what the challenge was made of (RFC 7636 §4.6).
fn answers(verifier: &str, challenge: &str) -> bool {
    VERIFIER.contains(&verifier.len()) && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

async fn take(tx: &mut Tx, hash: &str) -> Result<Option<Code>, IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "DELETE FROM oauth_codes WHERE org = $1 AND code_hash = $2
         RETURNING client, user_id, scopes, redirect_uri, challenge, expires_at",
    )
    .bind(org)
    .bind(hash.to_owned())
    .fetch_optional(tx.conn())
    .await?;
    let read = |row: &AnyRow| {
        Ok(Code {
            client: id(row, "oauth_codes", "client")?,
            user: id(row, "oauth_codes", "user_id")?,
            scopes: roles::read(&text(row, "scopes")?)?,
            redirect_uri: text(row, "redirect_uri")?,
            challenge: text(row, "challenge")?,
            expires_at: time(row, "expires_at")?,
        })
    };
    row.as_ref().map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_answers_its_challenge_alone() {
        // RFC 7636, appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(answers(verifier, challenge));
        assert!(!answers(challenge, challenge), "plain");
        assert!(!answers("short", &URL_SAFE_NO_PAD.encode(Sha256::digest("short"))));
    }
}
