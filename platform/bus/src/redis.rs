//! The way to the other processes: two channels of Redis' publish and subscribe, one for signals and one for wake-ups.
//!
//! Both are told to every process, the sender included, which knows its own and leaves them out. A third channel is heard by the process
//! alone that sends on it: that is how it sees that the way works in both directions.
//!
//! Whoever can write into Redis cannot say a signal: each carries a seal that is bound to it, and to the few that went with it. A wake-up
//! carries none: it makes whoever hears it look into the store, which is all it can do.

use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use metrics::{counter, gauge};
use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use serde::{Deserialize, Serialize};
use tandem_core::sealed::DIGESTS;
use tandem_proto::{NodeId, OrgId, Topic, ws::Signal};
use tokio::{
    sync::{Notify, mpsc},
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    Seals,
    bus::{Local, Published},
    seals,
};

/// Signals that may wait to be sent.
const QUEUE: usize = 4_096;
/// Signals sent together.
const BATCH: usize = 256;
/// How long Redis may take to answer.
const ANSWER: Duration = Duration::from_secs(1);
/// How often the way is tried.
const PROBE: Duration = Duration::from_secs(1);
/// After so long without hearing even oneself the connection is of no use.
const SILENCE: Duration = Duration::from_secs(3);
/// The field behind all others of a signal that holds its seal. What is before it is sealed; who does not know it reads past it.
const SEAL: &[u8] = b",\"seal\":\"";
/// The rest between two wake-ups.
const WAKE_REST: Duration = Duration::from_millis(1);
/// Between two tries to connect.
const AGAIN: Duration = Duration::from_millis(250);

/// Why there is no bus.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The URL cannot be used. It is not repeated: it may hold a password.
    #[error("the URL of Redis cannot be used: {0}")]
    Url(String),
}

/// A signal as it is sent.
#[derive(Serialize, Deserialize)]
struct Sent<S> {
    /// Which process.
    by: NodeId,
    org: OrgId,
    topic: Topic,
    signal: S,
}

/// The way to the others. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Remote {
    me: NodeId,
    queue: mpsc::Sender<Vec<u8>>,
    wake: Arc<Notify>,
    _stop: DropGuard,
}

impl Remote {
    pub(crate) fn start(url: &str, seals: Seals, local: Arc<Local>) -> Result<Self, BusError> {
        let unusable = |error: redis::RedisError| BusError::Url(error.category().to_owned());
        let client = Client::open(url).map_err(unusable)?;
        let number = client.get_connection_info().redis_settings().db();
        let (queue, signals) = mpsc::channel(QUEUE);
        let (wake, stop, me) = (Arc::new(Notify::new()), CancellationToken::new(), seals.me());
        let carrier = Carrier {
            me,
            seals,
            client,
            // Publish and subscribe know no database numbers.
            signals: format!("tandem:{number}:signals"),
            wakes: format!("tandem:{number}:wakes"),
            probes: format!("tandem:{number}:probes:{me}"),
            queue: signals,
            wake: Arc::clone(&wake),
            local,
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(carrier.run()));
        Ok(Self { me, queue, wake, _stop: stop.drop_guard() })
    }

    pub(crate) fn publish(&self, published: &Published, connected: bool) {
        let Published { org, topic, signal } = published;
        let sent = Sent { by: self.me, org: *org, topic: topic.clone(), signal: &**signal };
        let text = serde_json::to_vec(&sent).expect("a signal is plain data");
        // What could not be sent while it mattered is not sent later.
        if !connected || self.queue.try_send(text).is_err() {
            dropped(1);
        }
    }

    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

struct Carrier {
    me: NodeId,
    seals: Seals,
    client: Client,
    signals: String,
    wakes: String,
    probes: String,
    queue: mpsc::Receiver<Vec<u8>>,
    wake: Arc<Notify>,
    local: Arc<Local>,
}

impl Carrier {
    async fn run(mut self) {
        let mut announced = false;
        loop {
            match self.connect().await {
                Ok((publisher, messages)) => {
                    announced = false;
                    tracing::info!("the bus is connected to Redis");
                    self.local.set_connected(true);
                    // Whatever was said in the meantime was not heard.
                    self.local.wake();
                    let error = self.carry(publisher, messages).await;
                    self.local.set_connected(false);
                    tracing::warn!(%error, "the bus lost Redis; the processes hear each other late");
                }
                Err(error) if !announced => {
                    announced = true;
                    tracing::warn!(%error, "Redis cannot be reached; the processes hear each other late");
                }
                Err(_) => {}
            }
            self.forget();
            sleep(AGAIN).await;
        }
    }

    async fn connect(&self) -> Result<(MultiplexedConnection, redis::aio::PubSubStream), Lost> {
        let answer = Some(ANSWER);
        let config = AsyncConnectionConfig::new().set_connection_timeout(answer).set_response_timeout(answer);
        let publisher = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let listening = async {
            let mut listener = self.client.get_async_pubsub().await?;
            listener.subscribe(&[&self.signals, &self.wakes, &self.probes]).await?;
            Ok::<_, redis::RedisError>(listener)
        };
        let listener = timeout(ANSWER, listening).await.map_err(|_| Lost::Silent)??;
        Ok((publisher, listener.into_on_message()))
    }

    /// Carries until the connection is of no use; says why.
    async fn carry(&mut self, publisher: MultiplexedConnection, messages: redis::aio::PubSubStream) -> Lost {
        let (me, seals, local) = (self.me, &self.seals, &self.local);
        let ears = Ears { me, seals, signals: &self.signals, probes: &self.probes, local };
        tokio::select! {
            lost = ears.listen(messages) => lost,
            lost = send_signals(seals, &self.signals, publisher.clone(), &mut self.queue) => lost,
            lost = send_wakes(self.me, &self.wakes, publisher.clone(), &self.wake) => lost,
            lost = send_probes(&self.probes, publisher) => lost,
        }
    }

