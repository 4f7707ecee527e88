//! A SIP phone, or a carrier's gateway, that does what the test says.

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};

use tandem_call::sdp::Description;
use tandem_core::{Secret, SystemClock};
use tandem_signaling::{SipConfig, SipHandle, SipTransport};
use tandem_sip::{
    ClientTxId, Dialog, DigestClient, Message, Method, Name, NameAddr, Peer, Request, Response, ServerTxId,
    SipEvent, StatusCode, Uri, Via,
};
use tokio::{net::UdpSocket, sync::mpsc};

use super::in_time;

/// The org's SIP domain.
const DOMAIN: &str = "demo";
pub(crate) const SDP: &str = "application/sdp";
/// A frame of PCMA, 20 ms.
const FRAME: usize = 160;
const PCMA: u8 = 8;
/// telephone-event, as [`offer`] numbers it.
const EVENTS: u8 = 101;
/// PCMA's zero, of either sign.
const SILENCE: [u8; 2] = [0xD5, 0x55];

/// What a phone offers or answers: PCMA and digits at `rtp`.
pub(crate) fn offer(rtp: SocketAddr, direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n\
         a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n",
        ip = rtp.ip(),
        port = rtp.port(),
    )
}

/// An INVITE on its way.
pub(crate) struct Dialling {
    pub(crate) transaction: ClientTxId,
    pub(crate) invite: Request,
}

/// An INVITE that came in.
pub(crate) struct Alerting {
    pub(crate) invite: Request,
    pub(super) transaction: ServerTxId,
    pub(super) dialog: Dialog,
}

/// A call that is up, from the phone's side.
pub(crate) struct Talk {
    pub(crate) dialog: Dialog,
    /// Where the server wants RTP.
    pub(crate) far_end: SocketAddr,
}

pub(crate) struct Phone {
    pub(super) sip: SipHandle,
    events: mpsc::Receiver<SipEvent>,
    /// Told, but not asked for yet.
    unread: VecDeque<SipEvent>,
    pub(super) server: SocketAddr,
    user: String,
    domain: &'static str,
    account: Option<DigestClient>,
    rtp: UdpSocket,
    requests: u32,
}

impl Phone {
    /// A gateway that needs no credentials, calling from `number`.
    pub(crate) async fn carrier(server: SocketAddr, number: &str) -> Self {
        let config = SipConfig::new("127.0.0.1:0".parse().expect("an address"));
        let (sip, events) = SipTransport::bind(config, Arc::new(SystemClock)).await.expect("binds");
        let rtp = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let unread = VecDeque::new();
        let (user, domain) = (number.to_owned(), DOMAIN);
        Self { sip, events, unread, server, user, domain, account: None, rtp, requests: 0 }
    }

    /// A phone with an account.
    pub(crate) async fn with_account(server: SocketAddr, user: &str, secret: &str) -> Self {
        let account = Some(DigestClient::new(user, Secret::new(secret)));
        Self { account, ..Self::carrier(server, user).await }
    }

    /// A phone of another org.
    pub(crate) fn of_org(self, domain: &'static str) -> Self {
        Self { domain, ..self }
    }

    /// It sends new requests to another node from now on.
    pub(crate) const fn is_served_by(&mut self, server: SocketAddr) {
        self.server = server;
    }

    /// What the phone puts into its session descriptions.
    pub(crate) fn sdp(&self, direction: &str) -> String {
        offer(self.rtp.local_addr().expect("bound"), direction)
    }

    /// Its media is at another port from now on.
    pub(crate) async fn takes_another_port(&mut self) {
        self.rtp = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    }

    fn contact(&self) -> NameAddr {
        let addr = self.sip.local_addr();
        NameAddr::new(Uri::sip(Some(&self.user), addr.ip(), Some(addr.port())))
    }

    /// A name nobody else uses: for tags and Call-IDs.
    fn fresh(&mut self) -> String {
        self.requests += 1;
        format!("{}-{}", self.sip.local_addr().port(), self.requests)
    }

    /// A request outside any dialog.
    pub(crate) fn request(&mut self, method: Method, to: &str) -> Request {
        let from = NameAddr::new(Uri::sip(Some(&self.user), self.domain, None)).tagged(self.fresh());
        let uri = Uri::sip(Some(to), self.domain, None);
        let contact = self.contact().to_string();
        Request::new(method, uri.clone(), from, uri.into(), self.fresh(), 1).with(Name::Contact, contact)
    }

