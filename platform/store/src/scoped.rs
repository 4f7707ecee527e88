//! Reading behind the second wall.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Transaction, pool::PoolConnection};
use tandem_core::OrgScope;

use crate::{StoreError, engine::Engine};

/// A connection that reads for one org. On PostgreSQL row-level security hides all others' rows from it, whatever a statement says;
/// SQLite has no second wall. Each statement sees what is committed when it begins.
///
/// It is one of a few: let go of it before anything else is waited for, another connection above all.
pub struct Scoped(Lent);

enum Lent {
    Plain(PoolConnection<Any>),
    /// The org is set for a transaction: it ends with it, so nobody who is lent the connection later reads for this org.
    Walled(Transaction<'static, Any>),
}

impl Scoped {
    /// Costs no statement on SQLite and one exchange with PostgreSQL; the transaction's end is nobody's wait.
    pub(crate) async fn new(pool: &AnyPool, engine: Engine, scope: OrgScope) -> Result<Self, StoreError> {
        let lent = match engine {
            Engine::Sqlite => Lent::Plain(pool.acquire().await?),
            Engine::Postgres => {
                let begin = format!("BEGIN READ ONLY; SET LOCAL tandem.org = '{}'", scope.org());
                let pool = pool.clone();
                // A task of its own, which ends what it began even when nobody waits for it any more: dropped half way, sqlx would hand
                // the connection, in a transaction it does not know of, to the next.
                let begun = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(begin)).await });
                Lent::Walled(begun.await.map_err(|_| StoreError::Closed)??)
            }
        };
        Ok(Self(lent))
    }
}

impl Deref for Scoped {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        match &self.0 {
            Lent::Plain(conn) => conn,
            Lent::Walled(transaction) => transaction,
        }
    }
}

impl DerefMut for Scoped {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match &mut self.0 {
            Lent::Plain(conn) => conn,
            Lent::Walled(transaction) => transaction,
        }
    }
}

impl std::fmt::Debug for Scoped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scoped").finish_non_exhaustive()
    }
}
