//! A real edge on a free port, and real clients.

pub(crate) mod authenticator;
pub(crate) mod provider;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tandem_bus::Bus;
use tandem_core::{Clock, Mint, OrgScope, Permission, RequestContext, SystemClock};
use tandem_edge::{
    Edge, EdgeParts, Identity, PresenceGateway, Regrant, RequestLimits, RtcGateway, TopicAuthority,
    UserRecord,
    identity::{self, Setup},
    no_route,
};
use tandem_outbound::Networks;
use tandem_proto::{
    Cursor, DeviceId, Event, NodeId, Problem, SkillId, Stream, Timestamp, Topic, TrackId, UserId,
    api::{NewPerson, Role},
    events::contact_centre::SkillCreated,
    ws::{RtcAnswer, RtcTrack},
};
use tandem_store::{BoxFuture, Cause, EventFilter, Expect, Options, Store, StoreError};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, protocol::frame::coding::CloseCode},
};

use utoipa_axum::router::OpenApiRouter;

/// Nothing in these tests takes this long unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The machine's clock, moved forward at will; or one that goes only then.
#[derive(Default)]
pub(crate) struct MovedClock {
    moved: AtomicI64,
    held: AtomicI64,
}

impl MovedClock {
    pub(crate) fn forward(&self, by: Duration) {
        self.moved.fetch_add(i64::try_from(by.as_micros()).expect("fits"), Ordering::Relaxed);
    }

    fn hold(&self) {
        self.held.store(SystemClock.now().micros(), Ordering::Relaxed);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        let now = match self.held.load(Ordering::Relaxed) {
            0 => SystemClock.now().micros(),
            held => held,
        };
        Timestamp::from_micros(now + self.moved.load(Ordering::Relaxed))
    }
}

/// Devices that came and went, in order.
#[derive(Default)]
pub(crate) struct Seen(pub(crate) Mutex<Vec<(&'static str, DeviceId)>>);

impl PresenceGateway for Seen {
    fn connected(&self, _: RequestContext, device: DeviceId) -> BoxFuture<'_, ()> {
        self.0.lock().expect("unpoisoned").push(("connected", device));
        Box::pin(async {})
    }
    fn heartbeat(&self, _: RequestContext, device: DeviceId, _: bool) -> BoxFuture<'_, ()> {
        self.0.lock().expect("unpoisoned").push(("heartbeat", device));
        Box::pin(async {})
    }
    fn disconnected(&self, _: RequestContext, device: DeviceId) -> BoxFuture<'_, ()> {
        self.0.lock().expect("unpoisoned").push(("disconnected", device));
        Box::pin(async {})
    }
}

/// Answers every offer with itself.
struct Echo;

impl RtcGateway for Echo {
    fn offer(
        &self,
        _: RequestContext,
        _: DeviceId,
        sdp: String,
        _: Vec<RtcTrack>,
        node: Option<NodeId>,
    ) -> BoxFuture<'_, Result<RtcAnswer, Problem>> {
        Box::pin(async move { Ok(RtcAnswer { sdp, node: node.unwrap_or_else(NodeId::generate) }) })
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

/// Topics given to everybody, and one given to those who may see nodes; an event whose data has the name `regrant` makes them asked for
/// again.
#[derive(Default)]
pub(crate) struct Granted(pub(crate) Mutex<BTreeSet<Topic>>, Mutex<Option<Topic>>);

impl Granted {
    pub(crate) fn to_holders_of_node_view(&self, topic: Topic) {
        *self.1.lock().expect("unpoisoned") = Some(topic);
    }
}

impl TopicAuthority for Granted {
    fn topics(&self, ctx: RequestContext) -> BoxFuture<'_, Vec<Topic>> {
        Box::pin(async move {
            let mut topics: Vec<_> = self.0.lock().expect("unpoisoned").iter().cloned().collect();
            if ctx.may(Permission::NodeView) {
                topics.extend(self.1.lock().expect("unpoisoned").clone());
            }
            topics
        })
    }
    fn regrants(&self, event: &Event) -> Regrant {
        let regrants = event.data.read::<Value>().expect("JSON")["name"] == "regrant";
        if regrants { Regrant::Everybody } else { Regrant::Nobody }
    }
}

/// Where requests to `/held` wait.
#[derive(Default)]
pub(crate) struct Gate {
    pub(crate) came: Notify,
    pub(crate) open: Notify,
}

