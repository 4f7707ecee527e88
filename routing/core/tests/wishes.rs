//! Rings, groups, preferred agents, media, callbacks and closed queues, one story each, on made-up time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tandem_proto::{
    ConversationId, OfferId, QueueId, SkillId, Timestamp, UserId,
    api::{Decision, Evaluation, SkillRequirement, WrapUpMode, WrapUpPolicy},
};
use tandem_routing::{
    Asks, Condition, Domain, Input, LeftReason, Limit, Measured, Media, Output, Preferred, QueueRules, Step,
    Utilization,
};
use uuid::Uuid;

const SUPPORT: QueueId = QueueId::from_uuid(Uuid::from_u128(1));
const SALES: QueueId = QueueId::from_uuid(Uuid::from_u128(2));
const ANN: UserId = UserId::from_uuid(Uuid::from_u128(11));
const BEN: UserId = UserId::from_uuid(Uuid::from_u128(12));
const FRENCH: SkillId = SkillId::from_uuid(Uuid::from_u128(21));
const REFUNDS: SkillId = SkillId::from_uuid(Uuid::from_u128(22));
const SECOND: Duration = Duration::from_secs(1);

const fn item(n: u128) -> ConversationId {
    ConversationId::from_uuid(Uuid::from_u128(1_000 + n))
}

/// Ann, who knows refunds, and Ben, who was idle for longer; both on Support and Sales.
struct Floor {
    domain: Domain,
    now: Timestamp,
}

impl Floor {
    fn new(steps: Vec<Step>) -> Self {
        let mut floor = Self { domain: Domain::new(1, 7), now: Timestamp::from_micros(1_000_000_000) };
        for (queue, steps) in [(SUPPORT, steps), (SALES, vec![])] {
            let wrap_up = WrapUpPolicy { mode: WrapUpMode::Optional, seconds: 0 };
            let (alert, evaluation, skills) = (60 * SECOND, Evaluation::AllSkills, vec![]);
            floor.tell(Input::QueueSet {
                queue,
                rules: QueueRules { alert, wrap_up, evaluation, skills, steps },
            });
        }
        for (agent, skills) in [(BEN, vec![]), (ANN, vec![skill(REFUNDS, 3)])] {
            let queues = BTreeSet::from([SUPPORT, SALES]);
            floor.tell(Input::AgentSet { agent, skills, queues, capacity: 3 });
            floor.tell(Input::AgentOn { agent });
            floor.pass(SECOND);
        }
        floor
    }

    fn tell(&mut self, input: Input) -> Vec<Output> {
        assert_eq!(self.domain.handle(self.now, input), Ok(()));
        std::iter::from_fn(|| self.domain.poll_output()).collect()
    }

    fn pass(&mut self, time: Duration) -> Vec<Output> {
        self.now = self.now.plus(time);
        self.tell(Input::Deadline)
    }

    fn arrive(&mut self, n: u128, skills: Vec<SkillRequirement>, asks: Asks) -> Vec<Output> {
        let arrival = self.now;
        self.tell(Input::Arrived { item: item(n), queue: SUPPORT, priority: 0, skills, arrival, asks })
    }

    fn why(&self, n: u128) -> Decision {
        self.domain.explain(self.now, item(n)).expect("it is in a queue")
    }

    /// Reasons with how many they are, in the order of reasons.
    fn counts(&self, n: u128) -> Vec<(String, u32)> {
        let counts = self.why(n).counts.into_iter().map(|count| (count.reason.into_owned(), count.members));
        let mut counts: Vec<_> = counts.collect();
        counts.sort();
        counts
    }
}

const fn skill(skill: SkillId, level: u8) -> SkillRequirement {
    SkillRequirement { skill, level }
}

fn counted(counts: &[(&str, u32)]) -> Vec<(String, u32)> {
    counts.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect()
}

fn offered(outputs: &[Output]) -> Vec<(ConversationId, UserId)> {
    let offers = outputs.iter().filter_map(|output| match output {
        Output::Offered { item, agent, .. } => Some((*item, *agent)),
        _ => None,
    });
    offers.collect()
}

fn offer(outputs: &[Output]) -> OfferId {
    let mut offers = outputs.iter().filter_map(|output| match output {
        Output::Offered { offer, .. } => Some(*offer),
        _ => None,
    });
    offers.next().expect("an offer")
}

fn media(media: Media) -> Asks {
    Asks { media, ..Asks::default() }
}

