//! What a call keeps beside its dialog, as messages between two sides on fake time: session timers, reliable provisional responses,
//! offers that cross, forks, and dialogs that are replaced.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use tandem_proto::Timestamp;
use tandem_sip::{
    Dialog, ForkEvent, Forks, Method, Name, OfferError, OfferState, Peer, Provisional, RAck, ReliableDue,
    ReliableReceiver, ReliableSender, Replaces, Request, Response, SessionDue, SessionTimer,
    SessionTimerConfig, StatusCode, Timers, Transport, glare_wait,
};

use crate::support::{Side, addr, answer, invite, start};

fn after(seconds: u64) -> Timestamp {
    start().plus(Duration::from_secs(seconds))
}

fn peer() -> Peer {
    Peer::udp(addr(Side::Called))
}

/// The value as somebody else reads it from where it was saved.
fn saved<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> T {
    let read = serde_json::from_str(&serde_json::to_string(value).expect("serialises")).expect("reads");
    assert_eq!(*value, read);
    read
}

fn timed(config: &SessionTimerConfig) -> Request {
    let mut request = invite();
    config.write_offer(&mut request);
    request
}

/// Both sides' timers after the called one answered.
fn agreed(caller: &SessionTimerConfig, called: &SessionTimerConfig, request: &Request) -> [SessionTimer; 2] {
    let theirs = called.answer(start(), request, false).expect("long enough").expect("a timer");
    let mut response = answer(request, StatusCode::OK);
    theirs.write_answer(&mut response);
    let ours = caller.answered(start(), &response).expect("reads").expect("a timer");
    [ours, theirs]
}

#[test]
fn one_side_refreshes_at_half_time_and_the_other_waits() {
    let config = SessionTimerConfig::default();
    let [mut caller, mut called] = agreed(&config, &config, &timed(&config)).map(|timer| saved(&timer));
    assert_eq!((caller.refreshes(), called.refreshes(), caller.interval_s()), (true, false, 1_800));
    assert_eq!((caller.poll_timeout(), called.poll_timeout()), (after(900), after(1_800 - 32)));
    assert_eq!(caller.elapse(after(899)), None);
    assert_eq!(caller.elapse(after(900)), Some(SessionDue::Refresh));
    // The refresh is lost: the caller gives up at the end, the called side a little before.
    assert_eq!(caller.elapse(after(901)), None, "one is out");
    assert_eq!(called.elapse(after(1_768)), Some(SessionDue::Expired));
    assert_eq!(caller.elapse(after(1_800)), Some(SessionDue::Expired));
}

#[test]
fn a_refresh_keeps_the_roles_and_starts_the_time_anew() {
    let config = SessionTimerConfig::default();
    let [caller, _] = agreed(&config, &config, &timed(&config));
    let mut update = invite();
    caller.write_refresh(&config, &mut update);
    assert_eq!(update.headers.get(&Name::SessionExpires).expect("there"), "1800;refresher=uac");
    let now = after(900);
    let called = config.answer(now, &update, false).expect("long enough").expect("a timer");
    assert!(!called.refreshes());
    assert_eq!(called.poll_timeout(), after(900 + 1_768));
    let mut again = caller;
    again.refresh_again(after(905));
    assert_eq!(again.poll_timeout(), after(905));
}

#[test]
fn the_called_side_refreshes_where_it_is_asked_to_or_nobody_else_can() {
    let config = SessionTimerConfig::default();
    let mut asked = timed(&config);
    asked.headers.set(Name::SessionExpires, "600;refresher=uas");
    let [caller, called] = agreed(&config, &config, &asked);
    assert_eq!((caller.refreshes(), called.refreshes(), called.interval_s()), (false, true, 600));

    // A proxy asked for it; the caller knows nothing of timers.
    let by_proxy = invite().with(Name::SessionExpires, "600");
    let timer = config.answer(start(), &by_proxy, false).expect("long enough").expect("a timer");
    let mut response = answer(&by_proxy, StatusCode::OK);
    timer.write_answer(&mut response);
    assert!(timer.refreshes());
    assert_eq!(response.headers.get(&Name::SessionExpires).expect("there"), "600;refresher=uas");
    assert!(!response.headers.has(&Name::Require), "it could not keep the promise");

    assert_eq!(config.answer(start(), &invite(), false), Ok(None), "nobody asked");
    assert!(config.answer(start(), &invite(), true).expect("fine").expect("a timer").refreshes());
    assert_eq!(config.answered(start(), &answer(&invite(), StatusCode::OK)), Ok(None));
}

