//! Cameras and screens: from their publisher to whoever has a section for them.

use std::time::{Duration, Instant};

use str0m::{format::Codec, media::Mid, rtp::RtpPacket};
use tandem_media::{
    key_frame::{VideoCodec, begins_key_frame},
    layers::Layers,
};
use tandem_proto::TrackId;

use super::{Shard, Track};
use crate::{endpoint::Transport, peer::Forwarded};

/// A publisher is asked for a key frame at most this often.
const KEY_FRAME_EVERY: Duration = Duration::from_millis(500);

impl Shard {
    /// Whether the endpoint has a section for the track.
    pub(super) fn receives(&self, key: usize, track: TrackId) -> bool {
        let Transport::Web(peer) = &self.endpoints[key].transport else { return false };
        peer.received.iter().any(|it| it.track == track)
    }

    /// Connects publishers and receivers of the endpoint's room anew, and tells its tracks.
    pub(super) fn relink(&mut self, key: usize) {
        let company = self.company(key);
        let room = self.endpoints[key].room;
        for publisher in &company {
            let Transport::Web(peer) = &self.endpoints[*publisher].transport else { continue };
            let published = peer.published.clone();
            self.tracks.retain(|id, track| {
                track.publisher != *publisher || published.iter().any(|it| it.track == *id)
            });
            for it in published {
                let subscribers =
                    company.iter().copied().filter(|other| self.receives(*other, it.track)).collect();
                let fresh = Track {
                    publisher: *publisher,
                    mid: it.mid,
                    subscribers: Vec::new(),
                    layers: Layers::default(),
                    key_frame_wanted: false,
                    key_frame_asked: None,
                };
                let track = self.tracks.entry(it.track).or_insert(fresh);
                track.key_frame_wanted |= track.subscribers != subscribers;
                track.subscribers = subscribers;
            }
        }
        self.choose_layers();
        if let Some(room) = room {
            self.tell_tracks(room);
        }
    }

    /// Passes a packet of a published section on.
    pub(super) fn forward(&mut self, key: usize, mid: Mid, packet: &RtpPacket) {
        let (now, at) = (Instant::now(), self.now());
        let Some(peer) = self.endpoints[key].web() else { return };
        let Some(published) = peer.published.iter().find(|it| it.mid == mid).copied() else { return };
        let Some(params) = peer.params(packet.header.payload_type) else { return };
        let Some(track) = self.tracks.get_mut(&published.track) else { return };
        let subscribers = std::mem::take(&mut track.subscribers);
        track.layers.packet(at, *packet.header.ssrc, packet.payload.len());
        let forwarded = Forwarded {
            track: published.track,
            params,
            source: (key as u64) << 32 | u64::from(*packet.header.ssrc),
            ssrc: *packet.header.ssrc,
            begins_key_frame: video_codec(params.spec().codec)
                .is_none_or(|codec| begins_key_frame(codec, &packet.payload)),
            sequence: packet.header.sequence_number,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            extensions: &packet.header.ext_vals,
            payload: &packet.payload,
        };
        for subscriber in &subscribers {
            let sent =
                self.endpoints[*subscriber].web().is_some_and(|peer| peer.forward(now, at, &forwarded));
            if sent {
                self.endpoints[*subscriber].sent += 1;
                self.mark_dirty(*subscriber);
            }
        }
        if let Some(track) = self.tracks.get_mut(&published.track) {
            track.subscribers = subscribers;
        }
    }

    /// A receiver asks for a key frame in one of its sections.
    pub(super) fn want_key_frame(&mut self, key: usize, mid: Mid) {
        let Some(peer) = self.endpoints[key].web() else { return };
        let Some(track) = peer.received.iter().find(|it| it.mid == mid).map(|it| it.track) else { return };
        if let Some(track) = self.tracks.get_mut(&track) {
            track.key_frame_wanted = true;
        }
        self.ask_key_frames();
    }

    /// A peer is connected now: it needs key frames of all it receives.
    pub(super) fn want_key_frames_of_all(&mut self, key: usize) {
        let Some(peer) = self.endpoints[key].web() else { return };
        let wanted: Vec<TrackId> = peer.received.iter().map(|it| it.track).collect();
        for id in wanted {
            if let Some(track) = self.tracks.get_mut(&id) {
                track.key_frame_wanted = true;
            }
        }
    }

    /// Chooses for every receiver which encoding it gets; one that is to change needs a key frame.
    pub(super) fn choose_layers(&mut self) {
        let now = self.now();
        for (id, track) in &mut self.tracks {
            for subscriber in &track.subscribers {
                let Some(peer) = self.endpoints[*subscriber].web() else { continue };
                let Some(reception) = peer.received.iter_mut().find(|it| it.track == *id) else { continue };
                let Some(chosen) = track.layers.choose(now, reception.height) else { continue };
                if reception.layer == Some(chosen) {
                    reception.next_layer = None;
                } else if reception.next_layer != Some(chosen) {
                    reception.next_layer = Some(chosen);
                    track.key_frame_wanted = true;
                }
            }
        }
    }

    /// Asks publishers for the key frames wanted of them, as often as they may be asked.
    pub(super) fn ask_key_frames(&mut self) {
        let now = self.now();
        let mut asked = Vec::new();
        for track in self.tracks.values_mut() {
            let early = track.key_frame_asked.is_some_and(|at| now - at < KEY_FRAME_EVERY);
            if !track.key_frame_wanted || early || track.subscribers.is_empty() {
                continue;
            }
            let Some(peer) = self.endpoints[track.publisher].web() else { continue };
            if peer.request_key_frame(track.mid) {
                track.key_frame_wanted = false;
                track.key_frame_asked = Some(now);
                asked.push(track.publisher);
            }
        }
        for publisher in asked {
            self.mark_dirty(publisher);
        }
    }
}

/// What we can look into; an audio track has no key frames.
fn video_codec(codec: Codec) -> Option<VideoCodec> {
    match codec {
        Codec::Vp8 => Some(VideoCodec::Vp8),
        Codec::Vp9 => Some(VideoCodec::Vp9),
        Codec::H264 => Some(VideoCodec::H264),
        _ => None,
    }
}
