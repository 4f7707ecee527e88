//! From where a phone's leg takes RTP, and where it sends to (the "RTP bleed" guard).
//!
//! The rule, in order of trust:
//! 1. Nothing is taken before the far end's address was signalled.
//! 2. Plausible RTP (version 2, agreed payload type) from exactly the signalled address, IP and port, locks at once.
//! 3. A phone behind a NAT signals an address that is not its own, which shows in its signaling coming from another IP. Only then may
//!    another source latch, once: one with the signaling's IP or the signalled IP, if it sends [`LATCH_PACKETS`] plausible packets with
//!    one SSRC within [`LATCH_WITHIN`] while the signalled address sends nothing.
//! 4. For [`CONTEST`] after such a latch the signalled address can still take the lock over; who was quicker does not keep it.
//! 5. Then the lock holds until a new address is signalled. Everybody else is refused and counted.
//!
//! So a phone that only listens, with nobody to outrun it, keeps its audio whatever strangers send.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// Packets an unsignalled source must send to latch.
pub const LATCH_PACKETS: u32 = 5;
/// How long it may take for them.
pub const LATCH_WITHIN: Duration = Duration::from_secs(1);
/// How long the signalled address may take a latched lock over.
pub const CONTEST: Duration = Duration::from_secs(3);

/// The lock of one leg.
#[derive(Clone, Copy, Debug)]
pub struct SourceLock {
    signalled: SocketAddr,
    signaling_ip: Option<IpAddr>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Open,
    Learning {
        from: SocketAddr,
        ssrc: u32,
        packets: u32,
        since: Duration,
    },
    /// A source behind a NAT has it; its reports may come from any port, as that is mapped by itself.
    Latched {
        to: SocketAddr,
        at: Duration,
        rtcp: Option<SocketAddr>,
    },
    /// The signalled address has it.
    Locked,
}

impl SourceLock {
    /// A lock for the address in a session description, and the IP that description came from. With `None` for it, no source but the
    /// signalled one is ever taken.
    pub fn new(signalled: SocketAddr, signaling_ip: Option<IpAddr>) -> Self {
        let signaling_ip = signaling_ip.map(|ip| ip.to_canonical());
        Self { signalled, signaling_ip, state: State::Open }
    }

    /// A new session description came; the lock opens only if its address is another. Where the signaling came from does not open it,
    /// nor widen who may latch.
    pub fn signal(&mut self, signalled: SocketAddr, signaling_ip: Option<IpAddr>) {
        if signalled != self.signalled {
            *self = Self::new(signalled, signaling_ip);
        }
    }

    /// Where to send RTP: to the source that latched, otherwise to the signalled address.
    pub fn destination(&self) -> SocketAddr {
        match self.state {
            State::Latched { to, .. } => to,
            State::Open | State::Learning { .. } | State::Locked => self.signalled,
        }
    }

    /// Where to send RTCP: to the port after RTP's, or to where a source that latched sends its own from.
    pub fn rtcp_destination(&self) -> SocketAddr {
        if let State::Latched { rtcp: Some(rtcp), .. } = self.state {
            return rtcp;
        }
        let mut address = self.destination();
        address.set_port(address.port().saturating_add(1));
        address
    }

    /// Whether to take a packet that looks like RTP with an agreed payload type.
    pub fn admit(&mut self, now: Duration, from: SocketAddr, ssrc: u32) -> bool {
        match self.state {
            State::Latched { to, at, .. } if from != self.signalled || now.saturating_sub(at) >= CONTEST => {
                to == from
            }
            _ if from == self.signalled => {
                self.state = State::Locked;
                true
            }
            State::Open | State::Learning { .. } if self.may_latch(from.ip()) => self.learn(now, from, ssrc),
            State::Open | State::Learning { .. } | State::Latched { .. } | State::Locked => false,
        }
    }

    /// Whether to take a packet that looks like RTCP. Only a source that latched can lead our reports elsewhere with it.
    pub fn admit_rtcp(&mut self, from: SocketAddr) -> bool {
        match &mut self.state {
            State::Latched { to, rtcp, .. } if to.ip() == from.ip() => {
                *rtcp = Some(from);
                true
            }
            _ => from == self.rtcp_destination(),
        }
    }

