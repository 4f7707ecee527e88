//! The view of what is open: items in queues or with agents, and agents on queue. Read once, after a restart.

use sqlx::{AnyConnection, Row as _};
use tandem_core::OrgScope;
use tandem_proto::{
    ConversationId, Event, EventData, OfferId, QueueId, Timestamp, UserId,
    api::RoutingStatus,
    events::contact_centre::{
        AgentStatusChanged, RoutingLeft, RoutingOfferEnded, RoutingOffered, RoutingQueued, RoutingRekeyed,
        RoutingReleased, RoutingWrapUpStarted,
    },
};
use tandem_routing::{Holder, LeftReason, OfferResult, Output};
use tandem_store::{BoxFuture, Projection, Store, StoreError};

use crate::{EngineError, RecoveredItem};

const NAME: &str = "routing_open_items";

/// Keeps `routing_open_items` and `routing_agents`. A stay in a queue has an empty `worker`; an interaction or wrap-up has its agent there.
pub(crate) struct OpenItems;

impl Projection for OpenItems {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> u32 {
        1
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["routing.*", AgentStatusChanged::KIND]
    }

    fn reset<'a>(&'a self, conn: &'a mut AnyConnection) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            sqlx::query("DELETE FROM routing_open_items").execute(&mut *conn).await?;
            sqlx::query("DELETE FROM routing_agents").execute(conn).await?;
            Ok(())
        })
    }

    fn apply<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(apply(conn, event))
    }
}

async fn apply(conn: &mut AnyConnection, event: &Event) -> Result<(), StoreError> {
    let org = event.org.to_string();
    let query = match event.kind.as_str() {
        RoutingQueued::KIND => {
            let e: RoutingQueued = decode(event)?;
            sqlx::query(
                "INSERT INTO routing_open_items (org, item, worker, queue, stage, item_key, queued_at, agent, offer) \
                 VALUES ($1, $2, '', $3, 'waiting', $4, $5, '', '')",
            )
            .bind(org)
            .bind(e.conversation.to_string())
            .bind(e.queue.to_string())
            .bind(e.key)
            .bind(event.at.micros())
        }
        RoutingRekeyed::KIND => {
            let e: RoutingRekeyed = decode(event)?;
            sqlx::query(
                "UPDATE routing_open_items SET item_key = $3 WHERE org = $1 AND item = $2 AND worker = ''",
            )
            .bind(org)
            .bind(e.conversation.to_string())
            .bind(e.key)
        }
        RoutingOffered::KIND => {
            let e: RoutingOffered = decode(event)?;
            sqlx::query(
                "UPDATE routing_open_items SET stage = 'alerting', agent = $3, offer = $4 \
                 WHERE org = $1 AND item = $2 AND worker = ''",
            )
            .bind(org)
            .bind(e.conversation.to_string())
            .bind(e.agent.to_string())
            .bind(e.offer.to_string())
        }
        RoutingOfferEnded::KIND => {
            let e: RoutingOfferEnded = decode(event)?;
            let accepted = e.result == OfferResult::Accepted.name();
            let sql = if accepted {
                "UPDATE routing_open_items SET stage = 'talk', worker = $3, offer = '' \
                 WHERE org = $1 AND item = $2 AND worker = '' AND agent = $3"
            } else {
                "UPDATE routing_open_items SET stage = 'waiting', agent = '', offer = '' \
                 WHERE org = $1 AND item = $2 AND worker = '' AND agent = $3"
            };
            sqlx::query(sql).bind(org).bind(e.conversation.to_string()).bind(e.agent.to_string())
        }
        RoutingLeft::KIND => {
            // The one who answered moved to his own row when the offer ended.
            let e: RoutingLeft = decode(event)?;
            sqlx::query("DELETE FROM routing_open_items WHERE org = $1 AND item = $2 AND worker = ''")
                .bind(org)
                .bind(e.conversation.to_string())
        }
        RoutingWrapUpStarted::KIND => {
            let e: RoutingWrapUpStarted = decode(event)?;
            sqlx::query(
                "UPDATE routing_open_items SET stage = 'wrap_up' WHERE org = $1 AND item = $2 AND worker = $3",
            )
            .bind(org)
            .bind(e.conversation.to_string())
            .bind(e.agent.to_string())
        }
        RoutingReleased::KIND => {
            let e: RoutingReleased = decode(event)?;
            sqlx::query("DELETE FROM routing_open_items WHERE org = $1 AND item = $2 AND worker = $3")
                .bind(org)
                .bind(e.conversation.to_string())
                .bind(e.agent.to_string())
        }
        AgentStatusChanged::KIND => {
            let e: AgentStatusChanged = decode(event)?;
            let sql = if e.status == RoutingStatus::OffQueue {
                "DELETE FROM routing_agents WHERE org = $1 AND agent = $2"
            } else {
                "INSERT INTO routing_agents (org, agent) VALUES ($1, $2) ON CONFLICT (org, agent) DO NOTHING"
            };
            sqlx::query(sql).bind(org).bind(e.user.to_string())
        }
        _ => return Ok(()),
    };
    query.execute(conn).await?;
    Ok(())
}

