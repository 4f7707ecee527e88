//! This node's relay as the other nodes use it: carries out their commands and tells them what happens.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tandem_cluster::Cluster;
use tandem_media::{MediaError, MediaEvent, Source};
use tandem_proto::{EndpointId, NodeId, NodeRole};

use super::{
    Inbox,
    held::{Abandoned, Register},
    wire::{Answer, Beat, EVENTS, Request, Told},
};
use crate::Relay;

/// The serving side of a pool.
pub(super) struct Host {
    pub(super) relay: Relay,
    cluster: Cluster,
    inbox: Inbox,
    sounds: Arc<OnceLock<PathBuf>>,
    register: Mutex<Register>,
    pub(super) draining: AtomicBool,
    ticks_told: AtomicU64,
}

impl Host {
    pub(super) fn new(relay: Relay, cluster: Cluster, inbox: Inbox, sounds: Arc<OnceLock<PathBuf>>) -> Self {
        Self {
            relay,
            cluster,
            inbox,
            sounds,
            register: Mutex::default(),
            draining: AtomicBool::new(false),
            ticks_told: AtomicU64::new(0),
        }
    }

    /// Does what a node asks, this one or another.
    pub(super) async fn carry_out(&self, from: NodeId, request: Request) -> Result<Answer, MediaError> {
        let relay = &self.relay;
        let done = |()| Answer::Done;
        match request {
            Request::Offer { endpoint, maker, sdp, tracks } => {
                let fresh = self.register().offered(endpoint, maker)?;
                let answer = relay.offer(endpoint, sdp, tracks).await;
                if fresh && answer.is_err() {
                    self.register().closed(endpoint);
                }
                answer.map(Answer::Described)
            }
            Request::MadeBy { endpoint, maker } => {
                let register = self.register();
                register.made_by(endpoint, maker)?;
                register
                    .is_known(endpoint)
                    .then_some(Answer::Done)
                    .ok_or(MediaError::UnknownEndpoint(endpoint))
            }
            Request::OpenRtp { endpoint } => {
                let local = relay.open_rtp(endpoint).await?;
                self.register().opened(endpoint, from);
                Ok(Answer::Opened(local))
            }
            Request::ConnectRtp { endpoint, remote } => relay.connect_rtp(endpoint, remote).await.map(done),
            Request::Join { endpoint, room } => {
                // Before it is done: what it brings about is told to the new holder already.
                let tracks = self.register().joined(endpoint, room, from);
                if let Some(tracks) = tracks {
                    self.tell(from, MediaEvent::Tracks { room, tracks });
                }
                let joined = relay.join(endpoint, room).await;
                if matches!(joined, Err(MediaError::UnknownEndpoint(_))) {
                    self.register().closed(endpoint);
                }
                joined.map(done)
            }
            Request::Leave { endpoint } => {
                let left = relay.leave(endpoint).await;
                self.register().left(endpoint);
                left.map(done)
            }
            Request::Mute { endpoint, muted } => relay.mute(endpoint, muted).await.map(done),
            Request::Play { endpoint, play, source, looped } => {
                self.register().hold_if_free(endpoint, from, |node| self.lives(node));
                relay.play(endpoint, play, self.here(source), looped).await.map(done)
            }
            Request::StopPlaying { endpoint } => relay.stop_playing(endpoint).await.map(done),
            Request::SendDtmf { endpoint, digits } => relay.send_dtmf(endpoint, digits).await.map(done),
            Request::ShownAt { endpoint, track, height } => {
                relay.shown_at(endpoint, track, height).await.map(done)
            }
            Request::Stats { endpoint } => relay.stats(endpoint).await.map(Answer::Counted),
            Request::Close { endpoint } => {
                relay.close(endpoint).await;
                self.register().closed(endpoint);
                Ok(Answer::Done)
            }
            Request::Adopt { endpoints } => {
                let (adopted, missed) = self.register().adopt(Instant::now(), &endpoints, from);
                for event in missed {
                    self.tell(from, event);
                }
                Ok(Answer::Adopted(adopted))
            }
            Request::Ping => Ok(Answer::Done),
        }
    }

