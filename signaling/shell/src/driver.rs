//! The task that owns the stack.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use tandem_core::Clock;
use tandem_proto::limits::SIP_MESSAGE_BYTES;
use tandem_sip::{CommandError, Input, Output, ParseError, Peer, SipEvent, SipStack, Ticket, Transport};
use tokio::sync::mpsc;

use crate::{
    Parcel,
    connection::Inbound,
    connections::Connections,
    flood::LogLimit,
    handle::Command,
    sockets::{Received, Sockets},
    strays::Strays,
};

pub(crate) struct Driver {
    pub(crate) stack: SipStack,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sockets: Sockets,
    pub(crate) connections: Connections,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) inbound: mpsc::Receiver<Inbound>,
    pub(crate) events: mpsc::Sender<SipEvent>,
    pub(crate) strays: Strays,
    pub(crate) log: LogLimit,
}

/// Datagrams taken in before others have their turn.
const DATAGRAMS_PER_TURN: usize = 64;
/// Longest sleep when no timer is set.
const LONG: Duration = Duration::from_secs(3_600);

impl Driver {
    /// Runs until every handle, or the receiver of the events, is gone.
    pub(crate) async fn run(mut self) {
        // One byte more than a message may have, so that longer datagrams are seen to be too long.
        let mut datagram = vec![0; SIP_MESSAGE_BYTES + 1];
        let mut told = VecDeque::new();
        let events = self.events.clone();
        loop {
            self.carry_out(&mut told).await;
            let sleep = self.stack.poll_timeout().map_or(LONG, |at| at - self.clock.now());
            let may_read = told.is_empty();
            tokio::select! {
                permit = events.reserve(), if !told.is_empty() => match (permit, told.pop_front()) {
                    (Ok(permit), Some(event)) => permit.send(event),
                    _ => return,
                },
                () = events.closed() => return,
                command = self.commands.recv() => match command {
                    Some(command) => self.command(command, &mut told).await,
                    None => return,
                },
                () = tokio::time::sleep(sleep) => self.stack.handle(self.clock.now(), Input::Deadline),
                Some(inbound) = self.inbound.recv(), if may_read => self.inbound(inbound),
                received = self.sockets.recv(&mut datagram), if may_read => match received {
                    Ok(received) => {
                        self.datagram(&received, &datagram);
                        self.more_datagrams(received.local, &mut datagram);
                    }
                    Err(error) => tracing::debug!(%error, "reading a SIP datagram"),
                },
            }
        }
    }

    /// What else waits in the socket, within the turn's budget.
    fn more_datagrams(&mut self, local: SocketAddr, buffer: &mut [u8]) {
        for _ in 1..DATAGRAMS_PER_TURN {
            match self.sockets.waiting(local, buffer) {
                Some(received) => self.datagram(&received, buffer),
                None => return,
            }
        }
    }

    pub(crate) fn datagram(&mut self, received: &Received, buffer: &[u8]) {
        let bytes = &buffer[..received.len];
        // Keep-alives of phones behind a NAT: empty, CRLF, or zero bytes.
        if bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return;
        }
        self.message(Peer::udp(received.from).from_local(received.local), Bytes::copy_from_slice(bytes));
    }

    fn message(&mut self, from: Peer, bytes: Bytes) {
        metrics::counter!("tandem_sip_received_total", "transport" => from.transport.name()).increment(1);
        tracing::trace!(peer = %from, bytes = bytes.len(), "SIP message received");
        self.stack.handle(self.clock.now(), Input::Message { from, bytes });
    }

    fn inbound(&mut self, inbound: Inbound) {
        match inbound {
            Inbound::Accepted { stream, addr, local, greeting } => {
                self.connections.accept(stream, addr, local, greeting);
            }
            Inbound::Client { flow, addr } => self.connections.of_client(flow, addr),
            Inbound::Message { from, bytes } => self.message(from, bytes),
            Inbound::Again { stray, reply } => {
                let taken = self.adopt(stray);
                // Whoever asked has been told enough by its end.
                let _ = reply.send(taken);
            }
            Inbound::Sought(sought) => self.sought(&sought),
            Inbound::Closed { flow, unsent } => {
                self.connections.close(flow);
                unsent.into_iter().for_each(|ticket| self.send_failed(ticket));
            }
        }
    }

    async fn command(&mut self, command: Command, told: &mut VecDeque<SipEvent>) {
        let now = self.clock.now();
        let result = match command {
            Command::Request { id, request, to } => {
                let result = self.stack.request(now, id, *request, to);
                if result.is_err() {
                    told.push_back(SipEvent::TransportFailed { transaction: id });
                }
                result
            }
            Command::Respond { id, response } => self.stack.respond(now, id, *response),
            Command::Ack { id, request, to } => {
                self.stack.ack(now, id, *request, to);
                Ok(())
            }
            Command::Cancel { id } => self.stack.cancel(now, id),
            other => {
                self.among_nodes(other).await;
                Ok(())
            }
        };
        match result {
            Ok(()) => {}
            Err(CommandError::Over) => tracing::debug!("a SIP command came too late for its transaction"),
            Err(CommandError::Overload) => metrics::counter!("tandem_sip_overload_total").increment(1),
        }
    }

    fn send_failed(&mut self, ticket: Ticket) {
        metrics::counter!("tandem_sip_send_failed_total").increment(1);
        self.stack.handle(self.clock.now(), Input::SendFailed { ticket });
    }

    async fn carry_out(&mut self, told: &mut VecDeque<SipEvent>) {
        while let Some(output) = self.next_output() {
            match output {
                Output::Send { to, bytes, ticket } => self.send(to, bytes, ticket).await,
                Output::Event(event) => self.event(*event, told),
                Output::Refused { from, error } => self.refused(from, &error),
            }
        }
        // What fits goes at once; the rest waits for room.
        while let Some(event) = told.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
                told.push_front(event);
                break;
            }
        }
        let (clients, servers) = self.stack.transactions();
        metrics::gauge!("tandem_sip_transactions", "side" => "client").set(clients as f64);
        metrics::gauge!("tandem_sip_transactions", "side" => "server").set(servers as f64);
    }

    async fn send(&mut self, to: Peer, bytes: Bytes, ticket: Option<Ticket>) {
        metrics::counter!("tandem_sip_sent_total", "transport" => to.transport.name()).increment(1);
        if let Some(node) = self.strays.way(to, |local| self.sockets.has(local))
            && self.strays.relay(node, &Parcel { peer: to, message: bytes.clone() })
        {
            return;
        }
        if let (false, Some(ticket)) = (self.send_here(to, bytes, ticket).await, ticket) {
            self.send_failed(ticket);
        }
    }

    pub(crate) async fn send_here(&mut self, to: Peer, bytes: Bytes, ticket: Option<Ticket>) -> bool {
        let local = self.sockets.leave_from(to.local);
        match to.transport {
            Transport::Udp => self.sockets.send(local, &bytes, to.addr).await,
            Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                self.connections.send(to, local, bytes, ticket).is_ok()
            }
        }
    }

    fn refused(&mut self, from: Peer, error: &ParseError) {
        metrics::counter!("tandem_sip_refused_total", "transport" => from.transport.name()).increment(1);
        if let Some(suppressed) = self.log.admit(self.clock.now()) {
            tracing::warn!(peer = %from, %error, suppressed, "SIP message refused");
        }
    }
}
