//! The engine on a real store: what is told is in the log first, what cannot be logged did not happen, and a restart finds what was open.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tandem_core::{Clock, Mint, OrgScope, SystemClock};
use tandem_proto::{
    ConversationId, Cursor, Event, OfferId, OrgId, QueueId, Stream, Timestamp, UserId,
    api::{Evaluation, RoutingStatus, WrapUpMode, WrapUpPolicy},
    events::contact_centre::{AgentStatusChanged, RoutingLeft, RoutingOffered},
};
use tandem_routing_engine::{
    Engine, EngineError, Holder, Input, LeftReason, MIGRATIONS, Notice, OfferResult, Output, QueueRules,
    Refused, projections,
};
use tandem_store::{EventFilter, Store};
use tokio::sync::mpsc;

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
        let store = Store::open(&url, MIGRATIONS, projections()).await.expect("the store opens");
        let (engine, notices) = Engine::start(store.clone(), clock).await;
        Running { store, engine, notices, scope: self.scope }
    }

    /// A queue and an agent on it.
    async fn furnish(&self, running: &Running, alert: Duration) {
        let rules = QueueRules {
            alert,
            wrap_up: WrapUpPolicy { mode: WrapUpMode::Mandatory, seconds: 0 },
            evaluation: Evaluation::AllSkills,
            skills: vec![],
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
        Input::Arrived { item, queue: self.queue, priority: 0, skills: vec![], arrival }
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

#[tokio::test]
async fn a_restart_finds_what_was_open_and_takes_a_higher_epoch() {
    let site = Site::new();
    let clock: Arc<dyn Clock> = Arc::new(Hands::default());
    let mut running = site.start(clock.clone()).await;
    site.furnish(&running, Duration::from_secs(20)).await;
    let [talking, waiting] = [ConversationId::generate(), ConversationId::generate()];
    running.submit(site.arrival(talking)).await;
    let offer = running.offer().await;
    running.submit(Input::Accepted { offer }).await;
    running.submit(site.arrival(waiting)).await;
    running.store.close().await;
    drop(running);

    let mut running = site.start(clock).await;
    let mut open = running.engine.recover(site.scope).await.expect("the view reads");
    open.sort_by_key(|open| open.item == waiting);
    let holders: Vec<_> = open.iter().map(|open| (open.item, open.holder, open.key)).collect();
    assert_eq!(holders, [(talking, Holder::Agent(site.agent), 5_000), (waiting, Holder::Queue, 5_000)]);

    running.engine.close_recovered(site.scope, &open).await.expect("it is closed");
    assert_eq!(running.engine.recover(site.scope).await.expect("the view reads"), []);
    let log = running.log().await;
    let left = log.iter().filter_map(|event| event.decode::<RoutingLeft>().expect("decodes")).next_back();
    assert_eq!(left.expect("the wait is closed").conversation, waiting);
    let status =
        log.iter().filter_map(|event| event.decode::<AgentStatusChanged>().expect("decodes")).next_back();
    assert_eq!(status.expect("the agent is off").status, RoutingStatus::OffQueue);

    site.furnish(&running, Duration::from_secs(20)).await;
    running.submit(site.arrival(ConversationId::generate())).await;
    assert_ne!(running.offer().await, offer);
    let epochs = running.log().await;
    let epochs = epochs.iter().filter_map(|event| event.decode::<RoutingOffered>().expect("decodes"));
    assert_eq!(epochs.map(|offered| offered.epoch).collect::<Vec<_>>(), [1, 2]);
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
