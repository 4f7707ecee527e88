//! Which topics of the contact centre somebody may see.

use tandem_core::{Permission, RequestContext};
use tandem_edge::TopicAuthority;
use tandem_proto::{Event, EventData, Topic, events::contact_centre::QueueChanged};
use tandem_store::BoxFuture;

use crate::Engage;

/// Members see their queues; supervisors see all queues and everything about agents and conversations.
impl TopicAuthority for Engage {
    fn topics(&self, ctx: RequestContext) -> BoxFuture<'_, Vec<Topic>> {
        Box::pin(async move {
            let org = match self.org(ctx.scope).await {
                Ok(org) => org,
                Err(error) => {
                    tracing::error!(%error, "an org's queues cannot be read");
                    return Vec::new();
                }
            };
            let settings = org.settings();
            if ctx.may(Permission::QueueSupervise) {
                let queues = settings.queues.keys().copied().map(Topic::queue);
                queues.chain([Topic::supervisors(ctx.scope.org())]).collect()
            } else if ctx.may(Permission::QueueRead) {
                settings.memberships(ctx.user).map(|queue| Topic::queue(queue.id)).collect()
            } else {
                Vec::new()
            }
        })
    }

    fn regrants(&self, event: &Event, _ctx: &RequestContext) -> bool {
        event.kind == QueueChanged::KIND
    }
}
