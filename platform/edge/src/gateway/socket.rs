//! One socket: authenticates it, answers its requests, notices when it is gone.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::Duration,
};

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tandem_core::RequestContext;
use tandem_proto::{
    DeviceId, Problem, RequestId,
    limits::{SDP_BYTES, WS_MESSAGE_BYTES},
    ws::{Authenticated, ClientFrame, ClientRequest},
};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{
    self, Message, Utf8Bytes,
    error::{CapacityError, ProtocolError},
    protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext},
};

use super::{
    Gateway,
    closing::LogLine,
    deflate::{self, Came, Incoming, Unopened},
    frame::{self, Coding},
    hub::{Line, Rights, Wanted},
    outgoing::{Closed, Closing, Outgoing},
    stream::{self, Subscribe},
};
use crate::{IdentityError, extract::parse, identity::Session};

#[cfg(test)]
mod echo;

/// Time for the first frame.
const AUTHENTICATE_WITHIN: Duration = Duration::from_secs(10);
/// Nothing heard for this long: a ping goes out, so that a peer that is gone is noticed and proxies keep the connection.
const PING_AFTER: Duration = Duration::from_secs(15);
/// Nothing heard for this long, not even a pong: the peer is gone.
const DEAD_AFTER: Duration = Duration::from_secs(30);
/// How long a reader may take to get what was written before the close frame.
const CLOSE_GRACE: Duration = Duration::from_secs(5);
/// Time the peer has to answer a close frame.
const CLOSE_ANSWER: Duration = Duration::from_secs(1);
/// A stop closes many sockets at once, which come back to other nodes spread over a time that grows with their number: one a millisecond, what
/// a node takes in without anybody's waiting; at least, and at most.
const COME_BACK_EACH_MS: u64 = 1;
const COME_BACK_MS: (u64, u64) = (200, 5_000);
/// Told to clients; half the time within which a lapsed heartbeat costs the presence lease.
const HEARTBEAT_SECONDS: u32 = 3;
/// Requests answered per window; those above are refused.
const REQUESTS: u32 = 200;
/// Requests per window above which the socket is closed.
const REQUESTS_FLOOD: u32 = 2_000;
const WINDOW: Duration = Duration::from_secs(10);
/// Room for what clients usually send; a socket keeps it as long as it lives, and takes more while a longer frame comes.
const READ_BYTES: usize = 512;

/// Serves a socket from its upgrade to its end.
pub(super) async fn serve(
    gateway: Gateway,
    connection: TokioIo<Upgraded>,
    coding: Coding,
    request: Option<RequestId>,
) {
    let outgoing = Outgoing::new(connection, coding);
    let stopping = gateway.0.stopping.clone();
    let number = gateway.0.numbers.fetch_add(1, Ordering::Relaxed);
    metrics::gauge!("tandem_ws_sockets").increment(1.0);
    let log = LogLine::begin(Arc::clone(&gateway.0.node), request);
    let mut reader = Reader::new(outgoing.clone(), log);
    tokio::select! {
        // Kept apart: a request's way through the products needs room only while there is one.
        result = Box::pin(converse(&gateway, number, &mut reader)) => if result.is_ok() {
            outgoing.close(Closing::Gone);
        },
        () = stopping.cancelled() => outgoing.close(Closing::Stopping),
        () = outgoing.carry() => {}
        _ = outgoing.closed() => {}
    }
    gateway.0.hub.leave(number).await;
    let why = outgoing.closed().await;
    metrics::counter!("tandem_ws_closed_total", "code" => why.frame().0.to_string()).increment(1);
    reader.end(why, gateway.0.leaving.load(Ordering::Acquire)).await;
    metrics::gauge!("tandem_ws_sockets").decrement(1.0);
}

/// Everything between the upgrade and the close. `Err` when the reason to close was given already.
async fn converse(gateway: &Gateway, number: u64, reader: &mut Reader) -> Result<(), Closed> {
    let greeting = authenticate(gateway, number, reader);
    let Ok(greeted) = tokio::time::timeout(AUTHENTICATE_WITHIN, greeting).await else {
        reader.outgoing.close(Closing::Unauthenticated);
        return Err(Closed);
    };
    let (session, device, line) = greeted?;
    reader.log.is_of(&session.context);
    let ctx = session.context.clone();
    let place = gateway.0.roster.enter(&ctx, device, &reader.outgoing);
    let _leaving = Leaving { gateway: gateway.clone(), ctx: ctx.clone(), device, place };
    gateway.0.presence.connected(ctx, device).await;
    let mut connection = Connection { gateway: gateway.clone(), session, device, line };
    loop {
        let frame = tokio::select! {
            frame = reader.next() => frame?,
            () = connection.session_over() => {
                connection.renew().await?;
                continue;
            }
        };
        let Some((id, request)) = frame else { return Ok(()) };
        connection.keep_session().await?;
        // In a box for as long as it takes: most of a socket's life nobody asks anything.
        Box::pin(connection.answer(id, request)).await?;
    }
}

