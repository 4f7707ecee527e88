//! Browsers' peer connections: offers from their sockets, answered by the relay.

use tandem_core::RequestContext;
use tandem_edge::RtcGateway;
use tandem_media::{MediaError, TrackIntent};
use tandem_proto::{
    DeviceId, EndpointId, Problem, TrackId,
    api::TrackSource,
    limits::SDP_BYTES,
    ws::{RtcPurpose, RtcTrack},
};
use tandem_store::BoxFuture;

use crate::{
    Communicate,
    calls::{Command, Message},
};

impl RtcGateway for Communicate {
    fn offer(
        &self,
        ctx: RequestContext,
        device: DeviceId,
        sdp: String,
        tracks: Vec<RtcTrack>,
    ) -> BoxFuture<'_, Result<String, Problem>> {
        Box::pin(async move {
            if sdp.len() > SDP_BYTES {
                return Err(Problem::new(413, "too-large", "The session description is too large"));
            }
            self.claim_device(&ctx, device)?;
            let intents =
                tracks.into_iter().filter_map(|track| Some((track.mid, intent(track.purpose)?))).collect();
            let endpoint = EndpointId::from(device);
            let answer = self.relay().offer(endpoint, sdp, intents).await.map_err(problem)?;
            self.device_back(endpoint);
            Ok(answer)
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
            self.claim_device(&ctx, device)?;
            self.relay().shown_at(device.into(), track, height).await.map_err(problem)
        })
    }

    fn close(&self, ctx: RequestContext, device: DeviceId) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if self.claim_device(&ctx, device).is_ok() {
                self.relay().close(device.into()).await;
            }
        })
    }
}

impl Communicate {
    /// A browser made its connection (again): the call it is in puts it back into its room.
    fn device_back(&self, endpoint: EndpointId) {
        let registry = &self.calls().switch.registry;
        if let Some(owner) = registry.endpoint(endpoint)
            && let Some(inbox) = registry.inbox(owner.call)
            && inbox.try_send(Message::Order(Command::DeviceBack { leg: owner.leg })).is_err()
        {
            tracing::warn!(%endpoint, call = %owner.call, "a browser is back but its call is too busy to hear it");
        }
    }
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
        MediaError::BadOffer(_) => (422, "bad-offer"),
        MediaError::UnknownEndpoint(_) | MediaError::UnknownTrack(_) => (404, "not-found"),
        MediaError::NoCapacity(_) | MediaError::Stopping => (503, "unavailable"),
        MediaError::BadSource { .. } => (500, "internal"),
    };
    Problem::new(status, slug, "Media cannot be set up").detail(error.to_string())
}