    /// Passes on what the relay tells.
    pub(super) fn pass_on(&self, event: MediaEvent) {
        self.register().happened(Instant::now(), &event);
        let (holder, browser) = match &event {
            MediaEvent::Offered { endpoint }
            | MediaEvent::Connected { endpoint }
            | MediaEvent::Disconnected { endpoint } => (self.register().holder(*endpoint), true),
            MediaEvent::Tracks { room, .. } => (self.register().room_holder(*room), false),
            MediaEvent::Dtmf { endpoint, .. }
            | MediaEvent::Played { endpoint, .. }
            | MediaEvent::RtpTimeout { endpoint } => {
                let holder = self.register().holder(*endpoint);
                if let Some(node) = holder {
                    let told = self.lives(node) && self.tell(node, event.clone());
                    self.register().keep(Instant::now(), *endpoint, event.clone(), told);
                }
                return;
            }
        };
        let mut hearers: BTreeSet<NodeId> = holder.into_iter().collect();
        let nodes = self.cluster.nodes();
        if browser {
            hearers.extend(nodes.with(NodeRole::Sip).map(|node| node.id));
        }
        if let MediaEvent::Disconnected { endpoint } = event {
            self.tell_gone(endpoint, nodes.with(NodeRole::Edge).map(|node| node.id));
        }
        for node in hearers {
            self.tell(node, event.clone());
        }
    }

    fn tell_gone(&self, endpoint: EndpointId, edges: impl Iterator<Item = NodeId>) {
        for node in edges {
            if node == self.cluster.me() {
                self.inbox.gone(node, endpoint);
            } else {
                // An edge that cannot be told is gone itself, or its clients find out by themselves.
                let _ = self.cluster.links().tell(node, EVENTS, &Told::Gone(endpoint));
            }
        }
    }

    /// Whether it may have arrived.
    fn tell(&self, node: NodeId, event: MediaEvent) -> bool {
        if node == self.cluster.me() {
            self.inbox.put(node, event);
            return true;
        }
        self.cluster.links().tell(node, EVENTS, &Told::Event(event)).is_ok()
    }

    /// Shows the others that the media thread runs. Says nothing when it does not.
    pub(super) fn beat(&self) {
        let ticks = self.relay.ticks();
        if self.ticks_told.swap(ticks, Ordering::Relaxed) == ticks {
            return;
        }
        let draining = self.draining.load(Ordering::Relaxed) || self.cluster.info().draining;
        let beat = Told::Beat(Beat { endpoints: self.relay.load(), draining });
        let me = self.cluster.me();
        for node in self.cluster.nodes().all().iter().filter(|node| node.id != me) {
            if super::hears_beats(&node.roles) {
                // It will say itself when it misses beats.
                let _ = self.cluster.links().tell(node.id, EVENTS, &beat);
            }
        }
    }

    /// Ends what belongs to nodes that are gone and was not adopted.
    pub(super) async fn sweep(&self, patience: Duration) {
        let abandoned = self.register().sweep(Instant::now(), |node| self.lives(node), patience);
        for it in abandoned {
            match it {
                Abandoned::Phone(endpoint) => {
                    tracing::warn!(%endpoint, "the leg's node is gone and nobody took it over: closed");
                    self.relay.close(endpoint).await;
                    self.register().closed(endpoint);
                }
                Abandoned::Browser(endpoint) => {
                    // Neither can fail but for an endpoint that is gone, and then there is nothing to do.
                    let _ = self.relay.stop_playing(endpoint).await;
                    let _ = self.relay.leave(endpoint).await;
                    self.register().left(endpoint);
                }
            }
        }
    }

    fn lives(&self, node: NodeId) -> bool {
        node == self.cluster.me() || self.cluster.nodes().get(node).is_some()
    }

    fn here(&self, source: Source) -> Source {
        match (source, self.sounds.get()) {
            (Source::Files(paths), Some(dir)) => {
                Source::Files(paths.into_iter().map(|path| arrived(dir, path)).collect())
            }
            (source, _) => source,
        }
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        // Each change is whole, so a panic elsewhere leaves nothing half done.
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The path as another node shall read it: relative when it lies in our sounds folder, for every node has the same sounds in its own.
pub(super) fn sent(dir: &Path, path: PathBuf) -> PathBuf {
    path.strip_prefix(dir).map(Path::to_owned).unwrap_or(path)
}

/// The path as this node reads it: a relative one lies in our sounds folder. One that leads out of it stays as it is, and is not found.
fn arrived(dir: &Path, path: PathBuf) -> PathBuf {
    let inside = path.components().all(|component| matches!(component, Component::Normal(_)));
    if inside { dir.join(path) } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_is_the_same_sound_on_every_node() {
        let (ours, theirs) = (Path::new("/data/a/sounds"), Path::new("/data/b/sounds"));
        let sent = |path: &str| sent(ours, path.into());
        assert_eq!(arrived(theirs, sent("/data/a/sounds/de/music.wav")), theirs.join("de/music.wav"));
        assert_eq!(arrived(theirs, sent("/shared/greeting.wav")), Path::new("/shared/greeting.wav"));
        assert_eq!(arrived(theirs, "../secret.wav".into()), Path::new("../secret.wav"));
    }
}
