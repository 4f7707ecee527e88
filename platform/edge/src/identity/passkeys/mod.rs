//! Passkeys (WebAuthn level 3): keys that an authenticator keeps for this site and uses only once it knows that its user is there, by a
//! PIN, a finger or a face. So one counts as both factors, and names its user itself.
//!
//! A challenge is sealed into what the browser brings back, so any node answers it, and used up in the command that accepts it. Whatever
//! is wrong with a passkey, whoever brings it hears the same.

mod rows;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tandem_core::{Origin, RequestContext};
use tandem_proto::{
    PasskeyId, SessionId, Stream, Topic, UserId,
    api::{NewPasskey, PasskeyCeremony, PasskeyInfo, PasskeySignIn},
    events::identity::{PasskeyAdded, PasskeyRemoved, PasskeyRenamed},
};
use tandem_store::{Cause, Change, Expect};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Webauthn, WebauthnBuilder, WebauthnError,
};

pub(super) use rows::{Used, spend};

use super::{
    Identity, IdentityError, NewSession, Site, named,
    sessions::{Proven, digest},
};
use rows::Challenge;

/// How long an authenticator and its user have.
const LIFETIME: Duration = Duration::from_secs(300);
/// Passkeys of one person.
const PASSKEYS: i64 = 20;
/// How authenticators name this server.
const SITE: &str = "Tandem";

const ADD: &str = "passkey add";
const SIGN_IN: &str = "passkey sign-in";

/// A passkey that is being made, by whom.
#[derive(Serialize, Deserialize)]
struct Adding {
    user: UserId,
    session: SessionId,
    state: PasskeyRegistration,
}

impl Identity {
    /// What an authenticator needs to make the caller a passkey.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for a wrong password; [`IdentityError::NotByToken`] when the caller uses a token;
    /// [`IdentityError::Conflict`] when they have as many as one may have, or the site has no name.
    pub async fn offer_passkey(
        &self,
        context: &RequestContext,
        site: &Site,
        password: String,
        origin: Origin,
    ) -> Result<PasskeyCeremony, IdentityError> {
        self.signed_in(context).await?;
        let webauthn = webauthn(site)?;
        self.prove_password(context, "password", password, origin).await?;
        let user = self.user(context.scope, context.user).await?.ok_or(IdentityError::NoSession)?;
        let mut conn = self.0.store.scoped(context.scope).await?;
        let held = rows::credentials(&mut conn, context.scope, user.id).await?;
        drop(conn);
        rows::room_for_another(held.len())?;
        let held = held.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let (asked, state) = webauthn
            .start_passkey_registration(user.id.uuid(), &user.name, &user.display_name, Some(held))
            .map_err(broken)?;
        let mut options = serde_json::to_value(asked.public_key).map_err(broken)?;
        // One that the authenticator finds by itself, since nobody types a name to sign in with it.
        options["authenticatorSelection"]["residentKey"] = "required".into();
        options["authenticatorSelection"]["requireResidentKey"] = true.into();
        let adding = Adding { user: user.id, session: context.session, state };
        Ok(PasskeyCeremony { ceremony: self.seal(ADD, adding, LIFETIME).await?, options })
    }

