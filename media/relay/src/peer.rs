//! A browser's peer connection: `str0m` in RTP mode, and what each of its media sections is for.

use std::{
    fmt,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, IceCreds, Input, Output, Rtc,
    change::SdpOffer,
    config::DtlsCert,
    format::Codec,
    media::{MediaKind, Mid, Pt, Rid},
    net::Transmit,
    rtp::{ExtensionValues, RtpWrite, Ssrc},
};
use tandem_media::{MediaError, TrackIntent, splice::Splice};
use tandem_proto::{TrackId, api::TrackSource};

/// Packets kept to answer NACKs: about a second of video, and a little audio.
const RESEND_VIDEO: usize = 512;
const RESEND_AUDIO: usize = 32;
/// Most media sections of one connection.
const SECTIONS_MAX: usize = 64;
/// Addresses a peer may be heard from at a time (it moves between networks).
const ADDRESSES_MAX: usize = 8;

pub(crate) struct WebPeer {
    rtc: Rtc,
    /// When the next [`Input::Timeout`] is due.
    pub(crate) deadline: Instant,
    /// Of the far end's certificate; another one is another page.
    pub(crate) fingerprint: String,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) heard: Duration,
    pub(crate) connected: bool,
    /// The connection was closed or broke; a new offer within some seconds takes its place.
    pub(crate) lost: bool,
    /// It is on the list of those that are looked at at the end of the round.
    pub(crate) listed: bool,
    /// Our user fragment, by which packets find this peer before their address is known.
    pub(crate) ufrag: String,
    pub(crate) primary: Option<Primary>,
    pub(crate) published: Vec<Published>,
    pub(crate) received: Vec<Reception>,
    /// Streams of sections that receive nothing now. A section keeps its SSRC, so whatever it carries next goes on in the same numbers:
    /// ones that went back would be refused as a replay (RFC 3711 §3.3.2).
    resting: Vec<(Mid, Splice)>,
    /// Sections by SSRC, as they were first seen.
    streams: Vec<(Ssrc, Mid, Option<Rid>)>,
}

/// The sendrecv audio section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Primary {
    pub(crate) mid: Mid,
    pub(crate) payload_type: Pt,
    /// We send, we receive.
    pub(crate) sends: bool,
    pub(crate) receives: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Published {
    pub(crate) mid: Mid,
    pub(crate) track: TrackId,
    pub(crate) source: TrackSource,
}

/// A section that carries somebody else's track to this peer.
#[derive(Debug)]
pub(crate) struct Reception {
    pub(crate) mid: Mid,
    pub(crate) track: TrackId,
    /// How high it is shown, in pixels; 0 while nobody looks at it.
    pub(crate) height: u32,
    /// The encoding it gets now.
    pub(crate) layer: Option<u32>,
    /// The encoding it is to get from that one's next key frame on.
    pub(crate) next_layer: Option<u32>,
    splice: Splice,
    /// The publisher's payload type and ours for the same codec, as last used.
    payload_type: Option<(Pt, Pt)>,
}

/// What every peer connection of a relay has in common.
#[derive(Clone)]
pub(crate) struct PeerConfig {
    pub(crate) address: SocketAddr,
    pub(crate) certificate: DtlsCert,
    pub(crate) shard: u8,
}

/// `str0m` panicked or gave up; the connection is lost.
#[derive(Debug)]
pub(crate) struct PeerLost;

impl WebPeer {
    /// Takes a first offer; the peer and its answer.
    pub(crate) fn accept(
        config: &PeerConfig,
        now: Instant,
        at: Duration,
        sdp: &str,
        tracks: &[(String, TrackIntent)],
    ) -> Result<(Self, String), MediaError> {
        let mut rtc = Rtc::builder()
            .set_rtp_mode(true)
            .set_ice_lite(true)
            .set_local_ice_credentials(credentials(config.shard))
            .set_dtls_cert(config.certificate.clone())
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_h264(true)
            .enable_vp9(true)
            .set_send_buffer_audio(RESEND_AUDIO)
            .set_send_buffer_video(RESEND_VIDEO)
            .build(now);
        let candidate = Candidate::host(config.address, "udp").map_err(|error| bad(&error))?;
        rtc.add_local_candidate(candidate);
        let mut peer = Self {
            rtc,
            deadline: now,
            fingerprint: fingerprint(sdp).unwrap_or_default().to_owned(),
            addresses: Vec::new(),
            heard: at,
            connected: false,
            lost: false,
            listed: false,
            ufrag: String::new(),
            primary: None,
            published: Vec::new(),
            received: Vec::new(),
            resting: Vec::new(),
            streams: Vec::new(),
        };
        let answer = peer.negotiate(sdp, tracks)?;
        Ok((peer, answer))
    }

