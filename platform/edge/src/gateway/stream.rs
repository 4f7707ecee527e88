//! What a subscription reads from the log, until the hub can take it up: from its cursor up to now, without a gap and without a double.
//!
//! What may be seen is asked for before the log is read, and the log is read no further than it reached then. What came after that is
//! with the hub; if the hub has let it go meanwhile, the same begins again from there.

use std::sync::Arc;

use tandem_core::RequestContext;
use tandem_proto::{Cursor, Event, Problem, ws::Subscribed};
use tokio::sync::SemaphorePermit;

use super::{
    Gateway, frame,
    grants::chosen,
    hub::{Line, Reader, Rights, Wanted},
    outgoing::{Closed, Closing, Outgoing},
};
use crate::{IdentityError, cursor::reached, identity::Session};

/// Events read from the log at a time.
const BACKLOG_PAGE: u32 = 200;

/// A `subscribe` request.
#[derive(Debug)]
pub(super) struct Subscribe {
    /// The request's id.
    pub(super) id: Option<u64>,
    /// Which events.
    pub(super) wanted: Wanted,
    /// Where to go on from.
    pub(super) after: Option<Cursor>,
}

/// An event after which a reader may see other topics.
#[derive(Debug)]
pub(super) struct Late {
    event: Arc<Event>,
    /// It was delivered already.
    delivered: bool,
}

impl Late {
    pub(super) fn of(event: &Arc<Event>, delivered: bool) -> Self {
        Self { event: Arc::clone(event), delivered }
    }
}

/// Answers a subscription and begins it. One that is asked for later replaces it, wherever it has got to.
pub(super) async fn subscribe(gateway: Gateway, line: Line, subscription: u64, request: Subscribe) {
    let Subscribe { id, wanted, after } = request;
    let outgoing = line.outgoing.clone();
    match begin(&gateway, line, subscription, wanted, after).await {
        Ok((subscribed, reader)) => {
            if outgoing.answer(id, Ok(serde_json::to_value(subscribed).unwrap_or_default())).is_ok() {
                gateway.0.hub.attach(reader).await;
            }
        }
        Err(NotBegun::Refused(problem)) => drop(outgoing.answer(id, Err(problem))),
        Err(NotBegun::Closed) => {}
    }
}

/// Why a subscription does not begin.
#[derive(Debug)]
pub(super) enum NotBegun {
    /// It cannot be had.
    Refused(Problem),
    /// The reader is gone, or its session over.
    Closed,
}

/// A reader that begins after a cursor, or now; to be given to the hub, which delivers from there on.
pub(super) async fn begin(
    gateway: &Gateway,
    line: Line,
    subscription: u64,
    wanted: Wanted,
    after: Option<Cursor>,
) -> Result<(Subscribed, Reader), NotBegun> {
    let Line { number, rights, outgoing, .. } = line;
    let store = &gateway.0.store;
    let head = store.head();
    let from = after.unwrap_or(head);
    reached(store, from).await.map_err(NotBegun::Refused)?;
    // Not what the socket remembers: an event up to the head may have changed it, and who hears of that may not have come to it yet.
    let renewed = gateway.0.identity.renew_as_of(&rights.now(), head).await;
    let ctx = renewed_rights(renewed, &rights, &outgoing).map_err(|Closed| NotBegun::Closed)?;
    let topics = chosen(gateway.0.grants.topics(&ctx).await, &wanted.topics);
    let subscribed = Subscribed { cursor: from, topics: topics.iter().cloned().collect() };
    let reader =
        Reader { line: number, outgoing, subscription, rights, ctx, wanted, topics, asked: head, seen: from };
    Ok((subscribed, reader))
}

