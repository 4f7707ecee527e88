//! Calls that cannot be: each gets the status that says why, and a record where there was a call.

use tandem_communicate::control::{CallChange, CallError};
use tandem_proto::api::EndReason;
use tandem_sip::{Method, Name, StatusCode};

use crate::support::{Limits, World, caller, rung};

#[tokio::test]
async fn nobody_is_there() {
    let world = World::new().await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::TEMPORARILY_UNAVAILABLE);
    let call = world.over(world.the_call().await).await;
    assert_eq!(call.end_reason, Some(EndReason::Unreachable));
    assert_eq!((caller(&call).address.as_str(), call.dialled.as_str()), ("+15550999", World::BOBS_NUMBER));
    assert_eq!((call.legs.len(), call.answered_at), (1, None));
}

#[tokio::test]
async fn a_carrier_calls_a_number_that_is_not_ours() {
    let world = World::new().await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial("+15559999").await;
    assert_eq!(carrier.refused(&dialling).await, StatusCode::NOT_FOUND);
    assert_eq!(world.calls().await, [], "nothing of ours was called");
}

#[tokio::test]
async fn a_phone_dials_nonsense() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let dialling = phone.dial("4711").await;
    assert_eq!(phone.refused(&dialling).await, StatusCode::NOT_FOUND);
    let call = world.over(world.the_call().await).await;
    assert_eq!(call.end_reason, Some(EndReason::NotFound));
    assert_eq!(caller(&call).user, Some(world.ann));
}

#[tokio::test]
async fn no_common_codec() {
    let world = World::new().await;
    let mut carrier = world.carrier().await;
    let mut invite = carrier.invite(World::BOBS_NUMBER);
    let sdp = carrier
        .sdp("sendrecv")
        .replace("RTP/AVP 8 101", "RTP/AVP 18")
        .replace("rtpmap:101 telephone-event", "rtpmap:18 G729");
    invite = invite.with_body("application/sdp", sdp);
    let refusal = carrier.ask(invite).await;
    assert_eq!(refusal.status, StatusCode::NOT_ACCEPTABLE_HERE);
    let warning = refusal.headers.get(&Name::Warning).expect("a warning").to_string();
    assert!(warning.starts_with("399 ") && warning.contains("codec"), "{warning}");
    assert_eq!(world.calls().await, []);
}

#[tokio::test]
async fn a_body_or_an_extension_we_do_not_know() {
    let world = World::new().await;
    let mut carrier = world.carrier().await;
    let invite = carrier.request(Method::Invite, World::BOBS_NUMBER).with_body("text/plain", "hello");
    let refusal = carrier.ask(invite).await;
    assert_eq!(refusal.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        refusal.headers.get(&Name::Accept).map(ToString::to_string).as_deref(),
        Some("application/sdp")
    );

    let invite = carrier.invite(World::BOBS_NUMBER).with(Name::Require, "100rel, sec-agree");
    let refusal = carrier.ask(invite).await;
    assert_eq!(refusal.status, StatusCode::BAD_EXTENSION);
    let unsupported: Vec<_> = refusal.headers.tokens(&Name::Unsupported).collect();
    assert_eq!(unsupported, ["sec-agree"]);
    assert_eq!(world.calls().await, []);
}

#[tokio::test]
async fn a_request_for_a_call_there_is_none_of() {
    let world = World::new().await;
    let mut carrier = world.carrier().await;
    for (method, status) in [
        (Method::Bye, StatusCode::NO_SUCH_DIALOG),
        (Method::Invite, StatusCode::NO_SUCH_DIALOG),
        (Method::Info, StatusCode::NO_SUCH_DIALOG),
    ] {
        let mut request = carrier.request(method, World::BOBS_NUMBER);
        request.to = request.to.tagged("never-made");
        assert_eq!(carrier.ask(request).await.status, status);
    }
    let request = carrier.request(Method::Publish, World::BOBS_NUMBER);
    assert_eq!(carrier.ask(request).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn no_port_is_left_for_another_phone() {
    let mut world = World::limited(Limits { rtp_legs: 1, ..Limits::default() }).await;
    let mut app = world.app();
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    let first = app.incoming().await.call;
    let calls = world.server.communicate.calls();
    calls.answer(world.scope, first).await.expect("answers");
    let talk = carrier.answered(&dialling).await;

    // Nobody can be dialled, so nobody is there; who calls cannot be answered.
    let [_bobs] = world.phones(world.bob, "bob-desk").await;
    let second = carrier.dial(World::BOBS_NUMBER).await;
    assert_eq!(carrier.refused(&second).await, StatusCode::TEMPORARILY_UNAVAILABLE);
    let second = world.over(*world.calls().await.last().expect("a call")).await;
    assert_eq!(rung(&second)[0].end_reason, Some(EndReason::Unreachable));
    let third = carrier.dial(World::FLOW_NUMBER).await;
    let refused = app.incoming().await.call;
    let no_port = calls.answer(world.scope, refused).await;
    assert!(matches!(no_port, Err(CallError::Media(_))), "{no_port:?}");
    assert_eq!(carrier.refused(&third).await, StatusCode::SERVER_INTERNAL_ERROR);
    let record = world.over(refused).await;
    assert_eq!((record.end_reason, record.answered_at), (Some(EndReason::Failed), None), "it never talked");

    // The port of a call that is over serves the next.
    carrier.hangs_up(talk).await;
    for _over in [refused, first] {
        while !matches!(app.notice().await, CallChange::Ended { .. }) {}
    }
    let fourth = carrier.dial(World::FLOW_NUMBER).await;
    let next = app.incoming().await.call;
    calls.answer(world.scope, next).await.expect("answers");
    let talk = carrier.answered(&fourth).await;
    carrier.hangs_up(talk).await;
}
