//! Calls, phones and numbers are their org's alone.

use serde_json::{Value, json};
use tandem_communicate::{control::CallError, directory::NumberError};
use tandem_core::OrgScope;
use tandem_proto::{
    DivisionId,
    api::{EndReason, Number, NumberTarget},
};
use tandem_sip::StatusCode;
use tandem_store::{Cause, StoreError};
use tandem_test_support::Postgres;

use crate::support::{World, person};

#[tokio::test]
async fn another_org_neither_sees_nor_steers_a_call() {
    let mut world = World::new().await;
    let mut app = world.app();
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    let incoming = app.incoming().await;
    let call = incoming.call;

    let identity = &world.server.identity;
    let stranger = identity.create_org("other").await.expect("an org");
    let eve = person(identity, stranger, "eve", "1001").await;
    let token = identity.issue_token(stranger, eve).await.expect("a token");
    assert_eq!(world.request(&token, &format!("GET /calls/{call}"), Value::Null).await.0, 404);
    assert_eq!(world.request(&token, &format!("POST /calls/{call}/hangup"), Value::Null).await.0, 404);
    assert_eq!(world.request(&token, &format!("GET /calls/{call}/tracks"), Value::Null).await.0, 404);
    let hold = json!({ "held": true });
    assert_eq!(world.request(&token, &format!("PUT /calls/{call}/hold"), hold).await.0, 404);
    let (status, calls) = world.request(&token, "GET /calls", Value::Null).await;
    assert_eq!((status, &calls["items"]), (200, &json!([])));

    let calls = world.server.communicate.calls();
    for refused in [
        calls.answer(stranger, call).await,
        calls.end(stranger, call, EndReason::Hangup).await,
        calls.play(stranger, call, incoming.leg, 1, vec![World::sound("beep")], false).await,
        calls.ring(stranger, call, eve, std::time::Duration::from_secs(1), true).await.map(drop),
    ] {
        assert!(matches!(refused, Err(CallError::UnknownCall(id)) if id == call), "{refused:?}");
    }
    // And a leg of ours cannot be rung by an org for somebody of another.
    let theirs = calls.ring(world.scope, call, eve, std::time::Duration::from_secs(1), true).await;
    assert!(matches!(theirs, Err(CallError::Unreachable)), "{theirs:?}");

    assert!(world.record(call).await.ended_at.is_none(), "it goes on as if nothing had been");
    calls.answer(world.scope, call).await.expect("answers");
    let talk = carrier.answered(&dialling).await;
    carrier.hangs_up(talk).await;
}

#[tokio::test]
async fn numbers_and_trunks_are_not_shared() {
    let world = World::new().await;
    let other = world.server.identity.create_org("other").await.expect("an org");
    let numbers = world.server.communicate.numbers();
    let division = DivisionId::home(other.org());
    let to = NumberTarget::User { user: world.bob };
    let ours = Number { number: World::BOBS_NUMBER.into(), to, division };
    let stolen = numbers.set(other, Cause::SYSTEM, ours).await;
    assert!(matches!(stolen, Err(NumberError::Store(StoreError::Conflict { .. }))), "{stolen:?}");

    // A number of the other org's is not reached by way of our trunk, nor from our phones.
    let user = person(&world.server.identity, other, "eve", "1003").await;
    let theirs = Number { number: "+15550300".into(), to: NumberTarget::User { user }, division };
    numbers.set(other, Cause::SYSTEM, theirs).await.expect("a number");
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial("+15550300").await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::UNAUTHORIZED, "a stranger is challenged");
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    for dialled in ["+15550300", "1003"] {
        let dialling = anns.dial(dialled).await;
        assert_eq!(anns.refused(&dialling).await, StatusCode::NOT_FOUND, "{dialled}");
    }
}

/// What somebody sees of phones, numbers and calls, and who an extension leads to.
async fn seen(world: &World, scope: OrgScope, token: &str) -> [usize; 4] {
    let mut counts = Vec::new();
    for path in ["/phones", "/numbers", "/calls"] {
        let (status, list) = world.request(token, &format!("GET {path}"), Value::Null).await;
        assert_eq!(status, 200, "{path}: {list}");
        counts.push(list["items"].as_array().expect("a list").len());
    }
    let led = world.server.identity.by_extension(scope, "1001").await.expect("the store answers");
    counts.push(usize::from(led.is_some()));
    counts.try_into().expect("four")
}

// Several threads: one of them is blocked while the server is told something, and connections come back to the pool meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_forgets_its_org_shows_nothing_of_another() {
    let postgres = Postgres::start();
    let world = World::on(postgres.url()).await;
    let identity = &world.server.identity;
    let ann = identity.issue_token(world.scope, world.ann).await.expect("a token");
    let other = identity.create_org("other").await.expect("an org");
    let eve = person(identity, other, "eve", "1003").await;
    let eve = identity.issue_token(other, eve).await.expect("a token");
    let [_desk] = world.phones(world.ann, "ann-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    carrier.refused(&dialling).await;
    let call = world.the_call().await;
    world.over(call).await;

    postgres.forget_orgs("tandem", &["users", "phones", "numbers", "calls"]);
    assert_eq!(seen(&world, world.scope, &ann).await, [1, 2, 1, 1], "their own");
    assert_eq!(seen(&world, other, &eve).await, [0; 4], "the wall stands");
    assert_eq!(world.request(&eve, &format!("GET /calls/{call}"), Value::Null).await.0, 404);

    // It is the wall that did it.
    postgres.drop_walls("tandem");
    assert_eq!(seen(&world, other, &eve).await, [1, 2, 1, 1], "no wall is left");
    assert_eq!(world.request(&eve, &format!("GET /calls/{call}"), Value::Null).await.0, 200);
}
