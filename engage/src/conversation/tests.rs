//! Scenarios of one conversation, without any shell: every instant is chosen, so the arithmetic can be checked to the microsecond.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tandem_communicate::control::CallChange;
use tandem_proto::{
    CallId, ConversationId, FlowId, LegId, OfferId, QueueId, Timestamp, UserId, WrapUpCodeId,
    api::{ConversationState, EndReason, Outcome, Purpose, SegmentKind, WrapUp, WrapUpMode},
};
use tandem_routing::{Input as Routing, OfferResult};

use super::{Beginning, Command, Conversation, Fact, Input, References, Steering};
use crate::flow::{Names, parse};

const FLOW: &str = include_str!("../../flows/support.toml");
const START: i64 = 1_000_000_000;

struct Scene {
    steering: Steering,
    customer: LegId,
    agent: UserId,
    agent_leg: LegId,
    offer: OfferId,
    /// Built from the facts alone.
    rebuilt: Option<Conversation>,
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_micros(START + ms * 1_000)
}

impl Scene {
    fn new() -> Self {
        let (customer, queue) = (LegId::generate(), QueueId::generate());
        let steering = Steering::new(Beginning {
            id: ConversationId::generate(),
            call: CallId::generate(),
            leg: customer,
            from: "+15550111".to_owned(),
            to: "+15550100".to_owned(),
            at: at(0),
            flow_id: FlowId::generate(),
            flow_version: 1,
            flow: Arc::new(parse(FLOW, &Names::default()).expect("the demo flow is good")),
            references: References {
                queues: [("Support".to_owned(), queue)].into(),
                skills: BTreeMap::new(),
            },
            sounds: Arc::new(["greeting", "music", "position", "n1", "in-queue"].map(str::to_owned).into()),
        });
        let (agent, agent_leg, offer) = (UserId::generate(), LegId::generate(), OfferId::generate());
        Self { steering, customer, agent, agent_leg, offer, rebuilt: None }
    }

    fn at(&mut self, ms: i64, input: Input) -> Vec<Command> {
        self.steering.handle(at(ms), input);
        for fact in self.steering.facts() {
            match (&mut self.rebuilt, &fact) {
                (None, Fact::Started(started)) => self.rebuilt = Some(Conversation::begin(started)),
                (Some(conversation), fact) => conversation.apply(fact),
                (None, fact) => panic!("the first fact is {fact:?}"),
            }
        }
        assert_eq!(self.rebuilt.as_ref(), Some(self.steering.conversation()), "facts tell the whole state");
        std::iter::from_fn(|| self.steering.poll_command()).collect()
    }

    fn call(&mut self, ms: i64, change: CallChange) -> Vec<Command> {
        self.at(ms, Input::Call(change))
    }

    /// Answered at 100, in the queue at 5 000.
    fn waiting() -> Self {
        let mut scene = Self::new();
        assert!(matches!(scene.at(0, Input::Begin)[..], [Command::Answer]));
        let leg = scene.customer;
        let commands = scene.call(100, CallChange::Answered { leg, user: None });
        assert!(matches!(&commands[..], [Command::Play { play: 1, looped: false, .. }]), "{commands:?}");
        let commands = scene.call(5_000, CallChange::Played { leg, play: 1 });
        let arrival = at(5_000);
        assert!(
            matches!(&commands[..], [Command::Route(Routing::Arrived { arrival: a, .. }), Command::AskPosition] if *a == arrival),
            "{commands:?}"
        );
        scene
    }

    /// Offered at 6 000, ringing.
    fn alerting() -> Self {
        let mut scene = Self::waiting();
        let (offer, agent, leg) = (scene.offer, scene.agent, scene.agent_leg);
        let commands = scene.at(6_000, Input::Offered { offer, agent, expires_at: at(26_000) });
        assert!(
            matches!(&commands[..], [Command::Ring { timeout, .. }] if *timeout == Duration::from_secs(20)),
            "{commands:?}"
        );
        assert!(scene.at(6_010, Input::Rung { offer, leg }).is_empty());
        scene
    }