    /// Keeps a passkey the caller's authenticator made.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] names the field at fault; [`IdentityError::NotByToken`]; [`IdentityError::Conflict`].
    pub async fn add_passkey(
        &self,
        context: &RequestContext,
        site: &Site,
        new: NewPasskey,
    ) -> Result<PasskeyInfo, IdentityError> {
        self.signed_in(context).await?;
        let name = named("name", &new.name)?;
        let webauthn = webauthn(site)?;
        let answer: RegisterPublicKeyCredential = read(new.credential)?;
        let adding = self.unseal::<Adding>(ADD, &new.ceremony).await?;
        let adding = adding.filter(|adding| (adding.user, adding.session) == (context.user, context.session));
        let adding =
            adding.ok_or_else(|| IdentityError::invalid("ceremony", "is not the caller's, or is too old"))?;
        let made = webauthn.finish_passkey_registration(&answer, &adding.state).map_err(|error| {
            tracing::info!(%error, user = %context.user, "a passkey was not taken");
            IdentityError::invalid("credential", "is not what was asked for")
        })?;
        let (id, user) = (PasskeyId::generate(), context.user);
        let challenge = self.challenge(&new.ceremony);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                if !rows::use_up(tx, challenge).await? {
                    return Err(IdentityError::invalid("ceremony", "was used"));
                }
                rows::insert(tx, user, id, &name, &made).await?;
                let view = json!({ "name": name });
                tx.audit(Change::new("passkey.added", "person", user).after(&view)).await?;
                let event = PasskeyAdded { user, passkey: id, name: name.clone() };
                tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
                Ok(PasskeyInfo { id, name, created_at: tx.now(), last_used_at: None })
            })
        });
        write.await
    }

    /// The caller's passkeys, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn passkeys(&self, context: &RequestContext) -> Result<Vec<PasskeyInfo>, IdentityError> {
        let mut conn = self.0.store.scoped(context.scope).await?;
        rows::list(&mut conn, context.scope, context.user).await
    }

    /// Calls one of the caller's passkeys something else.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; [`IdentityError::Invalid`] for a name that cannot be taken.
    pub async fn rename_passkey(
        &self,
        context: &RequestContext,
        passkey: PasskeyId,
        name: &str,
    ) -> Result<PasskeyInfo, IdentityError> {
        self.signed_in(context).await?;
        let (user, name) = (context.user, named("name", name)?);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let renamed = rows::rename(tx, user, passkey, &name).await?;
                let view = json!({ "passkey": passkey, "name": name });
                tx.audit(Change::new("passkey.renamed", "person", user).after(&view)).await?;
                let event = PasskeyRenamed { user, passkey, name };
                tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
                Ok(renamed)
            })
        });
        write.await
    }

    /// Takes one of the caller's passkeys away. Sessions it began stay.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] when the caller has no such passkey; [`IdentityError::NotByToken`].
    pub async fn remove_passkey(
        &self,
        context: &RequestContext,
        passkey: PasskeyId,
    ) -> Result<(), IdentityError> {
        self.signed_in(context).await?;
        let user = context.user;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                rows::remove(tx, user, passkey).await?;
                let view = json!({ "passkey": passkey });
                tx.audit(Change::new("passkey.removed", "person", user).before(&view)).await?;
                let event = PasskeyRemoved { user, passkey };
                tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
                Ok(())
            })
        });
        write.await
    }

    /// What an authenticator needs to sign its user in. The same for everybody: who they are is not known yet.
    ///
    /// # Errors
    /// [`IdentityError::Conflict`] when the site has no name.
    pub async fn offer_passkey_sign_in(&self, site: &Site) -> Result<PasskeyCeremony, IdentityError> {
        let (asked, state) = webauthn(site)?.start_discoverable_authentication().map_err(broken)?;
        Ok(PasskeyCeremony {
            ceremony: self.seal(SIGN_IN, state, LIFETIME).await?,
            options: serde_json::to_value(asked.public_key).map_err(broken)?,
        })
    }

    /// Signs in with a passkey.
    ///
    /// # Errors
    /// [`IdentityError::PasskeyRefused`], whatever is wrong with it; [`IdentityError::Invalid`] for what is no passkey's answer.
    pub async fn sign_in_with_passkey(
        &self,
        site: &Site,
        request: PasskeySignIn,
        origin: Origin,
    ) -> Result<NewSession, IdentityError> {
        let webauthn = webauthn(site)?;
        let answer: PublicKeyCredential = read(request.credential)?;
        let state = self.unseal::<DiscoverableAuthentication>(SIGN_IN, &request.ceremony).await?;
        let state = state.ok_or(IdentityError::PasskeyRefused)?;
        let (user, credential) =
            webauthn.identify_discoverable_authentication(&answer).map_err(|error| refused(&error))?;
        let user = UserId::from_uuid(user);
        let found = rows::find(&self.0.store, &self.0.mint, credential, user).await?;
        let (scope, mut found) = found.ok_or(IdentityError::PasskeyRefused)?;
        let proof = webauthn
            .finish_discoverable_authentication_v2(&answer, state, &found.credential)
            .map_err(|error| refused(&error))?;
        if !proof.user_verified() {
            return Err(IdentityError::PasskeyRefused);
        }
        found.credential.update_credential(&proof);
        let used = Used { found, challenge: self.challenge(&request.ceremony) };
        match self.start_session(scope, user, Proven::Passkey(Box::new(used)), origin).await {
            Err(IdentityError::WrongCredentials) => Err(IdentityError::PasskeyRefused),
            result => result,
        }
    }

    /// What is written down of a ceremony that was accepted.
    fn challenge(&self, ceremony: &str) -> Challenge {
        Challenge { digest: digest(ceremony), until: self.0.clock.now().plus(LIFETIME) }
    }
}

fn webauthn(site: &Site) -> Result<Webauthn, IdentityError> {
    let (origin, name) = site.relying_party()?;
    let builder = WebauthnBuilder::new(name, origin).map_err(broken)?;
    builder.rp_name(SITE).timeout(LIFETIME).build().map_err(broken)
}

/// What a browser answered, as far as its shape goes.
fn read<T: serde::de::DeserializeOwned>(credential: Value) -> Result<T, IdentityError> {
    serde_json::from_value(credential)
        .map_err(|error| IdentityError::invalid("credential", format!("does not read: {error}")))
}

fn refused(error: &WebauthnError) -> IdentityError {
    tracing::info!(%error, "a passkey was refused");
    IdentityError::PasskeyRefused
}

fn broken(error: impl std::fmt::Display) -> IdentityError {
    IdentityError::Hash(format!("passkey: {error}"))
}
