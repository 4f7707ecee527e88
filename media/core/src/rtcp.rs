//! The little RTCP a phone's leg needs: sender and receiver reports with a CNAME (RFC 3550 §6).

/// What a receiver tells about one sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReportBlock {
    /// About whom.
    pub ssrc: u32,
    /// Lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Lost since the start, 24 bit.
    pub lost: u32,
    /// Extended highest sequence number received.
    pub highest_sequence: u32,
    /// In units of the payload's clock.
    pub jitter: u32,
}

/// What a sender tells about itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SenderInfo {
    /// NTP time in 32.32 fixed point seconds.
    pub ntp: u64,
    /// The same moment in RTP time.
    pub timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes sent.
    pub octets: u32,
}

/// Longest report [`write_report`] makes.
pub const REPORT_MAX: usize = 28 + 24 + 8 + 2 + 36 + 4;

/// Writes a compound packet: a sender report (or a receiver report, when nothing was sent) and the CNAME. Returns its length.
pub fn write_report(
    out: &mut [u8; REPORT_MAX],
    ssrc: u32,
    sender: Option<SenderInfo>,
    about: Option<ReportBlock>,
    cname: &str,
) -> usize {
    let mut at = 4;
    let mut put = |bytes: &[u8], at: &mut usize| {
        out[*at..*at + bytes.len()].copy_from_slice(bytes);
        *at += bytes.len();
    };
    put(&ssrc.to_be_bytes(), &mut at);
    if let Some(sender) = sender {
        put(&sender.ntp.to_be_bytes(), &mut at);
        put(&sender.timestamp.to_be_bytes(), &mut at);
        put(&sender.packets.to_be_bytes(), &mut at);
        put(&sender.octets.to_be_bytes(), &mut at);
    }
    if let Some(block) = about {
        put(&block.ssrc.to_be_bytes(), &mut at);
        put(&(u32::from(block.fraction_lost) << 24 | block.lost & 0xff_ffff).to_be_bytes(), &mut at);
        put(&block.highest_sequence.to_be_bytes(), &mut at);
        put(&block.jitter.to_be_bytes(), &mut at);
        put(&[0; 8], &mut at); // no last sender report to refer to
    }
    let report_len = at;
    let cname = &cname.as_bytes()[..cname.len().min(36)];
    at += 4;
    put(&ssrc.to_be_bytes(), &mut at);
    put(&[1, cname.len() as u8], &mut at);
    put(cname, &mut at);
    let end = (at + 1).next_multiple_of(4); // at least one zero ends the list
    out[at..end].fill(0);
    let packet_type = if sender.is_some() { 200 } else { 201 };
    header(&mut out[..report_len], u8::from(about.is_some()), packet_type);
    header(&mut out[report_len..end], 1, 202);
    end
}

fn header(packet: &mut [u8], count: u8, packet_type: u8) {
    let words = (packet.len() / 4 - 1) as u16;
    packet[0] = 0x80 | count;
    packet[1] = packet_type;
    packet[2..4].copy_from_slice(&words.to_be_bytes());
}

/// The packet types in a compound packet, or `None` where its lengths do not add up.
pub fn packet_types(mut datagram: &[u8]) -> Option<Vec<u8>> {
    let mut types = Vec::new();
    while !datagram.is_empty() {
        let [first, packet_type, high, low, ..] = *datagram else { return None };
        if first >> 6 != 2 {
            return None;
        }
        types.push(packet_type);
        datagram = datagram.get((usize::from(u16::from_be_bytes([high, low])) + 1) * 4..)?;
    }
    Some(types)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = packet_types(&bytes);
        }

        #[test]
        fn reports_are_well_formed(name in "[a-z0-9-]{0,60}", sent: bool, heard: bool) {
            let sender = sent.then_some(SenderInfo { ntp: 1, timestamp: 2, packets: 3, octets: 4 });
            let mut buffer = [0xff; REPORT_MAX];
            let len = write_report(&mut buffer, 7, sender, heard.then(ReportBlock::default), &name);
            prop_assert_eq!(packet_types(&buffer[..len]), Some(vec![if sent { 200 } else { 201 }, 202]));
        }
    }
}
