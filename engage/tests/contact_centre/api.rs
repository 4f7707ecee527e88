//! The contact centre over HTTP: who may do what, what is refused and how.

use crate::world::World;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tandem_core::{Permissions, RequestContext, Rights};
use tandem_edge::TopicAuthority;
use tandem_proto::{
    DivisionId, QueueId, RequestId, SessionId, Topic, UserId,
    api::{DividedKind, MoveThings, Role},
};
use tower::ServiceExt;

struct Client {
    router: Router,
    ctx: RequestContext,
}

struct Answer {
    status: u16,
    etag: Option<String>,
    body: Value,
}

impl Client {
    fn of(world: &World, user: UserId, role: Role) -> Self {
        Self::with(world, user, Permissions::of(&role).into())
    }

    fn with(world: &World, user: UserId, rights: Rights) -> Self {
        let (session, request) = (SessionId::generate(), RequestId::generate());
        let ctx = RequestContext {
            scope: world.scope,
            user,
            session,
            rights,
            request,
            origin: tandem_core::Origin::NONE,
        };
        Self { router: tandem_engage::routes(world.engage.clone()).into(), ctx }
    }

    async fn send(&self, method: &str, path: &str, if_match: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).extension(self.ctx.clone());
        if let Some(version) = if_match {
            request = request.header(header::IF_MATCH, version);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let response =
            self.router.clone().oneshot(request.body(body).expect("a request")).await.expect("answers");
        let etag = response.headers().get(header::ETAG).map(|tag| tag.to_str().expect("text").to_owned());
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        Answer { status, etag, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, None, Some(body)).await
    }
}

fn slug(answer: &Answer) -> (u16, &str) {
    let kind = answer.body["type"].as_str().unwrap_or_default();
    (answer.status, kind.rsplit('/').next().unwrap_or_default())
}

