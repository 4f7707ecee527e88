//! Several nodes: relays controlled from elsewhere, handed on, lost, drained.

use std::time::Duration;

use serde_json::json;
use tandem_media::{AudioCodec, MediaError, MediaEvent, PlayId, Source};
use tandem_proto::{EndpointId, NodeRole, OrgId, RoomId, UserId};
use tandem_relay::{Maker, sounds};
use tokio::{sync::broadcast, time::timeout};

use crate::support::{
    DEADLINE,
    browser::{Browser, Habits},
    node::{Town, meet, until},
    phone::Phone,
};

const MEDIA: &[NodeRole] = &[NodeRole::Media];
const SIP: &[NodeRole] = &[NodeRole::Sip];
const EDGE: &[NodeRole] = &[NodeRole::Edge];

async fn next<T: Clone>(news: &mut broadcast::Receiver<T>) -> T {
    timeout(DEADLINE, news.recv()).await.expect("the news come in time").expect("the pool runs")
}

fn maker() -> Maker {
    Maker { org: OrgId::generate(), user: UserId::generate() }
}

#[tokio::test]
async fn phones_of_another_node_talk_and_their_events_go_to_whoever_controls_them() {
    let town = Town::new().await;
    let media = town.node("media", MEDIA).await;
    let (mut before, mut after) = (town.node("sip-1", SIP).await, town.node("sip-2", SIP).await);
    meet(&[&media, &before, &after]).await;
    assert_eq!(before.pool.choose(OrgId::generate()), Some(media.id));

    let far = before.on(&media);
    let a = Phone::call_far(&far, AudioCodec::Pcma, 880.0).await;
    let b = Phone::call_far(&far, AudioCodec::Pcmu, 440.0).await;
    let room = RoomId::generate();
    for phone in [&a, &b] {
        far.join(phone.endpoint, room).await.expect("joins");
    }
    a.wait_for_tone(440.0).await;
    b.wait_for_tone(880.0).await;
    assert!(far.stats(a.endpoint).await.expect("stats").packets_received > 0);
    assert_eq!(media.pool.load(), 2);
    a.press("5");
    assert_eq!(before.digit().await, '5');

    let nobody = EndpointId::generate();
    let adopted = after.on(&media).adopt(vec![a.endpoint, nobody, b.endpoint]).await.expect("adopts");
    assert_eq!(adopted, [(a.endpoint, Some(room)), (b.endpoint, Some(room))]);
    a.press("6");
    assert_eq!(after.digit().await, '6');
    assert!(before.events.try_recv().is_err(), "it no longer controls them");

    far.close(b.endpoint).await;
    assert_eq!(far.stats(b.endpoint).await, Err(MediaError::UnknownEndpoint(b.endpoint)));
    assert_eq!(before.pool.on(after.id).open_rtp(nobody).await, Err(MediaError::Unreachable));
}

#[tokio::test]
async fn a_sound_in_ones_own_folder_is_played_from_the_other_nodes() {
    let town = Town::new().await;
    let (media, mut sip) = (town.node("media", MEDIA).await, town.node("sip", SIP).await);
    meet(&[&media, &sip]).await;
    let (theirs, ours) = (town.folder.path().join("media/sounds"), town.folder.path().join("sip/sounds"));
    sounds::install(&theirs).expect("installs");
    media.pool.set_sounds(theirs);
    sip.pool.set_sounds(ours.clone());
    let far = sip.on(&media);
    let phone = Phone::call_far(&far, AudioCodec::Pcma, 0.0).await;
    let beep = Source::Files(vec![ours.join("beep.wav")]);
    far.play(phone.endpoint, PlayId(7), beep, false).await.expect("plays");
    let played =
        sip.event(|event| if let MediaEvent::Played { play, .. } = event { Some(play) } else { None });
    assert_eq!(played.await, (media.id, PlayId(7)));
    let none = Source::Files(vec![ours.join("none.wav")]);
    let refused = far.play(phone.endpoint, PlayId(8), none, false).await;
    assert!(matches!(refused, Err(MediaError::BadSource { .. })), "{refused:?}");
}

#[tokio::test]
async fn every_call_controller_hears_of_a_browser_and_only_its_user_may_speak_for_it() {
    let town = Town::new().await;
    let (media, edge) = (town.node("media", MEDIA).await, town.node("edge", EDGE).await);
    let (mut one, mut two) = (town.node("sip-1", SIP).await, town.node("sip-2", SIP).await);
    meet(&[&media, &edge, &one, &two]).await;
    let (endpoint, mine) = (EndpointId::generate(), maker());
    let mut gone = edge.pool.gone();
    let browser = Browser::connect((&edge.on(&media), mine), endpoint, Habits::default()).await;
    for sip in [&mut one, &mut two] {
        let mut told = Vec::new();
        while told.len() < 2 {
            told.push(sip.event(Some).await);
        }
        let news = [MediaEvent::Offered { endpoint }, MediaEvent::Connected { endpoint }];
        assert_eq!(told, news.map(|event| (media.id, event)));
    }
    let far = edge.on(&media);
    let refused = far.offer(endpoint, maker(), "v=0".into(), Vec::new()).await;
    assert_eq!(refused, Err(MediaError::Taken));
    assert_eq!(far.made_by(endpoint, maker()).await, Err(MediaError::Taken));
    far.made_by(endpoint, mine).await.expect("is theirs");

    browser.close().await;
    assert_eq!(next(&mut gone).await, (media.id, endpoint));
    for sip in [&mut one, &mut two] {
        assert_eq!(sip.event(Some).await, (media.id, MediaEvent::Disconnected { endpoint }));
    }
    let refused = far.made_by(endpoint, mine).await;
    assert_eq!(refused, Err(MediaError::UnknownEndpoint(endpoint)));
}