async fn authenticate(
    gateway: &Gateway,
    number: u64,
    reader: &mut Reader,
) -> Result<(Session, DeviceId, Line), Closed> {
    let outgoing = reader.outgoing.clone();
    let refuse = |id, problem: Problem| {
        let _ = outgoing.answer(id, Err(problem));
        outgoing.close(Closing::Unauthenticated);
        Err(Closed)
    };
    let Some((id, request)) = reader.next().await? else {
        outgoing.close(Closing::Gone);
        return Err(Closed);
    };
    let ClientRequest::Authenticate { token, device } = request else {
        return refuse(id, Problem::new(401, "unauthenticated", "The first frame must be `authenticate`"));
    };
    // The hub sees to the session's end from here on.
    let since = gateway.0.identity.heard();
    match gateway.0.identity.session(&token).await {
        Ok(session) => {
            let ctx = &session.context;
            let (org, user, session_id) = (ctx.scope.org(), ctx.user, ctx.session);
            let rights = Rights::new(ctx.clone());
            let line = Line { number, org, user, session: session_id, rights, outgoing: outgoing.clone() };
            gateway.0.hub.enter(line.clone(), since).await;
            let reply =
                Authenticated { cursor: gateway.0.store.head(), heartbeat_seconds: HEARTBEAT_SECONDS };
            outgoing.answer(id, Ok(serde_json::to_value(reply).unwrap_or_default()))?;
            Ok((session, device, line))
        }
        Err(error) => refuse(id, crate::ApiProblem::from(error).0),
    }
}

/// Tells presence that the device's socket is gone, however it went.
struct Leaving {
    gateway: Gateway,
    ctx: RequestContext,
    device: DeviceId,
    place: super::roster::Place,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if self.gateway.0.roster.leave(self.place) {
            let (gateway, ctx, device) = (self.gateway.clone(), self.ctx.clone(), self.device);
            let told = async move { gateway.0.presence.disconnected(ctx, device).await };
            self.gateway.0.farewells.spawn(told);
        }
    }
}

/// Reads frames and counts them.
struct Reader {
    protocol: WebSocketContext,
    /// Where messages may come compressed.
    incoming: Option<Box<Incoming>>,
    /// The most bytes of a message.
    bytes: usize,
    /// It failed: what else comes has no frames.
    failed: bool,
    outgoing: Outgoing,
    window: Window,
    log: LogLine,
}

impl Reader {
    fn new(outgoing: Outgoing, log: LogLine) -> Self {
        Self::taking(WS_MESSAGE_BYTES, outgoing, log)
    }

