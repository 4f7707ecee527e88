//! Servers to read from where the newest is not needed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{AnyConnection, AnyPool, Connection as _};
use tokio_util::sync::CancellationToken;

use super::{CONNECT, hosts::Hosts, reading};
use crate::StoreError;

/// Between looks at the replicas.
const LOOK: Duration = Duration::from_secs(1);

/// A pool of connections to one of the replicas that answers.
#[derive(Debug)]
pub(crate) struct Replicas {
    hosts: Hosts,
    pool: AnyPool,
    answers: AtomicBool,
}

impl Replicas {
    /// The replicas `url` names; which of them answers is found out by [`Self::watch`].
    pub(crate) fn at(url: &str) -> Result<Arc<Self>, StoreError> {
        sqlx::any::install_default_drivers();
        let hosts = Hosts::parse(url)?;
        let pool = reading().connect_lazy_with(hosts.options[0].clone());
        Ok(Arc::new(Self { hosts, pool, answers: AtomicBool::new(false) }))
    }

    /// The pool, while a replica answers.
    pub(crate) fn pool(&self) -> Option<&AnyPool> {
        self.answers.load(Ordering::Relaxed).then_some(&self.pool)
    }

    /// Looks after them until `stop`.
    pub(crate) async fn watch(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let answers = self.choose().await;
            if self.answers.swap(answers, Ordering::Relaxed) != answers {
                tracing::info!(replicas = self.hosts.name, answers, "replicas looked at");
            }
            if stop.run_until_cancelled(tokio::time::sleep(LOOK)).await.is_none() {
                self.pool.close().await;
                return;
            }
        }
    }

    async fn choose(&self) -> bool {
        for options in &self.hosts.options {
            let asked = async {
                let mut conn = AnyConnection::connect_with(options).await?;
                conn.ping().await?;
                conn.close().await
            };
            if matches!(tokio::time::timeout(CONNECT, asked).await, Ok(Ok(()))) {
                self.pool.set_connect_options(options.clone());
                return true;
            }
        }
        false
    }
}
