//! Signing in by an identity provider, against one that lies in every way it can.

use std::{collections::BTreeMap, sync::atomic::Ordering, time::Duration};

use crate::support::{
    PASSWORD, Server,
    provider::{Key, Keys, Provider},
    slug,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tandem_core::{Clock, OrgScope};
use tandem_proto::api::Role;
use tandem_test_support::Postgres;
use url::Url;

const NONE: Value = Value::Null;

/// An org with an administrator, and a provider of it.
struct World {
    server: Server,
    org: OrgScope,
    admin: String,
    provider: Provider,
    key: Key,
    /// The provider's id.
    id: String,
}

/// A browser that was sent to the provider.
struct Away {
    ceremony: String,
    url: Url,
    parameters: BTreeMap<String, String>,
}

impl World {
    async fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", data.path().join("tandem.db").display());
        Self::over(Server::start_reaching_itself(&url, data).await).await
    }

    async fn over(server: Server) -> Self {
        let org = server.org("acme").await;
        let (_, admin) = server.person(org, "admin", vec![Role::Admin]).await;
        let (provider, key) = (Provider::start().await, Key::new("one"));
        provider.say(|says| says.keys = vec![key.published.clone()]);
        let mut world = Self { server, org, admin, provider, key, id: String::new() };
        let (status, made) =
            world.admin(Method::POST, "/identity-providers", world.settings(&json!({}))).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!((&made["has_secret"], made.get("client_secret")), (&json!(true), None));
        world.id = made["id"].as_str().expect("an id").to_owned();
        world
    }

    fn settings(&self, change: &Value) -> Value {
        let mut settings = json!({
            "name": "Acme accounts", "issuer": self.provider.issuer, "client_id": "us", "client_secret": "a secret",
            "roles": ["agent"], "rules": [{ "group": "leads", "roles": ["supervisor"] }],
            "create_people": true, "link_by_email": false, "second_factor": true,
        });
        for (name, value) in change.as_object().expect("an object") {
            settings[name] = value.clone();
        }
        settings
    }

    async fn admin(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.server.ask(&self.admin, method, path, body).await
    }

    async fn set(&self, change: Value) {
        let path = format!("/identity-providers/{}", self.id);
        let (status, answer) = self.admin(Method::PUT, &path, self.settings(&change)).await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let path = format!("/api/v1{path}");
        let (status, answer) = self.server.call(Method::POST, &path, None, Some(&body.to_string())).await;
        (status.as_u16(), answer)
    }

    async fn begin(&self) -> Away {
        let (status, offer) = self.post("/sessions/provider/offer", &json!({ "provider": self.id })).await;
        assert_eq!(status, 200, "{offer}");
        let url = Url::parse(offer["url"].as_str().expect("a url")).expect("a url");
        let parameters = url.query_pairs().into_owned().collect();
        Away { ceremony: offer["ceremony"].as_str().expect("a ceremony").to_owned(), url, parameters }
    }

    /// What the provider says of mia, unless it says otherwise.
    fn claims(&self, away: &Away, change: &Value) -> Value {
        let now = self.server.clock.now().micros() / 1_000_000;
        let mut claims = json!({
            "iss": self.provider.issuer, "aud": "us", "sub": "mia", "nonce": away.parameters["nonce"],
            "iat": now, "exp": now + 300, "name": "Mia Moss", "email": "mia@acme.example", "email_verified": true,
            "groups": [],
        });
        for (name, value) in change.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims
    }

    fn back(&self, away: &Away) -> Value {
        json!({ "ceremony": away.ceremony, "org": self.org.org(), "state": away.parameters["state"], "code": "c" })
    }

    /// Signs in as whom the provider says.
    async fn sign_in(&self, change: Value) -> (u16, Value) {
        let away = self.begin().await;
        self.provider.gives(&self.key.sign(&self.claims(&away, &change)));
        self.post("/sessions/provider", &self.back(&away)).await
    }

    async fn roles(&self, user: &Value) -> Vec<Role> {
        let user = user.as_str().expect("an id").parse().expect("an id");
        self.server.identity.user(self.org, user).await.expect("read").expect("there").roles
    }
}

/// A problem's status and kind.
fn refusal((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, slug(problem))
}

#[tokio::test]
async fn somebody_appears_at_their_first_sign_in_and_is_the_same_at_the_next() {
    first_and_next(World::start().await).await;
}