    /// An INVITE with the phone's offer.
    pub(crate) fn invite(&mut self, to: &str) -> Request {
        let sdp = self.sdp("sendrecv");
        self.request(Method::Invite, to).with_body(SDP, sdp)
    }

    /// A REGISTER for an address of record, its own or not.
    pub(crate) fn registration(&mut self, aor: &str, expires_s: u32) -> Request {
        let mut request = self.request(Method::Register, aor);
        request.uri = Uri::sip(None, self.domain, None);
        request.headers.set(Name::Contact, format!("{};expires={expires_s}", self.contact()));
        request
    }

    pub(crate) async fn send(&mut self, request: Request) -> ClientTxId {
        let transaction = self.sip.next_client();
        self.sip.request(transaction, request, Peer::udp(self.server)).await.expect("the phone runs");
        transaction
    }

    /// Sends a request, with credentials once it is challenged.
    pub(crate) async fn send_proven(&mut self, mut request: Request) -> (ClientTxId, Request) {
        let transaction = self.send(request.clone()).await;
        let Some(account) = self.account.clone() else { return (transaction, request) };
        let challenge = self.final_response(transaction).await;
        assert_eq!(challenge.status, StatusCode::UNAUTHORIZED);
        account.answer(&mut request, &challenge, "0a4f113b", 1).expect("a challenge it can answer");
        (self.send(request.clone()).await, request)
    }

    /// Sends a request as [`Self::send_proven`] and waits for its final response.
    pub(crate) async fn ask(&mut self, request: Request) -> Response {
        let (transaction, _) = self.send_proven(request).await;
        self.final_response(transaction).await
    }

    /// Registers itself.
    pub(crate) async fn register(&mut self) {
        let request = self.registration(&self.user.clone(), 600);
        assert_eq!(self.ask(request).await.status, StatusCode::OK);
    }

    /// Calls somebody.
    pub(crate) async fn dial(&mut self, to: &str) -> Dialling {
        let invite = self.invite(to);
        self.dial_with(invite).await
    }

    pub(crate) async fn dial_with(&mut self, invite: Request) -> Dialling {
        let (transaction, invite) = self.send_proven(invite).await;
        Dialling { transaction, invite }
    }

    /// The far end is said to ring: an early dialog, which has no media yet.
    pub(crate) async fn hears_ringing(&mut self, dialling: &Dialling) -> Talk {
        let ringing = self
            .event("180", |event| match event {
                SipEvent::Response { transaction, response, .. }
                    if *transaction == dialling.transaction && response.status == StatusCode::RINGING =>
                {
                    Some(response.clone())
                }
                _ => None,
            })
            .await;
        let dialog = Dialog::uac(&dialling.invite, &ringing, Peer::udp(self.server)).expect("a dialog");
        Talk { dialog, far_end: self.server }
    }

    pub(crate) async fn refused(&mut self, dialling: &Dialling) -> StatusCode {
        self.final_response(dialling.transaction).await.status
    }

    pub(crate) async fn cancel(&mut self, dialling: &Dialling) {
        self.sip.cancel(dialling.transaction).await.expect("the phone runs");
    }

    /// Sends an INVITE and its CANCEL in one breath, not waiting for any answer as it should. Answers what the INVITE ends with.
    pub(crate) async fn dial_and_cancel(&mut self, to: &str) -> StatusCode {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let branch = format!("z9hG4bK{}", self.fresh());
        let mut invite = self.invite(to);
        invite.via.push(Via::new("UDP", socket.local_addr().expect("bound"), branch.into()));
        let cancel = invite.cancel();
        for request in [&invite, &cancel] {
            socket.send_to(&request.to_bytes(), self.server).await.expect("sends");
        }
        in_time("the end of a cancelled INVITE", async {
            let mut buffer = vec![0; 4_096];
            loop {
                let (len, _) = socket.recv_from(&mut buffer).await.expect("receives");
                let message = Message::parse(&buffer[..len].to_vec().into()).expect("a message");
                let Message::Response(response) = message else { panic!("not a response: {message:?}") };
                if response.cseq.method == Method::Invite && response.status.is_final() {
                    let mut ack = cancel;
                    (ack.method, ack.cseq.method, ack.to) = (Method::Ack, Method::Ack, response.to);
                    socket.send_to(&ack.to_bytes(), self.server).await.expect("sends");
                    return response.status;
                }
            }
        })
        .await
    }

