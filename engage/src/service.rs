//! The handle everything else uses.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tandem_bus::Bus;
use tandem_cluster::Cluster;
use tandem_communicate::control::{CallNotice, IncomingCall};
use tandem_core::{Clock, OrgScope};
use tandem_edge::{Identity, UserRecord};
use tandem_proto::{
    ConversationId, DivisionId, NodeRole, QueueId, UserId,
    api::{self, ConversationState, PresenceView, Role, RoutingStatus, WrapUpMode},
};
use tandem_routing_engine::{Engine, Notice};
use tandem_store::{Cause, Store};
use tokio::sync::{mpsc, oneshot};

use crate::{
    EngageError,
    control::{CallControl, PresenceSource},
    conversation::{
        Conversation, Recorder,
        rows::{self, Step},
    },
    live::{self, Dispatch, Message, Owning, Registry},
    remote,
    settings::{self, Org, Orgs},
    stats,
};

/// What the contact centre stands on.
pub struct Parts {
    /// The log.
    pub store: Store,
    /// Live numbers go out here.
    pub bus: Bus,
    /// This node among the others.
    pub cluster: Cluster,
    /// Who there is.
    pub identity: Identity,
    /// Who is on queue.
    pub presence: Arc<dyn PresenceSource>,
    /// What answers, plays, rings and ends.
    pub calls: Arc<dyn CallControl>,
    /// New calls for flows on this node.
    pub incoming: mpsc::Receiver<IncomingCall>,
    /// What happens to them.
    pub notices: mpsc::Receiver<CallNotice>,
    /// What chooses agents.
    pub engine: Engine,
    /// What it chose.
    pub engine_notices: mpsc::Receiver<Notice>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where sounds are: `NAME.wav`.
    pub sounds_dir: PathBuf,
}

/// The contact centre. Cheap to clone.
#[derive(Clone)]
pub struct Engage(Arc<Inner>);

struct Inner {
    store: Store,
    bus: Bus,
    cluster: Cluster,
    identity: Identity,
    presence: Arc<dyn PresenceSource>,
    calls: Arc<dyn CallControl>,
    engine: Engine,
    clock: Arc<dyn Clock>,
    sounds_dir: PathBuf,
    sounds: Arc<BTreeSet<String>>,
    orgs: Orgs,
    registry: Registry,
    taking: tokio::sync::Mutex<()>,
    draining: AtomicBool,
}

impl std::fmt::Debug for Engage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engage").finish_non_exhaustive()
    }
}

impl Engage {
    /// On an engine node, takes the orgs that are placed here or were left behind, and goes on with them where they stopped. On a node
    /// that has calls, brings them and their news to the org's owner.
    ///
    /// # Errors
    /// When the store or routing fails.
    pub async fn start(parts: Parts) -> Result<Self, EngageError> {
        let Parts {
            store,
            bus,
            cluster,
            identity,
            presence,
            calls,
            incoming,
            notices,
            engine,
            engine_notices,
            clock,
            sounds_dir,
        } = parts;
        let changes = presence.changes();
        let sounds = Arc::new(sounds(&sounds_dir));
        tokio::spawn(remote::bring(cluster.clone(), Arc::clone(&calls), incoming, notices));
        let is_engine = cluster.has(NodeRole::Engine);
        let inner = Inner {
            store,
            bus,
            cluster,
            identity,
            presence,
            calls,
            engine,
            clock,
            sounds_dir,
            sounds,
            orgs: Orgs::default(),
            registry: Registry::default(),
            taking: tokio::sync::Mutex::default(),
            draining: AtomicBool::new(false),
        };
        let engage = Self(Arc::new(inner));
        if is_engine {
            // Before the first org: routing waits for nobody to read its notices, but only so long.
            tokio::spawn(Dispatch { engage: engage.clone(), routing: engine_notices }.run());
            let owning = Owning::new(engage.clone());
            engage.own_all().await?;
            remote::serve(&engage);
            tokio::spawn(owning.run());
            tokio::spawn(live::watch(engage.clone(), changes));
        }
        Ok(engage)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.0.bus
    }

