//! Telling a caller that somebody is alerted; reliably where it asks for that (RFC 3262).

use tandem_proto::{Timestamp, api::EndReason};
use tandem_sip::{Name, ReliableDue, ReliableSender, Request, Response, ServerTxId, StatusCode, Timers};

use super::{ALLOW, LegNews, SUPPORTED, SipLeg, State, in_dialog, respond};
use crate::switch::Switch;

/// What keeps the responses that a caller wants to confirm. One that only could is spared the round trips.
pub(super) fn sender_for(invite: &Request) -> Option<Box<ReliableSender>> {
    // The first of them would have to carry the offer that the INVITE has not (RFC 3262 §5): nothing is told before the answer.
    let wanted = ReliableSender::is_required(invite) && !invite.body.is_empty();
    wanted.then(|| ReliableSender::of(invite, rand::random())).flatten().map(Box::new)
}

impl SipLeg {
    /// Tells the caller that somebody is alerted.
    pub(crate) async fn alert(&mut self, switch: &Switch, now: Timestamp) {
        let State::Incoming { transaction, invite, dialog, reliable, .. } = &mut self.state else { return };
        let ringing = in_dialog(invite, dialog, StatusCode::RINGING)
            .with(Name::Contact, dialog.contact.to_string())
            .with(Name::Allow, ALLOW)
            .with(Name::Supported, SUPPORTED);
        let ringing = match reliable {
            // It knows, or will.
            Some(sender) if sender.has_begun() => None,
            Some(sender) => sender.send(now, &Timers::default(), ringing),
            None if ReliableSender::is_required(invite) => None,
            None => Some(ringing),
        };
        if let Some(ringing) = ringing {
            respond(switch, *transaction, ringing).await;
        }
    }

    /// A PRACK: what it confirms is not repeated any more.
    pub(super) async fn confirmed(
        &mut self,
        switch: &Switch,
        now: Timestamp,
        tx: ServerTxId,
        prack: &Request,
    ) {
        let (sender, invite) = match &mut self.state {
            State::Incoming { transaction, reliable, .. } => (reliable.as_mut(), Some(*transaction)),
            State::Up(up) => (up.reliable.as_mut(), None),
            State::Outgoing { .. } | State::Ending | State::Over => (None, None),
        };
        let Some(sender) = sender else {
            return respond(switch, tx, prack.response(StatusCode::NO_SUCH_DIALOG)).await;
        };
        if !prack.body.is_empty() {
            // No description of ours is out that could be answered, and theirs has no answer yet.
            return respond(switch, tx, prack.response(StatusCode::NOT_ACCEPTABLE_HERE)).await;
        }
        match sender.prack(now, &Timers::default(), prack) {
            Ok(next) => {
                respond(switch, tx, prack.response(StatusCode::OK)).await;
                if let (Some(next), Some(invite)) = (next, invite) {
                    respond(switch, invite, next).await;
                }
            }
            Err(status) => respond(switch, tx, prack.response(status)).await,
        }
    }

    /// The time of what waits for its PRACK has come.
    pub(super) async fn confirmation_due(&mut self, switch: &Switch, now: Timestamp) -> Option<LegNews> {
        let State::Incoming { transaction, invite, dialog, reliable: Some(sender), .. } = &mut self.state
        else {
            return None;
        };
        let (transaction, due) = (*transaction, sender.elapse(now)?);
        let response: Response = match due {
            ReliableDue::Again(response) => *response,
            ReliableDue::GiveUp => in_dialog(invite, dialog, StatusCode::SERVER_TIMEOUT),
        };
        let given_up = response.status.is_final();
        respond(switch, transaction, response).await;
        given_up.then(|| {
            self.state = State::Over;
            LegNews::Ended(EndReason::Lost)
        })
    }
}
