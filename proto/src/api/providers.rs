//! Identity providers (OpenID Connect), and how an org lets people in.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Role;
use crate::{IdentityProviderId, OrgId, Timestamp};

/// What a provider calls what it says of somebody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimNames {
    /// The name to show.
    #[schema(example = "name")]
    pub name: String,
    /// The e-mail address; whether it was verified is always `email_verified`.
    #[schema(example = "email")]
    pub email: String,
    /// The groups, as a list or as one text.
    #[schema(example = "groups")]
    pub groups: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self { name: "name".into(), email: "email".into(), groups: "groups".into() }
    }
}

/// Roles that a group of the provider stands for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRule {
    /// As the provider names it.
    pub group: String,
    /// What who is in it holds, and who is in none that stands for it does not.
    pub roles: Vec<Role>,
}

/// `POST /identity-providers`, `PUT /identity-providers/{provider}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityProviderSettings {
    /// What the button says.
    #[schema(example = "Acme accounts")]
    pub name: String,
    /// The provider's address, to the letter as it names itself.
    #[schema(example = "https://accounts.acme.example")]
    pub issuer: String,
    /// What the provider calls this server.
    pub client_id: String,
    /// The secret the provider gave; absent: the one until now stays, or there is none.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// What is asked for, beside `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// What the provider calls what it says.
    #[serde(default)]
    pub claims: ClaimNames,
    /// What groups stand for, followed at each sign-in. Roles that no rule names are left as they are.
    #[serde(default)]
    pub rules: Vec<GroupRule>,
    /// What somebody holds who is made, beside what their groups stand for; and who would hold none.
    pub roles: Vec<Role>,
    /// Whether somebody whom nobody added becomes a person of the org.
    pub create_people: bool,
    /// Whether the account at the provider whose verified address a person of the org has is theirs. Whoever runs the provider can then
    /// sign in as anybody, so it takes somebody who holds every permission to say so.
    pub link_by_email: bool,
    /// Where verified addresses must be for somebody to be let in; empty: anywhere.
    #[serde(default)]
    pub email_domains: Vec<String>,
    /// Whether the provider asks for a second factor, so that none is asked for here.
    pub second_factor: bool,
}

fn scopes() -> Vec<String> {
    ["profile", "email"].map(str::to_owned).to_vec()
}

/// An identity provider, without its secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct IdentityProviderInfo {
    /// Id.
    pub id: IdentityProviderId,
    /// What the button says.
    pub name: String,
    /// The provider's address.
    pub issuer: String,
    /// What the provider calls this server.
    pub client_id: String,
    /// Whether there is a secret.
    pub has_secret: bool,
    /// What is asked for, beside `openid`.
    pub scopes: Vec<String>,
    /// What the provider calls what it says.
    pub claims: ClaimNames,
    /// What groups stand for.
    pub rules: Vec<GroupRule>,
    /// What somebody holds who is made.
    pub roles: Vec<Role>,
    /// Whether somebody whom nobody added becomes a person of the org.
    pub create_people: bool,
    /// Whether people are found by their verified address.
    pub link_by_email: bool,
    /// Where verified addresses must be.
    pub email_domains: Vec<String>,
    /// Whether the provider asks for a second factor.
    pub second_factor: bool,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// `POST /identity-providers/test`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestIdentityProvider {
    /// The provider's address.
    #[schema(example = "https://accounts.acme.example")]
    pub issuer: String,
}

/// What was found at an address.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct IdentityProviderTest {
    /// What is wrong, in words; empty: people can be sent there.
    pub faults: Vec<String>,
}

/// For whom a password, or a passkey, is enough.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PasswordsFor {
    /// For everybody.
    #[default]
    Everybody,
    /// For who holds the role `admin`: the others sign in by a provider. So that a provider that fails locks nobody out for good.
    Administrators,
}

/// `PUT /sign-in-settings`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeSignInSettings {
    /// For whom a password, or a passkey, is enough.
    pub passwords: PasswordsFor,
}

/// `GET /sign-in-settings`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignInSettings {
    /// For whom a password, or a passkey, is enough.
    pub passwords: PasswordsFor,
    /// Where a provider sends people back to, for its settings; absent where the operator did not say where users come.
    pub redirect_uri: Option<String>,
}

/// `GET /sign-in-options`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SignInOptionsQuery {
    /// The org's name; needed where there are several.
    pub org: Option<String>,
}

/// How people of an org sign in. The same for an org without providers and one that there is not.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SignInOptions {
    /// Providers, oldest first.
    pub providers: Vec<SignInOption>,
}

/// A button.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignInOption {
    /// Which provider.
    pub provider: IdentityProviderId,
    /// What it says.
    pub name: String,
}

/// `POST /sessions/provider/offer`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskProvider {
    /// Which provider.
    pub provider: IdentityProviderId,
}

/// A sign-in that was begun, good for ten minutes and one session.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ProviderCeremony {
    /// To be kept by the browser that began, and nowhere else, and sent back with what the provider answers.
    pub ceremony: String,
    /// Where to send the browser.
    pub url: String,
}

/// `POST /sessions/provider`: signs in with what a provider answered.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderSignIn {
    /// As `POST /sessions/provider/offer` gave it.
    pub ceremony: String,
    /// The org in the address the provider sent the browser back to.
    pub org: OrgId,
    /// The parameter `state` of that address.
    pub state: String,
    /// The parameter `code`.
    pub code: String,
    /// The parameter `iss` (RFC 9207), where there is one.
    #[serde(default)]
    pub iss: Option<String>,
    /// What the authenticator shows, or a recovery code; asked for by `second-factor-needed`, and then sent with the rest as it was.
    #[serde(default)]
    pub second_factor: Option<String>,
}
