//! Stories of a call, on fake time.

use tandem_proto::Timestamp;
use uuid::Uuid;

use super::*;

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_micros(ms * 1_000)
}

pub(crate) fn id(n: u128) -> LegId {
    LegId::from_uuid(Uuid::from_u128(n))
}

pub(crate) fn leg(n: u128, kind: LegKind) -> Leg {
    Leg {
        id: id(n),
        kind,
        user: (kind == LegKind::Web).then(|| UserId::from_uuid(Uuid::from_u128(n))),
        device: None,
        address: format!("{n}"),
        name: None,
        state: LegState::Dialing,
        caller: false,
        muted: false,
        started_at: at(0),
        answered_at: None,
        ended_at: None,
        end_reason: None,
        trunk: None,
    }
}

pub(crate) fn start(caller: LegKind, steered: bool) -> Call {
    Call::start(at(0), CallId::from_uuid(Uuid::from_u128(99)), "1001".into(), false, leg(1, caller), steered)
}

/// Everything but the log, which other assertions read from the record.
pub(crate) fn effects(call: &mut Call) -> Vec<Effect> {
    std::iter::from_fn(|| call.poll_effect()).filter(|effect| !matches!(effect, Effect::Log(_))).collect()
}

fn reason(call: &Call, n: u128) -> Option<EndReason> {
    call.leg(id(n)).and_then(|l| l.end_reason)
}

#[test]
fn the_first_answer_wins_and_hanging_up_ends_both_sides() {
    let mut call = start(LegKind::Trunk, false);
    call.ring(at(0), vec![leg(2, LegKind::Web), leg(3, LegKind::Phone)], at(30_000)).unwrap();
    assert_eq!(effects(&mut call), [Effect::Alert(id(1))]);
    call.answered(at(5_000), id(3), None).unwrap();
    assert_eq!(
        effects(&mut call),
        [
            Effect::Release { leg: id(2), reason: EndReason::AnsweredElsewhere },
            Effect::CloseMedia(id(2)),
            Effect::Accept(id(1)),
            Effect::Join(id(1)),
            Effect::Join(id(3)),
        ]
    );
    assert_eq!(call.poll_timeout(), None);
    call.ended_by_far_end(at(9_000), id(1), EndReason::Hangup).unwrap();
    assert_eq!(
        effects(&mut call),
        [
            Effect::CloseMedia(id(1)),
            Effect::Release { leg: id(3), reason: EndReason::RemoteHangup },
            Effect::CloseMedia(id(3)),
        ]
    );
    assert!(call.is_over());
    assert_eq!(call.record().end_reason, Some(EndReason::Hangup));
}

#[test]
fn a_browser_that_calls_hears_ringback_until_the_answer() {
    let mut call = start(LegKind::Web, false);
    call.ring(at(0), vec![leg(2, LegKind::Phone)], at(30_000)).unwrap();
    assert_eq!(effects(&mut call), []);
    call.ringing(id(2)).unwrap();
    assert_eq!(effects(&mut call), [Effect::Ringback(id(1))]);
    call.answered(at(1_000), id(2), None).unwrap();
    assert_eq!(
        effects(&mut call),
        [Effect::Accept(id(1)), Effect::Quiet(id(1)), Effect::Join(id(1)), Effect::Join(id(2))]
    );
}

#[test]
fn when_nobody_answers_the_caller_is_told_so() {
    let mut call = start(LegKind::Trunk, false);
    call.ring(at(0), vec![leg(2, LegKind::Web), leg(3, LegKind::Phone)], at(30_000)).unwrap();
    call.ended_by_far_end(at(100), id(3), EndReason::Unreachable).unwrap();
    assert!(!call.is_over());
    assert_eq!(call.poll_timeout(), Some(at(30_000)));
    call.deadline(at(30_000));
    assert!(call.is_over());
    assert_eq!(call.record().end_reason, Some(EndReason::NoAnswer));
    assert_eq!(reason(&call, 1), Some(EndReason::NoAnswer));
}

#[test]
fn a_caller_who_gives_up_cancels_what_rings() {
    let mut call = start(LegKind::Phone, false);
    call.ring(at(0), vec![leg(2, LegKind::Web)], at(30_000)).unwrap();
    call.ended_by_far_end(at(700), id(1), EndReason::Cancelled).unwrap();
    assert_eq!(reason(&call, 2), Some(EndReason::Cancelled));
    assert_eq!(call.record().end_reason, Some(EndReason::Cancelled));
}

