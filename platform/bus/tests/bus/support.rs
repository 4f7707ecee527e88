//! Buses that reach each other.

use std::{sync::LazyLock, time::Duration};

use tandem_bus::{Bus, Published, Seals, seals::KeyBook};
use tandem_core::{Mint, OrgScope};
use tandem_proto::{ChatId, NodeId, OrgId, Topic, UserId, ws::Signal};
use tandem_test_support::Redis;
use tokio::sync::broadcast;

/// Longer than anything here takes; reached only by a fault.
const AT_MOST: Duration = Duration::from_secs(30);

/// Where all processes publish their keys.
pub(crate) static KEYS: LazyLock<KeyBook> = LazyLock::new(KeyBook::default);

/// `future`, which ends soon unless something is wrong.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(AT_MOST, future).await.expect("it ends")
}

/// Two that speak and listen to each other.
pub(crate) struct Two {
    pub(crate) here: Bus,
    pub(crate) there: Bus,
    /// What is between them.
    pub(crate) redis: Option<Redis>,
}

impl Two {
    /// Of one process.
    pub(crate) async fn in_one_process() -> Self {
        let here = Bus::new();
        Self { there: here.clone(), here, redis: None }
    }

    /// Of two processes.
    pub(crate) async fn over_redis() -> Self {
        let redis = tokio::task::spawn_blocking(Redis::start).await.expect("it starts");
        let [here, there] = [(); 2].map(|()| bus(&redis.url()));
        for bus in [&here, &there] {
            is_connected(bus, true).await;
        }
        Self { here, there, redis: Some(redis) }
    }

    /// The Redis between the two.
    pub(crate) fn redis(&mut self) -> &mut Redis {
        self.redis.as_mut().expect("there is one")
    }
}

/// A bus of a process whose key the others know.
pub(crate) fn bus(url: &str) -> Bus {
    let seals = Seals::new(NodeId::generate());
    KEYS.join(&seals);
    Bus::redis(url, seals).expect("a URL")
}

/// Waits until a bus says so.
pub(crate) async fn is_connected(bus: &Bus, connected: bool) {
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    soon(async {
        while bus.is_connected() != connected {
            tick.tick().await;
        }
    })
    .await;
}

pub(crate) fn an_org() -> OrgScope {
    Mint::for_server().scope(OrgId::generate())
}

/// A signal like no other.
pub(crate) fn typing() -> Signal {
    Signal::Typing { chat: ChatId::generate(), user: UserId::generate() }
}

/// Publishes one; returns it and where it went.
pub(crate) fn publish(bus: &Bus, scope: OrgScope) -> (OrgId, Topic, Signal) {
    let (topic, signal) = (Topic::user(UserId::generate()), typing());
    bus.publish(scope, topic.clone(), signal.clone());
    (scope.org(), topic, signal)
}

/// The next one a listener hears.
pub(crate) async fn next(listener: &mut broadcast::Receiver<Published>) -> (OrgId, Topic, Signal) {
    let Published { org, topic, signal } = soon(listener.recv()).await.expect("published");
    (org, topic, Signal::clone(&signal))
}
