//! Why agents were chosen, by conversation: a view of the log.

use sqlx::{AnyConnection, Row};
use tandem_core::OrgScope;
use tandem_proto::{ConversationId, Event, api::Decision, events::contact_centre::RoutingOffered};
use tandem_store::{BoxFuture, Projection, Store, StoreError, View};

const TABLE: &str = "engage_decisions";

/// The projection.
#[derive(Debug)]
pub(super) struct Decisions;

impl Projection for Decisions {
    fn name(&self) -> &'static str {
        "engage.decisions"
    }

    fn version(&self) -> u32 {
        1
    }

    fn kinds(&self) -> &'static [&'static str] {
        &["routing.offered"]
    }

    fn tables(&self) -> &'static [&'static str] {
        &[TABLE]
    }

    fn apply<'a>(
        &'a self,
        conn: &'a mut AnyConnection,
        view: View,
        event: &'a Event,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let offered = event.decode::<RoutingOffered>().map_err(|error| damaged(&error))?;
            let Some(RoutingOffered { conversation, offer, decision, .. }) = offered else { return Ok(()) };
            sqlx::query(view.sql(
                "INSERT INTO {engage_decisions} (org, conversation, offer, at, decision) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING",
            ))
            .bind(event.org.to_string())
            .bind(conversation.to_string())
            .bind(offer.to_string())
            .bind(event.at.micros())
            .bind(serde_json::to_string(&decision).expect("a decision is plain data"))
            .execute(conn)
            .await?;
            Ok(())
        })
    }
}

fn damaged(error: &serde_json::Error) -> StoreError {
    StoreError::Damaged { table: TABLE, reason: error.to_string() }
}

/// The decisions about a conversation, oldest first.
pub(crate) async fn of_conversation(
    store: &Store,
    scope: OrgScope,
    conversation: ConversationId,
) -> Result<Vec<Decision>, StoreError> {
    let rows = sqlx::query(
        "SELECT decision FROM engage_decisions WHERE org = $1 AND conversation = $2 ORDER BY at, offer",
    )
    .bind(scope.org().to_string())
    .bind(conversation.to_string())
    .fetch_all(&mut *store.scoped(scope).await?)
    .await?;
    rows.iter()
        .map(|row| serde_json::from_str(&row.try_get::<String, _>(0)?).map_err(|error| damaged(&error)))
        .collect()
}
