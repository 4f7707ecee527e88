//! The SIP side of a leg: its INVITE transaction, then its dialog, and its media as the session descriptions agree on it.

use std::net::SocketAddr;

use tandem_call::{
    reason_of_status,
    sdp::{Codec, Description, Direction, LocalSession, SdpError},
    status_of_reason,
};
use tandem_media::{AudioCodec, Flow, MediaError, RtpRemote};
use tandem_proto::{LegId, api::EndReason};
use tandem_signaling::Stopped;
use tandem_sip::{
    ClientTxId, Dialog, DialogError, Method, Name, NameAddr, Peer, Request, Response, ServerTxId, StatusCode,
    Uri,
};

use super::{
    Owner, Registry,
    registry::{DialogKey, Transaction},
};
use crate::switch::Switch;

/// What we answer in an Allow header.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REGISTER";
const SDP: &str = "application/sdp";

/// Something from the SIP side for one leg.
#[derive(Debug)]
pub(crate) enum SipLegEvent {
    /// A request within the dialog.
    Request { transaction: ServerTxId, request: Request, from: Peer },
    /// The ACK for our 2xx.
    Ack(Request),
    /// The caller gave up.
    Cancelled,
    /// An answer to a request of ours.
    Response { transaction: ClientTxId, response: Response, from: Peer },
    /// None came, or the request could not be sent.
    NoResponse { transaction: ClientTxId },
    /// Our 2xx was never acknowledged.
    AckMissing,
}

/// What it means for the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LegNews {
    Ringing,
    Answered,
    Hold(bool),
    Digit(char),
    /// The far end ended it; nothing more to say to it.
    Ended(EndReason),
    /// The far end is still there but the leg cannot go on.
    Unusable(EndReason),
}

