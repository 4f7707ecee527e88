//! All media nodes as one node sees them: where new media goes, the way to each relay, what they tell, and which of them went away.
//!
//! The contract: what happens to an endpoint is told to the node that opened, last joined or adopted it. A media node shows that its
//! thread runs every [`MediaTimes::beat`]; one that is not heard for [`MediaTimes::lost_after`], or breaks its connection and does not
//! answer on a new one, is lost, once. A lost node that is heard again is there again, with whatever it still has.

mod held;
mod host;
mod media;
mod vigil;
mod wire;

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak, atomic::Ordering},
    time::{Duration, Instant},
};

use tandem_cluster::Cluster;
use tandem_media::MediaEvent;
use tandem_proto::{EndpointId, NodeId, NodeInfo, NodeRole, OrgId};
use tokio::{
    sync::{broadcast, mpsc},
    time::MissedTickBehavior,
};

pub use media::Media;
pub use wire::Maker;

use crate::Relay;
use host::Host;
use media::Carried;
use vigil::Vigil;
use wire::{Answer, COMMANDS, EVENTS, Request, Told};

/// Events that may wait for their reader.
const INBOX_MAX: usize = 8_192;
/// An org stays in its place until that has so many endpoints more than twice those of the least busy node.
const MUCH_BUSIER: u32 = 50;

/// How long things take. The defaults are what the rest of the system counts on; tests shorten them.
#[derive(Clone, Copy, Debug)]
pub struct MediaTimes {
    /// A media node shows so often that it is there.
    pub beat: Duration,
    /// One that was not heard for so long is lost.
    pub lost_after: Duration,
    /// How long a media node may take to answer.
    pub command: Duration,
    /// How long an endpoint whose node is gone waits to be adopted.
    pub unadopted: Duration,
    /// How long [`MediaPool::drain`] waits for the last endpoint to move.
    pub drain: Duration,
}

impl Default for MediaTimes {
    fn default() -> Self {
        Self {
            beat: Duration::from_millis(100),
            lost_after: Duration::from_millis(450),
            command: Duration::from_secs(2),
            unadopted: Duration::from_secs(60),
            drain: Duration::from_secs(8),
        }
    }
}

/// All media nodes as one node sees them. Cheap to clone.
#[derive(Clone)]
pub struct MediaPool(Arc<Inner>);

pub(crate) struct Inner {
    cluster: Cluster,
    times: MediaTimes,
    host: Option<Host>,
    sounds: Arc<OnceLock<PathBuf>>,
    inbox: Inbox,
    vigil: Mutex<Vigil>,
    lost: broadcast::Sender<NodeId>,
    draining: broadcast::Sender<NodeId>,
}

/// Where what media nodes tell arrives.
#[derive(Clone)]
struct Inbox {
    events: mpsc::Sender<(NodeId, MediaEvent)>,
    gone: broadcast::Sender<(NodeId, EndpointId)>,
}

impl Inbox {
    fn put(&self, from: NodeId, event: MediaEvent) {
        use mpsc::error::TrySendError;
        // A node that controls no calls does not read them.
        if let Err(TrySendError::Full((_, event))) = self.events.try_send((from, event)) {
            metrics::counter!("tandem_media_events_lost_total").increment(1);
            tracing::error!(?event, "nobody reads what media nodes tell");
        }
    }

    fn gone(&self, from: NodeId, endpoint: EndpointId) {
        // Nobody listens: no browser is connected here.
        let _ = self.gone.send((from, endpoint));
    }
}

impl MediaPool {
    /// `local`: this process's own relay and its events, if it has the role. Must be called within a runtime. The receiver is for
    /// whoever controls calls on this node: each event with the media node it happened on.
    pub fn new(
        cluster: Cluster,
        local: Option<(Relay, mpsc::Receiver<MediaEvent>)>,
    ) -> (Self, mpsc::Receiver<(NodeId, MediaEvent)>) {
        Self::with_times(cluster, local, MediaTimes::default())
    }

