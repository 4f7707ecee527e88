//! Many sockets at once, each read as soon as something comes.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

use crate::socket::Socket;

/// As clients do.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// What the frames have in them that are counted.
const COUNTED: &[u8] = b"chat.message.posted";
/// Nobody hears anything for so long: the crowd has settled.
const QUIET: Duration = Duration::from_millis(700);
/// No delivery takes this long unless it is lost.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
struct Heard {
    /// Frames of messages.
    messages: AtomicU64,
    /// All frames, but for answers to heartbeats.
    frames: AtomicU64,
    /// Told when `messages` reaches it.
    awaited: AtomicU64,
    reached: Notify,
    lost: AtomicU64,
    sample: OnceLock<Vec<u8>>,
}

/// Sockets, read until this is dropped.
#[derive(Debug)]
pub(crate) struct Crowd {
    heard: Arc<Heard>,
    tasks: JoinSet<()>,
}

impl Crowd {
    /// Reads `sockets`; of Tandem's, each also sends heartbeats, not all at the same moment.
    pub(crate) fn of(sockets: Vec<Socket>, heartbeats: bool) -> Self {
        let (heard, mut tasks) = (Arc::new(Heard::default()), JoinSet::new());
        let count = u32::try_from(sockets.len()).unwrap_or(u32::MAX).max(1);
        for (number, socket) in (0..).zip(sockets) {
            let first = Instant::now() + HEARTBEAT * number / count;
            tasks.spawn(read(socket, Arc::clone(&heard), heartbeats.then_some(first)));
        }
        Self { heard, tasks }
    }

    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.tasks.len()).unwrap_or(u64::MAX)
    }

    /// Messages that reached sockets so far.
    pub(crate) fn messages(&self) -> u64 {
        self.heard.messages.load(Ordering::Relaxed)
    }

    /// Waits until so many messages have reached sockets in all.
    pub(crate) async fn reached(&self, messages: u64) -> io::Result<()> {
        self.heard.awaited.store(messages, Ordering::Relaxed);
        let reached = async {
            while self.messages() < messages {
                self.heard.reached.notified().await;
            }
        };
        if timeout(PATIENCE, reached).await.is_err() {
            let lost = self.heard.lost.load(Ordering::Relaxed);
            let text = format!("{} of {messages} deliveries came, {lost} sockets were lost", self.messages());
            return Err(io::Error::other(text));
        }
        Ok(())
    }

    /// Waits until nothing comes any more.
    pub(crate) async fn quiet(&self) {
        let mut before = u64::MAX;
        loop {
            let now = self.heard.frames.load(Ordering::Relaxed);
            if now == before {
                return;
            }
            before = now;
            tokio::time::sleep(QUIET).await;
        }
    }

    /// A message's frame as it came.
    pub(crate) fn sample(&self) -> Vec<u8> {
        self.heard.sample.get().cloned().unwrap_or_default()
    }

    /// Sockets that were closed or broke.
    pub(crate) fn lost(&self) -> u64 {
        self.heard.lost.load(Ordering::Relaxed)
    }
}

async fn read(mut socket: Socket, heard: Arc<Heard>, heartbeats: Option<Instant>) {
    let mut beat = interval_at(heartbeats.unwrap_or_else(Instant::now), HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let went = tokio::select! {
            went = socket.receive(|frame| heard.take(frame)) => went,
            _ = beat.tick(), if heartbeats.is_some() => socket.heartbeat().await,
        };
        if went.is_err() {
            heard.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
    }
}

/// Whether a frame is a message of a chat. The type comes early in an event; looking no further keeps the client out of the way.
pub(crate) fn is_message(frame: &[u8]) -> bool {
    frame[..frame.len().min(400)].windows(COUNTED.len()).any(|part| part == COUNTED)
}

impl Heard {
    fn take(&self, frame: &[u8]) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        if is_message(frame) {
            self.sample.get_or_init(|| frame.to_vec());
            let messages = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
            if messages == self.awaited.load(Ordering::Relaxed) {
                self.reached.notify_one();
            }
        }
    }
}
