//! Stories of two calls that become one, on fake time.

use tandem_proto::api::LegKind;
use uuid::Uuid;

use super::*;
use crate::call::tests::{at, effects, id, leg, start};

const CONSULTED: u128 = 77;

fn consulted() -> CallId {
    CallId::from_uuid(Uuid::from_u128(CONSULTED))
}

/// 1 called 2, who answered and holds.
fn held() -> Call {
    let mut call = start(LegKind::Phone, false);
    call.ring(at(0), vec![leg(2, LegKind::Phone)], at(9_000)).expect("goes on");
    call.answered(at(100), id(2), None).expect("rings");
    call.hold(id(2), true).expect("talks");
    effects(&mut call);
    call
}

/// 3, the same phone as 2, called 4 and 5, who ring.
fn consulting() -> Call {
    let mut call = Call::start(at(0), consulted(), "1004".into(), false, leg(3, LegKind::Phone), false);
    call.ring(at(200), vec![leg(4, LegKind::Phone), leg(5, LegKind::Web)], at(9_500)).expect("goes on");
    call.ringing(id(4)).expect("rings");
    effects(&mut call);
    call
}

fn log(call: &mut Call) -> Vec<Logged> {
    let told = std::iter::from_fn(|| call.poll_effect());
    told.filter_map(|effect| if let Effect::Log(event) = effect { Some(event) } else { None }).collect()
}

fn ended(call: &Call, n: u128) -> Option<(EndReason, Timestamp)> {
    call.leg(id(n)).and_then(|leg| leg.end_reason.zip(leg.ended_at))
}

#[test]
fn who_talks_goes_on_with_who_is_held() {
    let (mut call, mut other) = (held(), consulting());
    other.answered(at(300), id(4), None).expect("rings");
    effects(&mut other);
    let moving = other.hand_over(at(400), id(3), call.record().id).expect("both talk");
    let told = effects(&mut other);
    assert_eq!(
        told,
        [Effect::Release { leg: id(3), reason: EndReason::Hangup }, Effect::CloseMedia(id(3))],
        "nothing is said to who goes on, and its media is left alone"
    );
    assert_eq!(ended(&other, 4), Some((EndReason::RemoteHangup, at(400))));
    assert_eq!(ended(&other, 3), Some((EndReason::Hangup, at(400))));
    assert_eq!(other.record().end_reason, Some(EndReason::Hangup));

    call.take_in(at(400), id(2), consulted(), moving).expect("both talk");
    assert_eq!(
        effects(&mut call),
        [
            Effect::Quiet(id(4)),
            Effect::Referred { leg: id(2), failed: None },
            Effect::Release { leg: id(2), reason: EndReason::Hangup },
            Effect::CloseMedia(id(2)),
            Effect::Quiet(id(1)),
            Effect::Join(id(4)),
        ]
    );
    assert!(call.is_joined(id(1)) && call.is_joined(id(4)));
    let four = call.leg(id(4)).expect("a leg");
    assert_eq!((four.started_at, four.answered_at, four.ended_at), (at(400), Some(at(400)), None));
    call.ended_by_far_end(at(500), id(4), EndReason::Hangup).expect("talks");
    assert!(call.is_over(), "it is a call of two");
}

#[test]
fn both_logs_say_it() {
    let (mut call, mut other) = (held(), consulting());
    other.answered(at(300), id(4), None).expect("rings");
    log(&mut call);
    log(&mut other);
    let (to, from) = (call.record().id, other.record().id);
    let moving = other.hand_over(at(400), id(3), to).expect("both talk");
    call.take_in(at(400), id(2), from, moving).expect("both talk");
    let transferred = |call| Logged::LegTransferred(LegTransferred { call, leg: id(4), from, to });
    let theirs = log(&mut other);
    assert_eq!(theirs[0], transferred(from));
    assert!(matches!(&theirs[1..], [Logged::LegEnded(four), Logged::LegEnded(three), Logged::Ended(_)]
        if four.leg == id(4) && three.leg == id(3)));
    let ours = log(&mut call);
    assert_eq!(ours[1], transferred(to));
    assert!(
        matches!(&ours[..], [Logged::LegAdded(added), _, Logged::LegAnswered(four), Logged::LegEnded(two)]
        if added.leg.id == id(4) && added.leg.answered_at.is_none() && four.leg == id(4) && two.leg == id(2))
    );
}

#[test]
fn who_holds_goes_on_holding() {
    let (mut call, mut other) = (held(), consulting());
    other.answered(at(300), id(4), None).expect("rings");
    other.hold(id(4), true).expect("talks");
    let moving = other.hand_over(at(400), id(3), call.record().id).expect("both talk");
    call.take_in(at(400), id(2), consulted(), moving).expect("both talk");
    assert_eq!(call.leg(id(4)).map(|leg| leg.state), Some(LegState::Holding));
    assert!(!call.is_joined(id(4)) && call.is_joined(id(1)));
    // Who was on hold before hears the music go on.
    let effects = effects(&mut call);
    assert!(!effects.contains(&Effect::Quiet(id(1))) && !effects.contains(&Effect::HoldMusic(id(1))));
}

