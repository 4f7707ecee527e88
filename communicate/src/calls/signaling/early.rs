//! UPDATE in a dialog that is early (RFC 3311): a caller who waits, or a phone that rings, has moved or describes its media anew.

use tandem_call::sdp::Description;
use tandem_sip::{DialogError, Method, Name, Peer, Request, Response, ServerTxId, StatusCode};

use super::{ALLOW, SDP, SUPPORTED, SipLeg, State, check, refusal, respond};
use crate::switch::Switch;

/// How long a caller whose offer we have yet to answer waits with the next, in seconds (RFC 3311 §5.2: up to ten).
const ANSWER_COMES_FIRST_S: &str = "5";

impl SipLeg {
    /// A re-INVITE or UPDATE of a caller who has no answer yet; its dialog has taken it in.
    pub(super) async fn request_of_who_waits(&self, switch: &Switch, tx: ServerTxId, request: &Request) {
        let response = match &self.state {
            State::Incoming { dialog, .. } if request.method == Method::Update && request.body.is_empty() => {
                taken(request, dialog.contact.to_string())
            }
            // What it offered in its INVITE is not answered.
            State::Incoming { .. } => request
                .response(StatusCode::SERVER_INTERNAL_ERROR)
                .with(Name::RetryAfter, ANSWER_COMES_FIRST_S),
            _ => request.response(StatusCode::REQUEST_PENDING),
        };
        respond(switch, tx, response).await;
    }

    /// A request of a phone that rings, in one of its early dialogs.
    pub(super) async fn request_of_who_rings(
        &mut self,
        switch: &Switch,
        tx: ServerTxId,
        request: &Request,
        from: Peer,
    ) {
        let response = self.answer_to_who_rings(request, from).unwrap_or_else(|refusal| *refusal);
        respond(switch, tx, response).await;
    }

    fn answer_to_who_rings(&mut self, request: &Request, from: Peer) -> Result<Response, Box<Response>> {
        let refused = |status| Box::new(request.response(status));
        let tag = request.from.tag().cloned().unwrap_or_default();
        let (State::Outgoing { forks, .. }, Some(local)) = (&mut self.state, &mut self.local) else {
            return Err(refused(StatusCode::NO_SUCH_DIALOG));
        };
        let dialog = forks.dialog(&tag).ok_or_else(|| refused(StatusCode::NO_SUCH_DIALOG))?;
        dialog.receive(request, from).map_err(|error: DialogError| refused(error.status()))?;
        let contact = dialog.contact.to_string();
        match request.method {
            Method::Options => return Ok(taken(request, contact)),
            Method::Update => check(request)?,
            _ => {
                let refused = request.response(StatusCode::METHOD_NOT_ALLOWED);
                return Err(Box::new(refused.with(Name::Allow, ALLOW)));
            }
        }
        if request.body.is_empty() {
            return Ok(taken(request, contact));
        }
        if !forks.has_answered(&tag) {
            // Our own offer is out.
            return Err(refused(StatusCode::REQUEST_PENDING));
        }
        let offer = Description::parse(&request.body).map_err(|error| Box::new(refusal(request, &error)))?;
        forks.redescribed(&tag, request.body.clone());
        Ok(taken(request, contact).with_body(SDP, local.answer(&offer)))
    }
}

fn taken(request: &Request, contact: String) -> Response {
    let ok = request.response(StatusCode::OK).with(Name::Contact, contact);
    ok.with(Name::Allow, ALLOW).with(Name::Supported, SUPPORTED)
}
