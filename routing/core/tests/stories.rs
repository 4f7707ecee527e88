//! What happens to callers and agents, one story each, on made-up time.

use std::{collections::BTreeSet, time::Duration};

use tandem_proto::{
    ConversationId, OfferId, QueueId, SkillId, Timestamp, UserId,
    api::{Decision, Evaluation, RoutingStatus, SkillRequirement, WrapUpMode, WrapUpPolicy},
};
use tandem_routing::{
    Asks, DECLINE_PAUSE, Domain, Holder, Input, LeftReason, OfferResult, Output, QueueRules, Refused,
};
use uuid::Uuid;

const SUPPORT: QueueId = QueueId::from_uuid(Uuid::from_u128(1));
const SALES: QueueId = QueueId::from_uuid(Uuid::from_u128(2));
const ANN: UserId = UserId::from_uuid(Uuid::from_u128(11));
const BEN: UserId = UserId::from_uuid(Uuid::from_u128(12));
const FRENCH: SkillId = SkillId::from_uuid(Uuid::from_u128(21));
const ALERT: Duration = Duration::from_secs(20);

const fn caller(n: u128) -> ConversationId {
    ConversationId::from_uuid(Uuid::from_u128(1_000 + n))
}

/// A domain with a hand on its clock.
struct Floor {
    domain: Domain,
    now: Timestamp,
}

impl Floor {
    /// Support and Sales; whom to put on them is the story's.
    fn new() -> Self {
        let mut floor = Self { domain: Domain::new(1, 7), now: Timestamp::from_micros(1_000_000_000) };
        for queue in [SUPPORT, SALES] {
            floor.rules(queue, |_| {});
        }
        floor
    }

    fn rules(&mut self, queue: QueueId, change: impl FnOnce(&mut QueueRules)) {
        let mut rules = QueueRules {
            alert: ALERT,
            wrap_up: WrapUpPolicy { mode: WrapUpMode::Optional, seconds: 0 },
            evaluation: Evaluation::AllSkills,
            skills: vec![],
            steps: vec![],
        };
        change(&mut rules);
        self.tell(Input::QueueSet { queue, rules });
    }

    fn agent(&mut self, agent: UserId, skills: &[(SkillId, u8)], capacity: u8) {
        let skills =
            skills.iter().map(|(skill, level)| SkillRequirement { skill: *skill, level: *level }).collect();
        let queues = BTreeSet::from([SUPPORT, SALES]);
        self.tell(Input::AgentSet { agent, skills, queues, capacity });
        self.tell(Input::AgentOn { agent });
    }

    fn handle(&mut self, input: Input) -> (Result<(), Refused>, Vec<Output>) {
        let result = self.domain.handle(self.now, input);
        (result, std::iter::from_fn(|| self.domain.poll_output()).collect())
    }

    fn tell(&mut self, input: Input) -> Vec<Output> {
        let (result, outputs) = self.handle(input);
        assert_eq!(result, Ok(()));
        outputs
    }

    fn arrive(&mut self, n: u128, queue: QueueId, priority: i32, skills: &[(SkillId, u8)]) -> Vec<Output> {
        let skills =
            skills.iter().map(|(skill, level)| SkillRequirement { skill: *skill, level: *level }).collect();
        self.tell(Input::Arrived {
            item: caller(n),
            queue,
            priority,
            skills,
            arrival: self.now,
            asks: Asks::default(),
        })
    }

    fn pass(&mut self, time: Duration) -> Vec<Output> {
        self.now = self.now.plus(time);
        self.tell(Input::Deadline)
    }

    fn status(&self, agent: UserId) -> RoutingStatus {
        self.domain.agent(agent).expect("the agent is known").status
    }
}

/// The one offer among outputs: its id, item and agent.
fn offered(outputs: &[Output]) -> Option<(OfferId, ConversationId, UserId)> {
    let mut offers = outputs.iter().filter_map(|output| match output {
        Output::Offered { offer, item, agent, .. } => Some((*offer, *item, *agent)),
        _ => None,
    });
    let first = offers.next();
    assert_eq!(offers.next(), None, "one offer at most");
    first
}

