//! A server's telephony: store, edge, relay, SIP and the product, in a runtime of their own, so that a stop takes all of it along.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::Value;
use tandem_bus::{Bus, Links};
use tandem_cluster::{Cluster, Joining};
use tandem_collaborate::Collaborate;
use tandem_communicate::{
    Communicate, CommunicateConfig, Deps, MIGRATIONS, Rtc,
    control::{CallApp, CallChange, CallNotice, IncomingCall},
};
use tandem_core::{Clock, Mint, OrgScope, SystemClock};
use tandem_edge::{Edge, EdgeParts, Identity, identity, no_route};
use tandem_proto::{
    CallId, Cursor, DeviceId, Event, EventData, FlowId, Load, NodeId, NodeInfo, NodeRole, Stream, UserId,
    api::{Call, Leg, NewPerson, Number, NumberTarget, Role},
    events::call::{CallEnded, CallStarted},
};
use tandem_relay::{MediaPool, Relay, RelayConfig};
use tandem_signaling::{SipConfig, SipTransport};
use tandem_store::{Cause, EventFilter, Store};
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::mpsc};
use tower::ServiceExt;

use super::{PATIENCE, Phone, in_time};

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Threads of a process.
const WORKERS: usize = 2;

/// What a server is tried to.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) ring_timeout: Duration,
    pub(crate) rtp_timeout: Duration,
    /// Phones that can talk at a time.
    pub(crate) rtp_legs: u16,
}

impl Default for Limits {
    /// Nothing ends by itself.
    fn default() -> Self {
        Self { ring_timeout: Duration::from_secs(60), rtp_timeout: Duration::from_secs(60), rtp_legs: 50 }
    }
}

/// The side of the contact centre.
pub(crate) struct App {
    incoming: mpsc::Receiver<IncomingCall>,
    notices: mpsc::Receiver<CallNotice>,
}

impl App {
    /// The next call for a flow.
    pub(crate) async fn incoming(&mut self) -> IncomingCall {
        in_time("a call for the app", self.incoming.recv()).await.expect("telephony runs")
    }

    /// The next thing that happens to a call of the app.
    pub(crate) async fn notice(&mut self) -> CallChange {
        in_time("a notice", self.notices.recv()).await.expect("telephony runs").what
    }
}

/// One run of the server.
pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) identity: Identity,
    pub(crate) communicate: Communicate,
    pub(crate) cluster: Cluster,
    /// Where SIP is listened to.
    pub(crate) sip: SocketAddr,
    collaborate: Collaborate,
    api: Router,
    app: Option<App>,
}

/// What a server is in a test.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) roles: Vec<NodeRole>,
    /// Nobody else uses the store.
    pub(crate) alone: bool,
    pub(crate) limits: Limits,
    /// Where SIP is listened to; port 0: anywhere.
    pub(crate) sip: SocketAddr,
}

impl Part {
    /// One process that does everything.
    pub(crate) fn everything(limits: Limits) -> Self {
        Self { name: "alone", roles: NodeRole::ALL.to_vec(), alone: true, limits, sip: (LOCALHOST, 0).into() }
    }

    /// One of several processes.
    pub(crate) fn of_many(name: &'static str, role: NodeRole) -> Self {
        Self { name, roles: vec![role], alone: false, limits: Limits::default(), sip: (LOCALHOST, 0).into() }
    }
}

/// Opens the store that everything is in.
pub(crate) async fn open_store(folder: &Path) -> Store {
    let migrations =
        [tandem_cluster::MIGRATIONS, identity::MIGRATIONS, tandem_collaborate::MIGRATIONS, MIGRATIONS]
            .concat();
    let url = format!("sqlite:{}", folder.join("tandem.db").display());
    Store::open(&url, &migrations, Vec::new()).await.expect("the store opens")
}

