//! Slows down guessing: failed sign-ins per account and source, each making the next wait longer.

mod memory;
mod redis;

use std::{net::IpAddr, time::Duration};

use tandem_proto::Timestamp;
use tandem_store::BoxFuture;

use self::{memory::Memory, redis::SharedLimits};
use super::IdentityError;

/// Failures that cost nothing: people mistype.
const FREE: u32 = 5;
/// Wait after the first failure that is not free; doubled by each one after it.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Quiet time after which failures are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(900);

/// Where failed sign-ins are counted.
#[derive(Debug, Default)]
pub struct SignInLimits(Option<SharedLimits>);

impl SignInLimits {
    /// In this process, for itself.
    pub const fn local() -> Self {
        Self(None)
    }

    /// In the Redis at `url` (`redis://HOST:PORT`), for all nodes together; while it is away each node counts for itself.
    ///
    /// # Errors
    /// When the URL does not read.
    pub fn redis(url: &str) -> Result<Self, IdentityError> {
        SharedLimits::open(url)
            .map(|shared| Self(Some(shared)))
            .map_err(|why| IdentityError::invalid("redis", why))
    }
}

/// Whose failures: the name as given, and where it came from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Account {
    name: String,
    source: Option<IpAddr>,
}

impl Account {
    fn new(name: &str, source: Option<IpAddr>) -> Self {
        // A name longer than any account's is cut: it fails anyway and must not cost memory.
        Self { name: name.chars().take(64).collect(), source }
    }
}

/// What is decided about an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// Admitted, and counted as failed at once, so that many at the same moment count too.
    Admitted {
        /// Whether the next one has to wait if this one fails.
        locks: bool,
    },
    /// Refused for so long.
    Wait(Duration),
}

/// The failures cannot be counted there at the moment, and why.
#[derive(Debug)]
struct Away(String);

/// Counts failures.
trait Limits: Send + Sync {
    /// Decides about an attempt.
    fn admit<'a>(&'a self, now: Timestamp, account: &'a Account) -> BoxFuture<'a, Result<Verdict, Away>>;
    /// The attempt was right: the account's failures are forgotten.
    fn forgive<'a>(&'a self, account: &'a Account) -> BoxFuture<'a, Result<(), Away>>;
}

/// An admitted attempt; counted as failed until it is told to have succeeded.
#[derive(Debug)]
pub(super) struct Attempt {
    account: Account,
    locks: bool,
}

impl Attempt {
    /// Whether the next one has to wait if this one fails.
    pub(super) fn locks(&self) -> bool {
        self.locks
    }
}

/// The limits, shared by all nodes where that is possible.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    shared: Option<SharedLimits>,
    local: Memory,
}

impl Throttle {
    pub(super) fn new(limits: SignInLimits) -> Self {
        Self { shared: limits.0, local: Memory::default() }
    }

    /// Admits an attempt or tells how long to wait.
    pub(super) async fn admit(
        &self,
        now: Timestamp,
        name: &str,
        source: Option<IpAddr>,
    ) -> Result<Attempt, IdentityError> {
        let account = Account::new(name, source);
        match self.verdict(now, &account).await {
            Verdict::Admitted { locks } => Ok(Attempt { account, locks }),
            Verdict::Wait(wait) => {
                let retry_after_s = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
                Err(IdentityError::Throttled { retry_after_s })
            }
        }
    }

    async fn verdict(&self, now: Timestamp, account: &Account) -> Verdict {
        if let Some(shared) = &self.shared {
            match shared.admit(now, account).await {
                Ok(verdict) => return verdict,
                Err(Away(why)) => tracing::warn!(why, "failed sign-ins are counted on this node alone"),
            }
        }
        self.local.decide(now, account)
    }

    /// The attempt was right: the account's failures are forgotten.
    pub(super) async fn succeeded(&self, Attempt { account, .. }: Attempt) {
        self.local.forget(&account);
        if let Some(shared) = &self.shared
            && let Err(Away(why)) = shared.forgive(&account).await
        {
            tracing::debug!(why, "a right sign-in could not be told to the other nodes");
        }
    }
}

#[cfg(test)]
mod tests {
    use tandem_test_support::Redis;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000)
    }

    const FREELY: Verdict = Verdict::Admitted { locks: false };
    const LAST: Verdict = Verdict::Admitted { locks: true };

    /// What both kinds must do.
    async fn waits_grow_and_success_forgives(limits: &dyn Limits) {
        let ada = Account::new("ada", None);
        let admit = async |now, account: &Account| limits.admit(at(now), account).await.expect("counts");
        for attempt in 1..=FREE {
            assert_eq!(admit(0, &ada).await, Verdict::Admitted { locks: attempt == FREE }, "free");
        }
        assert_eq!(admit(0, &ada).await, Verdict::Wait(Duration::from_secs(1)));
        assert_eq!(admit(2, &ada).await, LAST, "waited");
        assert_eq!(admit(2, &ada).await, Verdict::Wait(Duration::from_secs(2)), "twice as long");
        assert_eq!(admit(3, &ada).await, Verdict::Wait(Duration::from_secs(1)), "a refusal costs nothing");
        assert_eq!(admit(2, &Account::new("bea", None)).await, FREELY, "another account");
        let elsewhere = Account::new("ada", Some(IpAddr::from([192, 0, 2, 1])));
        assert_eq!(admit(2, &elsewhere).await, FREELY, "another source");
        assert_eq!(admit(10, &ada).await, LAST, "waited");
        limits.forgive(&ada).await.expect("forgives");
        assert_eq!(admit(10, &ada).await, FREELY, "forgiven");

        let mut now = 100;
        let mut longest = Duration::ZERO;
        for _ in 0..40 {
            if let Verdict::Wait(wait) = admit(now, &elsewhere).await {
                longest = longest.max(wait);
                now += i64::try_from(wait.as_secs()).expect("short");
            }
        }
        assert_eq!(longest, LONGEST_WAIT);
        now += 901;
        for attempt in 1..=FREE {
            assert_eq!(
                admit(now, &elsewhere).await,
                Verdict::Admitted { locks: attempt == FREE },
                "quiet for long"
            );
        }
        assert!(matches!(admit(now, &elsewhere).await, Verdict::Wait(_)));
        let long = Account::new(&"x".repeat(1_000), None);
        assert_eq!(long.name.len(), 64);
    }

    #[tokio::test]
    async fn in_memory() {
        waits_grow_and_success_forgives(&Memory::default()).await;
    }

    #[tokio::test]
    async fn in_redis() {
        let redis = Redis::start();
        let limits = SharedLimits::open(&redis.url()).expect("the URL reads").on_callers_time();
        waits_grow_and_success_forgives(&limits).await;
    }

    #[tokio::test]
    async fn nodes_count_together_and_each_for_itself_while_redis_is_away() {
        let mut redis = Redis::start();
        let node = || Throttle::new(SignInLimits::redis(&redis.url()).expect("the URL reads"));
        let nodes = [node(), node()];
        // Redis' own time counts here, whatever a node believes.
        let admit = async |node: &Throttle, hours: i64| node.admit(at(hours * 3_600), "ada", None).await;
        for attempt in 0..6 {
            let admitted = admit(&nodes[attempt % 2], i64::try_from(attempt).expect("few")).await;
            assert_eq!(admitted.is_ok(), attempt < 5, "{attempt}: {admitted:?}");
        }
        redis.kill();
        for attempt in 0..7 {
            let admitted = admit(&nodes[0], 0).await;
            assert_eq!(admitted.is_ok(), attempt < 5, "{attempt}: {admitted:?}");
        }
    }
}
