//! From where a phone's leg takes RTP (the "RTP bleed" guard).
//!
//! The rule, in order of trust:
//! 1. Nothing is taken before the far end's address was signalled.
//! 2. Plausible RTP (version 2, agreed payload type) from the signalled **IP** locks at once, whatever its port: that is who we were
//!    told, perhaps behind a NAT that changed the port.
//! 3. A phone behind a NAT signals an address that is not its own. So another source may latch, once, if it sends
//!    [`LATCH_PACKETS`] plausible packets with one SSRC within [`LATCH_WITHIN`] while the signalled IP sends nothing.
//! 4. For [`CONTEST`] after such a latch the signalled IP can still take the lock over; a stranger who was quicker does not keep it.
//! 5. Then the lock holds until a new address is signalled. Everybody else is refused and counted.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// Packets an unsignalled source must send to latch.
pub const LATCH_PACKETS: u32 = 5;
/// How long it may take for them.
pub const LATCH_WITHIN: Duration = Duration::from_secs(1);
/// How long the signalled IP may take a latched lock over.
pub const CONTEST: Duration = Duration::from_secs(3);

/// The lock of one leg.
#[derive(Clone, Copy, Debug)]
pub struct SourceLock {
    signalled: SocketAddr,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Open,
    Learning { from: SocketAddr, ssrc: u32, packets: u32, since: Duration },
    Latched { to: SocketAddr, at: Duration },
    Locked(SocketAddr),
}

impl SourceLock {
    /// A lock for the address in a session description.
    pub fn new(signalled: SocketAddr) -> Self {
        Self { signalled, state: State::Open }
    }

    /// A new session description came; the lock opens only if its address is another.
    pub fn signal(&mut self, signalled: SocketAddr) {
        if signalled != self.signalled {
            *self = Self::new(signalled);
        }
    }

    /// Where to send: to the source once it is known, before that to the signalled address.
    pub fn destination(&self) -> SocketAddr {
        match self.state {
            State::Latched { to, .. } | State::Locked(to) => to,
            State::Open | State::Learning { .. } => self.signalled,
        }
    }

    /// The source, once it is known.
    pub fn locked_ip(&self) -> Option<IpAddr> {
        match self.state {
            State::Latched { to, .. } | State::Locked(to) => Some(to.ip()),
            State::Open | State::Learning { .. } => None,
        }
    }

    /// Whether to take a packet that looks like RTP with an agreed payload type.
    pub fn admit(&mut self, now: Duration, from: SocketAddr, ssrc: u32) -> bool {
        let trusted = from.ip() == self.signalled.ip();
        match self.state {
            State::Locked(to) => to == from,
            State::Latched { to, at } => {
                if now.saturating_sub(at) >= CONTEST {
                    self.state = State::Locked(to);
                } else if trusted {
                    self.state = State::Locked(from);
                    return true;
                }
                to == from
            }
            State::Open | State::Learning { .. } if trusted => {
                self.state = State::Locked(from);
                true
            }
            State::Learning { from: same, ssrc: stream, packets, since }
                if same == from && stream == ssrc && now.saturating_sub(since) <= LATCH_WITHIN =>
            {
                let packets = packets + 1;
                let latched = packets >= LATCH_PACKETS;
                self.state = if latched {
                    State::Latched { to: from, at: now }
                } else {
                    State::Learning { from, ssrc, packets, since }
                };
                latched
            }
            State::Open | State::Learning { .. } => {
                self.state = State::Learning { from, ssrc, packets: 1, since: now };
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }
    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_signalled_ip_locks_at_once_and_strangers_stay_out() {
        let mut lock = SourceLock::new(at("192.0.2.1:4000"));
        assert!(lock.admit(ms(0), at("192.0.2.1:5555"), 1));
        assert_eq!(lock.destination(), at("192.0.2.1:5555"));
        for n in 1..100 {
            assert!(!lock.admit(ms(n), at("198.51.100.9:4000"), 2));
            assert!(!lock.admit(ms(n), at("192.0.2.1:4000"), 3), "not even another port of the same IP");
        }
        assert!(lock.admit(ms(200), at("192.0.2.1:5555"), 9), "a phone may change its SSRC");
    }

    #[test]
    fn a_phone_behind_nat_latches_after_a_few_packets() {
        let mut lock = SourceLock::new(at("10.0.0.5:4000"));
        let taken: Vec<bool> = (0..6).map(|n| lock.admit(ms(n * 20), at("203.0.113.7:6000"), 1)).collect();
        assert_eq!(taken, [false, false, false, false, true, true]);
        assert_eq!(lock.destination(), at("203.0.113.7:6000"));
        assert!(!lock.admit(ms(200), at("203.0.113.8:6000"), 1));
    }

    #[test]
    fn interleaved_strangers_do_not_latch() {
        let mut lock = SourceLock::new(at("10.0.0.5:4000"));
        for n in 0..50 {
            let from = if n % 2 == 0 { at("203.0.113.7:6000") } else { at("203.0.113.8:6000") };
            assert!(!lock.admit(ms(n * 10), from, 1));
        }
        for n in 0..50 {
            assert!(
                !lock.admit(ms(1_000 + n * 10), at("203.0.113.7:6000"), n as u32),
                "a new SSRC each time"
            );
        }
    }

    #[test]
    fn the_signalled_ip_takes_over_from_a_quicker_stranger_but_not_for_ever() {
        let mut lock = SourceLock::new(at("192.0.2.1:4000"));
        for n in 0..5 {
            lock.admit(ms(n), at("203.0.113.7:6000"), 1);
        }
        let mut late = lock;
        assert!(lock.admit(ms(1_000), at("192.0.2.1:4000"), 2));
        assert!(!lock.admit(ms(1_001), at("203.0.113.7:6000"), 1));
        assert!(!late.admit(ms(4_000), at("192.0.2.1:4000"), 2));
        assert!(late.admit(ms(4_001), at("203.0.113.7:6000"), 1));
    }

    #[test]
    fn a_new_session_description_opens_the_lock_only_with_a_new_address() {
        let mut lock = SourceLock::new(at("192.0.2.1:4000"));
        assert!(lock.admit(ms(0), at("192.0.2.1:4000"), 1));
        lock.signal(at("192.0.2.1:4000"));
        assert!(!lock.admit(ms(1), at("192.0.2.1:4002"), 1));
        lock.signal(at("192.0.2.1:4002"));
        assert!(lock.admit(ms(2), at("192.0.2.1:4002"), 1));
    }
}
