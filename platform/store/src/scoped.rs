//! Reading behind the second wall.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tandem_core::OrgScope;

use crate::{StoreError, engine::Engine};

/// A connection that reads for one org. On PostgreSQL row-level security hides all others' rows from it, whatever a statement says.
/// Everything read through one is of one moment on SQLite; on PostgreSQL each statement has its own.
pub struct Scoped(Transaction<'static, Any>);

impl Scoped {
    pub(crate) async fn new(pool: &AnyPool, engine: Engine, scope: OrgScope) -> Result<Self, StoreError> {
        let mut transaction = pool.begin().await?;
        if engine == Engine::Postgres {
            sqlx::query("SELECT set_config('tandem.org', $1, true)")
                .bind(scope.org().to_string())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(Self(transaction))
    }
}

impl Deref for Scoped {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.0
    }
}

impl DerefMut for Scoped {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.0
    }
}

impl std::fmt::Debug for Scoped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scoped").finish_non_exhaustive()
    }
}
