//! Requests of the far end within its dialog.

use tandem_call::sdp::{Description, Direction};
use tandem_proto::{Timestamp, api::EndReason};
use tandem_sip::{Method, Name, Peer, Request, ServerTxId, StatusCode};

use super::{
    ALLOW, LegNews, Means, SDP, SUPPORTED, SipLeg, State, check, in_dialog, refusal, respond,
    session::{digit_of, remote_of},
};
use crate::switch::Switch;

impl SipLeg {
    pub(super) async fn request(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        tx: ServerTxId,
        request: Request,
        from: Peer,
    ) -> Vec<LegNews> {
        let switch = means.switch;
        let dialog = match &mut self.state {
            State::Up(up) => &mut up.dialog,
            State::Incoming { dialog, .. } => dialog,
            State::Outgoing { .. } => {
                self.request_of_who_rings(switch, tx, &request, from).await;
                return Vec::new();
            }
            State::Ending | State::Over => {
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
            Method::Invite | Method::Update => self.renegotiate(means, now, tx, &request).await,
            Method::Refer => self.refer_received(switch, tx, &request).await,
            Method::Prack => {
                self.confirmed(switch, now, tx, &request).await;
                Vec::new()
            }
            Method::Info => {
                let digit = digit_of(&request);
                respond(switch, tx, request.response(StatusCode::OK)).await;
                digit.map(LegNews::Digit).into_iter().collect()
            }
            Method::Options => {
                let ok = request.response(StatusCode::OK).with(Name::Allow, ALLOW);
                respond(switch, tx, ok.with(Name::Supported, SUPPORTED)).await;
                Vec::new()
            }
            _ => {
                let refused = request.response(StatusCode::METHOD_NOT_ALLOWED).with(Name::Allow, ALLOW);
                respond(switch, tx, refused).await;
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
    /// refreshes. While an offer of ours is out it has to wait (RFC 3261 §14.2).
    async fn renegotiate(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        tx: ServerTxId,
        request: &Request,
    ) -> Vec<LegNews> {
        let switch = means.switch;
        if let Err(response) = check(request) {
            respond(switch, tx, *response).await;
            return Vec::new();
        }
        let (State::Up(up), Some(local)) = (&mut self.state, &mut self.local) else {
            self.request_of_who_waits(switch, tx, request).await;
            return Vec::new();
        };
        let describes = !request.body.is_empty() || request.method == Method::Invite;
        if describes && up.reoffer.as_ref().is_some_and(super::Reoffer::is_asked) {
            respond(switch, tx, request.response(StatusCode::REQUEST_PENDING)).await;
            return Vec::new();
        }
        let timer = match switch.config.session_timer.answer(now, request, false) {
            Ok(timer) => timer,
            Err(response) => {
                respond(switch, tx, *response).await;
                return Vec::new();
            }
        };
        let mut ok = request
            .response(StatusCode::OK)
            .with(Name::Contact, up.dialog.contact.to_string())
            .with(Name::Allow, ALLOW)
            .with(Name::Supported, SUPPORTED);
        if let Some(timer) = &timer {
            timer.write_answer(&mut ok);
        }
        if request.body.is_empty() {
            up.timing.agreed(timer, &request.headers);
            let ok = if request.method == Method::Invite {
                up.answer_due = true;
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
        let remote = remote_of(&offer, up.dialog.peer);
        if let Err(error) = means.media.connect_rtp(self.leg.into(), remote).await {
            tracing::warn!(leg = %self.leg, %error, "media cannot be changed");
            respond(switch, tx, request.response(StatusCode::SERVER_INTERNAL_ERROR)).await;
            return Vec::new();
        }
        // Our answer says where we are now: nothing is left to be told.
        let told = up.reoffer.take().map(|_| LegNews::Moved);
        up.timing.agreed(timer, &request.headers);
        respond(switch, tx, ok.with_body(SDP, local.answer(&offer))).await;
        self.held_by(offer.direction).into_iter().chain(told).collect()
    }
}
