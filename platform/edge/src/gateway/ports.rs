//! What products give the gateway to work with.

use tandem_core::RequestContext;
use tandem_proto::{
    DeviceId, Event, NodeId, Problem, Topic, TrackId, UserId,
    api::PresenceView,
    ws::{RtcAnswer, RtcTrack},
};
use tandem_store::BoxFuture;

/// Browsers' peer connections. Communicate implements it.
pub trait RtcGateway: Send + Sync + 'static {
    /// Makes or renegotiates a peer connection of the device, with the named media node if that is there.
    fn offer(
        &self,
        ctx: RequestContext,
        device: DeviceId,
        sdp: String,
        tracks: Vec<RtcTrack>,
        node: Option<NodeId>,
    ) -> BoxFuture<'_, Result<RtcAnswer, Problem>>;
    /// The height in pixels at which the device shows a track; 0 when it is not visible.
    fn layer(
        &self,
        ctx: RequestContext,
        device: DeviceId,
        track: TrackId,
        height: u32,
    ) -> BoxFuture<'_, Result<(), Problem>>;
    /// The device closed its peer connection with a media node; without one, the one it made last.
    fn close(&self, ctx: RequestContext, device: DeviceId, node: Option<NodeId>) -> BoxFuture<'_, ()>;
}

/// Devices' presence leases. Collaborate implements it.
pub trait PresenceGateway: Send + Sync + 'static {
    /// A device authenticated a socket.
    fn connected(&self, ctx: RequestContext, device: DeviceId) -> BoxFuture<'_, ()>;
    /// A device is still there; `active` when the person has touched it within the last minutes.
    fn heartbeat(&self, ctx: RequestContext, device: DeviceId, active: bool) -> BoxFuture<'_, ()>;
    /// A device's socket closed and no newer one took its place.
    fn disconnected(&self, ctx: RequestContext, device: DeviceId) -> BoxFuture<'_, ()>;
    /// The caller's own presence, for `GET /me`; `None` reads as Offline.
    fn view(&self, ctx: RequestContext) -> BoxFuture<'_, Option<PresenceView>> {
        let _ = ctx;
        Box::pin(std::future::ready(None))
    }
}

/// Says which topics somebody may see. The gateway takes the union over all authorities and always adds `org:{org}` and `user:{me}`.
pub trait TopicAuthority: Send + Sync + 'static {
    /// The topics `ctx` may see now.
    fn topics(&self, ctx: RequestContext) -> BoxFuture<'_, Vec<Topic>>;
    /// Whose topics `event` may have changed (somebody joined a chat, or left it), so that they must be asked again. Asked of every
    /// event once, so it must be cheap.
    fn regrants(&self, event: &Event) -> Regrant;
}

/// Who, of an event's org, may see other topics because of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Regrant {
    /// Nobody.
    Nobody,
    /// These.
    Users(Vec<UserId>),
    /// Perhaps anybody.
    Everybody,
}

impl Regrant {
    /// Whether `user` is among them.
    pub fn concerns(&self, user: UserId) -> bool {
        match self {
            Self::Nobody => false,
            Self::Users(users) => users.contains(&user),
            Self::Everybody => true,
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nobody, some) | (some, Self::Nobody) => some,
            (Self::Users(mut some), Self::Users(others)) => {
                some.extend(others);
                Self::Users(some)
            }
            (Self::Everybody, _) | (_, Self::Everybody) => Self::Everybody,
        }
    }
}
