//! Which events change what somebody may do, for those who remember it: open sockets.

use tandem_proto::{
    Event, EventData as _, UserId,
    events::identity::{RoleChanged, RoleRemoved, UserDeactivated, UserRolesSet},
};

/// Whether `event`, one of the user's org, may have changed what `user` may do. That a session ended is said by `session.ended`.
pub(crate) fn changed_by(event: &Event, user: UserId) -> bool {
    match event.kind.as_str() {
        // Whoever holds the role; which roles somebody holds is not known here.
        RoleChanged::KIND | RoleRemoved::KIND => true,
        UserRolesSet::KIND | UserDeactivated::KIND => event
            .data
            .get("user")
            .and_then(serde_json::Value::as_str)
            .is_some_and(|id| id == user.to_string()),
        _ => false,
    }
}
