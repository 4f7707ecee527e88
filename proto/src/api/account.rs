//! What lets somebody in: sessions, the password, personal access tokens.

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
