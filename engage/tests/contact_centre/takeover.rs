//! What becomes of callers and agents when the node that has the contact centre dies, hangs, restarts or drains.

use std::collections::BTreeMap;

use crate::{
    calls::{conversation, outcome, talk_begins},
    world::{Asked, World},
};
use tandem_communicate::control::CallChange;
use tandem_proto::{
    CallId, ConversationId, Cursor, LegId, OfferId, UserId,
    api::{ConversationState, EndReason, Outcome, Presence, RoutingStatus, SegmentKind, WrapUp},
    events::contact_centre::{ConversationStarted, RoutingOffered, RoutingQueued},
};
use tandem_routing_engine::{AgentState, EngineError, Input, WaitingItem};
use tandem_store::{Cause, EventFilter};

/// One caller talks, one has been helped and is wrapped up, one alerts an agent, and two wait behind.
struct Busy {
    talking: (CallId, UserId, LegId),
    wrapping: (ConversationId, UserId),
    alerting: (CallId, ConversationId, UserId, LegId),
    behind: [(CallId, ConversationId); 2],
}

/// What must be the same on whichever node.
#[derive(PartialEq, Debug)]
struct Seen {
    waiting: Vec<WaitingItem>,
    agents: Vec<AgentState>,
    /// What the engine knows of agents, items and offers, with their deadlines and ids.
    held: [serde_json::Value; 3],
    conversations: BTreeMap<ConversationId, ConversationState>,
}

async fn dial(world: &World) -> (CallId, ConversationId) {
    let head = world.store.head();
    let call = world.dial().await;
    let begun =
        |started: &ConversationStarted, _: &_| (started.call == Some(call)).then_some(started.conversation);
    let id = world.event(head, begun).await;
    let queued = |queued: &RoutingQueued, _: &_| (queued.conversation == id).then_some(());
    world.event(head, queued).await;
    (call, id)
}

impl Busy {
    async fn new(world: &mut World) -> Self {
        let talker = world.on_queue(0).await;
        let (talk, id) = dial(world).await;
        let (_, talk_leg) = world.rung(talk).await;
        world.answers(talk, talker, talk_leg);
        talk_begins(world, id).await;

        let wrapper = world.on_queue(1).await;
        let (helped, wrapped) = dial(world).await;
        let (_, leg) = world.rung(helped).await;
        world.answers(helped, wrapper, leg);
        talk_begins(world, wrapped).await;
        world.customer_hangs_up(helped);
        world.status(Cursor::START, wrapper, &[RoutingStatus::WrapUp]).await;

        let alerted = world.on_queue(2).await;
        let (rings, alerting) = dial(world).await;
        let (rung, leg) = world.rung(rings).await;
        assert_eq!(rung, alerted);
        let behind = [dial(world).await, dial(world).await];
        world
            .asked(behind[1].0, |asked| matches!(asked, Asked::Play { looped: true, .. }).then_some(()))
            .await;
        Self {
            talking: (talk, talker, talk_leg),
            wrapping: (wrapped, wrapper),
            alerting: (rings, alerting, alerted, leg),
            behind,
        }
    }

    async fn seen(&self, world: &World) -> Seen {
        let held = world.engine.ask(world.scope, |domain| {
            let saved = serde_json::to_value(domain.save()).expect("it is plain data");
            ["agents", "items", "offers"].map(|part| saved[part].clone())
        });
        let ids = [self.wrapping.0, self.alerting.1, self.behind[0].1, self.behind[1].1];
        let mut conversations = BTreeMap::new();
        for id in ids {
            let view = world.engage.conversation(world.scope, id).await.expect("store reads");
            conversations.insert(id, view.expect("it is there").state);
        }
        Seen {
            waiting: world.engine.waiting(world.scope, world.demo.queue).await,
            agents: world.engine.agents(world.scope).await,
            held: held.await.expect("the org is here"),
            conversations,
        }
    }

    /// Everybody gets what was coming to them, in order.
    async fn goes_on(&self, world: &mut World) {
        let (call, id, agent, leg) = self.alerting;
        world.answers(call, agent, leg);
        talk_begins(world, id).await;
        let (call, talker, _) = self.talking;
        let head = world.store.head();
        world.customer_hangs_up(call);
        world.status(head, talker, &[RoutingStatus::WrapUp]).await;

        let (wrapped, wrapper) = self.wrapping;
        let code = world.engage.wrap_up_codes(world.scope).await.expect("codes are there")[0].id;
        let wrap_up = WrapUp { code, note: None };
        let done = world.engage.give_wrap_up(world.scope, Cause::SYSTEM, wrapped, wrapper, wrap_up).await;
        assert_eq!(done.expect("is taken").outcome, Some(Outcome::Handled));
        let (rung, leg) = world.rung(self.behind[0].0).await;
        assert_eq!(rung, wrapper, "the first in line goes first");
        world.answers(self.behind[0].0, rung, leg);
        talk_begins(world, self.behind[0].1).await;
        world.customer_hangs_up(self.behind[1].0);
        assert_eq!(outcome(world, self.behind[1].1).await, Outcome::Abandoned);
        self.nobody_was_offered_twice(world).await;
    }

