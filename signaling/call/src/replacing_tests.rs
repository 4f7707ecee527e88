//! Stories of legs that take the place of others, on fake time.

use tandem_proto::api::LegKind;

use super::*;
use crate::call::tests::{at, effects, id, leg, start};

/// 1 calls 2 and 3, who ring.
fn ringing() -> Call {
    let mut call = start(LegKind::Phone, false);
    call.ring(at(0), vec![leg(2, LegKind::Phone), leg(3, LegKind::Phone)], at(9_000)).expect("goes on");
    effects(&mut call);
    call
}

fn talking() -> Call {
    let mut call = ringing();
    call.answered(at(100), id(2), None).expect("rings");
    effects(&mut call);
    call
}

fn end(call: &Call, n: u128) -> Option<EndReason> {
    call.leg(id(n)).and_then(|leg| leg.end_reason)
}

#[test]
fn a_person_goes_on_at_another_phone() {
    for (former, stays) in [(1, 2), (2, 1)] {
        let mut call = talking();
        call.hold(id(former), true).expect("talks");
        effects(&mut call);
        call.replace(at(200), id(former), leg(4, LegKind::Phone)).expect("talks");
        let told = effects(&mut call);
        let place = |effect| told.iter().position(|told| *told == effect).expect("ordered");
        let accepted = place(Effect::Accept(id(4)));
        assert!(accepted < place(Effect::Join(id(4))));
        assert!(accepted < place(Effect::Release { leg: id(former), reason: EndReason::AnsweredElsewhere }));
        assert_eq!(told.iter().filter(|effect| **effect == Effect::Accept(id(4))).count(), 1);
        assert!(told.contains(&Effect::Quiet(id(stays))), "nobody holds any more");
        assert_eq!(end(&call, former), Some(EndReason::AnsweredElsewhere));
        assert!(call.is_joined(id(4)) && call.is_joined(id(stays)) && !call.is_over());
        call.ended_by_far_end(at(300), id(stays), EndReason::Hangup).expect("talks");
        assert!(call.is_over());
        assert_eq!(end(&call, 4), Some(EndReason::RemoteHangup));
    }
}

#[test]
fn what_rings_is_answered_at_another_phone() {
    let mut call = ringing();
    call.replace(at(200), id(2), leg(4, LegKind::Phone)).expect("rings");
    let told = effects(&mut call);
    for wanted in [
        Effect::Accept(id(4)),
        Effect::Accept(id(1)),
        Effect::Release { leg: id(2), reason: EndReason::AnsweredElsewhere },
        Effect::Release { leg: id(3), reason: EndReason::AnsweredElsewhere },
    ] {
        assert!(told.contains(&wanted), "{wanted:?} in {told:?}");
    }
    assert!(call.is_joined(id(1)) && call.is_joined(id(4)));
    assert_eq!(call.record().answered_at, Some(at(200)));
}

#[test]
fn the_log_says_who_took_whose_place() {
    let mut call = talking();
    call.replace(at(200), id(2), leg(4, LegKind::Phone)).expect("talks");
    let log: Vec<_> = std::iter::from_fn(|| call.poll_effect())
        .filter_map(|effect| if let Effect::Log(event) = effect { Some(event) } else { None })
        .collect();
    let replaced = Logged::LegReplaced(LegReplaced { call: call.record().id, leg: id(2), by: id(4) });
    assert_eq!(log[1], replaced);
    assert!(
        matches!(&log[..], [Logged::LegAdded(added), _, Logged::LegAnswered(four), Logged::LegEnded(two)]
        if added.leg.id == id(4) && four.leg == id(4) && two.leg == id(2))
    );
}

#[test]
fn whom_a_transfer_is_for_may_go_on_elsewhere_but_not_who_asked_for_it() {
    let mut call = talking();
    call.refer(id(2)).expect("talks");
    assert_eq!(call.replace(at(200), id(2), leg(4, LegKind::Phone)), Err(Refused::NotNow));
    call.replace(at(200), id(1), leg(4, LegKind::Phone)).expect("talks");
    call.ring(at(200), vec![leg(5, LegKind::Phone)], at(9_000)).expect("goes on");
    call.answered(at(300), id(5), None).expect("rings");
    assert!(call.is_joined(id(4)) && call.is_joined(id(5)) && !call.is_over());
}

#[test]
fn what_cannot_be_leaves_the_call_as_it_was() {
    let mut over = talking();
    over.end(at(150), EndReason::Hangup);
    let mut steered = start(LegKind::Phone, true);
    steered.answer_caller(at(10)).expect("waits");
    for (mut call, former, why) in [
        (ringing(), 1, Refused::NotConnected),
        (talking(), 3, Refused::UnknownLeg),
        (talking(), 9, Refused::UnknownLeg),
        (over, 2, Refused::Over),
        (steered, 1, Refused::NotNow),
    ] {
        let before = call.record().clone();
        effects(&mut call);
        assert_eq!(call.replace(at(200), id(former), leg(4, LegKind::Phone)), Err(why));
        assert_eq!(*call.record(), before);
        assert!(effects(&mut call).is_empty());
    }
}
