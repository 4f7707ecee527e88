//! Browsers: audio with phones and with each other, video, renegotiation, reload, loss of the connection.

use std::time::Duration;

use crate::support::{
    TestRelay,
    browser::{Browser, Habits},
    phone::{Phone, longest_gap_ms},
};
use str0m::media::{Direction, MediaKind};
use tandem_media::{AudioCodec, MediaError, MediaEvent, Published, Source, TrackIntent};
use tandem_proto::{EndpointId, RoomId, TrackId, api::TrackSource};

const SECOND: Duration = Duration::from_secs(1);

fn says(tone: f64) -> Habits {
    Habits { tone, ..Habits::default() }
}

async fn bridge(test: &TestRelay, endpoints: &[EndpointId]) -> RoomId {
    let room = RoomId::generate();
    for endpoint in endpoints {
        test.relay.join(*endpoint, room).await.expect("joins");
    }
    room
}

async fn tracks(test: &mut TestRelay, count: usize) -> Vec<Published> {
    test.event(|event| match event {
        MediaEvent::Tracks { tracks, .. } if tracks.len() == count => Some(tracks),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_browser_and_a_phone_hear_each_other() {
    let mut test = TestRelay::start();
    let phone = Phone::call(&test.relay, AudioCodec::Pcma, 880.0).await;
    let browser = Browser::connect(&test.relay, EndpointId::generate(), says(440.0)).await;
    let connected = test
        .event(|event| if let MediaEvent::Connected { endpoint } = event { Some(endpoint) } else { None });
    assert_eq!(connected.await, browser.endpoint);
    bridge(&test, &[phone.endpoint, browser.endpoint]).await;
    phone.wait_for_tone(440.0).await;
    browser.wait_for_tone(880.0).await;
    phone.forget();
    browser.forget();
    phone.listen_for(3 * SECOND).await;
    browser.listen_for(3 * SECOND).await;
    phone.heard(|heard| {
        assert!(heard.longest_gap_ms(440.0) <= 60, "{} ms", heard.longest_gap_ms(440.0));
        assert!(heard.level_at_end(880.0) < 300.0);
        assert_eq!(heard.skipped, 0);
    });
    browser.heard(|heard| {
        let gap = longest_gap_ms(&heard.samples, 880.0);
        assert!(gap <= 60 && heard.skipped == 0, "{gap} ms");
        assert!(heard.level_at_end(440.0) < 300.0);
    });
    let stats = test.relay.stats(browser.endpoint).await.expect("stats");
    assert!(stats.packets_received > 140 && stats.packets_lost == 0, "{stats:?}");

    test.relay.mute(browser.endpoint, true).await.expect("mutes");
    phone.wait(|heard| heard.level_at_end(440.0) < 100.0).await;
    test.relay.mute(browser.endpoint, false).await.expect("unmutes");
    phone.wait_for_tone(440.0).await;
}

#[tokio::test]
async fn two_browsers_hear_each_other_and_a_third_makes_a_mix() {
    let test = TestRelay::start();
    let a = Browser::connect(&test.relay, EndpointId::generate(), says(440.0)).await;
    let b = Browser::connect(&test.relay, EndpointId::generate(), says(880.0)).await;
    let c = Browser::connect(&test.relay, EndpointId::generate(), says(1_500.0)).await;
    let room = bridge(&test, &[a.endpoint, b.endpoint]).await;
    a.wait_for_tone(880.0).await;
    b.wait_for_tone(440.0).await;
    a.forget();
    a.listen_for(SECOND).await;
    a.heard(|heard| assert!(longest_gap_ms(&heard.samples, 880.0) <= 60 && heard.skipped == 0));
    assert_eq!(test.relay.stats(b.endpoint).await.expect("stats").frames_concealed, 0);

    test.relay.join(c.endpoint, room).await.expect("joins");
    a.wait(|heard| heard.level_at_end(880.0) > 2_000.0 && heard.level_at_end(1_500.0) > 2_000.0).await;
    c.wait(|heard| heard.level_at_end(440.0) > 2_000.0 && heard.level_at_end(880.0) > 2_000.0).await;
    a.heard(|heard| assert!(heard.level_at_end(440.0) < 300.0));
    test.relay.leave(c.endpoint).await.expect("leaves");
    a.wait(|heard| heard.level_at_end(880.0) > 2_000.0 && heard.level_at_end(1_500.0) < 200.0).await;
    test.play(c.endpoint, 1, Source::Ringback, true).await;
    c.wait_for_tone(425.0).await;
}

#[tokio::test]
async fn a_camera_reaches_who_asked_for_it_and_key_frames_are_asked_for() {
    let mut test = TestRelay::start();
    let mut a = Browser::connect(&test.relay, EndpointId::generate(), says(440.0)).await;
    let other_type = Habits { tone: 880.0, vp8: Some(110) };
    let mut b = Browser::connect(&test.relay, EndpointId::generate(), other_type).await;
    bridge(&test, &[a.endpoint, b.endpoint]).await;

    let camera = TrackIntent::Publish(TrackSource::Camera);
    a.negotiate(MediaKind::Video, Direction::SendOnly, camera).await.expect("publishes");
    let published = tracks(&mut test, 1).await[0];
    assert_eq!((published.endpoint, published.source), (a.endpoint, TrackSource::Camera));

    let intent = TrackIntent::Receive(published.track);
    let mid = b.negotiate(MediaKind::Video, Direction::RecvOnly, intent).await.expect("receives");
    b.wait(|heard| heard.tracks.get(&mid).is_some_and(|packets| packets.len() >= 50)).await;
    a.wait(|heard| heard.key_frames_asked > 0).await;
    b.heard(|heard| {
        let packets = &heard.tracks[&mid];
        let number = |payload: &[u8]| u64::from_be_bytes(payload[4..12].try_into().expect("a number"));
        for pair in packets.windows(2) {
            let ([(before, _, old), (after, kind, new)], 900) = ([&pair[0], &pair[1]], pair[1].2.len())
            else {
                panic!("another packet: {pair:?}");
            };
            assert_eq!((after - before, number(new) - number(old), *kind), (1, 1, 110));
        }
    });

    let asked = a.heard(|heard| heard.key_frames_asked);
    for _ in 0..3 {
        b.ask_key_frame(mid).await;
    }
    a.wait(|heard| heard.key_frames_asked > asked).await;
    // The voice goes on in the primary section.
    b.wait_for_tone(440.0).await;

    test.relay.shown_at(b.endpoint, published.track, 0).await.expect("pauses");
    let paused = b.heard(|heard| heard.tracks[&mid].len());
    b.forget();
    b.listen_for(SECOND / 2).await;
    assert!(b.heard(|heard| heard.tracks.get(&mid).map_or(0, Vec::len)) <= 2, "{paused}");
    test.relay.shown_at(b.endpoint, published.track, 720).await.expect("resumes");
    b.wait(|heard| heard.tracks.get(&mid).is_some_and(|packets| packets.len() >= 10)).await;

    let screen = TrackIntent::Publish(TrackSource::Screen);
    b.negotiate(MediaKind::Video, Direction::SendOnly, screen).await.expect("publishes");
    tracks(&mut test, 2).await;
    test.relay.leave(a.endpoint).await.expect("leaves");
    assert_eq!(tracks(&mut test, 1).await[0].source, TrackSource::Screen);
}

#[tokio::test]
async fn a_reload_takes_the_place_of_the_page_before() {
    let mut test = TestRelay::start();
    let phone = Phone::call(&test.relay, AudioCodec::Pcma, 880.0).await;
    let endpoint = EndpointId::generate();
    let mut before = Browser::connect(&test.relay, endpoint, says(440.0)).await;
    bridge(&test, &[phone.endpoint, endpoint]).await;
    let camera = TrackIntent::Publish(TrackSource::Camera);
    before.negotiate(MediaKind::Video, Direction::SendOnly, camera).await.expect("publishes");
    tracks(&mut test, 1).await;
    phone.wait_for_tone(440.0).await;

    let after = Browser::connect(&test.relay, endpoint, says(1_500.0)).await;
    assert!(tracks(&mut test, 0).await.is_empty());
    phone.wait_for_tone(1_500.0).await;
    after.wait_for_tone(880.0).await;
    phone.heard(|heard| assert!(heard.level_at_end(440.0) < 300.0, "the page before is not heard any more"));
    drop(before);
    after.forget();
    after.listen_for(SECOND).await;
    while let Ok(event) = test.events.try_recv() {
        assert!(!matches!(event, MediaEvent::Disconnected { .. }), "the endpoint was there all the time");
    }
}

#[tokio::test]
async fn a_page_that_closes_has_some_seconds_to_come_back() {
    let mut test = TestRelay::start();
    let phone = Phone::call(&test.relay, AudioCodec::Pcma, 880.0).await;
    let endpoint = EndpointId::generate();
    let before = Browser::connect(&test.relay, endpoint, says(440.0)).await;
    bridge(&test, &[phone.endpoint, endpoint]).await;
    phone.wait_for_tone(440.0).await;
    before.close().await;
    phone.wait(|heard| heard.level_at_end(440.0) < 100.0).await;
    let after = Browser::connect(&test.relay, endpoint, says(1_500.0)).await;
    phone.wait_for_tone(1_500.0).await;
    after.wait_for_tone(880.0).await;
    after.close().await;
    let gone = test.event(|event| match event {
        MediaEvent::Disconnected { endpoint } => Some(endpoint),
        _ => None,
    });
    assert_eq!(gone.await, endpoint);
}

#[tokio::test]
async fn an_ice_restart_keeps_the_connection() {
    let test = TestRelay::start();
    let phone = Phone::call(&test.relay, AudioCodec::Pcma, 880.0).await;
    let mut browser = Browser::connect(&test.relay, EndpointId::generate(), says(440.0)).await;
    bridge(&test, &[phone.endpoint, browser.endpoint]).await;
    browser.wait_for_tone(880.0).await;
    browser.change(|api| api.ice_restart(true), |_| None).await.expect("restarts");
    browser.forget();
    browser.listen_for(SECOND).await;
    browser.wait_for_tone(880.0).await;
    phone.wait_for_tone(440.0).await;
}

#[tokio::test]
async fn a_browser_that_vanishes_is_told() {
    let mut test = TestRelay::start();
    let browser = Browser::connect(&test.relay, EndpointId::generate(), says(440.0)).await;
    let endpoint = browser.endpoint;
    drop(browser);
    let gone = test
        .event(|event| if let MediaEvent::Disconnected { endpoint } = event { Some(endpoint) } else { None });
    assert_eq!(gone.await, endpoint);
    assert_eq!(test.relay.stats(endpoint).await, Err(MediaError::UnknownEndpoint(endpoint)));
}

#[tokio::test]
async fn offers_that_cannot_be_used_say_why_and_leave_nothing_behind() {
    let test = TestRelay::start();
    let endpoint = EndpointId::generate();
    for sdp in
        ["", "v=0", "no session description", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio"]
    {
        let refused = test.relay.offer(endpoint, sdp.into(), Vec::new()).await;
        assert!(matches!(refused, Err(MediaError::BadOffer(_))), "{sdp:?}: {refused:?}");
    }
    assert_eq!(test.relay.stats(endpoint).await, Err(MediaError::UnknownEndpoint(endpoint)));

    let mut browser = Browser::connect(&test.relay, endpoint, says(440.0)).await;
    let track = TrackId::generate();
    let refused = browser.negotiate(MediaKind::Video, Direction::RecvOnly, TrackIntent::Receive(track)).await;
    assert_eq!(refused, Err(MediaError::UnknownTrack(track)));
    let microphone = TrackIntent::Publish(TrackSource::Microphone);
    let refused = browser.negotiate(MediaKind::Audio, Direction::SendOnly, microphone).await;
    assert!(matches!(refused, Err(MediaError::BadOffer(_))));
    assert!(test.relay.stats(endpoint).await.is_ok(), "the connection is as it was");
}
