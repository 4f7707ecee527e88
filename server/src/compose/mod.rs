//! The parts of the server and how they are connected.

pub(crate) mod audit_key;
pub(crate) mod node;
mod sip;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tandem_bridge::{Pace, Webhooks};
use tandem_bus::Seals;
use tandem_cluster::{Cluster, Kind, jobs::Jobs};
use tandem_collaborate::{Collaborate, PresenceService};
use tandem_communicate::{
    Communicate, CommunicateConfig, Deps, Rtc,
    control::{CallApp, CallNotice, IncomingCall},
};
use tandem_core::{Clock, Mint, RequestContext, SystemClock};
use tandem_edge::{
    Edge, EdgeParts, Forwarding, Identity, IdentityError, PresenceGateway, Served, TopicAuthority,
    identity::Setup,
};
use tandem_engage::Engage;
use tandem_media::MediaEvent;
use tandem_outbound::Networks;
use tandem_proto::{DeviceId, NodeId, NodeRole, api::PresenceView};
use tandem_relay::{MediaPool, Relay, RelayConfig};
use tandem_routing_engine::Engine;
use tandem_setup::{Certificates, Config, StartError};
use tandem_signaling::SipNode;
use tandem_store::{BoxFuture, Store};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use self::sip::SipAddresses;
use crate::{audit, jobs, nodes, regions};

/// Calls that may wait for the contact centre to take them.
const INCOMING: usize = 256;
/// Notices of calls that may wait for it.
const NOTICES: usize = 4_096;
/// Silence of a phone that should send, after which its leg is lost.
const RTP_TIMEOUT: Duration = Duration::from_secs(30);

/// A running server's parts.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) identity: Identity,
    pub(crate) edge: Edge,
    pub(crate) communicate: Communicate,
    pub(crate) engage: Engage,
    collaborate: Collaborate,
    pub(crate) webhooks: Webhooks,
    pub(crate) cluster: Cluster,
    pub(crate) forwarding: Forwarding,
    pub(crate) pool: MediaPool,
    pub(crate) jobs: Jobs,
    pub(crate) sip_node: Option<SipNode>,
    /// Where SIP is really listened to.
    pub(crate) sip: SipAddresses,
    /// Where WebRTC media is really listened to.
    pub(crate) media: Option<SocketAddr>,
    /// Cancelled when the server drains.
    pub(crate) stopping: CancellationToken,
}

impl Parts {
    /// Every operation, relative to `/api/v1`.
    pub(crate) fn routes(&self) -> OpenApiRouter {
        let calls = tandem_communicate::routes(&self.communicate);
        let contact_centre = tandem_engage::routes(self.engage.clone());
        self.edge
            .routes()
            .merge(tandem_collaborate::routes(&self.collaborate))
            .merge(tandem_bridge::routes(self.webhooks.clone()))
            .merge(jobs::routes(self.jobs.clone()))
            .merge(nodes::routes(self.cluster.clone()))
            .merge(self.forwarding.layer(calls, Served::By(NodeRole::Sip)))
            .merge(self.forwarding.layer(contact_centre, Served::ByOwner(Kind::Routing)))
    }
}

/// Builds and starts every part, from the bottom up.
/// `certificates` are those of TLS, where it is spoken.
pub(crate) async fn start(config: &Config, certificates: Option<&Certificates>) -> Result<Parts, StartError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mint = Arc::new(Mint::for_server());
    let sounds = sounds(config);
    let store = node::open_store(config).await?;
    let seals = Seals::new(NodeId::generate());
    let bus = node::bus(config, &store, &seals)?;
    let cluster = node::join(config, &store, &mint, seals).await?;
    let setup = Setup {
        limits: node::sign_in_limits(config)?,
        lifetimes: node::lifetimes(config),
        url: config.url.clone(),
        networks: Networks::with(config.webhook_networks.clone()),
        homes: regions::homes(config)?,
    };
    let identity = Identity::with_setup(store.clone(), Arc::clone(&mint), Arc::clone(&clock), setup);
    settle(&identity).await?;
    let collaborate = Collaborate::start_with(
        store.clone(),
        bus.clone(),
        identity.clone(),
        Arc::clone(&clock),
        node::presence(config),
    )
    .await
    .map_err(|error| failed("collaborate", &error))?;

    let relay = cluster.has(NodeRole::Media).then(|| relay(config)).transpose()?;
    let media = relay.as_ref().map(|(relay, _)| relay.webrtc_address());
    let (pool, pool_events) = MediaPool::new(cluster.clone(), relay);
    pool.set_sounds(sounds_folder(config));
    let (sip, sip_node) = match cluster.has(NodeRole::Sip) {
        true => {
            let (handle, events, node) = sip::start(config, certificates, &cluster, &clock).await?;
            (Some((handle, events)), Some(node))
        }
        false => (None, None),
    };
    let sip_addresses = SipAddresses::of(sip.as_ref().map(|(handle, _)| handle));

    let (app, incoming, notices) = call_app();
    let music = sounds.await?.join("music.wav");
    let communicate = Communicate::start(
        CommunicateConfig { public_ip: config.public_ip, ..CommunicateConfig::new(music) },
        Deps {
            store: store.clone(),
            bus: bus.clone(),
            identity: identity.clone(),
            presence: collaborate.presence().clone(),
            clock: Arc::clone(&clock),
            mint,
            cluster: cluster.clone(),
            media: pool.clone(),
            media_events: pool_events,
            sip,
            app,
        },
    )
    .await
    .map_err(|error| failed("communicate", &error))?;

    let (engine, engine_notices) = Engine::start(store.clone(), Arc::clone(&clock)).await;
    let engage = Engage::start(tandem_engage::Parts {
        store: store.clone(),
        bus: bus.clone(),
        cluster: cluster.clone(),
        identity: identity.clone(),
        presence: Arc::new(collaborate.presence().clone()),
        calls: Arc::new(communicate.calls().clone()),
        incoming,
        notices,
        engine,
        engine_notices,
        clock: Arc::clone(&clock),
        sounds_dir: sounds_folder(config),
    })
    .await
    .map_err(|error| failed("engage", &error))?;

    let authorities: Vec<Arc<dyn TopicAuthority>> =
        vec![Arc::new(collaborate.chats().clone()), Arc::new(engage.clone())];
    let edge = Edge::new(EdgeParts {
        node: config.name.as_str().into(),
        store: store.clone(),
        rtc: Arc::new(Rtc::start(pool.clone(), bus.clone())),
        bus,
        clock: Arc::clone(&clock),
        identity: identity.clone(),
        presence: Arc::new(Devices(collaborate.presence().clone())),
        authorities,
        erasers: node::ERASERS,
        divided: node::DIVIDED,
    })
    .limited(node::request_limits(config))
    .counting(&node::COUNTED);
    let webhooks = tandem_bridge::start(tandem_bridge::Parts {
        store: store.clone(),
        cluster: cluster.clone(),
        edge: edge.clone(),
        identity: identity.clone(),
        clock: Arc::clone(&clock),
        networks: Networks::with(config.webhook_networks.clone()),
        pace: Pace::default(),
    });
    let jobs = Jobs::new(cluster.clone(), Arc::clone(&clock));
    jobs.ask_rights_of(Arc::new(jobs::HeldNow(identity.clone())));
    if cluster.has(NodeRole::Worker) {
        identity.send_mail(&jobs, &node::mailer(config)?);
        jobs.start();
    }
    let stopping = CancellationToken::new();
    if cluster.has(NodeRole::Worker) {
        tokio::spawn(audit::note_heads(store.clone(), stopping.clone()));
        regions::follow(&identity, &stopping)?;
    }
    let forwarding = Forwarding::new(cluster.clone());
    tokio::spawn(node::tell_load(cluster.clone(), communicate.clone(), pool.clone()));
    Ok(Parts {
        store,
        identity,
        edge,
        communicate,
        engage,
        collaborate,
        webhooks,
        cluster,
        forwarding,
        pool,
        jobs,
        sip_node,
        sip: sip_addresses,
        media,
        stopping,
    })
}

