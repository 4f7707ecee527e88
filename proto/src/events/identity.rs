//! People, sessions, presence.

use super::events;
use crate::{SessionId, UserId, api};

events! {
    /// An org was made. Stream `org`.
    OrgCreated = "org.created" v 1 {
        /// Its name.
        name: String,
    }
    /// Somebody joined the directory. Stream `user`, topic `org`.
    UserCreated = "user.created" v 1 {
        /// Who.
        user: UserId,
        /// Login name.
        name: String,
        /// Name to show.
        display_name: String,
        /// Roles.
        roles: Vec<api::Role>,
        /// Internal number.
        extension: Option<String>,
    }
    /// Somebody signed in. Stream `user`, topic `user`.
    SessionStarted = "session.started" v 1 {
        /// The session.
        session: SessionId,
    }
    /// Somebody signed out. Stream `user`, topic `user`.
    SessionEnded = "session.ended" v 1 {
        /// The session.
        session: SessionId,
    }
    /// Presence changed, by choice, by a device coming or going, or by what somebody does. Stream `user`, topic `org`.
    PresenceChanged = "presence.changed" v 1 {
        /// Who.
        user: UserId,
        /// Now.
        presence: api::PresenceView,
    }
}
