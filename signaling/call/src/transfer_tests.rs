//! Stories of transfers, on fake time.

use tandem_proto::api::{Leg, LegKind};

use super::*;
use crate::call::tests::{at, effects, id, leg, start};

fn phone(n: u128) -> Leg {
    leg(n, LegKind::Phone)
}

/// 1 called 2, who answered.
fn talking() -> Call {
    let mut call = start(LegKind::Phone, false);
    call.ring(at(0), vec![phone(2)], at(9_000)).expect("goes on");
    call.answered(at(100), id(2), None).expect("rings");
    effects(&mut call);
    call
}

#[test]
fn the_caller_transfers_and_is_ended_with_the_answer() {
    let mut call = talking();
    call.refer(id(1)).expect("talks");
    assert_eq!(call.refer(id(2)), Err(Refused::NotNow), "one at a time");
    call.ring(at(200), vec![phone(3)], at(9_000)).expect("goes on");
    call.answered(at(300), id(3), None).expect("rings");
    let told = effects(&mut call);
    let end = Effect::Release { leg: id(1), reason: EndReason::Hangup };
    let referred = Effect::Referred { leg: id(1), failed: None };
    let place = |effect| told.iter().position(|told| *told == effect).expect("ordered");
    assert!(place(referred) < place(end), "{told:?}");
    assert!(call.is_joined(id(2)) && call.is_joined(id(3)) && !call.is_over());
    call.ended_by_far_end(at(400), id(3), EndReason::Hangup).expect("talks");
    assert!(call.is_over());
}

#[test]
fn who_transfers_may_go_before_the_answer() {
    let mut call = talking();
    call.refer(id(1)).expect("talks");
    call.ring(at(200), vec![phone(3)], at(9_000)).expect("goes on");
    call.ended_by_far_end(at(250), id(1), EndReason::Hangup).expect("talks");
    assert!(!call.is_over());
    assert!(effects(&mut call).contains(&Effect::Ringback(id(2))), "it hears that somebody is rung");
    call.answered(at(300), id(3), None).expect("rings");
    assert!(effects(&mut call).contains(&Effect::Quiet(id(2))));
    assert!(call.is_joined(id(2)) && call.is_joined(id(3)));
}

#[test]
fn nobody_answers_and_both_talk_on_or_the_call_is_over() {
    let mut call = talking();
    call.refer(id(2)).expect("talks");
    call.ring(at(200), vec![phone(3), phone(4)], at(9_000)).expect("goes on");
    call.ended_by_far_end(at(300), id(3), EndReason::Busy).expect("rings");
    assert!(!effects(&mut call).iter().any(|effect| matches!(effect, Effect::Referred { .. })));
    call.deadline(at(9_000));
    let failed = Effect::Referred { leg: id(2), failed: Some(EndReason::NoAnswer) };
    assert!(effects(&mut call).contains(&failed));
    assert!(!call.is_over());
    call.refer(id(2)).expect("it may try again");
    call.refer_failed();
    call.refer(id(1)).expect("so may the other");
    call.ring(at(9_100), vec![phone(5)], at(10_000)).expect("goes on");
    call.ended_by_far_end(at(9_200), id(1), EndReason::Hangup).expect("talks");
    call.deadline(at(10_000));
    assert!(call.is_over(), "nobody is left to talk to");
}
