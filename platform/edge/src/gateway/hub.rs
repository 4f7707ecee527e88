//! Who gets what: one task that hears every event and signal once, and hands each to the sockets that may see it.
//!
//! A socket's subscription is here while it is live. One that has to read the log (it resumes from far back, events were missed, or what
//! it may see changed) is with a task of `stream` and comes back by [`Hub::attach`]; the newest events are kept, so that it is taken up
//! without a gap and without a double. An event costs as much as it has readers: nobody else is woken.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::{Arc, PoisonError, RwLock, Weak},
};

use bytes::Bytes;
use tandem_bus::Published;
use tandem_core::RequestContext;
use tandem_proto::{
    Cursor, Event, EventData, OrgId, SessionId, Topic, UserId,
    events::identity::{SessionEnded, UserErased},
    ws::ServerFrame,
};
use tandem_store::EventFilter;
use tokio::sync::{
    broadcast::{self, error::RecvError},
    mpsc,
};

use super::{
    Gateway, Inner, Regrant,
    deflate::Deflater,
    frame::{self, Coding, Shared},
    lanes::{Dirty, Lanes},
    outgoing::{Closed, Closing, Outgoing},
    stream::{self, Late},
};
use crate::identity::Affected;

/// Commands that wait; who gives one waits as well.
const COMMANDS: usize = 1_024;
/// Events and signals handled before what they queued is flushed.
const BATCH: usize = 256;
/// Events kept for those who resume.
const RECENT: usize = 2_048;

/// The way to the hub. Cheap to clone; the hub ends with the last one.
#[derive(Clone, Debug)]
pub(super) struct Hub(mpsc::Sender<Command>);

#[derive(Debug)]
enum Command {
    Enter(Line, Cursor),
    Attach(Box<Reader>),
    Leave(u64),
}

/// An authenticated socket.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) org: OrgId,
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) rights: Rights,
    pub(super) outgoing: Outgoing,
}

/// What a socket's user may do now. Shared by its requests and its subscription.
#[derive(Clone, Debug)]
pub(super) struct Rights(Arc<RwLock<RequestContext>>);

impl Rights {
    pub(super) fn new(ctx: RequestContext) -> Self {
        Self(Arc::new(RwLock::new(ctx)))
    }

    pub(super) fn now(&self) -> RequestContext {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set(&self, ctx: RequestContext) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ctx;
    }
}

/// A socket's subscription.
#[derive(Debug)]
pub(super) struct Reader {
    /// Of which socket.
    pub(super) line: u64,
    pub(super) outgoing: Outgoing,
    /// Which of the socket's.
    pub(super) subscription: u64,
    pub(super) rights: Rights,
    /// As they were when the topics were asked for.
    pub(super) ctx: RequestContext,
    /// What was asked for.
    pub(super) wanted: Wanted,
    /// Topics delivered now.
    pub(super) topics: BTreeSet<Topic>,
    /// The log's head before the topics were asked for: what happened up to then is in them.
    pub(super) asked: Cursor,
    /// Everything up to here was delivered, or is not for this reader.
    pub(super) seen: Cursor,
}

/// Which events a reader asked for.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Of these topics; empty: all that are granted.
    pub(crate) topics: Vec<Topic>,
    /// Of these kinds: a filter that says nothing else.
    pub(crate) kinds: EventFilter,
}

impl Wanted {
    /// How the log is asked for them, of the topics that are granted.
    pub(crate) fn filter(&self, topics: &BTreeSet<Topic>) -> EventFilter {
        EventFilter { topics: topics.iter().cloned().collect(), ..self.kinds.clone() }
    }
}

impl Reader {
    pub(super) fn sees(&self, event: &Event) -> bool {
        event.org == self.ctx.scope.org()
            && event.topics.iter().any(|topic| self.topics.contains(topic))
            && self.wanted.kinds.matches(event)
    }
}

/// An event of a moment ago, with its frames once somebody needed them.
struct Recent {
    event: Arc<Event>,
    frames: Shared,
    regrant: Regrant,
}

impl Recent {
    fn frame(&self, coding: Coding, deflater: &mut Deflater) -> Bytes {
        self.frames.event(&self.event, coding, deflater)
    }

    /// Whether what somebody may see may be another since.
    fn regrants(&self, ctx: &RequestContext) -> bool {
        self.event.org == ctx.scope.org() && self.regrant.concerns(ctx.user)
    }
}

