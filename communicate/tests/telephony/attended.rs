//! A phone that has two calls joins them (RFC 3515 with RFC 3891, RFC 5589 §7).

use tandem_proto::{
    CallId, NodeRole, UserId,
    api::{EndReason, LegState},
    events::call::{LegRinging, LegTransferred},
};
use tandem_sip::{ReferProgress, StatusCode};

use crate::{
    log::adds_up,
    support::{Alerting, Dialling, Phone, Talk, World, person, rung},
    transfer::{is_told, refers},
};

/// Ann's phone talks to Bob's, who holds; Cleo has a phone.
struct Held {
    world: World,
    anns: Phone,
    bobs: Phone,
    cleos: Phone,
    cleo: UserId,
    ann: Talk,
    bob: Talk,
    call: CallId,
}

/// And Bob's phone has called Cleo's, who talks to him.
struct Both {
    held: Held,
    /// Bob's side, and Cleo's.
    asking: Talk,
    asked: Talk,
    other: CallId,
}

impl Held {
    async fn new(world: World) -> Self {
        let cleo = person(&world.server.identity, world.scope, "cleo", "1003").await;
        let (mut anns, mut bobs) = world.two_phones().await;
        let [cleos] = world.phones(cleo, "cleo-desk").await;
        let dialling = anns.dial("1002").await;
        let alerting = bobs.rings().await;
        let mut bob = bobs.picks_up(alerting).await;
        let ann = anns.answered(&dialling).await;
        let call = world.the_call().await;
        bobs.reoffers(&mut bob, "sendonly").await;
        world.is_settled(call).await;
        Self { world, anns, bobs, cleos, cleo, ann, bob, call }
    }

    /// The latest call.
    async fn latest(&self) -> CallId {
        *self.world.calls().await.last().expect("a call")
    }

    /// Bob's phone calls Cleo's, which rings.
    async fn asks(&mut self) -> (Dialling, Talk, Alerting) {
        let dialling = self.bobs.dial("1003").await;
        let alerting = self.cleos.rings().await;
        let early = self.bobs.hears_ringing(&dialling).await;
        (dialling, early, alerting)
    }

    /// All is as it was before Bob tried.
    async fn talks_on(&mut self) {
        self.world.is_settled(self.call).await;
        let record = self.world.record(self.call).await;
        let states: Vec<_> = record.legs.iter().map(|leg| leg.state).collect();
        assert_eq!(states, [LegState::Connected, LegState::Holding]);
        assert_eq!(self.bobs.reoffers(&mut self.bob, "sendrecv").await.status, StatusCode::OK);
        self.bobs.forget_what_it_heard();
        self.anns.is_heard_by(&self.ann, &self.bobs).await;
        assert_eq!(self.bobs.reoffers(&mut self.bob, "sendonly").await.status, StatusCode::OK);
    }
}

impl Both {
    async fn new() -> Self {
        Box::pin(Self::of(World::new().await)).await
    }

    async fn of(world: World) -> Self {
        let mut held = Held::new(world).await;
        let (dialling, _, alerting) = held.asks().await;
        let asked = held.cleos.picks_up(alerting).await;
        let asking = held.bobs.answered(&dialling).await;
        let other = held.latest().await;
        held.world.is_settled(other).await;
        Self { held, asking, asked, other }
    }
}

/// What names a phone's dialog to the server.
pub(crate) fn naming(talk: &Talk) -> String {
    let id = talk.dialog.id();
    format!("{};to-tag={};from-tag={}", id.call_id, id.remote_tag, id.local_tag)
}

/// A Refer-To somebody whose dialog is meant.
fn in_place_of(user: &str, naming: &str) -> String {
    let escaped = naming.replace('@', "%40").replace(';', "%3B").replace('=', "%3D");
    format!("<sip:{user}@demo?Replaces={escaped}>")
}

const TRYING: ReferProgress = ReferProgress::Trying(StatusCode::TRYING);
const DONE: ReferProgress = ReferProgress::Done(StatusCode::OK);

