//! A phone's leg: plain RTP on a pair of ports.

use std::{net::SocketAddr, time::Duration};

use tandem_media::{
    RtpRemote,
    dtmf::{DigitReceiver, DigitSender},
    lock::SourceLock,
    rtcp::{self, SenderInfo},
    rtp::{Reception, RtpPacket},
    splice::Splice,
};

use crate::ports::PortPair;

/// Reports go out this often.
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// A packet with room for any audio payload.
const PACKET_MAX: usize = 1_500;

#[derive(Debug)]
pub(crate) struct RtpLeg {
    pub(crate) ports: PortPair,
    pub(crate) remote: Option<RtpRemote>,
    pub(crate) lock: Option<SourceLock>,
    pub(crate) digits_in: DigitReceiver,
    pub(crate) digits_out: DigitSender,
    /// RTP time of the digit being sent.
    digit_timestamp: u32,
    ssrc: u32,
    /// Who the far end is now.
    far_ssrc: Option<u32>,
    pub(crate) heard: Duration,
    pub(crate) timed_out: bool,
    packets: u32,
    octets: u32,
    report_due: Duration,
}

/// What a datagram turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received<'a> {
    Refused,
    Ignored,
    /// A telephone-event with its sequence number, and the digit that ended with it.
    Digit(u16, Option<char>),
    Audio(RtpPacket<'a>),
}

impl RtpLeg {
    pub(crate) fn new(ports: PortPair, now: Duration) -> Self {
        Self {
            ports,
            remote: None,
            lock: None,
            digits_in: DigitReceiver::default(),
            digits_out: DigitSender::default(),
            digit_timestamp: 0,
            ssrc: rand::random(),
            far_ssrc: None,
            heard: now,
            timed_out: false,
            packets: 0,
            octets: 0,
            report_due: now + REPORT_EVERY,
        }
    }

    pub(crate) fn connect(&mut self, now: Duration, remote: RtpRemote) {
        match &mut self.lock {
            Some(lock) => lock.signal(remote.address, remote.signaling_ip),
            none => *none = Some(SourceLock::new(remote.address, remote.signaling_ip)),
        }
        self.remote = Some(remote);
        self.heard = now;
        self.timed_out = false;
    }

