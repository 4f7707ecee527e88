//! OAuth 2: programs, what they were allowed, and the protocol's own bodies.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Role;
use crate::{ClientId, GrantId, Timestamp};

/// A way to get tokens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
pub enum GrantType {
    /// A person agrees in the browser (RFC 6749 §4.1, with PKCE).
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// A new access token for a refresh token (RFC 6749 §6), which is replaced each time.
    #[serde(rename = "refresh_token")]
    RefreshToken,
    /// The program for itself (RFC 6749 §4.4).
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// A person agrees on another device (RFC 8628).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
}

impl GrantType {
    /// Every way.
    pub const ALL: [Self; 4] =
        [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

/// `POST /oauth/clients` and `PUT /oauth/clients/{client}`: what a program is registered with.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientSettings {
    /// The name people see when they are asked.
    pub name: String,
    /// Whether it can keep a secret. Cannot be changed later.
    pub confidential: bool,
    /// Where browsers may be sent back to, compared character by character: `https:`, or `http:` on the browser's own machine,
    /// where an IP address' port may differ.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// How it may get tokens.
    pub grant_types: Vec<GrantType>,
    /// Names of the permissions it may ask for.
    pub scopes: Vec<String>,
    /// Roles it acts with for itself; the caller holds all they stand for. Only with `client_credentials`.
    #[serde(default)]
    pub roles: Vec<Role>,
}

/// A registered program.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClientInfo {
    /// Its `client_id`.
    pub id: ClientId,
    /// The name people see.
    pub name: String,
    /// Whether it has a secret.
    pub confidential: bool,
    /// Where browsers may be sent back to.
    pub redirect_uris: Vec<String>,
    /// How it may get tokens.
    pub grant_types: Vec<GrantType>,
    /// Names of the permissions it may ask for.
    pub scopes: Vec<String>,
    /// Roles it acts with for itself.
    pub roles: Vec<Role>,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// A program just registered, or with a new secret.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ClientMade {
    /// What it is.
    pub client: ClientInfo,
    /// Its `client_secret`, shown once; absent for one that cannot keep a secret.
    pub secret: Option<String>,
}

/// What a program asks a person for (RFC 6749 §4.1.1, RFC 7636 §4.3), as the query of the page `/oauth/authorize`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub struct AuthorizationRequest {
    /// Must be `code`.
    #[serde(default)]
    pub response_type: Option<String>,
    /// The program.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Where to go back to: one that is registered.
    #[serde(default)]
    pub redirect_uri: Option<String>,
    /// Permissions asked for, by name, with spaces between; absent: all the program may ask for.
    #[serde(default)]
    pub scope: Option<String>,
    /// Given back unchanged.
    #[serde(default)]
    pub state: Option<String>,
    /// BASE64URL(SHA256(verifier)).
    #[serde(default)]
    pub code_challenge: Option<String>,
    /// Must be `S256`.
    #[serde(default)]
    pub code_challenge_method: Option<String>,
}

/// What a person is asked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// The name of the program that asks.
    pub client: String,
    /// The name of the org it asks for.
    pub org: String,
    /// What it asks for, as far as the person holds it.
    pub scopes: Vec<super::PermissionInfo>,
    /// Where the browser goes afterwards, without what is added; absent for a device.
    pub redirect_uri: Option<String>,
}

/// The answer to a request for consent, or why there is nothing to decide.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Authorization {
    /// A person must decide.
    Ask {
        /// What about.
        consent: Consent,
    },
    /// The browser goes on there: the request was at fault, and its program is told.
    Redirect {
        /// Where.
        location: String,
    },
}

/// `POST /oauth/authorize`: what a person decided.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideAuthorization {
    /// Whether the program may.
    pub allow: bool,
    /// What was asked.
    pub request: AuthorizationRequest,
}

/// Where the browser goes on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Onward {
    /// A URL of the program's.
    pub location: String,
}

/// `POST /oauth/device`: what a person decided about a device (RFC 8628 §3.3).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideDevice {
    /// The code the device shows.
    pub user_code: String,
    /// Whether it may.
    pub allow: bool,
}

/// `POST /oauth/device/lookup`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUpDevice {
    /// The code the device shows.
    pub user_code: String,
}