fn ended(outputs: &[Output]) -> Vec<OfferResult> {
    let results = outputs.iter().filter_map(|output| match output {
        Output::OfferEnded { result, .. } => Some(*result),
        _ => None,
    });
    results.collect()
}

fn left(outputs: &[Output]) -> Vec<LeftReason> {
    let reasons = outputs.iter().filter_map(|output| match output {
        Output::Left { reason, .. } => Some(*reason),
        _ => None,
    });
    reasons.collect()
}

fn reasons(decision: &Decision) -> Vec<(UserId, &str)> {
    decision.excluded.iter().map(|excluded| (excluded.agent, &*excluded.reason)).collect()
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_alert_that_rings_out_goes_to_the_other_agent_with_its_key() {
    let mut floor = Floor::new();
    floor.agent(ANN, &[], 1);
    floor.pass(SECOND);
    floor.agent(BEN, &[], 1);
    let first = floor.arrive(1, SUPPORT, 0, &[]);
    assert_eq!(offered(&first).map(|(_, _, agent)| agent), Some(ANN), "she has been idle for longer");
    let key = floor.domain.waiting(SUPPORT)[0].key;
    floor.pass(SECOND);
    let second = floor.pass(ALERT);
    assert_eq!(ended(&second), [OfferResult::Expired]);
    assert_eq!(offered(&second).map(|(_, item, agent)| (item, agent)), Some((caller(1), BEN)));
    assert_eq!(floor.domain.waiting(SUPPORT)[0].key, key);
    assert_eq!(floor.status(ANN), RoutingStatus::NotResponding);
    // She is left alone until she comes back.
    assert_eq!(offered(&floor.arrive(2, SUPPORT, 0, &[])), None);
    let back = floor.tell(Input::AgentOn { agent: ANN });
    assert_eq!(offered(&back).map(|(_, item, agent)| (item, agent)), Some((caller(2), ANN)));
}

#[test]
fn an_offer_can_be_accepted_until_just_before_its_expiry() {
    let mut floor = Floor::new();
    floor.agent(ANN, &[], 1);
    let (offer, ..) = offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer");
    assert_eq!(floor.domain.poll_timeout(), Some(floor.now.plus(ALERT)));
    let mut late = Floor { domain: floor.domain.clone(), now: floor.now.plus(ALERT) };
    floor.now = floor.now.plus(ALERT).minus(Duration::from_micros(1));
    assert_eq!(left(&floor.tell(Input::Accepted { offer })), [LeftReason::Answered]);
    assert_eq!(floor.status(ANN), RoutingStatus::Interacting);

    let (refused, outputs) = late.handle(Input::Accepted { offer });
    let (result, item, holder) = (OfferResult::Expired, caller(1), Holder::Queue);
    assert_eq!(refused, Err(Refused::OfferOver { offer, result, item, holder }));
    assert_eq!(
        ended(&outputs),
        [OfferResult::Expired],
        "what was due is told although the answer is refused"
    );
}

#[test]
fn a_second_accept_learns_who_has_the_caller() {
    let mut floor = Floor::new();
    floor.agent(ANN, &[], 1);
    let (offer, ..) = offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer");
    floor.tell(Input::Accepted { offer });
    let (refused, outputs) = floor.handle(Input::Accepted { offer });
    let (result, item, holder) = (OfferResult::Accepted, caller(1), Holder::Agent(ANN));
    assert_eq!(refused, Err(Refused::OfferOver { offer, result, item, holder }));
    assert_eq!(outputs, []);
    let unknown = OfferId::from_uuid(Uuid::nil());
    assert_eq!(floor.handle(Input::Declined { offer: unknown }).0, Err(Refused::UnknownOffer(unknown)));
}

#[test]
fn a_caller_who_hangs_up_is_abandoned_once_and_the_alert_withdrawn() {
    let mut floor = Floor::new();
    floor.agent(ANN, &[], 1);
    floor.arrive(1, SUPPORT, 0, &[]);
    let gone = floor.tell(Input::Abandoned { item: caller(1) });
    assert_eq!((ended(&gone), left(&gone)), (vec![OfferResult::Withdrawn], vec![LeftReason::Abandoned]));
    assert_eq!(floor.status(ANN), RoutingStatus::Idle);
    let (again, outputs) = floor.handle(Input::Abandoned { item: caller(1) });
    assert_eq!(again, Err(Refused::NotQueued { item: caller(1), holder: Holder::Gone }));
    assert_eq!(outputs, []);
}

#[test]
fn a_vanished_browser_gives_the_caller_back_at_once() {
    let mut floor = Floor::new();
    floor.agent(ANN, &[], 1);
    let (offer, ..) = offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer");
    floor.agent(BEN, &[], 1);
    let vanished = floor.tell(Input::OfferFailed { offer, not_responding: true });
    assert_eq!(offered(&vanished).map(|(_, item, agent)| (item, agent)), Some((caller(1), BEN)));
    assert_eq!(floor.status(ANN), RoutingStatus::NotResponding);
    floor.tell(Input::AgentOff { agent: ANN });
    assert_eq!(floor.status(ANN), RoutingStatus::OffQueue);
}

#[test]
fn without_an_agent_callers_keep_their_places_and_know_why_they_wait() {
    let mut floor = Floor::new();
    floor.agent(ANN, &[], 1);
    floor.tell(Input::AgentOff { agent: ANN });
    floor.agent(BEN, &[], 1);
    floor.tell(Input::AgentCommunicating { agent: BEN, on: true });
    for n in 1..=3 {
        assert_eq!(offered(&floor.arrive(n, SUPPORT, 0, &[])), None);
        floor.pass(SECOND);
    }
    // An hour passes, one is worth ten minutes, and one leaves.
    floor.pass(Duration::from_secs(3_600));
    floor.arrive(4, SUPPORT, 10, &[]);
    floor.tell(Input::Abandoned { item: caller(2) });
    let places: Vec<_> = [1, 3, 4].iter().map(|n| floor.domain.position(caller(*n))).collect();
    assert_eq!(places, [Some(1), Some(2), Some(3)]);
    let why = floor.domain.explain(floor.now, caller(1)).expect("it waits");
    assert_eq!((why.eligible, why.agent, why.offer), (0, None, None));
    assert_eq!(reasons(&why), [(ANN, "off_queue"), (BEN, "communicating")]);
    // A minute more of priority would do.
    floor.tell(Input::Reprioritised { item: caller(4), priority: 61 });
    let back = floor.tell(Input::AgentCommunicating { agent: BEN, on: false });
    assert_eq!(offered(&back).map(|(_, item, _)| item), Some(caller(4)));
}

#[test]
fn a_declined_caller_is_not_sent_back_and_forth() {
    let mut floor = Floor::new();
    floor.agent(ANN, &[], 1);
    let (offer, ..) = offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer");
    let declined = floor.tell(Input::Declined { offer });
    assert_eq!((ended(&declined), offered(&declined)), (vec![OfferResult::Declined], None));
    assert_eq!(floor.status(ANN), RoutingStatus::Idle);
    let why = floor.domain.explain(floor.now, caller(1)).expect("it waits");
    assert_eq!(reasons(&why), [(ANN, "declined_before")]);
    // Others reach her meanwhile.
    let (other, item, _) = offered(&floor.arrive(2, SUPPORT, 0, &[])).expect("an offer");
    assert_eq!(item, caller(2));
    floor.tell(Input::Accepted { offer: other });
    floor.tell(Input::HandlingEnded { item, agent: ANN });
    assert_eq!(offered(&floor.pass(DECLINE_PAUSE)).map(|(_, item, _)| item), Some(caller(1)));
}

#[test]
fn who_goes_off_finishes_first_and_gives_alerts_back() {
    let mut floor = Floor::new();
    floor.agent(ANN, &[], 2);
    let (offer, talk, _) = offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer");
    floor.tell(Input::Accepted { offer });
    assert!(offered(&floor.arrive(2, SUPPORT, 0, &[])).is_some(), "there is room for a second");
    let off = floor.tell(Input::AgentOff { agent: ANN });
    assert_eq!((ended(&off), left(&off)), (vec![OfferResult::Withdrawn], vec![]));
    assert_eq!(floor.status(ANN), RoutingStatus::Interacting);
    floor.tell(Input::HandlingEnded { item: talk, agent: ANN });
    assert_eq!(floor.status(ANN), RoutingStatus::OffQueue);
    assert_eq!(floor.domain.position(caller(2)), Some(1));
}

#[test]
fn each_mode_of_wrap_up_frees_the_agent_in_its_way() {
    for (mode, seconds, until_code, until_time) in [
        (WrapUpMode::Optional, 30, RoutingStatus::Idle, RoutingStatus::Idle),
        (WrapUpMode::Timed, 30, RoutingStatus::WrapUp, RoutingStatus::Idle),
        (WrapUpMode::Timed, 0, RoutingStatus::Idle, RoutingStatus::Idle),
        (WrapUpMode::Mandatory, 30, RoutingStatus::WrapUp, RoutingStatus::WrapUp),
    ] {
        let mut floor = Floor::new();
        floor.rules(SUPPORT, |rules| rules.wrap_up = WrapUpPolicy { mode, seconds });
        floor.agent(ANN, &[], 1);
        let (offer, item, agent) = offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer");
        floor.tell(Input::Accepted { offer });
        floor.tell(Input::HandlingEnded { item, agent });
        assert_eq!(floor.status(ANN), until_code, "{mode:?}");
        floor.pass(Duration::from_secs(30));
        assert_eq!(floor.status(ANN), until_time, "{mode:?}");
        let (done, _) = floor.handle(Input::WrapUpDone { item, agent });
        assert_eq!(done.is_ok(), until_time == RoutingStatus::WrapUp, "{mode:?}: {done:?}");
        assert_eq!(floor.status(ANN), RoutingStatus::Idle, "{mode:?}");
    }
}

#[test]
fn each_evaluation_has_its_best_agent() {
    for (evaluation, needs, best) in [
        (Evaluation::AllSkills, 1, Some(ANN)),
        (Evaluation::AllSkills, 4, Some(BEN)),
        (Evaluation::AllSkills, 5, None),
        (Evaluation::BestAvailable, 1, Some(BEN)),
        (Evaluation::DisregardSkills, 5, Some(ANN)),
    ] {
        let mut floor = Floor::new();
        floor.rules(SUPPORT, |rules| rules.evaluation = evaluation);
        floor.agent(ANN, &[(FRENCH, 2)], 1);
        floor.pass(SECOND);
        floor.agent(BEN, &[(FRENCH, 4)], 1);
        let offer = offered(&floor.arrive(1, SUPPORT, 0, &[(FRENCH, needs)]));
        assert_eq!(offer.map(|(_, _, agent)| agent), best, "{evaluation:?} {needs}");
        if best.is_none() {
            let why = floor.domain.explain(floor.now, caller(1)).expect("it waits");
            assert_eq!(reasons(&why), [(ANN, "missing_skill"), (BEN, "missing_skill")]);
        }
    }
}

#[test]
fn a_freed_agent_gets_the_first_caller_over_all_queues() {
    let mut floor = Floor::new();
    floor.arrive(1, SALES, 0, &[(FRENCH, 3)]);
    floor.pass(SECOND);
    floor.arrive(2, SUPPORT, 0, &[]);
    floor.arrive(3, SALES, 1, &[(FRENCH, 5)]);
    floor.agent(ANN, &[(FRENCH, 3)], 3);
    let offers: Vec<_> = [SALES, SUPPORT].iter().flat_map(|queue| floor.domain.waiting(*queue)).collect();
    let alerted: Vec<_> = offers.iter().filter(|item| item.holder == Holder::Alerting(ANN)).collect();
    assert_eq!(alerted.iter().map(|item| item.item).collect::<Vec<_>>(), [caller(1), caller(2)]);
}

#[test]
fn a_decision_ranks_who_could_have_had_it() {
    let mut floor = Floor::new();
    for n in 0..13 {
        floor.agent(UserId::from_uuid(Uuid::from_u128(100 + n)), &[], 1);
        floor.pass(SECOND);
    }
    let outputs = floor.arrive(1, SUPPORT, 2, &[]);
    let Some(Output::Offered { decision, agent, offer, .. }) = outputs.get(1) else { panic!("{outputs:?}") };
    assert_eq!((decision.agent, decision.offer), (Some(*agent), Some(*offer)));
    assert_eq!((decision.eligible, decision.candidates.len()), (13, 10));
    assert_eq!(decision.candidates[0].agent, *agent);
    assert!(decision.candidates.is_sorted_by_key(|candidate| candidate.idle_since));
    assert_eq!(decision.key, floor.now.millis() - 120_000);
    assert_eq!(floor.domain.explain(floor.now, caller(1)).as_ref(), Some(decision), "kept while it alerts");
}

#[test]
fn a_removed_queue_lets_its_callers_go_and_talks_go_on() {
    let mut floor = Floor::new();
    floor.rules(SUPPORT, |rules| rules.wrap_up = WrapUpPolicy { mode: WrapUpMode::Mandatory, seconds: 0 });
    floor.agent(ANN, &[], 1);
    let (offer, item, agent) = offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer");
    floor.tell(Input::Accepted { offer });
    floor.agent(BEN, &[], 1);
    floor.arrive(2, SUPPORT, 0, &[]);
    floor.arrive(3, SUPPORT, 0, &[]);
    let removed = floor.tell(Input::QueueRemoved { queue: SUPPORT });
    assert_eq!(ended(&removed), [OfferResult::Withdrawn]);
    assert_eq!(left(&removed), [LeftReason::Removed, LeftReason::Removed]);
    floor.tell(Input::HandlingEnded { item, agent });
    assert_eq!(floor.status(ANN), RoutingStatus::Idle, "a queue that is gone asks for no wrap-up");
}

#[test]
fn a_transferred_caller_is_not_offered_to_who_still_wraps_it_up() {
    let mut floor = Floor::new();
    floor.rules(SUPPORT, |rules| rules.wrap_up = WrapUpPolicy { mode: WrapUpMode::Mandatory, seconds: 0 });
    floor.agent(ANN, &[], 2);
    let (offer, item, agent) = offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer");
    floor.tell(Input::Accepted { offer });
    let (twice, _) = floor.handle(Input::Arrived {
        item,
        queue: SALES,
        priority: 0,
        skills: vec![],
        arrival: floor.now,
        asks: Asks::default(),
    });
    assert_eq!(twice, Err(Refused::AlreadyHere { item, holder: Holder::Agent(ANN) }));
    floor.tell(Input::HandlingEnded { item, agent });
    assert_eq!(offered(&floor.arrive(1, SALES, 0, &[])), None);
    let why = floor.domain.explain(floor.now, item).expect("it waits");
    assert_eq!(reasons(&why), [(ANN, "has_it")]);
    let done = floor.tell(Input::WrapUpDone { item, agent });
    assert_eq!(offered(&done).map(|(_, item, agent)| (item, agent)), Some((caller(1), ANN)));
}

#[test]
fn ids_of_offers_differ_between_epochs_and_orgs() {
    let first = |epoch, seed| {
        let mut floor = Floor { domain: Domain::new(epoch, seed), now: Timestamp::default() };
        floor.rules(SUPPORT, |_| {});
        floor.agent(ANN, &[], 1);
        offered(&floor.arrive(1, SUPPORT, 0, &[])).expect("an offer").0
    };
    assert_eq!(first(1, 1), first(1, 1));
    assert_eq!(BTreeSet::from([first(1, 1), first(2, 1), first(1, 2)]).len(), 3);
}
