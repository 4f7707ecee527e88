//! The supervisor, who sees every chat of the run, every call and the whole contact centre: over the socket, and over REST afterwards.

use std::{
    cell::{Ref, RefCell},
    collections::HashSet,
    rc::Rc,
    time::{Duration, Instant},
};

use tandem_proto::{
    ConversationId, Cursor, Event, UserId,
    api::Page,
    events::contact_centre::{ConversationEnded, ConversationStarted},
};
use tokio::{sync::mpsc, task::JoinHandle, time::sleep};

use super::{Cast, LoadError, refused};
use crate::{
    ledger::{Journal, JournalAudit},
    rest::RestError,
    web::Web,
};

/// How long a reader may be behind the log at the end.
const CATCH_UP: Duration = Duration::from_secs(15);

/// Who reads.
#[derive(Debug)]
pub struct Reader {
    web: Web,
    inside: Rc<RefCell<Inside>>,
    task: Option<JoinHandle<()>>,
    events: Option<mpsc::UnboundedReceiver<(Cursor, Event)>>,
}

#[derive(Debug, Default)]
struct Inside {
    journal: Journal,
    /// Conversations and who called.
    conversations: Vec<(ConversationId, String)>,
    ended: HashSet<ConversationId>,
}

impl Reader {
    /// Signs the supervisor in. Nothing is noted yet.
    ///
    /// # Errors
    /// When signing in fails.
    pub async fn open(cast: &mut Cast) -> Result<Self, LoadError> {
        let (sender, events) = mpsc::unbounded_channel();
        let config = cast.demo_web("supervisor", false)?;
        let web = Web::open(&cast.rest, config, Some(sender)).await.map_err(refused("signing in"))?;
        Ok(Self { web, inside: Rc::default(), task: None, events: Some(events) })
    }

    /// Who it is.
    pub const fn user(&self) -> UserId {
        self.web.user()
    }

    /// The tab.
    pub const fn web(&self) -> &Web {
        &self.web
    }

    /// Notes everything from here on. Call it once the chats are made: what one may see must not change in between.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn begin(&mut self) -> Result<(), LoadError> {
        let Some(mut events) = self.events.take() else { return Ok(()) };
        let start = self.head(Cursor::START).await.map_err(refused("reading the log"))?;
        let inside = Rc::clone(&self.inside);
        inside.borrow_mut().journal = Journal::new(start);
        self.task = Some(tokio::task::spawn_local(async move {
            while let Some((cursor, event)) = events.recv().await {
                if event.cursor > start {
                    inside.borrow_mut().note(cursor, &event);
                }
            }
        }));
        Ok(())
    }

    /// The end of the log as this person sees it.
    async fn head(&self, after: Cursor) -> Result<Cursor, RestError> {
        let mut after = after;
        loop {
            let (page, next) = self.page(after).await?;
            if page.is_empty() {
                return Ok(next);
            }
            after = next;
        }
    }

    async fn page(&self, after: Cursor) -> Result<(Vec<Event>, Cursor), RestError> {
        let page: Page<Event> = self.web.rest().get(&format!("/events?after={after}&limit=200")).await?;
        let next = page.next.and_then(|next| next.parse().ok()).unwrap_or(after);
        Ok((page.items, next))
    }

    /// The log since the reader began.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn log(&self) -> Result<Vec<Event>, RestError> {
        let (mut log, mut after) = (Vec::new(), self.inside.borrow().journal.start);
        loop {
            let (page, next) = self.page(after).await?;
            if page.is_empty() {
                return Ok(log);
            }
            log.extend(page);
            after = next;
        }
    }

    /// Compares what was seen with the log, once the socket had time to catch up with it.
    pub async fn audit(&self, log: &[Event]) -> JournalAudit {
        let last = log.last().map_or(Cursor::START, |event| event.cursor);
        let began = Instant::now();
        while self.inside.borrow().journal.cursor.is_none_or(|cursor| cursor < last)
            && began.elapsed() < CATCH_UP
        {
            sleep(Duration::from_millis(50)).await;
        }
        self.inside.borrow().journal.audit(log)
    }

    /// What was seen.
    pub fn journal(&self) -> Ref<'_, Journal> {
        Ref::map(self.inside.borrow(), |inside| &inside.journal)
    }

    /// The latest conversation of a caller, and whether it is over.
    pub fn conversation_of(&self, number: &str) -> Option<(ConversationId, bool)> {
        let inside = self.inside.borrow();
        let found = inside.conversations.iter().rev().find(|(_, from)| from.contains(number));
        found.map(|(conversation, _)| (*conversation, inside.ended.contains(conversation)))
    }
}

impl Inside {
    fn note(&mut self, cursor: Cursor, event: &Event) {
        self.journal.event(cursor, event);
        if let Ok(Some(started)) = event.decode::<ConversationStarted>() {
            self.conversations.push((started.conversation, started.from));
        } else if let Ok(Some(ended)) = event.decode::<ConversationEnded>() {
            self.ended.insert(ended.conversation);
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
