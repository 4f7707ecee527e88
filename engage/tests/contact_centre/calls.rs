//! Calls through the demo's flow and queue, from the first ring to the end of wrap-up.

use crate::world::{Asked, World};
use tandem_core::Precondition;
use tandem_engage::Target;
use tandem_proto::{
    ConversationId, Cursor,
    api::{ConversationState, EndReason, Outcome, RoutingStatus, SegmentKind, WrapUp},
    events::contact_centre::{
        ConversationEnded, ConversationStarted, RoutingOffered, RoutingQueued, SegmentEnded, SegmentStarted,
    },
};
use tandem_store::Cause;

pub(crate) async fn conversation(world: &World, after: Cursor) -> ConversationId {
    world.event::<ConversationStarted, _>(after, |started, _| Some(started.conversation)).await
}

pub(crate) async fn talk_begins(world: &World, id: ConversationId) {
    let talks =
        |s: &SegmentStarted, _: &_| (s.conversation == id && s.kind == SegmentKind::Talk).then_some(());
    world.event(Cursor::START, talks).await;
}

pub(crate) async fn outcome(world: &World, id: ConversationId) -> Outcome {
    let ended = |e: &ConversationEnded, _: &_| (e.conversation == id).then_some(e.outcome);
    world.event(Cursor::START, ended).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_hears_the_greeting_then_music_then_an_agent() {
    let mut world = World::new(1).await;
    let call = world.dial().await;
    let played = |asked: &Asked| match asked {
        Asked::Play { sounds, looped } => Some((sounds.join(" "), *looped)),
        _ => None,
    };
    assert_eq!(world.asked(call, played).await, ("greeting".to_owned(), false));
    assert_eq!(world.asked(call, played).await, ("position n1 in-queue".to_owned(), false));
    assert_eq!(world.asked(call, played).await, ("music".to_owned(), true));
    let id = conversation(&world, Cursor::START).await;
    world.stats(|stats| stats.waiting == 1 && stats.offered == 1 && stats.agents_on_queue == 0).await;

    let agent = world.on_queue(0).await;
    let (rung, leg) = world.rung(call).await;
    assert_eq!(rung, agent);
    world.answers(call, agent, leg);
    talk_begins(&world, id).await;
    let stats = world.stats(|stats| stats.interacting == 1 && stats.waiting == 0).await;
    assert_eq!((stats.answered, stats.abandoned, stats.service_level.negative), (1, 0, Some(100.0)));

    world.leg_ends(call, agent, leg, EndReason::Hangup, true);
    world.asked(call, |asked| (*asked == Asked::End).then_some(())).await;
    world.status(Cursor::START, agent, &[RoutingStatus::WrapUp]).await;
    let head = world.store.head();
    let code = world.engage.wrap_up_codes(world.scope).await.expect("codes are there")[0].id;
    let wrap_up = WrapUp { code, note: Some("all well".to_owned()) };
    let done =
        world.engage.give_wrap_up(world.scope, Cause::SYSTEM, id, agent, wrap_up).await.expect("is taken");
    assert_eq!((done.state, done.outcome), (ConversationState::Ended, Some(Outcome::Handled)));
    world.status(head, agent, &[RoutingStatus::Idle]).await;

    let view = world.engage.conversation(world.scope, id).await.expect("store reads").expect("it is there");
    let segments: Vec<_> = view.participants.iter().flat_map(|p| &p.segments).collect();
    let kinds: Vec<_> = segments.iter().map(|segment| segment.kind).collect();
    use SegmentKind::{Alert, Ivr, Talk, Wait, WrapUp as After};
    assert_eq!(kinds, [Ivr, Wait, Alert, Talk, After]);
    let path: Vec<_> = segments.iter().filter(|s| matches!(s.kind, Ivr | Wait | Talk)).collect();
    assert!(path.windows(2).all(|pair| pair[0].ended_at == Some(pair[1].started_at)), "no gap: {path:?}");
    let offered = world.engage.decisions(world.scope, id).await.expect("store reads");
    assert_eq!(offered.last().and_then(|decision| decision.agent), Some(agent));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_rings_out_goes_to_the_other_agent_with_the_same_key() {
    let mut world = World::new(2).await;
    let mut settings = world.engage.queue(world.scope, world.demo.queue).await.expect("it is there").settings;
    settings.alert_seconds = 5;
    let target = Target::Existing(world.demo.queue, Precondition::NONE);
    world.engage.set_queue(world.scope, Cause::SYSTEM, target, settings).await.expect("is taken");
    world.on_queue(0).await;
    world.on_queue(1).await;
    let call = world.dial().await;
    let (first, leg) = world.rung(call).await;
    let hung_up = world.asked(call, |asked| match asked {
        Asked::HangUp { leg, reason } => Some((*leg, *reason)),
        _ => None,
    });
    assert_eq!(hung_up.await, (leg, EndReason::NoAnswer));
    let (second, leg) = world.rung(call).await;
    assert_ne!(first, second);
    world.status(Cursor::START, first, &[RoutingStatus::NotResponding]).await;
    world.answers(call, second, leg);
    let id = conversation(&world, Cursor::START).await;
    talk_begins(&world, id).await;

    let key = world.event::<RoutingQueued, _>(Cursor::START, |queued, _| Some(queued.key)).await;
    for agent in [first, second] {
        let offered = |o: &RoutingOffered, _: &_| (o.agent == agent).then_some(o.decision.key);
        assert_eq!(world.event(Cursor::START, offered).await, key);
    }
    let head = world.store.head();
    world.on_queue(world.agents.iter().position(|agent| *agent == first).expect("an agent")).await;
    world.status(head, first, &[RoutingStatus::Idle]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_while_waiting_or_alerting_is_abandoned_once() {
    let mut world = World::new(1).await;
    let call = world.dial().await;
    world.stats(|stats| stats.waiting == 1).await;
    let first = conversation(&world, Cursor::START).await;
    world.customer_hangs_up(call);
    assert_eq!(outcome(&world, first).await, Outcome::Abandoned);

    let agent = world.on_queue(0).await;
    let head = world.store.head();
    let call = world.dial().await;
    world.rung(call).await;
    let second = conversation(&world, head).await;
    world.customer_hangs_up(call);
    assert_eq!(outcome(&world, second).await, Outcome::Abandoned);
    let stats = world.stats(|stats| stats.waiting == 0 && stats.abandoned == 2).await;
    assert_eq!((stats.offered, stats.answered, stats.abandoned_short), (2, 0, 2));
    world.status(head, agent, &[RoutingStatus::Idle]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_closes_the_browser_while_alerting_does_not_respond_and_the_call_goes_on() {
    let mut world = World::new(2).await;
    let closing = world.on_queue(0).await;
    let call = world.dial().await;
    let (rung, _) = world.rung(call).await;
    assert_eq!(rung, closing);
    world.absent(closing);
    world.offline(closing);
    world.status(Cursor::START, closing, &[RoutingStatus::NotResponding]).await;
    let other = world.on_queue(1).await;
    let (rung, leg) = world.rung(call).await;
    assert_eq!(rung, other);
    world.answers(call, other, leg);
    talk_begins(&world, conversation(&world, Cursor::START).await).await;
    world.customer_hangs_up(call);
    world.status(Cursor::START, other, &[RoutingStatus::WrapUp]).await;
    let state = world.engine.agent(world.scope, closing).await.expect("is known");
    assert_eq!(state.status, RoutingStatus::NotResponding, "coming back is a choice");
}

#[tokio::test(flavor = "multi_thread")]
async fn declining_sends_the_call_to_the_other_agent() {
    let mut world = World::new(2).await;
    world.on_queue(0).await;
    world.on_queue(1).await;
    let call = world.dial().await;
    let (first, leg) = world.rung(call).await;
    world.leg_ends(call, first, leg, EndReason::Declined, false);
    let (second, _) = world.rung(call).await;
    assert_ne!(first, second);
    let declined = |s: &SegmentEnded, _: &_| (s.user == Some(first)).then(|| s.disposition.clone());
    assert_eq!(world.event(Cursor::START, declined).await, "declined");
    world.status(Cursor::START, first, &[RoutingStatus::Idle]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_keep_their_order_until_somebody_is_there() {
    let mut world = World::new(1).await;
    let first = world.dial().await;
    world.stats(|stats| stats.waiting == 1).await;
    let second = world.dial().await;
    world.stats(|stats| stats.waiting == 2).await;
    let waiting = world.engine.waiting(world.scope, world.demo.queue).await;
    let mut places = Vec::new();
    for item in waiting {
        places.push(world.engine.position(world.scope, item.item).await);
    }
    assert_eq!(places, [Some(1), Some(2)]);
    let agent = world.on_queue(0).await;
    let (rung, leg) = world.rung(first).await;
    assert_eq!(rung, agent);
    world.answers(first, agent, leg);
    world.stats(|stats| stats.interacting == 1 && stats.waiting == 1).await;
    world.customer_hangs_up(second);
    world.stats(|stats| stats.waiting == 0 && stats.abandoned == 1).await;
}
