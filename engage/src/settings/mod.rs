//! What an org set up: queues, skills, wrap-up codes and flows. In memory, because every call needs it; written through to the store.

mod codes;
mod flows;
mod load;
mod queues;
mod skills;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Display,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard},
};

use sqlx::{Row, any::AnyRow};
use tandem_cluster::Claim;
use tandem_core::{EntityTag, OrgScope, Permission, Precondition, PreconditionFailed};
use tandem_edge::Divided;
use tandem_proto::{
    DivisionId, FlowId, OrgId, QueueId, SkillId, UserId, WrapUpCodeId,
    api::{self, DividedKind, SkillRequirement},
    limits,
};
use tandem_routing::{Input, QueueRules};
use tandem_store::{BoxFuture, Cause, Store, StoreError, Tx};
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use load::{flow_version, load, queues as read_queues};

use crate::{EngageError, conversation::References, flow::Flow, stats::Board};

/// How many interactions an agent takes at once. Voice alone so far.
const CAPACITY: u8 = 1;

/// Queues belong to divisions, and their conversations with them; members see theirs wherever it belongs.
pub const QUEUES: Divided = Divided {
    kind: DividedKind::Queue,
    table: "engage_queues",
    id: "id",
    seen_with: &[Permission::QueueSupervise, Permission::QueueWrite],
    changed_with: Permission::QueueWrite,
};

/// Flows belong to divisions.
pub const FLOWS: Divided = Divided {
    kind: DividedKind::Flow,
    table: "engage_flows",
    id: "id",
    seen_with: &[Permission::FlowRead, Permission::FlowWrite],
    changed_with: Permission::FlowWrite,
};

/// What is made or changed.
#[derive(Clone, Debug)]
pub enum Target<I> {
    /// A new thing of this division.
    New(DivisionId),
    /// One there is, if it is as was demanded.
    Existing(I, Precondition),
}

impl<I: Copy> Target<I> {
    const fn id(&self) -> Option<I> {
        match self {
            Self::New(_) => None,
            Self::Existing(id, _) => Some(*id),
        }
    }

    /// Refuses a thing whose version is not the one that was demanded.
    fn check(&self, version: i64) -> Result<(), PreconditionFailed> {
        match self {
            Self::New(_) => Ok(()),
            Self::Existing(_, precondition) => precondition.check_tag(EntityTag::version(version)),
        }
    }

    /// The division of a new thing.
    const fn division(&self) -> Option<DivisionId> {
        match self {
            Self::New(division) => Some(*division),
            Self::Existing(..) => None,
        }
    }
}

/// A flow as it is in force.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) view: api::Flow,
    pub(crate) flow: Arc<Flow>,
    pub(crate) references: References,
}

/// One org's settings. Where queues and flows belong is as it was when they were read: whoever asks that asks the store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) queues: BTreeMap<QueueId, api::Queue>,
    pub(crate) skills: BTreeMap<SkillId, String>,
    pub(crate) agent_skills: BTreeMap<UserId, Vec<SkillRequirement>>,
    pub(crate) codes: BTreeMap<WrapUpCodeId, String>,
    pub(crate) flows: BTreeMap<FlowId, Published>,
}

impl Settings {
    /// The queues a user is a member of, joined or not.
    pub(crate) fn memberships(&self, user: UserId) -> impl Iterator<Item = &api::Queue> {
        self.queues
            .values()
            .filter(move |queue| queue.settings.members.iter().any(|member| member.user == user))
    }

    /// Everybody routing has to know.
    pub(crate) fn agents(&self) -> BTreeSet<UserId> {
        let members =
            self.queues.values().flat_map(|queue| &queue.settings.members).map(|member| member.user);
        members.chain(self.agent_skills.keys().copied()).collect()
    }

    /// What routing is told of an agent.
    pub(crate) fn agent_input(&self, agent: UserId) -> Input {
        let joined = |queue: &&api::Queue| {
            queue.settings.members.iter().any(|member| member.user == agent && member.joined)
        };
        Input::AgentSet {
            agent,
            skills: self.agent_skills.get(&agent).cloned().unwrap_or_default(),
            queues: self.queues.values().filter(joined).map(|queue| queue.id).collect(),
            capacity: CAPACITY,
        }
    }
}

