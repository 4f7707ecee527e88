//! What a reader is sent: a bounded queue, the connection, and the reason it is closed.
//!
//! Whoever has something for a socket writes it at once, as far as the connection takes it without waiting: no task has to wake for a
//! frame. Only when the connection is full does the socket's own task go on, when there is room again. A stream's answer (`sse`) is asked
//! for its next part instead, and is woken when there is one.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::{Buf, Bytes};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tandem_proto::{
    Problem,
    limits::{WS_QUEUE_BYTES, WS_QUEUE_FRAMES},
    ws::ServerFrame,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
    time::Instant,
};

use super::frame::{self, Coding};

/// Bytes that go into one write.
const WRITE: usize = 64 * 1024;
/// A reader of the log goes on while no more than this share of the bounds waits, so that what is live still finds room.
const PACED_SHARE: usize = 4;

/// Why the server closes a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Closing {
    /// The client closed it, or is gone.
    Gone,
    /// The server stops.
    Stopping,
    /// A frame was over the limit.
    TooBig,
    /// What came is no WebSocket's.
    Garbled,
    /// A text that is none.
    NotText,
    /// Far more requests than are answered.
    Flooding,
    /// The queue is full; the client resumes from its cursor.
    SlowReader,
    /// Our own failure; the client resumes from its cursor.
    Failed,
    /// No valid authentication in time, or the session ended.
    Unauthenticated,
    /// A newer socket speaks for the device.
    Replaced,
}

impl Closing {
    /// The close code (RFC 6455 §7.4) and reason.
    pub(super) const fn frame(self) -> (u16, &'static str) {
        match self {
            Self::Gone => (1000, ""),
            Self::Stopping => (1001, "the server stops"),
            Self::TooBig => (1009, "a frame is at most 256 KiB"),
            Self::Garbled => (1002, "against RFC 6455"),
            Self::NotText => (1007, "a text is not UTF-8"),
            Self::Flooding => (1008, "too many requests"),
            Self::SlowReader => (1013, "too slow; resume from your cursor"),
            Self::Failed => (1011, "the server failed; resume from your cursor"),
            Self::Unauthenticated => (4401, "authenticate first"),
            Self::Replaced => (4409, "a newer connection of this device took over"),
        }
    }

    /// Whether what is queued still goes out first. A slow reader gets it by resuming.
    const fn flushes(self) -> bool {
        !matches!(self, Self::Gone | Self::SlowReader)
    }
}

/// The way out of a socket. Cheap to clone.
#[derive(Clone)]
pub(super) struct Outgoing(Arc<Inner>);

struct Inner {
    coding: Coding,
    queue: Mutex<Queue>,
    wire: Mutex<Wire>,
    closing: OnceLock<Closing>,
    closed: Notify,
    /// The wire is blocked: the socket's task goes on with it.
    blocked: Notify,
    /// There is room for whoever paces itself.
    room: Notify,
    /// A lane has it on its list.
    listed: AtomicBool,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    /// The newest subscription; frames of an older one are not taken.
    subscription: u64,
}

/// The connection. Read by the socket's task, written by everybody.
struct Wire {
    io: Io,
    /// Begun, and to be finished before anything else.
    rest: Bytes,
    /// It took no more. The socket's task is told when it does, and nobody else may ask: a connection remembers one who waits.
    blocked: bool,
    written: Option<Instant>,
}

enum Io {
    /// An upgraded connection, which is written to.
    Socket(TokioIo<Upgraded>),
    /// The body of an answer, which is asked; and who waits for its next part.
    Body(Option<Waker>),
}

/// The socket is being closed; nothing more can be written.
#[derive(Debug)]
pub(super) struct Closed;

impl Outgoing {
    /// That of a socket, which takes frames in that coding.
    pub(super) fn new(io: TokioIo<Upgraded>, coding: Coding) -> Self {
        Self::over(Io::Socket(io), coding)
    }

    /// That of a stream, whose body takes what is queued with [`Self::poll_take`].
    pub(super) fn streamed() -> Self {
        Self::over(Io::Body(None), Coding::Stream)
    }

    fn over(io: Io, coding: Coding) -> Self {
        Self(Arc::new(Inner {
            coding,
            queue: Mutex::default(),
            wire: Mutex::new(Wire { io, rest: Bytes::new(), blocked: false, written: None }),
            closing: OnceLock::new(),
            closed: Notify::new(),
            blocked: Notify::new(),
            room: Notify::new(),
            listed: AtomicBool::new(false),
        }))
    }

    /// How its reader takes what it gets.
    pub(super) fn coding(&self) -> Coding {
        self.0.coding
    }

    /// Sends a frame. A full queue closes the socket.
    pub(super) fn send(&self, frame: &impl Serialize) -> Result<(), Closed> {
        self.push(frame::text(frame))?;
        self.flush();
        Ok(())
    }

