//! Two stacks, a network between them that loses what it is told to lose, and time that only moves when something is due.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use bytes::Bytes;
use tandem_proto::Timestamp;
use tandem_sip::{
    Input, Message, Method, NameAddr, Output, Peer, Request, Response, SipEvent, SipStack, StackConfig,
    StatusCode, Transport, Uri,
};

/// Which side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Caller,
    Called,
}

const DELAY: Duration = Duration::from_millis(20);

/// What a user of a stack does when told something.
pub(crate) trait User {
    fn told(&mut self, net: &mut Net, event: SipEvent);
    /// A time the user set with [`Net::wake`] has come.
    fn woken(&mut self, _net: &mut Net) {}
}

pub(crate) struct Net {
    pub(crate) now: Timestamp,
    stacks: [SipStack; 2],
    transport: Transport,
    in_flight: BTreeMap<(Timestamp, usize), (Side, Bytes)>,
    wakes: Vec<(Timestamp, Side)>,
    sent: usize,
    lost: Vec<usize>,
    /// Every message put on the wire, as `caller INVITE` or `called 200 INVITE`, with its time since the start in milliseconds.
    pub(crate) trace: Vec<(u128, String)>,
}

pub(crate) fn start() -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000)
}

pub(crate) fn addr(side: Side) -> SocketAddr {
    match side {
        Side::Caller => "192.0.2.1:5060",
        Side::Called => "192.0.2.2:5060",
    }
    .parse()
    .expect("address")
}

impl Net {
    /// `lost` numbers the messages, from 0 in the order they are sent, that do not arrive.
    pub(crate) fn new(transport: Transport, lost: &[usize]) -> Self {
        let stack = |side, seed| SipStack::new(StackConfig::new(addr(side)), [seed; 32]);
        Self {
            now: start(),
            stacks: [stack(Side::Caller, 1), stack(Side::Called, 2)],
            transport,
            in_flight: BTreeMap::new(),
            wakes: Vec::new(),
            sent: 0,
            lost: lost.to_vec(),
            trace: Vec::new(),
        }
    }

    pub(crate) fn stack(&mut self, side: Side) -> &mut SipStack {
        &mut self.stacks[side as usize]
    }

    /// Where `side` is reached.
    pub(crate) fn peer(&self, side: Side) -> Peer {
        Peer { transport: self.transport, addr: addr(side), flow: None, local: None }
    }

    pub(crate) fn wake(&mut self, side: Side, after: Duration) {
        self.wakes.push((self.now.plus(after), side));
    }

    /// Runs until nothing is left to happen.
    pub(crate) fn run(&mut self, caller: &mut impl User, called: &mut impl User) {
        loop {
            while let Some((side, event)) = self.flush() {
                match side {
                    Side::Caller => caller.told(self, event),
                    Side::Called => called.told(self, event),
                }
            }
            let arrival = self.in_flight.keys().next().map(|(at, _)| *at);
            let timers = self.stacks.iter().filter_map(SipStack::poll_timeout).min();
            let wake = self.wakes.iter().map(|(at, _)| *at).min();
            let Some(next) = arrival.into_iter().chain(timers).chain(wake).min() else { return };
            self.now = self.now.max(next);
            if let Some(at) = self.wakes.iter().position(|(at, _)| *at <= self.now) {
                match self.wakes.swap_remove(at).1 {
                    Side::Caller => caller.woken(self),
                    Side::Called => called.woken(self),
                }
                continue;
            }
            self.deliver();
            let now = self.now;
            self.stacks.iter_mut().for_each(|stack| stack.handle(now, Input::Deadline));
        }
    }

    fn deliver(&mut self) {
        while let Some(entry) = self.in_flight.first_entry().filter(|entry| entry.key().0 <= self.now) {
            let (to, bytes) = entry.remove();
            let from = self.peer(if to == Side::Caller { Side::Called } else { Side::Caller });
            let now = self.now;
            self.stack(to).handle(now, Input::Message { from, bytes });
        }
    }

    fn flush(&mut self) -> Option<(Side, SipEvent)> {
        for side in [Side::Caller, Side::Called] {
            while let Some(output) = self.stack(side).poll_output() {
                match output {
                    Output::Event(event) => return Some((side, *event)),
                    Output::Send { to, bytes, .. } => self.put(side, to, bytes),
                    Output::Refused { error, .. } => panic!("{error}"),
                }
            }
        }
        None
    }

    fn put(&mut self, from: Side, to: Peer, bytes: Bytes) {
        let to = if to.addr == addr(Side::Caller) { Side::Caller } else { Side::Called };
        let name = match Message::parse(&bytes).expect("what is sent can be read") {
            Message::Request(request) => request.method.to_string(),
            Message::Response(response) => format!("{} {}", response.status.code(), response.cseq.method),
        };
        let who = if from == Side::Caller { "caller" } else { "called" };
        self.trace.push(((self.now - start()).as_millis(), format!("{who} {name}")));
        if !self.lost.contains(&self.sent) {
            self.in_flight.insert((self.now.plus(DELAY), self.sent), (to, bytes));
        }
        self.sent += 1;
    }

    /// When messages of this name were sent.
    pub(crate) fn times(&self, name: &str) -> Vec<u128> {
        self.trace.iter().filter(|(_, own)| own == name).map(|(at, _)| *at).collect()
    }
}

pub(crate) fn contact(side: Side) -> NameAddr {
    let addr = addr(side);
    Uri::sip(Some("u"), addr.ip(), Some(addr.port())).into()
}

pub(crate) fn invite() -> Request {
    let from: NameAddr = r#""Caller" <sip:caller@example.com>;tag=from-tag"#.parse().expect("parses");
    let to: NameAddr = "<sip:called@example.com>".parse().expect("parses");
    Request::new(Method::Invite, contact(Side::Called).uri, from, to, "call-id", 1)
        .with(tandem_sip::Name::Contact, contact(Side::Caller).to_string())
}

pub(crate) fn answer(request: &Request, status: StatusCode) -> Response {
    request
        .response(status)
        .tagged("to-tag")
        .with(tandem_sip::Name::Contact, contact(Side::Called).to_string())
}
