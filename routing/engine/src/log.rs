//! Outputs as events.

use tandem_proto::{
    EventData, QueueId, Stream, Topic, UserId,
    events::contact_centre::{
        AgentStatusChanged, RoutingLeft, RoutingOfferEnded, RoutingOffered, RoutingQueued, RoutingRekeyed,
        RoutingReleased, RoutingWrapUpStarted,
    },
};
use tandem_routing::Output;
use tandem_store::{Expect, StoreError, Tx};

/// Appends what a domain in `epoch` decided.
pub(crate) async fn append(tx: &mut Tx, epoch: u64, outputs: &[Output]) -> Result<(), StoreError> {
    for output in outputs {
        match output.clone() {
            Output::Queued { item, queue, key, priority, skills } => {
                let event = RoutingQueued { conversation: item, queue, key, priority, skills };
                put(tx, &[Topic::queue(queue)], &event).await?;
            }
            Output::Rekeyed { item, queue, key, priority } => {
                let event = RoutingRekeyed { conversation: item, queue, key, priority };
                put(tx, &[Topic::queue(queue)], &event).await?;
            }
            Output::Offered { offer, item, queue, agent, expires_at, decision } => {
                let event =
                    RoutingOffered { conversation: item, queue, offer, epoch, agent, expires_at, decision };
                put(tx, &with_agent(queue, agent), &event).await?;
            }
            Output::OfferEnded { offer, item, queue, agent, result } => {
                let result = result.name().to_owned();
                let event = RoutingOfferEnded { conversation: item, queue, offer, agent, result };
                put(tx, &with_agent(queue, agent), &event).await?;
            }
            Output::Left { item, queue, reason } => {
                let event = RoutingLeft { conversation: item, queue, reason: reason.name().to_owned() };
                put(tx, &[Topic::queue(queue)], &event).await?;
            }
            Output::WrapUpStarted { item, queue, agent, until } => {
                let event = RoutingWrapUpStarted { conversation: item, queue, agent, until };
                put(tx, &with_agent(queue, agent), &event).await?;
            }
            Output::Released { item, queue, agent, timed_out } => {
                let event = RoutingReleased { conversation: item, queue, agent, timed_out };
                put(tx, &with_agent(queue, agent), &event).await?;
            }
            Output::AgentStatus { agent, status, since: _ } => {
                let topics = [Topic::supervisors(tx.scope().org()), Topic::user(agent)];
                put(tx, &topics, &AgentStatusChanged { user: agent, status }).await?;
            }
        }
    }
    Ok(())
}

fn with_agent(queue: QueueId, agent: UserId) -> [Topic; 2] {
    [Topic::queue(queue), Topic::user(agent)]
}

async fn put<E: EventData>(tx: &mut Tx, topics: &[Topic], event: &E) -> Result<(), StoreError> {
    let stream = Stream::routing(tx.scope().org());
    tx.append(stream, Expect::Any, topics, event).await.map(|_| ())
}
