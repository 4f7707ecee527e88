//! One socket: authenticates it, answers its requests, notices when it is gone.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket};
use futures::{StreamExt, stream::SplitStream};
use serde_json::{Value, json};
use tandem_core::RequestContext;
use tandem_proto::{
    DeviceId, Problem,
    limits::SDP_BYTES,
    ws::{Authenticated, ClientFrame, ClientRequest},
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_tungstenite::tungstenite;

use super::{
    Gateway,
    outgoing::{self, Closed, Closing, Outgoing},
    stream::{self, Subscribe},
};
use crate::{IdentityError, extract::parse, identity::Session};

/// Time for the first frame.
const AUTHENTICATE_WITHIN: Duration = Duration::from_secs(10);
/// Nothing heard for this long, not even a pong: the peer is gone.
const DEAD_AFTER: Duration = Duration::from_secs(30);
/// Time the peer has to answer a close frame.
const CLOSE_ANSWER: Duration = Duration::from_secs(1);
/// Told to clients; half the time within which a lapsed heartbeat costs the presence lease.
const HEARTBEAT_SECONDS: u32 = 3;
/// Requests answered per window; those above are refused.
const REQUESTS: u32 = 200;
/// Requests per window above which the socket is closed.
const REQUESTS_FLOOD: u32 = 2_000;
const WINDOW: Duration = Duration::from_secs(10);

/// Serves a socket from its upgrade to its end.
pub(super) async fn serve(gateway: Gateway, socket: WebSocket) {
    let (sink, frames) = socket.split();
    let (outgoing, queue) = Outgoing::new();
    let writer = tokio::spawn(outgoing::write(sink, queue, outgoing.clone()));
    let stopping = gateway.0.stopping.clone();
    metrics::gauge!("tandem_ws_sockets").increment(1.0);
    let mut reader = Reader { frames, outgoing: outgoing.clone(), window: Window::new(Instant::now()) };
    tokio::select! {
        result = converse(&gateway, &mut reader) => if result.is_ok() {
            outgoing.close(Closing::Gone);
        },
        () = stopping.cancelled() => outgoing.close(Closing::Stopping),
        _ = outgoing.closed() => {}
    }
    let _ = writer.await;
    // Dropping a socket with unread input resets it, and the close frame may be lost.
    let _ =
        tokio::time::timeout(CLOSE_ANSWER, async { while let Some(Ok(_)) = reader.frames.next().await {} })
            .await;
    metrics::gauge!("tandem_ws_sockets").decrement(1.0);
}

/// Everything between the upgrade and the close. `Err` when the reason to close was given already.
async fn converse(gateway: &Gateway, reader: &mut Reader) -> Result<(), Closed> {
    let Ok(greeted) = tokio::time::timeout(AUTHENTICATE_WITHIN, authenticate(gateway, reader)).await else {
        reader.outgoing.close(Closing::Unauthenticated);
        return Err(Closed);
    };
    let (session, device) = greeted?;
    let ctx = session.context.clone();
    let place = gateway.0.roster.enter(&ctx, device, &reader.outgoing);
    let _leaving = Leaving { gateway: gateway.clone(), ctx: ctx.clone(), device, place };
    gateway.0.presence.connected(ctx.clone(), device).await;
    let (subscribe, requests) = mpsc::channel(4);
    let rights = Arc::new(watch::Sender::new(ctx));
    tokio::spawn(stream::feed(gateway.clone(), Arc::clone(&rights), reader.outgoing.clone(), requests));
    let mut connection = Connection {
        gateway: gateway.clone(),
        session,
        rights,
        device,
        subscribe,
        outgoing: reader.outgoing.clone(),
    };
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
        connection.answer(id, request).await?;
    }
}

async fn authenticate(gateway: &Gateway, reader: &mut Reader) -> Result<(Session, DeviceId), Closed> {
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
    match gateway.0.identity.session(&token).await {
        Ok(session) => {
            let reply =
                Authenticated { cursor: gateway.0.store.head(), heartbeat_seconds: HEARTBEAT_SECONDS };
            reader.outgoing.answer(id, Ok(serde_json::to_value(reply).unwrap_or_default()))?;
            Ok((session, device))
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
            self.gateway.0.sockets.spawn(told);
        }
    }
}

/// Reads frames and counts them.
struct Reader {
    frames: SplitStream<WebSocket>,
    outgoing: Outgoing,
    window: Window,
}

impl Reader {
    /// The next request that reads as one; `None` when the peer is gone. Others are answered here.
    async fn next(&mut self) -> Result<Option<(Option<u64>, ClientRequest)>, Closed> {
        loop {
            let Ok(received) = tokio::time::timeout(DEAD_AFTER, self.frames.next()).await else {
                return Ok(None);
            };
            let text = match received {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Binary(_))) => {
                    let problem = Problem::new(415, "unsupported-media-type", "Frames are JSON text");
                    self.outgoing.answer(None, Err(problem))?;
                    continue;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_))) | None => return Ok(None),
                Some(Err(error)) => {
                    self.outgoing.close(if is_too_big(error) { Closing::TooBig } else { Closing::Gone });
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

/// The id of a frame that does not read as a request, so that the refusal finds its sender.
fn frame_id(text: &[u8]) -> Option<u64> {
    parse::<Value>(text).ok()?.get("id")?.as_u64()
}

fn is_too_big(error: axum::Error) -> bool {
    let error = error.into_inner();
    matches!(error.downcast_ref::<tungstenite::Error>(), Some(tungstenite::Error::Capacity(_)))
}

/// An authenticated socket.
struct Connection {
    gateway: Gateway,
    session: Session,
    /// What its user may do now.
    rights: Arc<watch::Sender<RequestContext>>,
    device: DeviceId,
    subscribe: mpsc::Sender<Subscribe>,
    outgoing: Outgoing,
}

impl Connection {
    async fn answer(&self, id: Option<u64>, request: ClientRequest) -> Result<(), Closed> {
        let ctx = self.rights.borrow().clone();
        let (gateway, device) = (&self.gateway.0, self.device);
        let result = match request {
            ClientRequest::Authenticate { .. } => {
                Err(Problem::new(409, "already-authenticated", "This socket is authenticated; open another"))
            }
            ClientRequest::Subscribe { topics, after } => {
                return self.subscribe.send(Subscribe { id, topics, after }).await.map_err(|_| Closed);
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
        self.outgoing.answer(id, result)
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
                self.session = session;
                Ok(())
            }
            Err(error) => {
                let ended = matches!(error, IdentityError::NoSession);
                self.outgoing.close(if ended { Closing::Unauthenticated } else { Closing::Failed });
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
