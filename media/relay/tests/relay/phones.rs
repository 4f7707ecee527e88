//! Two phones on real sockets: passing on, transcoding, playing, digits, the source lock.

use std::time::Duration;

use crate::support::{LOCALHOST, TestRelay, phone::Phone};
use tandem_media::{AudioCodec, Flow, MediaError, MediaEvent, RtpRemote, Source, rtp::RtpPacket};
use tandem_proto::{EndpointId, RoomId};

const SECOND: Duration = Duration::from_secs(1);

async fn bridge(test: &TestRelay, phones: &[&Phone]) -> RoomId {
    let room = RoomId::generate();
    for phone in phones {
        test.relay.join(phone.endpoint, room).await.expect("joins");
    }
    room
}

#[tokio::test]
async fn two_phones_of_any_codecs_hear_each_other() {
    for (codec, other) in [
        (AudioCodec::Pcma, AudioCodec::Pcma),
        (AudioCodec::Pcma, AudioCodec::Pcmu),
        (AudioCodec::Opus, AudioCodec::Pcma),
    ] {
        let test = TestRelay::start();
        let a = Phone::call(&test.relay, codec, 440.0).await;
        let b = Phone::call(&test.relay, other, 880.0).await;
        bridge(&test, &[&a, &b]).await;
        a.wait_for_tone(880.0).await;
        b.wait_for_tone(440.0).await;
        a.forget();
        b.forget();
        a.listen_for(2 * SECOND).await;
        b.listen_for(2 * SECOND).await;
        for (phone, hears, says) in [(&a, 880.0, 440.0), (&b, 440.0, 880.0)] {
            phone.heard(|heard| {
                assert!(
                    heard.longest_gap_ms(hears) <= 60,
                    "{codec:?}–{other:?}: {} ms",
                    heard.longest_gap_ms(hears)
                );
                assert!(heard.level_at_end(says) < 300.0, "nobody hears themselves");
                assert_eq!(heard.skipped, 0);
            });
        }
        let stats = test.relay.stats(a.endpoint).await.expect("stats");
        assert!(
            stats.packets_received > 100 && stats.packets_sent > 100 && stats.packets_refused == 0,
            "{stats:?}"
        );
    }
}

#[tokio::test]
async fn three_phones_hear_the_two_others() {
    let test = TestRelay::start();
    let a = Phone::call(&test.relay, AudioCodec::Pcma, 440.0).await;
    let b = Phone::call(&test.relay, AudioCodec::Pcmu, 880.0).await;
    let c = Phone::call(&test.relay, AudioCodec::Pcma, 1_500.0).await;
    bridge(&test, &[&a, &b, &c]).await;
    for (phone, hears) in [(&a, [880.0, 1_500.0]), (&b, [440.0, 1_500.0]), (&c, [440.0, 880.0])] {
        phone.wait(|heard| hears.iter().all(|tone| heard.level_at_end(*tone) > 2_000.0)).await;
    }
    a.heard(|heard| assert!(heard.level_at_end(440.0) < 300.0));
    test.relay.mute(b.endpoint, true).await.expect("mutes");
    c.wait(|heard| heard.level_at_end(880.0) < 200.0 && heard.level_at_end(440.0) > 2_000.0).await;
    test.relay.mute(b.endpoint, false).await.expect("unmutes");
    c.wait_for_tone(880.0).await;
}

#[tokio::test]
async fn a_phone_hears_one_stream_through_silence_music_and_talk() {
    let mut test = TestRelay::start();
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("tone.wav");
    let tone = tandem_codec::tone::sine(1_200.0, 16_000, 16_000, 9_000.0);
    std::fs::write(&file, tandem_codec::wav::write(&tone, 16_000)).expect("writes");

    let a = Phone::call(&test.relay, AudioCodec::Pcma, 440.0).await;
    let b = Phone::call(&test.relay, AudioCodec::Pcma, 880.0).await;
    a.listen_for(SECOND / 2).await;
    a.heard(|heard| assert!(heard.samples.iter().all(|sample| sample.abs() < 20), "silence, but no gap"));

    test.play(a.endpoint, 1, Source::Files(vec![file.clone(), file.clone()]), false).await;
    a.wait_for_tone(1_200.0).await;
    let played =
        test.event(|event| if let MediaEvent::Played { play, .. } = event { Some(play) } else { None }).await;
    assert_eq!(played.0, 1);
    a.heard(|heard| {
        let sounding = heard
            .samples
            .chunks(480)
            .filter(|it| tandem_codec::tone::goertzel(it, 1_200.0, 48_000) > 2_000.0);
        let sounding = sounding.count() * 10;
        assert!((1_950..=2_050).contains(&sounding), "{sounding} ms of 2 s were heard");
    });

    test.play(a.endpoint, 2, Source::Files(vec![file]), true).await;
    a.wait_for_tone(1_200.0).await;
    test.relay.stop_playing(a.endpoint).await.expect("stops");
    bridge(&test, &[&a, &b]).await;
    a.wait_for_tone(880.0).await;
    test.relay.leave(b.endpoint).await.expect("leaves");
    a.wait(|heard| heard.level_at_end(880.0) < 100.0).await;
    test.play(a.endpoint, 3, Source::Ringback, true).await;
    a.wait_for_tone(425.0).await;
    a.heard(|heard| {
        assert_eq!(heard.skipped, 0, "sequence numbers run on");
        let odd = heard.odd_steps;
        assert!(odd <= 6, "{odd} of {} steps of time were not a frame", heard.packets);
    });
    assert!(test.events.try_recv().is_err(), "nothing that loops or was stopped is told as played");
}