    /// Answered at 9 000; routing said so at 9 020.
    fn talking(wrap_up: WrapUpMode) -> Self {
        let mut scene = Self::alerting();
        let (leg, offer) = (scene.agent_leg, scene.offer);
        let commands = scene.call(9_000, CallChange::Answered { leg, user: Some(scene.agent) });
        assert!(matches!(&commands[..], [Command::Route(Routing::Accepted { .. })]), "{commands:?}");
        assert!(scene.at(9_020, Input::Accepted { offer, wrap_up }).is_empty());
        scene
    }

    fn ended(&mut self, ms: i64, leg: LegId, reason: EndReason) -> Vec<Command> {
        let user = (leg == self.agent_leg).then_some(self.agent);
        self.call(ms, CallChange::LegEnded { leg, user, reason, was_answered: true })
    }

    fn state(&self) -> ConversationState {
        self.steering.conversation().view.state
    }

    fn outcome(&self) -> Option<Outcome> {
        self.steering.conversation().view.outcome
    }

    /// Kind, milliseconds and disposition of every segment, in the order of participants.
    fn segments(&self) -> Vec<(SegmentKind, i64, &str)> {
        let segments = self.steering.conversation().view.participants.iter().flat_map(|p| &p.segments);
        segments
            .map(|s| {
                let lasted = s.ended_at.map_or(-1, |end| (end.micros() - s.started_at.micros()) / 1_000);
                (s.kind, lasted, s.disposition.as_deref().unwrap_or(""))
            })
            .collect()
    }
}

use SegmentKind::{Alert, Hold, Ivr, Talk, Wait, WrapUp as After};

#[test]
fn segments_of_the_customers_path_add_up_to_the_call() {
    let mut scene = Scene::talking(WrapUpMode::Timed);
    let (agent_leg, customer, agent) = (scene.agent_leg, scene.customer, scene.agent);
    assert_eq!(scene.state(), ConversationState::Connected);
    scene.call(12_000, CallChange::Held { leg: agent_leg, held: true });
    scene.call(12_500, CallChange::Held { leg: customer, held: true });
    scene.call(15_000, CallChange::Held { leg: agent_leg, held: false });
    let commands = scene.ended(30_000, customer, EndReason::Hangup);
    assert!(matches!(&commands[..], [Command::Route(Routing::HandlingEnded { .. })]), "{commands:?}");
    assert!(scene.call(30_004, CallChange::Ended { reason: EndReason::Hangup }).is_empty());
    assert_eq!(scene.state(), ConversationState::WrapUp);
    scene.at(60_000, Input::Released { agent, timed_out: true });
    assert_eq!(
        scene.segments(),
        [
            (Ivr, 5_000, "completed"),
            (Wait, 4_000, "answered"),
            (Alert, 3_000, "answered"),
            (Talk, 3_000, "held"),
            (Hold, 3_000, "resumed"),
            (Talk, 15_000, "hangup"),
            (After, 30_000, "timeout"),
        ]
    );
    let path = scene.segments().into_iter().filter(|(kind, ..)| matches!(kind, Ivr | Wait | Talk | Hold));
    assert_eq!(path.map(|(_, lasted, _)| lasted).sum::<i64>(), 30_000);
    assert_eq!((scene.state(), scene.outcome()), (ConversationState::Ended, Some(Outcome::Handled)));
    assert!(scene.steering.is_over());
    let purposes: Vec<_> =
        scene.steering.conversation().view.participants.iter().map(|p| p.purpose).collect();
    assert_eq!(purposes, [Purpose::Customer, Purpose::Flow, Purpose::Queue, Purpose::Agent]);
}

#[test]
fn when_the_agent_hangs_up_the_talk_lasts_until_the_call_is_over() {
    let mut scene = Scene::talking(WrapUpMode::Mandatory);
    let (agent, leg) = (scene.agent, scene.agent_leg);
    let commands = scene.ended(20_000, leg, EndReason::Hangup);
    assert!(matches!(&commands[..], [Command::End { .. }]), "{commands:?}");
    scene.call(20_030, CallChange::Ended { reason: EndReason::Hangup });
    let code = WrapUpCodeId::generate();
    let commands = scene.at(25_000, Input::WrapUp { agent, wrap_up: WrapUp { code, note: None } });
    assert!(matches!(&commands[..], [Command::Route(Routing::WrapUpDone { .. })]), "{commands:?}");
    assert_eq!(scene.segments()[3..], [(Talk, 11_030, "agent_hangup"), (After, 4_970, "completed")]);
    let given = scene.steering.conversation().agent(agent).and_then(|p| p.wrap_up.clone());
    assert_eq!(given.map(|given| given.code), Some(code));
}

