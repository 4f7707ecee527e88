//! RTP packets (RFC 3550 §5.1) on the plain, unencrypted side; and what a receiver counts (§6.4.1, A.1, A.3, A.8).

use std::time::Duration;

/// Bytes of a header without contributing sources and extensions, as we write it.
pub const HEADER_LEN: usize = 12;

/// A received packet; the payload is borrowed from the datagram.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RtpPacket<'a> {
    /// First packet of a talk spurt, or last of a picture.
    pub marker: bool,
    /// 0–127.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// In units of the payload's clock.
    pub timestamp: u32,
    /// Who sends.
    pub ssrc: u32,
    /// Without header, extension and padding.
    pub payload: &'a [u8],
}

impl<'a> RtpPacket<'a> {
    /// Reads a datagram; `None` when it is not RTP version 2 or its lengths do not add up.
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (header, mut rest) = datagram.split_at_checked(HEADER_LEN)?;
        let (flags, second) = (header[0], header[1]);
        if flags >> 6 != 2 || is_rtcp(datagram) {
            return None;
        }
        rest = rest.get(usize::from(flags & 0x0f) * 4..)?;
        if flags & 0x10 != 0 {
            let (extension, after) = rest.split_at_checked(4)?;
            let words = usize::from(u16::from_be_bytes([extension[2], extension[3]]));
            rest = after.get(words * 4..)?;
        }
        if flags & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            if padding == 0 {
                return None;
            }
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        Some(Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([header[2], header[3]]),
            timestamp: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            ssrc: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
            payload: rest,
        })
    }

    /// Writes header and payload into `out`; the number of bytes, or `None` when they do not fit.
    pub fn write(&self, out: &mut [u8]) -> Option<usize> {
        let len = HEADER_LEN + self.payload.len();
        let out = out.get_mut(..len)?;
        out[0] = 0x80;
        out[1] = self.payload_type & 0x7f | if self.marker { 0x80 } else { 0 };
        out[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        out[HEADER_LEN..].copy_from_slice(self.payload);
        Some(len)
    }
}

/// Tells RTCP from RTP where both share a port (RFC 5761 §4): packet types 192–223.
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, 192..=223, ..] if first >> 6 == 2)
}

/// Makes 16-bit sequence numbers (or 32-bit timestamps, by [`Unwrapper::timestamp`]) grow for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwrapper {
    last: Option<u64>,
}

impl Unwrapper {
    /// Starting values lie this far above zero, so that packets from before the first one do not underflow.
    const ORIGIN: u64 = 1 << 32;

    /// The number nearest to the last one whose low 16 bits are `sequence`.
    pub fn sequence(&mut self, sequence: u16) -> u64 {
        self.unwrap(u64::from(sequence), 16)
    }

    /// The number nearest to the last one whose low 32 bits are `timestamp`.
    pub fn timestamp(&mut self, timestamp: u32) -> u64 {
        self.unwrap(u64::from(timestamp), 32)
    }

    fn unwrap(&mut self, value: u64, bits: u32) -> u64 {
        let range = 1_u64 << bits;
        let Some(last) = self.last else {
            let first = Self::ORIGIN + value;
            self.last = Some(first);
            return first;
        };
        let ahead = value.wrapping_sub(last) & (range - 1);
        let full = if ahead < range / 2 { last + ahead } else { (last + ahead).saturating_sub(range) };
        self.last = Some(last.max(full));
        full
    }
}

/// What one received stream has shown so far.
#[derive(Clone, Copy, Debug)]
pub struct Reception {
    clock_rate: u32,
    sequences: Unwrapper,
    first: Option<u64>,
    highest: u64,
    received: u64,
    transit: Option<i64>,
    jitter: f64,
    expected_before: u64,
    received_before: u64,
}