/// What routing is told of a queue.
pub(crate) fn queue_input(queue: &api::Queue) -> Input {
    let settings = &queue.settings;
    let rules = QueueRules {
        alert: std::time::Duration::from_secs(settings.alert_seconds.into()),
        wrap_up: settings.wrap_up,
        evaluation: settings.evaluation,
        skills: settings.skills.clone(),
        steps: vec![],
    };
    Input::QueueSet { queue: queue.id, rules }
}

/// An org this node owns, with its settings.
#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) scope: OrgScope,
    pub(crate) claim: Claim,
    /// Since when it is owned here.
    pub(crate) taken_at: Instant,
    /// Cancelled when somebody else has it: nothing is written any more, nothing is ended.
    pub(crate) gone: CancellationToken,
    /// Cancelled when it is handed over: what is under way is finished.
    pub(crate) stopping: CancellationToken,
    /// What runs for it.
    pub(crate) tasks: TaskTracker,
    settings: RwLock<Settings>,
    board: Mutex<Board>,
    /// One change at a time, so that memory follows the store in order.
    pub(crate) changing: tokio::sync::Mutex<()>,
}

impl Org {
    pub(crate) fn new(scope: OrgScope, claim: Claim, settings: Settings) -> Self {
        Self {
            scope,
            claim,
            taken_at: Instant::now(),
            gone: CancellationToken::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            settings: RwLock::new(settings),
            board: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
        }
    }

    /// Runs a command for as long as the org is this node's. When it is not, everything that runs for it here stops.
    pub(crate) async fn write<T, E, F>(&self, store: &Store, cause: Cause, command: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let (claim, gone) = (self.claim.clone(), self.gone.clone());
        let write = store.write(self.scope, cause, move |tx| {
            Box::pin(async move {
                if let Err(error) = claim.hold(tx).await {
                    if matches!(error, StoreError::Fenced) {
                        gone.cancel();
                    }
                    return Err(error.into());
                }
                command(tx).await
            })
        });
        write.await
    }

    pub(crate) fn settings(&self) -> RwLockReadGuard<'_, Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Org {
    pub(crate) fn set_board(&self, board: Board) {
        *self.board.lock().unwrap_or_else(PoisonError::into_inner) = board;
    }

    pub(crate) fn with_board<T>(&self, look: impl FnOnce(&mut Board, &Settings) -> T) -> T {
        let settings = self.settings();
        look(&mut self.board.lock().unwrap_or_else(PoisonError::into_inner), &settings)
    }
}

/// The orgs this node owns.
#[derive(Debug, Default)]
pub(crate) struct Orgs(RwLock<HashMap<OrgId, Arc<Org>>>);

impl Orgs {
    pub(crate) fn add(&self, org: Arc<Org>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(org.scope.org(), org);
    }

    /// Takes an org out, unless it was taken anew since.
    pub(crate) fn remove(&self, org: &Arc<Org>) {
        let mut orgs = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if orgs.get(&org.scope.org()).is_some_and(|known| Arc::ptr_eq(known, org)) {
            orgs.remove(&org.scope.org());
        }
    }

    pub(crate) fn get(&self, org: OrgId) -> Option<Arc<Org>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&org).cloned()
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Org>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// A name people give: says something and is not too long.
pub(crate) fn check_name(field: &str, name: &str) -> Result<(), EngageError> {
    let length = name.chars().count();
    if name.trim().is_empty() || name.trim() != name {
        Err(EngageError::invalid(field, "must not be empty, nor begin or end with a space"))
    } else if length > limits::NAME_CHARS || name.chars().any(char::is_control) {
        Err(EngageError::invalid(
            field,
            format!("must have at most {} characters, all printable", limits::NAME_CHARS),
        ))
    } else {
        Ok(())
    }
}

fn parsed<T: FromStr<Err: Display>>(
    row: &AnyRow,
    table: &'static str,
    column: &str,
) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|error| StoreError::Damaged { table, reason: format!("{column}: {error}") })
}

fn json<T: serde::de::DeserializeOwned>(
    row: &AnyRow,
    table: &'static str,
    column: &str,
) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text)
        .map_err(|error| StoreError::Damaged { table, reason: format!("{column}: {error}") })
}

fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("settings are plain data")
}