    /// Takes an offer and makes the sections what `tracks` says.
    pub(crate) fn negotiate(
        &mut self,
        sdp: &str,
        tracks: &[(String, TrackIntent)],
    ) -> Result<String, MediaError> {
        if sdp.lines().filter(|line| line.starts_with("m=")).count() > SECTIONS_MAX {
            return Err(MediaError::BadOffer(format!("more than {SECTIONS_MAX} media sections")));
        }
        let offer = SdpOffer::from_sdp_string(sdp).map_err(|error| bad(&error))?;
        let rtc = &mut self.rtc;
        let answer = catch_unwind(AssertUnwindSafe(|| rtc.sdp_api().accept_offer(offer)))
            .map_err(|_| MediaError::BadOffer("it broke the peer connection".into()))?
            .map_err(|error| bad(&error))?;
        self.ufrag = self.rtc.direct_api().local_ice_credentials().ufrag;
        let answer = answer.to_sdp_string();
        self.assign(&answer, tracks)?;
        Ok(answer)
    }

    fn assign(&mut self, answer: &str, tracks: &[(String, TrackIntent)]) -> Result<(), MediaError> {
        for (mid, _) in tracks {
            if self.rtc.media(Mid::from(mid.as_str())).is_none() {
                return Err(MediaError::BadOffer(format!("no media section with mid {mid}")));
            }
        }
        let named = tracks.iter().find(|(_, intent)| *intent == TrackIntent::Primary);
        let primary = match named {
            Some((mid, _)) => Some(Mid::from(mid.as_str())),
            None => self.first_free_audio(answer, tracks),
        };
        self.primary = primary.and_then(|mid| self.as_primary(mid));

        let (before, mut published) = (std::mem::take(&mut self.published), Vec::new());
        let mut received = Vec::new();
        for (mid, intent) in tracks {
            let mid = Mid::from(mid.as_str());
            let direction = self.rtc.media(mid).map(|media| media.direction());
            match intent {
                TrackIntent::Publish(source) if direction.is_some_and(|it| it.is_receiving()) => {
                    let same = before.iter().find(|it| it.mid == mid && it.source == *source);
                    let fresh = || Published { mid, track: TrackId::generate(), source: *source };
                    published.push(same.copied().unwrap_or_else(fresh));
                }
                TrackIntent::Receive(track) if direction.is_some_and(|it| it.is_sending()) => {
                    received.push(self.reception(mid, *track));
                }
                _ => {}
            }
        }
        self.published = published;
        let ended = std::mem::replace(&mut self.received, received);
        self.resting.extend(ended.into_iter().map(|it| (it.mid, it.splice)));
        Ok(())
    }

    /// The section's reception of `track`: as it is, or a new one that goes on in the section's numbers.
    fn reception(&mut self, mid: Mid, track: TrackId) -> Reception {
        let splice = match self.received.iter().position(|it| it.mid == mid) {
            Some(at) => {
                let before = self.received.swap_remove(at);
                if before.track == track {
                    return before;
                }
                Some(before.splice)
            }
            None => {
                self.resting.iter().position(|(it, _)| *it == mid).map(|at| self.resting.swap_remove(at).1)
            }
        };
        let mut splice = splice.unwrap_or_else(|| Splice::new(90_000, rand::random(), rand::random()));
        splice.cut();
        Reception { mid, track, height: u32::MAX, layer: None, next_layer: None, splice, payload_type: None }
    }