#[test]
fn an_interval_below_the_least_is_refused_and_asked_for_again() {
    let strict = SessionTimerConfig { interval_s: 3_600, min_s: 1_000 };
    let config = SessionTimerConfig { interval_s: 120, min_s: 90 };
    let refused = strict.answer(start(), &timed(&config), false).expect_err("too small");
    assert_eq!(
        (refused.status, refused.headers.min_se()),
        (StatusCode::SESSION_INTERVAL_TOO_SMALL, Some(Duration::from_secs(1_000)))
    );
    let again = config.after_422(&refused).expect("says what it wants");
    let request = timed(&again);
    assert_eq!(request.headers.get(&Name::MinSe).expect("there"), "1000");
    assert_eq!(agreed(&again, &strict, &request)[1].interval_s(), 1_000);
    assert_eq!(again.after_422(&refused), None, "the same again helps nobody");
}

#[test]
fn a_refused_refresh_asks_for_more_and_one_that_was_lost_goes_out_again() {
    let config = SessionTimerConfig::default();
    let [mut timer, _] = agreed(&config, &config, &timed(&config));
    assert_eq!(timer.elapse(after(900)), Some(SessionDue::Refresh));
    let mut restored = saved(&timer);
    restored.restored(after(905));
    assert_eq!(restored.elapse(after(905)), Some(SessionDue::Refresh), "nobody knows whether it arrived");
    let small = |least: &'static str| {
        answer(&invite(), StatusCode::SESSION_INTERVAL_TOO_SMALL).with(Name::MinSe, least)
    };
    assert!(!timer.after_422(after(901), &config, &small("90")), "that is no reason to refuse");
    assert!(timer.after_422(after(901), &config, &small("3600")));
    assert_eq!((timer.interval_s(), timer.poll_timeout()), (3_600, after(901)));
    assert_eq!(config.asked_in(&timed(&config)), config);
    assert_eq!(SessionTimerConfig::every(10).interval_s, 90, "the least there is");
}

fn reliable_invite() -> Request {
    invite().with(Name::Supported, "100rel").leaving(Transport::Udp, addr(Side::Caller), "z9hG4bKrel".into())
}

fn ringing(request: &Request) -> Response {
    answer(request, StatusCode::RINGING)
}

fn prack(rack: &RAck) -> Request {
    let mut dialog = Dialog::uac(&invite(), &ringing(&invite()), peer()).expect("a dialog");
    dialog.prack(rack)
}

#[test]
fn reliable_responses_go_one_by_one() {
    let (timers, request) = (Timers::default(), reliable_invite());
    let mut sender = ReliableSender::of(&request, 776_656).expect("takes them");
    let mut receiver = ReliableReceiver::default();
    let first = sender.send(start(), &timers, ringing(&request)).expect("the first goes out");
    assert_eq!(first.headers.rseq(), Ok(Some(776_656)));
    let progress = answer(&request, StatusCode::SESSION_PROGRESS);
    assert_eq!(sender.send(start(), &timers, progress), None, "it waits");
    let Ok(Provisional::Confirm(rack)) = receiver.receive(&first) else { panic!("reliable") };
    assert_eq!(receiver.receive(&first), Ok(Provisional::Repeated));
    let mut sender = saved(&sender);
    assert_eq!(sender.prack(start(), &timers, &prack(&RAck::of(1, 1))), Err(StatusCode::NO_SUCH_DIALOG));
    assert_eq!(sender.prack(start(), &timers, &invite()), Err(StatusCode::BAD_REQUEST));
    let second = sender.prack(start(), &timers, &prack(&rack)).expect("confirms").expect("the next");
    assert_eq!((second.status, second.headers.rseq()), (StatusCode::SESSION_PROGRESS, Ok(Some(776_657))));
    assert_eq!(sender.prack(start(), &timers, &prack(&rack)), Err(StatusCode::NO_SUCH_DIALOG), "once");
    let mut fresh = ReliableReceiver::default();
    assert!(matches!(fresh.receive(&second), Ok(Provisional::Confirm(_))), "any number may be the first");
    let mut third = second.clone();
    third.headers.set(Name::RSeq, "776659");
    assert_eq!(receiver.receive(&third), Ok(Provisional::TooEarly));
    assert!(matches!(receiver.receive(&second), Ok(Provisional::Confirm(_))));
    assert_eq!(receiver.receive(&ringing(&request)), Ok(Provisional::Plain));
}