/// A program that somebody allowed to act for them, of `GET /me/grants`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Application {
    /// The permission given.
    pub grant: GrantId,
    /// The program.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// Names of the permissions it may use.
    pub scopes: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last got a token.
    pub last_used_at: Timestamp,
}

/// Why a program may not act for somebody any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantEnd {
    /// They or an administrator took it back.
    Revoked,
    /// The program gave it back.
    Returned,
    /// A code or refresh token was used twice: one of the two users is a thief.
    Reused,
    /// Somebody has as many as one may have, and this one was used least lately.
    Displaced,
    /// The program is registered no more.
    ClientRemoved,
    /// The person was deactivated.
    UserDeactivated,
    /// They chose another password by a link in a mail: whatever was got by the one before is suspect.
    PasswordReset,
    /// It was as old as what is allowed may get: they must be asked again.
    Expired,
}

/// `POST /oauth/token` (RFC 6749 §4.1.3, §4.4.2, §6; RFC 8628 §3.4), form-encoded.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Which way.
    pub grant_type: String,
    /// The program, unless it authenticates in the header.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Its secret, unless it authenticates in the header.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// The code the browser brought.
    #[serde(default)]
    pub code: Option<String>,
    /// As it was asked for.
    #[serde(default)]
    pub redirect_uri: Option<String>,
    /// What the challenge was made of (RFC 7636 §4.5).
    #[serde(default)]
    pub code_verifier: Option<String>,
    /// The refresh token.
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// Permissions wanted, by name; no more than were given.
    #[serde(default)]
    pub scope: Option<String>,
    /// The device's code.
    #[serde(default)]
    pub device_code: Option<String>,
}

/// Tokens (RFC 6749 §5.1).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenAnswer {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds the access token lives.
    pub expires_in: u64,
    /// For the next ones; it works once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refresh_token: Option<String>,
    /// The permissions given, by name.
    pub scope: String,
}

/// A refusal in OAuth's own shape (RFC 6749 §5.2).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct OAuthError {
    /// `invalid_request`, `invalid_client`, `invalid_grant`, `unauthorized_client`, `unsupported_grant_type`, `invalid_scope`,
    /// `authorization_pending`, `slow_down`, `access_denied`, `expired_token` or `temporarily_unavailable`.
    pub error: String,
    /// For people who look into it.
    pub error_description: String,
}

/// `POST /oauth/revoke` (RFC 7009 §2.1), form-encoded.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RevokeRequest {
    /// The token.
    pub token: String,
    /// Which kind it may be; only a hint.
    #[serde(default)]
    pub token_type_hint: Option<String>,
    /// The program, unless it authenticates in the header.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Its secret, unless it authenticates in the header.
    #[serde(default)]
    pub client_secret: Option<String>,
}

/// `POST /oauth/device_authorization` (RFC 8628 §3.1), form-encoded.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceRequest {
    /// The program, unless it authenticates in the header.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Its secret, unless it authenticates in the header.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// Permissions wanted, by name; absent: all the program may ask for.
    #[serde(default)]
    pub scope: Option<String>,
}

/// What a device shows and polls with (RFC 8628 §3.2).
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct DeviceAnswer {
    /// For polling `POST /oauth/token`.
    pub device_code: String,
    /// To be shown.
    pub user_code: String,
    /// Where a person enters it.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code.
    pub verification_uri_complete: String,
    /// Seconds until both codes end.
    pub expires_in: u64,
    /// Seconds between two polls.
    pub interval: u64,
}

/// `/.well-known/oauth-authorization-server` (RFC 8414 §2).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServerMetadata {
    /// This server.
    pub issuer: String,
    /// The page where people decide.
    pub authorization_endpoint: String,
    /// Tokens.
    pub token_endpoint: String,
    /// RFC 7009.
    pub revocation_endpoint: String,
    /// RFC 8628.
    pub device_authorization_endpoint: String,
    /// The API's description.
    pub service_documentation: String,
    /// Every permission, by name.
    pub scopes_supported: Vec<String>,
    /// `code`.
    pub response_types_supported: Vec<String>,
    /// `query`.
    pub response_modes_supported: Vec<String>,
    /// How programs get tokens.
    pub grant_types_supported: Vec<String>,
    /// How programs authenticate.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// `S256`.
    pub code_challenge_methods_supported: Vec<String>,
    /// Whether the browser brings back who answered (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
}