    /// The first audio section that is not named to be something else.
    fn first_free_audio(&self, answer: &str, named: &[(String, TrackIntent)]) -> Option<Mid> {
        let mids = answer.lines().filter_map(|line| line.strip_prefix("a=mid:")).map(str::trim);
        let mut free = mids.filter(|mid| !named.iter().any(|(name, _)| name == mid)).map(Mid::from);
        free.find(|mid| self.rtc.media(*mid).is_some_and(|media| media.kind() == MediaKind::Audio))
    }

    fn as_primary(&self, mid: Mid) -> Option<Primary> {
        let media = self.rtc.media(mid)?;
        let params = self.rtc.codec_config().find(|params| params.spec().codec == Codec::Opus)?;
        let payload_type = *media.remote_pts().iter().find(|pt| **pt == params.pt())?;
        let direction = media.direction();
        Some(Primary { mid, payload_type, sends: direction.is_sending(), receives: direction.is_receiving() })
    }

    /// Remembers an address this peer was heard from; one that is forgotten for it.
    pub(crate) fn learn_address(&mut self, address: SocketAddr) -> Option<SocketAddr> {
        self.addresses.push(address);
        (self.addresses.len() > ADDRESSES_MAX).then(|| self.addresses.remove(0))
    }

    /// Whether a STUN message really is from this peer (its integrity holds).
    pub(crate) fn accepts(&self, input: &Input<'_>) -> bool {
        self.rtc.accepts(input)
    }

    /// Feeds one input and hands on all that comes of it.
    pub(crate) fn drive(
        &mut self,
        input: Input<'_>,
        mut transmit: impl FnMut(Transmit),
        events: &mut Vec<Event>,
    ) -> Result<(), PeerLost> {
        let rtc = &mut self.rtc;
        let driven = catch_unwind(AssertUnwindSafe(|| {
            if let Err(error) = rtc.handle_input(input) {
                // A datagram that is not for us to understand; the connection goes on.
                tracing::debug!(%error, "input refused");
            }
            loop {
                match rtc.poll_output() {
                    Ok(Output::Timeout(deadline)) => return Some(deadline),
                    Ok(Output::Transmit(datagram)) => transmit(datagram),
                    Ok(Output::Event(event)) => events.push(event),
                    Err(error) => {
                        tracing::warn!(%error, "a peer connection is lost");
                        return None;
                    }
                }
            }
        }));
        match driven {
            Ok(Some(deadline)) if self.rtc.is_alive() => {
                self.deadline = deadline;
                Ok(())
            }
            Ok(_) => Err(PeerLost),
            Err(_) => {
                tracing::error!("a peer connection panicked");
                Err(PeerLost)
            }
        }
    }

    /// Says good-bye to the far end.
    pub(crate) fn close(&mut self, transmit: impl FnMut(Transmit), now: Instant) {
        let rtc = &mut self.rtc;
        // It is gone in either case.
        let _ = catch_unwind(AssertUnwindSafe(|| rtc.close()));
        let _ = self.drive(Input::Timeout(now), transmit, &mut Vec::new());
    }

    /// The section and encoding an SSRC belongs to.
    pub(crate) fn section(&mut self, ssrc: Ssrc) -> Option<(Mid, Option<Rid>)> {
        if let Some((_, mid, rid)) = self.streams.iter().find(|(known, ..)| *known == ssrc) {
            return Some((*mid, *rid));
        }
        let mut api = self.rtc.direct_api();
        let stream = api.stream_rx(&ssrc)?;
        let (mid, rid) = (stream.mid(), stream.rid());
        // A browser has a handful; somebody who makes more has the first forgotten.
        if self.streams.len() >= 4 * SECTIONS_MAX {
            self.streams.remove(0);
        }
        self.streams.push((ssrc, mid, rid));
        Some((mid, rid))
    }

    /// Writes an audio packet on the primary section.
    pub(crate) fn send_audio(
        &mut self,
        now: Instant,
        sequence: u64,
        timestamp: u32,
        marker: bool,
        payload: Arc<[u8]>,
    ) -> bool {
        let Some(primary) = self.primary.filter(|primary| primary.sends && self.connected) else {
            return false;
        };
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(primary.mid, None) else { return false };
        let packet = RtpWrite::new(primary.payload_type, sequence.into(), timestamp, now, payload);
        stream.write_rtp(packet.marker(marker));
        true
    }

