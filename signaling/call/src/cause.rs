//! SIP status codes and the reasons people read.

use tandem_proto::api::EndReason;

/// What a far end meant by refusing an INVITE.
pub const fn reason_of_status(status: u16) -> EndReason {
    match status {
        404 | 410 | 484 | 604 => EndReason::NotFound,
        486 | 600 => EndReason::Busy,
        408 | 480 => EndReason::NoAnswer,
        403 | 433 | 603 | 607 | 608 => EndReason::Declined,
        487 => EndReason::Cancelled,
        415 | 488 | 606 => EndReason::MediaMismatch,
        430 | 503 => EndReason::Unreachable,
        _ => EndReason::Failed,
    }
}

/// How we refuse an INVITE for a reason.
pub const fn status_of_reason(reason: EndReason) -> (u16, &'static str) {
    match reason {
        EndReason::NotFound => (404, "Not Found"),
        EndReason::Busy => (486, "Busy Here"),
        EndReason::NoAnswer | EndReason::Unreachable => (480, "Temporarily Unavailable"),
        EndReason::Declined => (603, "Decline"),
        EndReason::Cancelled => (487, "Request Terminated"),
        EndReason::MediaMismatch => (488, "Not Acceptable Here"),
        EndReason::Hangup | EndReason::RemoteHangup | EndReason::AnsweredElsewhere => {
            (480, "Temporarily Unavailable")
        }
        EndReason::Restart => (503, "Service Unavailable"),
        EndReason::Lost | EndReason::Failed => (500, "Server Internal Error"),
    }
}

/// The reason to tell a caller when every fork failed: what tells most about the called side (RFC 3261 §16.7 step 6, in spirit).
pub(crate) const fn weight(reason: EndReason) -> u8 {
    match reason {
        EndReason::Declined => 6,
        EndReason::Busy => 5,
        EndReason::NoAnswer => 4,
        EndReason::MediaMismatch => 3,
        EndReason::Unreachable => 2,
        EndReason::NotFound => 1,
        _ => 0,
    }
}
