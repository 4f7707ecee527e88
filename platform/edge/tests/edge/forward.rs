//! Requests about what lives on one of several nodes.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::support::Server;
use axum::{Router, body::Body, routing::post};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tandem_bus::{LinkError, Links};
use tandem_cluster::{Claim, Cluster, Joining, Kind};
use tandem_core::{
    Mint, OrgScope, Permissions,
    sealed::{Behalf, Person, SealError},
};
use tandem_edge::{ApiProblem, Caller, Forwarding, Served, no_route};
use tandem_proto::{NodeId, NodeInfo, NodeRole, Problem, RequestId, SessionId};
use tandem_store::Cause;
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;

/// Longer than anything here takes; reached only by a fault.
const AT_MOST: Duration = Duration::from_secs(30);

/// A node that answers for what it has with its name.
struct Node {
    cluster: Cluster,
    has: Arc<AtomicBool>,
    app: Router,
}

impl Node {
    async fn start(server: &Server, name: &'static str) -> Self {
        let me = NodeId::generate();
        let links = Links::listen(me, (Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
        let info = NodeInfo::new(me, name, [NodeRole::Engine], links.address());
        let (store, mint) = (server.store.clone(), Arc::new(Mint::for_server()));
        let cluster =
            Cluster::join(Joining { store, mint, links, info, alone: false }).await.expect("it joins");

        let has = Arc::new(AtomicBool::new(false));
        let here = Arc::clone(&has);
        let answer = move |caller: Caller, body: String| {
            let here = here.load(Ordering::SeqCst);
            // Where it came from is what the node saw that was asked first.
            let by = caller.origin.user_agent.clone().unwrap_or_default();
            async move { if here { Ok(format!("{name}: {body} by {by}")) } else { Err(ApiProblem::elsewhere()) } }
        };
        let forwarding = Forwarding::new(cluster.clone());
        let me = async |caller: Caller| caller.user.to_string();
        let routes = OpenApiRouter::new().route("/where", post(answer)).route("/me", post(me));
        let routes = forwarding.layer(routes, Served::ByOwner(Kind::Routing)).split_for_parts().0;
        let app = server.edge.surround(Router::new().nest("/api/v1", routes).fallback(no_route));
        forwarding.answer(app.clone());
        Self { cluster, has, app }
    }

    async fn own(&self, org: OrgScope) -> Claim {
        let claim =
            self.cluster.own(org, Kind::Routing, &org.org().to_string()).await.expect("the store answers");
        self.has.store(true, Ordering::SeqCst);
        claim.expect("it is nobody's")
    }

    async fn give_up(&self, org: OrgScope, claim: Claim) {
        self.has.store(false, Ordering::SeqCst);
        let store = self.cluster.store();
        let given =
            store.write(org, Cause::SYSTEM, move |tx| Box::pin(async move { claim.give_up(tx).await }));
        given.await.expect("it is its own");
    }

    async fn ask(&self, token: &str) -> (StatusCode, String) {
        let request = Request::post("/api/v1/where").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header(header::USER_AGENT, "phone/1");
        let request = request.body(Body::from("a call")).expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("routes do not fail");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }
}

#[tokio::test]
async fn a_request_follows_what_it_is_about() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let mut nodes = Vec::new();
    for name in ["one", "two", "three"] {
        nodes.push(Node::start(&server, name).await);
    }
    for node in &nodes {
        let mut seen = node.cluster.watch();
        seen.wait_for(|seen| seen.all().len() == nodes.len()).await.expect("it watches");
    }
    let [one, two, three] = &nodes[..] else { unreachable!("three") };
    let claim = one.own(org).await;
    for node in [one, two, three] {
        assert_eq!(node.ask(&token).await, (StatusCode::OK, "one: a call by phone/1".to_owned()));
    }
    // Each remembers where it was, and goes on from there at once: to answer it twice, or not at all, would be seen.
    one.give_up(org, claim).await;
    let claim = two.own(org).await;
    for node in [three, one, two] {
        assert_eq!(node.ask(&token).await, (StatusCode::OK, "two: a call by phone/1".to_owned()));
    }
    two.give_up(org, claim).await;
    one.own(org).await;
    for node in [two, one, three] {
        assert_eq!(node.ask(&token).await, (StatusCode::OK, "one: a call by phone/1".to_owned()));
    }
}

/// What a node asks another over the links, with a token among the headers.
fn carried(token: &str) -> Value {
    json!({
        "method": "POST",
        "uri": "/api/v1/me",
        "headers": [["authorization", format!("Bearer {token}")], ["tandem-context", "somebody"]],
        "body": "",
        "request": RequestId::generate(),
    })
}

#[tokio::test]
async fn who_asks_is_whom_the_seal_names_and_nobody_a_header_does() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (amir, token) = server.user(org, "amir").await;
    let (berta, _) = server.user(org, "berta").await;
    let (one, two) = (Node::start(&server, "one").await, Node::start(&server, "two").await);
    for node in [&one, &two] {
        node.cluster.watch().wait_for(|seen| seen.all().len() == 2).await.expect("it watches");
    }
    one.own(org).await;
    let links = two.cluster.links();
    let ask = async |behalf: Behalf| {
        let answer =
            links.ask_for::<_, Value>(behalf, one.cluster.me(), "api", &carried(&token), AT_MOST).await;
        let answer = answer.expect("answered");
        let given = &answer["Given"];
        (given["status"].as_u64(), given["body"].as_str().map(str::to_owned))
    };
    let person = |user| Person {
        org: org.org(),
        user,
        session: SessionId::generate(),
        rights: Permissions::NONE.into(),
        complete: true,
        request: RequestId::generate(),
    };
    assert_eq!(ask(Behalf::Person(person(berta.id))).await, (Some(200), Some(berta.id.to_string())));
    assert_eq!(ask(Behalf::Person(person(amir.id))).await, (Some(200), Some(amir.id.to_string())));
    for nobody in [Behalf::System, Behalf::Org(org.org())] {
        assert_eq!(ask(nobody).await.0, Some(401), "the token does not count");
    }
    // Where a seal has no room for all rights, the session it names is looked up; one that is not there is nobody's.
    let session = server.identity.authenticate(&token).await.expect("a session").session;
    let some = |session| Behalf::Person(Person { session, complete: false, ..person(amir.id) });
    assert_eq!(ask(some(session)).await, (Some(200), Some(amir.id.to_string())));
    assert_eq!(ask(some(SessionId::generate())).await.0, Some(401));
    // From outside the same token counts, and it does not go along.
    let request = Request::post("/api/v1/me").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let response = two.app.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
    let body = response.expect("routes do not fail").into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(body, amir.id.to_string());

    // A process whose key is not in the store is refused, whatever it has.
    let stranger =
        Links::listen(NodeId::generate(), (Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
    stranger.know(vec![(one.cluster.me(), one.cluster.links().address().expect("it listens"))]);
    let behalf = Behalf::Person(person(amir.id));
    let refused =
        stranger.ask_for::<_, Value>(behalf, one.cluster.me(), "api", &carried(&token), AT_MOST).await;
    assert_eq!(refused, Err(LinkError::Refused(SealError::UnknownKey)));
}

#[tokio::test]
async fn a_node_that_nobody_follows_refuses() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, token) = server.user(org, "amir").await;
    let node = Node::start(&server, "only").await;
    node.own(org).await;
    node.has.store(false, Ordering::SeqCst);
    let (status, body) = node.ask(&token).await;
    let problem: Problem = serde_json::from_str(&body).expect("a problem");
    assert_eq!((status, problem.slug()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
}
