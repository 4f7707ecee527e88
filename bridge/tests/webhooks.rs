//! Webhooks, from the event to the receiver: on both engines, over real sockets.

mod support;

use axum::http::{Method, StatusCode};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use support::{Answer, Message, Node, Person, Place, Receiver, on_both};
use tandem_proto::{Topic, UserId, api::Role};

on_both!(
    events_come_in_order_signed_and_only_those_its_user_may_see,
    a_receiver_that_fails_breaks_redirects_is_away_and_comes_back_misses_nothing,
    what_is_refused_again_and_again_is_set_aside_for_somebody_to_decide,
    a_receiver_that_is_gone_is_left_alone_until_somebody_sees_to_it,
    events_can_be_sent_again_from_anywhere,
    another_node_goes_on_where_one_stopped,
    whose_rights_end_is_told_nothing_more,
    what_is_not_public_is_not_connected_to,
    a_secret_is_replaced_while_both_sign,
    nobody_else_sees_or_changes_a_webhook,
    of_those_who_read_the_same_one_changes_it,
);

/// A node, and an admin of its org.
async fn server(place: &Place) -> (Node, Person) {
    let node = Node::start(place, "one").await;
    let scope = node.org("acme").await;
    let admin = node.person(scope, "ada", Role::Admin).await;
    (node, admin)
}

fn everybody(person: &Person) -> Topic {
    Topic::org(person.scope.org())
}

/// Whether a message is signed with a secret, by the specification's own words.
fn is_signed(message: &Message, secret: &str) -> bool {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").expect("prefixed")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(message.header("webhook-id").as_bytes());
    mac.update(b".");
    mac.update(message.header("webhook-timestamp").as_bytes());
    mac.update(b".");
    mac.update(&message.body);
    let wanted = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    message.header("webhook-signature").split(' ').any(|signature| signature == wanted)
}

async fn events_come_in_order_signed_and_only_those_its_user_may_see(place: Place) {
    let (node, admin) = server(&place).await;
    let other = node.org("other").await;
    let mut receiver = Receiver::start([]).await;
    node.say(admin.scope, everybody(&admin), "before it was made").await;
    let (hook, secret) = node.hook(&admin, &receiver.url()).await;
    node.say(admin.scope, Topic::user(UserId::generate()), "somebody else's").await;
    node.say(other, Topic::org(other.org()), "another org's").await;
    for number in 0..150 {
        node.say(admin.scope, everybody(&admin), format!("{number}")).await;
    }
    let mut last = None;
    for number in 0..150 {
        let (message, taken) = receiver.next().await;
        assert!(taken && is_signed(&message, &secret), "{number}");
        let event = message.event();
        assert_eq!(message.name(), number.to_string());
        assert_eq!(message.header("webhook-id"), event.cursor.to_string());
        assert_eq!(message.header("content-type"), "application/json");
        assert_eq!(event.org, admin.scope.org());
        assert!(last < Some(event.cursor));
        last = Some(event.cursor);
    }
    let delivered = node
        .until("all is noted", async || {
            let delivered = node.deliveries(&admin, &hook, "delivered").await;
            (delivered.len() == 50 && delivered[0]["event"] == last.expect("some").to_string())
                .then_some(delivered)
        })
        .await;
    assert_eq!((&delivered[0]["attempts"], &delivered[0]["status"]), (&json!(1), &json!(204)));
    assert!(receiver.is_quiet());
}