    /// Sorts a datagram on the RTP port.
    pub(crate) fn receive<'a>(
        &mut self,
        now: Duration,
        from: SocketAddr,
        datagram: &'a [u8],
    ) -> Received<'a> {
        let (Some(remote), Some(lock)) = (self.remote, self.lock.as_mut()) else { return Received::Refused };
        let Some(packet) = RtpPacket::parse(datagram) else { return Received::Refused };
        let digit = remote.dtmf_payload_type == Some(packet.payload_type);
        // Comfort noise (RFC 3389) is silence, and silence needs no packets here.
        let noise = packet.payload_type == 13;
        if !(digit || noise || packet.payload_type == remote.payload_type)
            || !lock.admit(now, from, packet.ssrc)
        {
            return Received::Refused;
        }
        self.heard = now;
        self.timed_out = false;
        self.far_ssrc = Some(packet.ssrc);
        match () {
            () if !remote.flow.receive || noise => Received::Ignored,
            () if digit => {
                let ended = self.digits_in.receive(now, packet.timestamp, packet.payload);
                Received::Digit(packet.sequence, ended)
            }
            () => Received::Audio(packet),
        }
    }

    /// Takes a datagram on the RTCP port, of which only the source matters so far; false when it is refused.
    pub(crate) fn receive_rtcp(&mut self, from: SocketAddr, datagram: &[u8]) -> bool {
        let report = matches!(rtcp::packet_types(datagram).as_deref(), Some([200 | 201, ..]));
        report && self.lock.as_mut().is_some_and(|lock| lock.admit_rtcp(from))
    }

    /// Sends a payload under given numbers; false when it could not be.
    pub(crate) fn send(&mut self, sequence: u64, timestamp: u32, marker: bool, payload: &[u8]) -> bool {
        let Some(remote) = self.remote else { return false };
        self.send_as(remote.payload_type, sequence, timestamp, marker, payload)
    }

    fn send_as(
        &mut self,
        payload_type: u8,
        sequence: u64,
        timestamp: u32,
        marker: bool,
        payload: &[u8],
    ) -> bool {
        let Some(lock) = &self.lock else { return false };
        let packet = RtpPacket {
            marker,
            payload_type,
            sequence: sequence as u16,
            timestamp,
            ssrc: self.ssrc,
            payload,
        };
        let mut buffer = [0; PACKET_MAX];
        let Some(len) = packet.write(&mut buffer) else { return false };
        // A full socket buffer or an unreachable far end loses the packet, as a network would.
        if self.ports.rtp.send_to(&buffer[..len], lock.destination()).is_err() {
            return false;
        }
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(payload.len() as u32);
        true
    }

    /// Sends what is due of the digits; how many packets it was.
    pub(crate) fn send_digit(&mut self, now: Duration, splice: &mut Splice) -> u64 {
        let Some(payload_type) = self.remote.and_then(|remote| remote.dtmf_payload_type) else { return 0 };
        let Some(digit) = self.digits_out.tick(now, splice.clock_rate()) else { return 0 };
        let mut sent = 0;
        for repeat in 0..digit.repeats {
            let number = if repeat == 0 && digit.first {
                let (number, timestamp) = splice.make(now, splice.clock_rate() / 50);
                self.digit_timestamp = timestamp;
                number
            } else {
                splice.number()
            };
            let marker = digit.first && repeat == 0;
            sent += u64::from(self.send_as(
                payload_type,
                number,
                self.digit_timestamp,
                marker,
                &digit.event.payload(),
            ));
        }
        sent
    }

    /// Whether this tick a report is due; sends it then.
    pub(crate) fn report(
        &mut self,
        now: Duration,
        splice: &Splice,
        reception: &mut Reception,
        received: u64,
    ) {
        if now < self.report_due {
            return;
        }
        self.report_due = now + REPORT_EVERY;
        let Some(lock) = &self.lock else { return };
        // We have no wall clock to tell: time since the start is allowed (RFC 3550 §6.4.1).
        let ntp = (now.as_secs() << 32) | ((u64::from(now.subsec_nanos()) << 32) / 1_000_000_000);
        let sender = (self.packets > 0).then(|| SenderInfo {
            ntp,
            timestamp: splice.timestamp_at(now),
            packets: self.packets,
            octets: self.octets,
        });
        let about = self.far_ssrc.filter(|_| received > 0).map(|ssrc| reception.report(ssrc));
        let mut buffer = [0; rtcp::REPORT_MAX];
        let len = rtcp::write_report(&mut buffer, self.ssrc, sender, about, "tandem");
        let _ = self.ports.rtcp.send_to(&buffer[..len], lock.rtcp_destination());
    }

    /// Tells two streams from the same leg apart.
    pub(crate) fn stream(&self) -> u32 {
        self.far_ssrc.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};

    use tandem_media::{AudioCodec, Flow};

    use super::*;
    use crate::ports::PortPool;

    /// A pair of neighbouring ports that a far end receives on.
    fn far_end() -> (UdpSocket, UdpSocket) {
        std::iter::repeat_with(|| {
            let rtp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
            let port = rtp.local_addr().ok()?.port().checked_add(1)?;
            let rtcp = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
            rtcp.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
            Some((rtp, rtcp))
        })
        .take(100)
        .flatten()
        .next()
        .expect("two ports side by side")
    }

    #[test]
    fn reports_of_others_do_not_lead_ours_elsewhere() {
        let (far, far_rtcp) = far_end();
        let address = far.local_addr().expect("an address");
        let ports = PortPool::new(address.ip(), 28_201..=28_260).open().expect("a pair");
        let mut leg = RtpLeg::new(ports, Duration::ZERO);
        let mut report = [0; rtcp::REPORT_MAX];
        let len = rtcp::write_report(&mut report, 7, None, None, "other");
        let report = &report[..len];
        let rtcp_address = far_rtcp.local_addr().expect("an address");
        assert!(!leg.receive_rtcp(rtcp_address, report), "nothing is signalled yet");

        leg.connect(
            Duration::ZERO,
            RtpRemote {
                address,
                signaling_ip: Some(address.ip()),
                codec: AudioCodec::Pcma,
                payload_type: 8,
                dtmf_payload_type: None,
                flow: Flow::BOTH,
            },
        );
        let audio = RtpPacket {
            marker: false,
            payload_type: 8,
            sequence: 1,
            timestamp: 0,
            ssrc: 7,
            payload: &[0; 160],
        };
        let mut buffer = [0; PACKET_MAX];
        let len = audio.write(&mut buffer).expect("fits");
        assert_eq!(leg.receive(Duration::ZERO, address, &buffer[..len]), Received::Audio(audio));
        let other = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr()).expect("binds");
        assert!(!leg.receive_rtcp(other, report));
        assert!(leg.receive_rtcp(rtcp_address, report));
        assert!(!leg.receive_rtcp(rtcp_address, b"no report"));

        leg.report(REPORT_EVERY, &Splice::new(8_000, 0, 0), &mut Reception::new(8_000), 0);
        let (len, from) = far_rtcp.recv_from(&mut buffer).expect("our report");
        assert_eq!(from.port(), leg.ports.port + 1);
        assert_eq!(rtcp::packet_types(&buffer[..len]), Some(vec![201, 202]));
    }
}
