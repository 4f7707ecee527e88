//! Failures counted in Redis, by all nodes together.

use std::time::Duration;

use redis::{
    AsyncCommands, Client, IntoConnectionInfo, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
    io::tcp::TcpSettings,
};
use tandem_proto::Timestamp;
use tandem_store::BoxFuture;

use super::{Account, Away, FIRST_WAIT, FORGOTTEN_AFTER, FREE, LONGEST_WAIT, Limits, Verdict};

/// Time for an answer, before the node counts for itself.
const SOON: Duration = Duration::from_millis(250);
/// How long a peer may leave what was sent unacknowledged before the connection counts as broken.
const DEAF: Duration = Duration::from_secs(2);

/// Failures in Redis. The keys end by themselves.
pub(super) struct SharedLimits {
    connection: ConnectionManager,
    admit: Script,
    /// Tests tell the time; nodes take Redis'.
    callers_time: bool,
}

impl std::fmt::Debug for SharedLimits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedLimits").finish_non_exhaustive()
    }
}

impl SharedLimits {
    /// The Redis at `url`, which may be away.
    pub(super) fn open(url: &str) -> Result<Self, String> {
        let open = || -> RedisResult<ConnectionManager> {
            let settings = TcpSettings::default().set_nodelay(true).set_user_timeout(DEAF);
            let client = Client::open(url.into_connection_info()?.set_tcp_settings(settings))?;
            let manager = ConnectionManagerConfig::new()
                .set_number_of_retries(0)
                .set_connection_timeout(Some(SOON))
                .set_response_timeout(Some(SOON));
            ConnectionManager::new_lazy_with_config(client, manager)
        };
        let connection = open().map_err(|error| error.to_string())?;
        Ok(Self { connection, admit: Script::new(include_str!("admit.lua")), callers_time: false })
    }

    #[cfg(test)]
    pub(super) fn on_callers_time(self) -> Self {
        Self { callers_time: true, ..self }
    }

    async fn decide(&self, now: Timestamp, account: &Account) -> Result<Verdict, Away> {
        let now = if self.callers_time { now.micros().to_string() } else { String::new() };
        let mut connection = self.connection.clone();
        let mut script = self.admit.prepare_invoke();
        script.key(key(account)).arg(now).arg(FREE);
        script.arg(micros(FIRST_WAIT)).arg(micros(LONGEST_WAIT)).arg(micros(FORGOTTEN_AFTER));
        let wait: i64 = soon(script.invoke_async(&mut connection)).await?;
        Ok(match u64::try_from(wait) {
            Ok(0) => Verdict::Admitted { locks: false },
            Ok(wait) => Verdict::Wait(Duration::from_micros(wait)),
            Err(_) => Verdict::Admitted { locks: true },
        })
    }

    async fn forget(&self, account: &Account) -> Result<(), Away> {
        let mut connection = self.connection.clone();
        soon(connection.del(key(account))).await
    }
}

impl Limits for SharedLimits {
    fn admit<'a>(&'a self, now: Timestamp, account: &'a Account) -> BoxFuture<'a, Result<Verdict, Away>> {
        Box::pin(self.decide(now, account))
    }

    fn forgive<'a>(&'a self, account: &'a Account) -> BoxFuture<'a, Result<(), Away>> {
        Box::pin(self.forget(account))
    }
}

async fn soon<T>(asked: impl Future<Output = RedisResult<T>>) -> Result<T, Away> {
    match tokio::time::timeout(SOON, asked).await {
        Ok(answer) => answer.map_err(|error| Away(error.to_string())),
        Err(_) => Err(Away(format!("no answer within {SOON:?}"))),
    }
}

fn key(Account { name, source }: &Account) -> String {
    let source = source.map_or_else(String::new, |source| source.to_string());
    format!("tandem-sign-in:{source}:{name}")
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