    /// Answers a request; refusals of requests without an id, and of the connection, have the id 0.
    pub(super) fn answer(
        &self,
        id: Option<u64>,
        result: Result<serde_json::Value, Problem>,
    ) -> Result<(), Closed> {
        match (id, result) {
            (Some(id), Ok(data)) => self.send(&ServerFrame::Reply { id, data }),
            (None, Ok(_)) => Ok(()),
            (id, Err(data)) => self.send(&ServerFrame::Error { id: id.unwrap_or(0), data }),
        }
    }

    /// Queues a frame, to be flushed soon. A full queue that the wire does not take closes the socket.
    pub(super) fn push(&self, frame: Bytes) -> Result<(), Closed> {
        let mut queue = self.queue_with_room();
        self.put(&mut queue, frame)
    }

    /// As [`Self::push`], for a frame of a subscription, which must still be the newest.
    pub(super) fn push_of(&self, subscription: u64, frame: Bytes) -> Result<(), Closed> {
        let mut queue = self.queue_with_room();
        if queue.subscription == subscription { self.put(&mut queue, frame) } else { Err(Closed) }
    }

    /// As [`Self::push_of`], waiting for room: for what the reader asked for and can take at its own pace.
    pub(super) async fn push_paced(&self, subscription: u64, frame: Bytes) -> Result<(), Closed> {
        loop {
            let room = self.0.room.notified();
            if self.queue().has_room() {
                return self.push_of(subscription, frame);
            }
            self.flush();
            tokio::select! {
                () = room => {}
                _ = self.closed() => return Err(Closed),
            }
        }
    }

    /// Why it is to be closed, if it is.
    pub(super) fn is_closed(&self) -> Option<Closing> {
        self.0.closing.get().copied()
    }

    /// Whether there is room for more than what is live.
    pub(super) fn has_room(&self) -> bool {
        self.queue().has_room()
    }

    /// Begins a new subscription; what comes of older ones is let go from now on.
    pub(super) fn subscribe(&self) -> u64 {
        let mut queue = self.queue();
        queue.subscription += 1;
        queue.subscription
    }

    /// Whether a subscription is the newest, and the socket open.
    pub(super) fn is_wanted(&self, subscription: u64) -> bool {
        self.0.closing.get().is_none() && self.queue().subscription == subscription
    }

    /// Writes what is queued, as far as that needs no waiting; the socket's task writes the rest.
    pub(super) fn flush(&self) {
        let mut wire = self.wire();
        if let Io::Body(waiting) = &mut wire.io {
            let waiting = waiting.take();
            drop(wire);
            if let Some(waiting) = waiting {
                waiting.wake();
            }
            return;
        }
        if wire.blocked {
            return;
        }
        let mut context = Context::from_waker(Waker::noop());
        let flushed = wire.poll_flush(&self.0.queue, &mut context);
        wire.blocked = flushed.is_pending();
        drop(wire);
        match flushed {
            Poll::Pending => self.0.blocked.notify_one(),
            Poll::Ready(Ok(())) => self.0.room.notify_waiters(),
            Poll::Ready(Err(_)) => self.close(Closing::Gone),
        }
    }

    /// Takes its place on a lane's list; whether it was free.
    pub(super) fn list(&self) -> bool {
        !self.0.listed.swap(true, Ordering::AcqRel)
    }

    /// As [`Self::flush`], of one that is on a lane's list, and leaves it.
    pub(super) fn flush_listed(&self) {
        // Before the queue is looked at: what is queued later puts it on the list again.
        self.0.listed.store(false, Ordering::Release);
        self.flush();
    }

    /// When something was written last.
    pub(super) fn written(&self) -> Option<Instant> {
        self.wire().written
    }

    /// Goes on with the wire whenever it is blocked. Only the socket's task calls this. Ends with the wire.
    pub(super) async fn carry(&self) {
        loop {
            let carried = std::future::poll_fn(|context| {
                let mut wire = self.wire();
                let carried =
                    if wire.blocked { wire.poll_flush(&self.0.queue, context) } else { Poll::Ready(Ok(())) };
                wire.blocked = carried.is_pending();
                // Room comes while it is blocked: what waits in the queue becomes less with each write.
                self.0.room.notify_waiters();
                carried
            });
            if carried.await.is_err() {
                self.close(Closing::Gone);
                return;
            }
            self.0.blocked.notified().await;
        }
    }

    /// Closes the socket. The first reason counts.
    pub(super) fn close(&self, why: Closing) {
        if self.0.closing.set(why).is_ok() {
            if !why.flushes() {
                let mut queue = self.queue();
                (queue.frames, queue.bytes) = (VecDeque::new(), 0);
            }
            self.0.closed.notify_waiters();
        }
    }

