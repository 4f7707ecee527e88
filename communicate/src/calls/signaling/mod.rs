//! The SIP side of a leg: its INVITE transaction, then its dialog, and its media as the session descriptions agree on it.

mod called;
mod calling;
mod challenged;
mod early;
mod in_dialog;
mod naming;
mod referral;
mod reliable;
mod reoffer;
mod saved;
mod session;
mod timing;

use std::net::SocketAddr;

use tandem_call::{
    sdp::{Description, LocalSession},
    status_of_reason,
};
use tandem_media::MediaError;
use tandem_proto::{LegId, Timestamp, api::EndReason};
use tandem_relay::Media;
use tandem_signaling::Stopped;
use tandem_sip::{
    ClientTxId, Dialog, DialogError, Forks, Method, Name, Peer, Referral, ReliableSender, Request, Response,
    ServerTxId, StatusCode, Uri,
};

use super::{
    Owner, Registry,
    registry::{DialogKey, Transaction},
};
use crate::switch::Switch;

pub(crate) use saved::SavedLeg;
pub(crate) use session::{check, refusal};

use reoffer::Reoffer;
use timing::Timing;

/// What we answer in an Allow header.
pub(crate) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, REGISTER, SUBSCRIBE";
/// What we answer in a Supported header.
pub(crate) const SUPPORTED: &str = "100rel, timer, replaces";
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
    /// The same, and that was no word of who was called: the server it was sent to could not (408, 5xx), or said nothing.
    Failed(EndReason),
    /// It has heard of the call (100), and no more.
    Heard,
    /// It wants to know who we are first (401, 407).
    Challenged,
    /// The far end is still there but the leg cannot go on.
    Unusable(EndReason),
    /// The far end took our new description: what is left of its media elsewhere can go.
    Moved,
    /// It wants the other side to talk to somebody else.
    Refers,
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

/// Who is said to be calling.
#[derive(Clone, Debug)]
pub(crate) struct Calling {
    /// A number, or a SIP URI; empty: nobody in particular.
    pub address: String,
    /// As the phone shows it.
    pub name: Option<String>,
    /// Whether that is vouched for (RFC 3325).
    pub asserted: bool,
}

/// What a leg works with: the switch, and the media node its call is on.
#[derive(Clone, Copy)]
pub(crate) struct Means<'a> {
    pub switch: &'a Switch,
    pub media: &'a Media,
}

#[derive(Clone, Debug)]
enum State {
    /// Called us; not answered.
    Incoming {
        transaction: ServerTxId,
        invite: Request,
        dialog: Box<Dialog>,
        offer: Option<Description>,
        /// For a caller that takes no other provisional responses.
        reliable: Option<Box<ReliableSender>>,
    },
    /// We call; no final answer.
    Outgoing {
        transaction: ClientTxId,
        /// The INVITE, and who rings for it.
        forks: Forks,
        peer: Peer,
        cancelling: bool,
        /// It was asked who we are, and that is not answered yet.
        challenge: Option<Box<Response>>,
    },
    Up(Box<Up>),
    /// Our BYE is out.
    Ending,
    Over,
}

/// A dialog that is up.
#[derive(Clone, Debug)]
struct Up {
    dialog: Dialog,
    /// The INVITE of ours that made it: another fork may answer it as well.
    forks: Option<(ClientTxId, Forks)>,
    /// The far end's answer comes with its ACK.
    answer_due: bool,
    /// A description of ours the far end has yet to take.
    reoffer: Option<Reoffer>,
    timing: Timing,
    /// What was sent before our 2xx and may still be confirmed.
    reliable: Option<Box<ReliableSender>>,
    /// A transfer it asked for.
    referral: Option<Referral>,
}

/// A leg's SIP side.
#[derive(Clone, Debug)]
pub(crate) struct SipLeg {
    leg: LegId,
    key: DialogKey,
    state: State,
    local: Option<LocalSession>,
    held: bool,
    /// Its media moved while its far end could not be told; for which reason the leg ends if it cannot be told.
    untold: Option<EndReason>,
}