    pub(crate) fn cluster(&self) -> &Cluster {
        &self.0.cluster
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    pub(crate) fn presence(&self) -> &dyn PresenceSource {
        &*self.0.presence
    }

    pub(crate) fn calls(&self) -> &dyn CallControl {
        &*self.0.calls
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// Names of the sounds there are.
    pub(crate) fn sounds(&self) -> Arc<BTreeSet<String>> {
        Arc::clone(&self.0.sounds)
    }

    pub(crate) fn sound(&self, name: &str) -> PathBuf {
        self.0.sounds_dir.join(format!("{name}.wav"))
    }

    /// An org this node owns. One that is nobody's yet, and placed here, is taken.
    pub(crate) async fn org(&self, scope: OrgScope) -> Result<Arc<Org>, EngageError> {
        self.own(scope).await?.ok_or(EngageError::Elsewhere)
    }

    /// An org this node owns.
    pub(crate) fn known(&self, scope: OrgScope) -> Option<Arc<Org>> {
        self.0.orgs.get(scope.org())
    }

    /// The orgs this node owns.
    pub(crate) fn orgs(&self) -> Vec<Arc<Org>> {
        self.0.orgs.all()
    }

    pub(crate) fn orgs_table(&self) -> &Orgs {
        &self.0.orgs
    }

    /// Does not know an org any more: requests for it go elsewhere.
    pub(crate) fn forget(&self, org: &Arc<Org>) {
        self.0.orgs.remove(org);
        self.0.registry.forget(org.scope.org());
    }

    /// One org is taken or handed over at a time.
    pub(crate) async fn taking(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.taking.lock().await
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Acquire)
    }

    pub(crate) fn set_draining(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    /// An org's queues, wherever its contact centre lives.
    pub(crate) async fn queues_anywhere(
        &self,
        scope: OrgScope,
    ) -> Result<BTreeMap<QueueId, api::Queue>, EngageError> {
        match self.known(scope) {
            Some(org) => Ok(org.settings().queues.clone()),
            None => Ok(settings::read_queues(self.store(), scope).await?),
        }
    }

    pub(crate) fn downgrade(&self) -> impl Fn() -> Option<Self> + Send + Sync + 'static {
        let inner = Arc::downgrade(&self.0);
        move || inner.upgrade().map(Self)
    }

    pub(crate) async fn presence_of(
        &self,
        scope: OrgScope,
        user: UserId,
    ) -> Result<PresenceView, EngageError> {
        self.presence().of(scope, user).await.map_err(EngageError::Presence)
    }

    /// How the queue of a conversation wants wrap-up.
    pub(crate) fn wrap_up_mode(&self, scope: OrgScope, conversation: &Conversation) -> WrapUpMode {
        let org = self.known(scope);
        let mode = conversation.view.queue.and_then(|queue| {
            org.and_then(|org| org.settings().queues.get(&queue).map(|queue| queue.settings.wrap_up.mode))
        });
        mode.unwrap_or(WrapUpMode::Optional)
    }

    /// An agent as he is now; `None` for somebody who is none.
    pub(crate) async fn agent_if_any(
        &self,
        org: &Org,
        user: UserId,
    ) -> Result<Option<api::Agent>, EngageError> {
        match self.identity().user(org.scope, user).await? {
            Some(record) if is_agent(org, &record) => self.agent(org, record).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Somebody as an agent.
    pub(crate) async fn agent(&self, org: &Org, record: UserRecord) -> Result<api::Agent, EngageError> {
        let presence = self.presence_of(org.scope, record.id).await?;
        let state = self.engine().agent(org.scope, record.id).await;
        let settings = org.settings();
        Ok(api::Agent {
            user: record.id,
            display_name: record.display_name,
            division: record.division,
            status: state.as_ref().map_or(RoutingStatus::OffQueue, |state| state.status),
            since: state.as_ref().map_or(presence.since, |state| state.since),
            presence,
            queues: settings.memberships(record.id).map(|queue| queue.id).collect(),
            skills: settings.agent_skills.get(&record.id).cloned().unwrap_or_default(),
            conversations: state.map(|state| state.items).unwrap_or_default(),
        })
    }

    /// The agents of some divisions: members of queues, and whoever holds the role.
    pub(crate) async fn agents(
        &self,
        scope: OrgScope,
        wanted: impl Fn(DivisionId) -> bool,
    ) -> Result<Vec<api::Agent>, EngageError> {
        let org = self.org(scope).await?;
        let mut agents = Vec::new();
        for record in self.identity().users(scope).await? {
            if wanted(record.division) && is_agent(&org, &record) {
                agents.push(self.agent(&org, record).await?);
            }
        }
        Ok(agents)
    }

    /// A conversation with its place in the queue, which only routing knows.
    pub(crate) async fn with_position(
        &self,
        scope: OrgScope,
        conversation: Conversation,
    ) -> api::Conversation {
        let mut view = conversation.view;
        if matches!(view.state, ConversationState::Queued | ConversationState::Alerting) {
            view.position = self.engine().position(scope, view.id).await;
        }
        view
    }

    /// A conversation, with its place while it waits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn conversation(
        &self,
        scope: OrgScope,
        id: ConversationId,
    ) -> Result<Option<api::Conversation>, EngageError> {
        match rows::read(self.store(), scope, id).await? {
            Some(conversation) => Ok(Some(self.with_position(scope, conversation).await)),
            None => Ok(None),
        }
    }

    /// Why agents were chosen for a conversation, oldest first; for one that waits, a last entry says why it waits now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn decisions(
        &self,
        scope: OrgScope,
        id: ConversationId,
    ) -> Result<Vec<api::Decision>, EngageError> {
        self.store().projected(self.store().head()).await;
        let mut decisions = stats::decisions_of(self.store(), scope, id).await?;
        let now = self.engine().explain(scope, id).await;
        decisions.extend(now.filter(|decision| decision.offer.is_none()));
        Ok(decisions)
    }

    /// A queue.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn queue(&self, scope: OrgScope, id: QueueId) -> Result<api::Queue, EngageError> {
        let org = self.org(scope).await?;
        org.settings().queues.get(&id).cloned().ok_or(EngageError::NotFound("queue"))
    }

