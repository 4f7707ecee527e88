//! Legs we call.

use tandem_call::{reason_of_status, sdp::Direction};
use tandem_proto::{Timestamp, api::EndReason};
use tandem_sip::{
    ClientTxId, Dialog, ForkEvent, Forks, Method, Name, NameAddr, Peer, Request, Response, Uri,
};

use super::{
    ALLOW, Calling, Contact, LegNews, Means, SDP, SUPPORTED, SignalingError, SipLeg, State, Timing, Up,
    open_media, send, timing::asking_for_longer,
};
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
        caller: Calling,
        contact: Contact,
    ) -> Result<Self, SignalingError> {
        let switch = means.switch;
        let mut local = open_media(means, owner.leg).await?;
        let user = sip_user(&caller.address);
        let mut from =
            NameAddr::new(Uri::sip(Some(&user), switch.contact_host(), None)).tagged(switch.token_tag());
        if let Some(name) = caller.name {
            from = from.named(name);
        }
        let to = NameAddr::new(contact.uri.clone());
        let key = DialogKey {
            call_id: switch.token_call_id(),
            local_tag: from.tag().map(ToString::to_string).unwrap_or_default(),
        };
        let mut invite = Request::new(Method::Invite, contact.uri, from, to, key.call_id.clone(), 1)
            .with(Name::Contact, switch.contact(&contact.peer).to_string())
            .with(Name::Allow, ALLOW)
            .with(Name::Supported, SUPPORTED)
            .with_body(SDP, local.offer(Direction::SendRecv));
        if caller.asserted && !caller.address.is_empty() {
            let asserted = NameAddr::new(Uri::sip(Some(&user), switch.contact_host(), None));
            invite.headers.push(Name::PAssertedIdentity, asserted.to_string());
        }
        switch.config.session_timer.write_offer(&mut invite);
        let invite = switch.sip().leaving(invite, &contact.peer);
        let transaction = switch.sip().next_client();
        switch.registry.add_dialog(key.clone(), owner);
        switch.registry.add_transaction(Transaction::Client(transaction), owner);
        switch.sip().request(transaction, invite.clone(), contact.peer).await?;
        let forks = Forks::new(invite);
        let (peer, cancelling, challenge) = (contact.peer, false, None);
        let state = State::Outgoing { transaction, forks, peer, cancelling, challenge };
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
                if up.timing.is_asked_in(tx) {
                    return self.update_response(means, now, tx, &response).await;
                }
                if accepts {
                    up.late_answer(means.switch, tx, &response, from).await;
                }
                Vec::new()
            }
            State::Ending if response.status.is_final() && response.cseq.method == Method::Bye => {
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
        if self.ask_for_longer(means, &response).await {
            return Vec::new();
        }
        if self.is_challenged_by(&response) {
            return vec![LegNews::Challenged];
        }
        let State::Outgoing { forks, peer, cancelling, .. } = &mut self.state else { return Vec::new() };
        let (code, cancelling) = (response.status.code(), *cancelling);
        let peer = Peer { flow: from.flow.or(peer.flow), ..*peer };
        match forks.receive(&response, peer) {
            Ok(ForkEvent::Early { prack, .. }) => {
                if let Some(prack) = prack {
                    // If it is lost with the transport, so is all else.
                    let _ = send(means.switch, &self.key, peer, *prack).await;
                }
                vec![LegNews::Ringing]
            }
            Ok(ForkEvent::Answered { dialog, answer }) => {
                self.far_end_answered(means, now, tx, (&response, &answer), *dialog).await
            }
            Ok(ForkEvent::Failed) => {
                self.state = State::Over;
                let reason = reason_of_status(code);
                match code {
                    _ if cancelling => Vec::new(),
                    408 | 500..=599 => vec![LegNews::Failed(reason)],
                    _ => vec![LegNews::Ended(reason)],
                }
            }
            // One that makes no dialog says that somebody is alerted all the same.
            Ok(_) | Err(_) if code < 200 => {
                let rings = code > 100 && response.to.tag().is_none();
                vec![if rings { LegNews::Ringing } else { LegNews::Heard }]
            }
            Ok(_) => Vec::new(),
            Err(error) => {
                tracing::info!(leg = %self.leg, %error, "phone answered without what a dialog needs");
                self.state = State::Over;
                vec![LegNews::Ended(EndReason::Failed)]
            }
        }
    }

    async fn far_end_answered(
        &mut self,
        means: Means<'_>,
        now: Timestamp,
        tx: ClientTxId,
        (response, answer): (&Response, &[u8]),
        dialog: Dialog,
    ) -> Vec<LegNews> {
        let State::Outgoing { forks, cancelling, .. } = std::mem::replace(&mut self.state, State::Over)
        else {
            return Vec::new();
        };
        let ack = dialog.ack(response.cseq.number);
        let acknowledged = means.switch.sip().ack(tx, ack, dialog.peer).await;
        if cancelling || acknowledged.is_err() {
            // The answer crossed our CANCEL.
            self.bye(means.switch, dialog).await;
            return Vec::new();
        }
        let peer = dialog.peer;
        let mut timing = Timing::default();
        timing.answered(&means.switch.config.session_timer, now, response);
        let forks = Some((tx, forks));
        self.state = State::Up(Box::new(Up {
            dialog,
            forks,
            answer_due: false,
            reoffer: None,
            timing,
            reliable: None,
            referral: None,
        }));
        match self.connect(means, answer, peer).await {
            Ok(hold) => {
                self.tell_what_moved(means, now).await;
                std::iter::once(LegNews::Answered).chain(hold).collect()
            }
            Err(reason) => vec![LegNews::Unusable(reason)],
        }
    }

    /// Asks a far end that finds our session interval too small again, for as much as it wants. Whether this was such a refusal.
    async fn ask_for_longer(&mut self, means: Means<'_>, response: &Response) -> bool {
        let State::Outgoing { transaction, forks, peer, cancelling: false, .. } = &mut self.state else {
            return false;
        };
        let (switch, config) = (means.switch, &means.switch.config.session_timer);
        let Some(invite) = asking_for_longer(config, forks.invite(), response) else { return false };
        let invite = switch.sip().leaving(invite, peer);
        let Ok(asked) = send(switch, &self.key, *peer, invite.clone()).await else { return false };
        (*transaction, *forks) = (asked, Forks::new(invite));
        true
    }

    pub(super) fn no_response(&mut self, tx: ClientTxId) -> Vec<LegNews> {
        match &mut self.state {
            State::Outgoing { transaction, cancelling, .. } if *transaction == tx => {
                let news =
                    if *cancelling { Vec::new() } else { vec![LegNews::Failed(EndReason::Unreachable)] };
                self.state = State::Over;
                news
            }
            State::Up(up) => {
                let reoffer = up.reoffer.take_if(|reoffer| reoffer.is_asked_in(tx));
                let refresh = up.timing.take_asked(tx).then_some(EndReason::Lost);
                let reason = reoffer.map(|reoffer| reoffer.reason()).or(refresh);
                reason.map(LegNews::Unusable).into_iter().collect()
            }
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
    async fn late_answer(&mut self, switch: &Switch, tx: ClientTxId, response: &Response, from: Peer) {
        let Some((first, forks)) = &mut self.forks else { return };
        match forks.receive(response, from) {
            Ok(ForkEvent::Surplus(requests)) => {
                let [ack, bye] = *requests;
                let _ = switch.sip().ack(tx, ack, from).await;
                let _ = switch.sip().request(switch.sip().next_client(), bye, from).await;
            }
            Ok(ForkEvent::Again) if *first != tx => {
                let ack = self.dialog.ack(response.cseq.number);
                let _ = switch.sip().ack(tx, ack, self.dialog.peer).await;
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "a late answer makes no dialog"),
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
