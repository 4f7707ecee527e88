//! Dialogs: what two user agents share between requests (RFC 3261 §12).

use serde::{Deserialize, Serialize};

use crate::{
    CSeq, Message, Method, Name, NameAddr, ParseError, Peer, RAck, Replaces, Request, Response, StatusCode,
    Text, Uri,
};

/// One side's view of a dialog. Serialisable: what is restored goes on as if nothing had been.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dialog {
    /// Its Call-ID.
    pub call_id: Text,
    /// This side, tagged.
    pub local: NameAddr,
    /// The other side; tagged unless it speaks RFC 2543.
    pub remote: NameAddr,
    /// Where the other side wants requests: its latest Contact.
    pub remote_target: Uri,
    /// Where this side is reached: the Contact of its requests.
    pub contact: NameAddr,
    /// The proxies between, nearest first.
    pub route_set: Vec<NameAddr>,
    /// Where packets for this dialog go: where those of the other side come from, so that they find the way back through a NAT.
    pub peer: Peer,
    /// Early until a 2xx.
    pub state: DialogState,
    /// CSeq number of the latest request sent; `None` before the first.
    local_cseq: Option<u32>,
    /// CSeq number of the latest request received; `None` before the first.
    remote_cseq: Option<u32>,
}

/// How far a dialog is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DialogState {
    /// Made by a provisional response.
    Early,
    /// Made or confirmed by a 2xx.
    Confirmed,
}

/// What tells dialogs apart, seen from this side.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct DialogId {
    /// Call-ID.
    pub call_id: Text,
    /// This side's tag.
    pub local_tag: Text,
    /// The other side's tag; empty for one that speaks RFC 2543.
    pub remote_tag: Text,
}

impl DialogId {
    /// The dialog a received request belongs to; `None` if it is outside any.
    pub fn of_request(request: &Request) -> Option<Self> {
        Some(Self::new(&request.call_id, request.to.tag()?, request.from.tag()))
    }

    /// The dialog a received response belongs to or makes; `None` if it makes none.
    pub fn of_response(response: &Response) -> Option<Self> {
        Some(Self::new(&response.call_id, response.from.tag()?, response.to.tag()))
    }

    fn new(call_id: &Text, local: &Text, remote: Option<&Text>) -> Self {
        Self {
            call_id: call_id.detached(),
            local_tag: local.detached(),
            remote_tag: remote.map(Text::detached).unwrap_or_default(),
        }
    }
}

/// Why a message does not make, or fit, a dialog.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DialogError {
    /// A header it needs is missing or cannot be read.
    #[error(transparent)]
    Header(#[from] ParseError),
    /// The request is older than one already seen (RFC 3261 §12.2.2): answer 500.
    #[error("CSeq {got} after {seen}")]
    OutOfOrder {
        /// The number received.
        got: u32,
        /// The highest number before.
        seen: u32,
    },
    /// It belongs to another dialog: answer 481.
    #[error("belongs to another dialog")]
    Stranger,
    /// Only 101 to 299 make a dialog.
    #[error("status {0} makes no dialog")]
    Status(StatusCode),
}

impl DialogError {
    /// The status that tells the sender of a request.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Header(error) => error.status(),
            Self::OutOfOrder { .. } | Self::Status(_) => StatusCode::SERVER_INTERNAL_ERROR,
            Self::Stranger => StatusCode::NO_SUCH_DIALOG,
        }
    }
}

impl Dialog {
    /// The caller's side: from the INVITE it sent to `peer` and a response to it (101 to 299). The responses of a forked INVITE make a
    /// dialog each.
    pub fn uac(request: &Request, response: &Response, peer: Peer) -> Result<Self, DialogError> {
        let state = state_after(response.status)?;
        Ok(Self {
            call_id: request.call_id.detached(),
            local: request.from.detached(),
            remote: response.to.detached(),
            remote_target: target(response, &request.uri, state)?,
            contact: request.headers.contact()?.detached(),
            route_set: route_set_of(response)?,
            peer,
            state,
            local_cseq: Some(request.cseq.number),
            remote_cseq: None,
        })
    }

