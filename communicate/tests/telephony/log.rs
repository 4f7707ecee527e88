//! What the log says of a call is all that happened, in order; the record is what it adds up to.

use tandem_proto::{
    CallId, Event, EventData, LegId, Timestamp, Topic,
    api::{Call, Leg, LegState},
    events::call::{
        CallConversation, CallEnded, CallStarted, LegAdded, LegAnswered, LegDtmf, LegEnded, LegHeld,
        LegMuted, LegReplaced, LegRinging, LegTransferred,
    },
};
use tandem_sip::Method;

use crate::support::{World, rung};

fn read<E: EventData>(event: &Event) -> Option<E> {
    event.decode().expect("the shape of its kind")
}

/// What the events add up to, their own times as those of what they say.
fn fold(log: &[Event]) -> Call {
    let CallStarted { call, dialled, video, leg } = read(&log[0]).expect("the first says that it began");
    let mut record = Call {
        id: call,
        conversation: None,
        dialled,
        video,
        started_at: leg.started_at,
        legs: vec![leg],
        answered_at: None,
        ended_at: None,
        end_reason: None,
    };
    for event in &log[1..] {
        apply(&mut record, event);
    }
    record
}

fn leg(record: &mut Call, id: LegId) -> &mut Leg {
    record.legs.iter_mut().find(|leg| leg.id == id).expect("a leg the log knows")
}

fn apply(record: &mut Call, event: &Event) {
    let at = Some(event.at);
    if let Some(LegAdded { leg, .. }) = read(event) {
        record.legs.push(leg);
    } else if let Some(e) = read::<LegRinging>(event) {
        leg(record, e.leg).state = LegState::Ringing;
    } else if let Some(e) = read::<LegAnswered>(event) {
        let leg = leg(record, e.leg);
        (leg.state, leg.answered_at, leg.device) = (LegState::Connected, at, e.device);
        record.answered_at = record.answered_at.or(at);
    } else if let Some(e) = read::<LegHeld>(event) {
        leg(record, e.leg).state = if e.held { LegState::Holding } else { LegState::Connected };
    } else if let Some(e) = read::<LegMuted>(event) {
        leg(record, e.leg).muted = e.muted;
    } else if let Some(e) = read::<LegEnded>(event) {
        let leg = leg(record, e.leg);
        (leg.state, leg.ended_at, leg.end_reason) = (LegState::Ended, at, Some(e.reason));
    } else if let Some(e) = read::<CallConversation>(event) {
        record.conversation = Some(e.conversation);
    } else if let Some(e) = read::<CallEnded>(event) {
        (record.ended_at, record.end_reason) = (at, Some(e.reason));
    } else {
        // What the events beside them say.
        let beside = read::<LegTransferred>(event).is_some() || read::<LegReplaced>(event).is_some();
        assert!(beside || read::<LegDtmf>(event).is_some(), "nothing else is said of calls: {event:?}");
    }
}

/// Without the times, of which it only matters whether there is one.
fn timeless(mut call: Call) -> Call {
    let never = Timestamp::from_micros(0);
    let blur = |at: &mut Option<Timestamp>| *at = at.map(|_| never);
    call.started_at = never;
    blur(&mut call.answered_at);
    blur(&mut call.ended_at);
    for leg in &mut call.legs {
        leg.started_at = never;
        blur(&mut leg.answered_at);
        blur(&mut leg.ended_at);
    }
    call
}

/// What the log says of a call is what its record says. Answers the kinds of events.
pub(crate) async fn adds_up(world: &World, call: CallId) -> Vec<String> {
    let log = world.log(call).await;
    assert_eq!(timeless(fold(&log)), timeless(world.record(call).await));
    log.iter().map(|event| event.kind.trim_start_matches("call.").to_owned()).collect()
}

#[tokio::test]
async fn the_events_of_a_call_add_up_to_its_record() {
    let world = World::new().await;
    let [mut desk, mut kitchen] = world.phones(world.bob, "bob-desk").await;
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    let dialling = anns.dial("1002").await;
    let (at_desk, in_kitchen) = (desk.rings().await, kitchen.rings().await);
    let call = world.the_call().await;
    let record = world.record(call).await;
    for leg in rung(&record) {
        world.logged::<LegRinging>(call, |e| e.leg == leg.id).await;
    }
    let bob = desk.picks_up(at_desk).await;
    kitchen.stops_ringing(&in_kitchen).await;
    let mut ann = anns.answered(&dialling).await;
    anns.reoffers(&mut ann, "sendonly").await;
    anns.reoffers(&mut ann, "sendrecv").await;
    anns.says(&mut ann, Method::Info, Some(("application/dtmf-relay", "Signal=1\r\n".into()))).await;
    let live = world.logged::<LegDtmf>(call, |_| true).await;
    assert_eq!(timeless(fold(&world.log(call).await)), timeless(world.record(call).await), "live");
    anns.hangs_up(ann).await;
    desk.is_hung_up(bob).await;
    let record = world.over(call).await;

    let log = world.log(call).await;
    let kinds: Vec<_> = log.iter().map(|event| event.kind.trim_start_matches("call.")).collect();
    let expected = [
        "started",
        "leg.added",
        "leg.added",
        "leg.ringing",
        "leg.ringing",
        "leg.ended",
        "leg.answered",
        "leg.answered",
        "leg.held",
        "leg.held",
        "leg.dtmf",
        "leg.ended",
        "leg.ended",
        "ended",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(live.call, call);
    assert_eq!(timeless(fold(&log)), timeless(record.clone()));

    assert!(log.is_sorted_by_key(|event| event.at) && log.is_sorted_by_key(|event| event.cursor));
    let versions: Vec<_> = log.iter().map(|event| event.version).collect();
    assert_eq!(versions, (1..=14).collect::<Vec<i64>>());
    let began = record.answered_at.expect("answered");
    assert!(record.started_at <= began && Some(began) <= record.ended_at);
    for event in &log[1..] {
        assert!(
            event.topics.contains(&Topic::user(world.ann)) && event.topics.contains(&Topic::user(world.bob))
        );
        assert!(event.topics.contains(&Topic::supervisors(world.scope.org())), "{}", event.kind);
    }
}