#[test]
fn the_calling_side_of_the_other_call_goes_on_as_well() {
    // 1 talks to 2, and 3 was called by 2's other phone, 6.
    let mut call = start(LegKind::Phone, false);
    call.ring(at(0), vec![leg(2, LegKind::Phone)], at(9_000)).expect("goes on");
    call.answered(at(100), id(2), None).expect("rings");
    let mut other = Call::start(at(0), consulted(), "1002".into(), false, leg(3, LegKind::Phone), false);
    other.ring(at(0), vec![leg(6, LegKind::Phone)], at(9_000)).expect("goes on");
    other.answered(at(100), id(6), None).expect("rings");
    let moving = other.hand_over(at(200), id(6), call.record().id).expect("both talk");
    call.take_in(at(200), id(2), consulted(), moving).expect("both talk");
    assert_eq!(call.leg(id(3)).map(|leg| leg.caller), Some(false), "it did not call here");
    assert!(call.is_joined(id(3)) && call.is_joined(id(1)));
}

#[test]
fn who_rings_goes_on_ringing() {
    let (mut call, mut other) = (held(), consulting());
    let moving = other.hand_over(at(400), id(3), call.record().id).expect("they ring");
    assert!(
        !effects(&mut other)
            .iter()
            .any(|effect| matches!(effect, Effect::Release { leg, .. } if *leg != id(3)))
    );
    assert_eq!(ended(&other, 4), Some((EndReason::Cancelled, at(400))));
    assert_eq!(other.record().end_reason, Some(EndReason::Cancelled));
    call.take_in(at(400), id(2), consulted(), moving).expect("both talk");
    assert!(effects(&mut call).is_empty(), "nobody notices yet");
    assert_eq!(call.leg(id(4)).map(|leg| leg.state), Some(LegState::Ringing));
    assert_eq!(call.poll_timeout(), Some(at(9_500)), "as long as they would have");
    call.answered(at(600), id(4), None).expect("rings");
    let told = effects(&mut call);
    for wanted in [
        Effect::Release { leg: id(5), reason: EndReason::AnsweredElsewhere },
        Effect::Referred { leg: id(2), failed: None },
        Effect::Release { leg: id(2), reason: EndReason::Hangup },
        Effect::Join(id(4)),
        Effect::Quiet(id(1)),
    ] {
        assert!(told.contains(&wanted), "{wanted:?} in {told:?}");
    }
    assert!(!call.is_over());
}

#[test]
fn nobody_answers_who_rings() {
    let (mut call, mut other) = (held(), consulting());
    let moving = other.hand_over(at(400), id(3), call.record().id).expect("they ring");
    call.take_in(at(400), id(2), consulted(), moving).expect("both talk");
    call.deadline(at(9_500));
    let failed = Effect::Referred { leg: id(2), failed: Some(EndReason::NoAnswer) };
    assert!(effects(&mut call).contains(&failed));
    assert!(!call.is_over(), "they talk on");
}

#[test]
fn what_cannot_be_leaves_both_as_they_were() {
    let to = held().record().id;
    let unchanged = |mut call: Call, by: u128, why| {
        let before = call.clone();
        assert_eq!(call.hand_over(at(400), id(by), to).map(drop), Err(why));
        assert_eq!(call.record(), before.record());
        assert!(effects(&mut call).is_empty());
    };
    unchanged(consulting(), 4, Refused::NotConnected);
    unchanged(consulting(), 9, Refused::UnknownLeg);
    unchanged(
        Call::start(at(0), consulted(), "1004".into(), false, leg(3, LegKind::Phone), false).quiet(),
        3,
        Refused::NotConnected,
    );
    let mut steered = start(LegKind::Phone, true);
    steered.answer_caller(at(10)).expect("waits");
    unchanged(steered.quiet(), 1, Refused::NotNow);
    let mut transfers = held();
    transfers.refer(id(2)).expect("talks");
    unchanged(transfers, 1, Refused::NotNow);
    let mut over = held();
    over.end(at(300), EndReason::Hangup);
    unchanged(over.quiet(), 1, Refused::Over);

    let moving = || {
        let mut other = consulting();
        other.hand_over(at(400), id(3), to).expect("they ring")
    };
    let mut call = held();
    assert_eq!(call.take_in(at(400), id(9), consulted(), moving()), Err(Refused::UnknownLeg));
    call.refer(id(2)).expect("talks");
    let before = call.clone();
    assert_eq!(call.take_in(at(400), id(2), consulted(), moving()), Err(Refused::NotNow), "one at a time");
    assert_eq!(call.record(), before.record());
    assert_eq!(call.caller(), before.caller());
}

impl Call {
    fn quiet(mut self) -> Self {
        effects(&mut self);
        self
    }
}