fn field(answer: &Answer) -> &str {
    answer.body["errors"][0]["field"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_are_made_changed_and_guarded() {
    let world = World::new(2).await;
    let supervisor = Client::of(&world, world.agents[1], Role::Supervisor);
    let agent = Client::of(&world, world.agents[0], Role::Agent);
    let sales = json!({"name": "Sales", "members": [], "alert_seconds": 15});
    let refused = agent.post("/queues", sales.clone()).await;
    assert_eq!(slug(&refused), (403, "forbidden"));

    let made = supervisor.post("/queues", sales.clone()).await;
    assert_eq!((made.status, made.etag.as_deref()), (201, Some("\"1\"")));
    assert_eq!((&made.body["alert_seconds"], &made.body["wrap_up"]["mode"]), (&json!(15), &json!("timed")));
    assert_eq!(slug(&supervisor.post("/queues", sales).await), (409, "name-taken"));

    let path = format!("/queues/{}", made.body["id"].as_str().expect("an id"));
    assert_eq!(agent.get(&path).await.status, 404, "not a member");
    let change = json!({"name": "Sales", "members": [{"user": world.agents[0]}]});
    let stale = supervisor.send("PUT", &path, Some("\"7\""), Some(change.clone())).await;
    assert_eq!(slug(&stale), (412, "precondition-failed"));
    let changed = supervisor.send("PUT", &path, Some("\"1\""), Some(change)).await;
    assert_eq!((changed.status, changed.etag.as_deref()), (200, Some("\"2\"")));
    assert_eq!(agent.get(&path).await.status, 200, "a member now");

    let names = |answer: &Answer| {
        answer.body["items"].as_array().expect("a list").iter().map(|q| q["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&agent.get("/queues").await), ["Sales", "Support"]);
    let first = agent.get("/queues?limit=1").await;
    assert_eq!(names(&first), ["Sales"]);
    let next = first.body["next"].as_str().expect("there is more");
    let last = agent.get(&format!("/queues?limit=1&cursor={next}")).await;
    assert_eq!((names(&last), &last.body["next"]), (vec![json!("Support")], &Value::Null));
    assert_eq!(agent.get("/queues/stats").await.body["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_is_refused_with_its_field() {
    let world = World::new(1).await;
    let supervisor = Client::of(&world, world.agents[0], Role::Supervisor);
    let skill = tandem_proto::SkillId::generate();
    for (body, at_fault) in [
        (json!({"name": "", "members": []}), "name"),
        (json!({"name": "x", "members": [], "colour": 1}), "colour"),
        (json!({"name": "x", "members": [], "alert_seconds": 4}), "alert_seconds"),
        (json!({"name": "x", "members": [{"user": UserId::generate()}]}), "members[0].user"),
        (json!({"name": "x", "members": [], "skills": [{"skill": skill}]}), "skills[0].skill"),
    ] {
        let refused = supervisor.post("/queues", body.clone()).await;
        assert_eq!((slug(&refused), field(&refused)), ((422, "invalid"), at_fault), "{body}");
    }
    for path in ["/queues/no-id", "/conversations/0193a1b2-0000-7000-8000-000000000001"] {
        assert_eq!(slug(&supervisor.get(path).await), (404, "not-found"), "{path}");
    }
    for path in
        ["/conversations?limit=0", "/conversations?cursor=x", "/queues?cursor=x", "/queues?colour=red"]
    {
        assert_eq!(slug(&supervisor.get(path).await), (422, "invalid"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_checked_published_and_versioned() {
    let world = World::new(1).await;
    let admin = Client::of(&world, world.agents[0], Role::Admin);
    let supervisor = Client::of(&world, world.agents[0], Role::Supervisor);
    let text = |queue: &str| {
        format!(
            "schema = 1\nname = \"night\"\nstart = \"a\"\n[nodes.a]\ntype = \"queue\"\nqueue = \"{queue}\"\n"
        )
    };
    let check = supervisor.post("/flows/validate", json!({"text": text("Nowhere")})).await;
    assert_eq!(check.status, 200);
    let fault = json!({"field": "nodes.a.queue", "line": 6, "message": "there is no queue \"Nowhere\""});
    assert_eq!(check.body["errors"], json!([fault]));
    let refused = admin.post("/flows", json!({"text": text("Nowhere")})).await;
    assert_eq!((slug(&refused), &refused.body["errors"][0]), ((422, "bad-flow"), &fault));
    assert_eq!(supervisor.post("/flows", json!({"text": text("Support")})).await.status, 403);

    let made = admin.post("/flows", json!({"text": text("Support")})).await;
    assert_eq!((made.status, made.etag.as_deref()), (201, Some("\"1\"")));
    let path = format!("/flows/{}", made.body["id"].as_str().expect("an id"));
    let next = admin.send("PUT", &path, Some("\"1\""), Some(json!({"text": text("Support")}))).await;
    assert_eq!((next.status, &next.body["version"]), (200, &json!(2)));
    let stale = admin.send("PUT", &path, Some("\"1\""), Some(json!({"text": text("Support")}))).await;
    assert_eq!(stale.status, 412);
    assert_eq!(slug(&admin.post("/flows", json!({"text": text("Support")})).await), (409, "name-taken"));
    let listed = supervisor.get("/flows").await;
    assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn skills_reach_agents_and_only_supervisors_see_all_agents() {
    let world = World::new(2).await;
    let supervisor = Client::of(&world, world.agents[1], Role::Supervisor);
    let agent = Client::of(&world, world.agents[0], Role::Agent);
    let skill = supervisor.post("/skills", json!({"name": "English"})).await;
    assert_eq!(skill.status, 201);
    let skills = json!({"skills": [{"skill": skill.body["id"], "level": 4}]});
    let path = format!("/agents/{}/skills", world.agents[0]);
    assert_eq!(agent.send("PUT", &path, None, Some(skills.clone())).await.status, 403);
    assert_eq!(supervisor.send("PUT", &path, None, Some(skills.clone())).await.body, skills);
    let me = agent.get("/agents/me").await;
    assert_eq!((&me.body["skills"], &me.body["status"]), (&skills["skills"], &json!("off_queue")));
    assert_eq!(agent.get("/agents").await.status, 403);
    assert_eq!(supervisor.get("/agents").await.body["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_see_conversations_of_their_queues_and_supervisors_see_why() {
    let mut world = World::new(2).await;
    let member = Client::of(&world, world.agents[0], Role::Agent);
    let supervisor = Client::of(&world, world.agents[1], Role::Supervisor);
    let call = world.dial().await;
    world.stats(|stats| stats.waiting == 1).await;
    let listed = member.get("/conversations?active=true").await;
    let item = &listed.body["items"][0];
    assert_eq!(
        (&item["state"], &item["position"], &item["call"]),
        (&json!("queued"), &json!(1), &json!(call))
    );
    let path = format!("/conversations/{}", item["id"].as_str().expect("an id"));
    assert_eq!(member.get(&format!("{path}/decisions")).await.status, 403);
    let why = supervisor.get(&format!("{path}/decisions")).await;
    assert_eq!(why.body["items"][0]["excluded"][0]["reason"], json!("off_queue"));

    let settings = json!({"name": "Support", "members": [{"user": world.agents[1]}]});
    let queue = format!("/queues/{}", world.demo.queue);
    assert_eq!(supervisor.send("PUT", &queue, None, Some(settings)).await.status, 200);
    assert_eq!(member.get(&path).await.status, 404, "not a member any more");
    let code = supervisor.get("/wrap-up-codes").await.body["items"][0]["id"].clone();
    let given = supervisor.post(&format!("{path}/wrap-up"), json!({"code": code})).await;
    assert_eq!(slug(&given), (409, "not-your-conversation"));
    let unknown = json!({"code": tandem_proto::WrapUpCodeId::generate()});
    assert_eq!(field(&supervisor.post(&format!("{path}/wrap-up"), unknown).await), "code");
    world.customer_hangs_up(call);
    world.asked(call, |_| Some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_follow_membership_and_supervision() {
    let world = World::new(2).await;
    let queue = Topic::queue(world.demo.queue);
    let supervisors = Topic::supervisors(world.scope.org());
    let of = async |user, role| world.engage.topics(Client::of(&world, user, role).ctx).await;
    assert_eq!(of(world.agents[0], Role::Agent).await, std::slice::from_ref(&queue));
    assert_eq!(of(UserId::generate(), Role::Agent).await, []);
    assert_eq!(of(UserId::generate(), Role::Supervisor).await, [queue, supervisors]);
}

#[tokio::test(flavor = "multi_thread")]
async fn supervisors_of_a_division_see_and_change_what_belongs_to_it() {
    let world = World::new(1).await;
    let admin = Client::of(&world, UserId::generate(), Role::Admin);
    let identity = world.people();
    let europe = identity.create_division(&admin.ctx, "Europe".to_owned()).await.expect("a division").id;
    let asia = identity.create_division(&admin.ctx, "Asia".to_owned()).await.expect("a division").id;
    let supervisor = |division: DivisionId| {
        let held = [(division, Permissions::of(&Role::Supervisor))];
        Client::with(&world, UserId::generate(), Rights::new(Permissions::NONE, held))
    };
    let (first, second) = (supervisor(europe), supervisor(asia));
    let put = async |queue: QueueId, division: DivisionId| {
        let moved = MoveThings { kind: DividedKind::Queue, things: vec![queue.to_string()] };
        let kinds = tandem_edge::DividedKinds(&[&tandem_engage::QUEUES]);
        identity.move_things(&admin.ctx, division, moved, kinds).await.expect("moved");
    };
    let ids = async |client: &Client| -> Vec<String> {
        let items = client.get("/queues").await.body["items"].clone();
        let items = items.as_array().expect("a list").iter();
        items.map(|queue| queue["id"].as_str().expect("an id").to_owned()).collect()
    };
    let demo = world.demo.queue;
    let path = format!("/queues/{demo}");
    let settings = json!({"name": "Support", "members": []});
    assert_eq!(ids(&first).await, Vec::<String>::new());
    for (division, sees, not) in [(europe, &first, &second), (asia, &second, &first)] {
        put(demo, division).await;
        assert_eq!(ids(sees).await, [demo.to_string()]);
        assert_eq!(ids(not).await, Vec::<String>::new());
        assert_eq!(sees.get(&path).await.body["division"], json!(division));
        assert_eq!(slug(&not.get(&path).await), (404, "not-found"));
        assert_eq!(slug(&not.send("PUT", &path, None, Some(settings.clone())).await), (404, "not-found"));
        assert_eq!(sees.send("PUT", &path, None, Some(settings.clone())).await.status, 200);
        let topics = world.engage.topics(sees.ctx.clone()).await;
        assert_eq!(topics, [Topic::queue(demo), Topic::division(division)]);
        let others = if division == europe { asia } else { europe };
        assert_eq!(world.engage.topics(not.ctx.clone()).await, [Topic::division(others)]);
    }
    let new = json!({"name": "New", "members": []});
    assert_eq!(slug(&first.send("POST", "/queues", None, Some(new.clone())).await), (403, "other-division"));
    let there = format!("/queues?division={asia}");
    assert_eq!(slug(&first.send("POST", &there, None, Some(new.clone())).await), (404, "not-found"));
    let here = format!("/queues?division={europe}");
    let made = first.send("POST", &here, None, Some(new)).await;
    assert_eq!((made.status, &made.body["division"]), (201, &json!(europe)));
    // Whoever looks at all of them may look at one division's.
    let some = admin.get(&there).await.body["items"].clone();
    assert_eq!(some.as_array().map(Vec::len), Some(1), "{some}");
    assert_eq!(admin.get("/queues").await.body["items"].as_array().map(Vec::len), Some(2));
}