/// Brings a reader to where the hub can take it up: asks what it may see now, and reads what it has not seen. With `late`, what it may
/// see changed by that event, which is the last it has seen.
///
/// Only so many ask the database at a time; the others wait. When a thousand clients come back at once, it is asked as fast as it
/// answers, and those who are live are not kept waiting. Nor does a reader that takes its time keep others from their turn.
pub(super) async fn catch_up(gateway: Gateway, reader: Reader, late: Option<Late>) {
    let outgoing = reader.outgoing.clone();
    tokio::select! {
        read = read(&gateway, reader, late) => if let Ok(reader) = read {
            gateway.0.hub.attach(reader).await;
        },
        _ = outgoing.closed() => {}
    }
}

/// The right to ask the database for a socket.
async fn turn(gateway: &Gateway) -> Result<SemaphorePermit<'_>, Closed> {
    gateway.0.catching_up.acquire().await.map_err(|_| Closed)
}

async fn read(gateway: &Gateway, mut reader: Reader, late: Option<Late>) -> Result<Reader, Closed> {
    let asking = turn(gateway).await?;
    let store = &gateway.0.store;
    if !reader.outgoing.is_wanted(reader.subscription) {
        return Err(Closed);
    }
    let asked = store.head();
    if late.is_some() {
        store.projected(asked).await;
    }
    reader.ctx = rights_now(gateway, &reader.rights, &reader.outgoing).await?;
    reader.topics = chosen(gateway.0.grants.topics(&reader.ctx).await, &reader.wanted.topics);
    reader.asked = asked;
    drop(asking);
    match late {
        // The hub has what came since.
        Some(late) if late.delivered => {}
        // The event that gives a topic is seen on it.
        Some(late) if reader.sees(&late.event) => {
            let frame = frame::event(&late.event, reader.outgoing.coding());
            reader.outgoing.push_paced(reader.subscription, frame).await?;
        }
        Some(_) => {}
        None => read_log(gateway, &mut reader, asked).await?,
    }
    Ok(reader)
}

/// Delivers from the log what the reader has not seen, up to `until`.
async fn read_log(gateway: &Gateway, reader: &mut Reader, until: Cursor) -> Result<(), Closed> {
    let filter = reader.wanted.filter(&reader.topics);
    // To the store, no topics means all.
    while !reader.topics.is_empty() && reader.seen < until {
        let asking = turn(gateway).await?;
        let read = gateway.0.store.events(reader.ctx.scope, &filter, reader.seen, BACKLOG_PAGE).await;
        drop(asking);
        let (events, next) = read.map_err(|error| {
            tracing::error!(%error, "the log cannot be read for a socket");
            reader.outgoing.close(Closing::Failed);
            Closed
        })?;
        for event in events.iter().take_while(|event| event.cursor <= until) {
            let frame = frame::event(event, reader.outgoing.coding());
            reader.outgoing.push_paced(reader.subscription, frame).await?;
        }
        reader.outgoing.flush();
        let moved = next > reader.seen;
        reader.seen = reader.seen.max(next.min(until));
        if !moved {
            break;
        }
    }
    reader.seen = reader.seen.max(until);
    Ok(())
}

/// Looks up what a socket's user may do now, or that its session is over.
pub(super) async fn check_session(gateway: Gateway, line: Line) {
    let work = async {
        let _asking = turn(&gateway).await;
        drop(rights_now(&gateway, &line.rights, &line.outgoing).await);
    };
    tokio::select! {
        () = work => {}
        _ = line.outgoing.closed() => {}
    }
}

/// What the user may do now; a session that is over closes the socket.
async fn rights_now(
    gateway: &Gateway,
    rights: &Rights,
    outgoing: &Outgoing,
) -> Result<RequestContext, Closed> {
    renewed_rights(gateway.0.identity.renew(rights.now().session).await, rights, outgoing)
}

fn renewed_rights(
    renewed: Result<Session, IdentityError>,
    rights: &Rights,
    outgoing: &Outgoing,
) -> Result<RequestContext, Closed> {
    match renewed {
        Ok(session) => {
            rights.set(session.context.clone());
            Ok(session.context)
        }
        Err(error) => {
            let ended = matches!(error, IdentityError::NoSession);
            outgoing.close(if ended { Closing::Unauthenticated } else { Closing::Failed });
            Err(Closed)
        }
    }
}
