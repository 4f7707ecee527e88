//! Identity providers: servers elsewhere that say who somebody is (OpenID Connect Core 1.0). This server is their relying party.
//!
//! The contract: nobody becomes more than whoever set the provider up could have made them, and what a provider says is believed only
//! after its signature, issuer, audience, time and nonce were looked at (`id_token`), for a sign-in that the same browser began and that
//! is used once (`flow`). Every request to a provider goes by [`tandem_outbound`].

mod check;
mod directory;
mod flow;
mod id_token;
mod person;
mod refusal;
mod rows;
mod token;

use tandem_core::{OrgScope, Precondition, RequestContext};
use tandem_proto::{
    IdentityProviderId, Stream, Topic,
    api::{
        ChangeSignInSettings, IdentityProviderInfo, IdentityProviderSettings, IdentityProviderTest,
        PasswordsFor, Role, SignInOption, SignInOptions, SignInSettings,
    },
    events::identity::{IdentityProviderChanged, IdentityProviderRemoved, SignInSettingsChanged},
};
use tandem_store::{Cause, Change, Expect, Redacted, Tx};

pub(super) use directory::Directory;
pub use refusal::Refusal;
pub(super) use rows::{Spent, spend};

use super::{Identity, IdentityError, Site, roles::holding, users::read_roles};
use check::Checked;
use rows::Provider;

/// Providers of an org.
const PROVIDERS: usize = 10;

