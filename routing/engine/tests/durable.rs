//! The engine on a real store: what is told is in the log first, what cannot be logged did not happen, and whoever takes an org over goes on
//! exactly where its last owner stopped.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tandem_bus::Links;
use tandem_cluster::{Cluster, Joining, Kind, Orphan};
use tandem_core::{Clock, Mint, OrgScope, SystemClock};
use tandem_proto::{
    ConversationId, Cursor, Event, EventData as _, NodeId, NodeInfo, NodeRole, OfferId, OrgId, QueueId,
    Stream, Timestamp, UserId,
    api::{Evaluation, RoutingStatus, WrapUpMode, WrapUpPolicy},
    events::contact_centre::{RoutingOffered, RoutingQueued},
};
use tandem_routing_engine::{
    Asks, Engine, EngineError, Holder, Input, LeftReason, MIGRATIONS, Notice, OfferResult, Output,
    QueueRules, Refused,
};
use tandem_store::{EventFilter, Store};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A clock that stands still until it is moved.
#[derive(Default)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

struct Site {
    folder: tempfile::TempDir,
    scope: OrgScope,
    queue: QueueId,
    agent: UserId,
}

struct Running {
    store: Store,
    cluster: Cluster,
    gone: CancellationToken,
    engine: Engine,
    notices: mpsc::Receiver<Notice>,
    scope: OrgScope,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let scope = Mint::for_server().scope(OrgId::generate());
        Self { folder, scope, queue: QueueId::generate(), agent: UserId::generate() }
    }

    async fn start(&self, clock: Arc<dyn Clock>) -> Running {
        let url = format!("sqlite:{}", self.folder.path().join("test.db").display());
        let migrations = [tandem_cluster::MIGRATIONS, MIGRATIONS].concat();
        let store = Store::open(&url, &migrations, vec![]).await.expect("the store opens");
        self.node(store, clock).await
    }

    /// A node on the store, owning the org whoever had it.
    async fn node(&self, store: Store, clock: Arc<dyn Clock>) -> Running {
        let me = NodeId::generate();
        let info = NodeInfo::new(me, "node", [NodeRole::Engine], None);
        let (mint, links) = (Arc::new(Mint::for_server()), Links::alone(me));
        let joining = Joining { store: store.clone(), mint, links, info, alone: true };
        let cluster = Cluster::join(joining).await.expect("the node joins");
        let id = self.scope.org().to_string();
        let claim = match cluster.owner(Kind::Routing, &id).await.expect("the table reads") {
            Some(owner) => {
                let orphan = Orphan { kind: Kind::Routing, id, scope: self.scope, owner };
                cluster.take(&orphan).await.expect("the table is written")
            }
            None => cluster.own(self.scope, Kind::Routing, &id).await.expect("the table is written"),
        };
        let (engine, notices) = Engine::start(store.clone(), clock).await;
        let gone = CancellationToken::new();
        engine.take(self.scope, claim.expect("nobody is faster"), gone.clone()).await.expect("is taken");
        Running { store, cluster, gone, engine, notices, scope: self.scope }
    }

    /// A queue and an agent on it.
    async fn furnish(&self, running: &Running, alert: Duration) {
        let rules = QueueRules {
            alert,
            wrap_up: WrapUpPolicy { mode: WrapUpMode::Mandatory, seconds: 0 },
            evaluation: Evaluation::AllSkills,
            skills: vec![],
            steps: vec![],
        };
        let queues = BTreeSet::from([self.queue]);
        for input in [
            Input::QueueSet { queue: self.queue, rules },
            Input::AgentSet { agent: self.agent, skills: vec![], queues, capacity: 1 },
            Input::AgentOn { agent: self.agent },
        ] {
            running.submit(input).await;
        }
    }

    fn arrival(&self, item: ConversationId) -> Input {
        let arrival = Timestamp::from_micros(5_000_000);
        Input::Arrived {
            item,
            queue: self.queue,
            priority: 0,
            skills: vec![],
            arrival,
            asks: Asks::default(),
        }
    }
}

