//! The connection: it answers soon, or says that Redis is away.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use redis::{
    Client, IntoConnectionInfo, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
    io::tcp::TcpSettings,
};
use tandem_presence::PresenceError;

/// Time for a connection, and for an answer. A caller waits for one pass at most and for its own operation.
const SOON: Duration = Duration::from_millis(200);
/// Time for an answer while the store is restored: it is about everybody.
const PATIENT: Duration = Duration::from_secs(2);
/// How long a peer may leave what was sent unacknowledged before the connection counts as broken.
const DEAF: Duration = Duration::from_secs(2);

/// Whom an operation is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Asks {
    /// Somebody waits: while Redis is away they are told at once.
    Somebody,
    /// The pass, which finds out whether Redis is back.
    Pass,
    /// As the pass, about everybody.
    Restore,
}

/// A connection that comes back by itself.
pub(crate) struct Link {
    connection: ConnectionManager,
    /// Why Redis is away, if it is.
    away: Mutex<Option<String>>,
}

impl Link {
    pub(crate) fn open(url: &str) -> Result<Self, PresenceError> {
        let manager = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(SOON))
            .set_response_timeout(Some(PATIENT));
        let info = url.into_connection_info().map_err(failed)?;
        let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true).set_user_timeout(DEAF));
        let client = Client::open(info).map_err(failed)?;
        let connection = ConnectionManager::new_lazy_with_config(client, manager).map_err(failed)?;
        Ok(Self { connection, away: Mutex::new(Some("not reached yet".to_owned())) })
    }

    /// Asks Redis.
    pub(crate) async fn ask<T>(
        &self,
        asks: Asks,
        question: impl AsyncFnOnce(ConnectionManager) -> RedisResult<T>,
    ) -> Result<T, PresenceError> {
        if asks == Asks::Somebody
            && let Some(why) = self.away().clone()
        {
            return Err(PresenceError::Away(why));
        }
        let limit = if asks == Asks::Restore { PATIENT } else { SOON };
        let asked = Instant::now();
        let answer = match tokio::time::timeout(limit, question(self.connection.clone())).await {
            Ok(answer) => answer.map_err(failed),
            Err(_) => Err(PresenceError::Away(format!("no answer within {limit:?}"))),
        };
        match &answer {
            Ok(_) => *self.away() = None,
            Err(error) => {
                tracing::debug!(%error, after = ?asked.elapsed(), "presence asked Redis");
                if let PresenceError::Away(why) = error {
                    *self.away() = Some(why.clone());
                }
            }
        }
        answer
    }

    fn away(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: redis::RedisError) -> PresenceError {
    PresenceError::Away(error.to_string())
}
