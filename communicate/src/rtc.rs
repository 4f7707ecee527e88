//! Browsers' peer connections: offers from their sockets, answered by a media node.
//!
//! A device's first connection goes to its org's place among the media nodes; from then on the client names its node. When that node
//! goes, or wants to, each edge tells the devices it knows there to make a new connection elsewhere.

mod devices;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tandem_bus::Bus;
use tandem_core::RequestContext;
use tandem_edge::RtcGateway;
use tandem_media::{MediaError, TrackIntent};
use tandem_proto::{
    DeviceId, EndpointId, NodeId, Problem, TrackId,
    api::TrackSource,
    limits::SDP_BYTES,
    ws::{RtcAnswer, RtcPurpose, RtcTrack, Signal},
};
use tandem_relay::{Maker, MediaPool};
use tandem_store::BoxFuture;
use tokio::sync::broadcast::error::RecvError;

use devices::{Devices, Place};

/// Devices one edge node keeps in mind.
const DEVICES_MAX: usize = 65_536;

/// Browsers' peer connections, on an edge node. Cheap to clone.
#[derive(Clone)]
pub struct Rtc(Arc<Inner>);

struct Inner {
    pool: MediaPool,
    bus: Bus,
    devices: Mutex<Devices>,
}

impl Rtc {
    /// Begins to follow the media nodes. Must be called within a runtime.
    pub fn start(pool: MediaPool, bus: Bus) -> Self {
        let devices = Mutex::new(Devices::new(DEVICES_MAX));
        let rtc = Arc::new(Inner { pool, bus, devices });
        tokio::spawn(follow(Arc::downgrade(&rtc)));
        Self(rtc)
    }
}

impl std::fmt::Debug for Rtc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rtc").field("pool", &self.0.pool).finish_non_exhaustive()
    }
}

impl RtcGateway for Rtc {
    fn offer(
        &self,
        ctx: RequestContext,
        device: DeviceId,
        sdp: String,
        tracks: Vec<RtcTrack>,
        node: Option<NodeId>,
    ) -> BoxFuture<'_, Result<RtcAnswer, Problem>> {
        Box::pin(async move {
            if sdp.len() > SDP_BYTES {
                return Err(Problem::new(413, "too-large", "The session description is too large"));
            }
            let node = self.0.node_for(&ctx, device, node)?;
            let intents =
                tracks.into_iter().filter_map(|track| Some((track.mid, intent(track.purpose)?))).collect();
            let maker = maker(&ctx);
            let sdp =
                self.0.pool.on(node).offer(device.into(), maker, sdp, intents).await.map_err(problem)?;
            self.0.devices().put(device, Place { scope: ctx.scope, user: ctx.user, node });
            Ok(RtcAnswer { sdp, node })
        })
    }

    fn layer(
        &self,
        ctx: RequestContext,
        device: DeviceId,
        track: TrackId,
        height: u32,
    ) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async move {
            let endpoint = EndpointId::from(device);
            let place = self.0.place(&ctx, device)?.ok_or(MediaError::UnknownEndpoint(endpoint));
            let media = self.0.pool.on(place.map_err(problem)?.node);
            media.shown_at(endpoint, track, height).await.map_err(problem)
        })
    }

    fn close(&self, ctx: RequestContext, device: DeviceId, node: Option<NodeId>) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let Ok(place) = self.0.place(&ctx, device) else { return };
            let Some(node) = node.or(place.map(|place| place.node)) else { return };
            if !self.0.pool.is_there(node) {
                return;
            }
            let media = self.0.pool.on(node);
            if media.made_by(device.into(), maker(&ctx)).await.is_ok() {
                media.close(device.into()).await;
            }
            self.0.devices().remove(device, node);
        })
    }
}

impl Inner {
    /// Where an offer goes: to the node the client names, else where its connection is, else to the org's place.
    fn node_for(
        &self,
        ctx: &RequestContext,
        device: DeviceId,
        named: Option<NodeId>,
    ) -> Result<NodeId, Problem> {
        let place = self.place(ctx, device)?.map(|place| place.node);
        let there = |node: &NodeId| self.pool.is_there(*node);
        if let Some(node) = named.filter(there) {
            return Ok(node);
        }
        // A connection that is made anew is no reason to stay with a node that wants to go.
        let place = place.filter(|node| named.is_none() && there(node) && !self.pool.is_draining(*node));
        place
            .or_else(|| self.pool.choose(ctx.scope.org()))
            .ok_or_else(|| Problem::new(503, "unavailable", "No media node is there").retry_after(1))
    }

