//! An event of one org is seen by nobody of another, of whatever kind it is and whatever topics it carries.

use std::collections::BTreeSet;

use crate::support::{Server, cause};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tandem_core::OrgScope;
use tandem_proto::{ChatId, EventData, QueueId, Stream, Topic, api::Role, events, ws::Signal};
use tandem_store::{Expect, StoreError, Tx};
use tandem_test_support::Postgres;

/// Appends an event of each kind, with the payload the store's golden fixture has.
macro_rules! kinds {
    ($($kind:literal),+ $(,)?) => {
        const KINDS: &[&str] = &[$($kind),+];

        async fn append_all(tx: &mut Tx, topics: &[Topic]) -> Result<(), StoreError> {
            $({
                #[derive(Serialize, Deserialize)]
                #[serde(transparent)]
                struct Golden(Value);
                impl EventData for Golden {
                    const KIND: &'static str = $kind;
                    const SCHEMA: u16 = 1;
                }
                let payload = include_str!(concat!("../../../store/tests/golden/", $kind, ".v1.json"));
                let event = Golden(serde_json::from_str(payload).expect("JSON"));
                tx.append(Stream::org(tx.scope().org()), Expect::Any, topics, &event).await?;
            })+
            Ok(())
        }
    };
}

kinds! {
    "agent.skills.set",
    "agent.status.changed",
    "call.conversation",
    "call.ended",
    "call.leg.added",
    "call.leg.answered",
    "call.leg.dtmf",
    "call.leg.ended",
    "call.leg.held",
    "call.leg.muted",
    "call.leg.replaced",
    "call.leg.ringing",
    "call.leg.transferred",
    "call.started",
    "chat.created",
    "chat.message.deleted",
    "chat.message.edited",
    "chat.message.posted",
    "chat.read",
    "client.changed",
    "client.removed",
    "client.secret.changed",
    "conversation.attributes.set",
    "conversation.ended",
    "conversation.segment.ended",
    "conversation.segment.started",
    "conversation.started",
    "conversation.wrap_up.given",
    "division.changed",
    "division.removed",
    "division.things.moved",
    "flow.published",
    "grant.ended",
    "grant.given",
    "group.changed",
    "group.member.added",
    "group.member.removed",
    "group.removed",
    "group.roles.set",
    "identity_provider.changed",
    "identity_provider.removed",
    "invitation.withdrawn",
    "job.dead_lettered",
    "job.discarded",
    "job.retried",
    "number.set",
    "org.created",
    "org.key.rotated",
    "org.limit.set",
    "passkey.added",
    "passkey.removed",
    "passkey.renamed",
    "password.reset",
    "password.reset.requested",
    "person.invited",
    "phone.created",
    "phone.registered",
    "phone.unregistered",
    "presence.changed",
    "queue.changed",
    "role.changed",
    "role.removed",
    "routing.left",
    "routing.offer.ended",
    "routing.offered",
    "routing.queued",
    "routing.rekeyed",
    "routing.released",
    "routing.wrap_up.started",
    "session.ended",
    "session.started",
    "sign_in.settings.changed",
    "skill.created",
    "token.created",
    "trunk.removed",
    "trunk.set",
    "user.changed",
    "user.created",
    "user.deactivated",
    "user.email.set",
    "user.erased",
    "user.grants.set",
    "user.linked",
    "user.password.changed",
    "user.reactivated",
    "user.roles.set",
    "user.second_factor.changed",
    "webhook.changed",
    "webhook.delivery.discarded",
    "webhook.delivery.retried",
    "webhook.delivery.set_aside",
    "webhook.pinged",
    "webhook.removed",
    "webhook.replayed",
    "webhook.secret.changed",
    "webhook.suspended",
    "wrap_up_code.created"
}

#[test]
fn every_kind_is_tried() {
    let known: BTreeSet<&str> = events::all().map(|event| event.kind).collect();
    assert_eq!(KINDS.iter().copied().collect::<BTreeSet<_>>(), known);
}

