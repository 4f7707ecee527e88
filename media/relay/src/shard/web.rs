//! The socket all browsers share.

use std::{
    cmp::Reverse,
    net::SocketAddr,
    time::{Duration, Instant},
};

use str0m::{
    Event, Input,
    net::{Protocol, Receive, Transmit},
};
use tandem_media::MediaEvent;

use super::{BUDGET, DATAGRAM_MAX, Shard};
use crate::endpoint::{Endpoint, Transport};

/// A peer that was not heard for this long is gone.
const SILENT_MAX: Duration = Duration::from_secs(5);
/// A peer that never got through may take this long.
const CONNECT_MAX: Duration = Duration::from_secs(30);
/// A timer further away than this is none.
const TIMER_MAX: Duration = Duration::from_secs(3_600);

impl Shard {
    /// Reads what is there; true when there may be more.
    pub(super) fn read_webrtc(&mut self) -> bool {
        let mut buffer = [0; DATAGRAM_MAX];
        for _ in 0..BUDGET {
            match self.webrtc.recv_from(&mut buffer) {
                Ok((len, from)) => self.take_datagram(from, &buffer[..len]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return false,
                // An ICMP error of an earlier send; the next datagram is not touched by it.
                Err(_) => {}
            }
        }
        true
    }

    fn take_datagram(&mut self, from: SocketAddr, datagram: &[u8]) {
        let Ok(receive) = Receive::new(Protocol::Udp, from, self.peers.address, datagram) else { return };
        let input = Input::Receive(Instant::now(), receive);
        let key = if matches!(datagram.first(), Some(0..=3)) {
            self.owner_of_stun(from, datagram, &input)
        } else {
            self.by_address.get(&from).copied()
        };
        let Some(key) = key else {
            metrics::counter!("tandem_media_datagrams_refused_total").increment(1);
            return;
        };
        self.drive(key, input);
    }

    /// The peer a STUN message is for. Its address is learnt here, and only here: the message proves that the sender knows the
    /// password of the session description.
    fn owner_of_stun(&mut self, from: SocketAddr, datagram: &[u8], input: &Input<'_>) -> Option<usize> {
        let key = self.by_ufrag.get(stun_ufrag(datagram)?).copied()?;
        let now = self.now();
        let peer = self.endpoints[key].web()?;
        if !peer.accepts(input) {
            return None;
        }
        peer.heard = now;
        if !peer.addresses.contains(&from) {
            let forgotten = peer.learn_address(from);
            if let Some(forgotten) = forgotten {
                self.by_address.remove(&forgotten);
            }
        }
        // The same address may have been another peer's before (a page that was loaded anew).
        self.by_address.insert(from, key);
        Some(key)
    }

    /// Feeds a peer one input; its events wait for the end of the round.
    fn drive(&mut self, key: usize, input: Input<'_>) {
        let webrtc = &self.webrtc;
        let Some(peer) = self.endpoints.get_mut(key).and_then(Endpoint::web).filter(|peer| !peer.lost) else {
            return;
        };
        // A full socket buffer loses the datagram, as a network would.
        let send = |datagram: Transmit| _ = webrtc.send_to(&datagram.contents, datagram.destination);
        let driven = peer.drive(input, send, &mut self.event_buffer);
        let deadline = peer.deadline;
        self.peer_events.extend(self.event_buffer.drain(..).map(|event| (key, event)));
        match driven {
            Ok(()) if deadline < Instant::now() + TIMER_MAX => self.deadlines.push(Reverse((deadline, key))),
            Ok(()) => {}
            Err(_) => self.peer_events.push((key, Event::Closed)),
        }
        self.take_peer_events();
    }

    fn take_peer_events(&mut self) {
        let mut events = std::mem::take(&mut self.peer_events);
        let mut lost = Vec::new();
        for (key, event) in events.drain(..) {
            match event {
                Event::RtpPacket(packet) => self.take_rtp(key, &packet),
                Event::KeyframeRequest(request) => self.want_key_frame(key, request.mid),
                Event::Connected => {
                    let endpoint = self.endpoints[key].id;
                    if let Some(peer) = self.endpoints[key].web() {
                        peer.connected = true;
                    }
                    self.want_key_frames_of_all(key);
                    self.tell(MediaEvent::Connected { endpoint });
                }
                Event::Closed => lost.push(key),
                _ => {}
            }
        }
        self.peer_events = events;
        lost.dedup();
        for key in lost {
            self.lose(key);
        }
    }

    fn take_rtp(&mut self, key: usize, packet: &str0m::rtp::RtpPacket) {
        let now = self.now();
        let Some(peer) = self.endpoints[key].web() else { return };
        // It was decrypted, so it is from the peer.
        peer.heard = now;
        let Some((mid, _)) = peer.section(packet.header.ssrc) else { return };
        if peer.primary.is_some_and(|primary| primary.mid == mid) {
            self.take_web_audio(key, packet);
        } else {
            self.forward(key, mid, packet);
        }
    }

    /// Something was written to a peer, or its timer is due.
    pub(super) fn mark_dirty(&mut self, key: usize) {
        if let Some(peer) = self.endpoints.get_mut(key).and_then(Endpoint::web)
            && !std::mem::replace(&mut peer.listed, true)
        {
            self.dirty.push(key);
        }
    }

    /// Sends what was written in this round.
    pub(super) fn flush(&mut self) {
        while let Some(key) = self.dirty.pop() {
            if let Some(peer) = self.endpoints.get_mut(key).and_then(Endpoint::web) {
                peer.listed = false;
            }
            self.drive(key, Input::Timeout(Instant::now()));
        }
    }

    /// Ends peers that have gone.
    pub(super) fn expire_peers(&mut self) {
        let now = self.now();
        let gone = |(_, endpoint): &(usize, &Endpoint)| {
            let Transport::Web(peer) = &endpoint.transport else { return false };
            let patience = if peer.connected || peer.lost { SILENT_MAX } else { CONNECT_MAX };
            now.saturating_sub(peer.heard) >= patience
        };
        let gone: Vec<usize> = self.endpoints.iter().filter(gone).map(|(key, _)| key).collect();
        for key in gone {
            self.disconnect(key);
        }
    }
}

/// Our part of the USERNAME of a STUN message (RFC 8489 §14.3).
fn stun_ufrag(datagram: &[u8]) -> Option<&str> {
    const USERNAME: u16 = 0x0006;
    let mut attributes = datagram.get(20..)?;
    loop {
        let (header, rest) = attributes.split_at_checked(4)?;
        let len = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if u16::from_be_bytes([header[0], header[1]]) == USERNAME {
            return std::str::from_utf8(rest.get(..len)?).ok()?.split(':').next();
        }
        attributes = rest.get(len.next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_fragment_is_found_behind_other_attributes() {
        let mut message = vec![0; 20];
        message.extend([0x80, 0x22, 0, 3, b'a', b'b', b'c', 0]);
        message.extend([0x00, 0x06, 0, 6]);
        message.extend(b"ours:t\0\0");
        assert_eq!(stun_ufrag(&message), Some("ours"));
        for len in 0..message.len() - 2 {
            assert_eq!(stun_ufrag(&message[..len]), None);
        }
    }
}
