//! Calls of a node that dies, hangs or stops: another goes on with them, and who talks notices nothing.

use tandem_communicate::control::CallChange;
use tandem_proto::{
    CallId, NodeRole,
    api::{EndReason, LegState},
};
use tandem_sip::{Method, StatusCode};

use crate::support::{Node, Phone, Server, Talk, World, in_time};

/// A call between Ann's and Bob's phones, on the first of two SIP nodes and a media node.
struct Pair {
    world: World,
    first: Node,
    second: (Server, Node),
    media: (Server, Node),
    call: CallId,
    anns: Phone,
    bobs: Phone,
    ann: Talk,
    bob: Talk,
}

impl Pair {
    async fn new() -> Self {
        let (world, first) = World::of_many().await;
        let media = world.beside("media-1", NodeRole::Media).await;
        let second = world.beside("sip-2", NodeRole::Sip).await;
        let (mut anns, mut bobs) = world.two_phones().await;
        let dialling = anns.dial("1002").await;
        let alerting = bobs.rings().await;
        let bob = bobs.picks_up(alerting).await;
        let ann = anns.answered(&dialling).await;
        let call = world.the_call().await;
        world.is_settled(call).await;
        Self { world, first, second, media, call, anns, bobs, ann, bob }
    }

    /// Waits until the second node owns the call.
    async fn is_taken_over(&self) {
        let calls = self.second.0.communicate.calls();
        let call = calls.describe(self.world.scope, self.call).await.expect("a new owner");
        assert!(call.is_some_and(|call| call.legs.iter().all(|leg| leg.state == LegState::Connected)));
    }
}