#[tokio::test]
async fn who_is_held_goes_on_with_who_was_asked() {
    let Both { held, asking, asked, other } = Box::pin(Both::new()).await;
    let Held { world, mut anns, mut bobs, mut cleos, cleo, ann, mut bob, call } = held;
    let target = in_place_of("1003", &naming(&asking));
    assert_eq!(refers(&mut bobs, &mut bob, &target).await, StatusCode::ACCEPTED);
    assert_eq!(is_told(&mut bobs, &mut bob).await, TRYING);
    assert_eq!(is_told(&mut bobs, &mut bob).await, DONE);
    bobs.is_hung_up(bob).await;
    bobs.is_hung_up(asking).await;
    anns.forget_what_it_heard();
    cleos.forget_what_it_heard();
    anns.is_heard_by(&ann, &cleos).await;
    cleos.is_heard_by(&asked, &anns).await;
    let settled = async { world.is_settled(call).await };
    anns.hears_nothing_of(&ann, settled).await;
    cleos.hears_nothing_of(&asked, async {}).await;

    let former = world.over(other).await;
    let moved = rung(&former)[0].id;
    let ends: Vec<_> = former.legs.iter().map(|leg| leg.end_reason).collect();
    assert_eq!(ends, [Some(EndReason::Hangup), Some(EndReason::RemoteHangup)]);
    assert_eq!(former.end_reason, Some(EndReason::Hangup));
    for said_in in [call, other] {
        let said = world.logged::<LegTransferred>(said_in, |_| true).await;
        assert_eq!(said, LegTransferred { call: said_in, leg: moved, from: other, to: call });
    }
    let kinds = adds_up(&world, other).await;
    assert_eq!(kinds[kinds.len() - 4..], ["leg.transferred", "leg.ended", "leg.ended", "ended"]);
    let kinds = adds_up(&world, call).await;
    assert_eq!(kinds[kinds.len() - 4..], ["leg.added", "leg.transferred", "leg.answered", "leg.ended"]);
    let record = world.record(call).await;
    let of_cleo = record.legs.iter().find(|leg| leg.id == moved).expect("in both records");
    assert_eq!((of_cleo.user, of_cleo.state), (Some(cleo), LegState::Connected));
    assert_eq!(of_cleo.answered_at, former.ended_at, "no moment counts twice, and none is left out");
    assert_eq!(record.legs[1].end_reason, Some(EndReason::Hangup), "Bob's");

    cleos.hangs_up(asked).await;
    anns.is_hung_up(ann).await;
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
    adds_up(&world, call).await;
}

#[tokio::test]
async fn who_was_asked_goes_on_with_who_is_held() {
    let Both { held, mut asking, asked, other } = Box::pin(Both::new()).await;
    let Held { world, mut anns, mut bobs, mut cleos, ann, bob, call, .. } = held;
    let target = in_place_of("1001", &naming(&bob));
    assert_eq!(refers(&mut bobs, &mut asking, &target).await, StatusCode::ACCEPTED);
    assert_eq!(is_told(&mut bobs, &mut asking).await, TRYING);
    assert_eq!(is_told(&mut bobs, &mut asking).await, DONE);
    bobs.is_hung_up(asking).await;
    bobs.is_hung_up(bob).await;
    let former = world.over(call).await;
    assert_eq!(former.legs[0].end_reason, Some(EndReason::RemoteHangup), "Ann's, who was the caller");
    cleos.forget_what_it_heard();
    anns.is_heard_by(&ann, &cleos).await;
    anns.forget_what_it_heard();
    cleos.is_heard_by(&asked, &anns).await;
    anns.hangs_up(ann).await;
    cleos.is_hung_up(asked).await;
    world.over(other).await;
    for call in [call, other] {
        adds_up(&world, call).await;
    }
}