    /// As [`Self::new`], with other times.
    pub fn with_times(
        cluster: Cluster,
        local: Option<(Relay, mpsc::Receiver<MediaEvent>)>,
        times: MediaTimes,
    ) -> (Self, mpsc::Receiver<(NodeId, MediaEvent)>) {
        let (events, receiver) = mpsc::channel(INBOX_MAX);
        let inbox = Inbox { events, gone: broadcast::Sender::new(1_024) };
        let sounds = Arc::<OnceLock<PathBuf>>::default();
        let (relay, told) = local.unzip();
        let host = relay.map(|relay| Host::new(relay, cluster.clone(), inbox.clone(), Arc::clone(&sounds)));
        let pool = Arc::new(Inner {
            times,
            host,
            sounds,
            inbox,
            vigil: Mutex::new(Vigil::new(Instant::now(), times.lost_after)),
            lost: broadcast::Sender::new(64),
            draining: broadcast::Sender::new(64),
            cluster,
        });
        pool.know();
        listen(&pool);
        tokio::spawn(watch(Arc::downgrade(&pool)));
        tokio::spawn(follow_broken(Arc::downgrade(&pool), pool.cluster.links().broken()));
        if let Some(told) = told {
            tokio::spawn(pass_on(Arc::downgrade(&pool), told));
            tokio::spawn(beat(Arc::downgrade(&pool), times.beat));
            tokio::spawn(sweep(Arc::downgrade(&pool), times.unadopted));
        }
        (Self(pool), receiver)
    }

    /// Says where this node keeps its sounds, once. Every node installs the same ones in a folder of its own, so a file in it can be
    /// played by a relay elsewhere.
    pub fn set_sounds(&self, dir: PathBuf) {
        // The folder of a process does not change; the first one stays.
        let _ = self.0.sounds.set(dir);
    }

    /// Where something new of an org should go: the org's place (rendezvous on its id) unless that node is much busier than the least
    /// busy one; `None`: no media node is there.
    pub fn choose(&self, org: OrgId) -> Option<NodeId> {
        let nodes = self.0.cluster.nodes();
        let vigil = self.0.vigil();
        let candidates = nodes.with(NodeRole::Media).filter_map(|node| self.0.candidate(&vigil, node));
        let candidates: Vec<Candidate> = candidates.collect();
        choose(&candidates, org)
    }

    /// The relay of a node.
    pub fn on(&self, node: NodeId) -> Media {
        Media::new(node, Arc::clone(&self.0))
    }

    /// Whether a node serves media as far as this one can see.
    pub fn is_there(&self, node: NodeId) -> bool {
        self.0.is_there(node)
    }

    /// Whether a node wants what is there to be made anew elsewhere.
    pub fn is_draining(&self, node: NodeId) -> bool {
        let nodes = self.0.cluster.nodes();
        let vigil = self.0.vigil();
        nodes.get(node).and_then(|node| self.0.candidate(&vigil, node)).is_some_and(|it| it.draining)
    }

    /// Media nodes that went away (link broken and no answer on a new one, heartbeat standing still, or left the cluster): each once.
    pub fn lost(&self) -> broadcast::Receiver<NodeId> {
        self.0.lost.subscribe()
    }

    /// Media nodes that want to go: what is there should be made anew elsewhere, then closed there.
    pub fn draining(&self) -> broadcast::Receiver<NodeId> {
        self.0.draining.subscribe()
    }

    /// Browsers whose connection to a media node ended without them closing it; told on edge nodes.
    pub fn gone(&self) -> broadcast::Receiver<(NodeId, EndpointId)> {
        self.0.inbox.gone.subscribe()
    }

    /// Endpoints of this node's own relay.
    pub fn load(&self) -> u32 {
        self.0.host.as_ref().map_or(0, |host| host.relay.load())
    }

    /// Asks everybody to move away what this node's relay serves. Returns when nothing is left, or nobody could take it, or after
    /// [`MediaTimes::drain`].
    pub async fn drain(&self) {
        let pool = &self.0;
        let Some(host) = &pool.host else { return };
        host.draining.store(true, Ordering::Relaxed);
        if !pool.has_others() {
            return;
        }
        host.beat();
        // Nobody here has anything there.
        let _ = pool.draining.send(pool.cluster.me());
        let emptied = async {
            let mut look = tokio::time::interval(pool.times.beat / 2);
            while host.relay.load() > 0 && pool.has_others() {
                look.tick().await;
            }
        };
        if tokio::time::timeout(pool.times.drain, emptied).await.is_err() {
            tracing::warn!(left = host.relay.load(), "media did not move away in time");
        }
    }
}

impl Inner {
    fn vigil(&self) -> MutexGuard<'_, Vigil> {
        // Each change is whole, so a panic elsewhere leaves nothing half done.
        self.vigil.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_there(&self, node: NodeId) -> bool {
        if node == self.cluster.me() {
            return self.host.is_some();
        }
        let serves = self.cluster.nodes().get(node).is_some_and(|node| node.roles.contains(&NodeRole::Media));
        serves && !self.vigil().is_lost(node)
    }

