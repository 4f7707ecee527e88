//! Webhooks behind a real edge, and a receiver that does as it is told.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tandem_bridge::{Pace, Parts, Webhooks};
use tandem_bus::{Bus, Links};
use tandem_cluster::{Cluster, Joining};
use tandem_core::{Mint, OrgScope, RequestContext, SystemClock};
use tandem_edge::{Edge, EdgeParts, Identity, PresenceGateway, RtcGateway, identity};
use tandem_outbound::Networks;
use tandem_proto::{
    ChatId, DeviceId, Event, NodeId, NodeInfo, NodeRole, Problem, SkillId, Stream, Topic, TrackId, UserId,
    api::{NewPerson, Role},
    events::contact_centre::SkillCreated,
    ws::{RtcAnswer, RtcTrack},
};
use tandem_store::{BoxFuture, Cause, Expect, Options, Store, StoreError};
use tandem_test_support::Postgres;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle, time::timeout};
use tower::ServiceExt;

/// Nothing in these tests takes this long unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits as little as possible.
pub(crate) const PACE: Pace = Pace {
    backoff: Duration::from_millis(20),
    backoff_at_most: Duration::from_millis(200),
    tries: 4,
    given_up_after: Duration::from_secs(3_600),
};

/// Runs each test on both engines.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $test() { super::$test(crate::support::Place::sqlite()).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $test() { super::$test(crate::support::Place::postgres()).await; })+
        }
    };
}
pub(crate) use on_both;

/// A database of a test's own, gone with it.
pub(crate) struct Place {
    url: String,
    _folder: TempDir,
    _server: Option<Postgres>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("tandem.db").display());
        Self { url, _folder: folder, _server: None }
    }

    /// Whether several nodes can use it at once.
    pub(crate) fn is_shared(&self) -> bool {
        self._server.is_some()
    }

    pub(crate) fn postgres() -> Self {
        let server = Postgres::start();
        let url = server.database();
        Self { url, _folder: tempfile::tempdir().expect("a folder"), _server: Some(server) }
    }
}

/// Devices and browsers' media are nobody's business here.
struct Nothing;

impl PresenceGateway for Nothing {
    fn connected(&self, _: RequestContext, _: DeviceId) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
    fn heartbeat(&self, _: RequestContext, _: DeviceId, _: bool) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
    fn disconnected(&self, _: RequestContext, _: DeviceId) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

impl RtcGateway for Nothing {
    fn offer(
        &self,
        _: RequestContext,
        _: DeviceId,
        _: String,
        _: Vec<RtcTrack>,
        _: Option<NodeId>,
    ) -> BoxFuture<'_, Result<RtcAnswer, Problem>> {
        Box::pin(async { Err(Problem::new(404, "not-found", "Not found")) })
    }
    fn layer(
        &self,
        _: RequestContext,
        _: DeviceId,
        _: TrackId,
        _: u32,
    ) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async { Err(Problem::new(404, "not-found", "Not found")) })
    }
    fn close(&self, _: RequestContext, _: DeviceId, _: Option<NodeId>) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// A node of a server, and its only org.
pub(crate) struct Node {
    pub(crate) webhooks: Webhooks,
    pub(crate) cluster: Cluster,
    pub(crate) store: Store,
    pub(crate) identity: Identity,
    router: Router,
}

/// Somebody signed in.
pub(crate) struct Person {
    pub(crate) scope: OrgScope,
    pub(crate) id: UserId,
    pub(crate) token: String,
}

impl Node {
    /// A node that works, on a store that may be other nodes' too.
    pub(crate) async fn start(place: &Place, name: &str) -> Self {
        Self::reaching(place, name, &["127.0.0.0/8"]).await
    }