#[test]
fn a_steered_call_outlives_the_legs_rung_for_it() {
    let mut call = start(LegKind::Trunk, true);
    call.answer_caller(at(10)).unwrap();
    call.ring(at(1_000), vec![leg(2, LegKind::Web)], at(21_000)).unwrap();
    call.ended_by_far_end(at(2_000), id(2), EndReason::Declined).unwrap();
    assert!(!call.is_over());
    effects(&mut call);
    call.ring(at(3_000), vec![leg(3, LegKind::Web)], at(23_000)).unwrap();
    call.answered(at(4_000), id(3), None).unwrap();
    let told = effects(&mut call);
    assert_eq!(told[0], Effect::Quiet(id(1)), "the music ends with the answer");
    assert!(told.contains(&Effect::Join(id(3))));
    call.hang_up(at(9_000), id(3), EndReason::Hangup).unwrap();
    assert!(!call.is_over(), "the app decides what becomes of the caller");
    call.end(at(9_001), EndReason::RemoteHangup);
    let told = effects(&mut call);
    assert_eq!(told.last(), Some(&Effect::Notice(CallChange::Ended { reason: EndReason::RemoteHangup })));
}

#[test]
fn hold_takes_the_holder_out_and_gives_the_others_music() {
    let mut call = start(LegKind::Web, false);
    call.ring(at(0), vec![leg(2, LegKind::Phone)], at(30_000)).unwrap();
    call.answered(at(1), id(2), None).unwrap();
    effects(&mut call);
    call.hold(id(1), true).unwrap();
    assert_eq!(effects(&mut call), [Effect::Leave(id(1)), Effect::HoldMusic(id(2))]);
    call.hold(id(1), true).unwrap();
    assert_eq!(effects(&mut call), [], "said twice, done once");
    call.hold(id(2), true).unwrap();
    assert_eq!(effects(&mut call), [Effect::Quiet(id(2)), Effect::Leave(id(2))]);
    call.hold(id(1), false).unwrap();
    assert_eq!(effects(&mut call), [Effect::HoldMusic(id(1)), Effect::Join(id(1))]);
    call.hold(id(2), false).unwrap();
    assert_eq!(effects(&mut call), [Effect::Quiet(id(1)), Effect::Join(id(2))]);
}

#[test]
fn digits_reach_the_phones_of_the_others() {
    let mut call = start(LegKind::Web, false);
    call.ring(at(0), vec![leg(2, LegKind::Phone)], at(30_000)).unwrap();
    assert_eq!(call.digit(id(1), '5'), Err(Refused::NotConnected));
    call.answered(at(1), id(2), None).unwrap();
    effects(&mut call);
    call.digit(id(1), '5').unwrap();
    assert_eq!(effects(&mut call), [Effect::SendDigit { leg: id(2), digit: '5' }]);
}

#[test]
fn what_is_over_stays_over() {
    let mut call = start(LegKind::Trunk, false);
    call.nobody(at(0), EndReason::NotFound);
    assert_eq!(call.record().end_reason, Some(EndReason::NotFound));
    effects(&mut call);
    assert_eq!(call.ring(at(1), vec![leg(2, LegKind::Web)], at(2)), Err(Refused::Over));
    assert_eq!(call.ended_by_far_end(at(1), id(1), EndReason::Hangup), Err(Refused::UnknownLeg));
    call.end(at(3), EndReason::Failed);
    assert_eq!(effects(&mut call), []);
}

#[test]
fn what_is_restored_goes_on() {
    let mut call = start(LegKind::Trunk, false);
    call.ring(at(0), vec![leg(2, LegKind::Web), leg(3, LegKind::Phone)], at(30_000)).unwrap();
    effects(&mut call);
    let saved = serde_json::to_string(&call).unwrap();
    let mut call: Call = serde_json::from_str(&saved).unwrap();
    assert_eq!(call.poll_timeout(), Some(at(30_000)), "deadlines too");
    call.answered(at(1), id(2), None).unwrap();
    let told = effects(&mut call);
    assert!(told.contains(&Effect::Release { leg: id(3), reason: EndReason::AnsweredElsewhere }), "{told:?}");
}

#[test]
fn media_made_anew_is_what_it_was() {
    let mut call = start(LegKind::Web, false);
    call.ring(at(0), vec![leg(2, LegKind::Phone)], at(30_000)).unwrap();
    call.answered(at(1), id(2), None).unwrap();
    call.hold(id(1), true).unwrap();
    effects(&mut call);
    call.media_anew(id(1));
    assert_eq!(effects(&mut call), [], "who holds is in no room");
    call.media_anew(id(2));
    assert_eq!(effects(&mut call), [Effect::HoldMusic(id(2)), Effect::Join(id(2))]);
}
