//! Looking at what is watched, on behalf of those who watch.

use tandem_core::{OrgScope, Permission};
use tandem_edge::identity::IdentityError;
use tandem_proto::{
    UserId,
    api::{Call, PresenceView},
};
use tandem_store::StoreError;

use super::{
    board::SubscriptionId,
    documents::{State, Viewer, lines},
    package::Package,
    subscription::{Seen, Watched, Watcher},
};
use crate::{calls::CallFilter, switch::Switch};

/// Calls of one person that are looked at.
const CALLS: u32 = 16;

/// What there is to see of somebody, before it is asked who looks.
enum Found {
    Nobody,
    Calls(Vec<Call>),
    Presence(PresenceView),
    NoMessages,
}

/// Why nothing can be seen now.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unseen {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("people cannot be looked up: {0}")]
    Identity(#[source] Box<IdentityError>),
    #[error("presence cannot be read: {0}")]
    Presence(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<IdentityError> for Unseen {
    fn from(error: IdentityError) -> Self {
        Self::Identity(Box::new(error))
    }
}

/// What a person may see of others.
#[derive(Clone, Copy)]
pub(super) struct Sight {
    /// Who is there, and whether they are on a call.
    people: bool,
    /// Who talks to whom.
    calls: bool,
}

impl Sight {
    /// Of a person now; `None` for one who may not sign in.
    pub(super) async fn of(
        switch: &Switch,
        scope: OrgScope,
        user: UserId,
    ) -> Result<Option<Self>, IdentityError> {
        let person = switch.identity.on_behalf_of(scope, user).await?;
        Ok(person.map(|person| Self {
            people: person.rights.has(Permission::PeopleRead),
            calls: person.rights.has(Permission::CallSupervise),
        }))
    }

    /// Whether `user` may watch that.
    pub(super) fn reaches(self, user: UserId, watched: UserId, package: Package) -> bool {
        user == watched || self.reaches_others(package)
    }

    /// Whether they may watch that of others: then they may know who there is, too.
    pub(super) const fn reaches_others(self, package: Package) -> bool {
        self.people && !package.is_private()
    }
}

/// Looks at one thing for all who want to know.
pub(super) async fn look(
    switch: &Switch,
    watched: Watched,
    watchers: &[(SubscriptionId, Watcher)],
) -> Vec<(SubscriptionId, Seen)> {
    let found = match find(switch, watched).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "what phones watch cannot be looked at");
            return watchers.iter().map(|(id, _)| (*id, Seen::Failed)).collect();
        }
    };
    let mut seen = Vec::new();
    for (id, watcher) in watchers {
        let sight = Sight::of(switch, watched.scope, watcher.user).await;
        seen.push((
            *id,
            match sight {
                Ok(Some(sight)) if sight.reaches(watcher.user, watched.user, watched.package) => {
                    show(&found, watched.user, Viewer { user: watcher.user, supervises: sight.calls })
                }
                Ok(_) => Seen::Forbidden,
                Err(error) => {
                    tracing::warn!(%error, "who watches cannot be looked up");
                    Seen::Failed
                }
            },
        ));
    }
    seen
}

fn show(found: &Found, of: UserId, viewer: Viewer) -> Seen {
    Seen::State(match found {
        Found::Nobody => return Seen::Gone,
        Found::Calls(calls) => State::Lines(lines(of, viewer, calls)),
        Found::Presence(presence) => State::Presence(presence.clone()),
        Found::NoMessages => State::NoMessages,
    })
}

async fn find(switch: &Switch, watched: Watched) -> Result<Found, Unseen> {
    let Watched { scope, user, package } = watched;
    let person = switch.identity.user(scope, user).await?;
    if !person.is_some_and(|person| person.active) {
        return Ok(Found::Nobody);
    }
    Ok(match package {
        Package::Dialog => {
            let live = CallFilter { user: Some(user), active: Some(true), before: None, limit: CALLS };
            Found::Calls(switch.records.list(scope, live).await?.items)
        }
        Package::Presence => {
            let presence = switch.presence.of(scope, user).await;
            Found::Presence(presence.map_err(|error| Unseen::Presence(Box::new(error)))?)
        }
        Package::MessageSummary => Found::NoMessages,
    })
}
