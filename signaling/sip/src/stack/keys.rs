//! How messages find their transaction.

use std::net::SocketAddr;

use crate::{MAGIC_COOKIE, Method, Peer, Request, Response, Text, Transport, Via};

const DEFAULT_PORT: u16 = 5060;

/// A server transaction's key (RFC 3261 §17.2.3): ACK and CANCEL have that of their INVITE when asked for with `Method::Invite`.
pub(super) fn server(request: &Request, method: &Method) -> Text {
    let via = &request.via[0];
    let sent_by = (&via.host, via.port.unwrap_or(DEFAULT_PORT));
    let branch =
        via.branch().filter(|branch| branch.strip_prefix(MAGIC_COOKIE).is_some_and(|rest| !rest.is_empty()));
    match branch {
        Some(branch) => format!("{branch} {}:{} {method}", sent_by.0, sent_by.1),
        // RFC 2543 made no unique branches: its transactions are told apart by everything that stays the same.
        None => format!(
            "{} {} {} {} {}:{} {method}",
            request.uri,
            request.call_id,
            request.from.tag().map_or("", Text::as_str),
            request.cseq.number,
            sent_by.0,
            sent_by.1
        ),
    }
    .into()
}

/// What a request keeps over every path it takes: finds merged requests (RFC 3261 §8.2.2.2) and the INVITE of a 2xx's ACK.
pub(super) fn path_free(request: &Request, method: &Method) -> Text {
    let tag = request.from.tag().map_or("", Text::as_str);
    format!("{} {tag} {} {method}", request.call_id, request.cseq.number).into()
}

/// A client transaction's key (RFC 3261 §17.1.3).
pub(super) fn client(branch: &str, method: &Method) -> Text {
    format!("{branch} {method}").into()
}

/// The client transaction a response belongs to. One with more than our own Via is not for us (RFC 3261 §8.1.3.3).
pub(super) fn client_of(response: &Response) -> Option<Text> {
    match response.via.as_slice() {
        [own] => Some(client(own.branch()?, &response.cseq.method)),
        _ => None,
    }
}

/// Where responses go (RFC 3261 §18.2.2, RFC 3581 §4), given the stamped top Via. `maddr` is not followed: the sender would choose
/// whom this server sends packets to. Where no connection can be made, they go over the request's or nowhere: what a browser's Via says is
/// no address (RFC 7118 §5.2).
pub(super) fn reply_to(from: Peer, via: &Via) -> Peer {
    let port = via.port.unwrap_or(DEFAULT_PORT);
    match from.transport {
        Transport::Udp if via.wants_rport() => from,
        Transport::Udp | Transport::Tcp => Peer { addr: SocketAddr::new(from.addr.ip(), port), ..from },
        Transport::Tls | Transport::Ws | Transport::Wss => from,
    }
}
