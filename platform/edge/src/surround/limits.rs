//! How much one client and one org may ask for, and how much a node takes on at once.
//!
//! Rates are counted per node and told in every answer (`RateLimit-Policy` and `RateLimit`, draft-ietf-httpapi-ratelimit-headers): they
//! keep one program in a loop from being everybody's problem, and a node's share of that is its own. A quota may be used up at once and
//! fills again evenly (GCRA). What ends or steers a call that is under way is never refused, and neither is a look at a node's health.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::StateInformationMiddleware, nanos::Nanos,
    state::keyed::DefaultKeyedStateStore,
};
use http::{HeaderName, HeaderValue};
use tandem_core::{Clock, RequestContext};
use tandem_proto::{OrgId, SessionId};

use crate::{ApiProblem, Edge, forward::Carried};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
/// What a quota is for.
const WINDOW: Duration = Duration::from_secs(60);
/// Requests between two looks for clients and orgs that are quiet.
const TIDY_EVERY: usize = 10_000;
/// Those who are refused together are to come back at different times, within so many seconds.
const JITTER_S: u32 = 2;

/// How much is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestLimits {
    /// Requests a minute of one session or token, on one node; `None`: any number.
    pub per_client: Option<NonZeroU32>,
    /// Requests a minute of one org, on one node; `None`: any number.
    pub per_org: Option<NonZeroU32>,
    /// Requests under way at once, whoever asks.
    pub at_once: usize,
}

impl Default for RequestLimits {
    /// A client: a hundred a second for a minute on end, which the web client does not come near; it asks for some dozens when it starts,
    /// and then listens. An org: about a quarter of what two cores answer. At once: more than that means that answers take too long.
    fn default() -> Self {
        Self { per_client: NonZeroU32::new(6_000), per_org: NonZeroU32::new(300_000), at_once: 2_000 }
    }
}

/// The edge's time, for the counters.
#[derive(Clone)]
struct Time(Arc<dyn Clock>);

impl governor::clock::Clock for Time {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let micros = u64::try_from(self.0.now().micros()).unwrap_or_default();
        Nanos::from(Duration::from_micros(micros))
    }
}

type Counters<K> = RateLimiter<K, DefaultKeyedStateStore<K>, Time, StateInformationMiddleware>;

/// One kind of quota.
struct Rate<K: Eq + std::hash::Hash + Clone> {
    name: &'static str,
    quota: NonZeroU32,
    counters: Counters<K>,
}

/// How it stands with a quota after a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Standing {
    name: &'static str,
    quota: u32,
    left: u32,
    /// Until it is whole again, or, if nothing is left, until something is.
    seconds: u64,
}

impl<K: Eq + std::hash::Hash + Clone> Rate<K> {
    fn new(name: &'static str, quota: NonZeroU32, time: Time) -> Self {
        let counters = RateLimiter::new(Quota::per_minute(quota), DefaultKeyedStateStore::default(), time);
        Self { name, quota, counters }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How it stands when nothing is left.
    fn take(&self, key: &K) -> Result<Standing, Standing> {
        let (name, quota) = (self.name, self.quota.get());
        match self.counters.check_key(key) {
            Ok(state) => {
                let left = state.remaining_burst_capacity().min(quota);
                let missing = u64::from(quota - left) * WINDOW.as_secs();
                Ok(Standing { name, quota, left, seconds: missing.div_ceil(u64::from(quota)) })
            }
            Err(refused) => {
                let wait = refused.wait_time_from(self.counters.clock().now());
                Err(Standing { name, quota, left: 0, seconds: wait.as_secs() + 1 })
            }
        }
    }

    fn tidy(&self) {
        self.counters.retain_recent();
        self.counters.shrink_to_fit();
    }
}

/// The counters of one edge.
pub(crate) struct Limiter {
    client: Option<Rate<SessionId>>,
    org: Option<Rate<OrgId>>,
    counted: AtomicUsize,
    at_once: usize,
    under_way: AtomicUsize,
}

impl Limiter {
    pub(crate) fn new(limits: RequestLimits, clock: Arc<dyn Clock>) -> Self {
        let time = Time(clock);
        Self {
            client: limits.per_client.map(|quota| Rate::new("client", quota, time.clone())),
            org: limits.per_org.map(|quota| Rate::new("org", quota, time)),
            counted: AtomicUsize::new(0),
            at_once: limits.at_once,
            under_way: AtomicUsize::new(0),
        }
    }