#[tokio::test]
async fn on_postgres_somebody_appears_and_is_the_same_at_the_next() {
    let postgres = Postgres::start();
    let server = Server::start_reaching_itself(&postgres.url(), tempfile::tempdir().expect("a folder")).await;
    first_and_next(World::over(server).await).await;
}

async fn first_and_next(world: World) {
    let away = world.begin().await;
    let asked = &away.parameters;
    assert_eq!((away.url.path(), asked["tenant"].as_str()), ("/authorize", "a"));
    assert_eq!((asked["response_type"].as_str(), asked["scope"].as_str()), ("code", "openid profile email"));
    let redirect = format!("http://{}/signin/callback/{}", world.server.address, world.org.org());
    assert_eq!(asked["redirect_uri"], redirect);
    assert_eq!(world.admin(Method::GET, "/sign-in-settings", NONE).await.1["redirect_uri"], redirect);
    world.provider.gives(&world.key.sign(&world.claims(&away, &json!({ "groups": ["leads"] }))));
    let (status, first) = world.post("/sessions/provider", &world.back(&away)).await;
    assert_eq!(status, 201, "{first}");
    let user = &first["me"]["user"];
    assert_eq!((&user["name"], &user["display_name"]), (&json!("mia"), &json!("Mia Moss")));
    assert_eq!(world.roles(&user["id"]).await, [Role::Agent, Role::Supervisor]);
    let told =
        world.server.told_of(world.org, user["id"].as_str().expect("an id").parse().expect("an id")).await;
    assert_eq!(told, ["user.created", "user.linked", "session.started"]);

    // What the code was redeemed with is what it was asked for with, and the secret went to the provider alone.
    {
        let says = world.provider.says.lock().expect("unpoisoned");
        let sent: BTreeMap<_, _> = says.asked.iter().cloned().collect();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&sent["code_verifier"]));
        assert_eq!(
            (asked["code_challenge"].as_str(), asked["code_challenge_method"].as_str()),
            (challenge.as_str(), "S256")
        );
        assert_eq!((sent["redirect_uri"].as_str(), sent["code"].as_str()), (redirect.as_str(), "c"));
        assert_eq!(says.authorization.as_deref(), Some("Basic dXM6YStzZWNyZXQ="));
        assert!(!away.ceremony.contains(&sent["code_verifier"]));
    }

    // Their groups are followed, and they have no password.
    let (status, next) = world.sign_in(json!({ "name": "Mia Stone", "groups": "staff" })).await;
    assert_eq!((status, &next["me"]["user"]["id"]), (201, &user["id"]));
    assert_eq!(world.roles(&user["id"]).await, [Role::Agent]);
    let (status, problem) = world.server.sign_in("mia", "").await;
    assert_eq!((status.as_u16(), slug(&problem)), (401, "wrong-credentials"));
    let (_, other) = world.sign_in(json!({ "sub": "another mia", "email": "mia@else.example" })).await;
    assert_eq!(other["me"]["user"]["name"], "mia-2");

    // Who was deactivated, and who was erased, stays out, and does not appear anew.
    let path = format!("/people/{}", user["id"].as_str().expect("an id"));
    for command in ["deactivate", "erase"] {
        assert_eq!(world.admin(Method::POST, &format!("{path}/{command}"), NONE).await.0, 204);
        assert_eq!(refusal(&world.sign_in(json!({})).await), (401, "not-let-in"), "{command}");
    }
}

#[tokio::test]
async fn a_token_is_believed_only_as_it_must_be() {
    let world = World::start().await;
    let not_believed = (401, "provider-not-believed");
    let now = world.server.clock.now().micros() / 1_000_000;
    for change in [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "them" }),
        json!({ "aud": ["us", "them"] }),
        json!({ "azp": "them" }),
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "exp": now - 61 }),
        json!({ "iat": now - 3_600 }),
        json!({ "iat": now + 3_600 }),
        json!({ "sub": "" }),
    ] {
        assert_eq!(refusal(&world.sign_in(change.clone()).await), not_believed, "{change}");
    }

    let b64 = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let shared = |key: &[u8], claims: &Value| {
        let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) };
        encode(&header, claims, &EncodingKey::from_secret(key).expect("a key")).expect("signed")
    };
    let published = world.key.published.to_string();
    type Forge<'a> = Box<dyn Fn(&Value) -> String + 'a>;
    let forgeries: [(&str, Forge<'_>); 6] = [
        ("no signature", Box::new(|claims| format!("{}.{}.", b64(&json!({ "alg": "none" })), b64(claims)))),
        ("a published key as a secret", Box::new(|claims| shared(published.as_bytes(), claims))),
        ("the client's secret", Box::new(|claims| shared(b"a secret", claims))),
        ("a key nobody published", Box::new(|claims| Key::new("one").sign(claims))),
        ("a key of another name", Box::new(|claims| Key::new("two").sign(claims))),
        ("no token", Box::new(|_| "nothing".to_owned())),
    ];
    for (what, forge) in &forgeries {
        let away = world.begin().await;
        world.provider.gives(&forge(&world.claims(&away, &json!({}))));
        let answer = world.post("/sessions/provider", &world.back(&away)).await;
        assert_eq!(refusal(&answer), not_believed, "{what}");
    }
    assert_eq!(world.server.identity.users(world.org).await.expect("read").len(), 1, "nobody appeared");
    assert_eq!(world.sign_in(json!({})).await.0, 201, "and the right one is");
}