async fn a_receiver_that_fails_breaks_redirects_is_away_and_comes_back_misses_nothing(place: Place) {
    let (node, admin) = server(&place).await;
    let mut receiver = Receiver::start([]).await;
    let (hook, secret) = node.hook(&admin, &receiver.url()).await;
    receiver.will([Answer::Status(500), Answer::Break, Answer::Redirect]);
    for number in 0..3 {
        node.say(admin.scope, everybody(&admin), format!("{number}")).await;
    }
    let mut ids = Vec::new();
    for _ in 0..4 {
        let (message, _) = receiver.next().await;
        assert_eq!(message.name(), "0");
        assert!(is_signed(&message, &secret));
        ids.push(message.header("webhook-id").to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "the same at every try");
    for number in 1..3 {
        let (message, before) = receiver.taken().await;
        assert_eq!((message.name(), before), (number.to_string(), 0));
    }

    receiver.close().await;
    for number in 3..6 {
        node.say(admin.scope, everybody(&admin), format!("{number}")).await;
    }
    let failing = node
        .until("it is seen to fail", async || {
            let shown = node.show(&admin, &hook).await;
            (shown["attempts"].as_u64() > Some(u64::from(support::PACE.tries))).then_some(shown)
        })
        .await;
    assert_eq!(failing["state"], "active", "one that is away is waited for");
    assert!(failing["error"].as_str().expect("why").contains("cannot be reached"), "{failing}");
    assert!(failing["failing_since"].is_string() && failing["next_try_at"].is_string());
    receiver.open().await;
    for number in 3..6 {
        assert_eq!(receiver.taken().await.0.name(), number.to_string());
    }
    node.until("it is well", async || {
        let shown = node.show(&admin, &hook).await;
        (shown["failing_since"].is_null() && shown["error"].is_null()).then_some(())
    })
    .await;
    assert!(node.deliveries(&admin, &hook, "set_aside").await.is_empty());
}

async fn what_is_refused_again_and_again_is_set_aside_for_somebody_to_decide(place: Place) {
    let (node, admin) = server(&place).await;
    let mut receiver = Receiver::start([Answer::Status(422); 8]).await;
    let (hook, _) = node.hook(&admin, &receiver.url()).await;
    for name in ["poison", "bitter", "sweet"] {
        node.say(admin.scope, everybody(&admin), name).await;
    }
    let (sweet, refused) = receiver.taken().await;
    assert_eq!((sweet.name().as_str(), refused), ("sweet", 8));
    let aside = node.deliveries(&admin, &hook, "set_aside").await;
    let [bitter, poison] = &aside[..] else { panic!("two: {aside:?}") };
    assert_eq!((&poison["attempts"], &poison["status"]), (&json!(4), &json!(422)));
    let path = |delivery: &Value| {
        format!("/webhooks/{hook}/deliveries/{}", delivery["event"].as_str().expect("a cursor"))
    };

    let retry = format!("{}/retry", path(poison));
    assert_eq!(node.ask(&admin, Method::POST, &retry, None).await.0, StatusCode::ACCEPTED);
    let (message, _) = receiver.taken().await;
    assert_eq!(
        (message.name().as_str(), message.header("webhook-id")),
        ("poison", poison["event"].as_str().expect("text"))
    );
    assert_eq!(node.ask(&admin, Method::DELETE, &path(bitter), None).await.0, StatusCode::NO_CONTENT);
    node.until("nothing is left to decide", async || {
        let delivered = node.deliveries(&admin, &hook, "delivered").await.len();
        (delivered == 2 && node.deliveries(&admin, &hook, "waiting").await.is_empty()).then_some(())
    })
    .await;
    assert!(node.deliveries(&admin, &hook, "set_aside").await.is_empty());
    assert_eq!(node.deliveries(&admin, &hook, "discarded").await.len(), 1);
    let (status, refused) = node.ask(&admin, Method::DELETE, &path(bitter), None).await;
    assert_eq!((status, refused["status"].as_u64()), (StatusCode::CONFLICT, Some(409)));
    assert_eq!(
        node.ask(&admin, Method::POST, &format!("/webhooks/{hook}/deliveries/0-999999/retry"), None).await.0,
        StatusCode::NOT_FOUND
    );
    let (_, audited) = node.ask(&admin, Method::GET, "/audit?what=webhook.delivery.", None).await;
    let audited: Vec<&Value> =
        audited["items"].as_array().expect("items").iter().map(|entry| &entry["what"]).collect();
    assert_eq!(audited, ["webhook.delivery.discarded", "webhook.delivery.retried"]);
}

async fn a_receiver_that_is_gone_is_left_alone_until_somebody_sees_to_it(place: Place) {
    let (node, admin) = server(&place).await;
    let mut receiver = Receiver::start([Answer::Status(410)]).await;
    let (hook, _) = node.hook(&admin, &receiver.url()).await;
    node.say(admin.scope, everybody(&admin), "first").await;
    assert!(!receiver.next().await.1);
    let suspended = node
        .until("it is given up", async || {
            let shown = node.show(&admin, &hook).await;
            (shown["state"] == "suspended").then_some(shown)
        })
        .await;
    assert_eq!(suspended["reason"], "the receiver answered 410");
    node.say(admin.scope, everybody(&admin), "second").await;
    let settings = json!({ "name": "CRM", "url": receiver.url(), "kinds": ["skill.*"] });
    let (status, resumed) = node.ask(&admin, Method::PUT, &format!("/webhooks/{hook}"), Some(settings)).await;
    assert_eq!((status, resumed["state"].as_str()), (StatusCode::OK, Some("active")));
    for name in ["first", "second"] {
        assert_eq!(receiver.taken().await.0.name(), name);
    }
    let (status, _) = node.ask(&admin, Method::POST, &format!("/webhooks/{hook}/ping"), None).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(receiver.taken().await.0.event().kind, "webhook.pinged");

    assert_eq!(
        node.ask(&admin, Method::DELETE, &format!("/webhooks/{hook}"), None).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        node.ask(&admin, Method::GET, &format!("/webhooks/{hook}"), None).await.0,
        StatusCode::NOT_FOUND
    );
    let owned = async || node.cluster.owner(tandem_cluster::Kind::Webhook, &hook).await.expect("asked");
    node.until("nobody sends for it", async || owned().await.is_none().then_some(())).await;
}

async fn events_can_be_sent_again_from_anywhere(place: Place) {
    let (node, admin) = server(&place).await;
    let mut receiver = Receiver::start([]).await;
    node.say(admin.scope, everybody(&admin), "long ago").await;
    let (hook, _) = node.hook(&admin, &receiver.url()).await;
    node.say(admin.scope, everybody(&admin), "now").await;
    let now = receiver.taken().await.0;
    let replay = |after: &str| {
        let (path, body) = (format!("/webhooks/{hook}/replay"), json!({ "after": after }));
        let (node, admin) = (&node, &admin);
        async move { node.ask(admin, Method::POST, &path, Some(body)).await }
    };
    assert_eq!(replay("0-0").await.0, StatusCode::OK);
    let ids: Vec<_> = [receiver.taken().await.0, receiver.taken().await.0]
        .into_iter()
        .map(|message| (message.name(), message.header("webhook-id").to_owned()))
        .collect();
    assert_eq!(ids[0].0, "long ago");
    assert_eq!(ids[1], ("now".to_owned(), now.header("webhook-id").to_owned()));
    let (status, refused) = replay("9999999999-9").await;
    assert_eq!(
        (status, refused["errors"][0]["field"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("after"))
    );
}

async fn another_node_goes_on_where_one_stopped(place: Place) {
    let (node, admin) = server(&place).await;
    let mut receiver = Receiver::start([]).await;
    let (hook, _) = node.hook(&admin, &receiver.url()).await;
    node.say(admin.scope, everybody(&admin), "0").await;
    assert_eq!(receiver.taken().await.0.name(), "0");
    receiver.close().await;
    node.say(admin.scope, everybody(&admin), "1").await;
    node.until("it fails", async || {
        node.show(&admin, &hook).await["failing_since"].is_string().then_some(())
    })
    .await;
    node.stop().await;
    let node = Node::start(&place, "two").await;
    node.say(admin.scope, everybody(&admin), "2").await;
    receiver.open().await;
    for name in ["1", "2"] {
        assert_eq!(receiver.taken().await.0.name(), name);
    }
}

async fn of_those_who_read_the_same_one_changes_it(place: Place) {
    let (node, admin) = server(&place).await;
    let other = if place.is_shared() { Some(Node::start(&place, "two").await) } else { None };
    let nodes = [&node, other.as_ref().unwrap_or(&node)];
    // One that rests: how far it has come is part of what is read.
    let resting = |name: &str| json!({ "name": name, "url": "http://127.0.0.1:9/", "kinds": ["skill.*"], "paused": true });
    let (status, made) = node.ask(&admin, Method::POST, "/webhooks", Some(resting("CRM"))).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let hook = made["webhook"]["id"].as_str().expect("an id").to_owned();
    let path = format!("/webhooks/{hook}");
    for round in 0..5 {
        let (_, tag, _) = node.ask_if(&admin, Method::GET, &path, None, None).await;
        let tag = tag.expect("a tag");
        let writers = (0..6).map(|writer| {
            let settings = resting(&format!("{round}/{writer}"));
            nodes[writer % 2].ask_if(&admin, Method::PUT, &path, Some(&tag), Some(settings))
        });
        let answers = futures::future::join_all(writers).await;
        let won: Vec<_> = answers.iter().filter(|(status, ..)| *status == StatusCode::OK).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let lost = answers.iter().filter(|(status, ..)| *status == StatusCode::PRECONDITION_FAILED);
        assert_eq!(lost.count(), 5, "{answers:?}");
        assert_eq!(node.show(&admin, &hook).await["name"], won[0].2["name"]);
        let (status, ..) = node.ask_if(&admin, Method::DELETE, &path, Some(&tag), None).await;
        assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    }
    let (status, ..) = node.ask_if(&admin, Method::DELETE, &path, Some("*"), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

async fn whose_rights_end_is_told_nothing_more(place: Place) {
    let (node, admin) = server(&place).await;
    let second = node.person(admin.scope, "bob", Role::Admin).await;
    let mut receiver = Receiver::start([]).await;
    let (hook, _) = node.hook(&second, &receiver.url()).await;
    node.say(admin.scope, everybody(&admin), "allowed").await;
    assert_eq!(receiver.taken().await.0.name(), "allowed");
    let path = format!("/people/{}/roles", second.id);
    let (status, body) = node.ask(&admin, Method::PUT, &path, Some(json!({ "roles": ["agent"] }))).await;
    assert!(status.is_success(), "{body}");
    node.say(admin.scope, everybody(&admin), "not any more").await;
    let suspended = node
        .until("it is given up", async || {
            let shown = node.show(&admin, &hook).await;
            (shown["state"] == "suspended").then_some(shown)
        })
        .await;
    assert!(suspended["reason"].as_str().expect("why").contains("may not manage webhooks"), "{suspended}");
    assert!(receiver.is_quiet());
    // Who gives it another address is the one it is told for; with the same it stays as it is.
    let elsewhere = json!({ "name": "CRM", "url": format!("{}?2", receiver.url()), "kinds": ["skill.*"] });
    let (_, changed) = node.ask(&admin, Method::PUT, &format!("/webhooks/{hook}"), Some(elsewhere)).await;
    assert_eq!(changed["user"], admin.id.to_string());
    assert_eq!(receiver.taken().await.0.name(), "not any more");
}

async fn what_is_not_public_is_not_connected_to(place: Place) {
    let node = Node::reaching(&place, "one", &[]).await;
    let scope = node.org("acme").await;
    let admin = node.person(scope, "ada", Role::Admin).await;
    for url in [
        "http://127.0.0.1:9/",
        "https://127.0.0.1/",
        "https://[::ffff:169.254.169.254]/",
        "https://0x7f.1/",
        "http://crm.example/",
    ] {
        let settings = json!({ "name": "CRM", "url": url });
        let (status, refused) = node.ask(&admin, Method::POST, "/webhooks", Some(settings)).await;
        assert_eq!(
            (status, refused["errors"][0]["field"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("url")),
            "{url}"
        );
    }
    // A name is looked up when it is connected to.
    let mut receiver = Receiver::start([]).await;
    let url = format!("https://localhost:{}/", receiver.address.port());
    let (hook, _) = node.hook(&admin, &url).await;
    node.say(scope, Topic::org(scope.org()), "secret").await;
    let failing = node
        .until("it fails", async || {
            let shown = node.show(&admin, &hook).await;
            shown["error"].is_string().then_some(shown)
        })
        .await;
    assert_eq!(failing["error"], "the address is not a public one");
    assert!(receiver.is_quiet());
}

async fn a_secret_is_replaced_while_both_sign(place: Place) {
    let (node, admin) = server(&place).await;
    let mut receiver = Receiver::start([]).await;
    let (hook, old) = node.hook(&admin, &receiver.url()).await;
    let (status, made) = node.ask(&admin, Method::POST, &format!("/webhooks/{hook}/secret"), None).await;
    assert_eq!(status, StatusCode::OK);
    let new = made["secret"].as_str().expect("shown");
    node.say(admin.scope, everybody(&admin), "signed twice").await;
    let (message, _) = receiver.taken().await;
    assert!(is_signed(&message, &old) && is_signed(&message, new));
    assert_ne!(old, new);
    let (_, listed) = node.ask(&admin, Method::GET, "/webhooks", None).await;
    assert!(!listed.to_string().contains("whsec_"), "shown once");
}

async fn nobody_else_sees_or_changes_a_webhook(place: Place) {
    let (node, admin) = server(&place).await;
    let agent = node.person(admin.scope, "bob", Role::Agent).await;
    let other = node.org("other").await;
    let stranger = node.person(other, "eve", Role::Admin).await;
    let receiver = Receiver::start([]).await;
    let (hook, _) = node.hook(&admin, &receiver.url()).await;
    let settings = json!({ "name": "mine now", "url": receiver.url() });
    for (method, path, body) in [
        (Method::GET, "", None),
        (Method::PUT, "", Some(settings)),
        (Method::DELETE, "", None),
        (Method::POST, "/secret", None),
        (Method::POST, "/ping", None),
        (Method::POST, "/replay", Some(json!({ "after": "0-0" }))),
        (Method::GET, "/deliveries", None),
        (Method::POST, "/deliveries/0-1/retry", None),
        (Method::DELETE, "/deliveries/0-1", None),
    ] {
        let path = format!("/webhooks/{hook}{path}");
        let asked = node.ask(&stranger, method.clone(), &path, body.clone()).await.0;
        assert_eq!(asked, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(
            node.ask(&agent, method.clone(), &path, body).await.0,
            StatusCode::FORBIDDEN,
            "{method} {path}"
        );
    }
    let (_, listed) = node.ask(&stranger, Method::GET, "/webhooks", None).await;
    assert_eq!(listed["items"], json!([]));
    assert_eq!(node.show(&admin, &hook).await["name"], "CRM");
}
