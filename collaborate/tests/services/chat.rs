//! Two people chat; several at once; nobody reads what is not theirs.

use std::collections::BTreeSet;

use crate::world::World;
use serde_json::{Value, json};
use tandem_core::RequestContext;
use tandem_edge::TopicAuthority;
use tandem_proto::{
    ChatId, Topic,
    api::Role,
    events::chat::{ChatCreated, ChatRead, MessageDeleted, MessageEdited, MessagePosted},
    ws::Signal,
};
use uuid::Uuid;

async fn direct(world: &World, me: &RequestContext, other: &RequestContext) -> String {
    let chat = world.ok(me, "POST /chats", json!({ "kind": "direct", "members": [other.user] })).await;
    chat["id"].as_str().expect("an id").to_owned()
}

async fn post(world: &World, me: &RequestContext, chat: &str, text: &str) -> Value {
    let body = json!({ "client_id": Uuid::new_v4(), "text": text });
    world.ok(me, &format!("POST /chats/{chat}/messages"), body).await
}

async fn unread(world: &World, me: &RequestContext, chat: &str) -> i64 {
    world.ok(me, &format!("GET /chats/{chat}"), Value::Null).await["unread"].as_i64().expect("a number")
}

#[tokio::test]
async fn two_people_chat() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let mut signals = world.bus.subscribe();
    let chat = direct(&world, &ada, &ben).await;

    let hello = post(&world, &ada, &chat, "hello").await;
    assert_eq!((&hello["seq"], &hello["author"]), (&json!(1), &json!(ada.user)));
    assert_eq!(unread(&world, &ada, &chat).await, 0, "one's own messages are not unread");
    assert_eq!(unread(&world, &ben, &chat).await, 1);

    world.ok(&ben, &format!("POST /chats/{chat}/typing"), Value::Null).await;
    let typing = signals.recv().await.expect("a signal");
    assert!(matches!(*typing.signal, Signal::Typing { user, .. } if user == ben.user));
    assert_eq!(typing.topic, Topic::from_text(format!("chat:{chat}")));

    post(&world, &ben, &chat, "hi").await;
    world.ok(&ben, &format!("PUT /chats/{chat}/read"), json!({ "seq": 1 })).await;
    assert_eq!((unread(&world, &ada, &chat).await, unread(&world, &ben, &chat).await), (1, 0));

    let list = world.ok(&ben, "GET /chats", Value::Null).await;
    assert_eq!(list["items"][0]["last_message"]["text"], "hi");
    let history = world.ok(&ada, &format!("GET /chats/{chat}/messages"), Value::Null).await;
    let texts: Vec<_> =
        history["items"].as_array().expect("a list").iter().map(|m| m["text"].clone()).collect();
    assert_eq!(texts, ["hi", "hello"]);

    let posted = world.log::<MessagePosted>(ada.scope).await;
    assert_eq!(posted.iter().map(|event| event.message.seq).collect::<Vec<_>>(), [1, 2]);
    let read = world.events::<ChatRead>(ada.scope).await;
    assert_eq!(
        (read.len(), &read[0].topics),
        (1, &vec![Topic::user(ben.user)]),
        "for the reader's devices only"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_has_one_direct_chat_also_when_both_ask_at_once() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let asked = [(&ada, &ben), (&ben, &ada), (&ada, &ben), (&ben, &ada)].map(|(me, other)| {
        let body = json!({ "kind": "direct", "members": [other.user] });
        world.request(me, "POST /chats", body)
    });
    let answers = futures::future::join_all(asked).await;
    let ids: BTreeSet<_> = answers.iter().map(|(_, chat)| chat["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(
        answers.iter().filter(|(status, _)| *status == 201).count(),
        1,
        "made once, found three times"
    );

    let created = world.events::<ChatCreated>(ada.scope).await;
    assert_eq!(created.len(), 1);
    for member in [&ada, &ben] {
        assert!(created[0].topics.contains(&Topic::user(member.user)));
        assert!(world.collaborate.chats().regrants(&created[0]).concerns(member.user));
        assert_eq!(world.collaborate.chats().topics(member.clone()).await.len(), 1);
    }
    assert!(created[0].topics.iter().any(|topic| topic.as_str().starts_with("chat:")));
    let eve = world.person(ada.scope, "eve", Role::Agent).await;
    assert!(!world.collaborate.chats().regrants(&created[0]).concerns(eve.user));
    assert!(world.collaborate.chats().topics(eve).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_leave_no_hole() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let chat = direct(&world, &ada, &ben).await;
    let posts = (0..50).map(|n| post(&world, if n % 2 == 0 { &ada } else { &ben }, &chat, "now"));
    let mut seqs: Vec<_> = futures::future::join_all(posts)
        .await
        .iter()
        .map(|message| message["seq"].as_i64().expect("seq"))
        .collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=50).collect::<Vec<_>>());
    let logged: Vec<_> =
        world.log::<MessagePosted>(ada.scope).await.iter().map(|event| event.message.seq).collect();
    assert_eq!(logged, (1..=50).collect::<Vec<_>>(), "the log has the chat's order");
    assert_eq!((unread(&world, &ada, &chat).await, unread(&world, &ben, &chat).await), (25, 25));
}