#[tokio::test]
async fn a_media_node_that_dies_is_lost_once_and_nothing_goes_there_any_more() {
    let town = Town::new().await;
    let (dies, lives) = (town.node("media-1", MEDIA).await, town.node("media-2", MEDIA).await);
    let sip = town.node("sip", SIP).await;
    meet(&[&dies, &lives, &sip]).await;
    let far = sip.on(&dies);
    let phone = EndpointId::generate();
    far.open_rtp(phone).await.expect("a leg opens");
    let (mut lost, gone) = (sip.pool.lost(), dies.id);
    dies.die();
    assert_eq!(next(&mut lost).await, gone);
    assert!(!sip.pool.is_there(gone));
    assert_eq!(far.stats(phone).await, Err(MediaError::Unreachable));
    for org in std::iter::repeat_with(OrgId::generate).take(20) {
        assert_eq!(sip.pool.choose(org), Some(lives.id));
    }
    // The cluster sees it go later, which is no news.
    let mut seen = sip.cluster.watch();
    let left = seen.wait_for(|nodes| nodes.get(gone).is_none());
    timeout(DEADLINE, left).await.expect("in time").expect("the cluster runs");
    until(async || lost.is_empty() && !sip.pool.is_there(gone)).await;
}

#[tokio::test]
async fn a_media_node_that_hangs_is_lost_and_back_when_it_goes_on() {
    let town = Town::new().await;
    let sip = town.node("sip", SIP).await;
    let mut lost = sip.pool.lost();
    // Its connection stands and its row is renewed; only its heart is ours to stop.
    let (hangs, links) = town.joined("media", MEDIA).await;
    let mut seen = sip.cluster.watch();
    seen.wait_for(|nodes| nodes.get(hangs.me()).is_some()).await.expect("the cluster runs");
    let mut known = hangs.watch();
    known.wait_for(|nodes| nodes.get(sip.id).is_some()).await.expect("the cluster runs");
    let beat =
        || links.tell(sip.id, "media-events", &json!({ "beat": { "endpoints": 3, "draining": false } }));
    beat().expect("tells");
    assert_eq!(next(&mut lost).await, hangs.me());
    assert_eq!(sip.pool.choose(OrgId::generate()), None);
    beat().expect("tells");
    until(async || sip.pool.choose(OrgId::generate()) == Some(hangs.me())).await;
    assert_eq!(next(&mut lost).await, hangs.me());
}

#[tokio::test]
async fn what_a_gone_node_leaves_is_closed_unless_somebody_adopts_it() {
    let mut town = Town::new().await;
    town.times.unadopted = Duration::from_millis(200);
    let media = town.node("media", MEDIA).await;
    let (gone, heir) = (town.node("sip-1", SIP).await, town.node("sip-2", SIP).await);
    meet(&[&media, &gone, &heir]).await;
    let (left, adopted) = (EndpointId::generate(), EndpointId::generate());
    for endpoint in [left, adopted] {
        gone.on(&media).open_rtp(endpoint).await.expect("a leg opens");
    }
    let far = heir.on(&media);
    far.adopt(vec![adopted]).await.expect("adopts");
    gone.die();
    until(async || media.pool.load() == 1).await;
    assert_eq!(far.stats(left).await, Err(MediaError::UnknownEndpoint(left)));
    far.stats(adopted).await.expect("is still there");
}

#[tokio::test]
async fn media_nodes_hear_each_other() {
    let town = Town::new().await;
    let (one, two) = (town.node("media-1", MEDIA).await, town.node("media-2", MEDIA).await);
    meet(&[&one, &two]).await;
    // One that was not heard would be the last choice.
    until(async || one.pool.choose(OrgId::generate()) == Some(two.id)).await;
    until(async || two.pool.choose(OrgId::generate()) == Some(one.id)).await;
}

#[tokio::test]
async fn a_node_that_drains_is_left_before_it_goes() {
    let town = Town::new().await;
    let (goes, stays) = (town.node("media-1", MEDIA).await, town.node("media-2", MEDIA).await);
    let sip = town.node("sip", SIP).await;
    meet(&[&goes, &stays, &sip]).await;
    until(async || sip.pool.choose(OrgId::generate()) == Some(stays.id)).await;
    let phone = EndpointId::generate();
    sip.on(&goes).open_rtp(phone).await.expect("a leg opens");
    let mut draining = sip.pool.draining();
    let drained = tokio::spawn({
        let pool = goes.pool.clone();
        async move { pool.drain().await }
    });
    assert_eq!(next(&mut draining).await, goes.id);
    assert!(sip.pool.is_draining(goes.id) && sip.pool.is_there(goes.id));
    for org in std::iter::repeat_with(OrgId::generate).take(20) {
        assert_eq!(sip.pool.choose(org), Some(stays.id));
    }
    sip.on(&stays).open_rtp(phone).await.expect("the leg opens anew");
    assert!(!drained.is_finished());
    sip.on(&goes).close(phone).await;
    timeout(DEADLINE, drained).await.expect("it ends in time").expect("it does not panic");
    // The last one has nobody to leave anything to, and does not wait.
    let mut lost = stays.pool.lost();
    let gone = goes.id;
    goes.die();
    while next(&mut lost).await != gone {}
    timeout(DEADLINE, stays.pool.drain()).await.expect("at once");
}