#[test]
fn rings_drop_skills_one_after_the_other_and_the_place_stays() {
    let ring =
        |drops: &[SkillId]| Step { after: 10 * SECOND, when: Condition::Always, drops: drops.to_vec() };
    let mut floor = Floor::new(vec![ring(&[FRENCH]), ring(&[REFUNDS])]);
    assert_eq!(offered(&floor.arrive(1, vec![skill(FRENCH, 1), skill(REFUNDS, 4)], Asks::default())), []);
    assert_eq!(floor.counts(1), counted(&[("missing_skill", 2)]));
    let key = floor.why(1).key;
    // French is dropped; refunds at level 4 nobody has.
    assert_eq!(offered(&floor.pass(10 * SECOND)), []);
    let dropped = floor.pass(10 * SECOND);
    assert_eq!(
        offered(&dropped),
        [(item(1), BEN)],
        "nothing is asked for any more: who was idle for longest"
    );
    assert_eq!(floor.why(1).key, key);
    // A second one begins with the first ring.
    assert_eq!(offered(&floor.arrive(2, vec![skill(REFUNDS, 3)], Asks::default())), [(item(2), ANN)]);
    assert_eq!(offered(&floor.arrive(3, vec![skill(REFUNDS, 4)], Asks::default())), []);
}

#[test]
fn rings_go_on_while_an_offer_alerts() {
    let ring = Step { after: 10 * SECOND, when: Condition::Always, drops: vec![REFUNDS] };
    let mut floor = Floor::new(vec![ring]);
    let first = floor.arrive(1, vec![skill(REFUNDS, 1)], Asks::default());
    assert_eq!(offered(&first), [(item(1), ANN)]);
    floor.pass(10 * SECOND);
    let declined = floor.tell(Input::Declined { offer: offer(&first) });
    assert_eq!(offered(&declined), [(item(1), BEN)], "the skill was dropped meanwhile");
}

#[test]
fn a_group_is_reached_when_its_condition_holds_at_its_moment() {
    let step = |when| Step { after: 10 * SECOND, when, drops: vec![] };
    let mut floor = Floor::new(vec![step(Condition::WaitingOver(1)), step(Condition::ServiceLevelUnder(80))]);
    floor.tell(Input::MemberSet { agent: BEN, queue: SUPPORT, group: None });
    floor.tell(Input::MemberSet { agent: ANN, queue: SUPPORT, group: Some(1) });
    assert_eq!(offered(&floor.arrive(1, vec![], Asks::default())), []);
    assert_eq!(floor.counts(1), counted(&[("group_not_open", 1)]));
    // It is alone, so the first group is passed over for good.
    assert_eq!(offered(&floor.pass(10 * SECOND)), []);
    assert_eq!(offered(&floor.arrive(2, vec![], Asks::default())), []);
    floor.tell(Input::MemberSet { agent: BEN, queue: SUPPORT, group: Some(2) });
    let measured = Measured { service_level: Some(79), ..Measured::default() };
    floor.tell(Input::QueueMeasured { queue: SUPPORT, measured });
    let both = floor.pass(10 * SECOND);
    assert_eq!(offered(&both), [(item(1), BEN), (item(2), ANN)]);
}

#[test]
fn preferred_agents_have_it_to_themselves_for_a_while_and_go_first_after_it() {
    let mut floor = Floor::new(vec![]);
    let until = floor.now.plus(5 * SECOND);
    floor.tell(Input::AgentCommunicating { agent: ANN, on: true });
    let preferred = vec![Preferred { agent: ANN, score: 40 }];
    let asks = Asks { preferred, preferred_until: Some(until), ..Asks::default() };
    assert_eq!(offered(&floor.arrive(1, vec![], asks.clone())), []);
    assert_eq!(floor.counts(1), counted(&[("communicating", 1), ("not_preferred", 1)]));
    assert_eq!(floor.domain.poll_timeout(), Some(until));
    assert_eq!(offered(&floor.pass(5 * SECOND)), [(item(1), BEN)]);
    floor.tell(Input::AgentCommunicating { agent: ANN, on: false });
    // Ben had it last, which is more than any score.
    let last = Asks { last_agent: Some(BEN), preferred_until: None, ..asks.clone() };
    assert_eq!(offered(&floor.arrive(2, vec![], last)), [(item(2), BEN)]);
    assert_eq!(offered(&floor.arrive(3, vec![], Asks { preferred_until: None, ..asks })), [(item(3), ANN)]);
}

#[test]
fn languages_count_where_skills_do_not() {
    let mut floor = Floor::new(vec![Step { after: SECOND, when: Condition::Always, drops: vec![FRENCH] }]);
    let asks = Asks { languages: vec![skill(FRENCH, 2)], ..Asks::default() };
    assert_eq!(offered(&floor.arrive(1, vec![], asks)), []);
    assert_eq!(offered(&floor.pass(SECOND)), [], "a ring drops no language");
    let queues = BTreeSet::from([SUPPORT]);
    let set = floor.tell(Input::AgentSet { agent: ANN, skills: vec![skill(FRENCH, 2)], queues, capacity: 1 });
    assert_eq!(offered(&set), [(item(1), ANN)]);
}

