//! A contact centre on a real store and real routing; callers, browsers and presence are played by the test.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tandem_bus::Bus;
use tandem_communicate::control::{CallChange, CallError, CallNotice, IncomingCall};
use tandem_core::{Clock, Mint, OrgScope, SystemClock};
use tandem_edge::{Identity, UserRecord, identity};
use tandem_engage::{
    Demo, Engage, MIGRATIONS, Parts,
    control::{CallControl, PresenceSource},
    projections,
};
use tandem_presence::Change;
use tandem_proto::{
    CallId, ConversationId, Cursor, Event, EventData, LegId, Timestamp, UserId,
    api::{EndReason, NewPerson, Presence, PresenceView, QueueStats, Role, RoutingStatus},
    events::contact_centre::AgentStatusChanged,
};
use tandem_routing_engine::Engine;
use tandem_store::{BoxFuture, Cause, EventFilter, Store};
use tempfile::TempDir;
use tokio::sync::{broadcast, mpsc};

/// Nothing a test waits for takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Something call control was asked for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Asked {
    Answer,
    Play { sounds: Vec<String>, looped: bool },
    Ring { agent: UserId, leg: LegId },
    HangUp { leg: LegId, reason: EndReason },
    End,
}

/// Call control that only remembers what it was asked, and tells what the test wants to have happened.
pub(crate) struct FakeCalls {
    notices: mpsc::Sender<CallNotice>,
    asked: mpsc::UnboundedSender<(CallId, Asked)>,
    callers: Mutex<BTreeMap<CallId, (OrgScope, LegId)>>,
    absent: Mutex<BTreeSet<UserId>>,
}

impl FakeCalls {
    fn ask(&self, call: CallId, asked: Asked) -> Result<LegId, CallError> {
        let leg = self.callers.lock().expect("not poisoned").get(&call).map(|(_, leg)| *leg);
        let leg = leg.ok_or(CallError::UnknownCall(call))?;
        let _ = self.asked.send((call, asked));
        Ok(leg)
    }

    fn tell(&self, call: CallId, what: CallChange) {
        let scope = self.callers.lock().expect("not poisoned").get(&call).map(|(scope, _)| *scope);
        if let Some(scope) = scope {
            let notice = CallNotice { scope, call, at: SystemClock.now(), what };
            self.notices.try_send(notice).expect("the contact centre keeps up");
        }
    }

    fn over(&self, call: CallId, reason: EndReason) {
        let leg = self.callers.lock().expect("not poisoned").get(&call).map(|(_, leg)| *leg);
        if let Some(leg) = leg {
            self.tell(call, CallChange::LegEnded { leg, user: None, reason, was_answered: true });
            self.tell(call, CallChange::Ended { reason });
            self.callers.lock().expect("not poisoned").remove(&call);
        }
    }
}

impl CallControl for FakeCalls {
    fn answer(&self, _: OrgScope, call: CallId, _: ConversationId) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            let leg = self.ask(call, Asked::Answer)?;
            self.tell(call, CallChange::Answered { leg, user: None });
            Ok(())
        })
    }

    fn play(
        &self,
        _: OrgScope,
        call: CallId,
        leg: LegId,
        play: u64,
        files: Vec<PathBuf>,
        looped: bool,
    ) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            let name =
                |file: &PathBuf| file.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            self.ask(call, Asked::Play { sounds: files.iter().map(name).collect(), looped })?;
            if !looped {
                self.tell(call, CallChange::Played { leg, play });
            }
            Ok(())
        })
    }

    fn ring(
        &self,
        _: OrgScope,
        call: CallId,
        agent: UserId,
        _: Duration,
    ) -> BoxFuture<'_, Result<LegId, CallError>> {
        Box::pin(async move {
            if self.absent.lock().expect("not poisoned").contains(&agent) {
                return Err(CallError::Unreachable);
            }
            let leg = LegId::generate();
            self.ask(call, Asked::Ring { agent, leg })?;
            Ok(leg)
        })
    }

    fn hang_up(
        &self,
        _: OrgScope,
        call: CallId,
        leg: LegId,
        reason: EndReason,
    ) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            self.ask(call, Asked::HangUp { leg, reason })?;
            self.tell(call, CallChange::LegEnded { leg, user: None, reason, was_answered: false });
            Ok(())
        })
    }

    fn end(&self, _: OrgScope, call: CallId, reason: EndReason) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async move {
            self.ask(call, Asked::End)?;
            self.over(call, reason);
            Ok(())
        })
    }
}

/// Presence as the test sets it.
pub(crate) struct FakePresence {
    now: Mutex<BTreeMap<UserId, PresenceView>>,
    changes: broadcast::Sender<Change>,
}