#[test]
fn without_wrap_up_the_end_of_the_call_is_the_end() {
    let mut scene = Scene::talking(WrapUpMode::Optional);
    let customer = scene.customer;
    scene.ended(20_000, customer, EndReason::Hangup);
    assert!(scene.steering.is_over());
    assert_eq!(scene.segments().last(), Some(&(Talk, 11_000, "hangup")));
}

#[test]
fn a_caller_who_leaves_is_abandoned_once() {
    for alerting in [false, true] {
        let mut scene = if alerting { Scene::alerting() } else { Scene::waiting() };
        let customer = scene.customer;
        let mut commands = scene.ended(8_000, customer, EndReason::Hangup);
        commands.extend(scene.call(8_001, CallChange::Ended { reason: EndReason::Hangup }));
        assert!(matches!(&commands[..], [Command::Route(Routing::Abandoned { .. })]), "{commands:?}");
        assert_eq!(scene.outcome(), Some(Outcome::Abandoned));
        assert_eq!(scene.segments()[1], (Wait, 3_000, "abandoned"));
        assert_eq!(scene.segments().get(2), alerting.then_some(&(Alert, 2_000, "withdrawn")));
    }
}

#[test]
fn a_caller_who_leaves_in_the_flow_was_never_queued() {
    let mut scene = Scene::new();
    scene.at(0, Input::Begin);
    let customer = scene.customer;
    assert!(scene.ended(700, customer, EndReason::Cancelled).is_empty());
    assert_eq!((scene.outcome(), scene.segments()), (Some(Outcome::FlowEnded), vec![(Ivr, 700, "hangup")]));
}

#[test]
fn an_alert_that_expires_goes_to_another_agent_and_the_wait_goes_on() {
    let mut scene = Scene::alerting();
    let (offer, leg) = (scene.offer, scene.agent_leg);
    let commands = scene.at(26_000, Input::OfferEnded { offer, result: OfferResult::Expired });
    assert!(matches!(&commands[..], [Command::HangUp { reason: EndReason::NoAnswer, .. }]), "{commands:?}");
    assert!(
        scene
            .call(
                26_005,
                CallChange::LegEnded {
                    leg,
                    user: Some(scene.agent),
                    reason: EndReason::NoAnswer,
                    was_answered: false
                }
            )
            .is_empty()
    );
    let (offer, agent) = (OfferId::generate(), UserId::generate());
    let commands = scene.at(26_010, Input::Offered { offer, agent, expires_at: at(46_000) });
    assert!(matches!(&commands[..], [Command::Ring { agent: rung, .. }] if *rung == agent), "{commands:?}");
    assert_eq!(scene.segments()[1..], [(Wait, -1, ""), (Alert, 20_000, "expired"), (Alert, -1, "")]);
}

#[test]
fn declining_tells_routing_at_once() {
    let mut scene = Scene::alerting();
    let (leg, user) = (scene.agent_leg, Some(scene.agent));
    let change = CallChange::LegEnded { leg, user, reason: EndReason::Declined, was_answered: false };
    let commands = scene.call(7_000, change);
    assert!(matches!(&commands[..], [Command::Route(Routing::Declined { .. })]), "{commands:?}");
    let offer = scene.offer;
    assert!(scene.at(7_010, Input::OfferEnded { offer, result: OfferResult::Declined }).is_empty());
    assert_eq!(scene.segments()[2], (Alert, 1_000, "declined"));
    assert_eq!(scene.state(), ConversationState::Queued);
}

#[test]
fn an_agent_whose_browser_is_gone_does_not_respond() {
    let lost = |scene: &Scene| {
        Input::Call(CallChange::LegEnded {
            leg: scene.agent_leg,
            user: Some(scene.agent),
            reason: EndReason::Unreachable,
            was_answered: false,
        })
    };
    let gone = |scene: &Scene| Input::AgentGone { agent: scene.agent };
    let unrung = |scene: &Scene| Input::RingFailed { offer: scene.offer, not_responding: true };
    let ways: [&dyn Fn(&Scene) -> Input; 3] = [&lost, &gone, &unrung];
    for way in ways {
        let mut scene = Scene::alerting();
        let input = way(&scene);
        let commands = scene.at(7_000, input);
        assert!(
            matches!(&commands[0], Command::Route(Routing::OfferFailed { not_responding: true, .. })),
            "{commands:?}"
        );
        assert_eq!(scene.segments()[2], (Alert, 1_000, "failed"));
        let again = gone(&scene);
        assert!(scene.at(7_500, again).is_empty(), "told once");
    }
}

