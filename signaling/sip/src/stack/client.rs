//! Requests this side sends.

use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use super::{ClientSlot, ClientTxId, CommandError, SipEvent, SipStack, Slot, Stray, Ticket, keys};
use crate::{
    Method, Peer, Request, Response, Text, Timers, Via,
    transaction::{Effect, InviteClient, Packet, PlainClient},
};

/// A client transaction and where its messages go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ClientEntry {
    key: Text,
    to: Peer,
    machine: Machine,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Machine {
    Invite(Box<InviteClient>),
    Plain(PlainClient),
}

impl Machine {
    fn receive(
        &mut self,
        now: Timestamp,
        timers: &Timers,
        reliable: bool,
        response: Response,
        effects: &mut Vec<Effect>,
    ) {
        match self {
            Self::Invite(invite) => invite.receive(now, timers, reliable, response, effects),
            Self::Plain(plain) => plain.receive(now, timers, reliable, response, effects),
        }
    }

    fn elapse(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        match self {
            Self::Invite(invite) => invite.elapse(now, effects),
            Self::Plain(plain) => plain.elapse(now, effects),
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        match self {
            Self::Invite(invite) => invite.deadline(),
            Self::Plain(plain) => plain.deadline(),
        }
    }

    const fn is_pending(&self) -> bool {
        match self {
            Self::Invite(invite) => invite.is_pending(),
            Self::Plain(plain) => plain.is_pending(),
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
    /// Sends a request in a new transaction named `id`, a number the caller never used before. Not for ACK and CANCEL. The stack adds
    /// its Via, unless there is one already ([`Request::leaving`]).
    pub fn request(
        &mut self,
        now: Timestamp,
        id: ClientTxId,
        mut request: Request,
        to: Peer,
    ) -> Result<(), CommandError> {
        debug_assert!(
            !matches!(request.method, Method::Ack | Method::Cancel),
            "{} has a call of its own",
            request.method
        );
        let room = if request.is_in_dialog() { self.config.max_transactions / 4 } else { 0 };
        if self.clients.len() >= self.config.max_transactions + room {
            return Err(CommandError::Overload);
        }
        if request.via.is_empty() {
            request = request.leaving(to.transport, self.config.sent_by(to.local), self.tokens.branch());
        }
        self.sign_request(&mut request);
        self.start_client(now, ClientSlot::User(id), request, to);
        Ok(())
    }

    /// Goes on with an INVITE that was sent elsewhere, by another run or another node: as it was sent, its Via included. It is sent again,
    /// so that the other side repeats its latest response.
    pub fn restore_client(&mut self, now: Timestamp, id: ClientTxId, mut invite: Request, to: Peer) {
        debug_assert_eq!(invite.method, Method::Invite, "only what can take long is gone on with");
        if invite.via.first().and_then(Via::branch).is_none() {
            self.tell(SipEvent::TransportFailed { transaction: id });
            return;
        }
        self.sign_request(&mut invite);
        self.start_client(now, ClientSlot::User(id), invite, to);
    }

    /// Acknowledges a 2xx to the INVITE `id`. The ACK is sent at once, and again whenever that 2xx comes again.
    pub fn ack(&mut self, _now: Timestamp, id: ClientTxId, mut ack: Request, to: Peer) {
        ack = ack.leaving(to.transport, self.config.sent_by(to.local), self.tokens.branch());
        self.sign_request(&mut ack);
        let packet = Packet(ack.to_bytes());
        self.send(to, packet.0.clone(), None);
        if let Some(ClientEntry { machine: Machine::Invite(invite), .. }) =
            self.clients.get_mut(&ClientSlot::User(id))
        {
            invite.acknowledge(&ack, to, packet);
        }
    }

    /// Gives up the pending INVITE `id`; its final response (487, or a 2xx that was faster) is still told.
    pub fn cancel(&mut self, now: Timestamp, id: ClientTxId) -> Result<(), CommandError> {
        let slot = ClientSlot::User(id);
        let timers = self.config.timers;
        match self.clients.get(&slot) {
            Some(ClientEntry { machine: Machine::Invite(invite), .. }) if invite.is_pending() => {}
            _ => return Err(CommandError::Over),
        }
        self.with_client(now, slot, |machine, _, effects| {
            if let Machine::Invite(invite) = machine {
                invite.cancel(now, &timers, effects);
            }
        });
        Ok(())
    }

    pub(super) fn receive_response(&mut self, now: Timestamp, response: Response, from: Peer) {
        let Some(key) = keys::client_of(&response) else { return };
        let Some(slot) = self.client_keys.get(&key).copied() else {
            self.stray(Stray { from, message: response.into() });
            return;
        };
        let timers = self.config.timers;
        self.with_client_from(now, slot, from, |machine, reliable, effects| {
            machine.receive(now, &timers, reliable, response, effects);
        });
    }

    /// The request could not be sent: the transaction is over, unless it was answered already.
    pub(super) fn fail_client(&mut self, slot: ClientSlot) {
        if !self.clients.get(&slot).is_some_and(|entry| entry.machine.is_pending()) {
            return;
        }
        self.remove_client(slot);
        if let ClientSlot::User(transaction) = slot {
            self.tell(SipEvent::TransportFailed { transaction });
        }
    }

    pub(super) fn elapse_client(&mut self, now: Timestamp, slot: ClientSlot) {
        self.with_client(now, slot, |machine, _, effects| machine.elapse(now, effects));
    }

    pub(super) fn insert_client(&mut self, slot: ClientSlot, entry: ClientEntry) {
        self.reschedule(Slot::Client(slot), None, entry.machine.deadline());
        self.client_keys.insert(entry.key.clone(), slot);
        self.clients.insert(slot, entry);
    }

    fn start_client(&mut self, now: Timestamp, slot: ClientSlot, request: Request, to: Peer) {
        let (timers, reliable) = (self.config.timers, to.transport.is_reliable());
        let branch = request.via[0].branch().expect("a request that is sent has a branch");
        let key = keys::client(branch, &request.method);
        let mut effects = Vec::with_capacity(1);
        let machine = if request.method == Method::Invite {
            Machine::Invite(Box::new(InviteClient::start(now, &timers, reliable, request, &mut effects)))
        } else {
            Machine::Plain(PlainClient::start(now, &timers, reliable, &request, &mut effects))
        };
        self.insert_client(slot, ClientEntry { key, to, machine });
        self.carry_out_client(now, slot, to, to, effects);
    }

    fn with_client(
        &mut self,
        now: Timestamp,
        slot: ClientSlot,
        step: impl FnOnce(&mut Machine, bool, &mut Vec<Effect>),
    ) {
        if let Some(to) = self.clients.get(&slot).map(|entry| entry.to) {
            self.with_client_from(now, slot, to, step);
        }
    }

    fn with_client_from(
        &mut self,
        now: Timestamp,
        slot: ClientSlot,
        from: Peer,
        step: impl FnOnce(&mut Machine, bool, &mut Vec<Effect>),
    ) {
        let Some(entry) = self.clients.get_mut(&slot) else { return };
        let (old, to) = (entry.machine.deadline(), entry.to);
        let mut effects = Vec::new();
        step(&mut entry.machine, to.transport.is_reliable(), &mut effects);
        let (new, over) = (entry.machine.deadline(), entry.machine.is_over());
        self.reschedule(Slot::Client(slot), old, new);
        self.carry_out_client(now, slot, to, from, effects);
        if over {
            self.remove_client(slot);
        }
    }

    fn carry_out_client(
        &mut self,
        now: Timestamp,
        slot: ClientSlot,
        to: Peer,
        from: Peer,
        effects: Vec<Effect>,
    ) {
        for effect in effects {
            match (effect, slot) {
                (Effect::Send(bytes), _) => self.send(to, bytes, Some(Ticket(slot))),
                (Effect::SendTo(to, bytes), _) => self.send(to, bytes, None),
                (Effect::Tell(response), ClientSlot::User(transaction)) => {
                    self.tell(SipEvent::Response { transaction, response: *response, from });
                }
                (Effect::Timeout, ClientSlot::User(transaction)) => {
                    self.tell(SipEvent::Timeout { transaction })
                }
                (Effect::Cancel, ClientSlot::User(id)) => self.start_cancel(now, id, to),
                // Nobody waits for the answer to a CANCEL.
                (_, ClientSlot::Cancel(_)) => {}
                (Effect::AckMissing, ClientSlot::User(_)) => {
                    unreachable!("only server transactions wait for an ACK")
                }
            }
        }
    }

    fn start_cancel(&mut self, now: Timestamp, id: ClientTxId, to: Peer) {
        if let Some(ClientEntry { machine: Machine::Invite(invite), .. }) =
            self.clients.get(&ClientSlot::User(id))
        {
            let cancel = invite.request.cancel();
            self.start_client(now, ClientSlot::Cancel(id), cancel, to);
        }
    }

    fn remove_client(&mut self, slot: ClientSlot) {
        if let Some(entry) = self.clients.remove(&slot) {
            self.reschedule(Slot::Client(slot), entry.machine.deadline(), None);
            self.client_keys.remove(&entry.key);
        }
    }
}
