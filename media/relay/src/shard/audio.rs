//! Voices: passed on as they come, or mixed at the tick.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tandem_codec::{
    encode::PACKET_MAX,
    g711::{ALAW_SILENCE, ULAW_SILENCE},
};
use tandem_media::{
    AudioCodec, MediaEvent,
    room::{self, Party},
    rtp::RtpPacket,
};

use super::{Shard, commands::shared};
use crate::{
    endpoint::{Endpoint, Transport},
    outlet::{Hearing, QUIET},
};

/// Ticks between looks at what need not be looked at each tick.
const SLOW_TICKS: u64 = 10;

impl Shard {
    /// Decides anew how the endpoint and its company hear each other.
    pub(super) fn plan(&mut self, key: usize) {
        let company = self.company(key);
        let parties: Vec<Party> = company.iter().map(|member| self.endpoints[*member].party()).collect();
        let plan: Vec<Hearing> = room::hearing(&parties)
            .map(|hearing| match hearing {
                room::Hearing::Nothing => Hearing::Nothing,
                room::Hearing::Mix => Hearing::Mix,
                room::Hearing::Pass(other) => Hearing::Pass(company[other]),
            })
            .collect();
        let mixing =
            |except: usize| plan.iter().enumerate().any(|(me, it)| me != except && *it == Hearing::Mix);
        for (at, member) in company.iter().enumerate() {
            let pass_to = company.iter().zip(&plan).filter(|(_, it)| **it == Hearing::Pass(*member));
            let endpoint = &mut self.endpoints[*member];
            endpoint.voice.pass_to = pass_to.map(|(listener, _)| *listener).collect();
            endpoint.voice.decode(parties[at].sends.is_some() && mixing(at));
            endpoint.outlet.set_hearing(plan[at]);
        }
    }

    /// A voice packet from a browser.
    pub(super) fn take_web_audio(&mut self, key: usize, packet: &str0m::rtp::RtpPacket) {
        let header = &packet.header;
        let voice = RtpPacket {
            marker: header.marker,
            payload_type: *header.payload_type,
            sequence: header.sequence_number,
            timestamp: header.timestamp,
            ssrc: *header.ssrc,
            payload: &packet.payload,
        };
        self.take_voice(key, *header.ssrc, &voice, Some(&packet.payload));
    }

    /// A voice packet: to those who hear it as it is, and into the mix. `kept` is the payload, if it is shared already.
    pub(super) fn take_voice(
        &mut self,
        key: usize,
        stream: u32,
        packet: &RtpPacket<'_>,
        kept: Option<&Arc<[u8]>>,
    ) {
        let now = self.now();
        let endpoint = &mut self.endpoints[key];
        endpoint.voice.received += 1;
        endpoint.voice.reception.received(now, packet.sequence, packet.timestamp);
        if endpoint.muted {
            return;
        }
        if let Some(receiver) = &mut endpoint.voice.receiver {
            receiver.insert(now, packet.sequence, packet.timestamp, packet.payload);
        }
        let listeners = std::mem::take(&mut endpoint.voice.pass_to);
        let source = (key as u64) << 32 | u64::from(stream);
        for listener in &listeners {
            self.pass(*listener, now, source, packet, kept);
        }
        self.endpoints[key].voice.pass_to = listeners;
    }

    fn pass(
        &mut self,
        listener: usize,
        now: Duration,
        source: u64,
        packet: &RtpPacket<'_>,
        kept: Option<&Arc<[u8]>>,
    ) {
        let endpoint = &mut self.endpoints[listener];
        let outlet = &mut endpoint.outlet;
        if let Transport::Phone(leg) = &endpoint.transport
            && leg.digits_out.is_down()
        {
            return outlet.splice.cut();
        }
        outlet.filling = false;
        let Some((sequence, timestamp)) = outlet.splice.pass(now, source, packet.sequence, packet.timestamp)
        else {
            return;
        };
        let sent = match &mut endpoint.transport {
            Transport::Phone(leg) => leg.send(sequence, timestamp, packet.marker, packet.payload),
            Transport::Web(peer) => {
                let payload = kept.map_or_else(|| shared(packet.payload), Arc::clone);
                peer.send_audio(Instant::now(), sequence, timestamp, packet.marker, payload)
            }
        };
        endpoint.sent += u64::from(sent);
        if sent && !endpoint.is_phone() {
            self.mark_dirty(listener);
        }
    }

