//! Provisional responses that are confirmed (RFC 3262), from callers and from phones that ring.

use std::time::Duration;

use tandem_proto::{NodeRole, api::EndReason};
use tandem_sip::{Dialog, Method, Name, Peer, RAck, Response, StatusCode};

use crate::support::{Dialling, Phone, SDP, Talk, World};

/// A caller who takes no other provisional responses.
async fn demanding(carrier: &mut Phone) -> Dialling {
    let invite = carrier.invite(World::BOBS_NUMBER).with(Name::Require, "100rel");
    carrier.dial_with(invite).await
}

fn early(world: &World, dialling: &Dialling, ringing: &Response) -> Talk {
    let peer = Peer::udp(world.server.sip);
    Talk {
        dialog: Dialog::uac(&dialling.invite, ringing, peer).expect("a dialog"),
        far_end: world.server.sip,
    }
}

fn rseq(response: &Response) -> u32 {
    response.headers.rseq().expect("reads").expect("there")
}

#[tokio::test]
async fn a_caller_who_asks_for_it_confirms_the_ringing() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = demanding(&mut carrier).await;
    let alerting = bobs.rings().await;
    let ringing = carrier.hears(&dialling, StatusCode::RINGING).await;
    assert!(ringing.headers.lists(&Name::Require, "100rel"));
    // The caller did not hear it, or its PRACK was lost.
    let again = carrier.hears(&dialling, StatusCode::RINGING).await;
    assert_eq!(rseq(&ringing), rseq(&again));

    let mut talk = early(&world, &dialling, &ringing);
    let wrong = talk.dialog.prack(&RAck::of(rseq(&ringing) + 1, 1));
    assert_eq!(carrier.says_so(&talk, wrong).await.status, StatusCode::NO_SUCH_DIALOG);
    let nonsense = talk.dialog.request(Method::Prack);
    assert_eq!(carrier.says_so(&talk, nonsense).await.status, StatusCode::BAD_REQUEST);
    let prack = talk.dialog.prack(&RAck::of(rseq(&ringing), dialling.invite.cseq.number));
    assert_eq!(carrier.says_so(&talk, prack.clone()).await.status, StatusCode::OK);
    let twice = talk.dialog.prack(&RAck::of(rseq(&ringing), dialling.invite.cseq.number));
    assert_eq!(carrier.says_so(&talk, twice).await.status, StatusCode::NO_SUCH_DIALOG);

    let bob = bobs.picks_up(alerting).await;
    let talk = carrier.answered(&dialling).await;
    bobs.hangs_up(bob).await;
    carrier.is_hung_up(talk).await;
    assert_eq!(world.over(world.the_call().await).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn an_answer_may_be_faster_than_the_confirmation() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = demanding(&mut carrier).await;
    let alerting = bobs.rings().await;
    let ringing = carrier.hears(&dialling, StatusCode::RINGING).await;
    let bob = bobs.picks_up(alerting).await;
    let mut talk = carrier.answered(&dialling).await;
    let prack = talk.dialog.prack(&RAck::of(rseq(&ringing), dialling.invite.cseq.number));
    assert_eq!(carrier.says_so(&talk, prack).await.status, StatusCode::OK);
    carrier.hangs_up(talk).await;
    bobs.is_hung_up(bob).await;
}

#[tokio::test]
async fn a_caller_who_never_confirms_is_given_up() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = demanding(&mut carrier).await;
    let alerting = bobs.rings().await;
    carrier.hears(&dialling, StatusCode::RINGING).await;
    let call = world.the_call().await;
    world.later(call, Duration::from_secs(32)).await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::SERVER_TIMEOUT);
    bobs.stops_ringing(&alerting).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Lost));
}

#[tokio::test]
async fn who_does_not_ask_for_it_is_told_plainly() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let invite = carrier.invite(World::BOBS_NUMBER).with(Name::Supported, "100rel");
    let dialling = carrier.dial_with(invite).await;
    let alerting = bobs.rings().await;
    let ringing = carrier.hears(&dialling, StatusCode::RINGING).await;
    assert!(!ringing.headers.has(&Name::RSeq) && ringing.headers.has(&Name::Contact));
    bobs.refuses(&alerting, StatusCode::BUSY_HERE).await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::BUSY_HERE);
}

