//! Requests this side receives.

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use super::{CommandError, Output, ServerTxId, SipEvent, SipStack, Slot, Stray, keys};
use crate::{
    Malformed, Method, Name, Peer, Request, Response, StatusCode, Text, Uri,
    transaction::{Effect, InviteServer, PlainServer},
};

/// What overload tells callers to wait, in seconds.
const RETRY_AFTER_S: &str = "5";
/// Callers of a server that drains are told to come back within so many seconds.
const DRAINING_RETRY_WITHIN_S: u8 = 8;

/// A server transaction and where its responses go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ServerEntry {
    key: Text,
    path_free_key: Option<Text>,
    to: Peer,
    /// Put into responses that come without a To tag, so that all of them have the same.
    tag: Text,
    machine: Machine,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Machine {
    Invite(InviteServer),
    Plain(PlainServer),
}

impl Machine {
    fn deadline(&self) -> Option<Timestamp> {
        match self {
            Self::Invite(invite) => invite.deadline(),
            Self::Plain(plain) => plain.deadline(),
        }
    }

    const fn is_over(&self) -> bool {
        match self {
            Self::Invite(invite) => invite.is_over(),
            Self::Plain(plain) => plain.is_over(),
        }
    }
}

impl SipStack {
    /// Answers a request. A response other than 100 that has no To tag gets one.
    pub fn respond(
        &mut self,
        now: Timestamp,
        id: ServerTxId,
        mut response: Response,
    ) -> Result<(), CommandError> {
        let tag = self.servers.get(&id).ok_or(CommandError::Over)?.tag.clone();
        if response.status != StatusCode::TRYING {
            response = response.tagged(tag);
        }
        self.sign_response(&mut response);
        let timers = self.config.timers;
        let mut taken = false;
        self.with_server(id, |machine, reliable, effects| {
            taken = match machine {
                Machine::Invite(invite) => invite.respond(now, &timers, reliable, &response, effects),
                Machine::Plain(plain) => plain.respond(now, &timers, reliable, &response, effects),
            };
        });
        if taken { Ok(()) } else { Err(CommandError::Over) }
    }

    pub(super) fn receive_request(&mut self, now: Timestamp, mut request: Request, from: Peer) {
        request.via[0].stamp(from.addr);
        match request.method {
            Method::Ack => self.receive_ack(now, request, from),
            Method::Cancel => self.receive_cancel(now, request, from),
            _ => self.receive_other(now, request, from),
        }
    }

    fn receive_other(&mut self, now: Timestamp, request: Request, from: Peer) {
        let key = keys::server(&request, &request.method);
        if let Some(id) = self.server_keys.get(&key).copied() {
            self.with_server(id, |machine, _, effects| match machine {
                Machine::Invite(invite) => invite.repeated(effects),
                Machine::Plain(plain) => plain.repeated(effects),
            });
            return;
        }
        let path_free_key = keys::path_free(&request, &request.method);
        if let Some(refusal) = self.refusal(&request, &path_free_key) {
            self.answer_statelessly(&request, from, refusal);
            return;
        }
        let id = ServerTxId(self.next_server);
        self.next_server += 1;
        let machine = if request.method == Method::Invite {
            Machine::Invite(InviteServer::start(now, &request.response(StatusCode::TRYING)))
        } else {
            Machine::Plain(PlainServer::start(now, &self.config.timers))
        };
        let indexed = request.method == Method::Invite || !request.is_in_dialog();
        let entry = ServerEntry {
            key,
            path_free_key: indexed.then_some(path_free_key),
            to: keys::reply_to(from, &request.via[0]),
            tag: self.tokens.tag(),
            machine,
        };
        self.insert_server(id, entry);
        self.tell(SipEvent::Request { transaction: id, request, from });
    }