#[tokio::test]
async fn posting_again_is_no_second_message() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let chat = direct(&world, &ada, &ben).await;
    let path = format!("POST /chats/{chat}/messages");
    let client_id = Uuid::new_v4();
    let (first_status, first) =
        world.request(&ada, &path, json!({ "client_id": client_id, "text": "once" })).await;
    let (again_status, again) =
        world.request(&ada, &path, json!({ "client_id": client_id, "text": "twice" })).await;
    assert_eq!((first_status, again_status), (201, 200));
    assert_eq!(first, again);
    assert_eq!(world.log::<MessagePosted>(ada.scope).await.len(), 1);

    let (status, _) = world.request(&ben, &path, json!({ "client_id": client_id, "text": "mine" })).await;
    assert_eq!(status, 201, "another author's ids are their own");
    let group = world.ok(&ada, "POST /chats", json!({ "kind": "group", "members": [ben.user] })).await;
    let path = format!("POST /chats/{}/messages", group["id"].as_str().expect("an id"));
    let (status, problem) =
        world.request(&ada, &path, json!({ "client_id": client_id, "text": "once" })).await;
    assert_eq!((status, &problem["type"]), (409, &json!("https://tandem.dev/problems/client-id-taken")));
}

#[tokio::test]
async fn only_the_author_edits_and_deletes() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let chat = direct(&world, &ada, &ben).await;
    let message = post(&world, &ada, &chat, "helo").await;
    let path = format!("/chats/{chat}/messages/{}", message["id"].as_str().expect("an id"));

    for (what, body) in [("PATCH", json!({ "text": "mine now" })), ("DELETE", Value::Null)] {
        let (status, problem) = world.request(&ben, &format!("{what} {path}"), body).await;
        assert_eq!((status, &problem["type"]), (403, &json!("https://tandem.dev/problems/not-the-author")));
    }
    let edited = world.ok(&ada, &format!("PATCH {path}"), json!({ "text": "hello" })).await;
    assert_eq!(edited["text"], "hello");
    assert!(!edited["edited_at"].is_null());
    let same = world.ok(&ada, &format!("PATCH {path}"), json!({ "text": "hello" })).await;
    assert_eq!(same, edited, "the same text is no edit");
    assert_eq!(world.log::<MessageEdited>(ada.scope).await.len(), 1);

    for _ in 0..2 {
        assert_eq!(world.request(&ada, &format!("DELETE {path}"), Value::Null).await.0, 204);
    }
    assert_eq!(world.log::<MessageDeleted>(ada.scope).await.len(), 1);
    let (status, _) = world.request(&ada, &format!("PATCH {path}"), json!({ "text": "back" })).await;
    assert_eq!(status, 409);
    let history = world.ok(&ben, &format!("GET /chats/{chat}/messages"), Value::Null).await;
    let left = &history["items"][0];
    assert_eq!((&left["seq"], &left["text"], &left["deleted"]), (&json!(1), &json!(""), &json!(true)));
    assert_eq!(unread(&world, &ben, &chat).await, 0, "what was deleted is not unread");
}