/// Why a phone cannot be dialled or answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignalingError {
    #[error(transparent)]
    Media(#[from] MediaError),
    #[error(transparent)]
    Transport(#[from] Stopped),
    #[error(transparent)]
    Dialog(#[from] DialogError),
}

/// Where a registered phone is reached.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    /// Its Contact URI.
    pub uri: Uri,
    /// Where packets go.
    pub peer: Peer,
}

#[derive(Debug)]
enum State {
    /// Called us; not answered.
    Incoming {
        transaction: ServerTxId,
        invite: Request,
        dialog: Dialog,
        offer: Option<Description>,
    },
    /// We call; no final answer.
    Outgoing {
        transaction: ClientTxId,
        invite: Request,
        peer: Peer,
        cancelling: bool,
    },
    Up {
        dialog: Dialog,
        invite: Option<(ClientTxId, Request)>,
        answer_due: bool,
    },
    /// Our BYE is out.
    Ending,
    Over,
}

/// A leg's SIP side.
#[derive(Debug)]
pub(crate) struct SipLeg {
    leg: LegId,
    key: DialogKey,
    state: State,
    local: Option<LocalSession>,
    held: bool,
}

impl SipLeg {
    /// The leg of an INVITE that came in.
    pub(crate) fn incoming(
        leg: LegId,
        transaction: ServerTxId,
        invite: Request,
        dialog: Dialog,
        offer: Option<Description>,
    ) -> Self {
        let key = key_of(&dialog);
        Self {
            leg,
            key,
            state: State::Incoming { transaction, invite, dialog, offer },
            local: None,
            held: false,
        }
    }

    /// Calls a registered phone, with an offer of everything we speak.
    pub(crate) async fn dial(
        switch: &Switch,
        owner: Owner,
        caller: (String, Option<String>),
        contact: Contact,
    ) -> Result<Self, SignalingError> {
        let mut local = open_media(switch, owner.leg).await?;
        let host = switch.contact_host();
        let user = sip_user(&caller.0);
        let mut from = NameAddr::new(Uri::sip(Some(&user), host, None)).tagged(switch.token_tag());
        if let Some(name) = caller.1 {
            from = from.named(name);
        }
        let to = NameAddr::new(contact.uri.clone());
        let key = DialogKey {
            call_id: switch.token_call_id(),
            local_tag: from.tag().map(ToString::to_string).unwrap_or_default(),
        };
        let invite = Request::new(Method::Invite, contact.uri, from, to, key.call_id.clone(), 1)
            .with(Name::Contact, switch.contact(contact.peer.transport).to_string())
            .with(Name::Allow, ALLOW)
            .with_body(SDP, local.offer(Direction::SendRecv));
        let transaction = switch.sip.next_client();
        switch.registry.add_dialog(key.clone(), owner);
        switch.registry.add_transaction(Transaction::Client(transaction), owner);
        switch.sip.request(transaction, invite.clone(), contact.peer).await?;
        let state = State::Outgoing { transaction, invite, peer: contact.peer, cancelling: false };
        Ok(Self { leg: owner.leg, key, state, local: Some(local), held: false })
    }

    /// Makes the leg findable for what comes in.
    pub(crate) fn register(&self, registry: &Registry, owner: Owner) {
        registry.add_dialog(self.key.clone(), owner);
        if let State::Incoming { transaction, .. } = &self.state {
            registry.add_transaction(Transaction::Server(*transaction), owner);
        }
    }

    /// Whether nothing is expected from the far end any more.
    pub(crate) const fn is_finished(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Tells the caller that somebody is alerted.
    pub(crate) async fn alert(&mut self, switch: &Switch) {
        if let State::Incoming { transaction, invite, dialog, .. } = &self.state {
            respond(switch, *transaction, in_dialog(invite, dialog, StatusCode::RINGING)).await;
        }
    }

    /// Answers the caller: 200 with our answer, or with an offer if it sent none.
    pub(crate) async fn accept(&mut self, switch: &Switch) -> Result<(), SignalingError> {
        let State::Incoming { transaction, invite, mut dialog, offer } =
            std::mem::replace(&mut self.state, State::Over)
        else {
            return Ok(());
        };
        let mut local = match open_media(switch, self.leg).await {
            Ok(local) => local,
            Err(error) => {
                self.state = State::Incoming { transaction, invite, dialog, offer };
                return Err(error.into());
            }
        };
        let (sdp, answer_due) = match &offer {
            Some(offer) => {
                let remote = remote_of(offer, dialog.peer);
                if let Err(error) = switch.relay.connect_rtp(self.leg.into(), remote).await {
                    // The caller still waits for its answer, which will be a refusal.
                    self.state = State::Incoming { transaction, invite, dialog, offer: None };
                    return Err(error.into());
                }
                self.held = is_hold(offer.direction);
                (local.answer(offer), false)
            }
            None => (local.offer(Direction::SendRecv), true),
        };
        let ok = in_dialog(&invite, &dialog, StatusCode::OK)
            .with(Name::Contact, dialog.contact.to_string())
            .with(Name::Allow, ALLOW)
            .with_body(SDP, sdp);
        dialog.confirm();
        self.local = Some(local);
        self.state = State::Up { dialog, invite: None, answer_due };
        switch.sip.respond(transaction, ok).await?;
        Ok(())
    }

    /// Ends the leg from our side, as its state asks for.
    pub(crate) async fn release(&mut self, switch: &Switch, reason: EndReason) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Incoming { transaction, invite, dialog, .. } => {
                let (status, _) = status_of_reason(reason);
                let status = StatusCode::try_from(status).unwrap_or(StatusCode::SERVER_INTERNAL_ERROR);
                respond(switch, transaction, in_dialog(&invite, &dialog, status)).await;
            }
            State::Outgoing { transaction, invite, peer, .. } => {
                self.state = State::Outgoing { transaction, invite, peer, cancelling: true };
                if switch.sip.cancel(transaction).await.is_err() {
                    self.state = State::Over;
                }
            }
            State::Up { dialog, .. } => self.bye(switch, dialog).await,
            ended @ (State::Ending | State::Over) => self.state = ended,
        }
    }

    async fn bye(&mut self, switch: &Switch, mut dialog: Dialog) {
        let bye = dialog.request(Method::Bye);
        let transaction = switch.sip.next_client();
        if let Some(owner) = switch.registry.dialog(&self.key) {
            switch.registry.add_transaction(Transaction::Client(transaction), owner);
        }
        self.state = match switch.sip.request(transaction, bye, dialog.peer).await {
            Ok(()) => State::Ending,
            Err(Stopped) => State::Over,
        };
    }

    /// Takes in what came from the far end.
    pub(crate) async fn handle(&mut self, switch: &Switch, event: SipLegEvent) -> Vec<LegNews> {
        match event {
            SipLegEvent::Response { transaction, response, from } => {
                self.response(switch, transaction, response, from).await
            }
            SipLegEvent::NoResponse { transaction } => self.no_response(transaction),
            SipLegEvent::Request { transaction, request, from } => {
                self.request(switch, transaction, request, from).await
            }
            SipLegEvent::Ack(request) => self.acknowledged(switch, &request).await,
            SipLegEvent::Cancelled => match std::mem::replace(&mut self.state, State::Over) {
                State::Incoming { transaction, invite, dialog, .. } => {
                    respond(switch, transaction, in_dialog(&invite, &dialog, StatusCode::REQUEST_TERMINATED))
                        .await;
                    vec![LegNews::Ended(EndReason::Cancelled)]
                }
                other => {
                    self.state = other;
                    Vec::new()
                }
            },
            SipLegEvent::AckMissing => vec![LegNews::Unusable(EndReason::Lost)],
        }
    }

    async fn response(
        &mut self,
        switch: &Switch,
        tx: ClientTxId,
        response: Response,
        from: Peer,
    ) -> Vec<LegNews> {
        match &mut self.state {
            State::Outgoing { transaction, .. } if *transaction == tx => {
                self.invite_response(switch, response, from).await
            }
            State::Up { dialog, invite: Some((transaction, invite)), .. }
                if *transaction == tx && response.status.is_success() =>
            {
                // A second fork answered as well: it is told at once that it came too late.
                if let Ok(mut late) = Dialog::uac(invite, &response, from)
                    && late.id() != dialog.id()
                {
                    let ack = late.ack(invite.cseq.number);
                    let _ = switch.sip.ack(tx, ack, late.peer).await;
                    let _ = switch
                        .sip
                        .request(switch.sip.next_client(), late.request(Method::Bye), late.peer)
                        .await;
                }
                Vec::new()
            }
            State::Ending if response.status.code() >= 200 => {
                self.state = State::Over;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    async fn invite_response(&mut self, switch: &Switch, response: Response, from: Peer) -> Vec<LegNews> {
        let code = response.status.code();
        if code < 200 {
            return if code > 100 { vec![LegNews::Ringing] } else { Vec::new() };
        }
        let State::Outgoing { transaction, invite, peer, cancelling } =
            std::mem::replace(&mut self.state, State::Over)
        else {
            return Vec::new();
        };
        if code >= 300 {
            return if cancelling { Vec::new() } else { vec![LegNews::Ended(reason_of_status(code))] };
        }
        let peer = Peer { flow: from.flow.or(peer.flow), ..peer };
        let dialog = match Dialog::uac(&invite, &response, peer) {
            Ok(dialog) => dialog,
            Err(error) => {
                tracing::info!(leg = %self.leg, %error, "phone answered without what a dialog needs");
                return vec![LegNews::Ended(EndReason::Failed)];
            }
        };
        let ack = dialog.ack(invite.cseq.number);
        let acknowledged = switch.sip.ack(transaction, ack, dialog.peer).await;
        if cancelling || acknowledged.is_err() {
            // The answer crossed our CANCEL.
            self.bye(switch, dialog).await;
            return Vec::new();
        }
        self.state = State::Up { dialog, invite: Some((transaction, invite)), answer_due: false };
        match self.connect(switch, &response.body, peer).await {
            Ok(hold) => std::iter::once(LegNews::Answered).chain(hold).collect(),
            Err(reason) => vec![LegNews::Unusable(reason)],
        }
    }

    /// Points our media to where an answer says. Tells whether the far end holds now, if that is new.
    async fn connect(
        &mut self,
        switch: &Switch,
        body: &[u8],
        from: Peer,
    ) -> Result<Option<LegNews>, EndReason> {
        let description = Description::parse(body).map_err(|error| {
            tracing::info!(leg = %self.leg, %error, "session description cannot be used");
            EndReason::MediaMismatch
        })?;
        let connected = switch.relay.connect_rtp(self.leg.into(), remote_of(&description, from)).await;
        connected.map_err(|error| {
            tracing::warn!(leg = %self.leg, %error, "media cannot be connected");
            EndReason::Failed
        })?;
        Ok(self.held_by(description.direction))
    }

    /// Notes whether the far end holds; tells it if that is new.
    fn held_by(&mut self, direction: Direction) -> Option<LegNews> {
        let held = is_hold(direction);
        (std::mem::replace(&mut self.held, held) != held).then_some(LegNews::Hold(held))
    }

    fn no_response(&mut self, tx: ClientTxId) -> Vec<LegNews> {
        match &self.state {
            State::Outgoing { transaction, cancelling, .. } if *transaction == tx => {
                let news =
                    if *cancelling { Vec::new() } else { vec![LegNews::Ended(EndReason::Unreachable)] };
                self.state = State::Over;
                news
            }
            State::Ending => {
                self.state = State::Over;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    async fn acknowledged(&mut self, switch: &Switch, ack: &Request) -> Vec<LegNews> {
        let State::Up { dialog, answer_due, .. } = &mut self.state else { return Vec::new() };
        if !std::mem::take(answer_due) {
            return Vec::new();
        }
        let peer = dialog.peer;
        match self.connect(switch, &ack.body, peer).await {
            Ok(hold) => hold.into_iter().collect(),
            Err(reason) => vec![LegNews::Unusable(reason)],
        }
    }

    async fn request(
        &mut self,
        switch: &Switch,
        tx: ServerTxId,
        request: Request,
        from: Peer,
    ) -> Vec<LegNews> {
        let dialog = match &mut self.state {
            State::Up { dialog, .. } | State::Incoming { dialog, .. } => dialog,
            State::Outgoing { .. } | State::Ending | State::Over => {
                respond(switch, tx, request.response(StatusCode::NO_SUCH_DIALOG)).await;
                return Vec::new();
            }
        };
        if let Err(error) = dialog.receive(&request, from) {
            respond(switch, tx, request.response(error.status())).await;
            return Vec::new();
        }
        match request.method {
            Method::Bye => self.bye_received(switch, tx, &request).await,
            Method::Invite | Method::Update => self.renegotiate(switch, tx, &request).await,
            Method::Info => {
                let digit = digit_of(&request);
                respond(switch, tx, request.response(StatusCode::OK)).await;
                digit.map(LegNews::Digit).into_iter().collect()
            }
            Method::Options => {
                respond(switch, tx, request.response(StatusCode::OK).with(Name::Allow, ALLOW)).await;
                Vec::new()
            }
            _ => {
                respond(
                    switch,
                    tx,
                    request.response(StatusCode::METHOD_NOT_ALLOWED).with(Name::Allow, ALLOW),
                )
                .await;
                Vec::new()
            }
        }
    }

    async fn bye_received(&mut self, switch: &Switch, tx: ServerTxId, bye: &Request) -> Vec<LegNews> {
        respond(switch, tx, bye.response(StatusCode::OK)).await;
        if let State::Incoming { transaction, invite, dialog, .. } =
            std::mem::replace(&mut self.state, State::Over)
        {
            respond(switch, transaction, in_dialog(&invite, &dialog, StatusCode::REQUEST_TERMINATED)).await;
            return vec![LegNews::Ended(EndReason::Cancelled)];
        }
        vec![LegNews::Ended(EndReason::Hangup)]
    }

    /// A re-INVITE or UPDATE: new address, codec or hold. Without a description a re-INVITE asks for our offer, and an UPDATE only
    /// refreshes.
    async fn renegotiate(&mut self, switch: &Switch, tx: ServerTxId, request: &Request) -> Vec<LegNews> {
        if let Err(response) = check(request) {
            respond(switch, tx, *response).await;
            return Vec::new();
        }
        let (State::Up { dialog, answer_due, .. }, Some(local)) = (&mut self.state, &mut self.local) else {
            respond(switch, tx, request.response(StatusCode::REQUEST_PENDING)).await;
            return Vec::new();
        };
        let ok = request
            .response(StatusCode::OK)
            .with(Name::Contact, dialog.contact.to_string())
            .with(Name::Allow, ALLOW);
        if request.body.is_empty() {
            let ok = if request.method == Method::Invite {
                *answer_due = true;
                ok.with_body(SDP, local.offer(Direction::SendRecv))
            } else {
                ok
            };
            respond(switch, tx, ok).await;
            return Vec::new();
        }
        let offer = match Description::parse(&request.body) {
            Ok(offer) => offer,
            Err(error) => {
                // The session goes on as it was (RFC 3261 §14.2).
                respond(switch, tx, refusal(request, &error)).await;
                return Vec::new();
            }
        };
        let remote = remote_of(&offer, dialog.peer);
        if let Err(error) = switch.relay.connect_rtp(self.leg.into(), remote).await {
            tracing::warn!(leg = %self.leg, %error, "media cannot be changed");
            respond(switch, tx, request.response(StatusCode::SERVER_INTERNAL_ERROR)).await;
            return Vec::new();
        }
        respond(switch, tx, ok.with_body(SDP, local.answer(&offer))).await;
        self.held_by(offer.direction).into_iter().collect()
    }
}

/// Refuses what asks for an extension we do not have (420) or carries a body that is no session description (415).
pub(crate) fn check(request: &Request) -> Result<(), Box<Response>> {
    let required: Vec<_> = request.headers.tokens(&Name::Require).map(ToOwned::to_owned).collect();
    if !required.is_empty() {
        let refused = request.response(StatusCode::BAD_EXTENSION);
        return Err(Box::new(refused.with(Name::Unsupported, required.join(", "))));
    }
    let is_sdp = || request.headers.content_type().ok().flatten().is_some_and(|t| t.is(SDP));
    if !request.body.is_empty() && !is_sdp() {
        let refused = request.response(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        return Err(Box::new(refused.with(Name::Accept, SDP)));
    }
    Ok(())
}

/// The refusal of a description, with the fault in a Warning (RFC 3261 §20.43).
pub(crate) fn refusal(request: &Request, error: &SdpError) -> Response {
    let status = StatusCode::try_from(error.status()).unwrap_or(StatusCode::NOT_ACCEPTABLE_HERE);
    request.response(status).with(Name::Warning, format!("399 tandem \"{error}\""))
}

pub(crate) async fn respond(switch: &Switch, transaction: ServerTxId, response: Response) {
    // A transport that has stopped has nobody to answer.
    let _ = switch.sip.respond(transaction, response).await;
}

async fn open_media(switch: &Switch, leg: LegId) -> Result<LocalSession, MediaError> {
    let local = switch.relay.open_rtp(leg.into()).await?;
    Ok(LocalSession::new(switch.session_id(), SocketAddr::new(local.ip, local.port)))
}

fn in_dialog(invite: &Request, dialog: &Dialog, status: StatusCode) -> Response {
    let mut response = invite.response(status).tagged(dialog.local.tag().cloned().unwrap_or_default());
    if status.code() < 300 {
        for route in invite.headers.all(&Name::RecordRoute) {
            response.headers.push(Name::RecordRoute, route.clone());
        }
    }
    response
}

fn key_of(dialog: &Dialog) -> DialogKey {
    DialogKey { call_id: dialog.call_id.to_string(), local_tag: dialog.id().local_tag.to_string() }
}

/// The caller's address as the user part of a SIP URI.
fn sip_user(address: &str) -> String {
    let user = address.strip_prefix("sip:").unwrap_or(address);
    let user = user.split('@').next().unwrap_or_default();
    let safe: String = user.chars().filter(|c| c.is_ascii_alphanumeric() || "+-_.*#".contains(*c)).collect();
    if safe.is_empty() { "anonymous".to_owned() } else { safe }
}

const fn is_hold(direction: Direction) -> bool {
    matches!(direction, Direction::SendOnly | Direction::Inactive)
}

fn remote_of(description: &Description, signaling: Peer) -> RtpRemote {
    let format = description.chosen();
    RtpRemote {
        address: description.address,
        signaling_ip: Some(signaling.addr.ip()),
        codec: match format.codec {
            Codec::Pcmu => AudioCodec::Pcmu,
            Codec::Pcma => AudioCodec::Pcma,
            Codec::Opus => AudioCodec::Opus,
        },
        payload_type: format.payload_type,
        dtmf_payload_type: description.dtmf_payload_type,
        flow: Flow { send: description.direction.receives(), receive: description.direction.sends() },
    }
}

/// A digit sent by INFO: `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`).
fn digit_of(info: &Request) -> Option<char> {
    let content_type = info.headers.content_type().ok().flatten()?;
    let body = std::str::from_utf8(&info.body).ok()?;
    let text = if content_type.is("application/dtmf-relay") {
        let line = body.lines().find(|line| line.to_ascii_lowercase().starts_with("signal"))?;
        line.split_once('=')?.1.trim()
    } else if content_type.is("application/dtmf") {
        body.trim()
    } else {
        return None;
    };
    let digit = match text {
        "10" => '*',
        "11" => '#',
        _ => text.chars().next()?.to_ascii_uppercase(),
    };
    "0123456789*#ABCD".contains(digit).then_some(digit)
}