    /// Drops what could not be sent.
    fn forget(&mut self) {
        while self.queue.try_recv().is_ok() {
            dropped(1);
        }
    }
}

/// Why a connection is of no use any more.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
    #[error("it ended")]
    Ended,
    #[error("it is silent")]
    Silent,
}

async fn send_signals(
    seals: &Seals,
    channel: &str,
    mut publisher: MultiplexedConnection,
    queue: &mut mpsc::Receiver<Vec<u8>>,
) -> Lost {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        if queue.recv_many(&mut batch, BATCH).await == 0 {
            return Lost::Ended;
        }
        gauge!("tandem_bus_queued_signals").set(u32::try_from(queue.len()).unwrap_or(u32::MAX));
        let (mut pipe, count) = (redis::pipe(), batch.len());
        for together in batch.chunks(DIGESTS) {
            let seal = match seals.for_messages(together.iter().map(|text| seals::digest(text)).collect()) {
                Ok(seal) => seal,
                Err(error) => {
                    tracing::error!(%error, "signals cannot be sealed");
                    dropped(together.len());
                    continue;
                }
            };
            for text in together {
                pipe.cmd("PUBLISH").arg(channel).arg(sealed(text, &seal)).ignore();
            }
        }
        batch.clear();
        if let Err(error) = pipe.query_async::<()>(&mut publisher).await {
            dropped(count);
            return error.into();
        }
    }
}

async fn send_wakes(me: NodeId, channel: &str, mut publisher: MultiplexedConnection, wake: &Notify) -> Lost {
    let me = me.to_string();
    loop {
        wake.notified().await;
        if let Err(error) = redis::cmd("PUBLISH").arg(channel).arg(&me).exec_async(&mut publisher).await {
            return error.into();
        }
        sleep(WAKE_REST).await;
    }
}

async fn send_probes(channel: &str, mut publisher: MultiplexedConnection) -> Lost {
    let mut probe = interval(PROBE);
    probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        probe.tick().await;
        if let Err(error) = redis::cmd("PUBLISH").arg(channel).arg("").exec_async(&mut publisher).await {
            return error.into();
        }
    }
}

struct Ears<'a> {
    me: NodeId,
    seals: &'a Seals,
    signals: &'a str,
    probes: &'a str,
    local: &'a Local,
}

impl Ears<'_> {
    async fn listen(&self, mut messages: redis::aio::PubSubStream) -> Lost {
        let mut heard_myself = Instant::now();
        loop {
            let left = SILENCE.saturating_sub(heard_myself.elapsed());
            let message = match timeout(left, messages.next()).await {
                Err(_) => return Lost::Silent,
                Ok(None) => return Lost::Ended,
                Ok(Some(message)) => message,
            };
            let channel = message.get_channel_name();
            if channel == self.signals {
                self.signal(message.get_payload_bytes()).await;
            } else if channel == self.probes {
                heard_myself = Instant::now();
            } else if message.get_payload_bytes() != self.me.to_string().as_bytes() {
                counter!("tandem_bus_wakes_total").increment(1);
                self.local.wake();
            }
        }
    }

    async fn signal(&self, text: &[u8]) {
        let said = serde_json::from_slice::<Sent<Signal>>(text);
        if matches!(said, Ok(Sent { by, .. }) if by == self.me) {
            return;
        }
        let (signal, seal) = parted(text);
        if let Err(why) = self.seals.open_message(seal, &signal).await {
            seals::refused("bus", why);
            tracing::debug!(reason = %why, "a signal is refused");
            return;
        }
        // What is sealed, not what is around it.
        match serde_json::from_slice::<Sent<Signal>>(&signal) {
            Ok(Sent { org, topic, signal, .. }) => {
                counter!("tandem_bus_heard_total").increment(1);
                self.local.heard(Published { org, topic, signal: Arc::new(signal) });
            }
            // A signal of a newer version, which nobody here could show.
            Err(error) => tracing::debug!(%error, "a signal of another process is not understood"),
        }
    }
}

/// A signal with its seal.
fn sealed(signal: &[u8], seal: &str) -> Vec<u8> {
    let open = signal.strip_suffix(b"}").unwrap_or(signal);
    [open, SEAL, seal.as_bytes(), b"\"}"].concat()
}

/// The signal, and its seal if it has one.
fn parted(text: &[u8]) -> (Cow<'_, [u8]>, Option<&[u8]>) {
    let at = text.windows(SEAL.len()).rposition(|part| part == SEAL);
    let parts = at.and_then(|at| {
        let seal = text[at + SEAL.len()..].strip_suffix(b"\"}")?;
        Some(([&text[..at], b"}"].concat(), seal))
    });
    match parts {
        Some((signal, seal)) => (signal.into(), Some(seal)),
        None => (text.into(), None),
    }
}

fn dropped(count: usize) {
    counter!("tandem_bus_dropped_total").increment(u64::try_from(count).unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_and_its_seal_come_apart_as_they_went_together() {
        let signal = br#"{"by":"x","signal":{"text":"\",\"seal\":\"no\"}"}}"#;
        let text = sealed(signal, "v4.public.abc.def");
        assert_eq!(parted(&text), (Cow::Borrowed(&signal[..]), Some(&b"v4.public.abc.def"[..])));
        let as_ever: serde_json::Value = serde_json::from_slice(&text).expect("JSON with a field more");
        assert_eq!(as_ever["by"], "x");
        assert_eq!(parted(signal), (Cow::Borrowed(&signal[..]), None));
    }
}