impl Running {
    async fn submit(&self, input: Input) {
        self.engine.submit(self.scope, input).await.expect("the input is taken");
    }

    async fn log(&self) -> Vec<Event> {
        let filter =
            EventFilter { stream: Some(Stream::routing(self.scope.org())), ..EventFilter::default() };
        self.store.events(self.scope, &filter, Cursor::START, 1_000).await.expect("the log reads").0
    }

    /// The next notice that `wanted` picks.
    async fn until<T>(&mut self, wanted: impl Fn(&Output) -> Option<T>) -> T {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(10), self.notices.recv());
            let notice = next.await.expect("a notice comes").expect("the engine runs");
            if let Some(found) = wanted(&notice.output) {
                return found;
            }
        }
    }

    async fn offer(&mut self) -> OfferId {
        self.until(|output| match output {
            Output::Offered { offer, .. } => Some(*offer),
            _ => None,
        })
        .await
    }
}

#[tokio::test]
async fn an_offer_is_in_the_log_before_it_is_told() {
    let site = Site::new();
    let mut running = site.start(Arc::new(Hands::default())).await;
    site.furnish(&running, Duration::from_secs(20)).await;
    let item = ConversationId::generate();
    running.submit(site.arrival(item)).await;
    let offer = running.offer().await;
    let logged = running.log().await;
    let offered = logged.iter().find_map(|event| event.decode::<RoutingOffered>().expect("decodes"));
    let offered = offered.expect("the offer is in the log");
    assert_eq!((offered.offer, offered.agent, offered.epoch), (offer, site.agent, 1));
    assert_eq!(offered.decision.candidates.len(), 1);
    assert_eq!(running.engine.position(site.scope, item).await, Some(1));
    let agent = running.engine.agent(site.scope, site.agent).await.expect("the agent is known");
    assert_eq!((agent.status, agent.items), (RoutingStatus::Alerting, vec![item]));

    running.submit(Input::Accepted { offer }).await;
    let left = running.until(|output| match output {
        Output::Left { reason, .. } => Some(*reason),
        _ => None,
    });
    assert_eq!(left.await, LeftReason::Answered);
    let again = running.engine.submit(site.scope, Input::Accepted { offer }).await;
    let Err(EngineError::Refused(Refused::OfferOver { result, holder, .. })) = again else {
        panic!("a second accept is refused: {again:?}");
    };
    assert_eq!((result, holder), (OfferResult::Accepted, Holder::Agent(site.agent)));
}

#[tokio::test]
async fn an_offer_expires_by_itself() {
    let site = Site::new();
    let mut running = site.start(Arc::new(SystemClock)).await;
    site.furnish(&running, Duration::from_millis(20)).await;
    running.submit(site.arrival(ConversationId::generate())).await;
    let result = running.until(|output| match output {
        Output::OfferEnded { result, .. } => Some(*result),
        _ => None,
    });
    assert_eq!(result.await, OfferResult::Expired);
    let status = running.until(|output| match output {
        Output::AgentStatus { status, .. } => Some(*status),
        _ => None,
    });
    assert_eq!(status.await, RoutingStatus::NotResponding);
}

#[tokio::test]
async fn what_cannot_be_logged_did_not_happen() {
    let site = Site::new();
    let clock = Arc::new(Hands::default());
    let running = site.start(clock.clone()).await;
    site.furnish(&running, Duration::from_secs(20)).await;
    let (first, second) = (ConversationId::generate(), ConversationId::generate());
    running.submit(site.arrival(first)).await;
    let before = running.engine.agents(site.scope).await;
    running.store.close().await;
    let refused = running.engine.submit(site.scope, site.arrival(second)).await;
    assert!(matches!(refused, Err(EngineError::Store(_))), "{refused:?}");
    // Due, but not to be logged: the offer still stands.
    clock.0.store(60_000_000, Ordering::SeqCst);
    let refused = running.engine.submit(site.scope, Input::Deadline).await;
    assert!(matches!(refused, Err(EngineError::Store(_))), "{refused:?}");
    assert_eq!(running.engine.position(site.scope, second).await, None);
    assert_eq!(running.engine.agents(site.scope).await, before);
}