    /// The same, whose webhooks may reach these networks.
    pub(crate) async fn reaching(place: &Place, name: &str, networks: &[&str]) -> Self {
        let tables = [identity::MIGRATIONS, tandem_cluster::MIGRATIONS, tandem_bridge::MIGRATIONS].concat();
        let master = Some(Arc::new(tandem_test_support::master_key()) as _);
        let options = Options { migrations: tables, master, ..Options::new(&place.url) };
        let store = Store::open_with(options).await.expect("a store");
        let (clock, mint) = (Arc::new(SystemClock), Arc::new(Mint::for_server()));
        let identity = Identity::new(store.clone(), Arc::clone(&mint), clock.clone());
        let edge = Edge::new(EdgeParts {
            node: name.into(),
            store: store.clone(),
            bus: Bus::new(),
            clock: clock.clone(),
            identity: identity.clone(),
            rtc: Arc::new(Nothing),
            presence: Arc::new(Nothing),
            authorities: Vec::new(),
            erasers: tandem_edge::Erasers(&[]),
            divided: tandem_edge::DividedKinds(&[]),
        });
        let me = NodeId::generate();
        let alone = place.url.starts_with("sqlite:");
        let links = match alone {
            true => Links::alone(me),
            false => Links::listen(me, SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port"),
        };
        let info = NodeInfo::new(me, name, [NodeRole::Worker], links.address());
        let joining = Joining { store: store.clone(), mint, links, info, alone };
        let cluster = Cluster::join(joining).await.expect("joins");
        let webhooks = tandem_bridge::start(Parts {
            store: store.clone(),
            cluster: cluster.clone(),
            edge: edge.clone(),
            identity: identity.clone(),
            clock,
            networks: Networks::with(networks.iter().map(|text| text.parse().expect("a network")).collect()),
            pace: PACE,
        });
        let (api, _) = edge.routes().merge(tandem_bridge::routes(webhooks.clone())).split_for_parts();
        let router = edge.surround(Router::new().nest("/api/v1", api));
        Self { webhooks, cluster, store, identity, router }
    }

    /// Stops as a node that is told to; what it sent for is the others'.
    pub(crate) async fn stop(self) {
        self.webhooks.stop().await;
        self.cluster.leave().await.expect("leaves");
        self.store.close().await;
    }

    pub(crate) async fn org(&self, name: &str) -> OrgScope {
        self.identity.create_org(name).await.expect("a new org")
    }

    pub(crate) async fn person(&self, scope: OrgScope, name: &str, role: Role) -> Person {
        let person = NewPerson {
            name: name.into(),
            display_name: name.to_uppercase(),
            title: None,
            roles: vec![role],
            password: "correct horse battery".into(),
            extension: None,
        };
        let cause = Cause::SYSTEM;
        let user = self.identity.create_user(scope, cause, person).await.expect("a new user");
        let token = self.identity.issue_token(scope, user.id).await.expect("a token");
        Person { scope, id: user.id, token }
    }

    /// Appends an event with `name` to the log, to be seen by `topic`.
    pub(crate) async fn say(&self, scope: OrgScope, topic: Topic, name: impl Into<String>) {
        let event = SkillCreated { skill: SkillId::generate(), name: name.into() };
        let said = self.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                tx.append(Stream::chat(ChatId::generate()), Expect::Any, &[topic], &event).await?;
                Ok::<_, StoreError>(())
            })
        });
        said.await.expect("appended");
    }

    pub(crate) async fn ask(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let (status, _, body) = self.ask_if(person, method, path, None, body).await;
        (status, body)
    }

    /// As [`Self::ask`], with an `If-Match`; answers the `ETag` too.
    pub(crate) async fn ask_if(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        if_match: Option<&str>,
        body: Option<Value>,
    ) -> (StatusCode, Option<String>, Value) {
        let mut request = Request::builder();
        if let Some(tag) = if_match {
            request = request.header(header::IF_MATCH, tag);
        }
        let request = request
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", person.token))
            .header(header::CONTENT_TYPE, "application/json")
            .extension(axum::extract::ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let status = response.status();
        let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, tag, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Makes a webhook for skills made; answers it and its secret.
    pub(crate) async fn hook(&self, person: &Person, url: &str) -> (String, String) {
        let settings = json!({ "name": "CRM", "url": url, "kinds": ["skill.*"] });
        let (status, made) = self.ask(person, Method::POST, "/webhooks", Some(settings)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (text(&made["webhook"]["id"]), text(&made["secret"]))
    }

    pub(crate) async fn show(&self, person: &Person, hook: &str) -> Value {
        let (status, shown) = self.ask(person, Method::GET, &format!("/webhooks/{hook}"), None).await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        shown
    }

    /// Deliveries in a state, the newest first.
    pub(crate) async fn deliveries(&self, person: &Person, hook: &str, state: &str) -> Vec<Value> {
        let path = format!("/webhooks/{hook}/deliveries?state={state}");
        let (status, page) = self.ask(person, Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page["items"].as_array().expect("items").clone()
    }

    /// Waits until asking gives what is wanted.
    pub(crate) async fn until<T>(&self, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
        let mut live = self.store.live();
        let asked = async {
            loop {
                if let Some(found) = ask().await {
                    return found;
                }
                // Some of what is waited for is no event.
                let _ = timeout(Duration::from_millis(50), live.recv()).await;
            }
        };
        timeout(PATIENCE, asked).await.unwrap_or_else(|_| panic!("never: {what}"))
    }
}

/// What a receiver does with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    Status(u16),
    /// Sends the sender to itself, elsewhere.
    Redirect,
    /// Breaks the connection.
    Break,
}

/// A message that came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Message {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).expect(name)
    }

    pub(crate) fn event(&self) -> Event {
        serde_json::from_slice(&self.body).expect("an event")
    }

    /// The name the event was said with.
    pub(crate) fn name(&self) -> String {
        self.event().decode::<SkillCreated>().expect("decodes").expect("a skill").name
    }
}

