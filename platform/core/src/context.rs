//! Who asks, for which org, with what rights.

use tandem_proto::{Actor, RequestId, SessionId, UserId};

use crate::{OrgScope, Origin, Permission, Permissions};

/// The identity of a request, made at the edge after authentication and handed down unchanged.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The org, as a right to its data.
    pub scope: OrgScope,
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// What the user may do.
    pub permissions: Permissions,
    /// The request.
    pub request: RequestId,
    /// Where it came from.
    pub origin: Origin,
}

impl RequestContext {
    /// Whether the user holds `permission`.
    pub const fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// The user as an event's actor.
    pub const fn actor(&self) -> Actor {
        Actor::User { id: self.user }
    }
}
