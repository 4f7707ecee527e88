//! Who is there and who owns what: nodes that beat, and things that must live in one place at a time.
//!
//! **Nodes.** Each process has a row with a counter it raises ([`BEAT`]). A node is gone when somebody has seen the same count for
//! [`GONE_AFTER`] by a monotonic clock of its own while the store answered; no two clocks are compared, and a store that is away ends
//! nobody. A process that is alone ([`Joining::alone`]) does not beat: the store is its own, so every other row is of a run that ended.
//!
//! **Keys.** A node publishes the public half of the key it seals with (`tandem_bus::Seals`) before its row, and finds those of others here.
//!
//! **Ownership.** A [`Claim`] says that this node owns a thing, in an epoch. The contract: whoever writes as an owner calls
//! [`Claim::hold`] in the same transaction. It fails with [`StoreError::Fenced`] once the thing was taken, and then the former owner lets
//! go of it without a word to anybody. What a gone node owned is offered to the living as [`Orphan`]s.

pub mod jobs;
mod join;
mod keys;
mod lately;
mod lookout;
mod meters;
mod nodes;
mod owned;
mod pulse;
mod stillness;
mod timing;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::AnyPool;
use tandem_bus::{Links, Neighbour};
use tandem_core::{Mint, OrgScope, RequestContext, sealed::Person};
use tandem_proto::{Load, NodeId, NodeInfo, NodeRole};
use tandem_store::{BoxFuture, Cause, Migration, Store, StoreError, Tx};
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use lately::Memory;
use lookout::Lookout;
use pulse::Pulse;

pub use join::JoinError;
pub use nodes::Nodes;
pub use owned::{Claim, Claiming, Kind, Orphan, Owner};
pub use timing::{BEAT, GONE_AFTER, Timing};

/// The message by which a node says that it gave something up.
const ORPHANS: &str = "orphans";

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] = &[NODES, jobs::MIGRATION, jobs::ASKERS, keys::MIGRATION];

const NODES: Migration = Migration {
    name: "0005_nodes",
    sql: "
        CREATE TABLE nodes (id text PRIMARY KEY, beat bigint NOT NULL, info text NOT NULL);
        CREATE TABLE owned (
            kind text NOT NULL, id text NOT NULL, org text NOT NULL, node text NOT NULL, epoch bigint NOT NULL,
            PRIMARY KEY (kind, id)
        );
        CREATE INDEX owned_by_node ON owned (node, kind);
    ",
};

/// What a node brings when it joins.
#[derive(Debug)]
pub struct Joining {
    /// The store all nodes share.
    pub store: Store,
    /// Makes scopes of orgs whose things are taken over.
    pub mint: Arc<Mint>,
    /// The ways to other nodes, and this one's id.
    pub links: Links,
    /// Itself, as the others shall know it.
    pub info: NodeInfo,
    /// Nobody else can use the store (SQLite).
    pub alone: bool,
}

/// This node among the others. Cheap to clone.
#[derive(Clone)]
pub struct Cluster(Arc<Inner>);