    /// The far end answers; the phone acknowledges, with its own answer if the offer was left to the server.
    pub(crate) async fn answered(&mut self, dialling: &Dialling) -> Talk {
        let response = self.final_response(dialling.transaction).await;
        assert_eq!(response.status, StatusCode::OK);
        self.acknowledges(dialling, &response).await
    }

    pub(crate) async fn acknowledges(&mut self, dialling: &Dialling, response: &Response) -> Talk {
        let peer = Peer::udp(self.server);
        let dialog = Dialog::uac(&dialling.invite, response, peer).expect("a dialog");
        let mut ack = dialog.ack(dialling.invite.cseq.number);
        if dialling.invite.body.is_empty() {
            ack = ack.with_body(SDP, self.sdp("sendrecv"));
        }
        self.sip.ack(dialling.transaction, ack, peer).await.expect("the phone runs");
        Talk { dialog, far_end: address_in(&response.body) }
    }

    /// Somebody calls; the phone rings.
    pub(crate) async fn rings(&mut self) -> Alerting {
        let alerting = self.is_called().await;
        self.respond(&alerting, StatusCode::RINGING, None).await;
        alerting
    }

    /// Somebody calls; the phone says nothing yet.
    pub(crate) async fn is_called(&mut self) -> Alerting {
        let (transaction, invite, from) = self
            .event("an INVITE", |event| match event {
                SipEvent::Request { transaction, request, from }
                    if request.method == Method::Invite && !request.is_in_dialog() =>
                {
                    Some((*transaction, request.clone(), *from))
                }
                _ => None,
            })
            .await;
        let tag = self.fresh();
        let dialog = Dialog::uas(&invite, tag, self.contact(), from).expect("a dialog");
        Alerting { invite, transaction, dialog }
    }

    /// Answers what rings with this.
    pub(crate) async fn answers_invite(&self, alerting: &Alerting, response: Response) {
        self.sip.respond(alerting.transaction, response).await.expect("the phone runs");
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.sip.local_addr()
    }

    async fn respond(&self, alerting: &Alerting, status: StatusCode, sdp: Option<String>) {
        let mut response = alerting.response(status);
        if let Some(sdp) = sdp {
            response = response.with_body(SDP, sdp);
        }
        self.sip.respond(alerting.transaction, response).await.expect("the phone runs");
    }

    /// The phone answers what rings.
    pub(crate) async fn picks_up(&mut self, alerting: Alerting) -> Talk {
        let ok = alerting.response(StatusCode::OK).with_body(SDP, self.sdp("sendrecv"));
        self.picks_up_with(alerting, ok).await
    }

    pub(crate) async fn picks_up_with(&mut self, mut alerting: Alerting, ok: Response) -> Talk {
        self.sip.respond(alerting.transaction, ok).await.expect("the phone runs");
        self.event("an ACK", |event| match event {
            SipEvent::Ack { request, .. } if request.call_id == alerting.invite.call_id => Some(()),
            _ => None,
        })
        .await;
        alerting.dialog.confirm();
        Talk { far_end: address_in(&alerting.invite.body), dialog: alerting.dialog }
    }

    /// The phone refuses what rings.
    pub(crate) async fn refuses(&mut self, alerting: &Alerting, status: StatusCode) {
        self.respond(alerting, status, None).await;
    }

    /// The caller gives up: a CANCEL.
    pub(crate) async fn stops_ringing(&mut self, alerting: &Alerting) {
        self.event("a CANCEL", |event| match event {
            SipEvent::Cancelled { transaction, .. } if *transaction == alerting.transaction => Some(()),
            _ => None,
        })
        .await;
        self.respond(alerting, StatusCode::REQUEST_TERMINATED, None).await;
    }

