//! A phone that has the other side talk to somebody else (RFC 3515).

use tandem_proto::api::{EndReason, LegState};
use tandem_sip::{Method, Name, ReferProgress, StatusCode, sipfrag_status};

use crate::support::{Phone, Talk, World, caller, person};

struct Three {
    world: World,
    anns: Phone,
    bobs: Phone,
    cleos: Phone,
    ann: Talk,
    bob: Talk,
}

/// Ann's phone talks to Bob's; Cleo's is registered.
async fn three() -> Three {
    let world = World::new().await;
    let cleo = person(&world.server.identity, world.scope, "cleo", "1003").await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let [cleos] = world.phones(cleo, "cleo-desk").await;
    let dialling = anns.dial("1002").await;
    let alerting = bobs.rings().await;
    let bob = bobs.picks_up(alerting).await;
    let ann = anns.answered(&dialling).await;
    world.is_settled(world.the_call().await).await;
    Three { world, anns, bobs, cleos, ann, bob }
}

pub(crate) async fn refers(phone: &mut Phone, talk: &mut Talk, to: &str) -> StatusCode {
    let refer = talk.dialog.request(Method::Refer).with(Name::ReferTo, to.to_owned());
    phone.says_so(talk, refer).await.status
}

pub(crate) async fn is_told(phone: &mut Phone, talk: &mut Talk) -> ReferProgress {
    let (transaction, notify) = phone.is_asked(talk, Method::Notify).await;
    phone.answers(transaction, notify.response(StatusCode::OK)).await;
    sipfrag_status(&notify).expect("a status")
}

#[tokio::test]
async fn the_called_side_transfers_and_is_out_with_the_answer() {
    let Three { world, mut anns, mut bobs, mut cleos, ann, mut bob } = three().await;
    assert_eq!(refers(&mut bobs, &mut bob, "<sip:1003@demo>").await, StatusCode::ACCEPTED);
    assert_eq!(is_told(&mut bobs, &mut bob).await, ReferProgress::Trying(StatusCode::TRYING));
    let alerting = cleos.rings().await;
    assert_eq!(alerting.invite.from.uri.user().as_deref(), Some("1001"), "Cleo sees who is sent to her");
    let cleo = cleos.picks_up(alerting).await;
    assert_eq!(is_told(&mut bobs, &mut bob).await, ReferProgress::Done(StatusCode::OK));
    bobs.is_hung_up(bob).await;
    cleos.forget_what_it_heard();
    anns.is_heard_by(&ann, &cleos).await;
    cleos.is_heard_by(&cleo, &anns).await;
    anns.hangs_up(ann).await;
    cleos.is_hung_up(cleo).await;
    assert_eq!(world.over(world.the_call().await).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn the_caller_transfers_and_hangs_up_before_the_answer() {
    let Three { world, mut anns, mut bobs, mut cleos, mut ann, bob } = three().await;
    assert_eq!(refers(&mut anns, &mut ann, "<sip:1003@demo>").await, StatusCode::ACCEPTED);
    let alerting = cleos.rings().await;
    anns.hangs_up(ann).await;
    let cleo = cleos.picks_up(alerting).await;
    bobs.forget_what_it_heard();
    cleos.is_heard_by(&cleo, &bobs).await;
    cleos.hangs_up(cleo).await;
    bobs.is_hung_up(bob).await;
    let call = world.over(world.the_call().await).await;
    assert_eq!(caller(&call).end_reason, Some(EndReason::Hangup));
    assert_eq!(call.legs.len(), 3);
}

#[tokio::test]
async fn who_cannot_be_reached_leaves_both_talking() {
    let Three { world, mut anns, mut bobs, mut cleos, ann, mut bob } = three().await;
    let call = world.the_call().await;
    for (to, told) in [("<sip:4711@demo>", StatusCode::NOT_FOUND), ("<sip:1003@demo>", StatusCode::BUSY_HERE)]
    {
        assert_eq!(refers(&mut bobs, &mut bob, to).await, StatusCode::ACCEPTED);
        assert_eq!(is_told(&mut bobs, &mut bob).await, ReferProgress::Trying(StatusCode::TRYING));
        if told == StatusCode::BUSY_HERE {
            assert_eq!(refers(&mut bobs, &mut bob, to).await, StatusCode::REQUEST_PENDING, "one at a time");
            let alerting = cleos.rings().await;
            cleos.refuses(&alerting, told).await;
        }
        assert_eq!(is_told(&mut bobs, &mut bob).await, ReferProgress::Done(told));
        world.is_settled(call).await;
    }
    assert_eq!(refers(&mut bobs, &mut bob, "nobody").await, StatusCode::BAD_REQUEST);
    let talking = world.record(call).await;
    assert_eq!(talking.legs.iter().filter(|leg| leg.state == LegState::Connected).count(), 2);
    anns.hangs_up(ann).await;
    bobs.is_hung_up(bob).await;
}
