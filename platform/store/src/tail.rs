//! The end of the log, where several nodes write it: one reader per process, for all followers.
//!
//! **The trap.** Transactions commit in another order than they number their events. A reader that went on from the newest event it saw
//! would never see one of a transaction that was slower. So the log is in the order of transaction numbers first, and this reader stops
//! before the oldest transaction under way: what it calls the head is final, and everybody else reads only up to it.

use std::{sync::Arc, time::Duration};

use sqlx::{AnyConnection, Connection as _};
use tandem_proto::{Cursor, Event};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::{StoreError, engine::Database, postgres, reader, writer::News};

/// Without a wake-up the log is looked at this often.
const POLL: Duration = Duration::from_millis(200);
/// While something waits for an older transaction: first, and at most.
const SOON: Duration = Duration::from_millis(1);
const LATER: Duration = Duration::from_millis(20);
/// Between attempts to reach the database.
const RETRY: Duration = Duration::from_millis(100);

pub(crate) struct Tail {
    database: Arc<Database>,
    news: News,
    commits: watch::Receiver<Cursor>,
    wake: Arc<Notify>,
    gate: bool,
    seen: Cursor,
    pause: Duration,
}

impl Tail {
    pub(crate) fn new(database: Arc<Database>, news: News, wake: Arc<Notify>, gate: bool) -> Self {
        let (commits, seen) = (news.commits.subscribe(), *news.head.borrow());
        Self { database, news, commits, wake, gate, seen, pause: SOON }
    }

    /// Reads until `stop`.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let _ = stop.clone().run_until_cancelled(self.keep_up()).await;
    }

    async fn keep_up(&mut self) {
        loop {
            let ended = match self.connect().await {
                Ok(mut conn) => {
                    let ended = self.read(&mut conn).await;
                    let _ = postgres::bounded(conn.close_hard()).await;
                    ended
                }
                Err(error) => error,
            };
            tracing::warn!(error = %ended, "the log cannot be read at its end");
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn connect(&self) -> Result<AnyConnection, StoreError> {
        match &*self.database {
            Database::Postgres(server) => server.tail().await,
            Database::Sqlite(_) => Err(StoreError::Closed),
        }
    }

    /// Reads until the connection fails.
    async fn read(&mut self, conn: &mut AnyConnection) -> StoreError {
        loop {
            self.commits.mark_unchanged();
            let (events, is_gated) = match reader::tail(conn, &self.news.keys, self.seen, self.gate).await {
                Ok(read) => read,
                Err(error) => return error,
            };
            if events.len() >= reader::PAGE as usize {
                self.tell(events);
                continue;
            }
            let is_moving = !events.is_empty();
            self.tell(events);
            if is_gated {
                self.pause = if is_moving { SOON } else { (self.pause * 2).min(LATER) };
                tokio::time::sleep(self.pause).await;
                continue;
            }
            self.pause = SOON;
            tokio::select! {
                _ = self.commits.changed() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    fn tell(&mut self, events: Vec<Event>) {
        let Some(last) = events.last() else { return };
        self.seen = last.cursor;
        self.news.tell(self.seen, events);
    }
}
