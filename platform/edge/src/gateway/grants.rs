//! Which topics somebody may see.

use std::{collections::BTreeSet, sync::Arc};

use tandem_core::{Permission, RequestContext};
use tandem_proto::{Event, Topic};

use super::{Regrant, TopicAuthority};
use crate::identity::Affected;

/// The union of what the authorities grant, and what everybody may see.
#[derive(Clone)]
pub(crate) struct Grants(Arc<[Arc<dyn TopicAuthority>]>);

impl Grants {
    pub(super) fn new(authorities: Vec<Arc<dyn TopicAuthority>>) -> Self {
        Self(authorities.into())
    }

    /// All topics `ctx` may see now.
    pub(crate) async fn topics(&self, ctx: &RequestContext) -> BTreeSet<Topic> {
        let org = ctx.scope.org();
        let mut granted = BTreeSet::from([Topic::org(org), Topic::user(ctx.user)]);
        if ctx.rights.has_everywhere(Permission::RoleWrite) {
            granted.insert(Topic::admins(org));
        }
        for authority in self.0.iter() {
            granted.extend(authority.topics(ctx.clone()).await);
        }
        granted
    }

    /// Whose `event` may have changed: what the authorities say, and whose permissions are others now.
    pub(super) fn changed_by(&self, event: &Event) -> Regrant {
        let permitted = match Affected::by(event) {
            Affected::Nobody => Regrant::Nobody,
            Affected::User(user) => Regrant::Users(vec![user]),
            Affected::Org(_) => Regrant::Everybody,
        };
        self.0.iter().fold(permitted, |regrant, authority| regrant.and(authority.regrants(event)))
    }
}

/// The granted topics a reader asked for; all of them when it named none.
pub(crate) fn chosen(granted: BTreeSet<Topic>, wanted: &[Topic]) -> BTreeSet<Topic> {
    if wanted.is_empty() {
        granted
    } else {
        wanted.iter().filter(|topic| granted.contains(topic)).cloned().collect()
    }
}
