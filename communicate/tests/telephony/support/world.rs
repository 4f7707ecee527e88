//! Who works there, where numbers lead, and what the log says.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::Value;
use tandem_core::OrgScope;
use tandem_edge::Identity;
use tandem_proto::{
    CallId, Cursor, DeviceId, DivisionId, Event, EventData, FlowId, NodeId, NodeRole, Stream, UserId,
    api::{Call, ChoosePresence, Leg, NewPerson, NewTrunk, Number, NumberTarget, Presence, Role},
    events::call::{CallEnded, CallStarted},
};
use tandem_store::{Cause, EventFilter};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::{
    Phone, in_time,
    server::{App, Limits, Node, Part, Server, kill, open_store, process, run, sqlite_in},
};

/// The org `demo` with Ann (1001) and Bob (1002); a carrier on loopback, and numbers for Bob and for a flow.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) scope: OrgScope,
    pub(crate) ann: UserId,
    pub(crate) bob: UserId,
    /// The flow [`World::FLOW_NUMBER`] leads to.
    pub(crate) flow: FlowId,
    token: String,
    folder: Arc<TempDir>,
    runtime: Option<Runtime>,
}

impl World {
    pub(crate) const BOBS_NUMBER: &str = "+15550100";
    pub(crate) const FLOW_NUMBER: &str = "+15550200";

    pub(crate) async fn new() -> Self {
        Self::limited(Limits::default()).await
    }

    pub(crate) async fn limited(limits: Limits) -> Self {
        let folder = Arc::new(TempDir::new().expect("a folder"));
        let (runtime, server) = run(sqlite_in(folder.path()), Part::everything(limits)).await;
        Self::settle(server, folder, runtime).await
    }

    /// On a database of a server's.
    pub(crate) async fn on(database: String) -> Self {
        let folder = Arc::new(TempDir::new().expect("a folder"));
        let (runtime, server) = run(database, Part::everything(Limits::default())).await;
        Self::settle(server, folder, runtime).await
    }

    /// The server as one of several nodes, which takes SIP; with the task of ending it. The store is elsewhere and outlives it.
    pub(crate) async fn of_many() -> (Self, Node) {
        let folder = Arc::new(TempDir::new().expect("a folder"));
        let runtime = process();
        let database = sqlite_in(folder.path());
        let store = runtime.spawn(async move { open_store(&database).await }).await.expect("the store opens");
        let (server, node) = Node::start(&store, Part::of_many("sip-1", NodeRole::Sip)).await;
        (Self::settle(server, folder, runtime).await, node)
    }

    /// Who works there, and where numbers lead.
    async fn settle(server: Server, folder: Arc<TempDir>, runtime: Runtime) -> Self {
        let Server { identity, communicate, .. } = &server;
        let scope = identity.create_org("demo").await.expect("an org");
        let ann = person(identity, scope, "ann", "1001").await;
        let bob = person(identity, scope, "bob", "1002").await;
        let flow = FlowId::generate();
        let numbers = [
            (Self::BOBS_NUMBER, NumberTarget::User { user: bob }),
            (Self::FLOW_NUMBER, NumberTarget::Flow { flow }),
        ];
        for (number, to) in numbers {
            let number = Number { number: number.to_owned(), to, division: DivisionId::home(scope.org()) };
            communicate.numbers().set(scope, Cause::SYSTEM, number).await.expect("a number");
        }
        let (name, network) = ("carrier".to_owned(), Some("127.0.0.0/8".to_owned()));
        let carrier = NewTrunk { name, network, out: None, secret: None };
        communicate.trunks().create(scope, Cause::SYSTEM, carrier).await.expect("a trunk");
        let token = identity.issue_token(scope, ann).await.expect("a token");
        Self { server, scope, ann, bob, flow, token, folder, runtime: Some(runtime) }
    }

    /// Another node beside it.
    pub(crate) async fn beside(&self, name: &'static str, role: NodeRole) -> (Server, Node) {
        let (server, node) = Node::start(&self.server.store, Part::of_many(name, role)).await;
        self.know(server.cluster.me()).await;
        (server, node)
    }

    /// Waits until the server knows of a node.
    pub(crate) async fn know(&self, node: NodeId) {
        let mut nodes = self.server.cluster.watch();
        in_time("another node", nodes.wait_for(|nodes| nodes.get(node).is_some())).await.expect("it watches");
    }

    /// The process is killed in the middle of whatever it does, and another takes over its data and addresses.
    pub(crate) async fn restart(mut self) -> Self {
        let (folder, token) = (Arc::clone(&self.folder), self.token.clone());
        let (scope, ann, bob, flow) = (self.scope, self.ann, self.bob, self.flow);
        let part = Part { sip: self.server.sip, ..Part::everything(Limits::default()) };
        let killed = self.runtime.take().expect("it runs");
        drop(self);
        kill(killed).await;
        let (runtime, server) = run(sqlite_in(folder.path()), part).await;
        Self { server, scope, ann, bob, flow, token, folder, runtime: Some(runtime) }
    }

    /// One of the project's sounds.
    pub(crate) fn sound(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../media/sounds/{name}.wav"))
    }

    /// The app's side of the calls; dropping it is an app that is gone.
    pub(crate) fn app(&mut self) -> App {
        self.server.app()
    }

    /// An outside caller.
    pub(crate) async fn carrier(&self) -> Phone {
        Phone::carrier(self.server.sip, "+15550999").await
    }