    /// Goes on, as `id`, with an INVITE that was received elsewhere, by another run or another node, and not answered finally: `invite` as
    /// it was told then, and where it came from. `id` is a number the caller never used before, above [`ServerTxId::FIRST_RESTORED`].
    pub fn restore_server(&mut self, now: Timestamp, id: ServerTxId, invite: &Request, from: Peer) {
        debug_assert_eq!(invite.method, Method::Invite, "only what can take long is gone on with");
        let key = keys::server(invite, &Method::Invite);
        if let Some(former) = self.server_keys.get(&key).copied() {
            self.remove_server(former);
        }
        let entry = ServerEntry {
            key,
            path_free_key: Some(keys::path_free(invite, &Method::Invite)),
            to: keys::reply_to(from, &invite.via[0]),
            tag: self.tokens.tag(),
            machine: Machine::Invite(InviteServer::start(now, &invite.response(StatusCode::TRYING))),
        };
        self.insert_server(id, entry);
    }

    /// What is refused before anybody hears of it.
    fn refusal(&mut self, request: &Request, path_free_key: &Text) -> Option<Response> {
        let room = if request.is_in_dialog() { self.config.max_transactions / 4 } else { 0 };
        if self.servers.len() >= self.config.max_transactions + room {
            let busy = request.response(StatusCode::SERVICE_UNAVAILABLE);
            return Some(busy.with(Name::RetryAfter, Text::of(RETRY_AFTER_S)));
        }
        if self.draining && request.method == Method::Invite && !request.is_in_dialog() {
            // Not all at once when they come back.
            let after = 1 + self.tokens.bytes()[0] % DRAINING_RETRY_WITHIN_S;
            let elsewhere = request.response(StatusCode::SERVICE_UNAVAILABLE);
            return Some(elsewhere.with(Name::RetryAfter, after.to_string()));
        }
        if matches!(request.uri, Uri::Other { .. }) {
            return Some(request.response(StatusCode::UNSUPPORTED_URI_SCHEME));
        }
        if let Some(unsupported) = self.unsupported(request) {
            let refused = request.response(StatusCode::BAD_EXTENSION);
            return Some(refused.with(Name::Unsupported, unsupported));
        }
        if request.max_forwards == Some(0) {
            return Some(request.response(StatusCode::TOO_MANY_HOPS));
        }
        if !request.is_in_dialog() && self.path_free_keys.contains_key(path_free_key) {
            return Some(request.response(StatusCode::LOOP_DETECTED));
        }
        None
    }

    /// What a request requires and nobody here knows.
    fn unsupported(&self, request: &Request) -> Option<String> {
        let known = |tag: &str| self.config.extensions.iter().any(|own| own.eq_ignore_ascii_case(tag));
        let tags: Vec<_> = request.headers.tokens(&Name::Require).filter(|tag| !known(tag)).collect();
        (!tags.is_empty()).then(|| tags.join(", "))
    }

    fn receive_ack(&mut self, now: Timestamp, request: Request, from: Peer) {
        let (timers, reliable) = (self.config.timers, from.transport.is_reliable());
        let own = self.server_keys.get(&keys::server(&request, &Method::Invite));
        // The ACK of a 2xx is a transaction of its own, found by what it shares with its INVITE.
        let by_dialog = || self.path_free_keys.get(&keys::path_free(&request, &Method::Invite));
        let Some(id) = own.or_else(by_dialog).copied() else {
            if request.is_in_dialog() {
                self.tell(SipEvent::Ack { transaction: None, request, from });
            }
            return;
        };
        let mut first = false;
        self.with_server(id, |machine, _, _| {
            if let Machine::Invite(invite) = machine {
                first = invite.acknowledged(now, &timers, reliable);
            }
        });
        if first {
            self.tell(SipEvent::Ack { transaction: Some(id), request, from });
        }
    }