    /// Where the device's connection is, if this edge knows; somebody else's is refused.
    fn place(&self, ctx: &RequestContext, device: DeviceId) -> Result<Option<Place>, Problem> {
        let place = self.devices().get(device);
        match place {
            Some(place) if !place.is_of(ctx) => Err(problem(MediaError::Taken)),
            place => Ok(place),
        }
    }

    /// A media node is lost: its devices begin anew, wherever there is room.
    fn lost(&self, node: NodeId) {
        let devices = self.devices().take_from(node);
        tracing::info!(%node, devices = devices.len(), "browsers are told to leave a media node that is lost");
        for (device, place) in devices {
            self.bus.publish(place.scope, place.topic(), Signal::RtcMigrate { device, node: None });
        }
    }

    /// A media node wants to go: its devices move while it still serves them.
    fn drain(&self, node: NodeId) {
        let devices = self.devices().on(node);
        tracing::info!(%node, devices = devices.len(), "browsers are told to leave a media node that drains");
        for (device, place) in devices {
            let to = self.pool.choose(place.scope.org()).filter(|to| *to != node);
            if to.is_some() {
                self.bus.publish(place.scope, place.topic(), Signal::RtcMigrate { device, node: to });
            }
        }
    }

    /// A device's connection ended without the device closing it.
    fn gone(&self, device: DeviceId, node: NodeId) {
        let place = self.devices().remove(device, node);
        if let Some(place) = place {
            self.bus.publish(place.scope, place.topic(), Signal::RtcLost { device });
        }
    }

    fn devices(&self) -> MutexGuard<'_, Devices> {
        // Each change is whole, so a panic elsewhere leaves nothing half done.
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows what happens to media nodes and the connections with them.
async fn follow(rtc: Weak<Inner>) {
    enum News {
        Lost(NodeId),
        Draining(NodeId),
        Gone(NodeId, EndpointId),
    }
    let Some(pool) = rtc.upgrade().map(|rtc| rtc.pool.clone()) else { return };
    let (mut lost, mut draining, mut gone) = (pool.lost(), pool.draining(), pool.gone());
    drop(pool);
    loop {
        let news = tokio::select! {
            node = lost.recv() => node.map(News::Lost),
            node = draining.recv() => node.map(News::Draining),
            it = gone.recv() => it.map(|(node, endpoint)| News::Gone(node, endpoint)),
        };
        let Some(rtc) = rtc.upgrade() else { return };
        match news {
            Ok(News::Lost(node)) => rtc.lost(node),
            Ok(News::Draining(node)) => rtc.drain(node),
            Ok(News::Gone(node, endpoint)) => rtc.gone(DeviceId::from_uuid(endpoint.uuid()), node),
            // The clients find out by themselves, only later.
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "news of media nodes missed"),
            Err(RecvError::Closed) => return,
        }
    }
}

fn maker(ctx: &RequestContext) -> Maker {
    Maker { org: ctx.scope.org(), user: ctx.user }
}

fn intent(purpose: RtcPurpose) -> Option<TrackIntent> {
    match purpose {
        RtcPurpose::Primary => Some(TrackIntent::Primary),
        RtcPurpose::Camera => Some(TrackIntent::Publish(TrackSource::Camera)),
        RtcPurpose::Screen => Some(TrackIntent::Publish(TrackSource::Screen)),
        RtcPurpose::Receive { track } => Some(TrackIntent::Receive(track)),
        RtcPurpose::Unused => None,
    }
}

fn problem(error: MediaError) -> Problem {
    let (status, slug) = match &error {
        MediaError::Taken => {
            return Problem::new(409, "device-taken", "This device id is in use")
                .detail("make a new device id");
        }
        MediaError::BadOffer(_) => (422, "bad-offer"),
        MediaError::UnknownEndpoint(_) | MediaError::UnknownTrack(_) => (404, "not-found"),
        MediaError::NoCapacity(_) | MediaError::Stopping | MediaError::Unreachable => (503, "unavailable"),
        MediaError::BadSource { .. } => (500, "internal"),
    };
    Problem::new(status, slug, "Media cannot be set up").detail(error.to_string())
}
