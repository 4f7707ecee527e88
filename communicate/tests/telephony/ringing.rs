//! From the INVITE to the answer, or to why there is none.

use std::time::Duration;

use serde_json::json;
use tandem_proto::{
    api::{EndReason, LegKind, LegState},
    events::call::LegRinging,
};
use tandem_sip::StatusCode;

use crate::support::{Limits, World, caller, rung};

#[tokio::test]
async fn the_first_phone_that_answers_takes_the_call_and_the_other_stops_ringing() {
    let world = World::new().await;
    let [mut desk, mut kitchen] = world.phones(world.bob, "bob-desk").await;
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    let dialling = anns.dial("1002").await;
    let at_desk = desk.rings().await;
    let in_kitchen = kitchen.rings().await;
    assert_eq!(at_desk.invite.from.uri.user().as_deref(), Some("1001"), "Bob sees who calls");
    anns.hears_ringing(&dialling).await;

    let talk = kitchen.picks_up(in_kitchen).await;
    anns.answered(&dialling).await;
    desk.stops_ringing(&at_desk).await;
    kitchen.hangs_up(talk).await;

    let call = world.over(world.the_call().await).await;
    let mut reasons: Vec<_> =
        rung(&call).iter().map(|leg| (leg.answered_at.is_some(), leg.end_reason)).collect();
    reasons.sort_by_key(|(answered, _)| *answered);
    assert_eq!(reasons, [(false, Some(EndReason::AnsweredElsewhere)), (true, Some(EndReason::Hangup))]);
}

#[tokio::test]
async fn both_phones_answer_at_once_and_only_one_talks() {
    let world = World::new().await;
    let [mut desk, mut kitchen] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let (at_desk, in_kitchen) = (desk.rings().await, kitchen.rings().await);
    let (one, other) = tokio::join!(desk.picks_up(at_desk), kitchen.picks_up(in_kitchen));
    let talk = carrier.answered(&dialling).await;

    let connected = |call: &tandem_proto::api::Call| {
        rung(call).iter().filter(|leg| leg.state == LegState::Connected).count()
    };
    let call = world.the_call().await;
    assert_eq!(connected(&world.record(call).await), 1);
    carrier.hangs_up(talk).await;
    // Whoever came too late is told at once, whoever talked when the caller hung up.
    tokio::join!(desk.is_hung_up(one), kitchen.is_hung_up(other));
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn a_browser_answers_and_the_phone_stops_ringing() {
    let world = World::new().await;
    let [mut desk] = world.phones(world.bob, "bob-desk").await;
    let (token, device) = world.browser(world.bob).await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let at_desk = desk.rings().await;
    let call = world.the_call().await;
    let path = format!("POST /calls/{call}/answer");
    let (status, body) = world.request(&token, &path, json!({ "device": device })).await;
    assert_eq!(status, 200, "{body}");
    let talk = carrier.answered(&dialling).await;
    desk.stops_ringing(&at_desk).await;
    let (status, body) = world.request(&token, &path, json!({ "device": device })).await;
    assert_eq!(
        (status, body["type"].as_str()),
        (409, Some("https://tandem.dev/problems/wrong-call-state")),
        "{body}"
    );
    carrier.hangs_up(talk).await;
    let call = world.over(call).await;
    let web = rung(&call).into_iter().find(|leg| leg.kind == LegKind::Web).expect("a browser's leg");
    assert_eq!((web.device, web.end_reason), (Some(device), Some(EndReason::RemoteHangup)));
}

#[tokio::test]
async fn the_caller_gives_up_while_it_rings() {
    let world = World::new().await;
    let [mut desk] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let at_desk = desk.rings().await;
    carrier.hears_ringing(&dialling).await;
    carrier.cancel(&dialling).await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::REQUEST_TERMINATED);
    desk.stops_ringing(&at_desk).await;
    let call = world.over(world.the_call().await).await;
    assert_eq!(call.end_reason, Some(EndReason::Cancelled));
    assert!(call.legs.iter().all(|leg| leg.end_reason == Some(EndReason::Cancelled)), "{call:?}");
}

#[tokio::test]
async fn a_cancel_right_behind_the_invite_leaves_nothing_ringing() {
    let world = World::new().await;
    let [mut desk] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    for round in 1..=8 {
        let dialling = carrier.dial_and_cancel(World::BOBS_NUMBER).await;
        assert_eq!(dialling, StatusCode::REQUEST_TERMINATED);
        let calls = world.calls().await;
        assert_eq!(calls.len(), round);
        let call = world.over(calls[round - 1]).await;
        assert_eq!(call.end_reason, Some(EndReason::Cancelled), "round {round}");
        if rung(&call).is_empty() {
            continue;
        }
        let alerting = desk.rings().await;
        desk.stops_ringing(&alerting).await;
    }
    let live = world.get("/calls?active=true").await;
    assert_eq!(live["items"], json!([]));
}

#[tokio::test]
async fn a_bye_before_the_answer_gives_up_as_well() {
    let world = World::new().await;
    let [mut desk] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let at_desk = desk.rings().await;
    let early = carrier.hears_ringing(&dialling).await;
    carrier.hangs_up(early).await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::REQUEST_TERMINATED);
    desk.stops_ringing(&at_desk).await;
    assert_eq!(world.over(world.the_call().await).await.end_reason, Some(EndReason::Cancelled));
}

#[tokio::test]
async fn nobody_answers_in_time() {
    let world = World::limited(Limits { ring_timeout: Duration::from_secs(1), ..Limits::default() }).await;
    let [mut desk] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let at_desk = desk.rings().await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::TEMPORARILY_UNAVAILABLE);
    desk.stops_ringing(&at_desk).await;
    let call = world.the_call().await;
    world.logged::<LegRinging>(call, |_| true).await;
    let call = world.over(call).await;
    assert_eq!(call.end_reason, Some(EndReason::NoAnswer));
    assert_eq!(rung(&call)[0].end_reason, Some(EndReason::NoAnswer));
}

#[tokio::test]
async fn what_the_phone_refuses_with_reaches_the_caller() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    for (said, told, reason) in [
        (StatusCode::BUSY_HERE, StatusCode::BUSY_HERE, EndReason::Busy),
        (StatusCode::DECLINE, StatusCode::DECLINE, EndReason::Declined),
        (StatusCode::SERVER_INTERNAL_ERROR, StatusCode::TEMPORARILY_UNAVAILABLE, EndReason::Unreachable),
    ] {
        let dialling = anns.dial("1002").await;
        let alerting = bobs.rings().await;
        bobs.refuses(&alerting, said).await;
        assert_eq!(anns.refused(&dialling).await, told);
        let last = *world.calls().await.last().expect("a call");
        assert_eq!(world.over(last).await.end_reason, Some(reason));
    }
}

#[tokio::test]
async fn one_phone_is_busy_and_the_other_goes_on_ringing() {
    let world = World::new().await;
    let [mut desk, mut kitchen] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let (at_desk, in_kitchen) = (desk.rings().await, kitchen.rings().await);
    desk.refuses(&at_desk, StatusCode::BUSY_HERE).await;
    let talk = kitchen.picks_up(in_kitchen).await;
    carrier.answered(&dialling).await;
    kitchen.hangs_up(talk).await;
    let call = world.over(world.the_call().await).await;
    assert_eq!(caller(&call).end_reason, Some(EndReason::RemoteHangup));
    assert_eq!(call.end_reason, Some(EndReason::Hangup));
}
