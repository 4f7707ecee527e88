//! The log as server-sent events (HTML Standard §9.2), which `GET /events` answers who asks for `text/event-stream`.
//!
//! A stream is a reader of the hub as a socket is: the same events, in the same order, with the same cursor as its id, the same rights
//! followed as they change, and a queue with the same bound. Signals are not in it. What comes first is the event `open`, which says where
//! it begins, and what comes last is `close`, which says why and where to go on.

use std::{
    collections::HashMap,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};
use hyper::body::Frame;
use serde::Serialize;
use tandem_core::RequestContext;
use tandem_proto::{
    Cursor, SessionId,
    limits::STREAMS_PER_SESSION,
    ws::{StreamClosed, Subscribed},
};

use super::{
    Gateway,
    hub::{Line, Rights, Wanted},
    outgoing::{Closing, Outgoing},
    stream::{self, NotBegun},
};
use crate::{ApiProblem, IdentityError, identity::Session};

/// Between two comments that say that the stream is still there, so that proxies keep it and a dead peer is noticed.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// When a client comes back whose stream was cut, at the earliest and at the latest, in milliseconds: those who were cut together are not
/// to come together.
const RETRY_MS: std::ops::RangeInclusive<u32> = 500..=3_000;
/// The same where the server said goodbye, and many hear it.
const RETRY_LATER_MS: std::ops::RangeInclusive<u32> = 1_000..=5_000;
/// Seconds after which who has too many streams may ask again.
const TOO_MANY_RETRY_S: u32 = 5;

/// The streams that are open.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams(Arc<Mutex<HashMap<SessionId, usize>>>);

/// A stream's place among its session's.
#[derive(Debug)]
struct Place {
    streams: Streams,
    session: SessionId,
}

impl Streams {
    fn enter(&self, session: SessionId) -> Result<Place, ApiProblem> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = open.entry(session).or_default();
        if *number >= STREAMS_PER_SESSION {
            let detail = format!("a session or token has at most {STREAMS_PER_SESSION} streams open");
            return Err(ApiProblem::too_many(detail, TOO_MANY_RETRY_S));
        }
        *number += 1;
        metrics::gauge!("tandem_sse_streams").increment(1.0);
        Ok(Place { streams: self.clone(), session })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = open.get_mut(&self.session) {
            *number -= 1;
            if *number == 0 {
                open.remove(&self.session);
            }
        }
        metrics::gauge!("tandem_sse_streams").decrement(1.0);
    }
}

