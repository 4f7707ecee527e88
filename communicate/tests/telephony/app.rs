//! Calls for a flow: handed to the app, steered by it, and told to it.

use std::time::Duration;

use tandem_communicate::control::{CallChange, CallError};
use tandem_proto::{ConversationId, api::EndReason};
use tandem_sip::{Method, StatusCode};
use tandem_store::Cause;

use crate::support::{World, caller, rung};

#[tokio::test]
async fn the_app_answers_plays_and_ends_a_call() {
    let mut world = World::new().await;
    let mut app = world.app();
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    let incoming = app.incoming().await;
    assert_eq!((incoming.scope, incoming.flow), (world.scope, world.flow));
    assert_eq!((incoming.from.as_str(), incoming.to.as_str()), ("+15550999", World::FLOW_NUMBER));
    let (scope, call, leg) = (world.scope, incoming.call, incoming.leg);
    let calls = world.server.communicate.calls();

    calls.answer(scope, call).await.expect("answers");
    assert_eq!(app.notice().await, CallChange::Answered { leg, user: None });
    let mut talk = carrier.answered(&dialling).await;
    let again = calls.answer(scope, call).await.expect_err("it is answered");
    assert!(matches!(again, CallError::WrongState(_)), "{again}");

    let conversation = ConversationId::generate();
    calls.set_conversation(scope, call, conversation).await.expect("it is tied");
    calls.play(scope, call, leg, 1, vec![World::sound("music")], true).await.expect("plays");
    calls.play(scope, call, leg, 2, vec![World::sound("beep")], false).await.expect("plays");
    // What was replaced is not told of.
    assert_eq!(app.notice().await, CallChange::Played { leg, play: 2 });
    let missing = calls.play(scope, call, leg, 3, vec![World::sound("no-such")], false).await;
    assert!(matches!(missing, Err(CallError::Media(_))), "{missing:?}");

    carrier.says(&mut talk, Method::Info, Some(("application/dtmf-relay", "Signal=7\r\n".into()))).await;
    assert_eq!(app.notice().await, CallChange::Digit { leg, digit: '7' });

    calls.end(scope, call, EndReason::Hangup).await.expect("ends");
    carrier.is_hung_up(talk).await;
    let reason = EndReason::Hangup;
    assert_eq!(app.notice().await, CallChange::LegEnded { leg, user: None, reason, was_answered: true });
    assert_eq!(app.notice().await, CallChange::Ended { reason });
    let record = world.over(call).await;
    assert_eq!((record.conversation, record.end_reason), (Some(conversation), Some(reason)));
}

#[tokio::test]
async fn the_app_rings_somebody_and_hangs_up_on_them() {
    let mut world = World::new().await;
    let mut app = world.app();
    let (_anns, mut bobs) = world.two_phones().await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    let incoming = app.incoming().await;
    let (scope, call) = (world.scope, incoming.call);
    let calls = world.server.communicate.calls();
    calls.answer(scope, call).await.expect("answers");
    app.notice().await;
    let talk = carrier.answered(&dialling).await;

    let patience = Duration::from_secs(30);
    let nobody = calls.ring(scope, call, world.bob, patience, false).await;
    assert!(matches!(nobody, Err(CallError::Unreachable)), "Bob has no browser: {nobody:?}");
    let leg = calls.ring(scope, call, world.bob, patience, true).await.expect("Bob's phone");
    let alerting = bobs.rings().await;
    let bob = bobs.picks_up(alerting).await;
    let user = Some(world.bob);
    assert_eq!(app.notice().await, CallChange::Answered { leg, user });
    carrier.is_heard_by(&talk, &bobs).await;

    let reason = EndReason::RemoteHangup;
    calls.hang_up(scope, call, leg, reason).await.expect("hangs up");
    bobs.is_hung_up(bob).await;
    assert_eq!(app.notice().await, CallChange::LegEnded { leg, user, reason, was_answered: true });
    let gone = calls.hang_up(scope, call, leg, reason).await;
    assert!(matches!(gone, Err(CallError::UnknownLeg(_))), "{gone:?}");

    // The call goes on without him: somebody else may be rung.
    let rings_out = Duration::from_millis(200);
    let leg = calls.ring(scope, call, world.bob, rings_out, true).await.expect("Bob's phone");
    let alerting = bobs.rings().await;
    bobs.stops_ringing(&alerting).await;
    let reason = EndReason::NoAnswer;
    assert_eq!(app.notice().await, CallChange::LegEnded { leg, user, reason, was_answered: false });
    assert!(world.record(call).await.ended_at.is_none());
    carrier.hangs_up(talk).await;
    let record = world.over(call).await;
    assert_eq!((caller(&record).end_reason, rung(&record).len()), (Some(EndReason::Hangup), 2));
}

#[tokio::test]
async fn the_caller_gives_up_before_the_app_answers() {
    let mut world = World::new().await;
    let mut app = world.app();
    let mut carrier = world.carrier().await;
    assert_eq!(carrier.dial_and_cancel(World::FLOW_NUMBER).await, StatusCode::REQUEST_TERMINATED);
    let incoming = app.incoming().await;
    let (leg, reason) = (incoming.leg, EndReason::Cancelled);
    assert_eq!(app.notice().await, CallChange::LegEnded { leg, user: None, reason, was_answered: false });
    assert_eq!(app.notice().await, CallChange::Ended { reason });
    let late = world.server.communicate.calls().answer(world.scope, incoming.call).await;
    assert!(late.is_err(), "there is nobody to answer");
    assert_eq!(world.over(incoming.call).await.end_reason, Some(reason));
}

#[tokio::test]
async fn a_call_is_refused_when_the_app_is_gone() {
    let mut world = World::new().await;
    drop(world.app());
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::SERVER_INTERNAL_ERROR);
    assert_eq!(world.over(world.the_call().await).await.end_reason, Some(EndReason::Failed));
}

#[tokio::test]
async fn a_registered_phone_reaches_the_flow_too() {
    let mut world = World::new().await;
    let mut app = world.app();
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    let dialling = anns.dial(World::FLOW_NUMBER).await;
    let incoming = app.incoming().await;
    assert_eq!((incoming.from.as_str(), incoming.from_name.as_deref()), ("1001", Some("ANN")));
    let decline = EndReason::Declined;
    world.server.communicate.calls().end(world.scope, incoming.call, decline).await.expect("ends");
    assert_eq!(anns.refused(&dialling).await, StatusCode::DECLINE);
    let log = world.log(incoming.call).await;
    assert_eq!(log[0].actor, tandem_proto::Actor::User { id: world.ann });
    assert_eq!(log.last().map(|event| event.actor.clone()), Some(Cause::SYSTEM.actor));
}