    /// One that takes messages of up to `bytes`.
    fn taking(bytes: usize, outgoing: Outgoing, log: LogLine) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .max_message_size(Some(bytes))
            .max_frame_size(Some(bytes));
        let protocol = WebSocketContext::new(Role::Server, Some(config));
        let incoming = (outgoing.coding() == Coding::Deflated).then(Box::default);
        let window = Window::new(Instant::now());
        Self { protocol, incoming, bytes, failed: false, outgoing, window, log }
    }

    /// The next message of whatever kind. Pings are answered, and so is a close.
    async fn receive(&mut self) -> Result<Message, tungstenite::Error> {
        std::future::poll_fn(|context| {
            let mut pipe = Pipe { outgoing: &self.outgoing, incoming: self.incoming.as_deref_mut(), context };
            match self.protocol.read(&mut pipe) {
                Err(tungstenite::Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    Poll::Pending
                }
                received => {
                    let received = received.and_then(|message| self.opened(message));
                    self.failed |= received.as_ref().is_err_and(|error| fault(error) != Closing::Gone);
                    Poll::Ready(received)
                }
            }
        })
        .await
    }

    /// A message as it was before it was compressed, if it was.
    fn opened(&mut self, message: Message) -> Result<Message, tungstenite::Error> {
        let Some(incoming) = &mut self.incoming else { return Ok(message) };
        let Message::Binary(data) = &message else {
            if message.is_text() {
                incoming.next();
            }
            return Ok(message);
        };
        let came = incoming.next();
        if came == Came::Plain {
            return Ok(message);
        }
        let opened = deflate::inflate(data, self.bytes).map_err(|why| match why {
            Unopened::TooBig => tungstenite::Error::Capacity(CapacityError::MessageTooLong {
                size: self.bytes + 1,
                max_size: self.bytes,
            }),
            Unopened::Garbled => tungstenite::Error::Protocol(ProtocolError::InvalidOpcode(0)),
        })?;
        match came {
            Came::CompressedText => match String::from_utf8(opened) {
                Ok(text) => Ok(Message::text(text)),
                Err(error) => Err(tungstenite::Error::Utf8(error.utf8_error().to_string())),
            },
            _ => Ok(Message::binary(opened)),
        }
    }

    /// Reads until the peer has answered the close frame, or is gone. A protocol that failed must not be asked again: it stands in the
    /// middle of a frame it refused.
    async fn discard(&mut self) {
        while !self.failed {
            if self.receive().await.is_err() && !self.failed {
                return;
            }
        }
        let mut rest = [0; READ_BYTES];
        let outgoing = &self.outgoing;
        while std::future::poll_fn(|context| outgoing.poll_read(context, &mut rest))
            .await
            .is_ok_and(|read| read > 0)
        {}
    }

    /// As [`Self::receive`]; `None` when the peer is gone, or seems to be.
    async fn heard(&mut self) -> Option<Result<Message, tungstenite::Error>> {
        for silence in [PING_AFTER, DEAD_AFTER - PING_AFTER] {
            if let Ok(received) = tokio::time::timeout(silence, self.receive()).await {
                return Some(received);
            }
            self.outgoing.push(frame::PING).ok()?;
            self.outgoing.flush();
        }
        None
    }

    /// Says why, and ends; `together` with so many others.
    async fn end(&mut self, why: Closing, together: usize) {
        let (code, reason) = why.frame();
        // Where many hear it, each is told another moment to come back.
        let reason = match why {
            Closing::Stopping => format!("{reason}; resume in {} ms", spread_ms(together)).into(),
            _ => Utf8Bytes::from_static(reason),
        };
        let _ = tokio::time::timeout(CLOSE_GRACE, self.close(code, reason)).await;
        self.log.end(why);
        // Dropping a socket with unread input resets it, and the close frame may be lost.
        let _ = tokio::time::timeout(CLOSE_ANSWER, self.discard()).await;
    }

    /// Writes what is queued, and the close frame.
    async fn close(&mut self, code: u16, reason: Utf8Bytes) {
        let outgoing = self.outgoing.clone();
        let frame = CloseFrame { code: code.into(), reason };
        std::future::poll_fn(|context| {
            // Nothing is left to close where the peer did so first.
            let _ = self
                .protocol
                .close(&mut Pipe { outgoing: &outgoing, incoming: None, context }, Some(frame.clone()));
            Poll::Ready(())
        })
        .await;
        outgoing.drained().await;
    }

    /// The next request that reads as one; `None` when the peer is gone. Others are answered here.
    async fn next(&mut self) -> Result<Option<(Option<u64>, ClientRequest)>, Closed> {
        loop {
            let text = match self.heard().await {
                None => return Ok(None),
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Binary(_))) => {
                    let problem = Problem::new(415, "unsupported-media-type", "Frames are JSON text");
                    self.outgoing.answer(None, Err(problem))?;
                    continue;
                }
                Some(Ok(Message::Close(_))) => return Ok(None),
                Some(Ok(_)) => continue,
                Some(Err(error)) => {
                    self.outgoing.close(fault(&error));
                    return Err(Closed);
                }
            };
            let id = match self.window.count(Instant::now()) {
                Verdict::Answer => None,
                Verdict::Refuse => Some(frame_id(text.as_bytes())),
                Verdict::Close => {
                    self.outgoing.close(Closing::Flooding);
                    return Err(Closed);
                }
            };
            if let Some(id) = id {
                let problem = Problem::new(429, "too-many-requests", "Too many requests").retry_after(10);
                self.outgoing.answer(id, Err(problem))?;
                continue;
            }
            match parse::<ClientFrame>(text.as_bytes()) {
                Ok(frame) => return Ok(Some((frame.id, frame.request))),
                Err(problem) => self.outgoing.answer(frame_id(text.as_bytes()), Err(problem))?,
            }
        }
    }
}

/// A moment within the time over which so many sockets that are closed together come back, in milliseconds.
fn spread_ms(together: usize) -> u64 {
    let window = (together as u64).saturating_mul(COME_BACK_EACH_MS).clamp(COME_BACK_MS.0, COME_BACK_MS.1);
    rand::random_range(0..=window)
}

