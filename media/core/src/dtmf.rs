//! Digits as RTP events (RFC 4733 §2).

use std::{collections::VecDeque, time::Duration};

/// Length of a telephone-event payload.
pub const PAYLOAD_LEN: usize = 4;
/// How long a digit we send is, and the pause after it.
const DIGIT: Duration = Duration::from_millis(100);
/// The end of a digit is sent this often, so that losing one does not lengthen it (RFC 4733 §2.5.1.4).
const END_REPEATS: u8 = 3;
/// A digit whose packets stop without an end is over after this (three packet times and some jitter).
const LOST_END: Duration = Duration::from_millis(120);
/// Digits that may wait to be sent.
pub const MAX_QUEUED: usize = 128;

const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// One telephone-event payload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TelephoneEvent {
    /// Event code, 0–15 for digits.
    pub code: u8,
    /// Whether the key is up.
    pub end: bool,
    /// 0 loudest, 63 softest; −dBm0.
    pub volume: u8,
    /// How long the key has been down, in units of the RTP clock.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Reads a payload.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, high, low, ..] = *payload else { return None };
        Some(Self {
            code,
            end: flags & 0x80 != 0,
            volume: flags & 0x3f,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    /// The payload.
    pub fn payload(self) -> [u8; PAYLOAD_LEN] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, u8::from(self.end) << 7 | self.volume & 0x3f, high, low]
    }
}

/// Code of a digit, if it is one.
pub fn code(digit: char) -> Option<u8> {
    DIGITS.iter().position(|known| *known == digit.to_ascii_uppercase()).map(|code| code as u8)
}

/// Hears digits: each key press once, at its end, however often its packets repeat.
#[derive(Clone, Debug, Default)]
pub struct DigitReceiver {
    pressed: Option<(u32, char, Duration)>,
    last_told: Option<u32>,
}

impl DigitReceiver {
    /// Takes a packet; a digit that ended with it. A new press ends the one before whose end was lost.
    pub fn receive(&mut self, now: Duration, timestamp: u32, payload: &[u8]) -> Option<char> {
        let event = TelephoneEvent::parse(payload)?;
        let digit = *DIGITS.get(usize::from(event.code))?;
        if self.last_told == Some(timestamp) {
            return None;
        }
        let before =
            self.pressed.replace((timestamp, digit, now)).filter(|(started, ..)| *started != timestamp);
        if let Some((started, missed, _)) = before {
            // The end just received, if it is one, is repeated and told then.
            self.last_told = Some(started);
            return Some(missed);
        }
        if event.end { self.release() } else { None }
    }

    /// A digit whose end never came; ask at every tick.
    pub fn expire(&mut self, now: Duration) -> Option<char> {
        let (_, _, heard) = self.pressed?;
        if now.saturating_sub(heard) >= LOST_END { self.release() } else { None }
    }

    fn release(&mut self) -> Option<char> {
        let (started, digit, _) = self.pressed.take()?;
        self.last_told = Some(started);
        Some(digit)
    }
}

/// A packet of [`DigitSender`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DigitPacket {
    /// The first of a digit: set the RTP marker, and take a new timestamp that all packets of the digit keep.
    pub first: bool,
    /// The payload.
    pub event: TelephoneEvent,
    /// The same packet is to be sent this often.
    pub repeats: u8,
}

/// Sends digits, one packet per tick.
#[derive(Clone, Debug, Default)]
pub struct DigitSender {
    queue: VecDeque<u8>,
    state: SendState,
}

#[derive(Clone, Copy, Debug, Default)]
enum SendState {
    #[default]
    Idle,
    Down {
        code: u8,
        since: Duration,
    },
    Pause {
        until: Duration,
    },
}

impl DigitSender {
    /// Adds digits; false, and none are added, if one is not a digit or too many wait.
    pub fn queue(&mut self, digits: &str) -> bool {
        let codes: Option<Vec<u8>> = digits.chars().map(code).collect();
        match codes {
            Some(codes) if self.queue.len() + codes.len() <= MAX_QUEUED => {
                self.queue.extend(codes);
                true
            }
            _ => false,
        }
    }

