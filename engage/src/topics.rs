//! Which topics of the contact centre somebody may see.

use tandem_core::{Permission, RequestContext};
use tandem_edge::{Regrant, TopicAuthority};
use tandem_proto::{Event, EventData, QueueId, Topic, api::Queue, events::contact_centre::QueueChanged};
use tandem_store::BoxFuture;

use crate::{Engage, settings::QUEUES};

/// Members see their queues; supervisors the queues and agents of their divisions, those of all divisions everything about agents and
/// conversations. Whoever moves a queue changes rights of a whole org (`division.…`), so that everybody is asked about anew.
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
            if ctx.rights.has_everywhere(Permission::QueueSupervise) {
                let queues = queues.into_keys().map(Topic::queue);
                return queues.chain([Topic::supervisors(ctx.scope.org())]).collect();
            }
            let mut topics = Vec::new();
            if ctx.may(Permission::QueueRead) {
                let is_member =
                    |queue: &&Queue| queue.settings.members.iter().any(|member| member.user == ctx.user);
                topics.extend(queues.values().filter(is_member).map(|queue| Topic::queue(queue.id)));
            }
            if ctx.may(Permission::QueueSupervise) {
                // The store's word, not that of what is remembered here: an event that says something was moved came before the question.
                let places = match self.identity().placed(ctx.scope, &QUEUES).await {
                    Ok(places) => places,
                    Err(error) => {
                        tracing::error!(%error, "where an org's queues belong cannot be read");
                        return topics;
                    }
                };
                let supervised =
                    |queue: &&QueueId| ctx.may_in(Permission::QueueSupervise, places.of(**queue));
                topics.extend(queues.keys().filter(supervised).copied().map(Topic::queue));
                topics.extend(ctx.rights.divisions(Permission::QueueSupervise).map(Topic::division));
            }
            topics
        })
    }

    fn regrants(&self, event: &Event) -> Regrant {
        if event.kind == QueueChanged::KIND { Regrant::Everybody } else { Regrant::Nobody }
    }
}