#[tokio::test]
async fn a_sign_in_is_its_browsers_and_used_once() {
    let world = World::start().await;
    let ended = (401, "sign-in-ended");
    let (mine, other) = (world.begin().await, world.begin().await);
    world.provider.gives(&world.key.sign(&world.claims(&mine, &json!({}))));
    let back = world.back(&mine);
    let with = |name: &str, value: Value| {
        let mut spoilt = back.clone();
        spoilt[name] = value;
        spoilt
    };
    let another = world.server.org("another").await;
    for (what, spoilt) in [
        ("another browser's state", with("state", json!(other.parameters["state"]))),
        ("another browser's ceremony", with("ceremony", json!(other.ceremony))),
        ("a ceremony somebody wrote", with("ceremony", json!(format!("x{}", mine.ceremony)))),
        ("no ceremony", with("ceremony", json!(""))),
        ("another org's callback", with("org", json!(another.org()))),
    ] {
        assert_eq!(refusal(&world.post("/sessions/provider", &spoilt).await), ended, "{what}");
    }
    assert_eq!(
        refusal(&world.post("/sessions/provider", &with("iss", json!("https://evil.example"))).await).1,
        "provider-not-believed"
    );

    let away = world.begin().await;
    world.provider.gives(&world.key.sign(&world.claims(&away, &json!({}))));
    assert_eq!(world.post("/sessions/provider", &world.back(&away)).await.0, 201);
    assert_eq!(refusal(&world.post("/sessions/provider", &world.back(&away)).await), ended, "once more");

    let late = world.begin().await;
    world.server.clock.forward(Duration::from_secs(601));
    world.provider.gives(&world.key.sign(&world.claims(&late, &json!({}))));
    assert_eq!(refusal(&world.post("/sessions/provider", &world.back(&late)).await), ended, "too late");

    // A provider that says it names itself in its answers has to.
    world.provider.say(|says| says.metadata["authorization_response_iss_parameter_supported"] = json!(true));
    world.server.clock.forward(Duration::from_secs(601));
    assert_eq!(refusal(&world.sign_in(json!({})).await), (401, "provider-not-believed"));
    let away = world.begin().await;
    world.provider.gives(&world.key.sign(&world.claims(&away, &json!({}))));
    let mut back = world.back(&away);
    back["iss"] = json!(world.provider.issuer);
    assert_eq!(world.post("/sessions/provider", &back).await.0, 201);
}