    /// Sends a request within a call and waits for what it is answered with.
    pub(crate) async fn says(
        &mut self,
        talk: &mut Talk,
        method: Method,
        body: Option<(&'static str, String)>,
    ) -> Response {
        let mut request = talk.dialog.request(method);
        if let Some((content_type, body)) = body {
            request = request.with_body(content_type, body);
        }
        self.says_so(talk, request).await
    }

    /// Sends a request of the call's dialog and waits for what it is answered with.
    pub(crate) async fn says_so(&mut self, talk: &Talk, request: Request) -> Response {
        let is_invite = request.method == Method::Invite;
        let number = request.cseq.number;
        let transaction = self.sip.next_client();
        self.sip.request(transaction, request, talk.dialog.peer).await.expect("the phone runs");
        let response = self.final_response(transaction).await;
        if is_invite && response.status.is_success() {
            let ack = talk.dialog.ack(number);
            self.sip.ack(transaction, ack, talk.dialog.peer).await.expect("the phone runs");
        }
        response
    }

    /// Offers a change of the session.
    pub(crate) async fn reoffers(&mut self, talk: &mut Talk, direction: &str) -> Response {
        let sdp = self.sdp(direction);
        self.says(talk, Method::Invite, Some((SDP, sdp))).await
    }

    /// The server offers the session anew, with its media elsewhere; the phone goes along. Answers the CSeq of the offer.
    pub(crate) async fn is_reoffered(&mut self, talk: &mut Talk) -> u32 {
        let sdp = self.sdp("sendrecv");
        let (transaction, invite) = self.reinvite(talk).await;
        talk.far_end = address_in(&invite.body);
        self.forget_what_it_heard();
        let contact = self.contact().to_string();
        let ok = invite.response(StatusCode::OK).with(Name::Contact, contact).with_body(SDP, sdp);
        self.sip.respond(transaction, ok).await.expect("the phone runs");
        invite.cseq.number
    }

    /// The server says nothing at all in a call while something else happens.
    pub(crate) async fn hears_nothing_of(&mut self, talk: &Talk, meanwhile: impl Future<Output = ()>) {
        let of = |event: &SipEvent| matches!(event, SipEvent::Request { request, .. } if request.call_id == talk.dialog.call_id);
        meanwhile.await;
        while let Ok(event) = self.events.try_recv() {
            self.unread.push_back(event);
        }
        let said = self.unread.iter().find(|event| of(event));
        assert_eq!(said, None, "silence");
    }

    /// The server offers the session anew; the phone refuses.
    pub(crate) async fn refuses_reoffer(&mut self, talk: &mut Talk, status: StatusCode) {
        let (transaction, invite) = self.reinvite(talk).await;
        self.sip.respond(transaction, invite.response(status)).await.expect("the phone runs");
    }

    async fn reinvite(&mut self, talk: &mut Talk) -> (ServerTxId, Request) {
        let (transaction, invite, from) = self
            .event("a re-INVITE", |event| match event {
                SipEvent::Request { transaction, request, from }
                    if request.method == Method::Invite && request.call_id == talk.dialog.call_id =>
                {
                    Some((*transaction, request.clone(), *from))
                }
                _ => None,
            })
            .await;
        talk.dialog.receive(&invite, from).expect("a re-INVITE that fits the dialog");
        (transaction, invite)
    }

    /// Asks for an offer and answers it in the ACK.
    pub(crate) async fn is_offered(&mut self, talk: &mut Talk, direction: &str) -> Response {
        let request = talk.dialog.request(Method::Invite);
        let number = request.cseq.number;
        let transaction = self.sip.next_client();
        self.sip.request(transaction, request, talk.dialog.peer).await.expect("the phone runs");
        let response = self.final_response(transaction).await;
        let ack = talk.dialog.ack(number).with_body(SDP, self.sdp(direction));
        self.sip.ack(transaction, ack, talk.dialog.peer).await.expect("the phone runs");
        response
    }

    pub(crate) async fn hangs_up(&mut self, mut talk: Talk) {
        assert_eq!(self.says(&mut talk, Method::Bye, None).await.status, StatusCode::OK);
    }

    /// The other side hangs up: a BYE of this dialog. Answers its CSeq.
    pub(crate) async fn is_hung_up(&mut self, mut talk: Talk) -> u32 {
        let (transaction, bye, from) = self
            .event("a BYE", |event| match event {
                SipEvent::Request { transaction, request, from }
                    if request.method == Method::Bye && request.call_id == talk.dialog.call_id =>
                {
                    Some((*transaction, request.clone(), *from))
                }
                _ => None,
            })
            .await;
        talk.dialog.receive(&bye, from).expect("a BYE that fits the dialog");
        self.sip.respond(transaction, bye.response(StatusCode::OK)).await.expect("the phone runs");
        bye.cseq.number
    }

    /// Speaks PCMA to the server until `other` hears something that is not silence.
    pub(crate) async fn is_heard_by(&self, talk: &Talk, other: &Self) {
        let mut beat = tokio::time::interval(Duration::from_millis(20));
        let mut packet = [0x2A_u8; 12 + FRAME];
        packet[..12].copy_from_slice(&[0x80, PCMA, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9]);
        let mut buffer = vec![0; 1_500];
        let mut frames = 0_u16;
        in_time("voice", async {
            loop {
                tokio::select! {
                    _ = beat.tick() => {
                        packet[2..4].copy_from_slice(&frames.to_be_bytes());
                        packet[4..8].copy_from_slice(&(u32::from(frames) * 160).to_be_bytes());
                        frames += 1;
                        self.rtp.send_to(&packet, talk.far_end).await.expect("sends");
                    }
                    received = other.rtp.recv_from(&mut buffer) => {
                        let (len, _) = received.expect("receives");
                        if len > 12 && buffer[12..len].iter().any(|sample| !SILENCE.contains(sample)) {
                            assert_eq!(buffer[1] & 0x7F, PCMA);
                            return;
                        }
                    }
                }
            }
        })
        .await;
    }

    /// From here on only what is sent now is heard.
    pub(crate) fn forget_what_it_heard(&self) {
        let mut buffer = [0; 1_500];
        while self.rtp.try_recv_from(&mut buffer).is_ok() {}
    }

    /// From here on the phone finds the server's side of the call at another address.
    pub(crate) fn finds_it_at(&self, talk: &mut Talk, server: SocketAddr) {
        talk.dialog.peer = Peer::udp(server);
    }

    /// Presses the key `5` (RFC 4733): one packet that says that it is over.
    pub(crate) async fn presses_five(&self, talk: &Talk) {
        let packet = [0x80, 0x80 | EVENTS, 0, 1, 0, 0, 0, 1, 9, 9, 9, 9, 5, 0x80 | 10, 3, 0x20];
        self.rtp.send_to(&packet, talk.far_end).await.expect("sends");
    }

    /// Hears somebody else's key; answers its code.
    pub(crate) async fn hears_key(&self) -> u8 {
        let mut buffer = vec![0; 1_500];
        in_time("a key", async {
            loop {
                let (len, _) = self.rtp.recv_from(&mut buffer).await.expect("receives");
                if len == 16 && buffer[1] & 0x7F == EVENTS {
                    return buffer[12];
                }
            }
        })
        .await
    }

    pub(crate) async fn final_response(&mut self, of: ClientTxId) -> Response {
        self.event("a final response", |event| match event {
            SipEvent::Response { transaction, response, .. }
                if *transaction == of && response.status.is_final() =>
            {
                Some(response.clone())
            }
            SipEvent::Timeout { transaction } | SipEvent::TransportFailed { transaction }
                if *transaction == of =>
            {
                panic!("{event:?}")
            }
            _ => None,
        })
        .await
    }

    /// The first event that `wanted` finds something in; those before it stay for later.
    pub(super) async fn event<T>(&mut self, what: &str, wanted: impl Fn(&SipEvent) -> Option<T>) -> T {
        let read = self.unread.iter().enumerate().find_map(|(at, event)| Some((at, wanted(event)?)));
        if let Some((at, found)) = read {
            self.unread.remove(at);
            return found;
        }
        let Self { events, unread, user, .. } = self;
        in_time(&format!("{what} for {user}"), async {
            loop {
                let event = events.recv().await.expect("the phone runs");
                match wanted(&event) {
                    Some(found) => return found,
                    None => unread.push_back(event),
                }
            }
        })
        .await
    }
}

fn address_in(sdp: &[u8]) -> SocketAddr {
    Description::parse(sdp).expect("a session description").address
}
