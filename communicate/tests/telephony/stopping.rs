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
async fn calls_that_were_up_when_it_was_killed_are_ended_by_the_next_start() {
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
    let _bob = bobs.picks_up(alerting).await;
    let _ann = anns.answered(&dialling).await;
    let up = *world.calls().await.last().expect("a call");
    let before = world.record(up).await;
    assert!(before.ended_at.is_none());

    let world = world.restart().await;
    let record = world.over(up).await;
    assert_eq!(record.end_reason, Some(EndReason::Restart));
    assert_eq!((record.answered_at, record.legs.len()), (before.answered_at, before.legs.len()));
    for leg in &record.legs {
        assert_eq!((leg.state, leg.end_reason), (LegState::Ended, Some(EndReason::Restart)));
        assert_eq!(leg.ended_at, record.ended_at);
    }
    assert_eq!(world.record(finished.id).await, finished, "what was over stays as it was");
    assert_eq!(world.get("/calls?active=true").await["items"], serde_json::json!([]));

    // Once is enough: another start changes nothing more.
    let said = world.log(up).await.len();
    let world = world.restart().await;
    assert_eq!(world.log(up).await.len(), said);
}