/// Random posts, deletions and reading against a plain list of what everybody has to see.
#[tokio::test]
async fn unread_is_exact() {
    let world = World::new().await;
    let people = world.agents(["ada", "ben", "cem"]).await;
    let members: Vec<_> = people.iter().map(|ctx| ctx.user).collect();
    let group = world
        .ok(&people[0], "POST /chats", json!({ "kind": "group", "members": members, "title": "Three" }))
        .await;
    let chat = group["id"].as_str().expect("an id").to_owned();
    let mut messages: Vec<(usize, String, bool)> = Vec::new();
    let mut read = [0_usize; 3];
    let mut seed = 0x5eed_u64;
    let mut random = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % bound
    };
    for step in 0..150 {
        let who = random(3);
        match random(5) {
            0 if !messages.is_empty() => {
                let at = random(messages.len());
                let (author, id, deleted) = &mut messages[at];
                world.ok(&people[*author], &format!("DELETE /chats/{chat}/messages/{id}"), Value::Null).await;
                *deleted = true;
            }
            1 => {
                let seq = random(messages.len() + 1);
                world.ok(&people[who], &format!("PUT /chats/{chat}/read"), json!({ "seq": seq })).await;
                read[who] = read[who].max(seq);
            }
            _ => {
                let message = post(&world, &people[who], &chat, "text").await;
                messages.push((who, message["id"].as_str().expect("an id").to_owned(), false));
            }
        }
        for (reader, ctx) in people.iter().enumerate() {
            let expected = messages
                .iter()
                .skip(read[reader])
                .filter(|(author, _, deleted)| *author != reader && !deleted)
                .count();
            let seen = unread(&world, ctx, &chat).await;
            assert_eq!(seen, i64::try_from(expected).expect("few"), "step {step}, reader {reader}");
        }
    }
}

#[tokio::test]
async fn reading_only_moves_forward() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let chat = direct(&world, &ada, &ben).await;
    for text in ["one", "two", "three"] {
        post(&world, &ada, &chat, text).await;
    }
    let path = format!("PUT /chats/{chat}/read");
    for seq in [2, 1, 2] {
        assert_eq!(world.request(&ben, &path, json!({ "seq": seq })).await.0, 204);
    }
    assert_eq!(world.ok(&ben, &format!("GET /chats/{chat}"), Value::Null).await["read_seq"], 2);
    assert_eq!(world.log::<ChatRead>(ada.scope).await.len(), 1);
    for seq in [-1, 4] {
        let (status, problem) = world.request(&ben, &path, json!({ "seq": seq })).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("seq")));
    }
}

#[tokio::test]
async fn pages_neither_skip_nor_repeat() {
    let world = World::new().await;
    let [ada, ben, cem] = world.agents(["ada", "ben", "cem"]).await;
    let chat = direct(&world, &ada, &ben).await;
    for n in 1..=7 {
        post(&world, &ada, &chat, &n.to_string()).await;
    }
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let path = format!("GET /chats/{chat}/messages?limit=2&after=1&before=7{next}");
        let page = world.ok(&ben, &path, Value::Null).await;
        seen.extend(
            page["items"].as_array().expect("a list").iter().map(|m| m["seq"].as_i64().expect("seq")),
        );
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, [6, 5, 4, 3, 2]);

    // All three were made in the same microsecond: the order must still be one.
    direct(&world, &ada, &cem).await;
    world.ok(&ada, "POST /chats", json!({ "kind": "group", "members": [cem.user], "title": "Both" })).await;
    let mut chats = BTreeSet::new();
    let mut next = String::new();
    for _ in 0..3 {
        let page = world.ok(&ada, &format!("GET /chats?limit=1{next}"), Value::Null).await;
        chats.insert(page["items"][0]["id"].to_string());
        next = page["next"].as_str().map_or(String::new(), |cursor| format!("&cursor={cursor}"));
    }
    assert_eq!((chats.len(), next.as_str()), (3, ""));
}

#[tokio::test]
async fn the_chat_posted_to_last_comes_first() {
    let world = World::new().await;
    let [ada, ben, cem] = world.agents(["ada", "ben", "cem"]).await;
    let with_ben = direct(&world, &ada, &ben).await;
    world.pass(std::time::Duration::from_millis(5)).await;
    let with_cem = direct(&world, &ada, &cem).await;
    world.pass(std::time::Duration::from_millis(5)).await;
    let first = |list: Value| list["items"][0]["id"].as_str().map(str::to_owned);
    assert_eq!(first(world.ok(&ada, "GET /chats", Value::Null).await), Some(with_cem));
    post(&world, &ben, &with_ben, "up").await;
    assert_eq!(first(world.ok(&ada, "GET /chats", Value::Null).await), Some(with_ben));
}

