//! A leg's SIP side as it is kept, to go on with on another node.

use serde::{Deserialize, Serialize};
use tandem_call::sdp::{Description, LocalSession};
use tandem_proto::{LegId, api::EndReason};
use tandem_sip::{Dialog, Forks, Peer, Referral, ReliableSender, Request};

use super::{SipLeg, State, Stopped, Timing, Up};
use crate::{calls::registry::DialogKey, switch::Switch};

/// Requests of ours that may have been sent after the latest save: their CSeq numbers are not used again.
const CSEQ_MARGIN: u32 = 1_000;

/// A leg's SIP side, kept.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SavedLeg {
    leg: LegId,
    key: DialogKey,
    state: SavedState,
    local: Option<LocalSession>,
    held: bool,
    untold: Option<EndReason>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedState {
    Incoming {
        invite: Request,
        dialog: Box<Dialog>,
        offer: Option<Description>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reliable: Option<Box<ReliableSender>>,
    },
    Outgoing {
        #[serde(flatten)]
        forks: Forks,
        peer: Peer,
        cancelling: bool,
    },
    Up(Box<SavedUp>),
    Over,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedUp {
    dialog: Dialog,
    invite: Option<Request>,
    answer_due: bool,
    #[serde(default, skip_serializing_if = "Timing::is_blank")]
    timing: Timing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reliable: Option<Box<ReliableSender>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    referral: Option<Referral>,
}

impl SipLeg {
    pub(crate) fn saved(&self) -> SavedLeg {
        let Self { leg, key, state, local, held, untold } = self;
        let (state, untold) = match state {
            State::Incoming { invite, dialog, offer, reliable, .. } => {
                let (invite, dialog) = (invite.clone(), dialog.clone());
                let (offer, reliable) = (offer.clone(), reliable.clone());
                (SavedState::Incoming { invite, dialog, offer, reliable }, *untold)
            }
            State::Outgoing { forks, peer, cancelling, .. } => {
                let (forks, peer, cancelling) = (forks.clone(), *peer, *cancelling);
                (SavedState::Outgoing { forks, peer, cancelling }, *untold)
            }
            State::Up(up) => {
                let invite = up.forks.as_ref().map(|(_, forks)| forks.invite().clone());
                // What is being told is told anew.
                let told = up.reoffer.as_ref().filter(|reoffer| reoffer.is_move());
                let untold = untold.or(told.map(super::Reoffer::reason));
                let (dialog, answer_due) = (up.dialog.clone(), up.answer_due);
                let (timing, reliable, referral) =
                    (up.timing.kept(), up.reliable.clone(), up.referral.clone());
                let up = SavedUp { dialog, invite, answer_due, timing, reliable, referral };
                (SavedState::Up(Box::new(up)), untold)
            }
            // Whoever takes over has nothing to say to a far end that was told goodbye.
            State::Ending | State::Over => (SavedState::Over, None),
        };
        SavedLeg { leg: *leg, key: key.clone(), state, local: local.clone(), held: *held, untold }
    }
}

impl SavedLeg {
    /// Goes on with it here, once it is registered and [`SipLeg::go_on`] was called: its transactions are this node's now, and numbers that
    /// may have been used are left out.
    pub(crate) fn restore(self, switch: &Switch) -> SipLeg {
        let Self { leg, key, state, mut local, held, untold } = self;
        if let Some(local) = &mut local {
            local.restored();
        }
        let state = match state {
            SavedState::Incoming { invite, mut dialog, offer, reliable } => {
                // It may have been answered, and asked something, since.
                dialog.skip(CSEQ_MARGIN);
                State::Incoming { transaction: switch.sip().next_server(), invite, dialog, offer, reliable }
            }
            SavedState::Outgoing { mut forks, peer, cancelling } => {
                forks.restored(CSEQ_MARGIN);
                let transaction = switch.sip().next_client();
                // One that was challenged is asked again.
                State::Outgoing { transaction, forks, peer, cancelling, challenge: None }
            }
            SavedState::Up(up) => {
                let SavedUp { mut dialog, invite, answer_due, mut timing, reliable, referral } = *up;
                dialog.skip(CSEQ_MARGIN);
                timing.restored(switch.clock.now());
                let forks = invite
                    .map(|invite| (switch.sip().next_client(), Forks::answered_by(invite, dialog.clone())));
                let up = Up { dialog, forks, answer_due, reoffer: None, timing, reliable, referral };
                State::Up(Box::new(up))
            }
            SavedState::Over => State::Over,
        };
        SipLeg { leg, key, state, local, held, untold }
    }
}

impl SipLeg {
    /// Goes on with the transaction of an INVITE that has no answer yet.
    pub(crate) async fn go_on(&self, switch: &Switch) -> Result<(), Stopped> {
        match &self.state {
            State::Incoming { transaction, invite, dialog, .. } => {
                switch.sip().restore_server(*transaction, invite.clone(), dialog.peer).await
            }
            State::Outgoing { transaction, forks, peer, cancelling, .. } => {
                switch.sip().restore_client(*transaction, forks.invite().clone(), *peer).await?;
                if *cancelling { switch.sip().cancel(*transaction).await } else { Ok(()) }
            }
            State::Up(_) | State::Ending | State::Over => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tandem_sip::{Message, Response};

    use super::*;

    fn invite() -> Request {
        let text = "INVITE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
            From: <sip:ann@192.0.2.1>;tag=a\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\
            Max-Forwards: 70\r\nContact: <sip:ann@192.0.2.1>\r\nContent-Length: 0\r\n\r\n";
        match Message::parse(&text.into()) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    fn ok() -> Response {
        let ok = invite().response(tandem_sip::StatusCode::OK).tagged("b");
        ok.with(tandem_sip::Name::Contact, "<sip:bob@192.0.2.2>")
    }

    fn peer() -> Peer {
        Peer::udp(([192, 0, 2, 2], 5060).into())
    }

    fn keys(state: &SavedState) -> Vec<String> {
        let value = serde_json::to_value(state).expect("plain data");
        let fields = value.as_object().and_then(|state| state.values().next()?.as_object());
        let mut keys: Vec<_> = fields.expect("one state with fields").keys().cloned().collect();
        keys.sort_unstable();
        keys
    }

    /// Nodes of the version before understand a call that has nothing new to say.
    #[test]
    fn what_has_neither_timer_nor_branches_is_kept_as_it_was() {
        let (dialog, peer) = (Dialog::uac(&invite(), &ok(), peer()).expect("a dialog"), peer());
        let outgoing = SavedState::Outgoing { forks: Forks::new(invite()), peer, cancelling: false };
        assert_eq!(keys(&outgoing), ["cancelling", "invite", "peer"]);
        let timing = Timing::default();
        let up = SavedState::Up(Box::new(SavedUp {
            dialog,
            invite: None,
            answer_due: false,
            timing,
            reliable: None,
            referral: None,
        }));
        assert_eq!(keys(&up), ["answer_due", "dialog", "invite"]);
    }

    /// And what they kept is read.
    #[test]
    fn what_was_kept_before_is_gone_on_with() {
        let (dialog, invite) = (Dialog::uac(&invite(), &ok(), peer()).expect("a dialog"), invite());
        let read = |state: Value| serde_json::from_value::<SavedState>(state).expect("reads");
        let state = read(json!({ "outgoing": { "invite": invite, "peer": peer(), "cancelling": true } }));
        let SavedState::Outgoing { forks, cancelling: true, .. } = state else { panic!("{state:?}") };
        assert_eq!((forks.invite(), forks.tags().count()), (&invite, 0));
        let state = read(json!({ "up": { "dialog": dialog, "invite": invite, "answer_due": false } }));
        let SavedState::Up(up) = state else { panic!("{state:?}") };
        assert!(up.timing.is_blank() && up.reliable.is_none() && up.referral.is_none());
        let state = read(json!({ "incoming": { "invite": invite, "dialog": dialog, "offer": null } }));
        assert!(matches!(state, SavedState::Incoming { reliable: None, .. }), "{state:?}");
    }
}
