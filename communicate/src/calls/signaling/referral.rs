//! A phone that has the other side talk to somebody else: its REFER, and how that goes (RFC 3515).

use tandem_sip::{Name, NameAddr, Referral, Replaces, Request, ServerTxId, StatusCode};

use super::{LegNews, SipLeg, State, respond, send};
use crate::switch::Switch;

impl SipLeg {
    /// Whom the phone wants called.
    pub(crate) fn refers_to(&self) -> Option<&NameAddr> {
        let State::Up(up) = &self.state else { return None };
        up.referral.as_ref().map(|referral| &referral.target)
    }

    /// The dialog the phone wants joined with its own.
    pub(crate) fn refers_to_dialog(&self) -> Option<Replaces> {
        let State::Up(up) = &self.state else { return None };
        // One that cannot be read was refused.
        up.referral.as_ref()?.replaces().ok().flatten()
    }

    pub(super) async fn refer_received(
        &mut self,
        switch: &Switch,
        tx: ServerTxId,
        refer: &Request,
    ) -> Vec<LegNews> {
        let accepted = self.accept_referral(refer);
        let (response, accepted) = match accepted {
            Ok(accepted) => (accepted, true),
            Err(refused) => (*refused, false),
        };
        respond(switch, tx, response).await;
        if accepted {
            self.referred(switch, StatusCode::TRYING).await;
        }
        accepted.then_some(LegNews::Refers).into_iter().collect()
    }

    fn accept_referral(
        &mut self,
        refer: &Request,
    ) -> Result<tandem_sip::Response, Box<tandem_sip::Response>> {
        let refused = |status| Box::new(refer.response(status));
        let State::Up(up) = &mut self.state else { return Err(refused(StatusCode::REQUEST_PENDING)) };
        if up.referral.is_some() {
            return Err(refused(StatusCode::REQUEST_PENDING));
        }
        let (referral, response) = Referral::accept(refer)?;
        referral.replaces().map_err(|error| refused(error.status()))?;
        up.referral = Some(referral);
        Ok(response.with(Name::Contact, up.dialog.contact.to_string()))
    }

    /// Tells the phone how its transfer goes, or went.
    pub(crate) async fn referred(&mut self, switch: &Switch, status: StatusCode) {
        let State::Up(up) = &mut self.state else { return };
        let Some(referral) = &mut up.referral else { return };
        let notify = referral.notify(&mut up.dialog, status);
        if status.is_final() {
            up.referral = None;
        }
        if let Some(notify) = notify {
            // Whether it is heard changes nothing.
            let _ = send(switch, &self.key, up.dialog.peer, notify).await;
        }
    }
}