impl Identity {
    /// The org's identity providers, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn identity_providers(
        &self,
        scope: OrgScope,
    ) -> Result<Vec<IdentityProviderInfo>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let all = rows::list(&mut conn, scope).await?;
        Ok(all.into_iter().map(|provider| provider.info).collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`].
    pub async fn identity_provider(
        &self,
        scope: OrgScope,
        provider: IdentityProviderId,
    ) -> Result<IdentityProviderInfo, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        Ok(known(rows::get(&mut conn, scope, provider).await?)?.info)
    }

    /// Sets one up.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] names the field at fault; [`IdentityError::NotHeld`] when it would make people more than the caller is;
    /// [`IdentityError::Conflict`] for one too many.
    pub async fn create_identity_provider(
        &self,
        context: &RequestContext,
        settings: IdentityProviderSettings,
    ) -> Result<IdentityProviderInfo, IdentityError> {
        let wanted = self.allowed(context, settings).await?;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { create(tx, wanted).await })
        });
        write.await
    }

    /// Changes one. With another issuer it knows nobody any more.
    ///
    /// # Errors
    /// As [`Self::create_identity_provider`], whatever of it is new; [`IdentityError::NotFound`]; [`IdentityError::Changed`] for one that
    /// is not as was demanded.
    pub async fn change_identity_provider(
        &self,
        context: &RequestContext,
        provider: IdentityProviderId,
        precondition: Precondition,
        settings: IdentityProviderSettings,
    ) -> Result<IdentityProviderInfo, IdentityError> {
        let wanted = self.allowed(context, settings).await?;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { change(tx, provider, &precondition, wanted).await })
        });
        write.await
    }

    /// Removes one: nobody signs in by it any more. Sessions it began stay.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; [`IdentityError::Changed`]; [`IdentityError::Conflict`] for the last one where passwords are not
    /// enough.
    pub async fn remove_identity_provider(
        &self,
        context: &RequestContext,
        provider: IdentityProviderId,
        precondition: Precondition,
    ) -> Result<(), IdentityError> {
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { remove(tx, provider, &precondition).await })
        });
        write.await
    }

    /// What is wrong with the provider at an address.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for what is no address.
    pub async fn test_identity_provider(&self, issuer: &str) -> Result<IdentityProviderTest, IdentityError> {
        let issuer = check::issuer(issuer, self.0.directory.networks())?;
        Ok(IdentityProviderTest { faults: self.0.directory.test(&issuer).await })
    }

    /// How the org lets people in. `site`: where users come, if that is known.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_in_settings(
        &self,
        scope: OrgScope,
        site: Option<&Site>,
    ) -> Result<SignInSettings, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let passwords = rows::passwords(&mut conn, scope).await?;
        Ok(SignInSettings { passwords, redirect_uri: site.map(|site| flow::redirect_uri(site, scope.org())) })
    }

    /// Has the org let people in otherwise. Sessions there are stay.
    ///
    /// # Errors
    /// [`IdentityError::Conflict`] when people are to sign in by a provider and there is none.
    pub async fn change_sign_in_settings(
        &self,
        context: &RequestContext,
        site: Option<&Site>,
        settings: ChangeSignInSettings,
    ) -> Result<SignInSettings, IdentityError> {
        let passwords = settings.passwords;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { set_passwords(tx, passwords).await })
        });
        write.await?;
        self.sign_in_settings(context.scope, site).await
    }

    /// The providers people of an org may choose from. An org that there is not has none, as one that has none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sign_in_options(&self, org: Option<&str>) -> Result<SignInOptions, IdentityError> {
        let scope = match org {
            Some(name) => self.org_by_name(name).await?,
            None => match self.orgs().await?.as_slice() {
                [(scope, _)] => Some(*scope),
                _ => None,
            },
        };
        let Some(scope) = scope else { return Ok(SignInOptions::default()) };
        let all = self.identity_providers(scope).await?;
        let option = |info: IdentityProviderInfo| SignInOption { provider: info.id, name: info.name };
        Ok(SignInOptions { providers: all.into_iter().map(option).collect() })
    }

    /// Settings that can be taken, and that make nobody more than the caller is. Who runs a provider says who somebody is: to have people
    /// found by what it says of their address, or their second factor left to it, takes somebody who is no less than any of them.
    async fn allowed(
        &self,
        context: &RequestContext,
        settings: IdentityProviderSettings,
    ) -> Result<Checked, IdentityError> {
        let checked = check::settings(settings, self.0.directory.networks())?;
        let mut given = checked.kept.all_roles();
        if checked.kept.link_by_email || checked.kept.second_factor {
            given.push(Role::Admin);
        }
        self.may_give(context, &given).await?;
        Ok(checked)
    }
}

/// Refuses who is to sign in by a provider, unless they administer the org: whatever becomes of the provider, somebody can get in and
/// mend it.
pub(super) async fn password_is_enough(
    tx: &mut Tx,
    user: tandem_proto::UserId,
    roles: &str,
) -> Result<(), IdentityError> {
    let scope = tx.scope();
    if rows::passwords(tx.conn(), scope).await? == PasswordsFor::Everybody {
        return Ok(());
    }
    if !read_roles(roles)?.contains(&Role::Admin) {
        return Err(IdentityError::ProviderNeeded);
    }
    Ok(tx.audit(Change::new("sign_in.without_provider", "person", user)).await?)
}

async fn create(tx: &mut Tx, wanted: Checked) -> Result<IdentityProviderInfo, IdentityError> {
    let scope = tx.scope();
    if rows::list(tx.conn(), scope).await?.len() >= PROVIDERS {
        return Err(IdentityError::Conflict {
            slug: "too-many-providers",
            detail: format!("an org has at most {PROVIDERS} identity providers"),
        });
    }
    let (id, now) = (IdentityProviderId::generate(), tx.now());
    let secret = sealed(tx, id, wanted.secret.as_deref()).await?;
    let made = Provider { info: wanted.kept.info(id, !secret.is_empty(), now, now), secret };
    rows::insert(tx, &made).await?;
    audit(tx, "identity_provider.created", None, Some(&made.info)).await?;
    tell(tx, &made.info).await?;
    Ok(made.info)
}

async fn change(
    tx: &mut Tx,
    id: IdentityProviderId,
    precondition: &Precondition,
    wanted: Checked,
) -> Result<IdentityProviderInfo, IdentityError> {
    let scope = tx.scope();
    let was = known(rows::get(tx.conn(), scope, id).await?)?;
    precondition.check(&was.info)?;
    let elsewhere = was.info.issuer != wanted.kept.issuer;
    let secret = match (&wanted.secret, elsewhere) {
        (Some(secret), _) => sealed(tx, id, Some(secret)).await?,
        (None, false) => was.secret,
        // What one provider gave is no other's business.
        (None, true) => String::new(),
    };
    if elsewhere {
        rows::forget_links(tx, id).await?;
    }
    let is =
        Provider { info: wanted.kept.info(id, !secret.is_empty(), was.info.created_at, tx.now()), secret };
    rows::update(tx, &is).await?;
    audit(tx, "identity_provider.changed", Some(&was.info), Some(&is.info)).await?;
    tell(tx, &is.info).await?;
    Ok(is.info)
}

async fn remove(
    tx: &mut Tx,
    id: IdentityProviderId,
    precondition: &Precondition,
) -> Result<(), IdentityError> {
    let scope = tx.scope();
    let was = known(rows::get(tx.conn(), scope, id).await?)?.info;
    precondition.check(&was)?;
    let last = rows::list(tx.conn(), scope).await?.len() == 1;
    if last && rows::passwords(tx.conn(), scope).await? == PasswordsFor::Administrators {
        return Err(IdentityError::Conflict {
            slug: "last-provider",
            detail: "people sign in by it alone: let passwords be enough first".into(),
        });
    }
    rows::remove(tx, id).await?;
    audit(tx, "identity_provider.removed", Some(&was), None).await?;
    let org = scope.org();
    let event = IdentityProviderRemoved { provider: id };
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    Ok(())
}

async fn set_passwords(tx: &mut Tx, passwords: PasswordsFor) -> Result<(), IdentityError> {
    let (scope, org) = (tx.scope(), tx.scope().org());
    let was = rows::passwords(tx.conn(), scope).await?;
    if was == passwords {
        return Ok(());
    }
    if passwords == PasswordsFor::Administrators {
        if rows::list(tx.conn(), scope).await?.is_empty() {
            return Err(IdentityError::Conflict {
                slug: "no-provider",
                detail: "there is no identity provider to sign in by: set one up first".into(),
            });
        }
        somebody_gets_in(tx).await?;
    }
    rows::set_passwords(tx, passwords).await?;
    let view = |passwords| ChangeSignInSettings { passwords };
    let change = Change::new("sign_in.settings.changed", "org", org);
    tx.audit(change.before(&view(was)).after(&view(passwords))).await?;
    let event = SignInSettingsChanged { passwords };
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    Ok(())
}

/// Refuses while no administrator has a password: if the provider failed, nobody could mend it.
async fn somebody_gets_in(tx: &mut Tx) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let row = sqlx::query(
        "SELECT id FROM users WHERE org = $1 AND deactivated_at IS NULL AND client IS NULL AND password_hash <> ''
         AND roles LIKE $2 LIMIT 1",
    )
    .bind(org)
    .bind(holding(&Role::Admin))
    .fetch_optional(tx.conn())
    .await?;
    match row {
        Some(_) => Ok(()),
        None => Err(IdentityError::Conflict {
            slug: "no-way-back",
            detail: "no administrator has a password: if the provider failed, nobody could get in".into(),
        }),
    }
}

fn known(found: Option<Provider>) -> Result<Provider, IdentityError> {
    found.ok_or(IdentityError::NotFound("identity provider"))
}

/// A secret as it is kept; none is empty.
async fn sealed(tx: &mut Tx, id: IdentityProviderId, secret: Option<&str>) -> Result<String, IdentityError> {
    match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => Ok(tx.seal_secret(&rows::place(id), secret).await?),
        None => Ok(String::new()),
    }
}

async fn audit(
    tx: &mut Tx,
    what: &'static str,
    was: Option<&IdentityProviderInfo>,
    is: Option<&IdentityProviderInfo>,
) -> Result<(), IdentityError> {
    let Some(either) = is.or(was) else { return Ok(()) };
    let mut change = Change::new(what, "identity_provider", either.id).called(either.name.clone());
    let view = |info: &IdentityProviderInfo| {
        let secret = info.has_secret.then_some(Redacted);
        serde_json::json!({ "settings": info, "client_secret": secret })
    };
    if let Some(was) = was {
        change = change.before(&view(was));
    }
    if let Some(is) = is {
        change = change.after(&view(is));
    }
    Ok(tx.audit(change).await?)
}

async fn tell(tx: &mut Tx, info: &IdentityProviderInfo) -> Result<(), IdentityError> {
    let org = tx.scope().org();
    let event =
        IdentityProviderChanged { provider: info.id, name: info.name.clone(), issuer: info.issuer.clone() };
    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
    Ok(())
}