impl Server {
    pub(crate) async fn start(store: Store, part: Part) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mint = Arc::new(Mint::for_server());
        let bus = Bus::new();
        let cluster = join(&store, &mint, &part).await;
        let identity = Identity::new(store.clone(), Arc::clone(&mint), Arc::clone(&clock));
        let collaborate = Collaborate::start(store.clone(), bus.clone(), identity.clone(), clock.clone())
            .await
            .expect("collaborate starts");
        let relays = part.roles.contains(&NodeRole::Media);
        let relay = relays.then(|| Relay::start(relay_config(part.limits)).expect("the relay starts"));
        let (media, media_events) = MediaPool::new(cluster.clone(), relay);
        let sip = if part.roles.contains(&NodeRole::Sip) {
            let config = SipConfig { node: cluster.me(), ..SipConfig::new(part.sip) };
            Some(SipTransport::bind(config, Arc::clone(&clock)).await.expect("SIP is bound"))
        } else {
            None
        };
        let sip_address = sip.as_ref().map_or((LOCALHOST, 0).into(), |(sip, _)| sip.local_addr());
        cluster.update(|info| info.sip = sip.is_some().then_some(sip_address));
        let (incoming, calls) = mpsc::channel(16);
        let (notices, changes) = mpsc::channel(256);
        let deps = Deps {
            store: store.clone(),
            bus: bus.clone(),
            identity: identity.clone(),
            presence: collaborate.presence().clone(),
            clock: Arc::clone(&clock),
            mint,
            cluster: cluster.clone(),
            media: media.clone(),
            media_events,
            sip,
            app: CallApp { incoming, notices },
        };
        let Limits { ring_timeout, .. } = part.limits;
        let config = CommunicateConfig { ring_timeout, ..CommunicateConfig::new(World::sound("music")) };
        let communicate = Communicate::start(config, deps).await.expect("telephony starts");
        let edge = Edge::new(EdgeParts {
            store: store.clone(),
            rtc: Arc::new(Rtc::start(media, bus.clone())),
            bus,
            clock,
            identity: identity.clone(),
            presence: Arc::new(collaborate.presence().clone()),
            authorities: Vec::new(),
        });
        let routes = edge.routes().merge(tandem_communicate::routes(&communicate)).split_for_parts().0;
        let api = edge.surround(Router::new().nest("/api/v1", routes).fallback(no_route));
        let app = Some(App { incoming: calls, notices: changes });
        Self { store, identity, collaborate, communicate, cluster, api, sip: sip_address, app }
    }
}

impl Server {
    /// The app's side of the calls of this node.
    pub(crate) fn app(&mut self) -> App {
        self.app.take().expect("asked for once")
    }
}

async fn join(store: &Store, mint: &Arc<Mint>, part: &Part) -> Cluster {
    let me = NodeId::generate();
    let links = if part.alone {
        Links::alone(me)
    } else {
        Links::listen(me, (LOCALHOST, 0).into()).await.expect("links are listened to")
    };
    let info = NodeInfo {
        id: me,
        name: part.name.to_owned(),
        roles: part.roles.iter().copied().collect::<BTreeSet<_>>(),
        links: links.address(),
        http: None,
        sip: None,
        media: None,
        version: "test".to_owned(),
        draining: false,
        load: Load::default(),
    };
    let joining = Joining { store: store.clone(), mint: Arc::clone(mint), links, info, alone: part.alone };
    Cluster::join(joining).await.expect("the cluster is joined")
}

fn relay_config(limits: Limits) -> RelayConfig {
    // Where ports are likely to be free: near one the system gives away now.
    let free = UdpSocket::bind((LOCALHOST, 0)).and_then(|socket| socket.local_addr()).expect("a port").port();
    let first = free.clamp(20_000, 60_000) & !1;
    RelayConfig {
        webrtc: (LOCALHOST, 0).into(),
        rtp_ip: LOCALHOST,
        rtp_ports: first..=first + 2 * limits.rtp_legs - 1,
        public_ip: None,
        rtp_timeout: limits.rtp_timeout,
    }
}

/// The org `demo` with Ann (1001) and Bob (1002); a carrier on loopback, and numbers for Bob and for a flow.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) scope: OrgScope,
    pub(crate) ann: UserId,
    pub(crate) bob: UserId,
    /// The flow [`World::FLOW_NUMBER`] leads to.
    pub(crate) flow: FlowId,
    token: String,
    folder: Arc<TempDir>,
    runtime: Option<Runtime>,
}

impl World {
    pub(crate) const BOBS_NUMBER: &str = "+15550100";
    pub(crate) const FLOW_NUMBER: &str = "+15550200";

    pub(crate) async fn new() -> Self {
        Self::limited(Limits::default()).await
    }

    pub(crate) async fn limited(limits: Limits) -> Self {
        let folder = Arc::new(TempDir::new().expect("a folder"));
        let (runtime, server) = run(folder.path(), Part::everything(limits)).await;
        Self::settle(server, folder, runtime).await
    }

    /// The server as one of several nodes, which takes SIP; with the task of ending it. The store is elsewhere and outlives it.
    pub(crate) async fn of_many() -> (Self, Node) {
        let folder = Arc::new(TempDir::new().expect("a folder"));
        let runtime = process();
        let path = folder.path().to_owned();
        let store = runtime.spawn(async move { open_store(&path).await }).await.expect("the store opens");
        let (server, node) = Node::start(&store, Part::of_many("sip-1", NodeRole::Sip)).await;
        (Self::settle(server, folder, runtime).await, node)
    }

