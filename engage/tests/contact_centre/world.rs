//! A contact centre on a real store and real routing; callers, browsers and presence are played by the test.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use tandem_bus::{Bus, Links};
use tandem_cluster::{Cluster, Joining};
use tandem_communicate::control::{CallChange, IncomingCall};
use tandem_core::{Clock, Mint, OrgScope, SystemClock};
use tandem_edge::{Identity, UserRecord, identity};
use tandem_engage::{
    Demo, Engage, MIGRATIONS, Parts,
    control::{CallControl, PresenceSource},
    projections,
};
use tandem_presence::Change;
use tandem_proto::{
    CallId, Cursor, Event, EventData, LegId, NodeId, NodeInfo, NodeRole, Timestamp, UserId,
    api::{EndReason, NewPerson, Presence, PresenceView, QueueStats, Role, RoutingStatus},
    events::contact_centre::AgentStatusChanged,
};
use tandem_routing_engine::Engine;
use tandem_store::{BoxFuture, Cause, EventFilter, Store};
use tempfile::TempDir;
use tokio::sync::{broadcast, mpsc};

pub(crate) use crate::switch::Asked;
use crate::switch::{Ears, FakeCalls};

/// Nothing a test waits for takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

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

    /// Nobody knows where this person is.
    pub(crate) fn forget(&self, user: UserId) {
        self.now.lock().expect("not poisoned").remove(&user);
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

/// What all nodes share.
#[derive(Clone)]
struct Ground {
    store: Store,
    identity: Identity,
    presence: Arc<FakePresence>,
    calls: Arc<FakeCalls>,
}

/// What becomes of a node.
enum Power {
    Freeze,
    Thaw,
    Off,
}

/// A node: a process in all but the address space. It has a thread and a runtime of its own, so that it can be stopped in the middle of
/// anything, and go on or not.
pub(crate) struct Node {
    pub(crate) engage: Engage,
    pub(crate) engine: Engine,
    pub(crate) cluster: Cluster,
    power: mpsc::UnboundedSender<Power>,
}

impl Node {
    /// Starts one that is alone or among others.
    async fn start(ground: Ground, name: &str, roles: &[NodeRole], alone: bool) -> Self {
        let (power, mut buttons) = mpsc::unbounded_channel();
        let (started, parts) = tokio::sync::oneshot::channel();
        let (name, roles) = (name.to_owned(), roles.iter().copied().collect());
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let _ = started.send(runtime.block_on(start(ground, name, roles, alone)));
            loop {
                match runtime.block_on(buttons.recv()) {
                    Some(Power::Freeze) => match buttons.blocking_recv() {
                        Some(Power::Thaw) => {}
                        _ => return,
                    },
                    Some(Power::Thaw) => {}
                    Some(Power::Off) | None => return,
                }
            }
        });
        let (engage, engine, cluster) = parts.await.expect("the node starts");
        Self { engage, engine, cluster, power }
    }

    /// kill -9.
    pub(crate) fn kill(&self) {
        let _ = self.power.send(Power::Off);
    }

    /// SIGSTOP.
    pub(crate) fn freeze(&self) {
        let _ = self.power.send(Power::Freeze);
    }

    /// SIGCONT.
    pub(crate) fn thaw(&self) {
        let _ = self.power.send(Power::Thaw);
    }
}

async fn start(
    ground: Ground,
    name: String,
    roles: BTreeSet<NodeRole>,
    alone: bool,
) -> (Engage, Engine, Cluster) {
    let Ground { store, identity, presence, calls } = ground;
    let me = NodeId::generate();
    let links = match alone {
        true => Links::alone(me),
        false => Links::listen(me, SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port is free"),
    };
    let info = NodeInfo::new(me, &name, roles, links.address());
    let mint = Arc::new(Mint::for_server());
    let joining = Joining { store: store.clone(), mint, links, info, alone };
    let cluster = Cluster::join(joining).await.expect("the node joins");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (engine, engine_notices) = Engine::start(store.clone(), Arc::clone(&clock)).await;
    let (incoming, incoming_calls) = mpsc::channel(64);
    let (notices, call_notices) = mpsc::channel(1_024);
    if cluster.has(NodeRole::Sip) {
        calls.listen(Ears { incoming, notices });
    }
    let engage = Engage::start(Parts {
        store,
        bus: Bus::new(),
        cluster: cluster.clone(),
        identity,
        presence: presence as Arc<dyn PresenceSource>,
        calls: calls as Arc<dyn CallControl>,
        incoming: incoming_calls,
        notices: call_notices,
        engine: engine.clone(),
        engine_notices,
        clock,
        sounds_dir: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../media/sounds")),
    })
    .await
    .expect("the contact centre starts");
    (engage, engine, cluster)
}

/// The whole of it.
pub(crate) struct World {
    /// Of the node that has the contact centre.
    pub(crate) engage: Engage,
    pub(crate) engine: Engine,
    pub(crate) store: Store,
    pub(crate) scope: OrgScope,
    pub(crate) agents: Vec<UserId>,
    pub(crate) demo: Demo,
    pub(crate) presence: Arc<FakePresence>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) calls: Arc<FakeCalls>,
    asked: mpsc::UnboundedReceiver<(CallId, Asked)>,
    folder: TempDir,
}