impl Reception {
    /// Nothing received yet.
    pub fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            sequences: Unwrapper::default(),
            first: None,
            highest: 0,
            received: 0,
            transit: None,
            jitter: 0.0,
            expected_before: 0,
            received_before: 0,
        }
    }

    /// Counts a packet.
    pub fn received(&mut self, now: Duration, sequence: u16, timestamp: u32) {
        self.received_untimed(sequence);
        let arrival = (now.as_secs_f64() * f64::from(self.clock_rate)) as i64;
        let transit = i64::from((arrival as u32).wrapping_sub(timestamp) as i32);
        if let Some(before) = self.transit.replace(transit) {
            let change = i64::from((transit as i32).wrapping_sub(before as i32)).unsigned_abs() as f64;
            // A jump of more than a second is a new timeline, not jitter.
            if change < f64::from(self.clock_rate) {
                self.jitter += (change - self.jitter) / 16.0;
            }
        }
    }

    /// Counts a packet whose timestamp says nothing about when it was sent (a telephone-event).
    pub fn received_untimed(&mut self, sequence: u16) {
        let sequence = self.sequences.sequence(sequence);
        self.first.get_or_insert(sequence);
        self.highest = self.highest.max(sequence);
        self.received += 1;
    }

    /// Packets that should have come since the first.
    fn expected(&self) -> u64 {
        self.first.map_or(0, |first| self.highest + 1 - first)
    }

    /// Packets expected but not received; late and repeated ones count against it, so never below zero.
    pub fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }

    /// Interarrival jitter, milliseconds.
    pub fn jitter_ms(&self) -> f32 {
        (self.jitter / f64::from(self.clock_rate) * 1_000.0) as f32
    }

    /// The figures for a report block, and starts the next interval.
    pub fn report(&mut self, ssrc: u32) -> super::rtcp::ReportBlock {
        let (expected, received) = (self.expected(), self.received);
        let expected_now = expected - self.expected_before;
        let lost_now = expected_now.saturating_sub(received - self.received_before);
        self.expected_before = expected;
        self.received_before = received;
        super::rtcp::ReportBlock {
            ssrc,
            fraction_lost: (lost_now * 256).checked_div(expected_now).unwrap_or(0).min(255) as u8,
            lost: self.lost().min(0x7f_ffff) as u32,
            highest_sequence: self.highest as u32,
            jitter: self.jitter as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = RtpPacket::parse(&bytes);
        }

        #[test]
        fn what_is_written_is_read(
            marker: bool, payload_type in 0_u8..64, sequence: u16, timestamp: u32, ssrc: u32,
            payload in proptest::collection::vec(any::<u8>(), 0..180),
        ) {
            let packet = RtpPacket { marker, payload_type, sequence, timestamp, ssrc, payload: &payload };
            let mut buffer = [0; 200];
            let len = packet.write(&mut buffer).expect("fits");
            prop_assert_eq!(RtpPacket::parse(&buffer[..len]), Some(packet));
        }

        #[test]
        fn unwrapping_follows_any_small_step(steps in proptest::collection::vec(-1_000_i64..30_000, 1..200)) {
            let (mut unwrapper, mut truth) = (Unwrapper::default(), 100_000_i64);
            let origin = unwrapper.sequence(truth as u16) as i64 - truth;
            let mut highest = truth;
            for step in steps {
                truth = highest + step;
                prop_assert_eq!(unwrapper.sequence(truth as u16) as i64 - origin, truth);
                highest = highest.max(truth);
            }
        }
    }

    #[test]
    fn padding_and_extension_are_left_out() {
        let datagram =
            [0xb1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 0xbe, 0xde, 0, 1, 1, 1, 1, 1, 42, 43, 0, 2];
        assert_eq!(RtpPacket::parse(&datagram).expect("parses").payload, [42, 43]);
    }

    #[test]
    fn loss_and_jitter_are_counted() {
        let mut reception = Reception::new(8_000);
        for n in 0..100_u64 {
            if n % 10 != 9 {
                reception.received(Duration::from_millis(n * 20), n as u16, n as u32 * 160);
            }
        }
        assert_eq!(reception.lost(), 9); // the hundredth was never missed: nothing came after it
        assert!(reception.jitter_ms() < 0.1, "{}", reception.jitter_ms());
        assert_eq!(reception.report(1).fraction_lost, (9 * 256 / 99) as u8);
    }
}
