//! The phone's sockets and its SIP: our own pure stack with a UDP shell.

use std::{
    cell::RefCell,
    collections::HashMap,
    future::pending,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tandem_core::{Clock as _, Secret, SystemClock};
use tandem_sip::{
    ClientTxId, Dialog, DigestClient, Input, Method, Name, NameAddr, Output, Peer, Request, Response,
    ServerTxId, SipEvent, SipStack, StackConfig, StatusCode, Uri,
};
use tokio::{
    net::UdpSocket,
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, sleep, sleep_until},
};

use super::{
    Line, Order, PhoneConfig, Shown,
    rtp::Audio,
    sdp::{self, Remote, SDP},
};
use crate::meter::{Listener, Voice};

/// How long a registration holds, seconds.
const EXPIRES_S: u32 = 60;
/// A phone registers again this often.
const REGISTER_EVERY: Duration = Duration::from_secs(15);
/// Without an answer for this long, a REGISTER or BYE goes to the next server.
const SERVER_PATIENCE: Duration = Duration::from_secs(2);
const FRAME: Duration = tandem_media::FRAME;
const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, NOTIFY";

/// A request under way.
enum Asked {
    Register { request: Request, proven: bool },
    Invite { request: Request, proven: bool },
    Bye,
}

/// The call that is up, or about to be.
struct Leg {
    dialog: Dialog,
    audio: Audio,
    version: u32,
    /// A 2xx of ours to an INVITE without an offer: the ACK brings the answer.
    offered: bool,
}

/// A BYE nobody has answered yet.
struct Goodbye {
    dialog: Dialog,
    /// Servers still to be tried.
    left: usize,
    due: Instant,
    done: oneshot::Sender<bool>,
}

pub(super) struct Shell {
    config: PhoneConfig,
    stack: SipStack,
    sip: UdpSocket,
    rtp: UdpSocket,
    account: Option<DigestClient>,
    /// Which of the servers is used.
    server: usize,
    next_transaction: u64,
    serial: u64,
    asked: HashMap<ClientTxId, Asked>,
    calling: Option<ClientTxId>,
    leg: Option<Leg>,
    goodbye: Option<Goodbye>,
    /// When to register next, and until when the REGISTER under way has time.
    register_at: Option<Instant>,
    register_due: Option<Instant>,
    voice: Option<Voice>,
    line: Rc<watch::Sender<Line>>,
    shown: Rc<RefCell<Shown>>,
}