#[tokio::test]
async fn keys_are_looked_for_again_within_reason_and_answers_have_bounds() {
    let world = World::start().await;
    assert_eq!(world.sign_in(json!({})).await.0, 201);
    assert_eq!(world.provider.asked_for_keys.load(Ordering::Relaxed), 1);
    assert_eq!(world.sign_in(json!({})).await.0, 201);
    assert_eq!(world.provider.asked_for_keys.load(Ordering::Relaxed), 1, "kept");

    // Another key since.
    let next = Key::new("next");
    world.provider.say(|says| says.keys.push(next.published.clone()));
    let by_next = async || {
        let away = world.begin().await;
        world.provider.gives(&next.sign(&world.claims(&away, &json!({}))));
        world.post("/sessions/provider", &world.back(&away)).await
    };
    world.server.clock.forward(Duration::from_secs(11));
    assert_eq!(by_next().await.0, 201);
    assert_eq!(world.provider.asked_for_keys.load(Ordering::Relaxed), 2);
    // Names that are made up are not asked for each time.
    for _ in 0..3 {
        let away = world.begin().await;
        world.provider.gives(&Key::new("made up").sign(&world.claims(&away, &json!({}))));
        let answer = world.post("/sessions/provider", &world.back(&away)).await;
        assert_eq!(refusal(&answer), (401, "provider-not-believed"));
    }
    assert_eq!(world.provider.asked_for_keys.load(Ordering::Relaxed), 2);

    for (keys, expected) in [
        (Keys::Huge, "provider-unreachable"),
        (Keys::Never, "provider-unreachable"),
        (Keys::Elsewhere, "provider-broken"),
    ] {
        world.server.clock.forward(Duration::from_secs(601));
        world.provider.say(|says| says.answers_keys = keys);
        assert_eq!(refusal(&world.sign_in(json!({})).await), (502, expected));
    }
    world.provider.say(|says| says.answers_keys = Keys::Published);
    assert_eq!(world.sign_in(json!({})).await.0, 201, "and it is mended");

    // What it calls itself is what it was called; what is wrong is said.
    let test = async || {
        let asked = json!({ "issuer": world.provider.issuer });
        world.admin(Method::POST, "/identity-providers/test", asked).await.1["faults"].clone()
    };
    assert_eq!(test().await, json!([]));
    world.provider.say(|says| says.metadata["code_challenge_methods_supported"] = json!(["plain"]));
    assert!(test().await[0].as_str().expect("a fault").contains("PKCE"));
    world.provider.say(|says| says.metadata["issuer"] = json!("https://evil.example"));
    assert!(test().await[0].as_str().expect("a fault").contains("another address"));
    world.server.clock.forward(Duration::from_secs(601));
    let offer = world.post("/sessions/provider/offer", &json!({ "provider": world.id })).await;
    assert_eq!(refusal(&offer), (502, "provider-broken"));
}

#[tokio::test]
async fn a_provider_leads_into_no_private_network() {
    let server = Server::start().await;
    let org = server.org("acme").await;
    let (_, admin) = server.person(org, "admin", vec![Role::Admin]).await;
    let provider = Provider::start().await;
    let test = async |issuer: &str| {
        server.ask(&admin, Method::POST, "/identity-providers/test", json!({ "issuer": issuer })).await
    };
    for issuer in [
        provider.issuer.as_str(),
        "https://127.0.0.1",
        "https://[::1]",
        "https://169.254.169.254",
        "http://id.example",
    ] {
        assert_eq!(test(issuer).await.0, 422, "{issuer}");
    }
    // A name shows only when it is looked up.
    let named = provider.issuer.replace("http://127.0.0.1", "https://localhost");
    let (status, answer) = test(&named).await;
    assert_eq!(status, 200);
    assert!(answer["faults"][0].as_str().expect("a fault").contains("not a public one"), "{answer}");
}

#[tokio::test]
async fn an_address_says_who_somebody_is_only_where_it_is_verified_and_wanted() {
    let world = World::start().await;
    let (amir, _) = world.server.user(world.org, "amir").await;
    let path = format!("/people/{}/email", amir.id);
    let (status, answer) = world.admin(Method::PUT, &path, json!({ "email": "amir@acme.example" })).await;
    assert!(status < 300, "{answer}");
    let amirs =
        |verified: Value| json!({ "sub": "amir", "email": "Amir@Acme.example", "email_verified": verified });

    // Not wanted: nobody gets somebody's account, nor a second one by their address.
    assert_eq!(refusal(&world.sign_in(amirs(json!(true))).await), (401, "not-let-in"));
    world.set(json!({ "link_by_email": true, "create_people": false })).await;
    for unverified in [json!(false), json!("true"), NONE] {
        assert_eq!(
            refusal(&world.sign_in(amirs(unverified.clone())).await),
            (401, "not-let-in"),
            "{unverified}"
        );
    }
    assert_eq!(
        refusal(&world.sign_in(json!({ "sub": "x", "email": "x@acme.example" })).await),
        (401, "not-let-in")
    );
    let (status, session) = world.sign_in(amirs(json!(true))).await;
    assert_eq!((status, &session["me"]["user"]["id"]), (201, &json!(amir.id)));
    // From then on their `sub` says it, and the address is nobody else's way in.
    assert_eq!(world.sign_in(json!({ "sub": "amir", "email": "moved@acme.example" })).await.0, 201);
    let mut thief = amirs(json!(true));
    thief["sub"] = json!("thief");
    assert_eq!(refusal(&world.sign_in(thief).await), (401, "not-let-in"));

    world.set(json!({ "email_domains": ["acme.example"] })).await;
    for (email, verified, status) in [
        ("a@acme.example", true, 201),
        ("b@acme.example", false, 401),
        ("c@evil.example", true, 401),
        ("d@evil-acme.example", true, 401),
        ("e@evil.example@acme.example", true, 401),
    ] {
        let answer = world.sign_in(json!({ "sub": email, "email": email, "email_verified": verified })).await;
        assert_eq!(answer.0, status, "{email}: {}", answer.1);
    }

    // What the token leaves out is asked for, and believed of the same somebody alone.
    for (sub, status) in [("quiet", 201), ("another", 401)] {
        world.provider.say(|says| {
            says.userinfo =
                json!({ "sub": sub, "name": "Q", "email": "quiet@acme.example", "email_verified": true });
        });
        let away = world.begin().await;
        let mut claims = world.claims(&away, &json!({ "sub": "quiet" }));
        for name in ["name", "email", "email_verified", "groups"] {
            claims.as_object_mut().expect("an object").remove(name);
        }
        world.provider.gives(&world.key.sign(&claims));
        assert_eq!(world.post("/sessions/provider", &world.back(&away)).await.0, status);
    }
}

