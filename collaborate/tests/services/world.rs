//! A server's parts without the server: store, edge, the product and its routes, on a clock the test owns.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::Value;
use sqlx::Connection;
use tandem_bus::Bus;
use tandem_collaborate::{Collaborate, MIGRATIONS};
use tandem_core::{Clock, Mint, OrgScope, Permissions, RequestContext};
use tandem_edge::{Edge, EdgeParts, Identity, RtcGateway, identity, no_route};
use tandem_proto::{
    Cursor, DeviceId, Event, EventData, NodeId, Problem, RequestId, SessionId, Timestamp, TrackId, UserId,
    api::{NewPerson, Role},
    ws::{RtcAnswer, RtcTrack},
};
use tandem_store::{BoxFuture, Cause, EventFilter, Options, Store};
use tempfile::TempDir;
use tower::ServiceExt;

/// Stands still unless [`World::pass`] moves it.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Chat and presence have no media.
struct NoMedia;

impl RtcGateway for NoMedia {
    fn offer(
        &self,
        _: RequestContext,
        _: DeviceId,
        _: String,
        _: Vec<RtcTrack>,
        _: Option<NodeId>,
    ) -> BoxFuture<'_, Result<RtcAnswer, Problem>> {
        Box::pin(async { Err(Problem::new(503, "unavailable", "No media here")) })
    }
    fn layer(
        &self,
        _: RequestContext,
        _: DeviceId,
        _: TrackId,
        _: u32,
    ) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(async { Err(Problem::new(503, "unavailable", "No media here")) })
    }
    fn close(&self, _: RequestContext, _: DeviceId, _: Option<NodeId>) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    pub(crate) identity: Identity,
    pub(crate) collaborate: Collaborate,
    pub(crate) clock: Arc<TestClock>,
    app: Router,
    tokens: Mutex<HashMap<UserId, String>>,
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(1_795_444_000_000_000)));
        Self::open(TempDir::new().expect("a folder"), clock).await
    }

    async fn open(folder: TempDir, clock: Arc<TestClock>) -> Self {
        let store = Store::open_with(Options {
            migrations: [identity::MIGRATIONS, MIGRATIONS].concat(),
            clock: clock.clone(),
            ..Options::new(format!("sqlite:{}", folder.path().join("tandem.db").display()))
        })
        .await
        .expect("the store opens");
        let bus = Bus::new();
        let identity = Identity::new(store.clone(), Mint::for_server(), clock.clone());
        let collaborate = Collaborate::start(store.clone(), bus.clone(), identity.clone(), clock.clone())
            .await
            .expect("collaborate starts");
        let edge = Edge::new(EdgeParts {
            node: "test".into(),
            store: store.clone(),
            bus: bus.clone(),
            clock: clock.clone(),
            identity: identity.clone(),
            rtc: Arc::new(NoMedia),
            presence: Arc::new(collaborate.presence().clone()),
            authorities: vec![Arc::new(collaborate.chats().clone())],
            erasers: tandem_edge::Erasers(&[tandem_collaborate::erase]),
            divided: tandem_edge::DividedKinds(&[]),
        });
        let api = edge.routes().merge(tandem_collaborate::routes(&collaborate)).split_for_parts().0;
        let app = edge.surround(Router::new().nest("/api/v1", api).fallback(no_route));
        Self { store, bus, identity, collaborate, clock, app, tokens: Mutex::default(), folder }
    }

    /// The process ends and another takes over the folder.
    pub(crate) async fn restart(self) -> Self {
        let Self { store, bus, identity, collaborate, clock, app, tokens, folder } = self;
        drop((bus, identity, collaborate, app));
        store.close().await;
        drop(store);
        Self { tokens, ..Self::open(folder, clock).await }
    }

    pub(crate) async fn org(&self, name: &str) -> OrgScope {
        self.identity.create_org(name).await.expect("an org")
    }

    /// Adds somebody and answers a request of theirs.
    pub(crate) async fn person(&self, scope: OrgScope, name: &str, role: Role) -> RequestContext {
        let person = NewPerson {
            name: name.into(),
            display_name: name.to_uppercase(),
            title: None,
            roles: vec![role.clone()],
            password: "correct horse".into(),
            extension: None,
        };
        let user = self.identity.create_user(scope, Cause::SYSTEM, person).await.expect("a user").id;
        let token = self.identity.issue_token(scope, user).await.expect("a token");
        self.tokens.lock().expect("unpoisoned").insert(user, token);
        let rights = Permissions::of(&role).into();
        let (session, request) = (SessionId::generate(), RequestId::generate());
        RequestContext { scope, user, session, rights, request, origin: tandem_core::Origin::NONE }
    }

    /// Agents of a fresh org.
    pub(crate) async fn agents<const N: usize>(&self, names: [&str; N]) -> [RequestContext; N] {
        let scope = self.org("demo").await;
        let mut agents = Vec::new();
        for name in names {
            agents.push(self.person(scope, name, Role::Agent).await);
        }
        agents.try_into().expect("as many as names")
    }

    /// The token somebody signs requests with.
    pub(crate) fn token(&self, ctx: &RequestContext) -> String {
        self.tokens.lock().expect("unpoisoned")[&ctx.user].clone()
    }

    /// Serves the routes on a free port.
    pub(crate) async fn serve(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let service = self.app.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        address
    }

    /// Does something to the database behind everybody's back.
    pub(crate) async fn tamper(&self, sql: &'static str) {
        let url = format!("sqlite:{}", self.folder.path().join("tandem.db").display());
        let mut conn = sqlx::AnyConnection::connect(&url).await.expect("connects");
        sqlx::query(sql).execute(&mut conn).await.expect("runs");
    }

    /// Makes a request as somebody; answers status and body (null when there is none).
    pub(crate) async fn request(&self, ctx: &RequestContext, what: &str, body: Value) -> (u16, Value) {
        let (method, path) = what.split_once(' ').expect("METHOD PATH");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.token(ctx)));
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let request = request.body(body).expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("routes do not fail");
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        (status, body)
    }

    /// As [`Self::request`], for what must succeed.
    pub(crate) async fn ok(&self, ctx: &RequestContext, what: &str, body: Value) -> Value {
        let (status, answer) = self.request(ctx, what, body).await;
        assert!((200..300).contains(&status), "{what}: {status} {answer}");
        answer
    }

    /// Lets time pass, for the clock and for timers alike.
    pub(crate) async fn pass(&self, duration: Duration) {
        self.wind(duration);
        tokio::time::pause();
        tokio::time::advance(duration).await;
        tokio::time::resume();
    }

    /// Lets time pass for the clock alone; timers, of waiting for a real server too, go on as they were.
    pub(crate) fn wind(&self, duration: Duration) {
        self.clock.0.fetch_add(i64::try_from(duration.as_micros()).expect("short"), Ordering::SeqCst);
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Everything of one kind in the log, oldest first, decoded.
    pub(crate) async fn log<E: EventData>(&self, scope: OrgScope) -> Vec<E> {
        self.events::<E>(scope)
            .await
            .iter()
            .map(|event| event.decode().expect("reads").expect("of its kind"))
            .collect()
    }

    /// Everything of one kind in the log, oldest first.
    pub(crate) async fn events<E: EventData>(&self, scope: OrgScope) -> Vec<Event> {
        let filter = EventFilter { kinds: vec![E::KIND.into()], ..EventFilter::default() };
        self.store.events(scope, &filter, Cursor::START, 10_000).await.expect("the log reads").0
    }
}
