//! Ways in that begin with a link in a mail: invitations, and another password for who forgot theirs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Role;
use crate::{InvitationId, Timestamp};

/// `POST /invitations`: somebody who shall join the org, and choose their password themselves.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Where the link goes.
    #[schema(example = "mia@acme.example")]
    pub email: String,
    /// Login name: 1–64 of `a-z 0-9 . _ -`.
    pub name: String,
    /// Name to show.
    pub display_name: String,
    /// Job title.
    #[serde(default)]
    pub title: Option<String>,
    /// Roles, all of whose permissions the caller holds.
    pub roles: Vec<Role>,
    /// Internal number, digits.
    #[serde(default)]
    pub extension: Option<String>,
}

/// Somebody who was invited and has not joined yet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationInfo {
    /// Id.
    pub id: InvitationId,
    /// Where the link went.
    pub email: String,
    /// Login name they will have.
    pub name: String,
    /// Name to show.
    pub display_name: String,
    /// Roles they will hold.
    pub roles: Vec<Role>,
    /// When they were invited.
    pub created_at: Timestamp,
    /// When the mail with the link was handed over; absent while it waits to be.
    pub sent_at: Option<Timestamp>,
    /// When the link in the last mail ends.
    pub expires_at: Timestamp,
}

/// `POST /invitations/lookup`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUpInvitation {
    /// The last part of the link in the mail.
    pub token: String,
}

/// What somebody is invited to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Invited {
    /// The org's name.
    pub org: String,
    /// Login name they will have.
    pub name: String,
    /// Name to show.
    pub display_name: String,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// `POST /invitations/accept`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// The last part of the link in the mail.
    pub token: String,
    /// At least 10 characters.
    pub password: String,
}

/// `PUT /people/{user}/email`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetEmail {
    /// Where mail to them goes; `null`: nowhere.
    pub email: Option<String>,
}

/// `POST /password-resets`: somebody forgot their password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestPasswordReset {
    /// The org's name; may be left out while the server has one org.
    #[serde(default)]
    pub org: Option<String>,
    /// Login name or e-mail address.
    #[schema(example = "agent1")]
    pub login: String,
}

/// `POST /password-resets/complete`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompletePasswordReset {
    /// The last part of the link in the mail.
    pub token: String,
    /// At least 10 characters.
    pub new_password: String,
}