#[tokio::test]
async fn who_rings_goes_on_ringing() {
    let mut held = Held::new(World::new().await).await;
    let (dialling, early, alerting) = held.asks().await;
    let other = held.latest().await;
    held.world.logged::<LegRinging>(other, |_| true).await;
    held.world.is_settled(other).await;
    let Held { world, mut anns, mut bobs, mut cleos, ann, mut bob, call, .. } = held;
    let target = in_place_of("1003", &naming(&early));
    assert_eq!(refers(&mut bobs, &mut bob, &target).await, StatusCode::ACCEPTED);
    assert_eq!(bobs.refused(&dialling).await, StatusCode::REQUEST_TERMINATED);
    assert_eq!(is_told(&mut bobs, &mut bob).await, TRYING);
    let former = world.over(other).await;
    assert_eq!(former.end_reason, Some(EndReason::Cancelled));
    let asked = cleos.picks_up(alerting).await;
    assert_eq!(is_told(&mut bobs, &mut bob).await, DONE);
    bobs.is_hung_up(bob).await;
    cleos.forget_what_it_heard();
    anns.is_heard_by(&ann, &cleos).await;
    anns.forget_what_it_heard();
    cleos.is_heard_by(&asked, &anns).await;
    cleos.hangs_up(asked).await;
    anns.is_hung_up(ann).await;
    world.over(call).await;
    for call in [call, other] {
        adds_up(&world, call).await;
    }
}

#[tokio::test]
async fn who_rings_and_refuses_leaves_the_others_talking() {
    let mut held = Held::new(World::new().await).await;
    let (dialling, early, alerting) = held.asks().await;
    let target = in_place_of("1003", &naming(&early));
    assert_eq!(refers(&mut held.bobs, &mut held.bob, &target).await, StatusCode::ACCEPTED);
    assert_eq!(held.bobs.refused(&dialling).await, StatusCode::REQUEST_TERMINATED);
    assert_eq!(is_told(&mut held.bobs, &mut held.bob).await, TRYING);
    held.cleos.refuses(&alerting, StatusCode::BUSY_HERE).await;
    assert_eq!(is_told(&mut held.bobs, &mut held.bob).await, ReferProgress::Done(StatusCode::BUSY_HERE));
    let Held { mut anns, mut bobs, ann, bob, .. } = held;
    anns.hangs_up(ann).await;
    bobs.is_hung_up(bob).await;
}

#[tokio::test]
async fn what_cannot_be_joined_leaves_both_calls_as_they_were() {
    let mut both = Box::pin(Both::new()).await;
    let (asking, asked) = (naming(&both.asking), naming(&both.asked));
    let (own, held) = (naming(&both.held.bob), naming(&both.held.ann));
    let Both { held: Held { bobs, bob, .. }, .. } = &mut both;
    for (named, told) in [
        ("1;to-tag=2;from-tag=3".to_owned(), StatusCode::NO_SUCH_DIALOG),
        // Its own tag is another.
        (asking.replace("from-tag=", "from-tag=x"), StatusCode::NO_SUCH_DIALOG),
        (asked, StatusCode::FORBIDDEN),
        (format!("{asking};early-only"), StatusCode::BUSY_HERE),
        (own, StatusCode::DECLINE),
        (held, StatusCode::DECLINE),
    ] {
        let target = in_place_of("1003", &named);
        assert_eq!(refers(bobs, bob, &target).await, StatusCode::ACCEPTED);
        assert_eq!(is_told(bobs, bob).await, TRYING);
        assert_eq!(is_told(bobs, bob).await, ReferProgress::Done(told), "{named}");
    }
    for unreadable in
        ["<sip:1003@demo?Replaces=1>", "<sip:1003@demo?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3&replaces=4>"]
    {
        assert_eq!(refers(bobs, bob, unreadable).await, StatusCode::BAD_REQUEST, "{unreadable}");
    }
    both.held.talks_on().await;
    let Both { mut held, asking, asked, other } = both;
    held.bobs.forget_what_it_heard();
    held.cleos.is_heard_by(&asked, &held.bobs).await;
    held.bobs.hangs_up(asking).await;
    held.cleos.is_hung_up(asked).await;
    assert_eq!(held.world.over(other).await.legs.len(), 2);
}