    /// Makes a phone's account and registers as many phones with it.
    pub(crate) async fn phones<const N: usize>(&self, user: UserId, account: &str) -> [Phone; N] {
        let home = DivisionId::home(self.scope.org());
        let made = self.server.communicate.create_phone(self.scope, Cause::SYSTEM, user, account, home).await;
        let (_, secret) = made.expect("an account");
        let mut phones = Vec::new();
        for _ in 0..N {
            let mut phone = Phone::with_account(self.server.sip, account, &secret).await;
            phone.register().await;
            phones.push(phone);
        }
        phones.try_into().unwrap_or_else(|_| unreachable!("as many as asked for"))
    }

    /// A registered phone of Ann's and one of Bob's.
    pub(crate) async fn two_phones(&self) -> (Phone, Phone) {
        let [ann] = self.phones(self.ann, "ann-desk").await;
        let [bob] = self.phones(self.bob, "bob-desk").await;
        (ann, bob)
    }

    /// Somebody opens a browser.
    pub(crate) async fn browser(&self, user: UserId) -> (String, DeviceId) {
        let token = self.server.identity.issue_token(self.scope, user).await.expect("a token");
        let ctx = self.server.identity.authenticate(&token).await.expect("a session");
        let device = DeviceId::generate();
        tandem_edge::PresenceGateway::connected(self.server.collaborate.presence(), ctx, device).await;
        (token, device)
    }

    /// Somebody with a browser says how reachable they are.
    pub(crate) async fn chooses(&self, token: &str, primary: Presence, message: &str) {
        let ctx = self.server.identity.authenticate(token).await.expect("a session");
        let chosen = ChoosePresence { primary, message: Some(message.to_owned()) };
        self.server.collaborate.presence().choose(&ctx, chosen).await.expect("chosen");
    }

    /// The org's calls so far, oldest first.
    pub(crate) async fn calls(&self) -> Vec<CallId> {
        let filter = EventFilter::kinds(&[CallStarted::KIND]);
        let (events, _) =
            self.server.store.events(self.scope, &filter, Cursor::START, 1_000).await.expect("the log");
        events.iter().filter_map(|event| Some(event.decode::<CallStarted>().ok()??.call)).collect()
    }

    /// The only call there was or is; waits for it.
    pub(crate) async fn the_call(&self) -> CallId {
        let filter = EventFilter::kinds(&[CallStarted::KIND]);
        let mut log = self.server.store.follow(self.scope, filter, Cursor::START);
        let event = in_time("a call", log.next()).await.expect("the log");
        assert_eq!(self.calls().await.len(), 1, "one call");
        event.decode::<CallStarted>().expect("reads").expect("of its kind").call
    }

    /// Waits until a call has done, and kept, all that it was told so far.
    pub(crate) async fn is_settled(&self, call: CallId) {
        let calls = self.server.communicate.calls();
        calls.describe(self.scope, call).await.expect("is known").expect("goes on");
    }

    /// So much later, a call does what is due by then.
    pub(crate) async fn later(&self, call: CallId, by: Duration) {
        self.server.clock.move_on(by);
        // It looks at the clock with whatever it is told.
        self.is_settled(call).await;
    }

    /// Everything the log says of a call so far.
    pub(crate) async fn log(&self, call: CallId) -> Vec<Event> {
        let filter = EventFilter::stream(Stream::call(call));
        self.server.store.events(self.scope, &filter, Cursor::START, 1_000).await.expect("the log").0
    }

    /// Waits until the log says something of a call.
    pub(crate) async fn logged<E: EventData>(&self, call: CallId, is_it: impl Fn(&E) -> bool) -> E {
        let filter = EventFilter::stream(Stream::call(call));
        let mut log = self.server.store.follow(self.scope, filter, Cursor::START);
        in_time(E::KIND, async {
            loop {
                let event = log.next().await.expect("the log");
                if let Some(found) = event.decode::<E>().expect("reads").filter(&is_it) {
                    return found;
                }
            }
        })
        .await
    }

    /// Waits for a call's end; answers its record.
    pub(crate) async fn over(&self, call: CallId) -> Call {
        self.logged::<CallEnded>(call, |_| true).await;
        self.record(call).await
    }

    /// A call as the API shows it.
    pub(crate) async fn record(&self, call: CallId) -> Call {
        let (status, body) = self.request(&self.token, &format!("GET /calls/{call}"), Value::Null).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).expect("a call")
    }

    /// What the API answers to Ann.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.request(&self.token, &format!("GET {path}"), Value::Null).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Makes a request as whoever holds the token; answers status and body (null when there is none).
    pub(crate) async fn request(&self, token: &str, what: &str, body: Value) -> (u16, Value) {
        let (method, path) = what.split_once(' ').expect("METHOD PATH");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {token}"));
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let request = request.body(body).expect("a request");
        let response = self.server.api.clone().oneshot(request).await.expect("routes do not fail");
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        (status, body)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Makes somebody who sees every call of the org.
pub(crate) async fn person(identity: &Identity, scope: OrgScope, name: &str, extension: &str) -> UserId {
    let person = NewPerson {
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        title: None,
        roles: vec![Role::Admin],
        password: "correct horse battery".to_owned(),
        extension: Some(extension.to_owned()),
    };
    identity.create_user(scope, Cause::SYSTEM, person).await.expect("a person").id
}

/// The leg that called.
pub(crate) fn caller(call: &Call) -> &Leg {
    call.legs.iter().find(|leg| leg.caller).expect("a call has a caller")
}

/// The legs that were rung.
pub(crate) fn rung(call: &Call) -> Vec<&Leg> {
    call.legs.iter().filter(|leg| !leg.caller).collect()
}
