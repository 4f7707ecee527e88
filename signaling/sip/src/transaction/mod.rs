//! Transactions: one request and its responses, repeated until they arrive (RFC 3261 §17, RFC 6026). The four machines know neither
//! each other nor the wire; [`SipStack`](crate::SipStack) owns them.

mod invite_client;
mod invite_server;
mod plain_client;
mod plain_server;

pub(crate) use invite_client::InviteClient;
pub(crate) use invite_server::InviteServer;
pub(crate) use plain_client::PlainClient;
pub(crate) use plain_server::PlainServer;

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use crate::{Peer, Response};

/// The times all others derive from (RFC 3261 §17.1.1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timers {
    /// An estimate of the round trip.
    pub t1: Duration,
    /// The longest wait between repetitions of anything but an INVITE.
    pub t2: Duration,
    /// How long a message stays in the network.
    pub t4: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        let [t1, t2, t4] = [500, 4_000, 5_000].map(Duration::from_millis);
        Self { t1, t2, t4 }
    }
}

impl Timers {
    /// 64 × T1: when a transaction gives up.
    pub(crate) fn patience(&self) -> Duration {
        self.t1 * 64
    }
}

/// What a transaction wants done.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Effect {
    /// Send to the transaction's peer.
    Send(Bytes),
    /// Send elsewhere: the ACK of a 2xx goes where its dialog leads.
    SendTo(Peer, Bytes),
    /// Tell the response to the transaction user.
    Tell(Box<Response>),
    /// Send the CANCEL that was waiting for a provisional response.
    Cancel,
    /// No final response came.
    Timeout,
    /// No ACK for a 2xx came.
    AckMissing,
}

/// A message to be sent again, stored as bytes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Packet(pub(crate) Bytes);

impl From<Packet> for String {
    fn from(packet: Packet) -> Self {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(&packet.0)
    }
}

impl TryFrom<String> for Packet {
    type Error = base64::DecodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(text).map(|bytes| Self(bytes.into()))
    }
}

/// A repetition with waits that double up to a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Repeat {
    at: Timestamp,
    interval: Duration,
    longest: Duration,
}

impl Repeat {
    pub(crate) fn new(now: Timestamp, first: Duration, longest: Duration) -> Self {
        Self { at: now.plus(first), interval: first, longest }
    }

    pub(crate) const fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether it is time; the next time is set.
    pub(crate) fn due(&mut self, now: Timestamp) -> bool {
        let due = self.at <= now;
        if due {
            self.interval = (self.interval * 2).min(self.longest);
            self.at = now.plus(self.interval);
        }
        due
    }
}

/// The earlier of two times, either of which may not be.
fn earlier(one: Option<Timestamp>, two: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(two).min()
}