    async fn nobody_was_offered_twice(&self, world: &World) {
        let filter = EventFilter::kinds(&["routing.offered", "routing.queued"]);
        let (events, _) =
            world.store.events(world.scope, &filter, Cursor::START, 1_000).await.expect("the log reads");
        let offered = events.iter().filter_map(|event| event.decode::<RoutingOffered>().expect("decodes"));
        let mut offers: Vec<(ConversationId, OfferId)> = offered.map(|o| (o.conversation, o.offer)).collect();
        let queued = events.iter().filter_map(|event| event.decode::<RoutingQueued>().expect("decodes"));
        let mut arrivals: Vec<_> = queued.map(|queued| queued.conversation).collect();
        assert_eq!((offers.len(), arrivals.len()), (4, 5));
        offers.sort();
        offers.dedup_by_key(|(conversation, _)| *conversation);
        arrivals.sort();
        arrivals.dedup();
        assert_eq!((offers.len(), arrivals.len()), (4, 5), "each once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_an_engine_dies_another_goes_on_and_everybody_keeps_their_place() {
    let mut world = World::of_many(3).await;
    let busy = Busy::new(&mut world).await;
    let before = busy.seen(&world).await;
    world.nodes[0].kill();
    world.is_taken_by(1).await;
    assert_eq!(busy.seen(&world).await, before);
    let stats = world.stats(|_| true).await;
    assert_eq!((stats.waiting, stats.interacting), (3, 1));
    busy.goes_on(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_while_nobody_listened_is_learnt_from_the_calls() {
    let mut world = World::of_many(3).await;
    let busy = Busy::new(&mut world).await;
    world.nodes[0].kill();
    // No news of any of this reaches anybody.
    let (call, alerting, agent, leg) = busy.alerting;
    world.calls.happens(call, CallChange::Answered { leg, user: Some(agent) }).expect("the call is there");
    world.calls.over_unheard(&world.store, busy.behind[0].0, EndReason::Hangup).await;
    let (talk, talker, leg) = busy.talking;
    let ended =
        CallChange::LegEnded { leg, user: Some(talker), reason: EndReason::Hangup, was_answered: true };
    world.calls.happens(talk, ended).expect("the call is there");
    let head = world.store.head();
    world.is_taken_by(1).await;
    talk_begins(&world, alerting).await;
    assert_eq!(outcome(&world, busy.behind[0].1).await, Outcome::Abandoned);
    world.status(head, talker, &[RoutingStatus::WrapUp]).await;
    // The numbers follow the log event by event.
    world.stats(|stats| (stats.waiting, stats.interacting, stats.abandoned) == (1, 1, 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_hung_and_comes_back_is_fenced() {
    let mut world = World::of_many(3).await;
    let busy = Busy::new(&mut world).await;
    let before = busy.seen(&world).await;
    let former = world.engine.clone();
    world.nodes[0].freeze();
    world.is_taken_by(1).await;
    assert_eq!(busy.seen(&world).await, before);
    world.nodes[0].thaw();
    let refused = former.submit(world.scope, Input::AgentOff { agent: busy.talking.1 }).await;
    assert!(matches!(refused, Err(EngineError::NotHere)), "{refused:?}");
    busy.goes_on(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_hands_everything_over_at_once() {
    let mut world = World::of_many(3).await;
    let busy = Busy::new(&mut world).await;
    let before = busy.seen(&world).await;
    world.nodes[0].cluster.drain();
    world.nodes[0].engage.drain().await;
    let refused = world.engage.queue_stats(world.scope, world.demo.queue).await;
    assert!(refused.is_err(), "requests go elsewhere: {refused:?}");
    world.is_taken_by(1).await;
    assert_eq!(busy.seen(&world).await, before);
    busy.goes_on(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_the_one_process_goes_on_with_every_call_that_lives() {
    let mut world = World::new(3).await;
    let busy = Busy::new(&mut world).await;
    let before = busy.seen(&world).await;
    let mut world = world.restart().await;
    assert_eq!(busy.seen(&world).await, before);
    let stats = world.stats(|_| true).await;
    assert_eq!((stats.waiting, stats.interacting), (3, 1));
    busy.goes_on(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_has_any_more_is_cut_off_and_not_counted_as_abandoned() {
    let mut world = World::new(1).await;
    let call = world.dial().await;
    let id = conversation(&world, Cursor::START).await;
    world.asked(call, |asked| matches!(asked, Asked::Play { looped: true, .. }).then_some(())).await;
    world.calls.lose(call);
    let world = world.restart().await;
    assert_eq!(outcome(&world, id).await, Outcome::Restart);
    let view = world.engage.conversation(world.scope, id).await.expect("store reads").expect("it is there");
    let wait = view.participants.iter().flat_map(|p| &p.segments).find(|s| s.kind == SegmentKind::Wait);
    assert_eq!(wait.and_then(|wait| wait.disposition.as_deref()), Some("restart"));
    let stats = world.stats(|stats| stats.offered == 1 && stats.waiting == 0).await;
    assert_eq!((stats.answered, stats.abandoned), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_browser_comes_back_keeps_the_place_on_queue() {
    let mut world = World::new(2).await;
    let (back, gone) = (world.on_queue(0).await, world.on_queue(1).await);
    // The presence of the next run knows nobody yet.
    for agent in [back, gone] {
        world.presence.forget(agent);
    }
    let world = world.restart().await;
    for agent in [back, gone] {
        let state = world.engine.agent(world.scope, agent).await.expect("is known");
        assert_eq!(state.status, RoutingStatus::Idle);
    }
    let head = world.store.head();
    world.presence(back, Presence::OnQueue);
    world.status(head, gone, &[RoutingStatus::OffQueue]).await;
    let state = world.engine.agent(world.scope, back).await.expect("is known");
    assert_eq!(state.status, RoutingStatus::Idle);
}