    fn may_latch(&self, ip: IpAddr) -> bool {
        let told = self.signalled.ip();
        self.signaling_ip.is_some_and(|signaling| signaling != told && (ip == signaling || ip == told))
    }

    fn learn(&mut self, now: Duration, from: SocketAddr, ssrc: u32) -> bool {
        let (packets, since) = match self.state {
            State::Learning { from: same, ssrc: stream, packets, since }
                if same == from && stream == ssrc && now.saturating_sub(since) <= LATCH_WITHIN =>
            {
                (packets + 1, since)
            }
            _ => (1, now),
        };
        let latched = packets >= LATCH_PACKETS;
        self.state = if latched {
            State::Latched { to: from, at: now, rtcp: None }
        } else {
            State::Learning { from, ssrc, packets, since }
        };
        latched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "192.0.2.1:4000";
    const PRIVATE: &str = "10.0.0.5:4000";
    const NAT: &str = "203.0.113.7:6000";

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }
    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// The lock of a phone that signals its own address.
    fn public() -> SourceLock {
        SourceLock::new(at(PUBLIC), Some(at(PUBLIC).ip()))
    }
    /// The lock of a phone that signals a private address from behind a NAT.
    fn behind_nat() -> SourceLock {
        SourceLock::new(at(PRIVATE), Some(at(NAT).ip()))
    }
    /// Whether a source that sends on and on, 20 ms apart, gets through.
    fn gets_in(lock: &mut SourceLock, from_ms: u64, source: &str) -> bool {
        (0..100).any(|n| lock.admit(ms(from_ms + n * 20), at(source), 1))
    }

    #[test]
    fn the_signalled_address_locks_at_once_and_strangers_stay_out() {
        for mut lock in [public(), SourceLock::new(at(PUBLIC), Some(at(NAT).ip()))] {
            assert!(lock.admit(ms(0), at(PUBLIC), 1));
            for source in ["198.51.100.9:4000", "192.0.2.1:4002", NAT] {
                assert!(!gets_in(&mut lock, 20, source), "{source}");
            }
            assert_eq!(lock.destination(), at(PUBLIC));
            assert!(lock.admit(ms(2_100), at(PUBLIC), 9), "a phone may change its SSRC");
        }
    }

    #[test]
    fn a_phone_that_only_listens_is_not_robbed() {
        for mut lock in [public(), SourceLock::new(at(PUBLIC), None)] {
            for source in ["198.51.100.9:4000", "192.0.2.1:4002", NAT] {
                assert!(!gets_in(&mut lock, 0, source), "{source}");
                assert_eq!(lock.destination(), at(PUBLIC));
            }
            assert!(lock.admit(ms(9_000), at(PUBLIC), 2), "it may still begin to talk");
        }
        let mut lock = behind_nat();
        assert!(
            !gets_in(&mut lock, 0, "198.51.100.9:4000"),
            "neither the signaling's IP nor the signalled one"
        );
        assert_eq!(lock.destination(), at(PRIVATE));
    }

    #[test]
    fn a_phone_behind_nat_latches_after_a_few_packets() {
        for source in [NAT, "10.0.0.5:6000"] {
            let mut lock = behind_nat();
            let taken: Vec<bool> = (0..6).map(|n| lock.admit(ms(n * 20), at(source), 1)).collect();
            assert_eq!(taken, [false, false, false, false, true, true]);
            assert_eq!(lock.destination(), at(source));
            assert!(!gets_in(&mut lock, 200, "203.0.113.7:6002"), "not even another port of the same IP");
            assert!(lock.admit(ms(9_000), at(source), 2));
        }
    }

    #[test]
    fn signaling_over_a_socket_for_both_families_is_of_the_same_ip() {
        let mapped = "::ffff:192.0.2.1".parse().expect("an IP");
        assert!(!gets_in(&mut SourceLock::new(at(PUBLIC), Some(mapped)), 0, "192.0.2.1:4002"));
        assert!(gets_in(&mut SourceLock::new(at(PRIVATE), Some(mapped)), 0, "192.0.2.1:4002"));
    }

