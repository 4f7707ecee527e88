//! Legs that called us.

use tandem_call::sdp::{Description, Direction};
use tandem_proto::{LegId, Timestamp, api::EndReason};
use tandem_sip::{Dialog, Name, Request, ServerTxId, StatusCode};

use super::{
    ALLOW, LegNews, Means, SDP, SUPPORTED, SignalingError, SipLeg, State, Timing, Up, in_dialog, open_media,
    reliable::sender_for,
    respond,
    session::{is_hold, remote_of},
};
use crate::{calls::registry::DialogKey, switch::Switch};

impl SipLeg {
    /// The leg of an INVITE that came in.
    pub(crate) fn incoming(
        leg: LegId,
        transaction: ServerTxId,
        invite: Request,
        dialog: Dialog,
        offer: Option<Description>,
    ) -> Self {
        let key = DialogKey::of(&dialog.id());
        let reliable = sender_for(&invite);
        let state = State::Incoming { transaction, invite, dialog: Box::new(dialog), offer, reliable };
        Self { leg, key, state, local: None, held: false, untold: None }
    }

    /// Makes sure that the caller can be answered: its media is there and knows where to send.
    pub(crate) async fn prepare(&mut self, means: Means<'_>) -> Result<(), SignalingError> {
        let State::Incoming { dialog, offer, .. } = &self.state else { return Ok(()) };
        if self.local.is_some() {
            return Ok(());
        }
        let local = open_media(means, self.leg).await?;
        if let Some(offer) = offer {
            means.media.connect_rtp(self.leg.into(), remote_of(offer, dialog.peer)).await?;
            self.held = is_hold(offer.direction);
        }
        self.local = Some(local);
        Ok(())
    }

    /// Answers the caller: 200 with our answer, or with an offer if it sent none.
    pub(crate) async fn accept(&mut self, means: Means<'_>, now: Timestamp) -> Result<(), SignalingError> {
        self.prepare(means).await?;
        let (State::Incoming { transaction, invite, dialog, offer, reliable }, Some(local)) =
            (&mut self.state, &mut self.local)
        else {
            return Ok(());
        };
        let (sdp, answer_due) = match &offer {
            Some(offer) => (local.answer(offer), false),
            None => (local.offer(Direction::SendRecv), true),
        };
        let mut timing = Timing::default();
        // One that is too small was refused when it came.
        let timer = means.switch.config.session_timer.answer(now, invite, false).unwrap_or_default();
        timing.agreed(timer, &invite.headers);
        let mut ok = in_dialog(invite, dialog, StatusCode::OK)
            .with(Name::Contact, dialog.contact.to_string())
            .with(Name::Allow, ALLOW)
            .with(Name::Supported, SUPPORTED)
            .with_body(SDP, sdp);
        timing.write_answer(&mut ok);
        let mut reliable = reliable.take().filter(|sender| sender.is_out());
        if let Some(sender) = &mut reliable {
            sender.finish();
        }
        let (transaction, mut dialog) = (*transaction, dialog.clone());
        dialog.confirm();
        self.state = State::Up(Box::new(Up {
            dialog: *dialog,
            forks: None,
            answer_due,
            reoffer: None,
            timing,
            reliable,
            referral: None,
        }));
        means.switch.sip().respond(transaction, ok).await?;
        Ok(())
    }

    /// Answers a caller whom a node that is gone may have answered already, with media that is not there any more: told again once it
    /// acknowledges.
    pub(crate) async fn accept_again(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
    ) -> Result<(), SignalingError> {
        self.accept(means, now).await?;
        self.untold = Some(EndReason::Restart);
        Ok(())
    }

    pub(super) async fn cancelled(&mut self, switch: &Switch) -> Vec<LegNews> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Incoming { transaction, invite, dialog, .. } => {
                respond(switch, transaction, in_dialog(&invite, &dialog, StatusCode::REQUEST_TERMINATED))
                    .await;
                vec![LegNews::Ended(EndReason::Cancelled)]
            }
            other => {
                self.state = other;
                Vec::new()
            }
        }
    }

    /// The ACK for a 2xx of ours; it carries the answer if the 2xx offered.
    pub(super) async fn acknowledged(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        ack: &Request,
    ) -> Vec<LegNews> {
        let State::Up(up) = &mut self.state else { return Vec::new() };
        if !std::mem::take(&mut up.answer_due) {
            self.tell_what_moved(means, now).await;
            return Vec::new();
        }
        let peer = up.dialog.peer;
        match self.connect(means, &ack.body, peer).await {
            Ok(hold) => {
                self.tell_what_moved(means, now).await;
                hold.into_iter().collect()
            }
            Err(reason) => vec![LegNews::Unusable(reason)],
        }
    }
}