#[test]
fn a_call_interrupts_an_email_but_no_email_a_call() {
    let mut floor = Floor::new(vec![]);
    floor.tell(Input::AgentOff { agent: BEN });
    let limit = |most, by: &[Media]| Limit { most, interrupted_by: by.iter().copied().collect() };
    let limits = BTreeMap::from([(Media::Voice, limit(1, &[])), (Media::Email, limit(2, &[Media::Voice]))]);
    let utilization = Some(Utilization { media: limits, labels: BTreeMap::new() });
    floor.tell(Input::UtilizationSet { agent: ANN, utilization });
    let email = floor.arrive(1, vec![], media(Media::Email));
    floor.tell(Input::Accepted { offer: offer(&email) });
    let call = floor.arrive(2, vec![], media(Media::Voice));
    assert_eq!(offered(&call), [(item(2), ANN)]);
    assert_eq!(offered(&floor.arrive(3, vec![], media(Media::Email))), []);
    assert_eq!(floor.counts(3), counted(&[("at_capacity", 1), ("off_queue", 1)]));
    assert_eq!(offered(&floor.arrive(4, vec![], media(Media::Message))), [], "she takes no messages");
    floor.tell(Input::Accepted { offer: offer(&call) });
    let ended = floor.tell(Input::HandlingEnded { item: item(2), agent: ANN });
    assert_eq!(offered(&ended), [(item(3), ANN)]);
}

#[test]
fn a_callback_keeps_the_place_of_the_call_it_was() {
    let mut floor = Floor::new(vec![]);
    for agent in [ANN, BEN] {
        floor.tell(Input::AgentOff { agent });
    }
    floor.arrive(1, vec![], Asks::default());
    floor.pass(SECOND);
    floor.arrive(2, vec![], Asks::default());
    let key = floor.why(1).key;
    // In an hour, please.
    let later = floor.now.plus(3_600 * SECOND);
    let asks = Asks { not_before: Some(later), ..media(Media::Callback) };
    floor.tell(Input::Changed { item: item(1), asks });
    assert_eq!((floor.why(1).key, floor.domain.position(item(1))), (key, Some(1)));
    assert_eq!(floor.counts(1), counted(&[("held", 2)]));
    let on = floor.tell(Input::AgentOn { agent: ANN });
    assert_eq!(offered(&on), [(item(2), ANN)]);
    floor.tell(Input::Accepted { offer: offer(&on) });
    assert_eq!(offered(&floor.pass(3_600 * SECOND)), [(item(1), ANN)]);
    assert_eq!(floor.why(1).key, key);
}

#[test]
fn what_waits_in_a_closed_queue_is_offered_when_it_opens_or_goes_elsewhere() {
    let mut floor = Floor::new(vec![]);
    floor.tell(Input::QueueClosed { queue: SUPPORT, closed: true });
    assert_eq!(offered(&floor.arrive(1, vec![], Asks::default())), []);
    assert_eq!(offered(&floor.arrive(2, vec![], Asks::default())), []);
    assert_eq!(floor.counts(1), counted(&[("queue_closed", 2)]));
    let (key, waiting) = (floor.why(1).key, floor.domain.waiting(SUPPORT).len());
    let moved = floor.tell(Input::Moved { item: item(1), queue: SALES });
    let left =
        |output: &Output| matches!(output, Output::Left { reason: LeftReason::Moved, queue: SUPPORT, .. });
    assert_eq!((waiting, moved.iter().filter(|output| left(output)).count()), (2, 1));
    assert_eq!((offered(&moved), floor.why(1).key), (vec![(item(1), BEN)], key));
    let open = floor.tell(Input::QueueClosed { queue: SUPPORT, closed: false });
    assert_eq!(offered(&open), [(item(2), ANN)]);
}

#[test]
fn a_member_who_leaves_one_queue_goes_on_in_the_others() {
    let mut floor = Floor::new(vec![]);
    floor.tell(Input::MemberSet { agent: BEN, queue: SUPPORT, group: None });
    assert_eq!(offered(&floor.arrive(1, vec![], Asks::default())), [(item(1), ANN)]);
    assert_eq!(offered(&floor.tell(Input::Moved { item: item(1), queue: SALES })), [(item(1), BEN)]);
    floor.tell(Input::MemberSet { agent: BEN, queue: SUPPORT, group: Some(0) });
    assert_eq!(floor.why(1).eligible, 2);
}