    /// Every 20 ms: decode, add up, send.
    pub(super) fn tick(&mut self) {
        let now = self.now();
        for (_, endpoint) in &mut self.endpoints {
            endpoint.voice.tick(now);
        }
        for room in self.rooms.values_mut() {
            room.sum.clear();
            for member in &room.members {
                let voice = &self.endpoints[*member].voice;
                if voice.sounding {
                    room.sum.add(&voice.frame);
                }
            }
        }
        for key in 0..self.endpoints.capacity() {
            if self.endpoints.contains(key) {
                self.tick_endpoint(key, now);
            }
        }
        let ticks = (now.as_millis() / u128::from(tandem_media::FRAME_MS)) as u64;
        if ticks.is_multiple_of(SLOW_TICKS) {
            self.expire_peers();
            self.choose_layers();
            self.ask_key_frames();
        }
    }

    fn tick_endpoint(&mut self, key: usize, now: Duration) {
        let endpoint = &mut self.endpoints[key];
        let is_phone = endpoint.is_phone();
        if let Transport::Phone(leg) = &mut endpoint.transport {
            let digits = leg.send_digit(now, &mut endpoint.outlet.splice);
            endpoint.sent += digits;
            if digits > 0 || leg.digits_out.is_down() {
                return self.tick_leg(key);
            }
        }
        match endpoint.outlet.hearing {
            Hearing::Mix => self.send_mix(key, now),
            Hearing::Nothing | Hearing::Pass(_) if is_phone => self.send_silence(key, now),
            Hearing::Nothing | Hearing::Pass(_) => {}
        }
        if is_phone {
            self.tick_leg(key);
        }
    }

    fn send_mix(&mut self, key: usize, now: Duration) {
        let endpoint = &mut self.endpoints[key];
        let mut heard = std::mem::take(&mut self.heard);
        match endpoint.room.and_then(|room| self.rooms.get(&room)) {
            Some(room) => heard.copy_from(&room.sum),
            None => heard.clear(),
        }
        if endpoint.voice.sounding && endpoint.room.is_some() {
            heard.subtract(&endpoint.voice.frame);
        }
        let mut played = None;
        if let Some(player) = &mut endpoint.player {
            match player.frame() {
                Some(frame) => heard.add(&frame),
                None => played = Some(player.play),
            }
        }
        if heard.is_empty() {
            if endpoint.is_phone() {
                self.send_silence(key, now);
            }
        } else {
            let mut packet = [0; PACKET_MAX];
            if let Some(len) = endpoint.outlet.encode(&heard, &mut packet) {
                self.send_frame(key, now, &packet[..len]);
            }
        }
        self.heard = heard;
        if let Some(play) = played {
            let endpoint = &mut self.endpoints[key];
            endpoint.player = None;
            let endpoint = endpoint.id;
            self.plan(key);
            self.tell(MediaEvent::Played { endpoint, play });
        }
    }

    /// A phone must hear no gap: where nothing else is sent, silence is.
    fn send_silence(&mut self, key: usize, now: Duration) {
        let endpoint = &mut self.endpoints[key];
        let passing = matches!(endpoint.outlet.hearing, Hearing::Pass(_));
        let quiet = endpoint.outlet.splice.last_sent().is_none_or(|at| now.saturating_sub(at) >= QUIET);
        if endpoint.party().hears.is_none() || passing && !quiet && !endpoint.outlet.filling {
            return;
        }
        endpoint.outlet.filling = passing;
        match endpoint.outlet.codec {
            AudioCodec::Pcma => self.send_frame(key, now, &[ALAW_SILENCE; 160]),
            AudioCodec::Pcmu => self.send_frame(key, now, &[ULAW_SILENCE; 160]),
            AudioCodec::Opus => {
                let mut packet = [0; PACKET_MAX];
                let silence = tandem_codec::mix::Sum::default();
                if let Some(len) = endpoint.outlet.encode(&silence, &mut packet) {
                    self.send_frame(key, now, &packet[..len]);
                }
            }
        }
    }

    /// Sends a frame of our own making.
    fn send_frame(&mut self, key: usize, now: Duration, payload: &[u8]) {
        let Endpoint { transport, outlet, .. } = &mut self.endpoints[key];
        let units = outlet.frame_units();
        let (sequence, timestamp) = outlet.splice.make(now, units);
        let sent = match transport {
            Transport::Phone(leg) => leg.send(sequence, timestamp, false, payload),
            Transport::Web(peer) => {
                peer.send_audio(Instant::now(), sequence, timestamp, false, shared(payload))
            }
        };
        let is_phone = matches!(transport, Transport::Phone(_));
        self.endpoints[key].sent += u64::from(sent);
        if sent && !is_phone {
            self.mark_dirty(key);
        }
    }
}
