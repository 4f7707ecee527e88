//! The server stops: politely, and not.

use tandem_proto::api::{EndReason, LegState};
use tandem_sip::StatusCode;

use crate::support::{World, in_time};

#[tokio::test]
async fn a_drain_says_goodbye_to_everybody_and_takes_no_more_calls() {
    let mut world = World::new().await;
    let mut app = world.app();
    let (mut anns, mut bobs) = world.two_phones().await;
    let dialling = anns.dial("1002").await;
    let alerting = bobs.rings().await;
    let bob = bobs.picks_up(alerting).await;
    let ann = anns.answered(&dialling).await;
    let talking = world.the_call().await;
    let mut carrier = world.carrier().await;
    let waiting = carrier.dial(World::FLOW_NUMBER).await;
    let unanswered = app.incoming().await.call;

    let draining = world.server.communicate.clone();
    let drained = tokio::spawn(async move { draining.drain().await });
    anns.is_hung_up(ann).await;
    bobs.is_hung_up(bob).await;
    assert!(carrier.refused(&waiting).await.code() >= 500, "try elsewhere");
    in_time("the drain", drained).await.expect("drains");

    for call in [talking, unanswered] {
        let record = world.over(call).await;
        assert_eq!(record.end_reason, Some(EndReason::Restart));
        assert!(record.legs.iter().all(|leg| leg.end_reason == Some(EndReason::Restart)), "{record:?}");
    }
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn calls_that_were_up_when_it_was_killed_come_back() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let mut carrier = world.carrier().await;
    let finished = carrier.dial("+15550100").await;
    let alerting = bobs.rings().await;
    bobs.refuses(&alerting, StatusCode::BUSY_HERE).await;
    assert_eq!(carrier.refused(&finished).await, StatusCode::BUSY_HERE);
    let finished = world.over(world.the_call().await).await;

    let dialling = anns.dial("1002").await;
    let alerting = bobs.rings().await;
    let mut bob = bobs.picks_up(alerting).await;
    let mut ann = anns.answered(&dialling).await;
    let up = *world.calls().await.last().expect("a call");
    let before = world.record(up).await;
    assert!(before.ended_at.is_none());

    let world = world.restart().await;
    let numbers = tokio::join!(anns.is_reoffered(&mut ann), bobs.is_reoffered(&mut bob));
    assert!(
        numbers.0 > 1_000 && numbers.1 > 1_000,
        "numbers that may have been used are left out: {numbers:?}"
    );
    anns.is_heard_by(&ann, &bobs).await;
    bobs.is_heard_by(&bob, &anns).await;
    assert_eq!(world.record(up).await, before, "nothing happened to the call");
    assert_eq!(world.record(finished.id).await, finished, "what was over stays as it was");

    // And once more, without anybody hearing of it in between.
    let world = world.restart().await;
    tokio::join!(anns.is_reoffered(&mut ann), bobs.is_reoffered(&mut bob));
    bobs.hangs_up(bob).await;
    anns.is_hung_up(ann).await;
    let record = world.over(up).await;
    assert_eq!(record.end_reason, Some(EndReason::Hangup));
    let world = world.restart().await;
    assert_eq!(world.get("/calls?active=true").await["items"], serde_json::json!([]));
    assert_eq!(world.record(up).await, record);
}

#[tokio::test]
async fn a_phone_that_knows_nothing_of_the_call_any_more_ends_it() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let dialling = anns.dial("1002").await;
    let alerting = bobs.rings().await;
    let mut bob = bobs.picks_up(alerting).await;
    let mut ann = anns.answered(&dialling).await;
    let call = world.the_call().await;
    world.is_settled(call).await;
    let world = world.restart().await;
    bobs.refuses_reoffer(&mut bob, StatusCode::NO_SUCH_DIALOG).await;
    anns.is_reoffered(&mut ann).await;
    anns.is_hung_up(ann).await;
    let record = world.over(call).await;
    let ends: Vec<_> = record.legs.iter().map(|leg| (leg.caller, leg.end_reason)).collect();
    assert!(ends.contains(&(false, Some(EndReason::Restart))), "{ends:?}");
    assert!(record.legs.iter().all(|leg| leg.state == LegState::Ended));
}

#[tokio::test]
async fn a_caller_who_waited_when_it_was_killed_is_still_answered() {
    let mut world = World::new().await;
    let mut app = world.app();
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    let call = app.incoming().await.call;
    let world = world.restart().await;
    world.server.communicate.calls().answer(world.scope, call).await.expect("answers");
    let talk = carrier.answered(&dialling).await;
    world.server.communicate.calls().end(world.scope, call, EndReason::Hangup).await.expect("ends");
    carrier.is_hung_up(talk).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}