impl FakePresence {
    fn view(&self, user: UserId) -> PresenceView {
        let offline = PresenceView {
            primary: Presence::Offline,
            message: None,
            activity: None,
            since: Timestamp::from_micros(0),
        };
        self.now.lock().expect("not poisoned").get(&user).cloned().unwrap_or(offline)
    }

    fn set(&self, scope: OrgScope, user: UserId, primary: Presence) {
        let before = self.view(user);
        let now = PresenceView { primary, message: None, activity: None, since: SystemClock.now() };
        self.now.lock().expect("not poisoned").insert(user, now.clone());
        let _ = self.changes.send(Change { scope, user, before, now });
    }
}

impl PresenceSource for FakePresence {
    fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    fn of(&self, _: OrgScope, user: UserId) -> BoxFuture<'_, Result<PresenceView, String>> {
        Box::pin(async move { Ok(self.view(user)) })
    }

    fn park(&self, scope: OrgScope, user: UserId) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            if self.view(user).primary != Presence::Offline {
                self.set(scope, user, Presence::Away);
            }
            Ok(())
        })
    }
}

/// The whole of it.
pub(crate) struct World {
    pub(crate) engage: Engage,
    pub(crate) engine: Engine,
    pub(crate) store: Store,
    pub(crate) scope: OrgScope,
    pub(crate) agents: Vec<UserId>,
    pub(crate) demo: Demo,
    pub(crate) presence: Arc<FakePresence>,
    calls: Arc<FakeCalls>,
    incoming: mpsc::Sender<IncomingCall>,
    asked: mpsc::UnboundedReceiver<(CallId, Asked)>,
    _folder: Arc<TempDir>,
}

async fn open(folder: &TempDir) -> Store {
    let migrations = [identity::MIGRATIONS, tandem_routing_engine::MIGRATIONS, MIGRATIONS].concat();
    let url = format!("sqlite:{}", folder.path().join("tandem.db").display());
    let projections = [projections(), tandem_routing_engine::projections()].concat();
    Store::open(&url, &migrations, projections).await.expect("store opens")
}

async fn person(identity: &Identity, scope: OrgScope, name: &str) -> UserRecord {
    let person = NewPerson {
        name: name.to_owned(),
        display_name: name.to_owned(),
        title: None,
        roles: vec![Role::Agent],
        password: "correct horse battery".to_owned(),
        extension: None,
    };
    identity.create_user(scope, Cause::SYSTEM, person).await.expect("user is made")
}

impl World {
    /// An org with `agents` agents, all offline, in the demo's queue.
    pub(crate) async fn new(agents: usize) -> Self {
        let folder = Arc::new(TempDir::new().expect("a folder"));
        let store = open(&folder).await;
        let identity = Identity::new(store.clone(), Mint::for_server(), Arc::new(SystemClock));
        let scope = identity.create_org("demo").await.expect("org is made");
        let mut users = Vec::new();
        for index in 1..=agents {
            users.push(person(&identity, scope, &format!("agent{index}")).await.id);
        }
        Self::start(folder, store, identity, scope, users, None).await
    }