    /// Who works there, and where numbers lead.
    async fn settle(server: Server, folder: Arc<TempDir>, runtime: Runtime) -> Self {
        let Server { identity, communicate, .. } = &server;
        let scope = identity.create_org("demo").await.expect("an org");
        let ann = person(identity, scope, "ann", "1001").await;
        let bob = person(identity, scope, "bob", "1002").await;
        let flow = FlowId::generate();
        let numbers = [
            (Self::BOBS_NUMBER, NumberTarget::User { user: bob }),
            (Self::FLOW_NUMBER, NumberTarget::Flow { flow }),
        ];
        for (number, to) in numbers {
            let number = Number { number: number.to_owned(), to };
            communicate.numbers().set(scope, Cause::SYSTEM, number).await.expect("a number");
        }
        let (name, network) = ("carrier".to_owned(), "127.0.0.0/8".to_owned());
        communicate.trunks().set(scope, Cause::SYSTEM, name, network).await.expect("a trunk");
        let token = identity.issue_token(scope, ann).await.expect("a token");
        Self { server, scope, ann, bob, flow, token, folder, runtime: Some(runtime) }
    }

    /// Another node beside it.
    pub(crate) async fn beside(&self, name: &'static str, role: NodeRole) -> (Server, Node) {
        let (server, node) = Node::start(&self.server.store, Part::of_many(name, role)).await;
        self.know(server.cluster.me()).await;
        (server, node)
    }

    /// Waits until the server knows of a node.
    pub(crate) async fn know(&self, node: NodeId) {
        let mut nodes = self.server.cluster.watch();
        in_time("another node", nodes.wait_for(|nodes| nodes.get(node).is_some())).await.expect("it watches");
    }

    /// The process is killed in the middle of whatever it does, and another takes over its data and addresses.
    pub(crate) async fn restart(mut self) -> Self {
        let (folder, token) = (Arc::clone(&self.folder), self.token.clone());
        let (scope, ann, bob, flow) = (self.scope, self.ann, self.bob, self.flow);
        let part = Part { sip: self.server.sip, ..Part::everything(Limits::default()) };
        let killed = self.runtime.take().expect("it runs");
        drop(self);
        kill(killed).await;
        let (runtime, server) = run(folder.path(), part).await;
        Self { server, scope, ann, bob, flow, token, folder, runtime: Some(runtime) }
    }

    /// One of the project's sounds.
    pub(crate) fn sound(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../media/sounds/{name}.wav"))
    }

    /// The app's side of the calls; dropping it is an app that is gone.
    pub(crate) fn app(&mut self) -> App {
        self.server.app()
    }

    /// An outside caller.
    pub(crate) async fn carrier(&self) -> Phone {
        Phone::carrier(self.server.sip, "+15550999").await
    }

    /// Makes a phone's account and registers as many phones with it.
    pub(crate) async fn phones<const N: usize>(&self, user: UserId, account: &str) -> [Phone; N] {
        let made = self.server.communicate.create_phone(self.scope, Cause::SYSTEM, user, account).await;
        let (_, secret) = made.expect("an account");
        let mut phones = Vec::new();
        for _ in 0..N {
            let mut phone = Phone::with_account(self.server.sip, account, &secret).await;
            phone.register().await;
            phones.push(phone);
        }
        phones.try_into().unwrap_or_else(|_| unreachable!("as many as asked for"))
    }

    /// A registered phone of Ann's and one of Bob's.
    pub(crate) async fn two_phones(&self) -> (Phone, Phone) {
        let [ann] = self.phones(self.ann, "ann-desk").await;
        let [bob] = self.phones(self.bob, "bob-desk").await;
        (ann, bob)
    }

    /// Somebody opens a browser.
    pub(crate) async fn browser(&self, user: UserId) -> (String, DeviceId) {
        let token = self.server.identity.issue_token(self.scope, user).await.expect("a token");
        let ctx = self.server.identity.authenticate(&token).await.expect("a session");
        let device = DeviceId::generate();
        tandem_edge::PresenceGateway::connected(self.server.collaborate.presence(), ctx, device).await;
        (token, device)
    }

    /// The org's calls so far, oldest first.
    pub(crate) async fn calls(&self) -> Vec<CallId> {
        let filter = EventFilter::kinds(&[CallStarted::KIND]);
        let (events, _) =
            self.server.store.events(self.scope, &filter, Cursor::START, 1_000).await.expect("the log");
        events.iter().filter_map(|event| Some(event.decode::<CallStarted>().ok()??.call)).collect()
    }

    /// The only call there was or is; waits for it.
    pub(crate) async fn the_call(&self) -> CallId {
        let filter = EventFilter::kinds(&[CallStarted::KIND]);
        let mut log = self.server.store.follow(self.scope, filter, Cursor::START);
        let event = in_time("a call", log.next()).await.expect("the log");
        assert_eq!(self.calls().await.len(), 1, "one call");
        event.decode::<CallStarted>().expect("reads").expect("of its kind").call
    }