#[tokio::test]
async fn what_a_phone_wants_confirmed_is_and_its_early_answer_counts() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let alerting = bobs.is_called().await;
    assert!(alerting.invite.headers.lists(&Name::Supported, "100rel"));
    let ringing = alerting.reliable(StatusCode::RINGING, 7);
    bobs.tells(&alerting, ringing.clone()).await;
    assert_eq!(bobs.is_confirmed(&alerting).await, RAck::of(7, 1));
    // It came again before the PRACK arrived; and one is told too early.
    bobs.tells(&alerting, ringing).await;
    bobs.tells(&alerting, alerting.reliable(StatusCode::SESSION_PROGRESS, 9)).await;
    let progress = alerting.reliable(StatusCode::SESSION_PROGRESS, 8);
    bobs.tells(&alerting, progress.with_body(SDP, bobs.sdp("sendrecv"))).await;
    assert_eq!(bobs.is_confirmed(&alerting).await, RAck::of(8, 1));
    carrier.hears_ringing(&dialling).await;
    // Its media moves while it rings.
    let mut early = bobs.is_early(&alerting);
    let bare = early.dialog.request(Method::Update);
    assert_eq!(bobs.says_so(&early, bare).await.status, StatusCode::OK);
    bobs.takes_another_port().await;
    let update = early.dialog.request(Method::Update).with_body(SDP, bobs.sdp("sendrecv"));
    let moved = bobs.says_so(&early, update).await;
    assert!(moved.status.is_success() && !moved.body.is_empty());

    let ok = alerting.response(StatusCode::OK);
    let bob = bobs.picks_up_with(alerting, ok).await;
    let talk = carrier.answered(&dialling).await;
    carrier.is_heard_by(&talk, &bobs).await;
    carrier.hangs_up(talk).await;
    bobs.is_hung_up(bob).await;
}

#[tokio::test]
async fn an_update_waits_for_the_answer_to_the_offer_before_it() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let alerting = bobs.rings().await;
    let mut talk = carrier.hears_ringing(&dialling).await;
    // Ours, to the phone,
    let mut early = bobs.is_early(&alerting);
    let offer = early.dialog.request(Method::Update).with_body(SDP, bobs.sdp("sendrecv"));
    assert_eq!(bobs.says_so(&early, offer).await.status, StatusCode::REQUEST_PENDING);
    let stranger = bobs.request(Method::Update, "1001").with_body(SDP, bobs.sdp("sendrecv"));
    assert_eq!(bobs.ask_plainly(stranger).await.status, StatusCode::METHOD_NOT_ALLOWED);
    // and the caller's, to us.
    let bare = talk.dialog.request(Method::Update);
    assert_eq!(carrier.says_so(&talk, bare).await.status, StatusCode::OK);
    let offer = talk.dialog.request(Method::Update).with_body(SDP, carrier.sdp("sendrecv"));
    let refused = carrier.says_so(&talk, offer).await;
    assert_eq!(refused.status, StatusCode::SERVER_INTERNAL_ERROR);
    assert!(refused.headers.retry_after().is_some_and(|wait| wait <= Duration::from_secs(10)));

    let bob = bobs.picks_up(alerting).await;
    let mut talk = carrier.answered(&dialling).await;
    // The numbers of its two UPDATEs are used.
    talk.dialog.skip(2);
    carrier.hangs_up(talk).await;
    bobs.is_hung_up(bob).await;
}

#[tokio::test]
async fn what_waits_for_its_confirmation_waits_at_the_next_node() {
    let (world, first) = World::of_many().await;
    let _media = world.beside("media-1", NodeRole::Media).await;
    let second = world.beside("sip-2", NodeRole::Sip).await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = demanding(&mut carrier).await;
    bobs.rings().await;
    let ringing = carrier.hears(&dialling, StatusCode::RINGING).await;
    let call = world.the_call().await;
    world.is_settled(call).await;
    first.kill().await;
    let calls = second.0.communicate.calls();
    calls.describe(world.scope, call).await.expect("is known").expect("goes on");
    let mut talk = early(&world, &dialling, &ringing);
    carrier.finds_it_at(&mut talk, second.0.sip);
    let prack = talk.dialog.prack(&RAck::of(rseq(&ringing), dialling.invite.cseq.number));
    assert_eq!(carrier.says_so(&talk, prack).await.status, StatusCode::OK);
    carrier.hangs_up(talk).await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::REQUEST_TERMINATED);
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Cancelled));
}
