//! Which topics of the contact centre somebody may see.

use tandem_core::{Permission, RequestContext};
use tandem_edge::{Regrant, TopicAuthority};
use tandem_proto::{Event, EventData, Topic, api::Queue, events::contact_centre::QueueChanged};
use tandem_store::BoxFuture;

use crate::Engage;

/// Members see their queues; supervisors see all queues and everything about agents and conversations.
impl TopicAuthority for Engage {
    fn topics(&self, ctx: RequestContext) -> BoxFuture<'_, Vec<Topic>> {
        Box::pin(async move {
            let queues = match self.queues_anywhere(ctx.scope).await {
                Ok(queues) => queues,
                Err(error) => {
                    tracing::error!(%error, "an org's queues cannot be read");
                    return Vec::new();
                }
            };
            if ctx.may(Permission::QueueSupervise) {
                let queues = queues.into_keys().map(Topic::queue);
                queues.chain([Topic::supervisors(ctx.scope.org())]).collect()
            } else if ctx.may(Permission::QueueRead) {
                let is_member =
                    |queue: &Queue| queue.settings.members.iter().any(|member| member.user == ctx.user);
                queues.into_values().filter(is_member).map(|queue| Topic::queue(queue.id)).collect()
            } else {
                Vec::new()
            }
        })
    }

    fn regrants(&self, event: &Event) -> Regrant {
        if event.kind == QueueChanged::KIND { Regrant::Everybody } else { Regrant::Nobody }
    }
}