fn decode<E: EventData>(event: &Event) -> Result<E, StoreError> {
    let decoded = event.decode().map_err(|error| damaged("events", error))?;
    decoded.ok_or_else(|| damaged("events", "of another kind"))
}

fn damaged(table: &'static str, reason: impl ToString) -> StoreError {
    StoreError::Damaged { table, reason: reason.to_string() }
}

/// What is open in an org, in the order of keys.
pub(crate) async fn read(store: &Store, scope: OrgScope) -> Result<Vec<RecoveredItem>, EngineError> {
    let failed = |error: sqlx::Error| EngineError::from(StoreError::from(error));
    let registered = sqlx::query("SELECT name FROM projections WHERE name = $1").bind(NAME);
    registered.fetch_optional(store.reader()).await.map_err(failed)?.ok_or(EngineError::NoProjection)?;
    let rows = sqlx::query(
        "SELECT item, queue, stage, item_key, queued_at, agent, offer FROM routing_open_items \
         WHERE org = $1 ORDER BY item_key, item, worker",
    )
    .bind(scope.org().to_string())
    .fetch_all(store.reader())
    .await
    .map_err(failed)?;
    Ok(rows.iter().map(item).collect::<Result<_, _>>()?)
}

fn item(row: &sqlx::any::AnyRow) -> Result<RecoveredItem, StoreError> {
    let agent = || parse::<UserId>(row, 5);
    let holder = match row.try_get::<&str, _>(2)? {
        "waiting" => Holder::Queue,
        "alerting" => Holder::Alerting(agent()?),
        "talk" => Holder::Agent(agent()?),
        "wrap_up" => Holder::WrapUp(agent()?),
        other => return Err(damaged(NAME, format!("stage {other}"))),
    };
    Ok(RecoveredItem {
        item: parse::<ConversationId>(row, 0)?,
        queue: parse::<QueueId>(row, 1)?,
        key: row.try_get(3)?,
        queued_at: Timestamp::from_micros(row.try_get(4)?),
        holder,
        offer: if matches!(holder, Holder::Alerting(_)) { Some(parse::<OfferId>(row, 6)?) } else { None },
    })
}

fn parse<T: std::str::FromStr<Err: ToString>>(
    row: &sqlx::any::AnyRow,
    column: usize,
) -> Result<T, StoreError> {
    row.try_get::<&str, _>(column)?.parse().map_err(|error: T::Err| damaged(NAME, error))
}

/// What is to be said in the log so that a recovered item is closed.
pub(crate) fn closing(open: &RecoveredItem) -> Vec<Output> {
    let RecoveredItem { item, queue, .. } = *open;
    let left = Output::Left { item, queue, reason: LeftReason::Removed };
    match (open.holder, open.offer) {
        (Holder::Alerting(agent), Some(offer)) => {
            vec![Output::OfferEnded { offer, item, queue, agent, result: OfferResult::Withdrawn }, left]
        }
        (Holder::Agent(agent) | Holder::WrapUp(agent), _) => {
            vec![Output::Released { item, queue, agent, timed_out: false }]
        }
        _ => vec![left],
    }
}

/// What is to be said in the log so that every agent starts off queue.
pub(crate) async fn agents_off(
    store: &Store,
    scope: OrgScope,
    now: Timestamp,
) -> Result<Vec<Output>, EngineError> {
    store.projected(store.head()).await;
    let rows = sqlx::query("SELECT agent FROM routing_agents WHERE org = $1 ORDER BY agent")
        .bind(scope.org().to_string())
        .fetch_all(store.reader())
        .await
        .map_err(StoreError::from)?;
    let agents = rows.iter().map(|row| parse::<UserId>(row, 0)).collect::<Result<Vec<_>, _>>()?;
    let off = |agent| Output::AgentStatus { agent, status: RoutingStatus::OffQueue, since: now };
    Ok(agents.into_iter().map(off).collect())
}
