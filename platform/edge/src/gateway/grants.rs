//! Which topics somebody may see.

use std::{collections::BTreeSet, sync::Arc};

use tandem_core::RequestContext;
use tandem_proto::{Event, Topic};

use super::TopicAuthority;

/// The union of what the authorities grant, and what everybody may see.
#[derive(Clone)]
pub(crate) struct Grants(Arc<[Arc<dyn TopicAuthority>]>);

impl Grants {
    pub(super) fn new(authorities: Vec<Arc<dyn TopicAuthority>>) -> Self {
        Self(authorities.into())
    }

    /// All topics `ctx` may see now.
    pub(crate) async fn topics(&self, ctx: &RequestContext) -> BTreeSet<Topic> {
        let mut granted = BTreeSet::from([Topic::org(ctx.scope.org()), Topic::user(ctx.user)]);
        for authority in self.0.iter() {
            granted.extend(authority.topics(ctx.clone()).await);
        }
        granted
    }

    /// Whether `event` may have changed them.
    pub(crate) fn changed_by(&self, event: &Event, ctx: &RequestContext) -> bool {
        self.0.iter().any(|authority| authority.regrants(event, ctx))
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