/// Answers with a stream of what is wanted, after a cursor or from now on.
pub(crate) async fn open(
    gateway: Gateway,
    ctx: &RequestContext,
    wanted: Wanted,
    after: Option<Cursor>,
) -> Result<Response, ApiProblem> {
    if gateway.0.stopping.is_cancelled() {
        return Err(ApiProblem::unavailable(1));
    }
    let place = gateway.0.streams.enter(ctx.session)?;
    // The hub sees to the session's end from here on.
    let since = gateway.0.identity.heard();
    let session = gateway.0.identity.renew(ctx.session).await?;
    let outgoing = Outgoing::streamed();
    let line = Line {
        number: gateway.0.numbers.fetch_add(1, Ordering::Relaxed),
        org: session.context.scope.org(),
        user: session.context.user,
        session: session.context.session,
        rights: Rights::new(session.context.clone()),
        outgoing: outgoing.clone(),
    };
    // Whatever becomes of this request, the stream ends with its body.
    let body = Parts { outgoing: outgoing.clone(), last: Bytes::new(), ended: false };
    gateway.0.hub.enter(line.clone(), since).await;
    gateway.0.sockets.spawn(serve(gateway.clone(), line.clone(), session, place));
    let subscription = outgoing.subscribe();
    match stream::begin(&gateway, line, subscription, wanted, after).await {
        Ok((subscribed, reader)) => {
            let _ = outgoing.push(opening(&subscribed));
            gateway.0.hub.attach(reader).await;
        }
        Err(NotBegun::Refused(problem)) => return Err(problem.into()),
        Err(NotBegun::Closed) => return Err(ApiProblem::unauthenticated()),
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        // Or some proxies gather what is to go out at once.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::new(body)).into_response())
}

/// Keeps a stream until it is closed.
async fn serve(gateway: Gateway, line: Line, mut session: Session, _place: Place) {
    let outgoing = &line.outgoing;
    let clock = &gateway.0.clock;
    let mut beat = tokio::time::interval(HEARTBEAT_EVERY);
    beat.tick().await;
    let why = loop {
        let is_due = tokio::select! {
            why = outgoing.closed() => break why,
            () = gateway.0.stopping.cancelled() => {
                outgoing.close(Closing::Stopping);
                continue;
            }
            () = tokio::time::sleep(session.expires_at.since(clock.now())) => true,
            _ = beat.tick() => {
                if outgoing.push(HEARTBEAT).is_ok() {
                    outgoing.flush();
                }
                // To be here is to use the session.
                clock.now() >= session.renew_at()
            }
        };
        if is_due {
            match gateway.0.identity.renew(line.session).await {
                Ok(renewed) => {
                    line.rights.set(renewed.context.clone());
                    session = renewed;
                }
                Err(IdentityError::NoSession) => outgoing.close(Closing::Unauthenticated),
                Err(_) => outgoing.close(Closing::Failed),
            }
        }
    };
    // The body hears of it.
    outgoing.flush();
    gateway.0.hub.leave(line.number).await;
    let (code, _) = why.frame();
    metrics::counter!("tandem_sse_closed_total", "code" => code.to_string()).increment(1);
    tracing::info!(code, org = %line.org, user = %line.user, node = %gateway.0.node, "stream closed");
}

/// What a stream's client is sent, part by part.
struct Parts {
    outgoing: Outgoing,
    /// What was taken last that has a cursor.
    last: Bytes,
    ended: bool,
}

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let part = match ready!(self.outgoing.poll_take(context)) {
            Some(part) => {
                if cursor_of(&part).is_some() {
                    self.last = part.clone();
                }
                part
            }
            None => {
                self.ended = true;
                match self.outgoing.is_closed().zip(cursor_of(&self.last)) {
                    Some((why, after)) => closing(why, after),
                    None => return Poll::Ready(None),
                }
            }
        };
        Poll::Ready(Some(Ok(Frame::data(part))))
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.outgoing.close(Closing::Gone);
    }
}

/// The id with which a part begins.
fn cursor_of(part: &[u8]) -> Option<Cursor> {
    let line = part.strip_prefix(b"id: ")?.split(|byte| *byte == b'\n').next()?;
    std::str::from_utf8(line).ok()?.parse().ok()
}

/// The first event: where the stream begins, and when to come back if it ends without a word.
fn opening(subscribed: &Subscribed) -> Bytes {
    part("open", subscribed.cursor, rand::random_range(RETRY_MS), subscribed)
}

/// The last event: why, and where to go on.
fn closing(why: Closing, after: Cursor) -> Bytes {
    let (code, reason) = why.frame();
    let retry = rand::random_range(if why == Closing::Stopping { RETRY_LATER_MS } else { RETRY_MS });
    part("close", after, retry, &StreamClosed { code, reason: reason.to_owned(), after, retry_ms: retry })
}

fn part(name: &str, id: Cursor, retry_ms: u32, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("id: {id}\nretry: {retry_ms}\nevent: {name}\ndata: {data}\n\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_where_its_reader_stands() {
        let cursor: Cursor = "3-41".parse().expect("a cursor");
        let subscribed = Subscribed { cursor, topics: Vec::new() };
        let parts = [opening(&subscribed), closing(Closing::SlowReader, cursor)];
        assert!(parts.iter().all(|part| cursor_of(part) == Some(cursor)), "{parts:?}");
        assert!(parts.iter().all(|part| part.ends_with(b"}\n\n")), "{parts:?}");
        assert_eq!(cursor_of(&HEARTBEAT), None);
    }

    #[test]
    fn a_session_has_so_many_streams() {
        let (streams, session) = (Streams::default(), SessionId::generate());
        let mut places: Vec<_> = (0..STREAMS_PER_SESSION).map(|_| streams.enter(session)).collect();
        assert!(places.iter().all(Result::is_ok));
        assert_eq!(streams.enter(session).expect_err("one too many").0.status, 429);
        assert!(streams.enter(SessionId::generate()).is_ok(), "another's are its own");
        places.pop();
        assert!(streams.enter(session).is_ok(), "one ended");
        drop(places);
        assert!(streams.0.lock().expect("unpoisoned").is_empty());
    }
}