    /// Whether a key is down, so that audio must wait.
    pub fn is_down(&self) -> bool {
        matches!(self.state, SendState::Down { .. })
    }

    /// What to send at this tick.
    pub fn tick(&mut self, now: Duration, clock_rate: u32) -> Option<DigitPacket> {
        if let SendState::Pause { until } = self.state {
            if now < until {
                return None;
            }
            self.state = SendState::Idle;
        }
        let (code, since, first) = match self.state {
            SendState::Down { code, since } => (code, since, false),
            _ => (self.queue.pop_front()?, now, true),
        };
        let held = now - since + super::FRAME;
        let end = held >= DIGIT;
        self.state =
            if end { SendState::Pause { until: now + DIGIT } } else { SendState::Down { code, since } };
        let duration = (held.as_millis() as u32 * (clock_rate / 1_000)).min(u32::from(u16::MAX)) as u16;
        let event = TelephoneEvent { code, end, volume: 10, duration };
        Some(DigitPacket { first, event, repeats: if end { END_REPEATS } else { 1 } })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn payload(digit: char, end: bool) -> [u8; 4] {
        TelephoneEvent { code: code(digit).expect("a digit"), end, volume: 10, duration: 800 }.payload()
    }

    #[test]
    fn a_press_is_told_once_at_its_end() {
        let mut receiver = DigitReceiver::default();
        for n in 0..5 {
            assert_eq!(receiver.receive(ms(n * 20), 1_000, &payload('5', false)), None);
        }
        assert_eq!(receiver.receive(ms(100), 1_000, &payload('5', true)), Some('5'));
        assert_eq!(receiver.receive(ms(100), 1_000, &payload('5', true)), None);
        assert_eq!(
            receiver.receive(ms(101), 1_000, &payload('5', false)),
            None,
            "a reordered packet of the past"
        );
        assert_eq!(receiver.expire(ms(500)), None);
    }

    #[test]
    fn a_press_without_an_end_is_told_later() {
        let mut receiver = DigitReceiver::default();
        assert_eq!(receiver.receive(ms(0), 1_000, &payload('#', false)), None);
        assert_eq!(receiver.expire(ms(100)), None);
        assert_eq!(receiver.expire(ms(121)), Some('#'));
        assert_eq!(receiver.expire(ms(300)), None);
    }

    #[test]
    fn a_new_press_ends_the_one_before() {
        let mut receiver = DigitReceiver::default();
        assert_eq!(receiver.receive(ms(0), 1_000, &payload('1', false)), None);
        assert_eq!(receiver.receive(ms(60), 2_000, &payload('1', false)), Some('1'));
        assert_eq!(receiver.receive(ms(160), 2_000, &payload('1', true)), Some('1'));
    }

    #[test]
    fn what_is_sent_is_heard() {
        let (mut sender, mut receiver) = (DigitSender::default(), DigitReceiver::default());
        assert!(sender.queue("12#*"));
        assert!(!sender.queue("1x"));
        let (mut heard, mut timestamp) = (String::new(), 0);
        for tick in 0..60 {
            let now = ms(tick * 20);
            let Some(packet) = sender.tick(now, 8_000) else { continue };
            if packet.first {
                timestamp = tick as u32 * 160;
            }
            for _ in 0..packet.repeats {
                heard.extend(receiver.receive(now, timestamp, &packet.event.payload()));
            }
        }
        assert_eq!(heard, "12#*");
    }

    proptest! {
        #[test]
        fn receiving_never_panics(
            packets in proptest::collection::vec((any::<u32>(), proptest::collection::vec(any::<u8>(), 0..8)), 0..50)
        ) {
            let mut receiver = DigitReceiver::default();
            for (n, (timestamp, payload)) in packets.iter().enumerate() {
                let _ = receiver.receive(ms(n as u64), *timestamp, payload);
            }
        }
    }
}
