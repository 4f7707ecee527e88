//! Legs we call.

use tandem_call::{reason_of_status, sdp::Direction};
use tandem_proto::{Timestamp, api::EndReason};
use tandem_sip::{ClientTxId, Dialog, Method, Name, NameAddr, Peer, Request, Response, Uri};

use super::{ALLOW, Contact, LegNews, Means, SDP, SignalingError, SipLeg, State, Up, open_media};
use crate::{
    calls::{
        Owner,
        registry::{DialogKey, Transaction},
    },
    switch::Switch,
};

impl SipLeg {
    /// Calls a registered phone, with an offer of everything we speak.
    pub(crate) async fn dial(
        means: Means<'_>,
        owner: Owner,
        caller: (String, Option<String>),
        contact: Contact,
    ) -> Result<Self, SignalingError> {
        let switch = means.switch;
        let mut local = open_media(means, owner.leg).await?;
        let user = sip_user(&caller.0);
        let mut from =
            NameAddr::new(Uri::sip(Some(&user), switch.contact_host(), None)).tagged(switch.token_tag());
        if let Some(name) = caller.1 {
            from = from.named(name);
        }
        let to = NameAddr::new(contact.uri.clone());
        let key = DialogKey {
            call_id: switch.token_call_id(),
            local_tag: from.tag().map(ToString::to_string).unwrap_or_default(),
        };
        let invite = Request::new(Method::Invite, contact.uri, from, to, key.call_id.clone(), 1)
            .with(Name::Contact, switch.contact(&contact.peer).to_string())
            .with(Name::Allow, ALLOW)
            .with_body(SDP, local.offer(Direction::SendRecv));
        let invite = switch.sip().leaving(invite, &contact.peer);
        let transaction = switch.sip().next_client();
        switch.registry.add_dialog(key.clone(), owner);
        switch.registry.add_transaction(Transaction::Client(transaction), owner);
        switch.sip().request(transaction, invite.clone(), contact.peer).await?;
        let state = State::Outgoing { transaction, invite, peer: contact.peer, cancelling: false };
        Ok(Self { leg: owner.leg, key, state, local: Some(local), held: false, untold: None })
    }

    /// An answer to a request of ours.
    pub(super) async fn response(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        tx: ClientTxId,
        response: Response,
        from: Peer,
    ) -> Vec<LegNews> {
        let accepts = response.status.is_success() && response.cseq.method == Method::Invite;
        match &mut self.state {
            // A 2xx is known by its dialog: the transaction may be of a node that is gone.
            State::Outgoing { transaction, .. } if *transaction == tx || accepts => {
                self.invite_response(means, now, tx, response, from).await
            }
            State::Up(up) => {
                if up.reoffer.as_ref().is_some_and(|reoffer| reoffer.is_asked_in(tx)) {
                    return self.reoffer_response(means, now, tx, response, from).await;
                }
                if accepts {
                    up.late_answer(means.switch, tx, &response, from).await;
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

    async fn invite_response(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        tx: ClientTxId,
        response: Response,
        from: Peer,
    ) -> Vec<LegNews> {
        let code = response.status.code();
        if code < 200 {
            return if code > 100 { vec![LegNews::Ringing] } else { Vec::new() };
        }
        let State::Outgoing { invite, peer, cancelling, .. } =
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
        let acknowledged = means.switch.sip().ack(tx, ack, dialog.peer).await;
        if cancelling || acknowledged.is_err() {
            // The answer crossed our CANCEL.
            self.bye(means.switch, dialog).await;
            return Vec::new();
        }
        let up = Up { dialog, invite: Some((tx, invite)), answer_due: false, reoffer: None };
        self.state = State::Up(up);
        match self.connect(means, &response.body, peer).await {
            Ok(hold) => {
                self.tell_what_moved(means, now).await;
                std::iter::once(LegNews::Answered).chain(hold).collect()
            }
            Err(reason) => vec![LegNews::Unusable(reason)],
        }
    }

    pub(super) fn no_response(&mut self, tx: ClientTxId) -> Vec<LegNews> {
        match &mut self.state {
            State::Outgoing { transaction, cancelling, .. } if *transaction == tx => {
                let news =
                    if *cancelling { Vec::new() } else { vec![LegNews::Ended(EndReason::Unreachable)] };
                self.state = State::Over;
                news
            }
            State::Up(up) => match up.reoffer.take_if(|reoffer| reoffer.is_asked_in(tx)) {
                Some(reoffer) => vec![LegNews::Unusable(reoffer.reason())],
                None => Vec::new(),
            },
            State::Ending => {
                self.state = State::Over;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}

impl Up {
    /// A 2xx to an INVITE that has one already. A second fork is told at once that it came too late; the same one again has not heard
    /// our ACK, which is repeated here if it was another node's.
    async fn late_answer(&self, switch: &Switch, tx: ClientTxId, response: &Response, from: Peer) {
        let Some((first, invite)) = &self.invite else { return };
        let Ok(mut late) = Dialog::uac(invite, response, from) else { return };
        let other_fork = late.id() != self.dialog.id();
        if other_fork || *first != tx {
            let ack = late.ack(invite.cseq.number);
            let _ = switch.sip().ack(tx, ack, late.peer).await;
        }
        if other_fork {
            let bye = late.request(Method::Bye);
            let _ = switch.sip().request(switch.sip().next_client(), bye, late.peer).await;
        }
    }
}

/// The caller's address as the user part of a SIP URI.
fn sip_user(address: &str) -> String {
    let user = address.strip_prefix("sip:").unwrap_or(address);
    let user = user.split('@').next().unwrap_or_default();
    let safe: String = user.chars().filter(|c| c.is_ascii_alphanumeric() || "+-_.*#".contains(*c)).collect();
    if safe.is_empty() { "anonymous".to_owned() } else { safe }
}