async fn open(folder: &TempDir) -> Store {
    let migrations =
        [tandem_cluster::MIGRATIONS, identity::MIGRATIONS, tandem_routing_engine::MIGRATIONS, MIGRATIONS]
            .concat();
    let url = format!("sqlite:{}", folder.path().join("tandem.db").display());
    Store::open(&url, &migrations, projections()).await.expect("store opens")
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

fn people_of(store: &Store) -> Identity {
    Identity::new(store.clone(), Arc::new(Mint::for_server()), Arc::new(SystemClock))
}

impl World {
    /// An org with `agents` agents, all offline, in the demo's queue; one node that is alone.
    pub(crate) async fn new(agents: usize) -> Self {
        Self::build(agents, true).await
    }

    /// The same on a node for calls and two engines, of which the first has the contact centre.
    pub(crate) async fn of_many(agents: usize) -> Self {
        Self::build(agents, false).await
    }

    async fn build(agents: usize, alone: bool) -> Self {
        let folder = TempDir::new().expect("a folder");
        let store = open(&folder).await;
        let identity = people_of(&store);
        let scope = identity.create_org("demo").await.expect("org is made");
        let mut users = Vec::new();
        for index in 1..=agents {
            users.push(person(&identity, scope, &format!("agent{index}")).await.id);
        }
        let (calls, asked) = FakeCalls::new();
        let presence = Arc::new(FakePresence { now: Mutex::default(), changes: broadcast::Sender::new(64) });
        let ground = Ground {
            store: store.clone(),
            identity,
            presence: Arc::clone(&presence),
            calls: Arc::new(calls),
        };
        let mut nodes = Vec::new();
        if alone {
            nodes.push(Node::start(ground.clone(), "alone", &NodeRole::ALL, true).await);
        } else {
            nodes.push(Node::start(ground.clone(), "engine-1", &[NodeRole::Engine], false).await);
        }
        let (engage, engine) = (nodes[0].engage.clone(), nodes[0].engine.clone());
        let demo = engage.seed_demo(scope, &users).await.expect("the demo is made");
        if !alone {
            nodes.push(Node::start(ground.clone(), "engine-2", &[NodeRole::Engine], false).await);
            nodes.push(Node::start(ground.clone(), "sip", &[NodeRole::Sip], false).await);
        }
        let Ground { calls, .. } = ground;
        Self { engage, engine, store, scope, agents: users, demo, presence, nodes, calls, asked, folder }
    }

    /// Who there is.
    pub(crate) fn people(&self) -> Identity {
        people_of(&self.store)
    }

    /// Stops without a goodbye and starts on the same data. Calls are restored.
    pub(crate) async fn restart(self) -> Self {
        let Self { store, scope, agents, demo, presence, nodes, calls, asked, folder, .. } = self;
        nodes.iter().for_each(Node::kill);
        store.close().await;
        drop((self.engage, self.engine, store, nodes));
        let store = open(&folder).await;
        let ground = Ground {
            store: store.clone(),
            identity: people_of(&store),
            presence: Arc::clone(&presence),
            calls: Arc::clone(&calls),
        };
        let node = Node::start(ground, "alone", &NodeRole::ALL, true).await;
        let (engage, engine) = (node.engage.clone(), node.engine.clone());
        Self { engage, engine, store, scope, agents, demo, presence, nodes: vec![node], calls, asked, folder }
    }

    /// From here on the contact centre is on another node: waits until it is.
    pub(crate) async fn is_taken_by(&mut self, node: usize) {
        let (engage, engine) = (self.nodes[node].engage.clone(), self.nodes[node].engine.clone());
        let (scope, queue) = (self.scope, self.demo.queue);
        let taken = async {
            while engage.queue_stats(scope, queue).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, taken).await.expect("the other node takes it in time");
        (self.engage, self.engine) = (engage, engine);
    }

    pub(crate) fn presence(&self, user: UserId, primary: Presence) {
        self.presence.set(self.scope, user, primary);
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
        self.calls.absent(user);
    }

    /// A customer calls the demo's number.
    pub(crate) async fn dial(&self) -> CallId {
        let (call, ears) = self.calls.dial(self.scope);
        let incoming = IncomingCall {
            scope: self.scope,
            call: call.id,
            leg: call.legs[0].id,
            from: "+15550111".to_owned(),
            from_name: None,
            to: call.dialled,
            flow: self.demo.flow,
            at: SystemClock.now(),
        };
        ears.send(incoming).await.expect("the contact centre takes calls");
        call.id
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
