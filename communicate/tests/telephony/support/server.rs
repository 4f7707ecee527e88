//! A server's telephony: store, edge, relay, SIP and the product, in a runtime of their own, so that a stop takes all of it along.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::Router;
use tandem_bus::{Bus, Links};
use tandem_cluster::{Cluster, Joining};
use tandem_collaborate::Collaborate;
use tandem_communicate::{
    Communicate, CommunicateConfig, Deps, MIGRATIONS, Rtc,
    control::{CallApp, CallChange, CallNotice, IncomingCall},
};
use tandem_core::{Clock, Mint, SystemClock};
use tandem_edge::{Edge, EdgeParts, Identity, identity, no_route};
use tandem_proto::{NodeId, NodeInfo, NodeRole, Timestamp};
use tandem_relay::{MediaPool, Relay, RelayConfig};
use tandem_signaling::{SipConfig, SipTransport};
use tandem_store::{Options, Store};
use tokio::{runtime::Runtime, sync::mpsc};

use super::{PATIENCE, World, in_time};

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

/// The server's clock, which a test moves on.
#[derive(Clone, Default)]
pub(crate) struct MovedClock(Arc<AtomicU64>);

impl MovedClock {
    pub(crate) fn move_on(&self, by: Duration) {
        let micros = u64::try_from(by.as_micros()).expect("some hours");
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Duration::from_micros(self.0.load(Ordering::Relaxed)))
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
    pub(crate) clock: MovedClock,
    /// Where SIP is listened to.
    pub(crate) sip: SocketAddr,
    pub(super) collaborate: Collaborate,
    pub(super) api: Router,
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

/// A database of one process.
pub(super) fn sqlite_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("tandem.db").display())
}

/// Opens the store that everything is in.
pub(crate) async fn open_store(url: &str) -> Store {
    let migrations =
        [tandem_cluster::MIGRATIONS, identity::MIGRATIONS, tandem_collaborate::MIGRATIONS, MIGRATIONS]
            .concat();
    let master = Some(Arc::new(tandem_test_support::master_key()) as _);
    let options = Options { migrations, master, ..Options::new(url) };
    Store::open_with(options).await.expect("the store opens")
}

impl Server {
    pub(crate) async fn start(store: Store, part: Part) -> Self {
        let moved = MovedClock::default();
        let clock: Arc<dyn Clock> = Arc::new(moved.clone());
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
            node: "test".into(),
            store: store.clone(),
            rtc: Arc::new(Rtc::start(media, bus.clone())),
            bus,
            clock,
            identity: identity.clone(),
            presence: Arc::new(collaborate.presence().clone()),
            authorities: Vec::new(),
            erasers: tandem_edge::Erasers(&[]),
            divided: tandem_edge::DividedKinds(&[]),
        });
        let routes = edge.routes().merge(tandem_communicate::routes(&communicate)).split_for_parts().0;
        let api = edge.surround(Router::new().nest("/api/v1", routes).fallback(no_route));
        let app = Some(App { incoming: calls, notices: changes });
        let (clock, sip) = (moved, sip_address);
        Self { store, identity, collaborate, communicate, cluster, clock, api, sip, app }
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
    let info = NodeInfo::new(me, part.name, part.roles.iter().copied(), links.address());
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

/// A process of its own, as far as tasks go: what runs in it ends with it.
pub(crate) fn process() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .expect("a runtime")
}

pub(super) async fn run(database: String, part: Part) -> (Runtime, Server) {
    let runtime = process();
    let starting = runtime.spawn(async move {
        let store = open_store(&database).await;
        Server::start(store, part).await
    });
    let server = in_time("the start", starting).await.expect("it starts");
    (runtime, server)
}

pub(super) async fn kill(runtime: Runtime) {
    let stopped = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(PATIENCE));
    stopped.await.expect("it stops");
}

/// A node's process, to end it.
pub(crate) struct Node(Option<Runtime>);

impl Node {
    pub(super) async fn start(store: &Store, part: Part) -> (Server, Self) {
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