struct Inner {
    store: Store,
    mint: Arc<Mint>,
    links: Links,
    alone: bool,
    timing: Timing,
    info: Mutex<NodeInfo>,
    /// Raised to publish `info` at once.
    changed: watch::Sender<u64>,
    nodes: watch::Sender<Nodes>,
    /// Who was seen to be gone.
    gone: Mutex<BTreeSet<NodeId>>,
    orphans: broadcast::Sender<Orphan>,
    /// How often the others may have taken this node for gone, and it came back.
    returns: watch::Sender<u64>,
    /// Who was found to own what.
    lately: Memory,
    /// Look now.
    hint: Arc<Notify>,
    stop: CancellationToken,
    running: TaskTracker,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Cluster {
    /// Makes this node known and begins to watch the others. Waits for up to [`GONE_AFTER`] and a little if another node had its name a
    /// moment ago.
    ///
    /// # Errors
    /// When another node has its name and lives, or the store fails.
    pub async fn join(joining: Joining) -> Result<Self, JoinError> {
        Self::join_with(joining, Timing::default()).await
    }

    /// As [`Self::join`], at a pace of one's own.
    ///
    /// # Errors
    /// As [`Self::join`].
    pub async fn join_with(joining: Joining, timing: Timing) -> Result<Self, JoinError> {
        let Joining { store, mint, links, info, alone } = joining;
        let hint = Arc::new(Notify::new());
        let hears = Arc::clone(&hint);
        links.hear(ORPHANS, move |_, _: serde_json::Value| hears.notify_one());
        let cluster = Self(Arc::new(Inner {
            store,
            mint,
            links,
            alone,
            timing,
            nodes: watch::Sender::new(Nodes::of(vec![info.clone()])),
            info: Mutex::new(info),
            changed: watch::Sender::new(0),
            gone: Mutex::default(),
            orphans: broadcast::Sender::new(4_096),
            returns: watch::Sender::new(0),
            lately: Memory::default(),
            hint,
            stop: CancellationToken::new(),
            running: TaskTracker::new(),
        }));
        if !alone {
            // Before anybody can know of this node: who is asked by it finds its key.
            keys::join(&cluster).await?;
            join::take_name(&cluster).await?;
        }
        let (mut pulse, mut lookout) = (Pulse::default(), Lookout::new(&cluster));
        pulse.beat(&cluster).await?;
        lookout.look(&cluster).await?;
        let inner = &cluster.0;
        inner.running.spawn(lookout.run(Arc::downgrade(inner)));
        if !alone {
            inner.running.spawn(pulse.run(Arc::downgrade(inner)));
            inner.running.spawn(keys::renew(Arc::downgrade(inner)));
        }
        Ok(cluster)
    }

    /// This node.
    pub fn me(&self) -> NodeId {
        self.0.links.me()
    }

    /// The ways to the others.
    pub fn links(&self) -> &Links {
        &self.0.links
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The scope of an org, for what is taken over in its name.
    pub fn scope_of(&self, org: tandem_proto::OrgId) -> OrgScope {
        self.0.mint.scope(org)
    }

    /// Makes scopes, for work in somebody's name.
    pub(crate) fn mint(&self) -> &Mint {
        &self.0.mint
    }

    /// Somebody another node sealed as a request's, as the handlers of requests know them.
    pub fn context_of(&self, person: &Person) -> RequestContext {
        person.context(&self.0.mint)
    }

    /// Whether nobody else can be there.
    pub fn is_alone(&self) -> bool {
        self.0.alone
    }

    /// Whether this node has a role.
    pub fn has(&self, role: NodeRole) -> bool {
        self.info().roles.contains(&role)
    }

    /// This node as the others know it.
    pub fn info(&self) -> NodeInfo {
        self.0.info.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everybody who is there now, this node included.
    pub fn nodes(&self) -> Nodes {
        self.0.nodes.borrow().clone()
    }

    /// The same, for waiting for changes.
    pub fn watch(&self) -> watch::Receiver<Nodes> {
        self.0.nodes.subscribe()
    }

    /// Tells the others, with the next beat, how busy this node is.
    pub fn set_load(&self, load: Load) {
        self.0.info.lock().unwrap_or_else(PoisonError::into_inner).load = load;
    }

    /// Tells the others, now, that this node takes no new work.
    pub fn drain(&self) {
        self.0.info.lock().unwrap_or_else(PoisonError::into_inner).draining = true;
        self.0.changed.send_modify(|count| *count += 1);
    }

    /// Tells the others what changed in this node's addresses or roles.
    pub fn update(&self, change: impl FnOnce(&mut NodeInfo)) {
        change(&mut self.0.info.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.changed.send_modify(|count| *count += 1);
    }

    /// Things whose owner is gone or gave them up. Each is offered again until somebody took it. [`Self::take`] one to own it; a node
    /// takes only what its roles serve. Those it should leave to a better placed one for a moment are not offered at first.
    pub fn orphans(&self) -> broadcast::Receiver<Orphan> {
        self.0.orphans.subscribe()
    }

    /// Changes when this node is back after the others may have taken it for gone, as one that hung or was cut off: what it owned may be
    /// another's by now. [`Claim::hold`] says so when it writes; who may act without writing, or long before it does, asks [`Self::owner`] then.
    pub fn returns(&self) -> watch::Receiver<u64> {
        self.0.returns.subscribe()
    }

    /// Makes the others look at once for what this node gave up. To be called after the command that did; they find it with their next
    /// look in any case.
    pub fn announce_orphans(&self) {
        for node in self.nodes().all().iter().filter(|node| node.id != self.me()) {
            // Who does not hear it looks a little later.
            let _ = self.links().tell(node.id, ORPHANS, &());
        }
        self.0.hint.notify_one();
    }

    /// Says goodbye: what this node still owns is free for the others. It beats no more.
    ///
    /// # Errors
    /// When the store fails; the others will find out by themselves.
    pub async fn leave(&self) -> Result<(), StoreError> {
        pulse::leave(self).await
    }

    /// Whether a node was seen to be gone. One that was never seen is not.
    pub fn is_gone(&self, node: NodeId) -> bool {
        let seen = self.0.gone.lock().unwrap_or_else(PoisonError::into_inner).contains(&node);
        seen || (self.0.alone && node != self.me())
    }

    /// Takes in what the lookout saw.
    pub(crate) fn see(&self, nodes: Nodes, gone: BTreeSet<NodeId>) {
        let me = self.me();
        let others = nodes.all().iter().filter(|node| node.id != me);
        let neighbours = others.filter_map(|node| {
            Some(Neighbour { node: node.id, address: node.links?, name: Some(node.name.clone()) })
        });
        self.links().know(neighbours.collect());
        *self.0.gone.lock().unwrap_or_else(PoisonError::into_inner) = gone;
        self.0.nodes.send_if_modified(|known| {
            let news = *known != nodes;
            *known = nodes;
            news
        });
    }

    /// A command on the tables of the nodes themselves.
    pub(crate) async fn write_as_system<T, F>(&self, command: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        self.store().write(self.0.mint.system(), Cause::SYSTEM, command).await
    }

    /// Reads the tables of the nodes and of what they own.
    pub(crate) fn tables(&self) -> &AnyPool {
        // All orgs: a thing's owner is looked up by its id alone, and who is gone leaves things of any org.
        self.store().across_orgs()
    }

    pub(crate) fn roles(&self) -> BTreeSet<NodeRole> {
        self.info().roles
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("me", &self.me())
            .field("nodes", &self.nodes())
            .finish_non_exhaustive()
    }
}
