//! Passkeys: WebAuthn, as browsers speak it in JSON (level 3, §5.1.8 to §5.1.10).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{PasskeyId, Timestamp};

/// What an authenticator is asked for, good for five minutes and one answer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeyCeremony {
    /// To be sent back as it is with what the authenticator answers.
    pub ceremony: String,
    /// For the browser: `PublicKeyCredential.parseCreationOptionsFromJSON` when a passkey is made,
    /// `PublicKeyCredential.parseRequestOptionsFromJSON` when one is used.
    #[schema(value_type = Object)]
    pub options: Value,
}

/// `POST /me/passkeys`: a passkey the browser made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// As `POST /me/passkeys/offer` gave it.
    pub ceremony: String,
    /// What to call it.
    #[schema(example = "My laptop")]
    pub name: String,
    /// What the browser answered (`credential.toJSON()`).
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// `PUT /me/passkeys/{passkey}`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskey {
    /// What to call it.
    pub name: String,
}

/// A passkey, without its key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PasskeyInfo {
    /// Id.
    pub id: PasskeyId,
    /// What it is called.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    pub last_used_at: Option<Timestamp>,
}

/// `POST /sessions/passkey`: signs in with a passkey.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignIn {
    /// As `POST /sessions/passkey/offer` gave it.
    pub ceremony: String,
    /// What the browser answered (`credential.toJSON()`).
    #[schema(value_type = Object)]
    pub credential: Value,
}