    /// Whether another node could take what this one has.
    fn has_others(&self) -> bool {
        let (nodes, vigil, me) = (self.cluster.nodes(), self.vigil(), self.cluster.me());
        nodes
            .with(NodeRole::Media)
            .filter(|node| node.id != me)
            .filter_map(|node| self.candidate(&vigil, node))
            .any(|other| !other.draining)
    }

    fn candidate<'a>(&self, vigil: &Vigil, node: &'a NodeInfo) -> Option<Candidate<'a>> {
        let candidate = |heard, draining, endpoints| Candidate {
            node: node.id,
            name: &node.name,
            heard,
            draining: draining || node.draining,
            endpoints,
        };
        if node.id == self.cluster.me() {
            let host = self.host.as_ref()?;
            return Some(candidate(true, host.draining.load(Ordering::Relaxed), host.relay.load()));
        }
        if vigil.is_lost(node.id) {
            return None;
        }
        Some(match vigil.last(node.id) {
            Some(beat) => candidate(true, beat.draining, beat.endpoints),
            None => candidate(false, false, node.load.endpoints),
        })
    }

    /// Looks which media nodes there are now.
    fn know(&self) {
        let me = self.cluster.me();
        let nodes = self.cluster.nodes();
        let media: Vec<NodeId> =
            nodes.with(NodeRole::Media).map(|node| node.id).filter(|node| *node != me).collect();
        let gone = self.vigil().know(Instant::now(), &media);
        self.lose(gone);
    }

    fn lose(&self, nodes: Vec<NodeId>) {
        for node in nodes {
            tracing::warn!(%node, "a media node is lost");
            metrics::counter!("tandem_media_nodes_lost_total").increment(1);
            // Nobody listens: nothing of this node is there.
            let _ = self.lost.send(node);
        }
    }

    fn hear(&self, from: NodeId, told: Told) {
        match told {
            Told::Event(event) => self.inbox.put(from, event),
            Told::Gone(endpoint) => self.inbox.gone(from, endpoint),
            Told::Beat(beat) => {
                let drains = self.vigil().hear(Instant::now(), from, beat);
                if drains {
                    // Nobody listens: nothing of this node is there.
                    let _ = self.draining.send(from);
                }
            }
        }
    }

    /// Asks a node whether it is there.
    async fn answers(&self, node: NodeId) -> bool {
        if node == self.cluster.me() {
            return self.host.is_some();
        }
        let answer: Result<Carried, _> =
            self.cluster.links().ask(node, COMMANDS, &Request::Ping, self.times.lost_after / 2).await;
        matches!(answer, Ok(Ok(Answer::Done)))
    }

    /// The connection to a node broke: is it there?
    async fn probe(&self, node: NodeId) {
        if self.answers(node).await {
            return;
        }
        let news = self.vigil().lose(node);
        if news {
            self.lose(vec![node]);
        }
    }
}

impl std::fmt::Debug for MediaPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaPool")
            .field("me", &self.0.cluster.me())
            .field("vigil", &*self.0.vigil())
            .finish_non_exhaustive()
    }
}

/// A media node something could go to.
struct Candidate<'a> {
    node: NodeId,
    name: &'a str,
    /// It was heard of by its heartbeat.
    heard: bool,
    draining: bool,
    endpoints: u32,
}