#[tokio::test]
async fn nobody_sets_up_a_provider_that_makes_more_of_people_than_they_are() {
    let world = World::start().await;
    let role = json!({ "name": "desk", "title": "Desk", "permissions": ["people:read", "chat:use", "call:use", "agent:on_queue", "queue:read", "signin:manage"] });
    assert_eq!(world.admin(Method::POST, "/roles", role).await.0, 201);
    let desk = vec!["desk".parse::<Role>().expect("a name")];
    let (_, desk) = world.server.person(world.org, "desk", desk).await;
    let (_, agent) = world.server.user(world.org, "agent").await;
    let path = format!("/identity-providers/{}", world.id);
    let refused = (403, "not-yours-to-give");
    let own = json!({ "rules": [], "second_factor": false });
    let with = |change: Value| {
        let mut settings = own.clone();
        settings.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        world.settings(&settings)
    };
    for change in [
        json!({ "roles": ["admin"] }),
        json!({ "rules": [{ "group": "x", "roles": ["supervisor"] }] }),
        json!({ "link_by_email": true }),
        json!({ "second_factor": true }),
    ] {
        let made = world.server.ask(&desk, Method::POST, "/identity-providers", with(change.clone())).await;
        assert_eq!(refusal(&made), refused, "{change}");
    }
    // Nor do they turn one that makes more into their own.
    let theirs = world.settings(&json!({ "issuer": "https://evil.example" }));
    assert_eq!(refusal(&world.server.ask(&desk, Method::PUT, &path, theirs).await), refused);
    assert_eq!(world.server.ask(&desk, Method::POST, "/identity-providers", with(json!({}))).await.0, 201);

    // With another issuer, it knows nobody any more.
    let (_, before) = world.sign_in(json!({})).await;
    let elsewhere = Provider::start().await;
    assert_eq!(
        world
            .admin(
                Method::PUT,
                &path,
                world.settings(&json!({ "issuer": elsewhere.issuer, "client_secret": null }))
            )
            .await
            .1["has_secret"],
        false
    );
    world.set(json!({})).await;
    let (_, after) = world.sign_in(json!({ "email": "other@acme.example" })).await;
    assert_ne!(before["me"]["user"]["id"], after["me"]["user"]["id"]);

    for (method, path) in [(Method::GET, "/identity-providers"), (Method::GET, "/sign-in-settings")] {
        assert_eq!(world.server.ask(&agent, method, path, NONE).await.0, 403);
    }
    for _ in 0..8 {
        assert_eq!(world.admin(Method::POST, "/identity-providers", world.settings(&json!({}))).await.0, 201);
    }
    let more = world.admin(Method::POST, "/identity-providers", world.settings(&json!({}))).await;
    assert_eq!(refusal(&more), (409, "too-many-providers"));
}