    /// Counts a request of somebody: how it stands with each quota, and whether the last of them is used up.
    fn take(&self, context: &RequestContext) -> (Vec<Standing>, bool) {
        if self.counted.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.client.iter().for_each(Rate::tidy);
            self.org.iter().for_each(Rate::tidy);
        }
        let client = self.client.as_ref().map(|rate| rate.take(&context.session));
        let org = match &client {
            // What a client is refused does not count against its org.
            Some(Err(_)) => None,
            _ => self.org.as_ref().map(|rate| rate.take(&context.scope.org())),
        };
        let refused = matches!(client, Some(Err(_))) || matches!(org, Some(Err(_)));
        let standings =
            [client, org].into_iter().flatten().map(|taken| taken.unwrap_or_else(|refused| refused));
        (standings.collect(), refused)
    }
}

/// A request under way.
struct UnderWay<'l>(&'l AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Refuses what is over a quota, and tells in every answer how it stands.
pub(super) async fn rate(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    // What another node carried here was counted there.
    if is_urgent(&request) || request.extensions().get::<Carried>().is_some() {
        return next.run(request).await;
    }
    let Some(context) = request.extensions().get::<RequestContext>() else { return next.run(request).await };
    let (standings, refused) = edge.limiter.take(context);
    let mut response = match standings.last().filter(|_| refused) {
        Some(over) => too_many(over).into_response(),
        None => next.run(request).await,
    };
    tell(&mut response, &standings);
    response
}

fn too_many(over: &Standing) -> ApiProblem {
    metrics::counter!("tandem_http_limited_total", "quota" => over.name).increment(1);
    let Standing { name, quota, seconds, .. } = over;
    let wait = u32::try_from(*seconds).unwrap_or(u32::MAX).saturating_add(rand::random_range(0..=JITTER_S));
    ApiProblem::too_many(format!("more than {quota} requests a minute of one {name}"), wait)
}

fn tell(response: &mut Response, standings: &[Standing]) {
    let listed = |one: &dyn Fn(&Standing) -> String| {
        HeaderValue::from_str(&standings.iter().map(one).collect::<Vec<_>>().join(", ")).ok()
    };
    let window = WINDOW.as_secs();
    let policy = listed(&|one| format!("\"{}\";q={};w={window}", one.name, one.quota));
    let left = listed(&|one| format!("\"{}\";r={};t={}", one.name, one.left, one.seconds));
    for (name, value) in [(POLICY, policy), (LEFT, left)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// Refuses at once what would only wait, when a node has too much to do.
pub(super) async fn shed(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let limiter = &edge.limiter;
    let before = limiter.under_way.fetch_add(1, Ordering::Relaxed);
    let _under_way = UnderWay(&limiter.under_way);
    // How much other nodes carry here is bounded by the links between them.
    if before >= limiter.at_once && !is_urgent(&request) && request.extensions().get::<Carried>().is_none() {
        metrics::counter!("tandem_http_shed_total").increment(1);
        return ApiProblem::unavailable(1 + rand::random_range(0..=JITTER_S)).into_response();
    }
    next.run(request).await
}

/// Whether a request is never refused for there being many: it is about a call under way, or asks how the node is.
fn is_urgent(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let steers_a_call = route.starts_with("/api/v1/calls/{call}") && !request.method().is_safe();
    steers_a_call || route == "/healthz" || route == "/readyz"
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use tandem_proto::Timestamp;

    use super::*;

    #[derive(Default)]
    struct Told(AtomicI64);

    impl Clock for Told {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(1_700_000_000_000_000 + self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn a_quota_is_used_up_and_fills_evenly() {
        let clock = Arc::new(Told::default());
        let quota = NonZeroU32::new(60).expect("not zero");
        let rate = Rate::new("client", quota, Time(clock.clone()));
        let forward = |seconds: i64| clock.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        let stands = |left, seconds| Standing { name: "client", quota: 60, left, seconds };
        assert_eq!(rate.take(&1), Ok(stands(59, 1)));
        for _ in 0..58 {
            assert!(rate.take(&1).is_ok());
        }
        assert_eq!(rate.take(&1), Ok(stands(0, 60)));
        assert_eq!(rate.take(&1).map_err(|over| over.left), Err(0));
        assert_eq!(rate.take(&2), Ok(stands(59, 1)), "another's is its own");
        forward(2);
        assert_eq!(rate.take(&1), Ok(stands(1, 59)), "one a second comes back");
        assert!(rate.take(&1).is_ok() && rate.take(&1).is_err());
        forward(3_600);
        assert_eq!(rate.take(&1), Ok(stands(59, 1)), "never more than the quota");
    }

    #[test]
    fn who_is_quiet_is_forgotten() {
        let clock = Arc::new(Told::default());
        let rate = Rate::new("client", NonZeroU32::new(60).expect("not zero"), Time(clock.clone()));
        for client in 0..1_000 {
            assert!(rate.take(&client).is_ok());
        }
        clock.0.fetch_add(120_000_000, Ordering::Relaxed);
        rate.tidy();
        assert_eq!(rate.counters.len(), 0);
    }
}