    async fn start(
        folder: Arc<TempDir>,
        store: Store,
        identity: Identity,
        scope: OrgScope,
        agents: Vec<UserId>,
        demo: Option<Demo>,
    ) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (engine, engine_notices) = Engine::start(store.clone(), Arc::clone(&clock)).await;
        let (incoming, incoming_calls) = mpsc::channel(64);
        let (notices, call_notices) = mpsc::channel(1_024);
        let (asked, asked_log) = mpsc::unbounded_channel();
        let presence = Arc::new(FakePresence { now: Mutex::default(), changes: broadcast::Sender::new(64) });
        let calls =
            Arc::new(FakeCalls { notices, asked, callers: Mutex::default(), absent: Mutex::default() });
        let engage = Engage::start(Parts {
            store: store.clone(),
            bus: Bus::new(),
            identity,
            presence: Arc::clone(&presence) as Arc<dyn PresenceSource>,
            calls: Arc::clone(&calls) as Arc<dyn CallControl>,
            incoming: incoming_calls,
            notices: call_notices,
            engine: engine.clone(),
            engine_notices,
            clock,
            sounds_dir: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../media/sounds")),
        })
        .await
        .expect("the contact centre starts");
        let demo = match demo {
            Some(demo) => demo,
            None => engage.seed_demo(scope, &agents).await.expect("the demo is made"),
        };
        let asked = asked_log;
        Self { engage, engine, store, scope, agents, demo, presence, calls, incoming, asked, _folder: folder }
    }

    /// Stops without a goodbye and starts on the same data.
    pub(crate) async fn restart(self) -> Self {
        let Self { store, scope, agents, demo, _folder, .. } = self;
        store.close().await;
        drop((self.engage, self.engine, store));
        let store = open(&_folder).await;
        let identity = Identity::new(store.clone(), Mint::for_server(), Arc::new(SystemClock));
        Self::start(_folder, store, identity, scope, agents, Some(demo)).await
    }

    /// Puts an agent on queue and waits until routing has him.
    pub(crate) async fn on_queue(&mut self, agent: usize) -> UserId {
        let user = self.agents[agent];
        let head = self.store.head();
        self.presence.set(self.scope, user, Presence::OnQueue);
        self.status(head, user, &[RoutingStatus::Idle, RoutingStatus::Alerting]).await;
        user
    }

    pub(crate) fn offline(&self, user: UserId) {
        self.presence.set(self.scope, user, Presence::Offline);
    }

    /// This agent's browser cannot be rung.
    pub(crate) fn absent(&self, user: UserId) {
        self.calls.absent.lock().expect("not poisoned").insert(user);
    }

    /// A customer calls the demo's number.
    pub(crate) async fn dial(&self) -> CallId {
        let (call, leg) = (CallId::generate(), LegId::generate());
        self.calls.callers.lock().expect("not poisoned").insert(call, (self.scope, leg));
        let incoming = IncomingCall {
            scope: self.scope,
            call,
            leg,
            from: "+15550111".to_owned(),
            from_name: None,
            to: "+15550100".to_owned(),
            flow: self.demo.flow,
            at: SystemClock.now(),
        };
        self.incoming.send(incoming).await.expect("the contact centre takes calls");
        call
    }

    pub(crate) fn tell(&self, call: CallId, what: CallChange) {
        self.calls.tell(call, what);
    }

    /// The customer hangs up.
    pub(crate) fn customer_hangs_up(&self, call: CallId) {
        self.calls.over(call, EndReason::Hangup);
    }

    /// The next thing call control is asked for that `wanted` picks.
    pub(crate) async fn asked<T>(&mut self, call: CallId, wanted: impl Fn(&Asked) -> Option<T>) -> T {
        let search = async {
            loop {
                let (about, asked) = self.asked.recv().await.expect("call control is there");
                if let Some(found) = wanted(&asked).filter(|_| about == call) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("it is asked for in time")
    }

    /// The next ring: whom, and the leg.
    pub(crate) async fn rung(&mut self, call: CallId) -> (UserId, LegId) {
        self.asked(call, |asked| match asked {
            Asked::Ring { agent, leg } => Some((*agent, *leg)),
            _ => None,
        })
        .await
    }

    pub(crate) fn answers(&self, call: CallId, agent: UserId, leg: LegId) {
        self.tell(call, CallChange::Answered { leg, user: Some(agent) });
    }

    pub(crate) fn leg_ends(
        &self,
        call: CallId,
        agent: UserId,
        leg: LegId,
        reason: EndReason,
        was_answered: bool,
    ) {
        self.tell(call, CallChange::LegEnded { leg, user: Some(agent), reason, was_answered });
    }

    /// The first event `E` after `after` that `wanted` picks.
    pub(crate) async fn event<E: EventData, T>(
        &self,
        after: Cursor,
        wanted: impl Fn(&E, &Event) -> Option<T>,
    ) -> T {
        let filter = EventFilter { kinds: vec![E::KIND.into()], ..EventFilter::default() };
        let mut events = self.store.follow(self.scope, filter, after);
        let search = async {
            loop {
                let event = events.next().await.expect("the log goes on");
                let data = event.decode::<E>().expect("it reads").expect("it is of this kind");
                if let Some(found) = wanted(&data, &event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.unwrap_or_else(|_| panic!("no {} in time", E::KIND))
    }

    /// Waits until an agent has one of these statuses.
    pub(crate) async fn status(
        &self,
        after: Cursor,
        agent: UserId,
        wanted: &[RoutingStatus],
    ) -> RoutingStatus {
        if let Some(state) = self.engine.agent(self.scope, agent).await
            && wanted.contains(&state.status)
        {
            return state.status;
        }
        self.event::<AgentStatusChanged, _>(after, |changed, _| {
            (changed.user == agent && wanted.contains(&changed.status)).then_some(changed.status)
        })
        .await
    }

    /// The demo queue's numbers once they are as wanted.
    pub(crate) async fn stats(&self, wanted: impl Fn(&QueueStats) -> bool) -> QueueStats {
        let search = async {
            loop {
                let stats =
                    self.engage.queue_stats(self.scope, self.demo.queue).await.expect("the queue is there");
                if wanted(&stats) {
                    return stats;
                }
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        match found {
            Ok(stats) => stats,
            Err(_) => panic!("numbers stay {:?}", self.engage.queue_stats(self.scope, self.demo.queue).await),
        }
    }
}