#[tokio::test]
async fn bad_input_is_named() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let chat = direct(&world, &ada, &ben).await;
    let post = format!("POST /chats/{chat}/messages");
    let id = Uuid::new_v4();
    let long = "x".repeat(16_001);
    let nobody = tandem_proto::UserId::generate();
    for (what, body, status, field) in [
        (post.as_str(), json!({ "client_id": id, "text": "  " }), 422, "text"),
        (&post, json!({ "client_id": id, "text": long }), 422, "text"),
        (&post, json!({ "client_id": id, "text": "a\u{0}b" }), 422, "text"),
        (&post, json!({ "client_id": id, "text": "x", "colour": 1 }), 422, "colour"),
        ("POST /chats", json!({ "kind": "direct", "members": [] }), 422, "members"),
        ("POST /chats", json!({ "kind": "direct", "members": [ada.user] }), 422, "members"),
        ("POST /chats", json!({ "kind": "direct", "members": [ben.user], "title": "T" }), 422, "title"),
        ("POST /chats", json!({ "kind": "group", "members": [ben.user], "title": "" }), 422, "title"),
        ("POST /chats", json!({ "kind": "group", "members": vec![ben.user; 1_001] }), 422, "members"),
        ("POST /chats", json!({ "kind": "group", "members": [ben.user, nobody] }), 404, "members[1]"),
        ("GET /chats?limit=0", Value::Null, 422, "limit"),
        ("GET /chats?cursor=mine", Value::Null, 422, "cursor"),
    ] {
        let (answered, problem) = world.request(&ada, what, body).await;
        assert_eq!((answered, &problem["errors"][0]["field"]), (status, &json!(field)), "{what}: {problem}");
    }
}

/// Every route, for somebody of another org and for somebody of this one who is not a member.
#[tokio::test]
async fn who_is_not_a_member_learns_nothing() {
    let world = World::new().await;
    let [ada, ben, eve] = world.agents(["ada", "ben", "eve"]).await;
    let elsewhere = world.org("elsewhere").await;
    let mallory = world.person(elsewhere, "mallory", Role::Admin).await;
    let chat = direct(&world, &ada, &ben).await;
    let message = post(&world, &ada, &chat, "between us").await;
    let message = format!("/chats/{chat}/messages/{}", message["id"].as_str().expect("an id"));
    for stranger in [&mallory, &eve] {
        for (what, body) in [
            (format!("GET /chats/{chat}"), Value::Null),
            (format!("GET /chats/{chat}/messages"), Value::Null),
            (
                format!("POST /chats/{chat}/messages"),
                json!({ "client_id": Uuid::new_v4(), "text": "let me in" }),
            ),
            (format!("PATCH {message}"), json!({ "text": "forged" })),
            (format!("DELETE {message}"), Value::Null),
            (format!("PUT /chats/{chat}/read"), json!({ "seq": 1 })),
            (format!("POST /chats/{chat}/typing"), Value::Null),
        ] {
            let (status, problem) = world.request(stranger, &what, body).await;
            assert_eq!(
                (status, &problem["type"]),
                (404, &json!("https://tandem.dev/problems/not-found")),
                "{what}"
            );
        }
        assert_eq!(world.ok(stranger, "GET /chats", Value::Null).await["items"], json!([]));
    }
    for kind in ["direct", "group"] {
        let (status, _) =
            world.request(&mallory, "POST /chats", json!({ "kind": kind, "members": [ada.user] })).await;
        assert_eq!(status, 404, "people of another org cannot be drawn into a chat");
    }
    let missing = ChatId::generate();
    assert_eq!(world.request(&ada, &format!("GET /chats/{missing}"), Value::Null).await.0, 404);
    assert_eq!(world.log::<MessagePosted>(ada.scope).await.len(), 1);
}

#[tokio::test]
async fn acknowledged_messages_outlive_the_process() {
    let world = World::new().await;
    let [ada, ben] = world.agents(["ada", "ben"]).await;
    let chat = direct(&world, &ada, &ben).await;
    post(&world, &ada, &chat, "remember").await;
    let world = world.restart().await;
    let history = world.ok(&ben, &format!("GET /chats/{chat}/messages"), Value::Null).await;
    assert_eq!(history["items"][0]["text"], "remember");
    assert_eq!(post(&world, &ben, &chat, "I do").await["seq"], 2);
}