#[tokio::test]
async fn a_call_of_a_flow_is_not_joined() {
    let mut held = Held::new(World::new().await).await;
    let mut app = held.world.app();
    let dialling = held.bobs.dial(World::FLOW_NUMBER).await;
    let incoming = app.incoming().await;
    held.world.server.communicate.calls().answer(held.world.scope, incoming.call).await.expect("answers");
    let with_flow = held.bobs.answered(&dialling).await;
    let target = in_place_of("1003", &naming(&with_flow));
    assert_eq!(refers(&mut held.bobs, &mut held.bob, &target).await, StatusCode::ACCEPTED);
    assert_eq!(is_told(&mut held.bobs, &mut held.bob).await, TRYING);
    assert_eq!(is_told(&mut held.bobs, &mut held.bob).await, ReferProgress::Done(StatusCode::DECLINE));
    held.talks_on().await;
    held.bobs.hangs_up(with_flow).await;
}

#[tokio::test]
async fn a_joined_call_outlives_its_node() {
    let (world, first) = World::of_many().await;
    let _media = world.beside("media-1", NodeRole::Media).await;
    let second = world.beside("sip-2", NodeRole::Sip).await;
    let Both { held, asking, asked, .. } = Box::pin(Both::of(world)).await;
    let Held { world, mut anns, mut bobs, mut cleos, mut ann, mut bob, call, .. } = held;
    let target = in_place_of("1003", &naming(&asking));
    assert_eq!(refers(&mut bobs, &mut bob, &target).await, StatusCode::ACCEPTED);
    assert_eq!(is_told(&mut bobs, &mut bob).await, TRYING);
    assert_eq!(is_told(&mut bobs, &mut bob).await, DONE);
    bobs.is_hung_up(bob).await;
    bobs.is_hung_up(asking).await;
    world.is_settled(call).await;
    first.kill().await;
    let described = second.0.communicate.calls().describe(world.scope, call).await.expect("a new owner");
    assert_eq!(described, Some(world.record(call).await));
    cleos.forget_what_it_heard();
    anns.is_heard_by(&ann, &cleos).await;
    anns.finds_it_at(&mut ann, second.0.sip);
    anns.hangs_up(ann).await;
    assert!(cleos.is_hung_up(asked).await > 1_000, "by the new owner");
    assert_eq!(world.over(call).await.end_reason, Some(EndReason::Hangup));
}

#[tokio::test]
async fn calls_of_two_nodes_are_not_joined() {
    let (world, _first) = World::of_many().await;
    let _media = world.beside("media-1", NodeRole::Media).await;
    let second = world.beside("sip-2", NodeRole::Sip).await;
    let mut held = Held::new(world).await;
    held.bobs.is_served_by(second.0.sip);
    let (dialling, _, alerting) = held.asks().await;
    let asked = held.cleos.picks_up(alerting).await;
    let asking = held.bobs.answered(&dialling).await;
    let other = held.latest().await;
    held.world.is_settled(other).await;
    let target = in_place_of("1003", &naming(&asking));
    assert_eq!(refers(&mut held.bobs, &mut held.bob, &target).await, StatusCode::ACCEPTED);
    assert_eq!(is_told(&mut held.bobs, &mut held.bob).await, TRYING);
    let told = is_told(&mut held.bobs, &mut held.bob).await;
    assert_eq!(told, ReferProgress::Done(StatusCode::NO_SUCH_DIALOG));
    held.talks_on().await;
    held.bobs.forget_what_it_heard();
    held.cleos.is_heard_by(&asked, &held.bobs).await;
    held.bobs.hangs_up(asking).await;
    held.cleos.is_hung_up(asked).await;
}