    #[test]
    fn interleaved_streams_and_slow_ones_do_not_latch() {
        let mut lock = behind_nat();
        for n in 0..50 {
            let from = if n % 2 == 0 { at(NAT) } else { at("203.0.113.7:6002") };
            assert!(!lock.admit(ms(n * 10), from, 1), "two ports in turn");
        }
        for n in 0..50 {
            assert!(!lock.admit(ms(1_000 + n * 10), at(NAT), n as u32), "a new SSRC each time");
        }
        for n in 0..50 {
            assert!(!lock.admit(ms(2_000 + n * 300), at(NAT), 99), "four in a second");
        }
    }

    #[test]
    fn strangers_do_not_disturb_who_is_latching() {
        let mut lock = behind_nat();
        let taken = (0..5).map(|n| {
            assert!(!lock.admit(ms(n * 20), at("198.51.100.9:4000"), 7));
            lock.admit(ms(n * 20), at(NAT), 1)
        });
        assert_eq!(taken.last(), Some(true));
    }

    #[test]
    fn the_signalled_address_takes_over_from_who_was_quicker_but_not_for_ever() {
        let mut lock = behind_nat();
        assert!(gets_in(&mut lock, 0, NAT));
        let mut late = lock;
        assert!(!lock.admit(ms(999), at("10.0.0.5:4002"), 2), "exactly the signalled address only");
        assert!(lock.admit(ms(1_000), at(PRIVATE), 2));
        assert_eq!(lock.destination(), at(PRIVATE));
        assert!(!gets_in(&mut lock, 1_001, NAT));
        assert!(!late.admit(ms(4_000), at(PRIVATE), 2));
        assert!(late.admit(ms(4_001), at(NAT), 1));
    }

    #[test]
    fn a_new_session_description_opens_the_lock_only_with_a_new_address() {
        let mut lock = public();
        assert!(lock.admit(ms(0), at(PUBLIC), 1));
        lock.signal(at(PUBLIC), Some(at(NAT).ip()));
        assert!(!gets_in(&mut lock, 1, NAT), "signaling from elsewhere opens nothing");
        lock.signal(at("192.0.2.1:4002"), Some(at(NAT).ip()));
        assert!(gets_in(&mut lock, 3_000, NAT));

        let mut silent = public();
        silent.signal(at(PUBLIC), Some(at(NAT).ip()));
        assert!(!gets_in(&mut silent, 0, NAT), "nor for a phone that only listens");

        let mut latched = behind_nat();
        assert!(gets_in(&mut latched, 0, NAT));
        latched.signal(at(PRIVATE), Some(at("198.51.100.9:4000").ip()));
        assert_eq!(latched.destination(), at(NAT));
        assert!(!gets_in(&mut latched, 4_000, "198.51.100.9:4000"));
    }

    #[test]
    fn reports_go_to_the_port_after_rtps() {
        for mut lock in [public(), behind_nat()] {
            let rtcp = SocketAddr::new(lock.destination().ip(), 4_001);
            for elsewhere in [SocketAddr::new(rtcp.ip(), 5_000), at("203.0.113.7:6001")] {
                assert!(!lock.admit_rtcp(elsewhere), "nothing is latched");
                let signalled = lock.destination();
                lock.admit(ms(0), signalled, 1);
                assert!(!lock.admit_rtcp(elsewhere), "nor was it by latching");
            }
            assert!(lock.admit_rtcp(rtcp));
            assert_eq!(lock.rtcp_destination(), rtcp);
        }
    }

    #[test]
    fn reports_follow_a_source_that_latched_until_it_loses_the_lock() {
        let mut lock = behind_nat();
        assert!(gets_in(&mut lock, 0, NAT));
        assert_eq!(lock.rtcp_destination(), at("203.0.113.7:6001"));
        assert!(!lock.admit_rtcp(at("198.51.100.9:6001")));
        assert!(lock.admit_rtcp(at("203.0.113.7:7777")), "a NAT maps each port by itself");
        assert_eq!(lock.rtcp_destination(), at("203.0.113.7:7777"));
        assert!(lock.admit(ms(1_000), at(PRIVATE), 2));
        assert_eq!(lock.rtcp_destination(), at("10.0.0.5:4001"));
    }
}
