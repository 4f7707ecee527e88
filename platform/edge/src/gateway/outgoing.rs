//! What a socket has to write: a bounded queue and the reason it is closed.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures::{SinkExt, stream::SplitSink};
use serde::Serialize;
use tandem_proto::{Problem, limits::WS_QUEUE_FRAMES, ws::ServerFrame};
use tokio::sync::{mpsc, watch};

/// A ping goes out this often, so that a peer that is gone is noticed and proxies keep the connection.
const PING: Duration = Duration::from_secs(15);
/// How long a reader may take to get what was written before the close frame.
const CLOSE_GRACE: Duration = Duration::from_secs(5);

/// Why the server closes a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Closing {
    /// The client closed it, or is gone.
    Gone,
    /// The server stops.
    Stopping,
    /// A frame was over the limit.
    TooBig,
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
    const fn frame(self) -> (u16, &'static str) {
        match self {
            Self::Gone => (1000, ""),
            Self::Stopping => (1001, "the server stops; reconnect"),
            Self::TooBig => (1009, "a frame is at most 256 KiB"),
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

/// The way to a socket's writer. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    queue: mpsc::Sender<Message>,
    closing: Arc<watch::Sender<Option<Closing>>>,
}

/// The socket is being closed; nothing more can be written.
#[derive(Debug)]
pub(super) struct Closed;

impl Outgoing {
    pub(super) fn new() -> (Self, mpsc::Receiver<Message>) {
        let (queue, receiver) = mpsc::channel(WS_QUEUE_FRAMES);
        (Self { queue, closing: Arc::new(watch::Sender::new(None)) }, receiver)
    }

    /// Queues a frame. A full queue closes the socket.
    pub(super) fn send(&self, frame: &impl Serialize) -> Result<(), Closed> {
        match self.queue.try_send(text(frame)) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.close(Closing::SlowReader);
                Err(Closed)
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Closed),
        }
    }

    /// Queues a frame, waiting for room: for what the reader asked for and can take at its own pace.
    pub(super) async fn send_paced(&self, frame: &impl Serialize) -> Result<(), Closed> {
        tokio::select! {
            sent = self.queue.send(text(frame)) => sent.map_err(|_| Closed),
            _ = self.closed() => Err(Closed),
        }
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

    /// Closes the socket. The first reason counts.
    pub(super) fn close(&self, why: Closing) {
        self.closing.send_if_modified(|closing| {
            let first = closing.is_none();
            closing.get_or_insert(why);
            first
        });
    }

    /// Waits until the socket is to be closed.
    pub(super) async fn closed(&self) -> Closing {
        let mut closing = self.closing.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        closing.wait_for(Option::is_some).await.map_or(Closing::Gone, |why| why.unwrap_or(Closing::Gone))
    }
}

/// Writes what is queued until the socket is to be closed, then says why.
pub(super) async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut queue: mpsc::Receiver<Message>,
    outgoing: Outgoing,
) {
    let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
    let closing = outgoing.closed();
    tokio::pin!(closing);
    let why = loop {
        let message = tokio::select! {
            biased;
            why = &mut closing => break why,
            _ = ping.tick() => Message::Ping(bytes::Bytes::new()),
            Some(message) = queue.recv() => message,
        };
        // Giving up a send loses nothing: the sink keeps what it took and writes it before the close frame.
        let sent = tokio::select! {
            sent = sink.send(message) => sent,
            why = &mut closing => break why,
        };
        if sent.is_err() {
            outgoing.close(Closing::Gone);
            break Closing::Gone;
        }
    };
    let (code, reason) = why.frame();
    metrics::counter!("tandem_ws_closed_total", "code" => code.to_string()).increment(1);
    let frame = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
    let farewell = async {
        while let (true, Ok(message)) = (why.flushes(), queue.try_recv()) {
            sink.feed(message).await?;
        }
        sink.send(frame).await
    };
    let _ = tokio::time::timeout(CLOSE_GRACE, farewell).await;
}

fn text(frame: &impl Serialize) -> Message {
    // Our own frames always serialise: their maps have text keys and their numbers are finite.
    Message::Text(serde_json::to_string(frame).unwrap_or_default().into())
}
