//! What lets somebody in: sessions, the password, the second factor, personal access tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{SessionId, Timestamp};

/// One sign-in that holds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionInfo {
    /// Id.
    pub id: SessionId,
    /// The browser or program, as it named itself when it signed in.
    pub user_agent: Option<String>,
    /// The network address it signed in from.
    pub address: Option<String>,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last used, to ten minutes.
    pub last_used_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `PUT /me/password`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password until now.
    pub current_password: String,
    /// At least 10 characters.
    pub new_password: String,
}

/// `POST /me/tokens`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Names of the permissions it is limited to, all of which the caller holds; at least one.
    pub scopes: Vec<String>,
    /// Days until it ends by itself, 1 to 366, 90 by default.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 366)]
    pub expires_in_days: Option<u32>,
}

/// A personal access token, without the token itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenInfo {
    /// Id.
    pub id: SessionId,
    /// What it is for.
    pub name: String,
    /// Names of the permissions it is limited to. It never opens more than its owner holds at the time.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to ten minutes; absent before its first use.
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A new personal access token.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenMade {
    /// The token, shown once. Send it as `Authorization: Bearer …`.
    pub token: String,
    /// What it is.
    pub info: TokenInfo,
}

/// `POST /me/second-factor` and `POST /me/second-factor/disable`: whoever found a session open does not know the password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProvePassword {
    /// The caller's password.
    pub password: String,
}

/// `POST /me/second-factor/confirm`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSecondFactor {
    /// The six digits the authenticator shows now.
    pub code: String,
}

/// `GET /me/second-factor`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SecondFactor {
    /// Whether signing in needs it.
    pub on: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u32,
}

/// What an authenticator (RFC 6238) needs to know, shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SecondFactorOffer {
    /// The shared secret in base32, to type in by hand.
    pub secret: String,
    /// The same with its settings, as authenticators read it.
    pub uri: String,
    /// `uri` as a QR code: rows of modules, `1` dark, without the quiet zone.
    pub qr: Vec<String>,
}

/// Codes to sign in with when the authenticator is lost. Each works once; shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// The codes.
    pub codes: Vec<String>,
}