impl SipLeg {
    /// Makes the leg findable for what comes in.
    pub(crate) fn register(&self, registry: &Registry, owner: Owner) {
        registry.add_dialog(self.key.clone(), owner);
        match &self.state {
            State::Incoming { transaction, .. } => {
                registry.add_transaction(Transaction::Server(*transaction), owner);
            }
            State::Outgoing { transaction, .. } => {
                registry.add_transaction(Transaction::Client(*transaction), owner);
            }
            State::Up(_) | State::Ending | State::Over => {}
        }
    }

    /// Whether nothing is expected from the far end any more.
    pub(crate) const fn is_finished(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Whether the far end holds.
    pub(crate) const fn is_held(&self) -> bool {
        self.held
    }

    /// Whether it called us and has no answer yet.
    pub(crate) const fn is_waiting(&self) -> bool {
        matches!(self.state, State::Incoming { .. })
    }

    /// Ends the leg from our side, as its state asks for.
    pub(crate) async fn release(&mut self, switch: &Switch, reason: EndReason) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Incoming { transaction, invite, dialog, .. } => {
                let (status, _) = status_of_reason(reason);
                let status = StatusCode::try_from(status).unwrap_or(StatusCode::SERVER_INTERNAL_ERROR);
                respond(switch, transaction, in_dialog(&invite, &dialog, status)).await;
            }
            // What it was asked with is over.
            State::Outgoing { challenge: Some(_), .. } => {}
            State::Outgoing { transaction, forks, peer, challenge: None, .. } => {
                let (cancelling, challenge) = (true, None);
                self.state = State::Outgoing { transaction, forks, peer, cancelling, challenge };
                if switch.sip().cancel(transaction).await.is_err() {
                    self.state = State::Over;
                }
            }
            State::Up(up) => self.bye(switch, up.dialog).await,
            ended @ (State::Ending | State::Over) => self.state = ended,
        }
    }

    async fn bye(&mut self, switch: &Switch, mut dialog: Dialog) {
        let bye = dialog.request(Method::Bye);
        self.state = match send(switch, &self.key, dialog.peer, bye).await {
            Ok(_) => State::Ending,
            Err(Stopped) => State::Over,
        };
    }

    /// Takes in what came from the far end.
    pub(crate) async fn handle(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        event: SipLegEvent,
    ) -> Vec<LegNews> {
        match event {
            SipLegEvent::Response { transaction, response, from } => {
                self.response(means, now, transaction, response, from).await
            }
            SipLegEvent::NoResponse { transaction } => self.no_response(transaction),
            SipLegEvent::Request { transaction, request, from } => {
                self.request(means, now, transaction, request, from).await
            }
            SipLegEvent::Ack(request) => self.acknowledged(means, now, &request).await,
            SipLegEvent::Cancelled => self.cancelled(means.switch).await,
            SipLegEvent::AckMissing => vec![LegNews::Unusable(EndReason::Lost)],
        }
    }
}

pub(crate) async fn respond(switch: &Switch, transaction: ServerTxId, response: Response) {
    // A transport that has stopped has nobody to answer.
    let _ = switch.sip().respond(transaction, response).await;
}

/// Sends a request within a dialog; what comes of it is told to the dialog's leg.
async fn send(switch: &Switch, key: &DialogKey, peer: Peer, request: Request) -> Result<ClientTxId, Stopped> {
    let transaction = switch.sip().next_client();
    if let Some(owner) = switch.registry.dialog(key) {
        switch.registry.add_transaction(Transaction::Client(transaction), owner);
    }
    switch.sip().request(transaction, request, peer).await?;
    Ok(transaction)
}

async fn open_media(means: Means<'_>, leg: LegId) -> Result<LocalSession, MediaError> {
    let local = means.media.open_rtp(leg.into()).await?;
    Ok(LocalSession::new(means.switch.session_id(), SocketAddr::new(local.ip, local.port)))
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
