//! The parts of the server and how they are connected.

use std::{fs, net::SocketAddr, path::Path, sync::Arc};

use tandem_bus::Bus;
use tandem_collaborate::{Collaborate, PresenceService};
use tandem_core::{Clock, Mint, RequestContext, SystemClock};
use tandem_edge::{Edge, EdgeParts, Identity, PresenceGateway, RtcGateway, TopicAuthority};
use tandem_proto::{DeviceId, Problem, TrackId, api::PresenceView, ws::RtcTrack};
use tandem_setup::{Config, StartError};
use tandem_store::{BoxFuture, Migration, Store, StoreError};
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

/// A running server's parts.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) identity: Identity,
    pub(crate) edge: Edge,
    collaborate: Collaborate,
    /// Where SIP is really listened to.
    pub(crate) sip: SocketAddr,
    /// Where WebRTC media is really listened to.
    pub(crate) media: SocketAddr,
    /// Cancelled when the server drains.
    pub(crate) stopping: CancellationToken,
}

impl Parts {
    /// Every operation, relative to `/api/v1`.
    pub(crate) fn routes(&self) -> OpenApiRouter {
        self.edge.routes().merge(tandem_collaborate::routes(&self.collaborate))
    }
}

/// Builds and starts every part, from the bottom up.
pub(crate) async fn start(config: &Config) -> Result<Parts, StartError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = open_store(config).await?;
    let bus = Bus::new();
    let identity = Identity::new(store.clone(), Mint::for_server(), Arc::clone(&clock));
    let collaborate = Collaborate::start(store.clone(), bus.clone(), identity.clone(), Arc::clone(&clock))
        .await
        .map_err(|error| failed("collaborate", &error))?;
    let authorities: Vec<Arc<dyn TopicAuthority>> = vec![Arc::new(collaborate.chats().clone())];
    let edge = Edge::new(EdgeParts {
        store: store.clone(),
        bus,
        clock,
        identity: identity.clone(),
        rtc: Arc::new(NoMedia),
        presence: Arc::new(Devices(collaborate.presence().clone())),
        authorities,
    });
    Ok(Parts {
        store,
        identity,
        edge,
        collaborate,
        sip: config.sip,
        media: config.media,
        stopping: CancellationToken::new(),
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

/// Opens the store with the tables of every part.
pub(crate) async fn open_store(config: &Config) -> Result<Store, StartError> {
    let migrations: Vec<Migration> =
        [tandem_edge::identity::MIGRATIONS, tandem_collaborate::MIGRATIONS].concat();
    Store::open(config.database.url(), &migrations, Vec::new()).await.map_err(|error| match error {
        StoreError::Open { reason, .. } => StartError::Data { path: config.data.clone(), reason },
        error => failed("the store", &error),
    })
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

struct NoMedia;

impl RtcGateway for NoMedia {
    fn offer(
        &self,
        _: RequestContext,
        _: DeviceId,
        _: String,
        _: Vec<RtcTrack>,
    ) -> BoxFuture<'_, Result<String, Problem>> {
        Box::pin(async { Err(Problem::new(503, "unavailable", "No media here")) })
    }
    fn layer(
        &self,
        _: RequestContext,
        _: DeviceId,
        _: TrackId,
        _: u32,
    ) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async { Err(Problem::new(503, "unavailable", "No media here")) })
    }
    fn close(&self, _: RequestContext, _: DeviceId) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}