#[tokio::test]
async fn a_source_that_stops_is_filled_up_and_comes_back() {
    let test = TestRelay::start();
    let a = Phone::call(&test.relay, AudioCodec::Pcma, 440.0).await;
    let b = Phone::call(&test.relay, AudioCodec::Pcma, 880.0).await;
    bridge(&test, &[&a, &b]).await;
    a.wait_for_tone(880.0).await;
    b.talking(false);
    a.wait(|heard| heard.level_at_end(880.0) < 100.0).await;
    b.talking(true);
    a.wait_for_tone(880.0).await;
    a.heard(|heard| assert_eq!(heard.skipped, 0));
}

#[tokio::test]
async fn digits_go_both_ways() {
    let mut test = TestRelay::start();
    let a = Phone::call(&test.relay, AudioCodec::Pcma, 440.0).await;
    let b = Phone::call(&test.relay, AudioCodec::Pcma, 880.0).await;
    bridge(&test, &[&a, &b]).await;
    a.press("1#9");
    let mut pressed = String::new();
    while pressed.len() < 3 {
        pressed.push(
            test.event(|event| match event {
                MediaEvent::Dtmf { endpoint, digit } if endpoint == a.endpoint => Some(digit),
                _ => None,
            })
            .await,
        );
    }
    assert_eq!(pressed, "1#9");
    test.relay.send_dtmf(b.endpoint, "4711*".into()).await.expect("sends");
    b.wait(|heard| heard.digits == "4711*").await;
    b.wait_for_tone(440.0).await;
    b.heard(|heard| assert_eq!(heard.skipped, 0));
    assert!(matches!(test.relay.send_dtmf(b.endpoint, "x".into()).await, Err(MediaError::NoCapacity(_))));
}

/// Sends 200 packets of noise to a phone's leg, from a port nobody signalled.
async fn intrude(phone: &Phone) {
    let stranger = tokio::net::UdpSocket::bind((LOCALHOST, 0)).await.expect("binds");
    for sequence in 0..200 {
        let packet = RtpPacket {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp: u32::from(sequence) * 160,
            ssrc: 9,
            payload: &[0x2a; 160],
        };
        crate::support::phone::send(&stranger, phone.relay_address(), &packet).await;
    }
}

#[tokio::test]
async fn a_stranger_is_not_heard() {
    let test = TestRelay::start();
    let a = Phone::call(&test.relay, AudioCodec::Pcma, 440.0).await;
    let b = Phone::call(&test.relay, AudioCodec::Pcma, 880.0).await;
    bridge(&test, &[&a, &b]).await;
    b.wait_for_tone(440.0).await;
    intrude(&a).await;
    b.forget();
    b.listen_for(SECOND).await;
    b.heard(|heard| assert!(heard.longest_gap_ms(440.0) <= 60 && heard.skipped == 0));
    assert_eq!(test.relay.stats(a.endpoint).await.expect("stats").packets_refused, 200);
}

#[tokio::test]
async fn a_phone_that_only_listens_is_not_robbed_of_its_audio() {
    let test = TestRelay::start();
    let talker = Phone::call(&test.relay, AudioCodec::Pcma, 440.0).await;
    let listener = Phone::call(&test.relay, AudioCodec::Pcma, 0.0).await;
    bridge(&test, &[&talker, &listener]).await;
    listener.wait_for_tone(440.0).await;
    intrude(&listener).await;
    listener.forget();
    listener.listen_for(SECOND).await;
    listener.heard(|heard| assert!(heard.longest_gap_ms(440.0) <= 60 && heard.skipped == 0));
    let stats = test.relay.stats(listener.endpoint).await.expect("stats");
    assert_eq!((stats.packets_received, stats.packets_refused), (0, 200));
}

#[tokio::test]
async fn a_held_phone_is_sent_nothing_and_a_silent_one_is_told() {
    let mut test = TestRelay::with_timeout(Duration::from_millis(300));
    let a = Phone::call(&test.relay, AudioCodec::Pcma, 440.0).await;
    a.listen_for(SECOND / 5).await;
    let held = RtpRemote { flow: Flow { send: false, receive: true }, ..a.remote() };
    test.relay.connect_rtp(a.endpoint, held).await.expect("holds");
    let sent = test.relay.stats(a.endpoint).await.expect("stats").packets_sent;
    a.talking(false);
    let silent = test
        .event(|event| if let MediaEvent::RtpTimeout { endpoint } = event { Some(endpoint) } else { None });
    assert_eq!(silent.await, a.endpoint);
    assert_eq!(test.relay.stats(a.endpoint).await.expect("stats").packets_sent, sent);
}

#[tokio::test]
async fn what_does_not_exist_is_refused_and_ports_come_back() {
    let test = TestRelay::start();
    let nobody = EndpointId::generate();
    assert_eq!(test.relay.join(nobody, RoomId::generate()).await, Err(MediaError::UnknownEndpoint(nobody)));
    let bad = test
        .relay
        .play(nobody, tandem_media::PlayId(1), Source::Files(vec!["/none.wav".into()]), false)
        .await;
    assert!(matches!(bad, Err(MediaError::BadSource { .. })));
    let mut open = Vec::new();
    let full = loop {
        let endpoint = EndpointId::generate();
        match test.relay.open_rtp(endpoint).await {
            Ok(local) => {
                assert_eq!(test.relay.open_rtp(endpoint).await, Ok(local), "asking again changes nothing");
                open.push(endpoint);
            }
            Err(error) => break error,
        }
    };
    assert!(open.len() >= 10 && matches!(full, MediaError::NoCapacity(_)));
    test.relay.close(open[0]).await;
    assert!(test.relay.open_rtp(nobody).await.is_ok());
}
