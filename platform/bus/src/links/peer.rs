//! The way to one other node: a queue, the requests that wait for answers, and a task that keeps the connection.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use tandem_proto::NodeId;
use tokio::{
    io::{ReadHalf, WriteHalf},
    net::TcpStream,
    sync::{
        broadcast,
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::{
    codec::{Framed, FramedRead, FramedWrite},
    sync::{CancellationToken, DropGuard},
};

use super::{
    LinkError, LinkTls, Neighbour,
    frame::{Codec, Frame, Hello, PROTOCOL, Welcome},
    meters,
    tls::Wire,
};
use crate::Trace;

/// Frames that may wait to be sent.
const QUEUE_FRAMES: usize = 4_096;
/// Bytes that may wait to be sent.
const QUEUE_BYTES: usize = 16 * 1024 * 1024;
/// Requests that may wait for their answers.
const WAITING: usize = 8_192;
/// A node that does not take a connection by then is away.
const CONNECT: Duration = Duration::from_millis(500);
/// How often a node asks whether the other is there.
const PING: Duration = Duration::from_millis(200);
/// After so much silence a connection is broken: the other's process hangs or its machine is away.
pub(super) const SILENCE: Duration = Duration::from_secs(1);
/// How long a node that could not be reached is not tried again, at first and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// The way to one other node. The connection ends when this is dropped.
pub(super) struct Peer {
    pub(super) neighbour: Neighbour,
    shared: Arc<Shared>,
    queue: mpsc::Sender<Frame>,
    _stop: DropGuard,
}

struct Shared {
    me: NodeId,
    node: NodeId,
    neighbour: Neighbour,
    tls: Option<LinkTls>,
    broken: broadcast::Sender<NodeId>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Result<Bytes, LinkError>>>>,
    number: AtomicU64,
    queued_bytes: AtomicUsize,
    /// Not tried again before.
    down_until: Mutex<Option<Instant>>,
}

impl Peer {
    pub(super) fn new(
        me: NodeId,
        neighbour: Neighbour,
        tls: Option<LinkTls>,
        broken: broadcast::Sender<NodeId>,
    ) -> Self {
        let shared = Arc::new(Shared {
            me,
            node: neighbour.node,
            neighbour: neighbour.clone(),
            tls,
            broken,
            waiting: Mutex::default(),
            number: AtomicU64::new(1),
            queued_bytes: AtomicUsize::new(0),
            down_until: Mutex::default(),
        });
        let (queue, frames) = mpsc::channel(QUEUE_FRAMES);
        let stop = CancellationToken::new();
        tokio::spawn(run(Arc::clone(&shared), frames, stop.clone()));
        Self { neighbour, shared, queue, _stop: stop.drop_guard() }
    }

    /// Sends a request.
    pub(super) fn ask(&self, seal: Bytes, service: &str, body: Bytes) -> Result<Asked, LinkError> {
        self.shared.refuse_while_down()?;
        let number = self.shared.number.fetch_add(1, Ordering::Relaxed);
        let (answer, arrival) = oneshot::channel();
        {
            let mut waiting = self.shared.waiting();
            if waiting.len() >= WAITING {
                meters::overloaded();
                return Err(LinkError::Overloaded);
            }
            waiting.insert(number, answer);
        }
        meters::waiting(1);
        let asked = Asked { shared: Arc::clone(&self.shared), number, arrival };
        let (service, seal, trace) = (service.to_owned(), Some(seal), Trace::current());
        self.enqueue(Frame::Ask { number, service, body, seal, trace })?;
        Ok(asked)
    }

    /// Sends a message.
    pub(super) fn tell(&self, seal: Bytes, service: &str, body: Bytes) -> Result<(), LinkError> {
        self.shared.refuse_while_down()?;
        self.enqueue(Frame::Tell { service: service.to_owned(), body, seal: Some(seal) })
    }

    fn enqueue(&self, frame: Frame) -> Result<(), LinkError> {
        let bytes = weight(&frame);
        let room = self.shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= QUEUE_BYTES;
        let refused = if room { self.queue.try_send(frame).err() } else { Some(TrySendError::Full(frame)) };
        let Some(refused) = refused else {
            meters::queued(1);
            return Ok(());
        };
        self.shared.queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
        match refused {
            TrySendError::Closed(_) => Err(LinkError::Unreachable(self.shared.node)),
            TrySendError::Full(_) => {
                meters::overloaded();
                Err(LinkError::Overloaded)
            }
        }
    }
}

/// A request that was sent. Dropping it forgets it.
pub(super) struct Asked {
    shared: Arc<Shared>,
    number: u64,
    arrival: oneshot::Receiver<Result<Bytes, LinkError>>,
}

impl Asked {
    /// Waits for the answer.
    pub(super) async fn answer(mut self) -> Result<Bytes, LinkError> {
        let answer = (&mut self.arrival).await;
        answer.unwrap_or(Err(LinkError::Unreachable(self.shared.node)))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        meters::waiting(-1);
        self.shared.waiting().remove(&self.number);
    }
}

impl Shared {
    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u64, oneshot::Sender<Result<Bytes, LinkError>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse_while_down(&self) -> Result<(), LinkError> {
        let until = *self.down_until.lock().unwrap_or_else(PoisonError::into_inner);
        match until {
            Some(until) if Instant::now() < until => Err(LinkError::Unreachable(self.node)),
            _ => Ok(()),
        }
    }

    fn set_down(&self, until: Option<Instant>) {
        *self.down_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    fn arrived(&self, number: u64, answer: Result<Bytes, LinkError>) {
        let asker = self.waiting().remove(&number);
        if let Some(asker) = asker {
            // Whoever asked may have left.
            let _ = asker.send(answer);
        }
    }

    /// What the queue held leaves it.
    fn dequeued(&self, frame: &Frame) {
        meters::queued(-1);
        self.queued_bytes.fetch_sub(weight(frame), Ordering::Relaxed);
    }

    /// Everything that waits, sent or not, will not be answered.
    fn fail_all(&self, queue: &mut mpsc::Receiver<Frame>) {
        while let Ok(frame) = queue.try_recv() {
            self.dequeued(&frame);
        }
        let waiting = std::mem::take(&mut *self.waiting());
        for asker in waiting.into_values() {
            let _ = asker.send(Err(LinkError::Unreachable(self.node)));
        }
    }
}

fn weight(frame: &Frame) -> usize {
    match frame {
        Frame::Ask { body, .. } | Frame::Tell { body, .. } => body.len(),
        _ => 0,
    }
}

async fn run(shared: Arc<Shared>, mut queue: mpsc::Receiver<Frame>, stop: CancellationToken) {
    let keep = async {
        let mut backoff = BACKOFF.0;
        while let Some(first) = queue.recv().await {
            shared.dequeued(&first);
            let (reason, down_until) = match connect(&shared).await {
                Ok(stream) => {
                    shared.set_down(None);
                    backoff = BACKOFF.0;
                    meters::connections(1);
                    let reason = carry(&shared, stream, first, &mut queue).await;
                    meters::connections(-1);
                    (reason, None)
                }
                Err(reason) => {
                    let until = Instant::now() + backoff;
                    backoff = (backoff * 2).min(BACKOFF.1);
                    (reason, Some(until))
                }
            };
            tracing::debug!(node = %shared.node, address = %shared.neighbour.address, %reason, "a link is broken");
            meters::broken();
            shared.set_down(down_until);
            shared.fail_all(&mut queue);
            // Nobody listens: nobody has to know.
            let _ = shared.broken.send(shared.node);
        }
    };
    tokio::select! {
        () = keep => {}
        () = stop.cancelled() => {}
    }
    queue.close();
    shared.fail_all(&mut queue);
}

type Connection = Framed<Wire, Codec>;

/// Connects and makes sure that it is the node that was meant.
async fn connect(shared: &Shared) -> io::Result<Connection> {
    let stream = timeout(CONNECT, TcpStream::connect(shared.neighbour.address)).await??;
    stream.set_nodelay(true)?;
    let wire: Wire = match &shared.tls {
        None => Box::new(stream),
        Some(tls) => timeout(SILENCE, tls.connect(stream, &shared.neighbour)).await??,
    };
    let mut connection = Framed::new(wire, Codec::default());
    let hello = Hello { protocol: PROTOCOL, from: shared.me, to: shared.node };
    connection.send(Frame::Hello(serde_json::to_vec(&hello)?.into())).await?;
    let Some(Frame::Welcome(welcome)) = timeout(SILENCE, connection.next()).await?.transpose()? else {
        return Err(io::Error::other("it did not say who it is"));
    };
    let welcome: Welcome = serde_json::from_slice(&welcome)?;
    if welcome.node != shared.node {
        return Err(io::Error::other(format!("another node is there now: {}", welcome.node)));
    }
    if welcome.protocol != PROTOCOL {
        return Err(io::Error::other(format!("it speaks version {} of the links", welcome.protocol)));
    }
    Ok(connection)
}

/// Sends what is queued and takes answers until the connection breaks; says why it did.
async fn carry(
    shared: &Shared,
    connection: Connection,
    first: Frame,
    queue: &mut mpsc::Receiver<Frame>,
) -> io::Error {
    // What was read beyond the welcome: nothing, since the other side only answers.
    let (read, write) = tokio::io::split(connection.into_inner());
    tokio::select! {
        reason = take_answers(shared, FramedRead::new(read, Codec::default())) => reason,
        Err(reason) = send_queued(shared, FramedWrite::new(write, Codec::default()), first, queue) => reason,
        else => io::Error::other("nobody needs it any more"),
    }
}

async fn take_answers(shared: &Shared, mut frames: FramedRead<ReadHalf<Wire>, Codec>) -> io::Error {
    loop {
        match timeout(SILENCE, frames.next()).await {
            Err(_) => return io::Error::new(io::ErrorKind::TimedOut, "the node is silent"),
            Ok(None) => return io::ErrorKind::UnexpectedEof.into(),
            Ok(Some(Err(error))) => return error,
            Ok(Some(Ok(Frame::Answer { number, body }))) => shared.arrived(number, Ok(body)),
            Ok(Some(Ok(Frame::Failed { number, body }))) => {
                // A failure of a newer version that has no name here is still one.
                let error = serde_json::from_slice(&body)
                    .unwrap_or_else(|_| LinkError::Failed(String::from_utf8_lossy(&body).into_owned()));
                shared.arrived(number, Err(error));
            }
            Ok(Some(Ok(_))) => {}
        }
    }
}

async fn send_queued(
    shared: &Shared,
    mut out: FramedWrite<WriteHalf<Wire>, Codec>,
    first: Frame,
    queue: &mut mpsc::Receiver<Frame>,
) -> io::Result<()> {
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut next = Some(first);
    loop {
        while let Some(frame) = next {
            // Whoever asked may have given up while it waited.
            let wanted = match &frame {
                Frame::Ask { number, .. } => shared.waiting().contains_key(number),
                _ => true,
            };
            if wanted {
                out.feed(frame).await?;
            }
            next = queue.try_recv().ok().inspect(|frame| shared.dequeued(frame));
        }
        out.flush().await?;
        next = tokio::select! {
            frame = queue.recv() => {
                let Some(frame) = frame else { return Ok(()) };
                shared.dequeued(&frame);
                Some(frame)
            }
            _ = ping.tick() => Some(Frame::Ping),
        };
    }
}
