//! Who asks, for which org, with what rights.

use tandem_proto::{Actor, DivisionId, RequestId, SessionId, UserId};

use crate::{OrgScope, Origin, Permission, Rights};

/// The identity of a request, made at the edge after authentication and handed down unchanged.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The org, as a right to its data.
    pub scope: OrgScope,
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// What the user may do, and where.
    pub rights: Rights,
    /// The request.
    pub request: RequestId,
    /// Where it came from.
    pub origin: Origin,
}

impl RequestContext {
    /// Whether the user holds `permission`, in some division at least: all there is to ask for what has no division.
    pub const fn may(&self, permission: Permission) -> bool {
        self.rights.has(permission)
    }

    /// Whether the user holds `permission` for things of `division`.
    pub fn may_in(&self, permission: Permission, division: DivisionId) -> bool {
        self.rights.has_in(permission, division)
    }

    /// The user as an event's actor.
    pub const fn actor(&self) -> Actor {
        Actor::User { id: self.user }
    }
}