    /// A queue's live numbers.
    ///
    /// # Errors
    /// When there is no such queue, or the store fails.
    pub async fn queue_stats(&self, scope: OrgScope, id: QueueId) -> Result<api::QueueStats, EngageError> {
        let (org, now) = (self.org(scope).await?, self.clock().now());
        let stats =
            org.with_board(|board, settings| settings.queues.get(&id).map(|queue| board.stats(queue, now)));
        stats.ok_or(EngageError::NotFound("queue"))
    }

    /// The wrap-up codes, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn wrap_up_codes(&self, scope: OrgScope) -> Result<Vec<api::WrapUpCode>, EngageError> {
        let org = self.org(scope).await?;
        let codes = org.settings().codes.clone();
        let mut codes: Vec<_> = codes.into_iter().map(|(id, name)| api::WrapUpCode { id, name }).collect();
        codes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(codes)
    }

    /// Takes an agent's wrap-up code. It ends the wrap-up if that still goes on, and may be given again later.
    ///
    /// # Errors
    /// When there is no such conversation or code, the agent took no part, or the store fails.
    pub async fn give_wrap_up(
        &self,
        scope: OrgScope,
        cause: Cause,
        id: ConversationId,
        agent: UserId,
        wrap_up: api::WrapUp,
    ) -> Result<api::Conversation, EngageError> {
        let org = self.org(scope).await?;
        if !org.settings().codes.contains_key(&wrap_up.code) {
            return Err(EngageError::invalid("code", "there is no such wrap-up code"));
        }
        let (done, answer) = oneshot::channel();
        match self.registry().tell(id, Message::WrapUp { agent, wrap_up: wrap_up.clone(), done }) {
            Ok(()) => answer.await.map_err(|_| EngageError::Elsewhere)?,
            Err(_) => self.wrap_up_late(&org, cause, id, agent, wrap_up).await,
        }
    }

    /// Takes a code for a conversation that is over: nobody else writes it any more.
    pub(crate) async fn wrap_up_late(
        &self,
        org: &Org,
        cause: Cause,
        id: ConversationId,
        agent: UserId,
        wrap_up: api::WrapUp,
    ) -> Result<api::Conversation, EngageError> {
        let stored = rows::read(self.store(), org.scope, id).await?;
        let mut record = Recorder::resume(stored.ok_or(EngageError::NotFound("conversation"))?);
        if !record.wrap_up(agent, wrap_up) {
            return Err(EngageError::NotYours);
        }
        let (conversation, facts) = (record.conversation().clone(), record.take());
        let step = Step { conversation: conversation.clone(), facts, steering: None };
        rows::write(self.store(), org, cause, step).await?;
        Ok(conversation.view)
    }
}

fn is_agent(org: &Org, record: &UserRecord) -> bool {
    record.holds(&Role::Agent) || org.settings().memberships(record.id).next().is_some()
}

/// The names of the `.wav` files in a folder.
fn sounds(folder: &std::path::Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).map(|entries| entries.flatten().collect::<Vec<_>>());
    let entries = entries.unwrap_or_else(|error| {
        tracing::error!(folder = %folder.display(), %error, "no sounds: flows will be silent");
        Vec::new()
    });
    let name = |entry: std::fs::DirEntry| {
        entry.file_name().to_str().and_then(|name| name.strip_suffix(".wav")).map(str::to_owned)
    };
    entries.into_iter().filter_map(name).collect()
}
