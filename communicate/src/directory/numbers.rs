//! Outside numbers (DID) and where they lead.

use sqlx::Row;
use tandem_core::{Mint, OrgScope};
use tandem_edge::{ApiProblem, Counted, LimitReached};
use tandem_proto::{
    Cursor, FlowId, OrgId, Stream, Topic,
    api::{Number, NumberTarget, OrgLimit},
    events::call::NumberSet,
};
use tandem_store::{Cause, Change, EventFilter, Expect, Store, StoreError};

use super::dial_plan::spellings;

/// Why a number cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum NumberError {
    /// The org has as many as it may.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// Somebody else has it, or the store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for NumberError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<NumberError> for ApiProblem {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::Limit(reached) => reached.into(),
            NumberError::Store(error) => error.into(),
        }
    }
}

pub(super) const NUMBERS: Counted =
    Counted { limit: OrgLimit::Numbers, sql: "SELECT count(*) AS used FROM numbers WHERE org = $1" };

/// The numbers of all orgs.
#[derive(Clone, Debug)]
pub struct Numbers {
    store: Store,
}

impl Numbers {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// The org's numbers, in order.
    pub async fn all(&self, scope: OrgScope) -> Result<Vec<Number>, StoreError> {
        let rows = sqlx::query("SELECT number, target FROM numbers WHERE org = $1 ORDER BY number")
            .bind(scope.org().to_string())
            .fetch_all(&mut *self.store.scoped(scope).await?)
            .await?;
        rows.iter().map(read_number).collect()
    }

    /// Points a number to a destination, for an org that has it or a number nobody has.
    pub async fn set(&self, scope: OrgScope, cause: Cause, number: Number) -> Result<(), NumberError> {
        let event = NumberSet { number: number.number.clone(), target: number.to.clone() };
        let target = serde_json::to_string(&number.to).map_err(|e| damaged(&e))?;
        self.store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    let org = tx.scope().org();
                    let text = org.to_string();
                    // Not one statement: PostgreSQL refuses an update that would touch another org's row before it looks whether it would.
                    let was = sqlx::query("SELECT number, target FROM numbers WHERE number = $1 AND org = $2")
                        .bind(number.number.as_str())
                        .bind(text.as_str())
                        .fetch_optional(tx.conn())
                        .await?;
                    let was = was.as_ref().map(read_number).transpose()?;
                    if was.is_none() {
                        NUMBERS.one_more::<NumberError>(tx).await?;
                    }
                    let made = sqlx::query(
                        "INSERT INTO numbers (number, org, target) VALUES ($1, $2, $3) ON CONFLICT (number) DO NOTHING",
                    )
                    .bind(number.number.as_str())
                    .bind(text.as_str())
                    .bind(target.as_str())
                    .execute(tx.conn())
                    .await?;
                    if made.rows_affected() == 0 {
                        let ours = sqlx::query("UPDATE numbers SET target = $3 WHERE number = $1 AND org = $2")
                            .bind(number.number.as_str())
                            .bind(text.as_str())
                            .bind(target)
                            .execute(tx.conn())
                            .await?;
                        if ours.rows_affected() == 0 {
                            let stream = "number".into();
                            return Err(StoreError::Conflict { stream, expected: 0, actual: 1 }.into());
                        }
                    }
                    let change = Change::new("number.set", "number", &number.number).after(&number);
                    tx.audit(was.iter().fold(change, |change, was| change.before(was))).await?;
                    tx.append(Stream::org(org), Expect::Any, &[Topic::admins(org)], &event).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Whether the org has published a flow of this id; the log knows.
    pub(crate) async fn is_flow(&self, scope: OrgScope, flow: FlowId) -> Result<bool, StoreError> {
        let published = EventFilter { stream: Some(Stream::flow(flow)), ..EventFilter::default() };
        let (events, _) = self.store.events(scope, &published, Cursor::START, 1).await?;
        Ok(!events.is_empty())
    }

    /// The org whose number this is, and where it leads; `dialled` with or without `+`.
    pub(crate) async fn find(
        &self,
        mint: &Mint,
        dialled: &str,
    ) -> Result<Option<(OrgScope, Number)>, StoreError> {
        let [e164, bare] = spellings(dialled);
        // All orgs: whose number it is is the question.
        let row = sqlx::query("SELECT org, number, target FROM numbers WHERE number = $1 OR number = $2")
            .bind(e164)
            .bind(bare)
            .fetch_optional(self.store.across_orgs())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let org: OrgId = row.try_get::<String, _>("org")?.parse().map_err(|e: uuid::Error| damaged(&e))?;
        Ok(Some((mint.scope(org), read_number(&row)?)))
    }
}

fn read_number(row: &sqlx::any::AnyRow) -> Result<Number, StoreError> {
    let to: NumberTarget = serde_json::from_str(row.try_get("target")?).map_err(|e| damaged(&e))?;
    Ok(Number { number: row.try_get("number")?, to })
}

fn damaged(error: &dyn std::error::Error) -> StoreError {
    StoreError::Damaged { table: "numbers", reason: error.to_string() }
}
