//! The relay of one node, here or elsewhere.

use std::sync::Arc;

use tandem_media::{EndpointStats, MediaError, PlayId, RtpLocal, RtpRemote, Source, TrackIntent};
use tandem_proto::{EndpointId, NodeId, RoomId, TrackId};

use super::{
    Inner,
    host::sent,
    wire::{Answer, COMMANDS, Maker, Request},
};

/// The relay of a node. Cheap to clone. Every operation fails with [`MediaError::Unreachable`] when the node cannot be asked; it may have
/// been done all the same, so asking again must do no harm.
#[derive(Clone)]
pub struct Media {
    node: NodeId,
    pool: Arc<Inner>,
}

/// The answer as it crosses a link.
pub(super) type Carried = Result<Answer, MediaError>;

impl Media {
    pub(super) fn new(node: NodeId, pool: Arc<Inner>) -> Self {
        Self { node, pool }
    }

    /// Which node's.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// Whether the node answers, now and soon: before something that works where it is goes there.
    pub async fn answers(&self) -> bool {
        self.pool.answers(self.node).await
    }

    /// As [`crate::Relay::offer`], in the name of whoever sits at the browser. [`MediaError::Taken`]: it is somebody else's.
    pub async fn offer(
        &self,
        endpoint: EndpointId,
        maker: Maker,
        sdp: String,
        tracks: Vec<(String, TrackIntent)>,
    ) -> Result<String, MediaError> {
        match self.ask(Request::Offer { endpoint, maker, sdp, tracks }).await? {
            Answer::Described(sdp) => Ok(sdp),
            _ => Err(MediaError::Unreachable),
        }
    }

    /// Fails unless the endpoint is there and was made by them.
    pub async fn made_by(&self, endpoint: EndpointId, maker: Maker) -> Result<(), MediaError> {
        self.order(Request::MadeBy { endpoint, maker }).await
    }

    /// As [`crate::Relay::open_rtp`]. This node hears of the leg from now on.
    pub async fn open_rtp(&self, endpoint: EndpointId) -> Result<RtpLocal, MediaError> {
        match self.ask(Request::OpenRtp { endpoint }).await? {
            Answer::Opened(local) => Ok(local),
            _ => Err(MediaError::Unreachable),
        }
    }

    /// As [`crate::Relay::connect_rtp`].
    pub async fn connect_rtp(&self, endpoint: EndpointId, remote: RtpRemote) -> Result<(), MediaError> {
        self.order(Request::ConnectRtp { endpoint, remote }).await
    }

    /// As [`crate::Relay::join`]. This node hears of the endpoint and the room from now on.
    pub async fn join(&self, endpoint: EndpointId, room: RoomId) -> Result<(), MediaError> {
        self.order(Request::Join { endpoint, room }).await
    }

    /// As [`crate::Relay::leave`].
    pub async fn leave(&self, endpoint: EndpointId) -> Result<(), MediaError> {
        self.order(Request::Leave { endpoint }).await
    }

    /// As [`crate::Relay::mute`].
    pub async fn mute(&self, endpoint: EndpointId, muted: bool) -> Result<(), MediaError> {
        self.order(Request::Mute { endpoint, muted }).await
    }

    /// As [`crate::Relay::play`]. Files in this node's sounds folder ([`super::MediaPool::set_sounds`]) are played from the other's; any
    /// others must be there under the same path. This node hears of the end unless another controls the endpoint.
    pub async fn play(
        &self,
        endpoint: EndpointId,
        play: PlayId,
        source: Source,
        looped: bool,
    ) -> Result<(), MediaError> {
        let source = match (source, self.pool.sounds.get()) {
            (Source::Files(paths), Some(dir)) if !self.is_here() => {
                Source::Files(paths.into_iter().map(|path| sent(dir, path)).collect())
            }
            (source, _) => source,
        };
        self.order(Request::Play { endpoint, play, source, looped }).await
    }

    /// As [`crate::Relay::stop_playing`].
    pub async fn stop_playing(&self, endpoint: EndpointId) -> Result<(), MediaError> {
        self.order(Request::StopPlaying { endpoint }).await
    }

    /// As [`crate::Relay::send_dtmf`].
    pub async fn send_dtmf(&self, endpoint: EndpointId, digits: String) -> Result<(), MediaError> {
        self.order(Request::SendDtmf { endpoint, digits }).await
    }

    /// As [`crate::Relay::shown_at`].
    pub async fn shown_at(
        &self,
        endpoint: EndpointId,
        track: TrackId,
        height: u32,
    ) -> Result<(), MediaError> {
        self.order(Request::ShownAt { endpoint, track, height }).await
    }

    /// As [`crate::Relay::stats`].
    pub async fn stats(&self, endpoint: EndpointId) -> Result<EndpointStats, MediaError> {
        match self.ask(Request::Stats { endpoint }).await? {
            Answer::Counted(stats) => Ok(stats),
            _ => Err(MediaError::Unreachable),
        }
    }

    /// As [`crate::Relay::close`]. On a node that cannot be reached the endpoint ends by itself once this node is gone or closes it again.
    pub async fn close(&self, endpoint: EndpointId) {
        if let Err(error) = self.ask(Request::Close { endpoint }).await {
            tracing::debug!(%endpoint, node = %self.node, %error, "not closed");
        }
    }

    /// Makes this node the one that hears of these endpoints, after taking over a call; answers those that exist, with the room each is
    /// in. What could not be told to the node before, and the rooms' tracks, come as events at once: be ready for them.
    pub async fn adopt(
        &self,
        endpoints: Vec<EndpointId>,
    ) -> Result<Vec<(EndpointId, Option<RoomId>)>, MediaError> {
        match self.ask(Request::Adopt { endpoints }).await? {
            Answer::Adopted(adopted) => Ok(adopted),
            _ => Err(MediaError::Unreachable),
        }
    }

    fn is_here(&self) -> bool {
        self.node == self.pool.cluster.me()
    }

    async fn order(&self, request: Request) -> Result<(), MediaError> {
        self.ask(request).await.map(drop)
    }

    async fn ask(&self, request: Request) -> Carried {
        let pool = &self.pool;
        if self.is_here() {
            let host = pool.host.as_ref().ok_or(MediaError::Unreachable)?;
            return host.carry_out(self.node, request).await;
        }
        if !pool.is_there(self.node) {
            return Err(MediaError::Unreachable);
        }
        let asked = pool.cluster.links().ask(self.node, COMMANDS, &request, pool.times.command).await;
        asked.unwrap_or_else(|error| {
            tracing::debug!(node = %self.node, %error, "a media node did not answer");
            Err(MediaError::Unreachable)
        })
    }
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").field("node", &self.node).finish_non_exhaustive()
    }
}