fn choose(candidates: &[Candidate<'_>], org: OrgId) -> Option<NodeId> {
    // One that drains, or was not heard yet, is better than none.
    let worst = |it: &Candidate<'_>| (it.draining, !it.heard);
    let best = candidates.iter().map(worst).min()?;
    let usable = || candidates.iter().filter(|it| worst(it) == best);
    let idlest = usable().min_by_key(|it| (it.endpoints, it.node))?;
    let place = usable().min_by_key(|it| {
        let mut hasher = DefaultHasher::new();
        (org, it.name).hash(&mut hasher);
        (hasher.finish(), it.node)
    })?;
    let bearable = idlest.endpoints.saturating_mul(2).saturating_add(MUCH_BUSIER);
    Some(if place.endpoints > bearable { idlest.node } else { place.node })
}

/// Serves the other nodes, and hears them.
fn listen(pool: &Arc<Inner>) {
    let links = pool.cluster.links();
    let weak = Arc::downgrade(pool);
    links.hear(EVENTS, move |asker, told: Told| {
        if let Some(pool) = weak.upgrade() {
            pool.hear(asker.node, told);
        }
    });
    if pool.host.is_none() {
        return;
    }
    let weak = Arc::downgrade(pool);
    links.serve(COMMANDS, move |asker, request: Request| {
        let pool = weak.upgrade();
        async move {
            let host = pool.as_ref().and_then(|pool| pool.host.as_ref());
            let host = host.ok_or(tandem_media::MediaError::Stopping)?;
            host.carry_out(asker.node, request).await
        }
    });
}

async fn pass_on(pool: Weak<Inner>, mut told: mpsc::Receiver<MediaEvent>) {
    while let Some(event) = told.recv().await {
        let Some(pool) = pool.upgrade() else { return };
        if let Some(host) = &pool.host {
            host.pass_on(event);
        }
    }
}

async fn beat(pool: Weak<Inner>, every: Duration) {
    let mut tick = interval(every);
    loop {
        tick.tick().await;
        let Some(pool) = pool.upgrade() else { return };
        if let Some(host) = &pool.host {
            host.beat();
        }
    }
}

async fn sweep(pool: Weak<Inner>, unadopted: Duration) {
    let mut tick = interval((unadopted / 4).min(Duration::from_secs(1)));
    loop {
        tick.tick().await;
        let Some(pool) = pool.upgrade() else { return };
        if let Some(host) = &pool.host {
            host.sweep(unadopted).await;
        }
    }
}

/// Whether a node of these roles is told heartbeats, and so misses them: it places media, or may have to leave its own to others.
fn hears_beats(roles: &BTreeSet<NodeRole>) -> bool {
    [NodeRole::Sip, NodeRole::Edge, NodeRole::Media].iter().any(|role| roles.contains(role))
}

/// Looks for nodes that come, go, or are not heard any more.
async fn watch(pool: Weak<Inner>) {
    let Some((mut nodes, every, hears)) = pool.upgrade().map(|pool| {
        let hears = hears_beats(&pool.cluster.info().roles);
        (pool.cluster.watch(), pool.vigil().check_every(), hears)
    }) else {
        return;
    };
    let mut tick = interval(every);
    loop {
        let Some(idle) = pool.upgrade().map(|pool| pool.vigil().is_idle()) else { return };
        tokio::select! {
            changed = nodes.changed() => {
                let Some(pool) = pool.upgrade().filter(|_| changed.is_ok()) else { return };
                pool.know();
            }
            _ = tick.tick(), if hears && !idle => {
                let Some(pool) = pool.upgrade() else { return };
                let lost = pool.vigil().check(Instant::now());
                pool.lose(lost);
            }
        }
    }
}

async fn follow_broken(pool: Weak<Inner>, mut broken: broadcast::Receiver<NodeId>) {
    use broadcast::error::RecvError;
    loop {
        let node = match broken.recv().await {
            Ok(node) => node,
            // Its heartbeats tell as well.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let Some(pool) = pool.upgrade() else { return };
        if pool.is_there(node) {
            tokio::spawn(async move { pool.probe(node).await });
        }
    }
}

fn interval(every: Duration) -> tokio::time::Interval {
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, endpoints: u32) -> Candidate<'_> {
        Candidate { node: NodeId::generate(), name, heard: true, draining: false, endpoints }
    }

    #[test]
    fn an_org_has_its_place_until_that_is_much_busier_than_another() {
        let mut nodes = [candidate("a", 0), candidate("b", 0), candidate("c", 0)];
        let org = OrgId::generate();
        let place = choose(&nodes, org).expect("there is one");
        let at = nodes.iter().position(|it| it.node == place).expect("one of them");
        nodes[at].endpoints = MUCH_BUSIER;
        assert_eq!(choose(&nodes, org), Some(place));
        nodes[at].endpoints += 1;
        let other = choose(&nodes, org).expect("there is one");
        assert_ne!(other, place);
        for node in &mut nodes {
            node.endpoints += MUCH_BUSIER;
        }
        assert_eq!(choose(&nodes, org), Some(place));
        assert_eq!(choose(&[], org), None);
    }

    #[test]
    fn a_node_that_drains_or_was_never_heard_is_the_last_choice() {
        let mut nodes = [candidate("a", 900), candidate("b", 0), candidate("c", 0)];
        nodes[1].draining = true;
        nodes[2].heard = false;
        for org in std::iter::repeat_with(OrgId::generate).take(20) {
            assert_eq!(choose(&nodes, org), Some(nodes[0].node));
            assert_eq!(choose(&nodes[1..], org), Some(nodes[2].node));
            assert_eq!(choose(&nodes[1..2], org), Some(nodes[1].node));
        }
    }
}
