//! Sessions that are refreshed, by whom and how, and those that nobody refreshes (RFC 4028).

use std::time::Duration;

use tandem_proto::{NodeRole, api::EndReason};
use tandem_sip::{Method, Name, Request, Response, StatusCode};

use crate::support::{Phone, SDP, Talk, World, caller, rung};

const HALF: Duration = Duration::from_secs(900);

fn said(message: &Request) -> &str {
    message.headers.get(&Name::SessionExpires).map_or("nothing", |value| value.as_str())
}

/// Bob's phone answers a call of the carrier with these headers more.
async fn answered(world: &World, more: &[(Name, &'static str)]) -> (Phone, Phone, Talk, Talk) {
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let alerting = bobs.rings().await;
    assert_eq!(said(&alerting.invite), "1800");
    assert!(alerting.invite.headers.lists(&Name::Supported, "timer"));
    let mut ok = alerting.response(StatusCode::OK).with_body(SDP, bobs.sdp("sendrecv"));
    more.iter().for_each(|(name, value)| ok.headers.push(name.clone(), *value));
    let bob = bobs.picks_up_with(alerting, ok).await;
    let talk = carrier.answered(&dialling).await;
    (carrier, bobs, talk, bob)
}

fn going_on(refresh: &Request) -> Response {
    let ok = refresh.response(StatusCode::OK).with(Name::SessionExpires, "1800;refresher=uac");
    ok.with(Name::Require, "timer")
}

/// What the phone said so far has reached the call: it answers what is said after that.
async fn is_heard(phone: &mut Phone, talk: &mut Talk) {
    assert_eq!(phone.says(talk, Method::Options, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_server_refreshes_by_update_at_half_time() {
    let world = World::new().await;
    let more = [
        (Name::SessionExpires, "1800;refresher=uac"),
        (Name::Require, "timer"),
        (Name::Allow, "INVITE, ACK, BYE, CANCEL, UPDATE"),
    ];
    let (mut carrier, mut bobs, talk, mut bob) = answered(&world, &more).await;
    let call = world.the_call().await;
    for _ in 0..3 {
        world.later(call, HALF).await;
        let (transaction, update) = bobs.is_asked(&mut bob, Method::Update).await;
        assert_eq!(said(&update), "1800;refresher=uac");
        assert!(update.body.is_empty(), "the session stays as it is");
        bobs.answers(transaction, going_on(&update)).await;
        is_heard(&mut bobs, &mut bob).await;
    }
    carrier.hangs_up(talk).await;
    bobs.is_hung_up(bob).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn who_takes_no_update_is_refreshed_by_reinvite() {
    let world = World::new().await;
    let more = [(Name::SessionExpires, "1800;refresher=uac"), (Name::Require, "timer")];
    let (mut carrier, mut bobs, talk, mut bob) = answered(&world, &more).await;
    let call = world.the_call().await;
    world.later(call, HALF).await;
    let (transaction, invite) = bobs.is_asked(&mut bob, Method::Invite).await;
    assert_eq!(said(&invite), "1800;refresher=uac");
    // Not just now: it is asked again.
    bobs.answers(transaction, invite.response(StatusCode::SERVICE_UNAVAILABLE)).await;
    is_heard(&mut bobs, &mut bob).await;
    world.later(call, Duration::from_secs(10)).await;
    let (transaction, invite) = bobs.is_asked(&mut bob, Method::Invite).await;
    let contact = bob.dialog.contact.to_string();
    let ok = going_on(&invite).with(Name::Contact, contact).with_body(SDP, bobs.sdp("sendrecv"));
    bobs.answers(transaction, ok).await;
    is_heard(&mut bobs, &mut bob).await;
    world.later(call, HALF).await;
    bobs.is_asked(&mut bob, Method::Invite).await;
    carrier.hangs_up(talk).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn an_update_that_is_refused_is_tried_as_a_reinvite() {
    let world = World::new().await;
    let more = [(Name::SessionExpires, "1800;refresher=uac"), (Name::Allow, "INVITE, ACK, BYE, UPDATE")];
    let (_carrier, mut bobs, _talk, mut bob) = answered(&world, &more).await;
    let call = world.the_call().await;
    world.later(call, HALF).await;
    let (transaction, update) = bobs.is_asked(&mut bob, Method::Update).await;
    bobs.answers(transaction, update.response(StatusCode::METHOD_NOT_ALLOWED)).await;
    let (transaction, invite) = bobs.is_asked(&mut bob, Method::Invite).await;
    // It knows nothing of the call any more.
    bobs.answers(transaction, invite.response(StatusCode::NO_SUCH_DIALOG)).await;
    let call = world.over(call).await;
    assert_eq!(rung(&call)[0].end_reason, Some(EndReason::Lost));
}

#[tokio::test]
async fn a_refresh_that_asks_for_too_little_asks_for_more() {
    let world = World::new().await;
    let more = [(Name::SessionExpires, "1800;refresher=uac"), (Name::Allow, "INVITE, ACK, BYE, UPDATE")];
    let (mut carrier, mut bobs, talk, mut bob) = answered(&world, &more).await;
    let call = world.the_call().await;
    world.later(call, HALF).await;
    let (transaction, update) = bobs.is_asked(&mut bob, Method::Update).await;
    let small = update.response(StatusCode::SESSION_INTERVAL_TOO_SMALL).with(Name::MinSe, "3600");
    bobs.answers(transaction, small).await;
    let (transaction, update) = bobs.is_asked(&mut bob, Method::Update).await;
    assert_eq!(said(&update), "3600;refresher=uac");
    bobs.answers(transaction, going_on(&update)).await;
    carrier.hangs_up(talk).await;
    bobs.is_hung_up(bob).await;
}

#[tokio::test]
async fn a_phone_without_timers_is_left_alone() {
    let world = World::new().await;
    let (mut carrier, bobs, talk, bob) = answered(&world, &[]).await;
    let (call, mut bobs) = (world.the_call().await, bobs);
    let hours = world.later(call, Duration::from_secs(7_200));
    bobs.hears_nothing_of(&bob, hours).await;
    carrier.hangs_up(talk).await;
    bobs.is_hung_up(bob).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

/// Ann's phone asks for ten minutes and promises to refresh.
async fn asked(world: &World) -> (Phone, Phone, Talk, Talk) {
    let (mut anns, mut bobs) = world.two_phones().await;
    let invite = anns.invite("1002").with(Name::Supported, "timer");
    let dialling = anns.dial_with(invite.with(Name::SessionExpires, "600;refresher=uac")).await;
    let alerting = bobs.rings().await;
    let bob = bobs.picks_up(alerting).await;
    let ok = anns.hears(&dialling, StatusCode::OK).await;
    assert_eq!(ok.headers.get(&Name::SessionExpires).expect("there"), "600;refresher=uac");
    assert!(ok.headers.lists(&Name::Require, "timer"));
    let ann = anns.acknowledges(&dialling, &ok).await;
    world.is_settled(world.the_call().await).await;
    (anns, bobs, ann, bob)
}

#[tokio::test]
async fn a_caller_who_refreshes_keeps_the_call() {
    let world = World::new().await;
    let (mut anns, mut bobs, mut ann, bob) = asked(&world).await;
    let call = world.the_call().await;
    for method in [Method::Update, Method::Update, Method::Invite] {
        world.later(call, Duration::from_secs(400)).await;
        let mut refresh = ann.dialog.request(method.clone()).with(Name::Supported, "timer");
        refresh.headers.push(Name::SessionExpires, "600;refresher=uac");
        if method == Method::Invite {
            refresh = refresh.with_body(SDP, anns.sdp("sendrecv"));
        }
        let ok = anns.says_so(&ann, refresh).await;
        assert_eq!(ok.headers.get(&Name::SessionExpires).expect("there"), "600;refresher=uac");
    }
    let mut small = ann.dialog.request(Method::Update).with(Name::Supported, "timer");
    small.headers.push(Name::SessionExpires, "30");
    let refused = anns.says_so(&ann, small).await;
    assert_eq!(refused.status, StatusCode::SESSION_INTERVAL_TOO_SMALL);
    anns.hangs_up(ann).await;
    bobs.is_hung_up(bob).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn a_caller_who_does_not_is_given_up() {
    let world = World::new().await;
    let (mut anns, mut bobs, ann, bob) = asked(&world).await;
    let call = world.the_call().await;
    world.later(call, Duration::from_secs(600 - 32)).await;
    anns.is_hung_up(ann).await;
    bobs.is_hung_up(bob).await;
    let call = world.over(call).await;
    assert_eq!((caller(&call).end_reason, call.end_reason), (Some(EndReason::Lost), Some(EndReason::Lost)));
}

#[tokio::test]
async fn an_interval_that_is_too_small_is_refused_with_the_least() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let invite = anns.invite("1002").with(Name::Supported, "timer").with(Name::SessionExpires, "60");
    let refused = anns.ask(invite).await;
    assert_eq!(refused.status, StatusCode::SESSION_INTERVAL_TOO_SMALL);
    assert_eq!(refused.headers.min_se(), Some(Duration::from_secs(90)));

    // And the other way round: a phone that wants more is asked again, in the same call.
    let dialling = anns.dial("1002").await;
    let first = bobs.is_called().await;
    let small = first.response(StatusCode::SESSION_INTERVAL_TOO_SMALL).with(Name::MinSe, "7200");
    bobs.tells(&first, small).await;
    let again = bobs.rings().await;
    assert_eq!((&again.invite.call_id, again.invite.cseq.number), (&first.invite.call_id, 2));
    assert_eq!(
        (said(&again.invite), again.invite.headers.min_se()),
        ("7200", Some(Duration::from_secs(7_200)))
    );
    let bob = bobs.picks_up(again).await;
    let ann = anns.answered(&dialling).await;
    anns.hangs_up(ann).await;
    bobs.is_hung_up(bob).await;
}

#[tokio::test]
async fn the_timer_goes_on_at_another_node() {
    let (world, first) = World::of_many().await;
    let _media = world.beside("media-1", NodeRole::Media).await;
    let second = world.beside("sip-2", NodeRole::Sip).await;
    let more = [(Name::SessionExpires, "1800;refresher=uac"), (Name::Allow, "INVITE, ACK, BYE, UPDATE")];
    let (_carrier, mut bobs, _talk, mut bob) = answered(&world, &more).await;
    let call = world.the_call().await;
    // The node dies with its refresh on the way: the next sends one of its own.
    world.later(call, HALF).await;
    let (_, lost) = bobs.is_asked(&mut bob, Method::Update).await;
    first.kill().await;
    let (transaction, update) = bobs.is_asked(&mut bob, Method::Update).await;
    assert!(update.cseq.number > lost.cseq.number + 500, "numbers that may have been used are left out");
    bobs.answers(transaction, going_on(&update)).await;
    bobs.finds_it_at(&mut bob, second.0.sip);
    is_heard(&mut bobs, &mut bob).await;
    let calls = second.0.communicate.calls();
    let settled = async || calls.describe(world.scope, call).await.expect("is known").expect("goes on");
    settled().await;
    second.0.clock.move_on(HALF);
    settled().await;
    let (transaction, update) = bobs.is_asked(&mut bob, Method::Update).await;
    assert_eq!(said(&update), "1800;refresher=uac");
    bobs.answers(transaction, going_on(&update)).await;
    bobs.hangs_up(bob).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}