impl Gate {
    async fn held(State(gate): State<Arc<Self>>) -> StatusCode {
        gate.came.notify_one();
        gate.open.notified().await;
        StatusCode::OK
    }
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) seen: Arc<Seen>,
    pub(crate) granted: Arc<Granted>,
    pub(crate) edge: Edge,
    pub(crate) gate: Arc<Gate>,
    _data: tempfile::TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", data.path().join("tandem.db").display());
        Self::start_on(&url, data).await
    }

    /// Taking as many requests as these limits say, on a clock that goes only when it is moved.
    pub(crate) async fn start_limited(limits: RequestLimits) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", data.path().join("tandem.db").display());
        let server = Self::start_with(&url, data, limits, Networks::default()).await;
        server.clock.hold();
        server
    }

    /// On the database at `url`; `data` is removed with the server.
    pub(crate) async fn start_on(url: &str, data: tempfile::TempDir) -> Self {
        Self::start_with(url, data, RequestLimits::default(), Networks::default()).await
    }

    /// The same, which may connect to this machine.
    pub(crate) async fn start_reaching_itself(url: &str, data: tempfile::TempDir) -> Self {
        let itself = Networks::with(vec!["127.0.0.0/8".parse().expect("a network")]);
        Self::start_with(url, data, RequestLimits::default(), itself).await
    }

    async fn start_with(
        url: &str,
        data: tempfile::TempDir,
        limits: RequestLimits,
        networks: Networks,
    ) -> Self {
        let tables = [identity::MIGRATIONS, tandem_cluster::MIGRATIONS].concat();
        let master = Some(Arc::new(tandem_test_support::master_key()) as _);
        let options = Options { migrations: tables, master, ..Options::new(url) };
        let store = Store::open_with(options).await.expect("a store");
        let clock = Arc::new(MovedClock::default());
        let setup = Setup { networks, ..Setup::default() };
        let identity = Identity::with_setup(store.clone(), Mint::for_server(), clock.clone(), setup);
        let (bus, seen, granted) = (Bus::new(), Arc::new(Seen::default()), Arc::new(Granted::default()));
        let edge = Edge::new(EdgeParts {
            node: "test".into(),
            store: store.clone(),
            bus: bus.clone(),
            clock: clock.clone(),
            identity: identity.clone(),
            rtc: Arc::new(Echo),
            presence: seen.clone(),
            authorities: vec![granted.clone()],
            erasers: tandem_edge::Erasers(&[]),
            divided: tandem_edge::DividedKinds(&[&tandem_edge::identity::PEOPLE]),
        });
        let (api, document) = OpenApiRouter::new().nest("/api/v1", edge.routes()).split_for_parts();
        let edge = edge.limited(limits).described(&document);
        let gate = Arc::new(Gate::default());
        let router = Router::new()
            .merge(api)
            .merge(edge.well_known())
            .merge(edge.scim())
            .route("/held", get(Gate::held).with_state(Arc::clone(&gate)))
            .route("/healthz", get(StatusCode::OK))
            .route("/api/v1/calls/{call}/hangup", post(StatusCode::NO_CONTENT))
            .route("/panic", get(async || -> StatusCode { panic!("on purpose") }))
            .fallback(no_route);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let service = edge.surround(router).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { address, store, bus, identity, clock, seen, granted, edge, gate, _data: data }
    }

    pub(crate) async fn org(&self, name: &str) -> OrgScope {
        self.identity.create_org(name).await.expect("a new org")
    }

    pub(crate) async fn user(&self, scope: OrgScope, name: &str) -> (UserRecord, String) {
        self.person(scope, name, vec![Role::Agent]).await
    }

    pub(crate) async fn person(&self, scope: OrgScope, name: &str, roles: Vec<Role>) -> (UserRecord, String) {
        let person = NewPerson {
            name: name.into(),
            display_name: name.to_uppercase(),
            title: None,
            roles,
            password: PASSWORD.into(),
            extension: None,
        };
        let user = self.identity.create_user(scope, cause(), person).await.expect("a new user");
        let token = self.identity.issue_token(scope, user.id).await.expect("a token");
        (user, token)
    }

    /// Appends an event with `name` to the log, to be seen by `topic`. It tells nothing of anybody's rights.
    pub(crate) async fn say(&self, scope: OrgScope, topic: Topic, name: impl Into<String>) {
        let event = SkillCreated { skill: SkillId::generate(), name: name.into() };
        self.store
            .write(scope, cause(), move |tx| {
                Box::pin(async move {
                    let stream = Stream::org(tx.scope().org());
                    tx.append(stream, Expect::Any, &[topic], &event).await?;
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .expect("appended");
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> (StatusCode, http::HeaderMap, Value) {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let response = client.request(request).await.expect("answered");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&str>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = Full::new(Bytes::from(body.unwrap_or_default().to_owned()));
        let (status, _, answer) = self.send(request.body(body).expect("a request")).await;
        (status, answer)
    }

    /// As [`Self::call`], with headers of one's own; answers those that came.
    pub(crate) async fn with_headers(
        &self,
        token: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> (StatusCode, HeaderMap, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}/api/v1{path}", self.address))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(request.body(Full::from(body)).expect("a request")).await
    }

    /// Makes a request with a JSON body and answers what came of it.
    pub(crate) async fn ask(&self, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        let text = body.to_string();
        let body = if body.is_null() { None } else { Some(text.as_str()) };
        let (status, answer) = self.call(method, &format!("/api/v1{path}"), Some(token), body).await;
        (status.as_u16(), answer)
    }

    /// The names of events of `user`'s own stream, oldest first.
    pub(crate) async fn told_of(&self, scope: OrgScope, user: UserId) -> Vec<String> {
        let filter = EventFilter { stream: Some(Stream::user(user)), ..EventFilter::default() };
        let (events, _) = self.store.events(scope, &filter, Cursor::START, 200).await.expect("the log reads");
        events.into_iter().map(|event| event.kind).collect()
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> (StatusCode, Value) {
        let body = json!({ "name": name, "password": password }).to_string();
        self.call(Method::POST, "/api/v1/sessions", None, Some(&body)).await
    }

    /// A socket, not authenticated yet.
    pub(crate) async fn socket(&self) -> Socket {
        let url = format!("ws://{}/api/v1/ws", self.address);
        let (stream, _) = tokio_tungstenite::connect_async(url).await.expect("upgraded");
        Socket { stream, next: 1 }
    }

    /// An authenticated socket of a new device.
    pub(crate) async fn connect(&self, token: &str) -> Socket {
        let mut socket = self.socket().await;
        socket.authenticate(token, DeviceId::generate()).await;
        socket
    }
}

/// The last part of a problem's type.
pub(crate) fn slug(problem: &Value) -> &str {
    problem["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default()
}

pub(crate) fn cause() -> Cause {
    Cause::SYSTEM
}

pub(crate) struct Socket {
    pub(crate) stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u64,
}

impl Socket {
    pub(crate) async fn authenticate(&mut self, token: &str, device: DeviceId) -> Value {
        self.request("authenticate", json!({ "token": token, "device": device })).await
    }

    /// Subscribes to everything.
    pub(crate) async fn subscribe(&mut self, after: Option<&str>) -> Value {
        self.request("subscribe", json!({ "after": after })).await
    }

    /// Sends a request and waits for its answer; what comes before it is dropped.
    pub(crate) async fn request(&mut self, kind: &str, data: Value) -> Value {
        let id = self.next;
        self.next += 1;
        self.text(&json!({ "id": id, "type": kind, "data": data }).to_string()).await;
        loop {
            let frame = self.frame().await.expect("an answer");
            if frame["id"] == id {
                return frame;
            }
        }
    }

    pub(crate) async fn text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.expect("sent");
    }

    /// The next frame, or why the server closed.
    pub(crate) async fn frame(&mut self) -> Result<Value, CloseCode> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("in time");
            match message.expect("the close frame comes first").expect("readable") {
                Message::Text(text) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Message::Close(frame) => return Err(frame.expect("with a reason").code),
                _ => {}
            }
        }
    }

    /// The name in the next event, and its cursor.
    pub(crate) async fn event(&mut self) -> (String, String) {
        loop {
            let frame = self.frame().await.expect("an event");
            if frame["type"] == "event" {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                return (text(&frame["data"]["data"]["name"]), text(&frame["cursor"]));
            }
        }
    }

    /// Waits until the server closes and tells its code.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.frame().await {
                return code.into();
            }
        }
    }
}