#[tokio::test]
async fn a_call_outlives_its_node() {
    let Pair { world, first, second, media: _media, call, mut anns, mut bobs, ann, mut bob } = {
        let pair = Pair::new().await;
        pair.anns.is_heard_by(&pair.ann, &pair.bobs).await;
        pair
    };
    first.kill().await;
    bobs.forget_what_it_heard();
    anns.is_heard_by(&ann, &bobs).await;
    let record = second.0.communicate.calls().describe(world.scope, call).await.expect("a new owner");
    assert_eq!(record, Some(world.record(call).await));
    bobs.finds_it_at(&mut bob, second.0.sip);
    bobs.hangs_up(bob).await;
    assert!(anns.is_hung_up(ann).await > 1_000, "numbers that may have been used are left out");
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn an_owner_that_hung_is_silent() {
    let mut pair = Pair::new().await;
    let hanging = pair.first.hang();
    pair.is_taken_over().await;
    drop(hanging);
    // What the former owner does now is refused by the store, and it says nothing to anybody.
    let ann = &mut pair.ann;
    assert!(
        pair.anns
            .says(ann, Method::Info, Some(("application/dtmf", "5".to_owned())))
            .await
            .status
            .is_success()
    );
    let (world, call) = (&pair.world, pair.call);
    let first = world.server.communicate.calls();
    let asked = async {
        let described = first.describe(world.scope, call).await.expect("whoever owns it is asked");
        assert_eq!(described, Some(world.record(call).await));
    };
    pair.anns.hears_nothing_of(&pair.ann, asked).await;
    first.end(world.scope, call, EndReason::Hangup).await.expect("ends");
    assert!(pair.anns.is_hung_up(pair.ann).await > 1_000, "by the new owner");
    assert!(pair.bobs.is_hung_up(pair.bob).await > 1_000, "by the new owner");
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn an_owner_that_hung_lets_go_by_itself() {
    let mut pair = Pair::new().await;
    let hanging = pair.first.hang();
    let (first, second) = (&pair.world.server.communicate, &pair.second.0.communicate);
    in_time("the taking over", async {
        while second.live_calls() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(hanging);
    in_time("the former owner's letting go", async {
        while first.live_calls() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    pair.bobs.finds_it_at(&mut pair.bob, pair.second.0.sip);
    pair.bobs.hangs_up(pair.bob).await;
    assert!(pair.anns.is_hung_up(pair.ann).await > 1_000, "by the new owner");
    assert_eq!(pair.world.over(pair.call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn commands_reach_whoever_owns_the_call() {
    let (mut world, first) = World::of_many().await;
    let _media = world.beside("media-1", NodeRole::Media).await;
    let mut second = world.beside("sip-2", NodeRole::Sip).await;
    let engine = world.beside("engine-1", NodeRole::Engine).await;
    let mut app = world.app();
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    let incoming = app.incoming().await;
    let (scope, call, leg) = (world.scope, incoming.call, incoming.leg);
    let calls = engine.0.communicate.calls();
    calls.answer(scope, call).await.expect("answers");
    assert_eq!(app.notice().await, CallChange::Answered { leg, user: None });
    let talk = carrier.answered(&dialling).await;
    calls.play(scope, call, leg, 1, vec![World::sound("music")], true).await.expect("plays");

    first.kill().await;
    // Asked while nobody owns it: it waits for the new owner.
    let mut app = second.0.app();
    calls.play(scope, call, leg, 2, vec![World::sound("beep")], false).await.expect("plays");
    assert_eq!(app.notice().await, CallChange::Played { leg, play: 2 });
    calls.end(scope, call, EndReason::Hangup).await.expect("ends");
    carrier.is_hung_up(talk).await;
    assert_eq!(calls.describe(scope, call).await.expect("is known"), None);
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn a_caller_who_waits_is_answered_by_the_next_node() {
    let (mut world, first) = World::of_many().await;
    let _media = world.beside("media-1", NodeRole::Media).await;
    let second = world.beside("sip-2", NodeRole::Sip).await;
    let mut app = world.app();
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::FLOW_NUMBER).await;
    let incoming = app.incoming().await;
    world.is_settled(incoming.call).await;
    first.kill().await;
    let calls = second.0.communicate.calls();
    calls.answer(world.scope, incoming.call).await.expect("answers");
    let mut talk = carrier.answered(&dialling).await;
    carrier.finds_it_at(&mut talk, second.0.sip);
    carrier.hangs_up(talk).await;
    assert_eq!(world.over(incoming.call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn a_node_that_stops_leaves_its_calls_to_another() {
    let mut pair = Pair::new().await;
    let draining = pair.world.server.communicate.clone();
    in_time("the drain", draining.drain()).await;
    pair.is_taken_over().await;
    let (world, call) = (&pair.world, pair.call);
    assert_eq!(world.log(call).await.iter().filter(|event| event.kind == "call.ended").count(), 0);
    pair.bobs.forget_what_it_heard();
    pair.anns.is_heard_by(&pair.ann, &pair.bobs).await;
    pair.anns.finds_it_at(&mut pair.ann, pair.second.0.sip);
    pair.anns.hangs_up(pair.ann).await;
    assert!(pair.bobs.is_hung_up(pair.bob).await > 1_000);
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn a_media_node_dies_and_the_call_goes_on_at_another() {
    let Pair { world, first: _first, second: _second, media, call, mut anns, mut bobs, mut ann, mut bob } =
        Pair::new().await;
    let next = world.beside("media-2", NodeRole::Media).await;
    let before = (ann.far_end, bob.far_end);
    media.1.kill().await;
    let ann_offers_as_well = async {
        anns.refuses_reoffer(&mut ann, StatusCode::REQUEST_PENDING).await;
        anns.is_reoffered(&mut ann).await
    };
    tokio::join!(ann_offers_as_well, bobs.is_reoffered(&mut bob));
    assert_ne!((ann.far_end, bob.far_end), before);
    anns.is_heard_by(&ann, &bobs).await;
    bobs.is_heard_by(&bob, &anns).await;
    drop(next);
    anns.hangs_up(ann).await;
    bobs.is_hung_up(bob).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}
