//! Messages in, transactions, events out.

mod client;
mod event;
mod keys;
mod server;
mod stray;

pub use stray::Stray;

pub use event::{ClientTxId, ServerTxId, SipEvent};

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tandem_proto::Timestamp;

use self::{client::ClientEntry, server::ServerEntry};
use crate::{EXTENSIONS, Message, Name, ParseError, Peer, Request, Response, Text, Timers, Tokens};

/// How a stack is set up.
#[derive(Clone, Debug)]
pub struct StackConfig {
    /// The address put into Via: where peers reach this server.
    pub sent_by: SocketAddr,
    /// The address its own sockets are bound to, which peers know as `sent_by`.
    pub bound: SocketAddr,
    /// RFC 3261's timers.
    pub timers: Timers,
    /// Transactions of each side at a time; beyond, new requests get 503. Requests within dialogs have a quarter more.
    pub max_transactions: usize,
    /// What User-Agent and Server say.
    pub software: Text,
    /// The option tags the transaction user knows: a request that requires another one is refused (RFC 3261 §8.2.2.3).
    pub extensions: &'static [&'static str],
}

impl StackConfig {
    /// The usual values for a server at `sent_by`.
    pub fn new(sent_by: SocketAddr) -> Self {
        Self {
            sent_by,
            bound: sent_by,
            timers: Timers::default(),
            max_transactions: 200_000,
            software: Text::of("Tandem"),
            extensions: EXTENSIONS,
        }
    }

    /// What peers are told to answer to when packets to them leave from `local`.
    pub fn sent_by(&self, local: Option<SocketAddr>) -> SocketAddr {
        local.filter(|local| *local != self.bound).unwrap_or(self.sent_by)
    }
}

/// Something that happened outside.
#[derive(Debug)]
pub enum Input {
    /// A datagram, or what a [`Framer`](crate::Framer) cut out of a stream.
    Message {
        /// Where it came from.
        from: Peer,
        /// It.
        bytes: Bytes,
    },
    /// An [`Output::Send`] could not be carried out.
    SendFailed {
        /// Its ticket.
        ticket: Ticket,
    },
    /// The time of [`SipStack::poll_timeout`] has come.
    Deadline,
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Output {
    /// Send a message.
    Send {
        /// Where to.
        to: Peer,
        /// It.
        bytes: Bytes,
        /// To be given back with [`Input::SendFailed`], if somebody waits for it.
        ticket: Option<Ticket>,
    },
    /// Tell the transaction user.
    Event(Box<SipEvent>),
    /// A message was not taken; it is answered already if it could be. For the log and the counters.
    Refused {
        /// Where it came from.
        from: Peer,
        /// Why.
        error: ParseError,
    },
}

/// Names the transaction a message was sent for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(ClientSlot);

/// A client transaction: a request of the transaction user, or the CANCEL for one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum ClientSlot {
    User(ClientTxId),
    Cancel(ClientTxId),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Slot {
    Client(ClientSlot),
    Server(ServerTxId),
}

/// A command could not be carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommandError {
    /// The transaction is over, was answered already, or never was.
    #[error("the transaction is over")]
    Over,
    /// There are too many transactions; the same as a 503.
    #[error("too many transactions")]
    Overload,
}

/// All transactions of one SIP endpoint.
#[derive(Debug)]
pub struct SipStack {
    config: StackConfig,
    tokens: Tokens,
    clients: BTreeMap<ClientSlot, ClientEntry>,
    client_keys: BTreeMap<Text, ClientSlot>,
    servers: BTreeMap<ServerTxId, ServerEntry>,
    server_keys: BTreeMap<Text, ServerTxId>,
    path_free_keys: BTreeMap<Text, ServerTxId>,
    next_server: u64,
    deadlines: BTreeSet<(Timestamp, Slot)>,
    outputs: VecDeque<Output>,
    strays: Option<VecDeque<Stray>>,
    draining: bool,
}

