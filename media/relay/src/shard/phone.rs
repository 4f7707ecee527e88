//! The sockets of phones' legs.

use tandem_media::MediaEvent;

use super::{BUDGET, DATAGRAM_MAX, Shard};
use crate::{
    endpoint::{Endpoint, Transport},
    leg::Received,
};

impl Shard {
    /// Reads what is there; true when there may be more.
    pub(super) fn read_leg(&mut self, key: usize, rtp: bool) -> bool {
        let mut buffer = [0; DATAGRAM_MAX];
        for _ in 0..BUDGET {
            // An endpoint that went in this round has its sockets closed.
            let Some(leg) = self.endpoints.get_mut(key).and_then(Endpoint::phone) else { return false };
            let socket = if rtp { &leg.ports.rtp } else { &leg.ports.rtcp };
            match socket.recv_from(&mut buffer) {
                Ok((len, from)) if rtp => self.take_leg_rtp(key, from, &buffer[..len]),
                Ok((len, from)) => {
                    if !leg.receive_rtcp(from, &buffer[..len]) {
                        self.endpoints[key].refused += 1;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return false,
                // An ICMP error of an earlier send: the far end is not listening (yet).
                Err(_) => {}
            }
        }
        true
    }

    fn take_leg_rtp(&mut self, key: usize, from: std::net::SocketAddr, datagram: &[u8]) {
        let now = self.now();
        let endpoint = &mut self.endpoints[key];
        let Transport::Phone(leg) = &mut endpoint.transport else { return };
        match leg.receive(now, from, datagram) {
            Received::Refused => endpoint.refused += 1,
            Received::Ignored => endpoint.voice.received += 1,
            Received::Digit(sequence, digit) => {
                let (endpoint, voice) = (endpoint.id, &mut endpoint.voice);
                voice.received += 1;
                voice.reception.received_untimed(sequence);
                if let Some(receiver) = &mut voice.receiver {
                    receiver.skip(sequence);
                }
                let listeners = voice.pass_to.clone();
                // Who hears the packets as they are sees no hole where the digit was; digits are told, not passed on.
                for listener in listeners {
                    self.endpoints[listener].outlet.splice.cut();
                }
                if let Some(digit) = digit {
                    self.tell(MediaEvent::Dtmf { endpoint, digit });
                }
            }
            Received::Audio(packet) => {
                let stream = leg.stream();
                self.take_voice(key, stream, &packet, None);
            }
        }
    }

    /// What a leg does at a tick besides audio: digits whose end was lost, reports, time-out.
    pub(super) fn tick_leg(&mut self, key: usize) {
        let (now, timeout) = (self.now(), self.config.rtp_timeout);
        let endpoint = &mut self.endpoints[key];
        let id = endpoint.id;
        let Transport::Phone(leg) = &mut endpoint.transport else { return };
        leg.report(now, &endpoint.outlet.splice, &mut endpoint.voice.reception, endpoint.voice.received);
        let digit = leg.digits_in.expire(now);
        let receives = leg.remote.is_some_and(|remote| remote.flow.receive);
        let silent = receives && !leg.timed_out && now.saturating_sub(leg.heard) >= timeout;
        leg.timed_out |= silent;
        if let Some(digit) = digit {
            self.tell(MediaEvent::Dtmf { endpoint: id, digit });
        }
        if silent {
            self.tell(MediaEvent::RtpTimeout { endpoint: id });
        }
    }
}
