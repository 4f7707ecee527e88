//! What a driver does as one of several nodes.

use std::{collections::VecDeque, net::SocketAddr};

use tandem_proto::{NodeId, limits::SIP_MESSAGE_BYTES};
use tandem_sip::{Message, Output, SipEvent, StatusCode, Stray};

use crate::{Parcel, driver::Driver, greeting::Greeting, handle::Command, sockets::Pair, strays::Sought};

impl Driver {
    /// The next output of the stack, with its strays sent round.
    pub(crate) fn next_output(&mut self) -> Option<Output> {
        while let Some(stray) = self.stack.poll_stray() {
            self.seek(stray);
        }
        self.stack.poll_output()
    }

    /// Tells an event, unless it is about a dialog this node does not have.
    pub(crate) fn event(&mut self, event: SipEvent, told: &mut VecDeque<SipEvent>) {
        let request = match &event {
            SipEvent::Request { request, .. } | SipEvent::Ack { transaction: None, request, .. } => request,
            _ => return told.push_back(event),
        };
        if !request.is_in_dialog()
            || self.strays.is_dialog_here(tandem_sip::DialogId::of_request(request).as_ref())
        {
            return told.push_back(event);
        }
        match event {
            SipEvent::Request { transaction, request, from } => {
                self.stack.forget(transaction);
                self.seek(Stray { from, message: request.into() });
            }
            SipEvent::Ack { request, from, .. } => self.seek(Stray { from, message: request.into() }),
            _ => {}
        }
    }

    /// Commands that are about other nodes, restored transactions and addresses.
    pub(crate) async fn among_nodes(&mut self, command: Command) {
        let now = self.clock.now();
        match command {
            Command::RestoreClient { id, invite, to } => self.stack.restore_client(now, id, *invite, to),
            Command::RestoreServer { id, invite, from } => self.stack.restore_server(now, id, &invite, from),
            Command::KnowDialogs(knows) => self.strays.know(knows),
            Command::Join(neighbours) => {
                self.strays.join(neighbours);
                self.stack.keep_strays();
            }
            Command::Stray { parcel, reply } => {
                let Parcel { peer: from, message } = parcel;
                let taken = Message::parse(&message).is_ok_and(|message| self.adopt(Stray { from, message }));
                // The node that asked may have found another, or be gone.
                let _ = reply.send(taken);
            }
            Command::Relay { from, parcel } => self.relay(from, parcel).await,
            Command::Listen(Pair { local, udp, tcp }) => {
                self.sockets.remove(local);
                let accepting = self.connections.listen(tcp, local, Greeting::Tcp);
                self.sockets.add(local, udp, accepting);
            }
            Command::GiveUp { local, done } => {
                self.give_up(local);
                let _ = done.send(());
            }
            Command::Drain => self.stack.drain(),
            Command::Request { .. }
            | Command::Respond { .. }
            | Command::Ack { .. }
            | Command::Cancel { .. } => {
                unreachable!("these are no other node's business")
            }
        }
    }

    /// Takes a stray if it belongs here. It goes no further if it does not.
    pub(crate) fn adopt(&mut self, stray: Stray) -> bool {
        let in_dialog = matches!(&stray.message, Message::Request(request) if request.is_in_dialog());
        let here = self.stack.owns(&stray.message)
            || in_dialog && stray.dialog().is_some_and(|dialog| self.strays.is_dialog_here(Some(&dialog)));
        if here {
            metrics::counter!("tandem_sip_strays_total", "fate" => "taken").increment(1);
            self.stack.adopt(self.clock.now(), stray);
        }
        here
    }

    /// Ends the search for a stray's owner.
    pub(crate) fn sought(&mut self, sought: &Sought) {
        self.strays.sought(sought);
        if sought.owner.is_none() {
            metrics::counter!("tandem_sip_strays_total", "fate" => "refused").increment(1);
            self.stack.refuse_stray(&sought.stray);
        }
    }

    fn seek(&mut self, stray: Stray) {
        if let Some(stray) = self.strays.seek(self.clock.now(), stray) {
            self.stack.refuse_stray(&stray);
        }
    }

    /// Sends for another node. A request of its shows where the call is, when what answers it comes here.
    async fn relay(&mut self, from: NodeId, parcel: Parcel) {
        match Message::parse(&parcel.message) {
            Ok(Message::Request(request)) => self.strays.note(&request.call_id, from),
            Ok(Message::Response(response)) if response.status >= StatusCode::OK => {
                self.strays.note(&response.call_id, from);
            }
            _ => {}
        }
        if !self.send_here(parcel.peer, parcel.message, None).await {
            metrics::counter!("tandem_sip_send_failed_total").increment(1);
        }
    }

    fn give_up(&mut self, local: SocketAddr) {
        let mut datagram = vec![0; SIP_MESSAGE_BYTES + 1];
        while let Some(received) = self.sockets.waiting(local, &mut datagram) {
            self.datagram(&received, &datagram);
        }
        self.sockets.remove(local);
    }
}