/// Makes the database this region's; one of another region is refused.
pub(crate) async fn settle(identity: &Identity) -> Result<(), StartError> {
    identity.settle().await.map_err(|error| match error {
        IdentityError::Conflict { detail, .. } => StartError::Config(detail),
        error => failed("identity", &error),
    })
}

/// Makes the data folder, for the server's account only, and checks that it can be written.
pub(crate) fn data_folder(path: &Path) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt;
    let refused =
        |error: std::io::Error| StartError::Data { path: path.to_owned(), reason: error.to_string() };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(refused)?;
    let probe = path.join(".writable");
    fs::write(&probe, []).map_err(refused)?;
    fs::remove_file(probe).map_err(refused)
}

fn relay(config: &Config) -> Result<(Relay, mpsc::Receiver<MediaEvent>), StartError> {
    let relay = RelayConfig {
        webrtc: config.media,
        rtp_ip: config.media.ip(),
        rtp_ports: config.rtp_ports.clone(),
        public_ip: config.public_ip,
        rtp_timeout: RTP_TIMEOUT,
    };
    Relay::start(relay).map_err(|reason| StartError::Listen {
        what: "media",
        address: config.media,
        option: "--media",
        reason,
    })
}

fn call_app() -> (CallApp, mpsc::Receiver<IncomingCall>, mpsc::Receiver<CallNotice>) {
    let (incoming, calls) = mpsc::channel(INCOMING);
    let (notices, changes) = mpsc::channel(NOTICES);
    (CallApp { incoming, notices }, calls, changes)
}

fn sounds_folder(config: &Config) -> PathBuf {
    config.data.join("sounds")
}

/// Writes prompts and music beside the other parts' start; answers their folder.
fn sounds(config: &Config) -> impl Future<Output = Result<PathBuf, StartError>> + use<> {
    let (data, folder) = (config.data.clone(), sounds_folder(config));
    let written =
        tokio::task::spawn_blocking(move || tandem_relay::sounds::install(&folder).map(|()| folder));
    async move {
        match written.await {
            Ok(Ok(folder)) => Ok(folder),
            Ok(Err(error)) => Err(StartError::Data { path: data, reason: error.to_string() }),
            Err(error) => Err(failed("writing sounds", &error)),
        }
    }
}

fn failed(what: &str, error: &dyn std::error::Error) -> StartError {
    StartError::Failed(format!("{what} cannot start: {error}"))
}

/// Presence, as the edge's socket and `/me` use it.
struct Devices(PresenceService);

impl PresenceGateway for Devices {
    fn connected(&self, ctx: RequestContext, device: DeviceId) -> BoxFuture<'_, ()> {
        self.0.connected(ctx, device)
    }

    fn heartbeat(&self, ctx: RequestContext, device: DeviceId, active: bool) -> BoxFuture<'_, ()> {
        self.0.heartbeat(ctx, device, active)
    }

    fn disconnected(&self, ctx: RequestContext, device: DeviceId) -> BoxFuture<'_, ()> {
        self.0.disconnected(ctx, device)
    }

    fn view(&self, ctx: RequestContext) -> BoxFuture<'_, Option<PresenceView>> {
        Box::pin(async move { self.0.of(ctx.scope, ctx.user).await.ok() })
    }
}