impl Shell {
    pub(super) async fn new(
        config: PhoneConfig,
        line: Rc<watch::Sender<Line>>,
        shown: Rc<RefCell<Shown>>,
    ) -> std::io::Result<Self> {
        let sip = UdpSocket::bind((config.local, 0)).await?;
        let rtp = UdpSocket::bind((config.local, 0)).await?;
        let mut stack = StackConfig::new(sip.local_addr()?);
        stack.software = tandem_sip::Text::of("tandem-chaos");
        let account =
            config.secret.as_ref().map(|secret| DigestClient::new(config.user.as_str(), Secret::new(secret)));
        Ok(Self {
            stack: SipStack::new(stack, rand::random()),
            sip,
            rtp,
            register_at: account.is_some().then(Instant::now),
            account,
            server: 0,
            next_transaction: 0,
            serial: rand::random(),
            asked: HashMap::new(),
            calling: None,
            leg: None,
            goodbye: None,
            register_due: None,
            voice: None,
            line,
            shown,
            config,
        })
    }

    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut frames = interval(FRAME);
        frames.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (mut message, mut packet) = (vec![0; 65_536], vec![0; 2_048]);
        loop {
            let talking = self.leg.is_some();
            let sip_due = self.stack.poll_timeout().map(|at| at - SystemClock.now());
            let due = self.due();
            tokio::select! {
                received = self.rtp.recv_from(&mut packet) => {
                    if let (Ok((len, _)), Some(leg)) = (received, &mut self.leg) {
                        leg.audio.receive(Instant::now(), &packet[..len], &mut self.shown.borrow_mut().ear);
                    }
                }
                at = frames.tick(), if talking => self.speak(at.into()).await,
                received = self.sip.recv_from(&mut message) => {
                    if let Ok((len, from)) = received {
                        let bytes = Bytes::copy_from_slice(&message[..len]);
                        self.stack.handle(SystemClock.now(), Input::Message { from: Peer::udp(from), bytes });
                    }
                }
                () = optional(sip_due.map(sleep)) => self.stack.handle(SystemClock.now(), Input::Deadline),
                () = optional(due.map(|at| sleep_until(at.into()))) => self.timers(),
                order = orders.recv() => match order {
                    Some(order) => self.order(order),
                    None => return,
                },
            }
            self.carry_out().await;
            if !talking {
                frames.reset();
            }
        }
    }

    async fn speak(&mut self, due: Instant) {
        let Some(leg) = &mut self.leg else { return };
        let late = due.elapsed();
        {
            let ear = &mut self.shown.borrow_mut().ear;
            ear.own_lateness = ear.own_lateness.max(late);
        }
        if let Some(packet) = leg.audio.packet().filter(|_| leg.audio.remote.listens) {
            // What cannot be sent is lost, as on any network.
            let _ = self.rtp.send_to(&packet, leg.audio.remote.address).await;
        }
    }

    /// The next of the phone's own deadlines.
    fn due(&self) -> Option<Instant> {
        [self.register_at, self.register_due, self.goodbye.as_ref().map(|it| it.due)]
            .into_iter()
            .flatten()
            .min()
    }

    fn timers(&mut self) {
        let now = Instant::now();
        if self.register_due.is_some_and(|due| due <= now) {
            self.not_registered();
        }
        if self.register_at.is_some_and(|at| at <= now) {
            self.register();
        }
        if self.goodbye.as_ref().is_some_and(|it| it.due <= now) {
            self.say_goodbye_elsewhere();
        }
    }

    fn order(&mut self, order: Order) {
        match order {
            Order::Dial { to } => {
                self.shown.borrow_mut().moves = 0;
                let body = self.describe(None, 1);
                let invite = self.outside(Method::Invite, &to).with_body(SDP, body);
                self.calling = Some(self.send(invite.clone(), self.peer()));
                if let Some(id) = self.calling {
                    self.asked.insert(id, Asked::Invite { request: invite, proven: false });
                }
            }
            Order::HangUp { done } => self.hang_up(done),
        }
    }

    fn hang_up(&mut self, done: oneshot::Sender<bool>) {
        self.line.send_replace(Line::Idle);
        if let Some(calling) = self.calling.take() {
            // An INVITE that is over already has nothing to be cancelled.
            let _ = self.stack.cancel(SystemClock.now(), calling);
        }
        let Some(leg) = self.leg.take() else {
            let _ = done.send(false);
            return;
        };
        self.voice = Some(leg.audio.into_voice());
        let left = self.config.servers.len();
        self.goodbye = Some(Goodbye { dialog: leg.dialog, left, due: Instant::now(), done });
        self.say_goodbye_elsewhere();
    }

    /// A BYE: where the last packet of the dialog came from first, then to the servers in turn.
    fn say_goodbye_elsewhere(&mut self) {
        let Some(mut goodbye) = self.goodbye.take() else { return };
        if goodbye.left == 0 {
            let _ = goodbye.done.send(false);
            return;
        }
        goodbye.left -= 1;
        goodbye.due = Instant::now() + SERVER_PATIENCE;
        let bye = goodbye.dialog.request(Method::Bye);
        let id = self.send(bye, goodbye.dialog.peer);
        goodbye.dialog.peer = self.next_server();
        self.goodbye = Some(goodbye);
        self.asked.insert(id, Asked::Bye);
    }

    fn register(&mut self) {
        self.register_at = None;
        self.register_due = Some(Instant::now() + SERVER_PATIENCE);
        let mut request = self.outside(Method::Register, &self.config.user.clone());
        request.uri = Uri::sip(None, self.config.domain.as_str(), None);
        request.headers.set(Name::Contact, format!("{};expires={EXPIRES_S}", self.contact()));
        let id = self.send(request.clone(), self.peer());
        self.asked.insert(id, Asked::Register { request, proven: false });
    }

    fn not_registered(&mut self) {
        self.shown.borrow_mut().registered = false;
        self.register_due = None;
        self.next_server();
        self.register_at = Some(Instant::now() + Duration::from_millis(500));
    }

    async fn carry_out(&mut self) {
        while let Some(output) = self.stack.poll_output() {
            match output {
                Output::Send { to, bytes, .. } => _ = self.sip.send_to(&bytes, to.addr).await,
                Output::Event(event) => self.event(*event),
                Output::Refused { .. } => {}
            }
        }
    }

    fn event(&mut self, event: SipEvent) {
        match event {
            SipEvent::Request { transaction, request, from } => self.request(transaction, request, from),
            SipEvent::Ack { request, .. } => self.acknowledged(&request),
            SipEvent::Response { transaction, response, from } => self.response(transaction, response, from),
            SipEvent::Timeout { transaction } | SipEvent::TransportFailed { transaction } => {
                if let Some(Asked::Invite { .. }) = self.asked.remove(&transaction) {
                    self.not_reached(transaction, 0);
                }
            }
            // It answers at once, so there is nothing left to cancel; and a call without an ACK is ended by whoever hears nothing.
            SipEvent::Cancelled { .. } | SipEvent::AckMissing { .. } => {}
        }
    }

    fn request(&mut self, transaction: ServerTxId, request: Request, from: Peer) {
        let inside = request.is_in_dialog();
        if inside && !self.is_ours(&request, from) {
            return self.respond(transaction, request.response(StatusCode::NO_SUCH_DIALOG));
        }
        match request.method {
            Method::Invite if inside => self.moved(transaction, &request),
            Method::Invite => self.called(transaction, &request, from),
            Method::Update if !request.body.is_empty() => self.moved(transaction, &request),
            Method::Bye => {
                self.respond(transaction, request.response(StatusCode::OK));
                if inside {
                    self.forget_leg();
                    self.line.send_replace(Line::Ended);
                }
            }
            _ => self.respond(transaction, request.response(StatusCode::OK).with(Name::Allow, ALLOW)),
        }
    }

    /// Whether a request belongs to the call that is up; the dialog takes it in then.
    fn is_ours(&mut self, request: &Request, from: Peer) -> bool {
        self.leg.as_mut().is_some_and(|leg| leg.dialog.receive(request, from).is_ok())
    }

    /// Somebody calls: rings for no time at all.
    fn called(&mut self, transaction: ServerTxId, request: &Request, from: Peer) {
        if self.leg.is_some() || self.calling.is_some() {
            return self.respond(transaction, request.response(StatusCode::BUSY_HERE));
        }
        let tag = self.fresh();
        let Some(remote) = sdp::read(&request.body, self.config.codec) else {
            return self.respond(transaction, request.response(StatusCode::NOT_ACCEPTABLE_HERE));
        };
        let Ok(mut dialog) = Dialog::uas(request, tag.clone(), self.contact(), from) else {
            return self.respond(transaction, request.response(StatusCode::BAD_REQUEST));
        };
        let contact = self.contact().to_string();
        let ringing =
            request.response(StatusCode::RINGING).tagged(tag.clone()).with(Name::Contact, contact.clone());
        self.respond(transaction, ringing);
        let body = self.describe(Some(remote.payload_type), 1);
        let ok =
            request.response(StatusCode::OK).tagged(tag).with(Name::Contact, contact).with_body(SDP, body);
        self.respond(transaction, ok);
        dialog.confirm();
        self.shown.borrow_mut().moves = 0;
        self.talk(dialog, remote);
    }

    /// The server moves the session: other addresses, hold, or the same again.
    fn moved(&mut self, transaction: ServerTxId, request: &Request) {
        let codec = self.config.codec;
        let offer = if request.body.is_empty() { None } else { sdp::read(&request.body, codec) };
        if offer.is_none() && !request.body.is_empty() {
            return self.respond(transaction, request.response(StatusCode::NOT_ACCEPTABLE_HERE));
        }
        let Some(leg) = &mut self.leg else { return };
        leg.version += 1;
        leg.offered = offer.is_none();
        if let Some(remote) = offer {
            leg.audio.remote = remote;
        }
        let (version, payload_type) = (leg.version, leg.audio.remote.payload_type);
        self.shown.borrow_mut().moves += 1;
        let body = self.describe(Some(payload_type), version);
        let contact = self.contact().to_string();
        self.respond(
            transaction,
            request.response(StatusCode::OK).with(Name::Contact, contact).with_body(SDP, body),
        );
    }

    fn acknowledged(&mut self, ack: &Request) {
        let codec = self.config.codec;
        let Some(leg) = self.leg.as_mut().filter(|leg| leg.offered) else { return };
        leg.offered = false;
        if let Some(remote) = sdp::read(&ack.body, codec) {
            leg.audio.remote = remote;
        }
    }

    fn response(&mut self, transaction: ClientTxId, response: Response, from: Peer) {
        if !response.status.is_final() {
            return;
        }
        match self.asked.remove(&transaction) {
            Some(Asked::Register { request, proven }) => self.registered(request, proven, &response),
            Some(Asked::Invite { request, proven }) => {
                self.answered(transaction, request, proven, &response, from)
            }
            Some(Asked::Bye) => {
                if let Some(goodbye) = self.goodbye.take() {
                    let _ = goodbye.done.send(response.status.is_success());
                }
            }
            None => {}
        }
    }

    fn registered(&mut self, mut request: Request, proven: bool, response: &Response) {
        if response.status.is_success() {
            self.shown.borrow_mut().registered = true;
            self.register_due = None;
            self.register_at = Some(Instant::now() + REGISTER_EVERY);
        } else if !proven && self.prove(&mut request, response) {
            let id = self.send(request.clone(), self.peer());
            self.asked.insert(id, Asked::Register { request, proven: true });
        } else {
            self.not_registered();
        }
    }

    fn answered(
        &mut self,
        id: ClientTxId,
        mut request: Request,
        proven: bool,
        response: &Response,
        from: Peer,
    ) {
        if response.status.is_success() {
            let Ok(dialog) = Dialog::uac(&request, response, from) else { return };
            self.stack.ack(SystemClock.now(), id, dialog.ack(request.cseq.number), from);
            match sdp::read(&response.body, self.config.codec) {
                // Given up in the meantime: the call ends as soon as it began.
                _ if self.calling != Some(id) => self.end(dialog),
                Some(remote) => {
                    self.calling = None;
                    self.talk(dialog, remote);
                }
                None => {
                    self.end(dialog);
                    self.not_reached(id, StatusCode::NOT_ACCEPTABLE_HERE.code());
                }
            }
        } else if !proven && self.prove(&mut request, response) {
            let again = self.send(request.clone(), self.peer());
            if self.calling == Some(id) {
                self.calling = Some(again);
            }
            self.asked.insert(again, Asked::Invite { request, proven: true });
        } else {
            self.not_reached(id, response.status.code());
        }
    }

    fn end(&mut self, mut dialog: Dialog) {
        let bye = dialog.request(Method::Bye);
        self.send(bye, dialog.peer);
    }

    fn not_reached(&mut self, invite: ClientTxId, status: u16) {
        if self.calling == Some(invite) {
            self.calling = None;
            self.line.send_replace(Line::Refused(status));
        }
    }

    fn prove(&self, request: &mut Request, challenge: &Response) -> bool {
        let challenged =
            matches!(challenge.status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED);
        let cnonce = format!("{:016x}", rand::random::<u64>());
        challenged
            && self
                .account
                .as_ref()
                .is_some_and(|account| account.answer(request, challenge, &cnonce, 1).is_ok())
    }

    fn talk(&mut self, dialog: Dialog, remote: Remote) {
        let codec = self.config.codec;
        let (says, listener) = match self.config.tones {
            Some((says, hears)) => (Voice::tone(says, codec), Listener::for_tone(hears, codec)),
            None => (Some(Voice::numbered(self.config.stream, codec)), Listener::default()),
        };
        // Numbers go on over calls, so that a frame of an earlier call is told from this one's.
        let Some(voice) = self.voice.take().or(says) else { return };
        self.leg = Some(Leg {
            dialog,
            audio: Audio::new(codec, remote, voice, listener),
            version: 1,
            offered: false,
        });
        self.line.send_replace(Line::Up);
    }

    fn forget_leg(&mut self) {
        if let Some(leg) = self.leg.take() {
            self.voice = Some(leg.audio.into_voice());
        }
    }

    fn describe(&self, payload_type: Option<u8>, version: u32) -> String {
        let rtp = self.rtp.local_addr().unwrap_or_else(|_| SocketAddr::from((self.config.local, 9)));
        sdp::write(rtp, self.config.codec, payload_type, version)
    }

    fn contact(&self) -> NameAddr {
        let address = self.sip.local_addr().unwrap_or_else(|_| SocketAddr::from((self.config.local, 9)));
        NameAddr::new(Uri::sip(Some(&self.config.user), address.ip(), Some(address.port())))
    }

    /// A name nobody else uses: for tags and Call-IDs.
    fn fresh(&mut self) -> String {
        self.serial = self.serial.wrapping_add(1);
        format!("{:016x}", self.serial)
    }

    /// A request outside any dialog.
    fn outside(&mut self, method: Method, to: &str) -> Request {
        let domain = self.config.domain.as_str();
        let from = Uri::sip(Some(&self.config.user), domain, None);
        let uri = Uri::sip(Some(to), domain, None);
        let from = NameAddr::new(from).tagged(self.fresh());
        let contact = self.contact().to_string();
        Request::new(method, uri.clone(), from, uri.into(), self.fresh(), 1).with(Name::Contact, contact)
    }

    fn send(&mut self, request: Request, to: Peer) -> ClientTxId {
        self.next_transaction += 1;
        let id = ClientTxId(self.next_transaction);
        // A phone never has so many transactions that one more is refused.
        let _ = self.stack.request(SystemClock.now(), id, request, to);
        id
    }

    fn respond(&mut self, transaction: ServerTxId, response: Response) {
        // The other side may have given up.
        let _ = self.stack.respond(SystemClock.now(), transaction, response);
    }

    fn peer(&self) -> Peer {
        Peer::udp(self.config.servers[self.server % self.config.servers.len()])
    }

    fn next_server(&mut self) -> Peer {
        self.server += 1;
        self.peer()
    }
}

async fn optional<F: Future>(future: Option<F>) -> F::Output {
    match future {
        Some(future) => future.await,
        None => pending().await,
    }
}