/// Everything a domain goes on from.
async fn all(running: &Running) -> Value {
    let saved = running.engine.ask(running.scope, |domain| serde_json::to_value(domain.save()));
    saved.await.expect("it is here").expect("plain data")
}

/// The same but for what a new epoch changes: which ids the next offers get.
fn but_for_the_epoch(state: &Value) -> Value {
    let mut state = state.clone();
    let book = state.as_object_mut().expect("fields").remove("book");
    assert!(book.is_some_and(|book| book["epoch"].is_u64()), "{state}");
    state
}

#[tokio::test]
async fn whoever_takes_an_org_goes_on_exactly_where_the_last_owner_stopped() {
    let site = Site::new();
    let hands = Arc::new(Hands::default());
    let clock: Arc<dyn Clock> = hands.clone();
    let mut first = site.start(clock.clone()).await;
    site.furnish(&first, Duration::from_secs(20)).await;
    let [talking, waiting, behind] = [(); 3].map(|()| ConversationId::generate());
    first.submit(site.arrival(talking)).await;
    let accepted = first.offer().await;
    first.submit(Input::Accepted { offer: accepted }).await;
    first.submit(site.arrival(waiting)).await;
    first.submit(site.arrival(behind)).await;
    first.submit(Input::HandlingEnded { item: talking, agent: site.agent }).await;
    first.submit(Input::WrapUpDone { item: talking, agent: site.agent }).await;
    let alerting = first.offer().await;
    let before = all(&first).await;
    let expiry = first.engine.standing(site.scope, waiting, None).await.expect("is here").offer;

    // No goodbye: the second node takes what the first still believes to own.
    let mut second = site.node(first.store.clone(), clock).await;
    assert_eq!(but_for_the_epoch(&all(&second).await), but_for_the_epoch(&before));
    let standing = second.engine.standing(site.scope, waiting, Some(accepted)).await.expect("is here");
    assert_eq!((standing.holder, standing.offer), (Holder::Alerting(site.agent), expiry));
    assert_eq!(
        (expiry.map(|(offer, _)| offer), standing.ended),
        (Some(alerting), Some(OfferResult::Accepted))
    );
    assert_eq!(second.engine.position(site.scope, behind).await, Some(2));

    // The first is told so by its next write, and changes nothing.
    let fenced = first.engine.submit(site.scope, Input::Accepted { offer: alerting }).await;
    assert!(matches!(fenced, Err(EngineError::NotHere)), "{fenced:?}");
    first.gone.cancelled().await;
    assert_eq!(first.engine.position(site.scope, behind).await, None, "it let go of the org");

    second.submit(Input::Accepted { offer: alerting }).await;
    second.submit(Input::HandlingEnded { item: waiting, agent: site.agent }).await;
    second.submit(Input::WrapUpDone { item: waiting, agent: site.agent }).await;
    let next = second.offer().await;
    let offered: Vec<_> = second
        .log()
        .await
        .iter()
        .filter_map(|event| event.decode::<RoutingOffered>().expect("decodes"))
        .collect();
    let told: Vec<_> = offered.iter().map(|o| (o.offer, o.conversation, o.epoch)).collect();
    assert_eq!(
        told,
        [(accepted, talking, 1), (alerting, waiting, 1), (next, behind, 2)],
        "each offered once"
    );
    drop(second.cluster);
}

