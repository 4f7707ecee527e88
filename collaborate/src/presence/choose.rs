//! Which presences can be chosen, and by whom.

use tandem_core::{Permission, RequestContext};
use tandem_edge::Invalid;
use tandem_proto::{
    api::{ChoosePresence, Presence},
    limits::NAME_CHARS,
};

use super::PresenceRefused;
use crate::check;

/// Refuses what nobody can choose and what the caller may not.
pub(super) fn check(ctx: &RequestContext, chosen: &ChoosePresence) -> Result<(), PresenceRefused> {
    if let Some(message) = &chosen.message {
        check::text("message", message, NAME_CHARS)?;
    }
    match chosen.primary {
        Presence::Idle | Presence::Offline => {
            Err(Invalid::new("primary", "follows from devices and cannot be chosen").into())
        }
        Presence::OnQueue if !ctx.may(Permission::AgentOnQueue) => {
            Err(PresenceRefused::Forbidden(Permission::AgentOnQueue))
        }
        _ => Ok(()),
    }
}