    /// The called side: from the INVITE received from `peer`, the tag put into its responses, and our Contact. Early until
    /// [`Dialog::confirm`].
    pub fn uas(
        request: &Request,
        local_tag: impl Into<Text>,
        contact: NameAddr,
        peer: Peer,
    ) -> Result<Self, DialogError> {
        Ok(Self {
            call_id: request.call_id.detached(),
            local: request.to.detached().tagged(local_tag),
            remote: request.from.detached(),
            remote_target: request.headers.contact()?.uri.detached(),
            contact,
            route_set: detached(request.headers.addresses(&Name::RecordRoute)?),
            peer: peer.listening_at(&request.headers.contact()?.uri),
            state: DialogState::Early,
            local_cseq: None,
            remote_cseq: Some(request.cseq.number),
        })
    }

    /// What tells it from others.
    pub fn id(&self) -> DialogId {
        let tag = |address: &NameAddr| address.tag().cloned().unwrap_or_default();
        DialogId { call_id: self.call_id.clone(), local_tag: tag(&self.local), remote_tag: tag(&self.remote) }
    }

    /// The called side sent its 2xx.
    pub const fn confirm(&mut self) {
        self.state = DialogState::Confirmed;
    }

    /// The next request of this side: BYE, re-INVITE, UPDATE, INFO … with its own CSeq.
    pub fn request(&mut self, method: Method) -> Request {
        let number = self.local_cseq.map_or(1, |last| last + 1);
        self.local_cseq = Some(number);
        let mut request = self.build(method, number);
        request.headers.push(Name::Contact, self.contact.to_string());
        request
    }

    /// The PRACK that confirms a reliable provisional response (RFC 3262 §4).
    pub fn prack(&mut self, rack: &RAck) -> Request {
        self.request(Method::Prack).with(Name::RAck, rack.to_string())
    }

    /// Leaves out CSeq numbers: after restoring a dialog whose latest requests may not have been saved. They only have to rise
    /// (RFC 3261 §12.2.1.1).
    pub fn skip(&mut self, numbers: u32) {
        self.local_cseq = Some(self.local_cseq.unwrap_or(0).saturating_add(numbers));
    }

    /// The ACK for a 2xx to the INVITE numbered `invite_cseq` (RFC 3261 §13.2.2.4). It is no transaction.
    pub fn ack(&self, invite_cseq: u32) -> Request {
        self.build(Method::Ack, invite_cseq)
    }

    /// Takes in a request of the other side: checks its order, moves the remote target if the method does, and follows the path the
    /// packets take. ACK and CANCEL go by the number of their INVITE and change nothing.
    pub fn receive(&mut self, request: &Request, from: Peer) -> Result<(), DialogError> {
        if DialogId::of_request(request).as_ref() != Some(&self.id()) {
            return Err(DialogError::Stranger);
        }
        if matches!(request.method, Method::Ack | Method::Cancel) {
            return Ok(());
        }
        let got = request.cseq.number;
        if let Some(seen) = self.remote_cseq.filter(|seen| got <= *seen) {
            return Err(DialogError::OutOfOrder { got, seen });
        }
        if request.method.refreshes_target() && request.headers.has(&Name::Contact) {
            self.remote_target = request.headers.contact()?.uri.detached();
        }
        self.remote_cseq = Some(got);
        self.peer = from.listening_at(&self.remote_target);
        Ok(())
    }