#[tokio::test]
async fn an_offer_due_while_nobody_owned_the_org_waits_until_somebody_looked() {
    let site = Site::new();
    let hands = Arc::new(Hands::default());
    let mut first = site.start(hands.clone()).await;
    site.furnish(&first, Duration::from_secs(20)).await;
    let [one, two] = [ConversationId::generate(), ConversationId::generate()];
    first.submit(site.arrival(one)).await;
    let offer = first.offer().await;
    first.store.close().await;
    drop(first);

    // Answered in time, told late.
    hands.0.store(30_000_000, Ordering::SeqCst);
    let mut second = site.start(hands.clone()).await;
    second.submit(site.arrival(two)).await;
    second.submit(Input::Accepted { offer }).await;
    second.engine.settled(site.scope, offer).await;
    let holder = second.engine.standing(site.scope, one, None).await.expect("is here").holder;
    assert_eq!(holder, Holder::Agent(site.agent));
    second.submit(Input::HandlingEnded { item: one, agent: site.agent }).await;
    second.submit(Input::WrapUpDone { item: one, agent: site.agent }).await;
    let offer = second.offer().await;
    second.store.close().await;
    drop(second);

    // Not answered: it expires as soon as that is known.
    hands.0.store(60_000_000, Ordering::SeqCst);
    let mut third = site.start(hands).await;
    third.engine.settled(site.scope, offer).await;
    let result = third.until(|output| match output {
        Output::OfferEnded { offer, result, .. } => Some((*offer, *result)),
        _ => None,
    });
    assert_eq!(result.await, (offer, OfferResult::Expired));
    assert_eq!(third.engine.position(site.scope, two).await, Some(1), "the place is kept");
}

#[tokio::test]
async fn snapshots_take_the_place_of_inputs_and_say_the_same() {
    let site = Site::new();
    let clock: Arc<dyn Clock> = Arc::new(Hands::default());
    let first = site.start(clock.clone()).await;
    site.furnish(&first, Duration::from_secs(20)).await;
    let items: Vec<_> = (0..1_500).map(|_| ConversationId::generate()).collect();
    for batch in items.chunks(100) {
        let mut tasks = tokio::task::JoinSet::new();
        for item in batch.iter().copied() {
            let (engine, scope, input) = (first.engine.clone(), site.scope, site.arrival(item));
            tasks.spawn(async move { engine.submit(scope, input).await });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("no task panics").expect("the input is taken");
        }
    }
    let before = all(&first).await;
    first.engine.stop(site.scope, true).await.expect("it is handed over");
    let log = first.log().await.len();
    let second = site.node(first.store.clone(), clock).await;
    assert_eq!(but_for_the_epoch(&all(&second).await), but_for_the_epoch(&before));
    assert_eq!(second.engine.waiting(site.scope, site.queue).await.len(), 1_500);
    assert_eq!(second.log().await.len(), log, "taking over says nothing in the log");
    let queued = second.log().await.iter().filter(|event| event.kind == RoutingQueued::KIND).count();
    assert!(queued > 0);
}

#[tokio::test]
async fn many_submitters_are_served_in_batches_and_each_gets_its_answer() {
    let site = Site::new();
    let running = site.start(Arc::new(Hands::default())).await;
    site.furnish(&running, Duration::from_secs(20)).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..200 {
        let (engine, scope) = (running.engine.clone(), site.scope);
        let item = ConversationId::generate();
        let input = if n % 10 == 9 { Input::Removed { item } } else { site.arrival(item) };
        tasks.spawn(async move { (n, engine.submit(scope, input).await) });
    }
    while let Some(done) = tasks.join_next().await {
        let (n, result) = done.expect("no task panics");
        assert_eq!(result.is_err(), n % 10 == 9, "{n}: {result:?}");
    }
    assert_eq!(running.engine.waiting(site.scope, site.queue).await.len(), 180);
    let positions = running.engine.queues(site.scope).await;
    assert_eq!((positions[0].waiting, positions[0].alerting), (179, 1));
}