async fn kinds_of(server: &Server, token: &str, query: &str) -> BTreeSet<String> {
    let (status, page) =
        server.ask(token, Method::GET, &format!("/events?limit=200&{query}"), Value::Null).await;
    assert_eq!(status, 200, "{page}");
    let items = page["items"].as_array().expect("items");
    items.iter().map(|event| event["type"].as_str().expect("a kind").to_owned()).collect()
}

/// Theirs are even granted our topics, as a mistake of an authority would: an event's org counts for itself.
async fn nobody_sees_anothers(server: Server) {
    let (ours, theirs): (OrgScope, OrgScope) = (server.org("acme").await, server.org("globex").await);
    let (ada, our_token) = server.person(ours, "ada", vec![Role::Admin]).await;
    let (hank, their_token) = server.person(theirs, "hank", vec![Role::Admin]).await;
    let (chat, queue) = (ChatId::generate(), QueueId::generate());
    let mut topics = vec![Topic::chat(chat), Topic::queue(queue), Topic::user(ada.id), Topic::user(hank.id)];
    for org in [ours.org(), theirs.org()] {
        topics.extend([Topic::org(org), Topic::admins(org), Topic::supervisors(org)]);
    }
    server.granted.0.lock().expect("unpoisoned").extend(topics.iter().cloned());
    // Of the log as it is; the node may not have noticed yet how far it is.
    let (_, page) = server.ask(&their_token, Method::GET, "/events?limit=200", Value::Null).await;
    let before = page["next"].as_str().expect("a cursor").to_owned();
    let mut live = server.connect(&their_token).await;
    live.subscribe(None).await;

    let carried = topics.clone();
    let appended = server
        .store
        .write(ours, cause(), move |tx| Box::pin(async move { Box::pin(append_all(tx, &carried)).await }));
    appended.await.expect("appended");
    server.say(theirs, Topic::org(theirs.org()), "theirs").await;

    assert_eq!(live.event().await.0, "theirs", "nothing came before it on a socket");
    let mut resumed = server.connect(&their_token).await;
    resumed.subscribe(Some(&before)).await;
    assert_eq!(resumed.event().await.0, "theirs", "nothing came before it on one that resumes");
    let mut named = server.connect(&their_token).await;
    named.request("subscribe", json!({ "topics": topics, "after": before })).await;
    assert_eq!(named.event().await.0, "theirs", "nor where topics are named");
    let mine = BTreeSet::from(["skill.created".to_owned()]);
    let after = format!("after={before}");
    assert_eq!(kinds_of(&server, &their_token, &after).await, mine);
    for topic in &topics {
        let seen = kinds_of(&server, &their_token, &format!("{after}&topics={topic}")).await;
        assert!(seen.is_subset(&mine), "{topic}: {seen:?}");
    }
    let all: BTreeSet<String> = KINDS.iter().map(|kind| (*kind).to_owned()).collect();
    assert_eq!(kinds_of(&server, &our_token, &after).await, all, "whose they are sees them");

    // What is for the moment only is as apart.
    let signal = |_| Signal::RtcLost { device: tandem_proto::DeviceId::generate() };
    for topic in &topics {
        server.bus.publish(ours, topic.clone(), signal(topic));
    }
    server.bus.publish(theirs, Topic::queue(queue), signal(&topics[0]));
    loop {
        let frame = live.frame().await.expect("a frame");
        if frame["type"] == "signal" {
            assert_eq!(frame["topic"], Topic::queue(queue).as_str(), "theirs is the first");
            break;
        }
    }
}

#[tokio::test]
async fn nobody_sees_anothers_on_sqlite() {
    nobody_sees_anothers(Server::start().await).await;
}

#[tokio::test]
async fn nobody_sees_anothers_on_postgres() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    nobody_sees_anothers(Server::start_on(&postgres.url(), tempfile::tempdir().expect("a folder")).await)
        .await;
}