#[tokio::test]
async fn people_sign_in_by_their_provider_alone_and_administrators_can_mend_it() {
    let world = World::start().await;
    let (_, agent) = world.server.user(world.org, "agent").await;
    let password = async |name: &str| {
        let (status, answer) = world.server.sign_in(name, PASSWORD).await;
        (status.as_u16(), slug(&answer).to_owned())
    };
    let only = json!({ "passwords": "administrators" });
    assert_eq!(world.admin(Method::PUT, "/sign-in-settings", only.clone()).await.0, 200);
    assert_eq!(password("agent").await, (401, "provider-needed".into()));
    assert_eq!(password("admin").await.0, 201);
    let (_, audit) = world.admin(Method::GET, "/audit?what=sign_in.without_provider", NONE).await;
    assert_eq!(audit["items"].as_array().expect("items").len(), 1, "{audit}");
    // Who guesses wrong learns nothing of it, and who is signed in stays so.
    let (status, wrong) = world.server.sign_in("agent", "not the password").await;
    assert_eq!((status.as_u16(), slug(&wrong)), (401, "wrong-credentials"));
    assert_eq!(world.server.ask(&agent, Method::GET, "/me", NONE).await.0, 200);
    assert_eq!(world.sign_in(json!({})).await.0, 201);

    let path = format!("/identity-providers/{}", world.id);
    assert_eq!(refusal(&world.admin(Method::DELETE, &path, NONE).await), (409, "last-provider"));
    assert_eq!(
        world.admin(Method::PUT, "/sign-in-settings", json!({ "passwords": "everybody" })).await.0,
        200
    );
    assert_eq!(password("agent").await.0, 201);
    let away = world.begin().await;
    assert_eq!(world.admin(Method::DELETE, &path, NONE).await.0, 204);
    assert_eq!(refusal(&world.post("/sessions/provider", &world.back(&away)).await), (401, "sign-in-ended"));
    assert_eq!(refusal(&world.admin(Method::PUT, "/sign-in-settings", only).await), (409, "no-provider"));
}

#[tokio::test]
async fn who_is_not_signed_in_learns_no_org_by_its_providers() {
    let world = World::start().await;
    world.server.org("bare").await;
    let options = async |query: &str| {
        world.server.call(Method::GET, &format!("/api/v1/sign-in-options{query}"), None, None).await
    };
    let none = (http::StatusCode::OK, json!({ "providers": [] }));
    for query in ["?org=bare", "?org=nobody", "?org=", ""] {
        assert_eq!(options(query).await, none, "{query}");
    }
    let (_, known) = options("?org=acme").await;
    assert_eq!(known, json!({ "providers": [{ "provider": world.id, "name": "Acme accounts" }] }));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_unless_the_provider_counts_as_one() {
    let world = World::start().await;
    let (amir, session) = world.server.user(world.org, "amir").await;
    let path = format!("/people/{}/email", amir.id);
    assert!(world.admin(Method::PUT, &path, json!({ "email": "amir@acme.example" })).await.0 < 300);
    world.set(json!({ "link_by_email": true, "second_factor": false })).await;
    let (_, offer) =
        world.server.ask(&session, Method::POST, "/me/second-factor", json!({ "password": PASSWORD })).await;
    let secret = offer["secret"].as_str().expect("a secret").to_owned();
    let code = |later: u64| {
        let secret = totp_rs::Secret::try_from_base32(&secret).expect("base32");
        let totp =
            totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().expect("a secret");
        let now = u64::try_from(world.server.clock.now().micros() / 1_000_000).expect("after the epoch");
        totp.generate(now + later).to_string()
    };
    let confirm = json!({ "code": code(0) });
    assert_eq!(world.server.ask(&session, Method::POST, "/me/second-factor/confirm", confirm).await.0, 200);

    let away = world.begin().await;
    let amirs = json!({ "sub": "amir", "email": "amir@acme.example" });
    world.provider.gives(&world.key.sign(&world.claims(&away, &amirs)));
    let mut back = world.back(&away);
    assert_eq!(refusal(&world.post("/sessions/provider", &back).await), (401, "second-factor-needed"));
    assert_eq!(refusal(&world.post("/sessions/provider", &back).await), (401, "sign-in-ended"), "a replay");
    back["second_factor"] = json!("000000x");
    assert_eq!(refusal(&world.post("/sessions/provider", &back).await), (401, "wrong-code"));
    world.server.clock.forward(Duration::from_secs(60));
    back["second_factor"] = json!(code(0));
    assert_eq!(world.post("/sessions/provider", &back).await.0, 201);
    world.server.clock.forward(Duration::from_secs(60));
    back["second_factor"] = json!(code(0));
    assert_eq!(refusal(&world.post("/sessions/provider", &back).await), (401, "sign-in-ended"), "used");

    world.set(json!({ "second_factor": true })).await;
    assert_eq!(world.sign_in(amirs).await.0, 201);
}