    /// A CANCEL is answered here; only one that comes in time is told.
    fn receive_cancel(&mut self, now: Timestamp, request: Request, from: Peer) {
        let key = keys::server(&request, &Method::Cancel);
        if let Some(id) = self.server_keys.get(&key).copied() {
            self.with_server(id, |machine, _, effects| {
                if let Machine::Plain(plain) = machine {
                    plain.repeated(effects);
                }
            });
            return;
        }
        let invite = self.server_keys.get(&keys::server(&request, &Method::Invite)).copied();
        let Some((id, entry)) = invite.and_then(|id| Some((id, self.servers.get(&id)?))) else {
            self.stray(Stray { from, message: request.into() });
            return;
        };
        let pending = matches!(&entry.machine, Machine::Invite(invite) if invite.is_pending());
        let tag = entry.tag.clone();
        let cancel_id = ServerTxId(self.next_server);
        self.next_server += 1;
        let machine = Machine::Plain(PlainServer::start(now, &self.config.timers));
        let to = keys::reply_to(from, &request.via[0]);
        self.insert_server(cancel_id, ServerEntry { key, path_free_key: None, to, tag, machine });
        let answered = self.respond(now, cancel_id, request.response(StatusCode::OK));
        debug_assert_eq!(answered, Ok(()), "a transaction that just started can be answered");
        if pending {
            self.tell(SipEvent::Cancelled { transaction: id, cancel: request });
        }
    }

    pub(super) fn refuse(&mut self, from: Peer, malformed: Malformed) {
        if let Some(mut salvage) = malformed.salvage {
            salvage.via.stamp(from.addr);
            let bytes = salvage.response(&malformed.error, &self.tokens.tag());
            self.send(keys::reply_to(from, &salvage.via), bytes, None);
        }
        self.outputs.push_back(Output::Refused { from, error: malformed.error });
    }

    pub(super) fn answer_statelessly(&mut self, request: &Request, from: Peer, response: Response) {
        let mut response = response.tagged(self.tokens.tag());
        self.sign_response(&mut response);
        self.send(keys::reply_to(from, &request.via[0]), response.to_bytes(), None);
    }

    pub(super) fn elapse_server(&mut self, now: Timestamp, id: ServerTxId) {
        self.with_server(id, |machine, _, effects| match machine {
            Machine::Invite(invite) => invite.elapse(now, effects),
            Machine::Plain(plain) => plain.elapse(now),
        });
    }

    pub(super) fn insert_server(&mut self, id: ServerTxId, entry: ServerEntry) {
        self.reschedule(Slot::Server(id), None, entry.machine.deadline());
        self.server_keys.insert(entry.key.clone(), id);
        if let Some(key) = &entry.path_free_key {
            self.path_free_keys.insert(key.clone(), id);
        }
        self.servers.insert(id, entry);
    }

    fn with_server(&mut self, id: ServerTxId, step: impl FnOnce(&mut Machine, bool, &mut Vec<Effect>)) {
        let Some(entry) = self.servers.get_mut(&id) else { return };
        let (old, to) = (entry.machine.deadline(), entry.to);
        let mut effects = Vec::new();
        step(&mut entry.machine, to.transport.is_reliable(), &mut effects);
        let (new, over) = (entry.machine.deadline(), entry.machine.is_over());
        self.reschedule(Slot::Server(id), old, new);
        for effect in effects {
            match effect {
                Effect::Send(bytes) => self.send(to, bytes, None),
                Effect::AckMissing => self.tell(SipEvent::AckMissing { transaction: id }),
                other => unreachable!("no effect of a server transaction: {other:?}"),
            }
        }
        if over {
            self.remove_server(id);
        }
    }

    pub(super) fn remove_server(&mut self, id: ServerTxId) {
        let Some(entry) = self.servers.remove(&id) else { return };
        self.reschedule(Slot::Server(id), entry.machine.deadline(), None);
        self.server_keys.remove(&entry.key);
        if let Some(key) = entry.path_free_key
            && self.path_free_keys.get(&key) == Some(&id)
        {
            self.path_free_keys.remove(&key);
        }
    }
}
