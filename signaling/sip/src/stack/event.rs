//! What the stack tells the layer above it: the transaction user.

use serde::{Deserialize, Serialize};

use crate::{Peer, Request, Response};

/// A request this side sent. The caller chooses the number (see `SipHandle::next_client`), so that it knows it before any event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ClientTxId(pub u64);

/// A request this side received.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ServerTxId(pub u64);

impl ServerTxId {
    /// From here on the transaction user numbers transactions it restores; below, the stack those it receives.
    pub const FIRST_RESTORED: u64 = 1 << 48;
}

/// Something the transaction user has to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SipEvent {
    /// A new request, never ACK or CANCEL: answer it with `respond`. Repetitions are taken care of.
    Request {
        /// To answer it by.
        transaction: ServerTxId,
        /// It, its top Via stamped with where it came from.
        request: Request,
        /// Where it came from.
        from: Peer,
    },
    /// The ACK for a 2xx; told once.
    Ack {
        /// The INVITE's transaction; `None` if it is not known any more (a restart in between).
        transaction: Option<ServerTxId>,
        /// The ACK; it may carry the answer.
        request: Request,
        /// Where it came from.
        from: Peer,
    },
    /// A response. Provisional ones may be told several times; a final one is told once per To tag. A 2xx to an INVITE must be
    /// acknowledged with `ack`; from then on the stack repeats the ACK as often as the 2xx comes again.
    Response {
        /// The request's transaction.
        transaction: ClientTxId,
        /// It.
        response: Response,
        /// Where it came from.
        from: Peer,
    },
    /// No final response came in time. The same as a 408.
    Timeout {
        /// The request's transaction; it is over.
        transaction: ClientTxId,
    },
    /// The request could not be sent. The same as a 503.
    TransportFailed {
        /// The request's transaction; it is over.
        transaction: ClientTxId,
    },
    /// The caller gave up (a CANCEL, which is answered already): answer the INVITE with 487. Told only while it has no final
    /// response.
    Cancelled {
        /// The INVITE's transaction.
        transaction: ServerTxId,
        /// The CANCEL, for its Reason.
        cancel: Request,
    },
    /// A 2xx was repeated for 64 × T1 and never acknowledged: end the session with BYE (RFC 3261 §13.3.1.4).
    AckMissing {
        /// The INVITE's transaction; it is over.
        transaction: ServerTxId,
    },
}