/// What the peer did wrong (RFC 6455 §7.4.1), or that it is gone.
const fn fault(error: &tungstenite::Error) -> Closing {
    match error {
        tungstenite::Error::Capacity(_) => Closing::TooBig,
        tungstenite::Error::Utf8(_) => Closing::NotText,
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Closing::Gone,
        tungstenite::Error::Protocol(_) => Closing::Garbled,
        _ => Closing::Gone,
    }
}

/// The connection as the protocol sees it for a moment: it reads what is there, and what it writes goes to the queue.
struct Pipe<'a, 'c> {
    outgoing: &'a Outgoing,
    incoming: Option<&'a mut Incoming>,
    context: &'a mut Context<'c>,
}

impl io::Read for Pipe<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.outgoing.poll_read(self.context, into) {
            Poll::Ready(read) => {
                let read = read?;
                if let Some(incoming) = &mut self.incoming {
                    incoming.pass(&mut into[..read]);
                }
                Ok(read)
            }
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl io::Write for Pipe<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outgoing.push_control(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.outgoing.flush();
        Ok(())
    }
}

/// The id of a frame that does not read as a request, so that the refusal finds its sender.
fn frame_id(text: &[u8]) -> Option<u64> {
    parse::<Value>(text).ok()?.get("id")?.as_u64()
}

/// An authenticated socket.
struct Connection {
    gateway: Gateway,
    session: Session,
    device: DeviceId,
    line: Line,
}

impl Connection {
    async fn answer(&self, id: Option<u64>, request: ClientRequest) -> Result<(), Closed> {
        let ctx = self.line.rights.now();
        let (gateway, device) = (&self.gateway.0, self.device);
        let result = match request {
            ClientRequest::Authenticate { .. } => {
                Err(Problem::new(409, "already-authenticated", "This socket is authenticated; open another"))
            }
            ClientRequest::Subscribe { topics, after } => {
                let subscription = self.line.outgoing.subscribe();
                let wanted = Wanted { topics, ..Wanted::default() };
                let request = Subscribe { id, wanted, after };
                // Beside this task: requests are answered while the log is read.
                tokio::spawn(stream::subscribe(
                    self.gateway.clone(),
                    self.line.clone(),
                    subscription,
                    request,
                ));
                return Ok(());
            }
            ClientRequest::Heartbeat { active } => {
                gateway.presence.heartbeat(ctx, device, active).await;
                Ok(json!({}))
            }
            ClientRequest::RtcOffer { sdp, .. } if sdp.len() > SDP_BYTES => {
                Err(Problem::new(413, "too-large", "The session description is too large")
                    .detail(format!("at most {SDP_BYTES} bytes")))
            }
            ClientRequest::RtcOffer { sdp, tracks, node } => {
                let answer = gateway.rtc.offer(ctx, device, sdp, tracks, node).await;
                answer.map(|answer| serde_json::to_value(answer).unwrap_or_default())
            }
            ClientRequest::RtcLayer { track, height } => {
                gateway.rtc.layer(ctx, device, track, height).await.map(|()| json!({}))
            }
            ClientRequest::RtcClose { node } => {
                gateway.rtc.close(ctx, device, node).await;
                Ok(json!({}))
            }
        };
        self.line.outgoing.answer(id, result)
    }

    /// When the session ends unless it is used.
    async fn session_over(&self) {
        tokio::time::sleep(self.session.expires_at.since(self.gateway.0.clock.now())).await;
    }

    /// A frame is a use of the session: moves its end when that is due.
    async fn keep_session(&mut self) -> Result<(), Closed> {
        if self.gateway.0.clock.now() < self.session.renew_at() { Ok(()) } else { self.renew().await }
    }

    async fn renew(&mut self) -> Result<(), Closed> {
        match self.gateway.0.identity.renew(self.session.context.session).await {
            Ok(session) => {
                self.line.rights.set(session.context.clone());
                self.session = session;
                Ok(())
            }
            Err(error) => {
                let ended = matches!(error, IdentityError::NoSession);
                self.line.outgoing.close(if ended { Closing::Unauthenticated } else { Closing::Failed });
                Err(Closed)
            }
        }
    }
}

enum Verdict {
    Answer,
    Refuse,
    Close,
}

/// Counts requests per [`WINDOW`].
struct Window {
    since: Instant,
    requests: u32,
}

impl Window {
    const fn new(now: Instant) -> Self {
        Self { since: now, requests: 0 }
    }

    fn count(&mut self, now: Instant) -> Verdict {
        if now.duration_since(self.since) >= WINDOW {
            *self = Self::new(now);
        }
        self.requests += 1;
        match self.requests {
            0..=REQUESTS => Verdict::Answer,
            n if n <= REQUESTS_FLOOD => Verdict::Refuse,
            _ => Verdict::Close,
        }
    }
}