    /// Takes in a response to a request of this side: a 2xx to INVITE confirms an early dialog and, as one to UPDATE, moves the remote
    /// target.
    pub fn receive_response(&mut self, response: &Response) -> Result<(), DialogError> {
        if DialogId::of_response(response).as_ref() != Some(&self.id()) {
            return Err(DialogError::Stranger);
        }
        if !response.status.is_success() || !response.cseq.method.refreshes_target() {
            return Ok(());
        }
        if response.headers.has(&Name::Contact) {
            self.remote_target = response.headers.contact()?.uri.detached();
        }
        if self.state == DialogState::Early && response.cseq.method == Method::Invite {
            // The 2xx has the last word on the route (RFC 3261 §13.2.2.4).
            self.route_set = route_set_of(response)?;
            self.state = DialogState::Confirmed;
        }
        Ok(())
    }

    /// A strict router as first hop gets the Request-URI, and the target goes last (RFC 3261 §12.2.1.1).
    fn build(&self, method: Method, number: u32) -> Request {
        let mut uri = self.remote_target.clone();
        let mut routes: Vec<NameAddr> = self.route_set.clone();
        let strict = |first: &NameAddr| first.uri.as_sip().is_some_and(|sip| !sip.params.has("lr"));
        if routes.first().is_some_and(strict) {
            uri = routes.remove(0).uri;
            routes.push(NameAddr::new(self.remote_target.clone()));
        }
        let mut request =
            Request::new(method, uri, self.local.clone(), self.remote.clone(), self.call_id.clone(), number);
        routes.iter().for_each(|route| request.headers.push(Name::Route, route.to_string()));
        request
    }

    /// Whether a new INVITE with this Replaces may take the dialog's place (RFC 3891 §3). A confirmed dialog is refused with 486 where only
    /// an early one is meant; an early one is replaced only at the side that made it (`made_by_us`), and refused with 481 at the other.
    pub fn replaceable(&self, replaces: &Replaces, made_by_us: bool) -> Result<(), StatusCode> {
        if replaces.dialog() != self.id() {
            return Err(StatusCode::NO_SUCH_DIALOG);
        }
        match self.state {
            DialogState::Confirmed if replaces.early_only => Err(StatusCode::BUSY_HERE),
            DialogState::Early if !made_by_us => Err(StatusCode::NO_SUCH_DIALOG),
            _ => Ok(()),
        }
    }

    /// CSeq of the latest request of this side, to answer its INVITE's 2xx or to cancel it.
    pub const fn local_cseq(&self) -> Option<u32> {
        self.local_cseq
    }

    /// Whether a message names this dialog.
    pub fn owns(&self, message: &Message) -> bool {
        let id = match message {
            Message::Request(request) => DialogId::of_request(request),
            Message::Response(response) => DialogId::of_response(response),
        };
        id.is_some_and(|id| id == self.id())
    }

    /// The CSeq the next request of this side will have, for a body that must name it.
    pub fn next_cseq(&self, method: Method) -> CSeq {
        CSeq { number: self.local_cseq.map_or(1, |last| last + 1), method }
    }
}

fn state_after(status: StatusCode) -> Result<DialogState, DialogError> {
    match status.code() {
        101..200 => Ok(DialogState::Early),
        200..300 => Ok(DialogState::Confirmed),
        _ => Err(DialogError::Status(status)),
    }
}

/// A 2xx must have a Contact; an early dialog may do without, and then the Request-URI stands in.
fn target(response: &Response, request_uri: &Uri, state: DialogState) -> Result<Uri, DialogError> {
    if state == DialogState::Early && !response.headers.has(&Name::Contact) {
        return Ok(request_uri.detached());
    }
    Ok(response.headers.contact()?.uri.detached())
}

/// The caller's route is the Record-Route read from the far end.
fn route_set_of(response: &Response) -> Result<Vec<NameAddr>, DialogError> {
    let mut routes = detached(response.headers.addresses(&Name::RecordRoute)?);
    routes.reverse();
    Ok(routes)
}

fn detached(addresses: Vec<NameAddr>) -> Vec<NameAddr> {
    addresses.iter().map(NameAddr::detached).collect()
}