    /// Waits until the socket is to be closed.
    pub(super) async fn closed(&self) -> Closing {
        loop {
            let closed = self.0.closed.notified();
            if let Some(why) = self.0.closing.get() {
                return *why;
            }
            closed.await;
        }
    }

    /// Writes everything that is queued, waiting as long as it takes.
    pub(super) async fn drained(&self) {
        let drained = std::future::poll_fn(|context| {
            let mut wire = self.wire();
            wire.blocked = true;
            wire.poll_flush(&self.0.queue, context)
        });
        let _ = drained.await;
    }

    /// What is next, for a stream's body; `None` when it is closed and nothing is left.
    pub(super) fn poll_take(&self, context: &Context<'_>) -> Poll<Option<Bytes>> {
        // Held meanwhile, so that what is queued now finds who waits.
        let mut wire = self.wire();
        if let Some(next) = self.queue().take_one() {
            self.0.room.notify_waiters();
            return Poll::Ready(Some(next));
        }
        if self.0.closing.get().is_some() {
            return Poll::Ready(None);
        }
        wire.io = Io::Body(Some(context.waker().clone()));
        Poll::Pending
    }

    /// Reads, for the socket's task.
    pub(super) fn poll_read(&self, context: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(into);
        let mut wire = self.wire();
        let Io::Socket(io) = &mut wire.io else { return Poll::Ready(Ok(0)) };
        let read = Pin::new(io).poll_read(context, &mut buffer);
        read.map_ok(|()| buffer.filled().len())
    }

    /// Queues what the protocol itself sends: answers to pings, and the close frame, after which nothing comes.
    pub(super) fn push_control(&self, bytes: &[u8]) {
        let mut queue = self.queue();
        if queue.frames.len() > WS_QUEUE_FRAMES {
            drop(queue);
            return self.close(Closing::SlowReader);
        }
        queue.bytes += bytes.len();
        queue.frames.push_back(Bytes::copy_from_slice(bytes));
    }

    fn put(&self, queue: &mut Queue, frame: Bytes) -> Result<(), Closed> {
        if self.0.closing.get().is_some() {
            return Err(Closed);
        }
        if queue.is_full() {
            // The queue is emptied here, as its lock is held.
            (queue.frames, queue.bytes) = (VecDeque::new(), 0);
            if self.0.closing.set(Closing::SlowReader).is_ok() {
                self.0.closed.notify_waiters();
            }
            return Err(Closed);
        }
        queue.bytes += frame.len();
        queue.frames.push_back(frame);
        Ok(())
    }

    /// The queue. Where it is full, what came in one burst is written first: only a wire that takes no more tells of a slow reader.
    fn queue_with_room(&self) -> MutexGuard<'_, Queue> {
        let queue = self.queue();
        if !queue.is_full() {
            return queue;
        }
        drop(queue);
        self.flush();
        self.queue()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.0.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn is_full(&self) -> bool {
        self.frames.len() >= WS_QUEUE_FRAMES || self.bytes >= WS_QUEUE_BYTES
    }

    fn has_room(&self) -> bool {
        self.frames.len() <= WS_QUEUE_FRAMES / PACED_SHARE && self.bytes <= WS_QUEUE_BYTES / PACED_SHARE
    }

    fn take_one(&mut self) -> Option<Bytes> {
        let next = self.frames.pop_front()?;
        self.bytes -= next.len();
        Some(next)
    }

    /// What the next write takes: several frames in one, where several wait.
    fn take(&mut self) -> Option<Bytes> {
        let first = self.take_one()?;
        let more = self.frames.front().is_some_and(|second| first.len() + second.len() <= WRITE);
        let taken = if more { self.gather(&first) } else { first };
        if self.frames.is_empty() {
            // What a burst made it grow to is not kept by each of many sockets.
            self.frames = VecDeque::new();
        }
        Some(taken)
    }

    fn gather(&mut self, first: &Bytes) -> Bytes {
        let mut together = Vec::with_capacity(WRITE.min(first.len() + self.bytes));
        together.extend_from_slice(first);
        while let Some(next) = self.frames.pop_front_if(|next| together.len() + next.len() <= WRITE) {
            self.bytes -= next.len();
            together.extend_from_slice(&next);
        }
        together.into()
    }
}

impl Wire {
    fn poll_flush(&mut self, queue: &Mutex<Queue>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Io::Socket(io) = &mut self.io else { return Poll::Ready(Ok(())) };
        loop {
            if self.rest.is_empty() {
                match queue.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    Some(next) => self.rest = next,
                    None => return Pin::new(io).poll_flush(context),
                }
            }
            match Pin::new(&mut *io).poll_write(context, &self.rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => {
                    self.rest.advance(written);
                    self.written = Some(Instant::now());
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("closing", &self.0.closing.get()).finish_non_exhaustive()
    }
}