impl Hub {
    pub(super) fn new() -> (Self, Commands) {
        let (commands, inbox) = mpsc::channel(COMMANDS);
        (Self(commands), Commands(inbox))
    }

    /// An authenticated socket is there. It is closed when its session ends, or has ended after `since`, up to where the log was heard
    /// before the session was asked for.
    pub(super) async fn enter(&self, line: Line, since: Cursor) {
        self.give(Command::Enter(line, since)).await;
    }

    /// Delivers what comes after what the reader has seen. Whatever stands in the way, the hub starts a task that sees to it.
    pub(super) async fn attach(&self, reader: Reader) {
        self.give(Command::Attach(Box::new(reader))).await;
    }

    /// The socket is gone.
    pub(super) async fn leave(&self, line: u64) {
        self.give(Command::Leave(line)).await;
    }

    async fn give(&self, command: Command) {
        // A hub that is gone: the server ends.
        let _ = self.0.send(command).await;
    }
}

/// The hub's end of the commands.
pub(super) struct Commands(mpsc::Receiver<Command>);

/// Starts the hub of a gateway. `live` and `signals` were subscribed to before `head` was read.
pub(super) fn start(
    gateway: Weak<Inner>,
    commands: Commands,
    live: broadcast::Receiver<Arc<Event>>,
    signals: broadcast::Receiver<Published>,
    head: Cursor,
) {
    let board = Board {
        gateway,
        lanes: Lanes::start(),
        dirty: Dirty::default(),
        deflater: Deflater::default(),
        lines: HashMap::new(),
        by_user: HashMap::new(),
        by_topic: HashMap::new(),
        recent: VecDeque::new(),
        floor: head,
        at: head,
    };
    tokio::spawn(board.run(commands.0, live, signals));
}

/// The hub's state.
struct Board {
    gateway: Weak<Inner>,
    lanes: Lanes,
    dirty: Dirty,
    deflater: Deflater,
    lines: HashMap<u64, (Line, Option<Box<Reader>>)>,
    by_user: HashMap<UserId, HashSet<u64>>,
    /// Live readers. A topic belongs to one org.
    by_topic: HashMap<Topic, HashSet<u64>>,
    recent: VecDeque<Recent>,
    /// Everything after this and up to `at` is in `recent`.
    floor: Cursor,
    at: Cursor,
}