    /// Passes a packet of a track on, in the section that receives it.
    pub(crate) fn forward(&mut self, now: Instant, at: Duration, packet: &Forwarded<'_>) -> bool {
        let Some(reception) = self.received.iter_mut().find(|it| it.track == packet.track) else {
            return false;
        };
        if reception.height == 0 || !self.connected {
            return false;
        }
        if reception.layer.is_none() && reception.next_layer.is_none() {
            reception.next_layer = Some(packet.ssrc);
        }
        if reception.layer != Some(packet.ssrc) {
            if reception.next_layer != Some(packet.ssrc) || !packet.begins_key_frame {
                return false;
            }
            reception.layer = reception.next_layer.take();
        }
        let payload_type = match reception.payload_type {
            Some((theirs, ours)) if theirs == packet.params.pt() => ours,
            _ => {
                let Some(ours) = self.rtc.codec_config().match_params(packet.params).map(|it| it.pt()) else {
                    return false;
                };
                let taken =
                    self.rtc.media(reception.mid).is_some_and(|media| media.remote_pts().contains(&ours));
                if !taken {
                    return false;
                }
                reception.payload_type = Some((packet.params.pt(), ours));
                ours
            }
        };
        let numbers = reception.splice.pass(at, packet.source, packet.sequence, packet.timestamp);
        let Some((sequence, timestamp)) = numbers else { return false };
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(reception.mid, None) else { return false };
        let extensions = ExtensionValues {
            video_orientation: packet.extensions.video_orientation,
            audio_level: packet.extensions.audio_level,
            voice_activity: packet.extensions.voice_activity,
            ..ExtensionValues::default()
        };
        let write = RtpWrite::new(payload_type, sequence.into(), timestamp, now, Arc::clone(packet.payload));
        stream.write_rtp(write.marker(packet.marker).nackable(true).ext_vals(extensions));
        true
    }

    /// The parameters of a payload type the peer sends with.
    pub(crate) fn params(&self, payload_type: Pt) -> Option<str0m::format::PayloadParams> {
        self.rtc.codec_config().find(|params| params.pt() == payload_type).copied()
    }

    /// Asks the peer for a key frame; false while nothing of the section has come yet.
    pub(crate) fn request_key_frame(&mut self, mid: Mid) -> bool {
        let rids: Vec<Option<Rid>> = self.streams.iter().filter(|it| it.1 == mid).map(|it| it.2).collect();
        let mut asked = false;
        for rid in rids {
            if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, rid) {
                stream.request_keyframe(str0m::media::KeyframeRequestKind::Pli);
                asked = true;
            }
        }
        asked
    }
}

/// A packet of a published track on its way to its receivers.
pub(crate) struct Forwarded<'a> {
    pub(crate) track: TrackId,
    pub(crate) params: str0m::format::PayloadParams,
    /// Tells streams apart.
    pub(crate) source: u64,
    pub(crate) ssrc: u32,
    /// It can be decoded without what came before.
    pub(crate) begins_key_frame: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) extensions: &'a ExtensionValues,
    pub(crate) payload: &'a Arc<[u8]>,
}

/// `a=fingerprint` of a session description.
pub(crate) fn fingerprint(sdp: &str) -> Option<&str> {
    sdp.lines().find_map(|line| line.strip_prefix("a=fingerprint:")).map(str::trim)
}

/// The shard in two hexadecimal digits, then chance.
fn credentials(shard: u8) -> IceCreds {
    const CHARACTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let chance = |count: usize| -> String {
        (0..count).map(|_| char::from(CHARACTERS[usize::from(rand::random::<u8>() % 64)])).collect()
    };
    IceCreds { ufrag: format!("{shard:02x}{}", chance(10)), pass: chance(24) }
}

fn bad(error: &dyn fmt::Display) -> MediaError {
    MediaError::BadOffer(error.to_string())
}

impl fmt::Debug for WebPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebPeer")
            .field("connected", &self.connected)
            .field("addresses", &self.addresses)
            .finish()
    }
}