#[test]
fn an_unconfirmed_response_is_repeated_and_given_up() {
    let (timers, request) = (Timers::default(), reliable_invite());
    let mut sender = ReliableSender::of(&request, 0).expect("takes them");
    let sent = sender.send(start(), &timers, ringing(&request)).expect("goes out");
    assert_eq!(sent.headers.rseq(), Ok(Some(1)), "never 0");
    let mut repeated = Vec::new();
    while let Some(at) = sender.poll_timeout() {
        match sender.elapse(at) {
            Some(ReliableDue::Again(response)) => {
                assert_eq!(*response, sent);
                repeated.push(at.since(start()).as_millis());
            }
            Some(ReliableDue::GiveUp) => {
                assert_eq!(at.since(start()), Duration::from_secs(32));
            }
            None => panic!("something was due"),
        }
    }
    assert_eq!(repeated, [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert!(!sender.is_out());
    assert!(ReliableSender::of(&invite(), 1).is_none(), "not without 100rel");
}

#[test]
fn after_the_answer_nothing_is_repeated_but_a_late_prack_is_taken() {
    let (timers, request) = (Timers::default(), reliable_invite());
    let mut sender = ReliableSender::of(&request, 7).expect("takes them");
    assert!(!sender.has_begun());
    sender.send(start(), &timers, ringing(&request)).expect("goes out");
    assert_eq!(sender.send(start(), &timers, ringing(&request)), None);
    sender.finish();
    let mut sender = saved(&sender);
    assert!(sender.has_begun() && sender.is_out());
    assert_eq!((sender.poll_timeout(), sender.elapse(after(60))), (None, None));
    assert_eq!(
        sender.prack(after(60), &timers, &prack(&RAck::of(7, 1))),
        Ok(None),
        "what waited is not sent"
    );
    assert!(!sender.is_out());
    assert!(ReliableSender::is_required(&invite().with(Name::Require, "100rel")));
    assert!(!ReliableSender::is_required(&request));
}

#[test]
fn offers_that_cross_are_refused_by_whose_is_out() {
    let fresh = OfferState::default();
    let ours = fresh.offer().expect("free");
    assert_eq!(ours.offered().map_err(OfferError::status), Err(StatusCode::REQUEST_PENDING));
    let theirs = fresh.offered().expect("free");
    assert_eq!(theirs.offered().map_err(OfferError::status), Err(StatusCode::SERVER_INTERNAL_ERROR));
    assert_eq!(theirs.offer(), Err(OfferError::TheirsPending));
    let agreed = saved(&ours).answered().expect("answered");
    assert_eq!(agreed, theirs.answer().expect("answered"));
    assert_eq!(agreed.answered(), Ok(OfferState::Agreed), "the 2xx repeats what a 183 said");
    assert_eq!(agreed.answer(), Err(OfferError::NoOffer));
    // A refused re-INVITE leaves the session as it was; a refused first one leaves nothing.
    assert_eq!(agreed.offer().expect("free").withdrawn(), OfferState::Agreed);
    assert_eq!(ours.withdrawn(), OfferState::Nothing);
}

/// The late offer: none in the INVITE, ours in the 2xx, theirs in the ACK.
#[test]
fn a_late_offer_is_answered_in_the_ack() {
    let called = OfferState::default().offer().expect("the 2xx carries it");
    let caller = OfferState::default().offered().expect("it arrives");
    assert!(!called.is_free() && !caller.is_free());
    assert_eq!((caller.answer(), called.answered()), (Ok(OfferState::Agreed), Ok(OfferState::Agreed)));
}

#[test]
fn after_glare_the_side_that_made_the_call_id_waits_longer() {
    for random in 0..1_000 {
        let (ours, theirs) = (glare_wait(true, random), glare_wait(false, random));
        assert!((2_100..=4_000).contains(&ours.as_millis()), "{ours:?}");
        assert!((0..=2_000).contains(&theirs.as_millis()), "{theirs:?}");
    }
}

fn branch(status: StatusCode, tag: &'static str) -> Response {
    let mut response = answer(&invite(), status);
    response.to.params.remove("tag");
    response.tagged(tag)
}

fn forks() -> Forks {
    Forks::new(invite().leaving(Transport::Udp, addr(Side::Caller), "z9hG4bKfork".into()))
}

#[test]
fn the_first_answer_of_a_fork_wins_and_a_second_is_hung_up() {
    let mut forks = forks();
    assert_eq!(forks.receive(&invite().response(StatusCode::TRYING), peer()), Ok(ForkEvent::Nothing));
    let early = branch(StatusCode::RINGING, "one").with(Name::Require, "100rel").with(Name::RSeq, "5");
    let Ok(ForkEvent::Early { tag, prack: Some(prack) }) = forks.receive(&early, peer()) else {
        panic!("early")
    };
    assert_eq!((tag.as_str(), prack.headers.rack()), ("one", Ok(Some(RAck::of(5, 1)))));
    assert_eq!(prack.cseq.number, 2);
    assert_eq!(forks.receive(&early, peer()), Ok(ForkEvent::Nothing), "a repetition needs no other PRACK");
    let other = forks.receive(&branch(StatusCode::SESSION_PROGRESS, "two"), peer());
    assert!(matches!(other, Ok(ForkEvent::Early { prack: None, .. })));
    let mut forks = saved(&forks);
    assert_eq!(forks.tags().count(), 2);
    let Ok(ForkEvent::Answered { mut dialog, .. }) = forks.receive(&branch(StatusCode::OK, "two"), peer())
    else {
        panic!("answered")
    };
    assert_eq!(dialog.id().remote_tag, "two");
    assert_eq!(dialog.request(Method::Bye).cseq.number, 2);
    assert_eq!(forks.receive(&branch(StatusCode::OK, "two"), peer()), Ok(ForkEvent::Again));
    let Ok(ForkEvent::Surplus(requests)) = forks.receive(&branch(StatusCode::OK, "three"), peer()) else {
        panic!("surplus")
    };
    assert_eq!(
        requests.each_ref().map(|request| (request.method.clone(), request.cseq.number)),
        [(Method::Ack, 1), (Method::Bye, 2)]
    );
    assert!(requests.iter().all(|request| request.to.tag().is_some_and(|tag| tag == "three")));
    assert_eq!(forks.receive(&branch(StatusCode::REQUEST_TERMINATED, "one"), peer()), Ok(ForkEvent::Nothing));
}

#[test]
fn an_early_answer_counts_if_the_2xx_says_nothing_and_survives_a_restart() {
    let mut forks = forks();
    let reliable = |rseq: &'static str| {
        branch(StatusCode::SESSION_PROGRESS, "one").with(Name::Require, "100rel").with(Name::RSeq, rseq)
    };
    let early = reliable("5").with_body("application/sdp", "v=0");
    assert!(matches!(forks.receive(&early, peer()), Ok(ForkEvent::Early { prack: Some(_), .. })));
    let mut forks = saved(&forks);
    forks.restored(1_000);
    let Ok(ForkEvent::Early { prack: Some(prack), .. }) = forks.receive(&early, peer()) else {
        panic!("the PRACK may be lost")
    };
    assert_eq!(prack.cseq.number, 1_003);
    assert_eq!(forks.receive(&early, peer()), Ok(ForkEvent::Nothing), "once more, and no more");
    assert!(matches!(forks.receive(&reliable("6"), peer()), Ok(ForkEvent::Early { prack: Some(_), .. })));
    let Ok(ForkEvent::Answered { dialog, answer }) = forks.receive(&branch(StatusCode::OK, "one"), peer())
    else {
        panic!("answered")
    };
    assert_eq!(answer, "v=0");
    let mut known = Forks::answered_by(forks.invite().clone(), *dialog);
    assert_eq!(known.receive(&branch(StatusCode::OK, "one"), peer()), Ok(ForkEvent::Again));
    assert!(matches!(known.receive(&branch(StatusCode::OK, "two"), peer()), Ok(ForkEvent::Surplus(_))));
}

#[test]
fn a_fork_that_nobody_answers_fails_once_and_a_cancelled_one_may_still_be_answered() {
    let mut failed = forks();
    assert_eq!(failed.receive(&branch(StatusCode::BUSY_HERE, "one"), peer()), Ok(ForkEvent::Failed));
    let mut raced = forks();
    assert!(matches!(
        raced.receive(&branch(StatusCode::RINGING, "one"), peer()),
        Ok(ForkEvent::Early { .. })
    ));
    // The CANCEL and the 2xx cross: there is a dialog, which has to be ended by BYE.
    let Ok(ForkEvent::Answered { mut dialog, .. }) = raced.receive(&branch(StatusCode::OK, "one"), peer())
    else {
        panic!("answered")
    };
    assert_eq!(dialog.request(Method::Bye).method, Method::Bye);
}

#[test]
fn a_dialog_is_replaced_by_who_may() {
    let early = Dialog::uac(&invite(), &ringing(&invite()), peer()).expect("a dialog");
    let confirmed = Dialog::uac(&invite(), &answer(&invite(), StatusCode::OK), peer()).expect("a dialog");
    let id = early.id();
    let header = format!("{};to-tag={};from-tag={}", id.call_id, id.local_tag, id.remote_tag);
    let of = |text: &str| -> Replaces {
        invite().with(Name::Replaces, text).headers.replaces().expect("reads").expect("there")
    };
    let (any, early_only) = (of(&header), of(&format!("{header};early-only")));
    assert_eq!(any.dialog(), id);
    assert_eq!(confirmed.replaceable(&any, true), Ok(()));
    assert_eq!(confirmed.replaceable(&early_only, true), Err(StatusCode::BUSY_HERE));
    assert_eq!(early.replaceable(&early_only, true), Ok(()));
    assert_eq!(early.replaceable(&any, false), Err(StatusCode::NO_SUCH_DIALOG), "it rings here");
    let other = of("other;to-tag=a;from-tag=b");
    assert_eq!(confirmed.replaceable(&other, true), Err(StatusCode::NO_SUCH_DIALOG));
}