    /// Waits until a call has done, and kept, all that it was told so far.
    pub(crate) async fn is_settled(&self, call: CallId) {
        let calls = self.server.communicate.calls();
        calls.describe(self.scope, call).await.expect("is known").expect("goes on");
    }

    /// Everything the log says of a call so far.
    pub(crate) async fn log(&self, call: CallId) -> Vec<Event> {
        let filter = EventFilter::stream(Stream::call(call));
        self.server.store.events(self.scope, &filter, Cursor::START, 1_000).await.expect("the log").0
    }

    /// Waits until the log says something of a call.
    pub(crate) async fn logged<E: EventData>(&self, call: CallId, is_it: impl Fn(&E) -> bool) -> E {
        let filter = EventFilter::stream(Stream::call(call));
        let mut log = self.server.store.follow(self.scope, filter, Cursor::START);
        in_time(E::KIND, async {
            loop {
                let event = log.next().await.expect("the log");
                if let Some(found) = event.decode::<E>().expect("reads").filter(&is_it) {
                    return found;
                }
            }
        })
        .await
    }

    /// Waits for a call's end; answers its record.
    pub(crate) async fn over(&self, call: CallId) -> Call {
        self.logged::<CallEnded>(call, |_| true).await;
        self.record(call).await
    }

    /// A call as the API shows it.
    pub(crate) async fn record(&self, call: CallId) -> Call {
        let (status, body) = self.request(&self.token, &format!("GET /calls/{call}"), Value::Null).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).expect("a call")
    }

    /// What the API answers to Ann.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.request(&self.token, &format!("GET {path}"), Value::Null).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Makes a request as whoever holds the token; answers status and body (null when there is none).
    pub(crate) async fn request(&self, token: &str, what: &str, body: Value) -> (u16, Value) {
        let (method, path) = what.split_once(' ').expect("METHOD PATH");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {token}"));
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let request = request.body(body).expect("a request");
        let response = self.server.api.clone().oneshot(request).await.expect("routes do not fail");
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        (status, body)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A process of its own, as far as tasks go: what runs in it ends with it.
pub(crate) fn process() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .expect("a runtime")
}

async fn run(folder: &Path, part: Part) -> (Runtime, Server) {
    let (runtime, folder) = (process(), folder.to_owned());
    let starting = runtime.spawn(async move {
        let store = open_store(&folder).await;
        Server::start(store, part).await
    });
    let server = in_time("the start", starting).await.expect("it starts");
    (runtime, server)
}

async fn kill(runtime: Runtime) {
    let stopped = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(PATIENCE));
    stopped.await.expect("it stops");
}

/// A node's process, to end it.
pub(crate) struct Node(Option<Runtime>);

impl Node {
    async fn start(store: &Store, part: Part) -> (Server, Self) {
        let (runtime, store) = (process(), store.clone());
        let starting = runtime.spawn(Server::start(store, part));
        (in_time("the start", starting).await.expect("it starts"), Self(Some(runtime)))
    }

    /// Ends it in the middle of whatever it does.
    pub(crate) async fn kill(mut self) {
        kill(self.0.take().expect("it runs")).await;
    }

    /// Keeps it from doing anything until what this answers is dropped.
    pub(crate) fn hang(&self) -> Hanging {
        let runtime = self.0.as_ref().expect("it runs");
        let mut ends = Vec::new();
        for _ in 0..WORKERS {
            let (end, ended) = std::sync::mpsc::channel::<()>();
            // Answers when the other end is dropped.
            runtime.spawn(async move {
                let _ = ended.recv();
            });
            ends.push(end);
        }
        Hanging { _ends: ends }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A node that hangs, until this is dropped.
pub(crate) struct Hanging {
    _ends: Vec<std::sync::mpsc::Sender<()>>,
}

/// Makes somebody who sees every call of the org.
pub(crate) async fn person(identity: &Identity, scope: OrgScope, name: &str, extension: &str) -> UserId {
    let person = NewPerson {
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        title: None,
        roles: vec![Role::Admin],
        password: "correct horse battery".to_owned(),
        extension: Some(extension.to_owned()),
    };
    identity.create_user(scope, Cause::SYSTEM, person).await.expect("a person").id
}

/// The leg that called.
pub(crate) fn caller(call: &Call) -> &Leg {
    call.legs.iter().find(|leg| leg.caller).expect("a call has a caller")
}

/// The legs that were rung.
pub(crate) fn rung(call: &Call) -> Vec<&Leg> {
    call.legs.iter().filter(|leg| !leg.caller).collect()
}
