//! Signing in by a provider: the authorization code flow with PKCE (RFC 7636, RFC 9700).
//!
//! What was begun is sealed into a ceremony that only the browser that began it has; `state` is its digest. So whoever is sent a link to
//! the callback brings a state without its ceremony, and is refused. Nonce and verifier are made of the ceremony with a key all nodes
//! have: they leave this server only for the provider. A ceremony that came back is written down, and refused again.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tandem_core::{OrgScope, Origin};
use tandem_proto::{
    IdentityProviderId, OrgId,
    api::{ProviderCeremony, ProviderSignIn},
};
use tandem_store::Cause;
use url::Url;

use super::{
    super::{
        Identity, IdentityError, NewSession, Site,
        sessions::{Proven, digest},
    },
    Refusal, Spent, known, person,
    person::Said,
    rows::{self, Claim, Provider},
    token::{Brought, redeem},
};

/// How long somebody may be away at their provider.
const LIFETIME: Duration = Duration::from_secs(600);
const PURPOSE: &str = "provider sign-in";
/// A code, or `iss`, bytes.
const PARAMETER_BYTES: usize = 4_096;

/// What was begun.
#[derive(Serialize, Deserialize)]
struct Begun {
    org: OrgId,
    provider: IdentityProviderId,
    /// 256 random bits.
    id: String,
}

/// Where a provider sends people of an org back to. Each org has its own: what one org's provider answers is no answer to another's.
pub(super) fn redirect_uri(site: &Site, org: OrgId) -> String {
    site.at(&format!("/signin/callback/{org}"))
}

impl Identity {
    /// Where to send a browser that is to sign in by a provider.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; [`IdentityError::Provider`] when the provider does not say where people sign in.
    pub async fn offer_provider_sign_in(
        &self,
        site: &Site,
        provider: IdentityProviderId,
    ) -> Result<ProviderCeremony, IdentityError> {
        let found = rows::find(&self.0.store, &self.0.mint, provider).await?;
        let (scope, found) = found.ok_or(IdentityError::NotFound("identity provider"))?;
        let metadata = self.0.directory.metadata(&found.info.issuer, self.0.clock.now()).await?;
        let id = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let (nonce, verifier) = (self.nonce(&id).await?, self.verifier(&id).await?);
        let begun = Begun { org: scope.org(), provider, id };
        let ceremony = self.seal(PURPOSE, begun, LIFETIME).await?;
        let mut url = Url::parse(&metadata.authorization_endpoint)
            .map_err(|error| Refusal::Answer(error.to_string()))?;
        let scopes: Vec<&str> =
            std::iter::once("openid").chain(found.info.scopes.iter().map(String::as_str)).collect();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &found.info.client_id)
            .append_pair("redirect_uri", &redirect_uri(site, scope.org()))
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", &digest(&ceremony))
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier)))
            .append_pair("code_challenge_method", "S256");
        Ok(ProviderCeremony { ceremony, url: url.into() })
    }

    /// Signs in with what a provider answered.
    ///
    /// # Errors
    /// [`IdentityError::Provider`]; [`IdentityError::SecondFactorNeeded`] and [`IdentityError::WrongCode`], after which the same request
    /// with a code goes on.
    pub async fn sign_in_with_provider(
        &self,
        site: &Site,
        request: ProviderSignIn,
        origin: Origin,
    ) -> Result<NewSession, IdentityError> {
        let begun = self.unseal::<Begun>(PURPOSE, &request.ceremony).await?.ok_or(Refusal::Ended)?;
        let state = digest(&request.ceremony);
        if begun.org != request.org || state != request.state {
            return Err(Refusal::Ended.into());
        }
        let scope = self.0.mint.scope(begun.org);
        let mut conn = self.0.store.scoped(scope).await?;
        let provider = rows::get(&mut conn, scope, begun.provider).await?.ok_or(Refusal::Ended)?;
        drop(conn);
        let second_factor = !provider.info.second_factor;
        let user = match self.claim(scope, &state).await? {
            Claim::First => {
                let said = self.prove(site, scope, &begun, &provider, &request).await?;
                let cause = Cause { origin: origin.clone(), ..Cause::SYSTEM };
                let state = state.clone();
                let admitted = self.0.store.write(scope, cause, move |tx| {
                    Box::pin(async move {
                        // It may have been changed or removed while somebody was away.
                        let provider = known(rows::get(tx.conn(), scope, provider.info.id).await?)?;
                        let user = person::admit(tx, &provider.info, said).await?;
                        rows::came_back(tx, &state, user).await?;
                        Ok::<_, IdentityError>(user)
                    })
                });
                admitted.await?
            }
            // Without a code this is the callback once more.
            Claim::Known(user) if request.second_factor.is_some() => user,
            Claim::Known(_) | Claim::Used => return Err(Refusal::Ended.into()),
        };
        if second_factor {
            self.pass_second_factor(scope, user, request.second_factor, &origin).await?;
        }
        match self.start_session(scope, user, Proven::Provider(Spent { state }), origin).await {
            Err(IdentityError::WrongCredentials) => Err(Refusal::Stranger.into()),
            started => started,
        }
    }

    /// What the provider says of who came back.
    async fn prove(
        &self,
        site: &Site,
        scope: OrgScope,
        begun: &Begun,
        provider: &Provider,
        request: &ProviderSignIn,
    ) -> Result<Said, IdentityError> {
        let (directory, now) = (&self.0.directory, self.0.clock.now());
        let metadata = directory.metadata(&provider.info.issuer, now).await?;
        match &request.iss {
            Some(iss) if *iss != provider.info.issuer => return Err(Refusal::Mixed.into()),
            None if metadata.authorization_response_iss_parameter_supported => {
                return Err(Refusal::Mixed.into());
            }
            _ => {}
        }
        if request.code.is_empty() || request.code.len() > PARAMETER_BYTES {
            return Err(IdentityError::invalid("code", format!("1 to {PARAMETER_BYTES} bytes")));
        }
        let secret = match provider.secret.as_str() {
            "" => None,
            sealed => Some(self.0.store.open_secret(scope, &rows::place(provider.info.id), sealed).await?),
        };
        let brought = Brought {
            code: &request.code,
            redirect_uri: &redirect_uri(site, scope.org()),
            verifier: &self.verifier(&begun.id).await?,
            nonce: &self.nonce(&begun.id).await?,
            secret: secret.as_deref(),
        };
        let claims = redeem(directory, &provider.info, &metadata, brought, now).await;
        let claims = claims.inspect_err(|error| {
            tracing::info!(%error, provider = %provider.info.id, "a sign-in by a provider was refused");
        })?;
        Ok(Said::of(&provider.info, &claims))
    }

    async fn claim(&self, scope: OrgScope, state: &str) -> Result<Claim, IdentityError> {
        let (state, until) = (state.to_owned(), self.0.clock.now().plus(LIFETIME));
        let write = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move { rows::claim(tx, &state, until).await })
        });
        write.await
    }

    async fn nonce(&self, id: &str) -> Result<String, IdentityError> {
        self.derived("provider nonce", id).await
    }

    /// 43 characters (RFC 7636 §4.1).
    async fn verifier(&self, id: &str) -> Result<String, IdentityError> {
        self.derived("provider verifier", id).await
    }
}