#[derive(Clone)]
struct Desk {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    came: mpsc::UnboundedSender<(Message, bool)>,
}

/// A system elsewhere.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    came: mpsc::UnboundedReceiver<(Message, bool)>,
    desk: Desk,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// Takes everything, once it has given these answers.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
        let (sender, came) = mpsc::unbounded_channel();
        let desk = Desk { answers: Arc::clone(&answers), came: sender };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let serving = serve(listener, desk.clone());
        Self { address, answers, came, desk, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn will(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().expect("unpoisoned").extend(answers);
    }

    /// Is away until [`Self::open`].
    pub(crate) async fn close(&mut self) {
        self.serving.abort();
        let _ = (&mut self.serving).await;
    }

    pub(crate) async fn open(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the same port");
        self.serving = serve(listener, self.desk.clone());
    }

    /// The next message, and whether it was taken.
    pub(crate) async fn next(&mut self) -> (Message, bool) {
        timeout(PATIENCE, self.came.recv()).await.expect("in time").expect("open")
    }

    /// The next message that is taken; how often it came before.
    pub(crate) async fn taken(&mut self) -> (Message, usize) {
        let mut before = 0;
        loop {
            match self.next().await {
                (message, true) => return (message, before),
                _ => before += 1,
            }
        }
    }

    pub(crate) fn is_quiet(&mut self) -> bool {
        self.came.try_recv().is_err()
    }
}

fn serve(listener: TcpListener, desk: Desk) -> JoinHandle<()> {
    let router = Router::new().route("/{*any}", post(receive)).with_state(desk);
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    })
}

async fn receive(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = desk.answers.lock().expect("unpoisoned").pop_front().unwrap_or(Answer::Status(204));
    let taken = matches!(answer, Answer::Status(200..=299));
    let _ = desk.came.send((Message { headers, body }, taken));
    match answer {
        Answer::Status(status) => StatusCode::from_u16(status).expect("a status").into_response(),
        Answer::Redirect => (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response(),
        Answer::Break => {
            // A body that fails before its first byte: the connection is cut.
            let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("broken")) });
            Response::builder()
                .header(header::CONTENT_LENGTH, "10")
                .body(Body::from_stream(broken))
                .expect("a response")
        }
    }
}
