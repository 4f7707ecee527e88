//! Calls that are up: voice, hold, digits, and both ways to end.

use std::time::Duration;

use tandem_call::sdp::{Description, Direction};
use tandem_proto::{
    CallId,
    api::{EndReason, LegState},
    events::call::{LegAnswered, LegDtmf, LegHeld},
};
use tandem_sip::{Method, Name, Response, StatusCode};

use crate::support::{Limits, Phone, Talk, World, caller, rung};

/// A call between Ann's and Bob's phones.
struct Pair {
    world: World,
    call: CallId,
    anns: Phone,
    bobs: Phone,
    ann: Talk,
    bob: Talk,
}

impl Pair {
    async fn new() -> Self {
        Self::limited(Limits::default()).await
    }

    async fn limited(limits: Limits) -> Self {
        let world = World::limited(limits).await;
        let (mut anns, mut bobs) = world.two_phones().await;
        let dialling = anns.dial("1002").await;
        let alerting = bobs.rings().await;
        let bob = bobs.picks_up(alerting).await;
        let ann = anns.answered(&dialling).await;
        let call = world.the_call().await;
        Self { world, call, anns, bobs, ann, bob }
    }
}

fn direction(response: &Response) -> Direction {
    Description::parse(&response.body).expect("a session description").direction
}

#[tokio::test]
async fn each_hears_the_other_and_the_caller_hangs_up() {
    let Pair { world, call, anns, mut bobs, ann, bob } = Pair::new().await;
    anns.is_heard_by(&ann, &bobs).await;
    bobs.is_heard_by(&bob, &anns).await;
    let mut anns = anns;
    anns.hangs_up(ann).await;
    bobs.is_hung_up(bob).await;
    let call = world.over(call).await;
    assert_eq!(call.end_reason, Some(EndReason::Hangup));
    assert_eq!(caller(&call).end_reason, Some(EndReason::Hangup));
    assert_eq!(rung(&call)[0].end_reason, Some(EndReason::RemoteHangup));
}

#[tokio::test]
async fn the_one_called_hangs_up() {
    let Pair { world, call, mut anns, mut bobs, ann, bob } = Pair::new().await;
    bobs.hangs_up(bob).await;
    anns.is_hung_up(ann).await;
    let call = world.over(call).await;
    assert_eq!(call.end_reason, Some(EndReason::Hangup));
    assert_eq!(caller(&call).end_reason, Some(EndReason::RemoteHangup));
    assert_eq!(rung(&call)[0].end_reason, Some(EndReason::Hangup));
    assert!(call.started_at <= call.answered_at.expect("answered"));
}

#[tokio::test]
async fn both_hang_up_at_once() {
    let Pair { world, call, mut anns, mut bobs, mut ann, mut bob } = Pair::new().await;
    let (one, other) =
        tokio::join!(anns.says(&mut ann, Method::Bye, None), bobs.says(&mut bob, Method::Bye, None));
    for answer in [one, other] {
        // Whose BYE crossed ours may be told that the dialog is gone.
        assert!([StatusCode::OK, StatusCode::NO_SUCH_DIALOG].contains(&answer.status), "{answer:?}");
    }
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn hold_and_resume_are_in_the_log() {
    let Pair { world, call, mut anns, mut bobs, mut ann, bob } = Pair::new().await;
    let held = anns.reoffers(&mut ann, "sendonly").await;
    assert_eq!((held.status, direction(&held)), (StatusCode::OK, Direction::RecvOnly));
    let leg = caller(&world.record(call).await).id;
    world.logged::<LegHeld>(call, |e| e.leg == leg && e.held).await;
    assert_eq!(caller(&world.record(call).await).state, LegState::Holding);

    let resumed = anns.reoffers(&mut ann, "sendrecv").await;
    assert_eq!((resumed.status, direction(&resumed)), (StatusCode::OK, Direction::SendRecv));
    world.logged::<LegHeld>(call, |e| e.leg == leg && !e.held).await;
    assert_eq!(caller(&world.record(call).await).state, LegState::Connected);
    // The same once more is no news.
    anns.reoffers(&mut ann, "sendrecv").await;
    anns.is_heard_by(&ann, &bobs).await;
    anns.hangs_up(ann).await;
    bobs.is_hung_up(bob).await;
    world.over(call).await;
    assert_eq!(world.log(call).await.iter().filter(|event| event.kind == "call.leg.held").count(), 2);
}

#[tokio::test]
async fn who_calls_with_a_hold_holds_from_the_answer_on() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let sdp = anns.sdp("sendonly");
    let invite = anns.invite("1002").with_body("application/sdp", sdp);
    let dialling = anns.dial_with(invite).await;
    let alerting = bobs.rings().await;
    let bob = bobs.picks_up(alerting).await;
    let ann = anns.answered(&dialling).await;
    let call = world.the_call().await;
    let leg = caller(&world.record(call).await).id;
    world.logged::<LegHeld>(call, |e| e.leg == leg && e.held).await;
    assert_eq!(caller(&world.record(call).await).state, LegState::Holding);
    anns.hangs_up(ann).await;
    bobs.is_hung_up(bob).await;
}