#[test]
fn a_call_the_caller_gave_up_is_not_held_against_the_agent() {
    let mut scene = Scene::alerting();
    let (leg, user, customer) = (scene.agent_leg, Some(scene.agent), scene.customer);
    let change = CallChange::LegEnded { leg, user, reason: EndReason::Cancelled, was_answered: false };
    assert!(scene.call(8_000, change).is_empty());
    let commands = scene.ended(8_000, customer, EndReason::Hangup);
    assert!(matches!(&commands[..], [Command::Route(Routing::Abandoned { .. })]), "{commands:?}");
}

#[test]
fn an_answer_that_comes_too_late_connects_nobody() {
    let mut scene = Scene::alerting();
    let (offer, leg, agent) = (scene.offer, scene.agent_leg, scene.agent);
    scene.call(25_999, CallChange::Answered { leg, user: Some(agent) });
    let commands = scene.at(26_003, Input::AcceptRefused { offer });
    assert!(
        matches!(&commands[..], [Command::HangUp { .. }, Command::Play { looped: true, .. }]),
        "the caller hears music again: {commands:?}"
    );
    assert_eq!((scene.state(), scene.segments()[1]), (ConversationState::Queued, (Wait, -1, "")));
    assert!(scene.at(26_010, Input::OfferEnded { offer, result: OfferResult::Expired }).is_empty());
}

#[test]
fn the_place_is_said_at_once_and_then_every_so_often() {
    let mut scene = Scene::waiting();
    let commands = scene.at(5_001, Input::Position(Some(1)));
    let Command::Play { play, sounds, looped: false } = &commands[0] else { panic!("{commands:?}") };
    assert_eq!((*play, sounds.join(" ").as_str()), (2, "position n1 in-queue"));
    let leg = scene.customer;
    assert!(
        scene.call(7_000, CallChange::Played { leg, play: 1 }).is_empty(),
        "the end of what was replaced"
    );
    let commands = scene.call(8_000, CallChange::Played { leg, play: 2 });
    assert!(matches!(&commands[..], [Command::Play { looped: true, .. }]), "{commands:?}");
    assert_eq!(scene.steering.deadline(), Some(at(35_001)));
    assert!(matches!(scene.at(35_001, Input::Deadline)[..], [Command::AskPosition]));
}

#[test]
fn a_queue_that_refuses_leads_back_into_the_flow() {
    let mut scene = Scene::waiting();
    let commands = scene.at(5_010, Input::QueueRefused);
    assert!(
        matches!(&commands[..], [Command::End { .. }]),
        "the demo flow has nowhere else to go: {commands:?}"
    );
    scene.call(5_020, CallChange::Ended { reason: EndReason::Hangup });
    assert_eq!(scene.segments(), [(Ivr, 5_000, "completed"), (Wait, 10, "refused"), (Ivr, 10, "hangup")]);
    assert_eq!(scene.outcome(), Some(Outcome::FlowEnded));
}

#[test]
fn codes_can_be_given_while_talking_and_corrected_afterwards() {
    let mut scene = Scene::talking(WrapUpMode::Timed);
    let agent = scene.agent;
    let give = |code| Input::WrapUp { agent, wrap_up: WrapUp { code, note: Some("why".to_owned()) } };
    let (first, second) = (WrapUpCodeId::generate(), WrapUpCodeId::generate());
    assert!(scene.at(10_000, give(first)).is_empty(), "the talk goes on");
    assert_eq!(scene.state(), ConversationState::Connected);
    scene.call(20_000, CallChange::Ended { reason: EndReason::Hangup });
    assert_eq!(scene.at(21_000, give(second)).len(), 1);
    let given = scene.steering.conversation().agent(agent).and_then(|p| p.wrap_up.clone());
    assert_eq!(given.map(|given| given.code), Some(second));
}
