//! Outside numbers (DID) and where they lead.

use sqlx::{AssertSqlSafe, Row};
use tandem_core::{Mint, OrgScope, Permission};
use tandem_edge::{
    ApiProblem, Counted, LimitReached,
    identity::{self, Divided},
};
use tandem_proto::{
    Cursor, DivisionId, FlowId, OrgId, Stream, Topic,
    api::{DividedKind, Number, NumberTarget, OrgLimit},
    events::call::NumberSet,
};
use tandem_store::{Cause, Change, EventFilter, Expect, Store, StoreError};

use super::dial_plan::spellings;

/// Numbers belong to divisions; whoever calls sees them all.
pub const NUMBERS: Divided = Divided {
    kind: DividedKind::Number,
    table: "numbers",
    id: "number",
    seen_with: &[Permission::CallUse],
    changed_with: Permission::PhoneWrite,
};

const COLUMNS: &str = "org, number, target, COALESCE(division, org) AS division";

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

/// They are counted.
pub(super) const NUMBERS_COUNTED: Counted =
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
        let sql = format!("SELECT {COLUMNS} FROM numbers WHERE org = $1 ORDER BY number");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(scope.org().to_string())
            .fetch_all(&mut *self.store.scoped(scope).await?)
            .await?;
        rows.iter().map(read_number).collect()
    }

    /// The first of the org's numbers that leads there.
    pub(crate) async fn leading_to(
        &self,
        scope: OrgScope,
        to: &NumberTarget,
    ) -> Result<Option<String>, StoreError> {
        let row =
            sqlx::query("SELECT number FROM numbers WHERE org = $1 AND target = $2 ORDER BY number LIMIT 1")
                .bind(scope.org().to_string())
                .bind(written(to)?)
                .fetch_optional(&mut *self.store.scoped(scope).await?)
                .await?;
        Ok(row.map(|row| row.try_get("number")).transpose()?)
    }

    /// The division one of the org's numbers belongs to.
    pub(crate) async fn place(
        &self,
        scope: OrgScope,
        number: &str,
    ) -> Result<Option<DivisionId>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM numbers WHERE number = $1 AND org = $2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(number.to_owned())
            .bind(scope.org().to_string())
            .fetch_optional(&mut *self.store.scoped(scope).await?)
            .await?;
        row.as_ref().map(read_number).transpose().map(|number| number.map(|number| number.division))
    }

    /// Points a number to a destination, for an org that has it or a number nobody has. One that the org has stays in its division.
    pub async fn set(&self, scope: OrgScope, cause: Cause, number: Number) -> Result<(), NumberError> {
        let event = NumberSet { number: number.number.clone(), target: number.to.clone() };
        let target = written(&number.to)?;
        self.store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    let org = tx.scope().org();
                    let text = org.to_string();
                    // Not one statement: PostgreSQL refuses an update that would touch another org's row before it looks whether it would.
                    let sql = format!("SELECT {COLUMNS} FROM numbers WHERE number = $1 AND org = $2");
                    let was = sqlx::query(AssertSqlSafe(sql))
                        .bind(number.number.as_str())
                        .bind(text.as_str())
                        .fetch_optional(tx.conn())
                        .await?;
                    let was = was.as_ref().map(read_number).transpose()?;
                    if was.is_none() {
                        NUMBERS_COUNTED.one_more::<NumberError>(tx).await?;
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
                    } else {
                        identity::put(tx, &NUMBERS, &number.number, number.division).await?;
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
        let sql = format!("SELECT {COLUMNS} FROM numbers WHERE number = $1 OR number = $2");
        // All orgs: whose number it is is the question.
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(e164)
            .bind(bare)
            .fetch_optional(self.store.across_orgs())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let org: OrgId = row.try_get::<String, _>("org")?.parse().map_err(|e: uuid::Error| damaged(&e))?;
        Ok(Some((mint.scope(org), read_number(&row)?)))
    }
}

/// A destination as it is stored.
fn written(to: &NumberTarget) -> Result<String, StoreError> {
    serde_json::to_string(to).map_err(|error| damaged(&error))
}

fn read_number(row: &sqlx::any::AnyRow) -> Result<Number, StoreError> {
    let to: NumberTarget = serde_json::from_str(row.try_get("target")?).map_err(|e| damaged(&e))?;
    let division = row.try_get::<String, _>("division")?.parse().map_err(|e: uuid::Error| damaged(&e))?;
    Ok(Number { number: row.try_get("number")?, to, division })
}

fn damaged(error: &dyn std::error::Error) -> StoreError {
    StoreError::Damaged { table: "numbers", reason: error.to_string() }
}