#[tokio::test]
async fn a_change_that_cannot_be_leaves_the_call_as_it_was() {
    let Pair { world, call, mut anns, mut bobs, mut ann, bob } = Pair::new().await;
    let g729 = anns.sdp("sendrecv").replace("RTP/AVP 8 101", "RTP/AVP 18");
    let refusal = anns.says(&mut ann, Method::Invite, Some(("application/sdp", g729))).await;
    assert_eq!(refusal.status, StatusCode::NOT_ACCEPTABLE_HERE);
    assert!(refusal.headers.has(&Name::Warning));
    anns.is_heard_by(&ann, &bobs).await;
    bobs.hangs_up(bob).await;
    anns.is_hung_up(ann).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn an_offer_left_to_the_server_is_answered_in_the_ack() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let invite = carrier.request(Method::Invite, World::BOBS_NUMBER);
    let dialling = carrier.dial_with(invite).await;
    let alerting = bobs.rings().await;
    let bob = bobs.picks_up(alerting).await;
    let mut talk = carrier.answered(&dialling).await;
    bobs.is_heard_by(&bob, &carrier).await;

    // The same within the call: the server offers what it speaks, the phone holds with its answer.
    let call = world.the_call().await;
    let leg = caller(&world.record(call).await).id;
    let offered = carrier.is_offered(&mut talk, "sendonly").await;
    assert_eq!((offered.status, direction(&offered)), (StatusCode::OK, Direction::SendRecv));
    world.logged::<LegHeld>(call, |e| e.leg == leg && e.held).await;
    carrier.is_offered(&mut talk, "sendrecv").await;
    world.logged::<LegHeld>(call, |e| e.leg == leg && !e.held).await;
    bobs.is_heard_by(&bob, &carrier).await;
    carrier.hangs_up(talk).await;
    bobs.is_hung_up(bob).await;
}

#[tokio::test]
async fn digits_by_info_are_in_the_log() {
    let Pair { world, call, mut anns, bobs: _bobs, mut ann, bob: _bob } = Pair::new().await;
    for (content_type, body) in
        [("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"), ("application/dtmf", "11")]
    {
        let answer = anns.says(&mut ann, Method::Info, Some((content_type, body.to_owned()))).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let leg = caller(&world.record(call).await).id;
    let last = world.logged::<LegDtmf>(call, |e| e.digit == '#').await;
    let first = world.logged::<LegDtmf>(call, |_| true).await;
    assert_eq!((first.digit, first.leg, last.leg), ('5', leg, leg));
}

#[tokio::test]
async fn digits_in_the_voice_stream_are_in_the_log_and_reach_the_other_phone() {
    let Pair { world, call, anns, bobs, ann, bob: _bob } = Pair::new().await;
    anns.is_heard_by(&ann, &bobs).await;
    anns.presses_five(&ann).await;
    let leg = caller(&world.record(call).await).id;
    let pressed = world.logged::<LegDtmf>(call, |_| true).await;
    assert_eq!((pressed.digit, pressed.leg), ('5', leg));
    assert_eq!(bobs.hears_key().await, 5);
}

#[tokio::test]
async fn phones_that_fall_silent_are_lost() {
    let limits = Limits { rtp_timeout: Duration::from_millis(500), ..Limits::default() };
    let Pair { world, call, mut anns, mut bobs, ann, bob } = Pair::limited(limits).await;
    anns.is_hung_up(ann).await;
    bobs.is_hung_up(bob).await;
    let call = world.over(call).await;
    assert!(call.legs.iter().any(|leg| leg.end_reason == Some(EndReason::Lost)), "{call:?}");
}

#[tokio::test]
async fn what_a_phone_asks_within_a_call_is_answered() {
    let Pair { world, call, mut anns, bobs: _bobs, mut ann, bob: _bob } = Pair::new().await;
    world.logged::<LegAnswered>(call, |_| true).await;
    let options = anns.says(&mut ann, Method::Options, None).await;
    assert_eq!(options.status, StatusCode::OK);
    assert!(options.headers.lists(&Name::Allow, "INFO"));
    let update = anns.says(&mut ann, Method::Update, None).await;
    assert_eq!((update.status, update.body.is_empty()), (StatusCode::OK, true), "a refresh");
    let subscribe = anns.says(&mut ann, Method::Subscribe, None).await;
    assert_eq!(subscribe.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(subscribe.headers.has(&Name::Allow));
}