/// Every transaction, to go on with elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StackSnapshot {
    clients: Vec<(ClientSlot, ClientEntry)>,
    servers: Vec<(ServerTxId, ServerEntry)>,
    next_server: u64,
}

impl SipStack {
    /// A stack without transactions. `seed` is 32 random bytes.
    pub const fn new(config: StackConfig, seed: [u8; 32]) -> Self {
        Self {
            config,
            tokens: Tokens::new(seed),
            clients: BTreeMap::new(),
            client_keys: BTreeMap::new(),
            servers: BTreeMap::new(),
            server_keys: BTreeMap::new(),
            path_free_keys: BTreeMap::new(),
            next_server: 1,
            deadlines: BTreeSet::new(),
            outputs: VecDeque::new(),
            strays: None,
            draining: false,
        }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        match input {
            Input::Message { from, bytes } => match Message::parse(&bytes) {
                Ok(message) => self.receive(now, Stray { from, message }),
                Err(malformed) => self.refuse(from, malformed),
            },
            Input::SendFailed { ticket: Ticket(slot) } => self.fail_client(slot),
            Input::Deadline => {}
        }
        self.elapse(now);
    }

    pub(super) fn receive(&mut self, now: Timestamp, Stray { from, message }: Stray) {
        match message {
            Message::Request(request) => self.receive_request(now, request, from),
            Message::Response(response) => self.receive_response(now, response, from),
        }
    }

    /// Takes no new dialogs from now on: an INVITE for one is answered 503, to be tried again in a few seconds.
    pub const fn drain(&mut self) {
        self.draining = true;
    }

    /// The next thing to do; `None` when nothing is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Deadline`] is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// How many transactions there are: of requests sent, of requests received.
    pub fn transactions(&self) -> (usize, usize) {
        (self.clients.len(), self.servers.len())
    }

    /// Every transaction as it is.
    pub fn snapshot(&self) -> StackSnapshot {
        StackSnapshot {
            clients: self.clients.iter().map(|(slot, entry)| (*slot, entry.clone())).collect(),
            servers: self.servers.iter().map(|(id, entry)| (*id, entry.clone())).collect(),
            next_server: self.next_server,
        }
    }

    /// A stack that goes on with the transactions of another. It needs a seed of its own.
    pub fn restore(config: StackConfig, seed: [u8; 32], snapshot: StackSnapshot) -> Self {
        let mut stack = Self::new(config, seed);
        stack.next_server = snapshot.next_server;
        for (slot, entry) in snapshot.clients {
            stack.insert_client(slot, entry);
        }
        for (id, entry) in snapshot.servers {
            stack.insert_server(id, entry);
        }
        stack
    }

    fn elapse(&mut self, now: Timestamp) {
        while let Some((_, slot)) = self.deadlines.first().copied().filter(|(at, _)| *at <= now) {
            match slot {
                Slot::Client(slot) => self.elapse_client(now, slot),
                Slot::Server(id) => self.elapse_server(now, id),
            }
        }
    }

    fn reschedule(&mut self, slot: Slot, old: Option<Timestamp>, new: Option<Timestamp>) {
        if old != new {
            old.map(|at| self.deadlines.remove(&(at, slot)));
            new.map(|at| self.deadlines.insert((at, slot)));
        }
    }

    fn tell(&mut self, event: SipEvent) {
        self.outputs.push_back(Output::Event(Box::new(event)));
    }

    fn send(&mut self, to: Peer, bytes: Bytes, ticket: Option<Ticket>) {
        self.outputs.push_back(Output::Send { to, bytes, ticket });
    }

    fn sign_request(&self, request: &mut Request) {
        if !request.headers.has(&Name::UserAgent) {
            request.headers.push(Name::UserAgent, self.config.software.clone());
        }
    }

    fn sign_response(&self, response: &mut Response) {
        if !response.headers.has(&Name::Server) {
            response.headers.push(Name::Server, self.config.software.clone());
        }
    }
}
