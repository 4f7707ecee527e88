//! A reader that first catches up with the log and then goes on live, missing nothing and doubling nothing.

use std::{collections::VecDeque, sync::Arc};

use sqlx::AnyPool;
use tandem_core::OrgScope;
use tandem_proto::{Cursor, Event};
use tokio::sync::{
    broadcast::{self, error::RecvError, error::TryRecvError},
    watch,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    EventFilter, StoreError,
    engine::Engine,
    keys::Keyring,
    reader::{self, Range},
};

/// Events taken from the log at once while catching up.
const BATCH: u32 = 256;

/// The log as a follower reads it. `live` was subscribed to before `head`.
pub(crate) struct Log {
    pub(crate) pool: AnyPool,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) engine: Engine,
    pub(crate) live: broadcast::Receiver<Arc<Event>>,
    pub(crate) head: watch::Receiver<Cursor>,
}

/// Events after a cursor, without end. Made by [`crate::Store::follow`].
#[derive(Debug)]
pub struct Follow {
    pool: AnyPool,
    keys: Arc<Keyring>,
    engine: Engine,
    scope: Option<OrgScope>,
    filter: EventFilter,
    head: watch::Receiver<Cursor>,
    live: broadcast::Receiver<Arc<Event>>,
    stop: CancellationToken,
    /// Everything up to here was looked at.
    seen: Cursor,
    /// Whether the log has events that did not, or no longer do, come through `live`.
    behind: bool,
    ready: VecDeque<Arc<Event>>,
    /// Whether the log is read on while what was read is used, and what is being read so.
    reads_ahead: bool,
    ahead: Option<Ahead>,
}

/// Events of the log, and how far it was searched for them.
type Found = Result<(Vec<Arc<Event>>, Cursor), StoreError>;

/// The batch after the one that was handed out last.
#[derive(Debug)]
struct Ahead {
    most: u32,
    found: AbortOnDropHandle<Found>,
}

impl Follow {
    pub(crate) fn new(
        log: Log,
        scope: Option<OrgScope>,
        filter: EventFilter,
        after: Cursor,
        stop: CancellationToken,
    ) -> Self {
        let Log { pool, keys, engine, live, head } = log;
        // The head is read after `live` was subscribed to: what is not below it will come.
        let behind = after < *head.borrow();
        Self {
            pool,
            keys,
            engine,
            scope,
            filter,
            head,
            live,
            stop,
            seen: after,
            behind,
            ready: VecDeque::new(),
            reads_ahead: false,
            ahead: None,
        }
    }

    /// As it is, but while it catches up it reads one batch while the one before is used.
    pub(crate) fn reading_ahead(self) -> Self {
        Self { reads_ahead: true, ..self }
    }

    /// The next event; waits for it. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the store closes; other errors may pass, and asking again goes on where it stood.
    pub async fn next(&mut self) -> Result<Arc<Event>, StoreError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            self.ready = self.batch(BATCH).await?.into();
        }
    }

    /// Everything up to here was handed out or did not match.
    pub(crate) fn seen(&self) -> Cursor {
        self.seen
    }

    /// Goes on from another place.
    pub(crate) fn jump(&mut self, to: Cursor) {
        self.seen = to;
        self.behind = true;
        self.ready.clear();
        self.ahead = None;
    }

    /// Whether the log has nothing more, as far as is known.
    pub(crate) fn is_level(&self) -> bool {
        !self.behind
    }

    /// Waits for the log to go on; returns at most `most` of the events that match, perhaps none.
    pub(crate) async fn batch(&mut self, most: u32) -> Result<Vec<Arc<Event>>, StoreError> {
        if self.behind {
            let (asked, found) = match &mut self.ahead {
                Some(ahead) => {
                    let found = (&mut ahead.found).await;
                    (ahead.most, found.unwrap_or_else(|error| Err(StoreError::Panicked(error.to_string()))))
                }
                None => (most, self.read(self.seen, most).await),
            };
            self.ahead = None;
            let (events, seen) = found?;
            self.behind = events.len() >= asked as usize;
            self.seen = seen;
            if self.behind && self.reads_ahead {
                let found = AbortOnDropHandle::new(tokio::spawn(self.read(seen, most)));
                self.ahead = Some(Ahead { most, found });
            }
            return Ok(events);
        }
        let mut received = tokio::select! {
            biased;
            received = self.live.recv() => received.map_err(|e| match e {
                RecvError::Closed => TryRecvError::Closed,
                RecvError::Lagged(missed) => TryRecvError::Lagged(missed),
            }),
            () = self.stop.cancelled() => Err(TryRecvError::Closed),
        };
        let mut found = Vec::new();
        loop {
            match received {
                Ok(event) => found.extend(self.take(event)),
                Err(TryRecvError::Empty) => return Ok(found),
                Err(TryRecvError::Closed) if found.is_empty() => return Err(StoreError::Closed),
                Err(TryRecvError::Closed) => return Ok(found),
                Err(TryRecvError::Lagged(_)) => {
                    self.behind = true;
                    return Ok(found);
                }
            }
            if found.len() >= most as usize {
                return Ok(found);
            }
            received = self.live.try_recv();
        }
    }

    /// Reads the log from `after` on.
    fn read(&self, after: Cursor, most: u32) -> impl Future<Output = Found> + Send + use<> {
        let (pool, keys, filter) = (self.pool.clone(), Arc::clone(&self.keys), self.filter.clone());
        let range = Range { engine: self.engine, scope: self.scope, after, head: *self.head.borrow() };
        async move {
            let (events, seen) = reader::events(&pool, &keys, range, &filter, most).await?;
            Ok((events.into_iter().map(Arc::new).collect(), seen))
        }
    }

    fn take(&mut self, event: Arc<Event>) -> Option<Arc<Event>> {
        if event.cursor <= self.seen {
            return None;
        }
        self.seen = event.cursor;
        (self.scope.is_none_or(|scope| scope.org() == event.org) && self.filter.matches(&event))
            .then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use tandem_core::Mint;
    use tandem_proto::{OrgId, Stream, events::identity::OrgCreated};

    use super::*;
    use crate::{Cause, Expect, Store};

    #[tokio::test]
    async fn what_is_read_ahead_is_as_much_as_is_wanted_by_then() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("tandem.db").display());
        let store = Store::open(&url, &[], Vec::new()).await.expect("opens");
        let scope = Mint::for_server().scope(OrgId::generate());
        let written = store.write(scope, Cause::SYSTEM, |tx| {
            Box::pin(async move {
                for number in 0..1_000 {
                    let event = OrgCreated { name: format!("org {number}") };
                    tx.append(Stream::org(tx.scope().org()), Expect::Any, &[], &event).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        written.await.expect("written");
        let mut follow = store.follow(scope, EventFilter::default(), Cursor::START).reading_ahead();
        let mut read = Vec::new();
        for most in [10, 400, 400, 800] {
            read.push(follow.batch(most).await.expect("reads").len());
        }
        // Each was begun when the one before it was handed out.
        assert_eq!(read, [10, 10, 400, 400]);
    }
}