impl Board {
    async fn run(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        mut live: broadcast::Receiver<Arc<Event>>,
        mut signals: broadcast::Receiver<Published>,
    ) {
        loop {
            tokio::select! {
                event = live.recv() => match event {
                    Ok(event) => self.event(event),
                    Err(RecvError::Lagged(_)) => self.lagged(),
                    Err(RecvError::Closed) => return self.close_all(),
                },
                signal = signals.recv() => match signal {
                    Ok(signal) => self.signal(&signal),
                    // Signals may be lost.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return self.close_all(),
                },
                command = commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => return,
                },
            }
            for _ in 0..BATCH {
                let event = live.try_recv().map(|event| self.event(event));
                let signal = signals.try_recv().map(|signal| self.signal(&signal));
                // What could not be taken shows again when it is waited for.
                if event.is_err() && signal.is_err() {
                    break;
                }
            }
            self.lanes.flush(&mut self.dirty);
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Enter(line, since) => self.enter(line, since),
            Command::Attach(reader) => self.attach(reader),
            Command::Leave(number) => {
                drop(self.detach(number));
                if let Some((line, _)) = self.lines.remove(&number) {
                    take_out(&mut self.by_user, &line.user, number);
                }
            }
        }
    }

    fn enter(&mut self, line: Line, since: Cursor) {
        let newer = || {
            let newer = self.recent.iter().rev().take_while(|recent| recent.event.cursor > since);
            newer.map(|recent| &*recent.event)
        };
        if newer().any(|event| ended(event) == Some(line.session)) {
            return line.outgoing.close(Closing::Unauthenticated);
        }
        let has_other_rights = |event| match Affected::by(event) {
            Affected::Nobody => false,
            Affected::User(user) => user == line.user,
            Affected::Org(org) => org == line.org,
        };
        // The session may have been read before such an event, or (rarely) a long time ago, as logs go. It is read again.
        if since < self.floor || newer().any(has_other_rights) {
            self.with_gateway(|gateway| stream::check_session(gateway, line.clone()));
        }
        self.by_user.entry(line.user).or_default().insert(line.number);
        self.lines.insert(line.number, (line, None));
    }

    fn attach(&mut self, mut reader: Box<Reader>) {
        if !reader.outgoing.is_wanted(reader.subscription) || !self.lines.contains_key(&reader.line) {
            return;
        }
        drop(self.detach(reader.line));
        if reader.seen < self.floor {
            return self.with_gateway(|gateway| stream::catch_up(gateway, *reader, None));
        }
        let next = self.recent.partition_point(|recent| recent.event.cursor <= reader.seen);
        for recent in self.recent.range(next..) {
            let visible = reader.sees(&recent.event);
            if visible && !reader.outgoing.has_room() {
                // More than fits at once: at the reader's own pace, then.
                return self.with_gateway(|gateway| stream::catch_up(gateway, *reader, None));
            }
            reader.seen = recent.event.cursor;
            if visible {
                let frame = recent.frame(reader.outgoing.coding(), &mut self.deflater);
                if reader.outgoing.push_of(reader.subscription, frame).is_err() {
                    return;
                }
            }
            if recent.event.cursor > reader.asked && recent.regrants(&reader.ctx) {
                let late = Late::of(&recent.event, visible);
                reader.outgoing.flush();
                return self.with_gateway(|gateway| stream::catch_up(gateway, *reader, Some(late)));
            }
        }
        reader.outgoing.flush();
        for topic in &reader.topics {
            match self.by_topic.get_mut(topic) {
                Some(readers) => drop(readers.insert(reader.line)),
                None => drop(self.by_topic.insert(topic.clone(), HashSet::from([reader.line]))),
            }
        }
        if let Some((_, place)) = self.lines.get_mut(&reader.line) {
            *place = Some(reader);
        }
    }

    /// Takes a live subscription out.
    fn detach(&mut self, number: u64) -> Option<Box<Reader>> {
        let reader = self.lines.get_mut(&number)?.1.take()?;
        for topic in &reader.topics {
            take_out(&mut self.by_topic, topic, number);
        }
        Some(reader)
    }

    fn event(&mut self, event: Arc<Event>) {
        if let Some(session) = ended(&event) {
            self.end_session(&event, session);
        }
        if event.kind == UserErased::KIND {
            // What was theirs among the events kept is gone from the log: whoever resumes reads it there.
            self.recent.clear();
            self.floor = self.at;
        }
        let regrant = match self.gateway.upgrade() {
            Some(gateway) => gateway.grants.changed_by(&event),
            None => Regrant::Nobody,
        };
        let recent = Recent { event, frames: Shared::default(), regrant };
        self.at = self.at.max(recent.event.cursor);
        let had_it = self.deliver(&recent);
        self.regrant(&recent, &had_it);
        self.recent.push_back(recent);
        if self.recent.len() > RECENT
            && let Some(oldest) = self.recent.pop_front()
        {
            self.floor = self.floor.max(oldest.event.cursor);
        }
    }

    /// Hands an event to its live readers; answers who they are, if that matters.
    fn deliver(&mut self, recent: &Recent) -> HashSet<u64> {
        let event = &recent.event;
        let (mut gone, mut had_it) = (Vec::new(), HashSet::new());
        for readers in event.topics.iter().filter_map(|topic| self.by_topic.get(topic)) {
            for number in readers {
                let Some((line, Some(reader))) = self.lines.get_mut(number) else { continue };
                if line.org != event.org || reader.seen >= event.cursor {
                    continue;
                }
                reader.seen = event.cursor;
                if !reader.wanted.kinds.matches(event) {
                    continue;
                }
                let frame = recent.frame(line.outgoing.coding(), &mut self.deflater);
                match line.outgoing.push_of(reader.subscription, frame) {
                    Ok(()) => self.dirty.add(*number, &line.outgoing, readers.len()),
                    Err(Closed) => gone.push(*number),
                }
                if recent.regrant != Regrant::Nobody {
                    had_it.insert(*number);
                }
            }
        }
        for number in gone {
            drop(self.detach(number));
        }
        had_it
    }

    /// Those whose rights an event may have changed ask again what they may see.
    fn regrant(&mut self, recent: &Recent, had_it: &HashSet<u64>) {
        let concerned: Vec<u64> = match &recent.regrant {
            Regrant::Nobody => return,
            Regrant::Users(users) => {
                users.iter().filter_map(|user| self.by_user.get(user)).flatten().copied().collect()
            }
            Regrant::Everybody => {
                let org = recent.event.org;
                self.lines
                    .iter()
                    .filter(|(_, (line, _))| line.org == org)
                    .map(|(number, _)| *number)
                    .collect()
            }
        };
        let other_rights = Affected::by(&recent.event) != Affected::Nobody;
        for number in concerned {
            let is_live = |(_, reader): &(Line, Option<Box<Reader>>)| {
                reader.as_ref().is_some_and(|reader| recent.event.cursor > reader.asked)
            };
            let Some(line) = self.lines.get(&number) else { continue };
            if !is_live(line) {
                if other_rights {
                    let line = line.0.clone();
                    self.with_gateway(|gateway| stream::check_session(gateway, line));
                }
                continue;
            }
            let Some(mut reader) = self.detach(number) else { continue };
            reader.seen = reader.seen.max(recent.event.cursor);
            let late = Late::of(&recent.event, had_it.contains(&number));
            self.with_gateway(|gateway| stream::catch_up(gateway, *reader, Some(late)));
        }
    }

    fn end_session(&mut self, event: &Event, session: SessionId) {
        let user = event.stream.as_str().split_once(':').and_then(|(_, user)| user.parse().ok());
        let theirs = user.and_then(|user: UserId| self.by_user.get(&user)).into_iter().flatten();
        for (line, _) in theirs.filter_map(|number| self.lines.get(number)) {
            if line.session == session {
                line.outgoing.close(Closing::Unauthenticated);
            }
        }
    }

    fn signal(&mut self, published: &Published) {
        let Some(readers) = self.by_topic.get(&published.topic) else { return };
        let frames = Shared::default();
        for number in readers {
            let Some((line, Some(reader))) = self.lines.get(number) else { continue };
            // A stream is of the log alone.
            if line.org != published.org || line.outgoing.coding() == Coding::Stream {
                continue;
            }
            let frame = frames.socket(line.outgoing.coding(), &mut self.deflater, || {
                frame::text(&ServerFrame::Signal {
                    topic: published.topic.clone(),
                    data: published.signal.as_ref().clone(),
                })
            });
            // One that cannot take it is closing, and leaves.
            if line.outgoing.push_of(reader.subscription, frame).is_ok() {
                self.dirty.add(*number, &line.outgoing, readers.len());
            }
        }
    }

    /// Events were missed: among them may be one that changed what somebody may see, or ended a session.
    fn lagged(&mut self) {
        let before = self.at;
        if let Some(gateway) = self.gateway.upgrade() {
            // What is yet to be received is newer than this, or among what was kept of it.
            self.floor = gateway.store.head();
        }
        self.at = self.floor;
        self.recent.clear();
        tracing::warn!("events came faster than they could be handed out; sockets read the log");
        let numbers: Vec<u64> = self.lines.keys().copied().collect();
        for number in numbers {
            match self.detach(number) {
                Some(mut reader) => {
                    reader.seen = reader.seen.max(before);
                    self.with_gateway(|gateway| stream::catch_up(gateway, *reader, None));
                }
                None => {
                    let Some((line, _)) = self.lines.get(&number) else { continue };
                    self.with_gateway(|gateway| stream::check_session(gateway, line.clone()));
                }
            }
        }
    }

    fn close_all(&mut self) {
        for (line, _) in self.lines.values() {
            line.outgoing.close(Closing::Stopping);
        }
    }

    /// Starts a task, unless the server ends.
    fn with_gateway<F: Future<Output = ()> + Send + 'static>(&self, task: impl FnOnce(Gateway) -> F) {
        if let Some(gateway) = self.gateway.upgrade() {
            tokio::spawn(task(Gateway(gateway)));
        }
    }
}

/// The session that an event ended.
fn ended(event: &Event) -> Option<SessionId> {
    if event.kind != SessionEnded::KIND {
        return None;
    }
    event.decode::<SessionEnded>().ok().flatten().map(|ended| ended.session)
}

fn take_out<K: std::hash::Hash + Eq>(index: &mut HashMap<K, HashSet<u64>>, key: &K, number: u64) {
    if let Some(numbers) = index.get_mut(key) {
        numbers.remove(&number);
        if numbers.is_empty() {
            index.remove(key);
        }
    }
}
