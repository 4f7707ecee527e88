//! An INVITE that takes the place of a call at another phone of the same person (RFC 3891).

use tandem_proto::{
    CallId, DivisionId,
    api::{EndReason, LegState},
    events::call::LegReplaced,
};
use tandem_sip::{Method, Name, StatusCode};
use tandem_store::Cause;

use crate::{
    attended::naming,
    log::adds_up,
    support::{Alerting, Dialling, Phone, Talk, World, caller, person},
};

/// Ann's phone talks to Bob's desk; his kitchen has a phone as well.
struct Talking {
    world: World,
    anns: Phone,
    desk: Phone,
    kitchen: Phone,
    ann: Talk,
    bob: Talk,
    call: CallId,
}

/// Ann's phone calls Bob's two.
async fn ringing() -> (World, Phone, [Phone; 2], Dialling, [Alerting; 2]) {
    let world = World::new().await;
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    let [mut desk, mut kitchen] = world.phones(world.bob, "bob-desk").await;
    let dialling = anns.dial("1002").await;
    let (at_desk, in_kitchen) = (desk.rings().await, kitchen.rings().await);
    (world, anns, [desk, kitchen], dialling, [at_desk, in_kitchen])
}

impl Talking {
    async fn new() -> Self {
        let (world, mut anns, [mut desk, mut kitchen], dialling, [at_desk, in_kitchen]) = ringing().await;
        let bob = desk.picks_up(at_desk).await;
        kitchen.stops_ringing(&in_kitchen).await;
        let ann = anns.answered(&dialling).await;
        let call = world.the_call().await;
        world.is_settled(call).await;
        Self { world, anns, desk, kitchen, ann, bob, call }
    }
}

async fn takes_the_place(phone: &mut Phone, named: &str) -> Dialling {
    let invite = phone.invite("1001").with(Name::Require, "replaces").with(Name::Replaces, named.to_owned());
    phone.dial_with(invite).await
}

#[tokio::test]
async fn a_person_goes_on_at_another_phone() {
    let Talking { world, mut anns, mut desk, mut kitchen, ann, bob, call } = Box::pin(Talking::new()).await;
    let dialling = takes_the_place(&mut kitchen, &naming(&bob)).await;
    let in_kitchen = kitchen.answered(&dialling).await;
    let named = naming(&bob);
    desk.is_hung_up(bob).await;
    kitchen.forget_what_it_heard();
    anns.forget_what_it_heard();
    anns.is_heard_by(&ann, &kitchen).await;
    kitchen.is_heard_by(&in_kitchen, &anns).await;
    anns.hears_nothing_of(&ann, async { world.is_settled(call).await }).await;
    assert_eq!(world.calls().await, [call], "it is the same call");

    // What has ended is not replaced again.
    let again = takes_the_place(&mut desk, &named).await;
    assert_eq!(desk.refused(&again).await, StatusCode::DECLINE);

    kitchen.hangs_up(in_kitchen).await;
    anns.is_hung_up(ann).await;
    let record = world.over(call).await;
    let replaced = world.logged::<LegReplaced>(call, |_| true).await;
    let of = |id| record.legs.iter().find(|leg| leg.id == id).expect("a leg");
    let (former, next) = (of(replaced.leg), of(replaced.by));
    assert_eq!(former.end_reason, Some(EndReason::AnsweredElsewhere));
    assert_eq!((next.user, next.answered_at), (Some(world.bob), former.ended_at));
    adds_up(&world, call).await;
}

#[tokio::test]
async fn who_called_goes_on_at_another_phone() {
    let Talking { world, mut anns, mut desk, ann, bob, call, .. } = Box::pin(Talking::new()).await;
    let [mut mobile] = world.phones(world.ann, "ann-mobile").await;
    let dialling = takes_the_place(&mut mobile, &naming(&ann)).await;
    let on_mobile = mobile.answered(&dialling).await;
    anns.is_hung_up(ann).await;
    mobile.forget_what_it_heard();
    desk.is_heard_by(&bob, &mobile).await;
    desk.forget_what_it_heard();
    mobile.is_heard_by(&on_mobile, &desk).await;
    desk.hangs_up(bob).await;
    mobile.is_hung_up(on_mobile).await;
    let record = world.over(call).await;
    assert_eq!(caller(&record).end_reason, Some(EndReason::AnsweredElsewhere));
    adds_up(&world, call).await;
}

