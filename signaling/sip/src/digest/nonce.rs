//! Nonces that carry their own proof, and the counts seen with them.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tandem_proto::Timestamp;

/// When a nonce was made, and which of that microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct NonceId {
    issued: Timestamp,
    serial: u32,
}

const MAC_LEN: usize = 16;
const LEN: usize = 8 + 4 + MAC_LEN;

/// How much earlier than its nonce an answer may come: clocks of nodes that share a key differ a little.
const SKEW: Duration = Duration::from_secs(5);

impl NonceId {
    pub(super) const fn new(issued: Timestamp, serial: u32) -> Self {
        Self { issued, serial }
    }

    pub(super) fn seal(self, key: &[u8; 32], realm: &str) -> String {
        let mut bytes = [0; LEN];
        bytes[..8].copy_from_slice(&self.issued.micros().to_be_bytes());
        bytes[8..12].copy_from_slice(&self.serial.to_be_bytes());
        let mac = mac(key, &bytes[..12], realm);
        bytes[12..].copy_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `None` for what was not sealed with this key for this realm.
    pub(super) fn open(text: &str, key: &[u8; 32], realm: &str) -> Option<Self> {
        let bytes: [u8; LEN] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (issued, rest) = bytes.split_first_chunk::<8>()?;
        let (serial, sealed) = rest.split_first_chunk::<4>()?;
        let sound: bool = mac(key, &bytes[..12], realm).ct_eq(sealed).into();
        let issued = Timestamp::from_micros(i64::from_be_bytes(*issued));
        sound.then(|| Self { issued, serial: u32::from_be_bytes(*serial) })
    }

    pub(super) fn is_fresh(self, now: Timestamp, lifetime: Duration) -> bool {
        now - self.issued < lifetime && self.issued - now <= SKEW
    }
}

fn mac(key: &[u8; 32], id: &[u8], realm: &str) -> [u8; MAC_LEN] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(id);
    mac.update(realm.as_bytes());
    let whole = mac.finalize().into_bytes();
    *whole.first_chunk().expect("SHA-256 has 32 bytes")
}

/// Which nonce counts were used, for at most `capacity` nonces. What is forgotten early is remembered as stale, so that forgetting
/// never lets a request in twice.
#[derive(Debug)]
pub(super) struct Counts {
    windows: BTreeMap<NonceId, Window>,
    capacity: usize,
    forgotten: Option<NonceId>,
}

impl Counts {
    pub(super) const fn new(capacity: usize) -> Self {
        Self { windows: BTreeMap::new(), capacity, forgotten: None }
    }

    /// Whether `count` is new with this nonce; it is not from now on.
    pub(super) fn take(&mut self, now: Timestamp, lifetime: Duration, nonce: NonceId, count: u32) -> bool {
        while self.windows.first_key_value().is_some_and(|(oldest, _)| !oldest.is_fresh(now, lifetime)) {
            self.windows.pop_first();
        }
        if self.forgotten.is_some_and(|forgotten| nonce <= forgotten) {
            return false;
        }
        let fresh = self.windows.entry(nonce).or_default().take(count);
        while self.windows.len() > self.capacity {
            self.forgotten = self.windows.pop_first().map(|(oldest, _)| oldest);
        }
        fresh
    }
}

/// The 64 counts up to the highest one seen: a phone's requests may overtake each other.
#[derive(Clone, Copy, Default, Debug)]
struct Window {
    highest: u32,
    /// Bit n: `highest − n` was seen.
    seen: u64,
}

impl Window {
    const fn take(&mut self, count: u32) -> bool {
        if count == 0 {
            return false;
        }
        if count > self.highest {
            let ahead = count - self.highest;
            self.seen = if ahead < 64 { self.seen << ahead | 1 } else { 1 };
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        if behind >= 64 || self.seen & 1 << behind != 0 {
            return false;
        }
        self.seen |= 1 << behind;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIME: Duration = Duration::from_secs(300);

    fn nonce(second: i64) -> NonceId {
        NonceId::new(Timestamp::from_micros(second * 1_000_000), 7)
    }

    #[test]
    fn only_the_right_key_and_realm_open_a_nonce() {
        let sealed = nonce(1).seal(&[1; 32], "demo");
        assert_eq!(NonceId::open(&sealed, &[1; 32], "demo"), Some(nonce(1)));
        assert_eq!(NonceId::open(&sealed, &[2; 32], "demo"), None);
        assert_eq!(NonceId::open(&sealed, &[1; 32], "other"), None);
        assert_eq!(NonceId::open("garbage", &[1; 32], "demo"), None);
    }

    #[test]
    fn counts_may_overtake_but_never_repeat() {
        let mut window = Window::default();
        let taken: Vec<bool> = [1, 3, 2, 2, 10, 200, 137, 136, 200, 0].map(|count| window.take(count)).into();
        assert_eq!(taken, [true, true, true, false, true, true, true, false, false, false]);
    }

    #[test]
    fn a_full_table_never_admits_a_repetition() {
        let now = Timestamp::from_micros(100_000_000);
        let mut counts = Counts::new(2);
        assert!((1..=3).all(|second| counts.take(now, LIFETIME, nonce(second), 1)));
        assert!(!counts.take(now, LIFETIME, nonce(1), 1), "the forgotten nonce is stale");
        assert!(!counts.take(now, LIFETIME, nonce(3), 1));
        assert!(counts.take(now, LIFETIME, nonce(3), 2));
    }
}