#[tokio::test]
async fn what_rings_is_answered_at_another_phone() {
    let (world, mut anns, [mut desk, mut kitchen], dialling, [at_desk, in_kitchen]) = ringing().await;
    let [mut mobile] = world.phones(world.bob, "bob-mobile").await;
    world.is_settled(world.the_call().await).await;
    let named = format!("{};early-only", naming(&desk.is_early(&at_desk)));
    let taking = takes_the_place(&mut mobile, &named).await;
    let on_mobile = mobile.answered(&taking).await;
    desk.stops_ringing(&at_desk).await;
    kitchen.stops_ringing(&in_kitchen).await;
    let ann = anns.answered(&dialling).await;
    anns.is_heard_by(&ann, &mobile).await;
    mobile.is_heard_by(&on_mobile, &anns).await;
    mobile.hangs_up(on_mobile).await;
    anns.is_hung_up(ann).await;
    let call = world.the_call().await;
    let record = world.over(call).await;
    assert_eq!(record.legs.len(), 4);
    assert!(record.legs.iter().all(|leg| leg.state == LegState::Ended));
    adds_up(&world, call).await;
}

#[tokio::test]
async fn who_may_not_and_what_is_not_there() {
    let Talking { world, mut anns, mut desk, mut kitchen, ann, bob, call } = Box::pin(Talking::new()).await;
    let named = naming(&bob);
    for (named, told) in [
        ("1;to-tag=2;from-tag=3".to_owned(), StatusCode::NO_SUCH_DIALOG),
        (named.replace("from-tag=", "from-tag=x"), StatusCode::NO_SUCH_DIALOG),
        (format!("{named};early-only"), StatusCode::BUSY_HERE),
        (naming(&ann), StatusCode::FORBIDDEN),
    ] {
        let dialling = takes_the_place(&mut kitchen, &named).await;
        assert_eq!(kitchen.refused(&dialling).await, told, "{named}");
    }
    let twice = kitchen.invite("1001").with(Name::Replaces, named.clone());
    let twice = twice.with(Name::Replaces, "1;to-tag=2;from-tag=3");
    assert_eq!(kitchen.ask_plainly(twice).await.status, StatusCode::BAD_REQUEST);
    let unreadable = kitchen.invite("1001").with(Name::Replaces, "1;to-tag=2");
    assert_eq!(kitchen.ask_plainly(unreadable).await.status, StatusCode::BAD_REQUEST);

    // A carrier has no person whose calls it might take.
    let mut carrier = world.carrier().await;
    let invite = carrier.invite(World::BOBS_NUMBER).with(Name::Replaces, named.clone());
    assert_eq!(carrier.ask_plainly(invite).await.status, StatusCode::FORBIDDEN);

    // Nor is it there for somebody of another org.
    let org = world.server.identity.create_org("other").await.expect("an org");
    let eve = person(&world.server.identity, org, "eve", "1002").await;
    let home = DivisionId::home(org.org());
    let made = world.server.communicate.create_phone(org, Cause::SYSTEM, eve, "eve-desk", home).await;
    let (_, secret) = made.expect("an account");
    let mut eves = Phone::with_account(world.server.sip, "eve-desk", &secret).await.of_org("other");
    eves.register().await;
    let dialling = takes_the_place(&mut eves, &named).await;
    assert_eq!(eves.refused(&dialling).await, StatusCode::NO_SUCH_DIALOG);

    world.is_settled(call).await;
    let record = world.record(call).await;
    assert_eq!(record.legs.iter().filter(|leg| leg.state == LegState::Connected).count(), 2);
    assert_eq!(world.calls().await, [call], "no new call either");
    desk.forget_what_it_heard();
    anns.is_heard_by(&ann, &desk).await;
    anns.hangs_up(ann).await;
    desk.is_hung_up(bob).await;
}

#[tokio::test]
async fn a_caller_who_waits_and_a_call_of_a_flow_are_not_replaced() {
    let (mut world, mut anns, [mut desk, _kitchen], dialling, [at_desk, _]) = ringing().await;
    let [mut mobile] = world.phones(world.ann, "ann-mobile").await;
    let waiting = anns.hears_ringing(&dialling).await;
    let taking = takes_the_place(&mut mobile, &naming(&waiting)).await;
    assert_eq!(mobile.refused(&taking).await, StatusCode::NO_SUCH_DIALOG, "only whoever called may end it");
    let bob = desk.picks_up(at_desk).await;
    let ann = anns.answered(&dialling).await;
    anns.hangs_up(ann).await;
    desk.is_hung_up(bob).await;

    let mut app = world.app();
    let dialling = anns.dial(World::FLOW_NUMBER).await;
    let incoming = app.incoming().await;
    world.server.communicate.calls().answer(world.scope, incoming.call).await.expect("answers");
    let ann = anns.answered(&dialling).await;
    let taking = takes_the_place(&mut mobile, &naming(&ann)).await;
    assert_eq!(mobile.refused(&taking).await, StatusCode::DECLINE);
    anns.hangs_up(ann).await;
}

#[tokio::test]
async fn phones_are_told_that_it_can_be_done() {
    let world = World::new().await;
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    let asked = anns.request(Method::Options, "1002");
    assert!(anns.ask_plainly(asked).await.headers.lists(&Name::Supported, "replaces"));
}
