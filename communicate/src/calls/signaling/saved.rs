//! A leg's SIP side as it is kept, to go on with on another node.

use serde::{Deserialize, Serialize};
use tandem_call::sdp::{Description, LocalSession};
use tandem_proto::{LegId, api::EndReason};
use tandem_sip::{Dialog, Peer, Request};

use super::{SipLeg, State, Stopped, Up};
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
    Incoming { invite: Request, dialog: Dialog, offer: Option<Description> },
    Outgoing { invite: Request, peer: Peer, cancelling: bool },
    Up { dialog: Dialog, invite: Option<Request>, answer_due: bool },
    Over,
}

impl SipLeg {
    pub(crate) fn saved(&self) -> SavedLeg {
        let Self { leg, key, state, local, held, untold } = self;
        let (state, untold) = match state {
            State::Incoming { invite, dialog, offer, .. } => (
                SavedState::Incoming { invite: invite.clone(), dialog: dialog.clone(), offer: offer.clone() },
                *untold,
            ),
            State::Outgoing { invite, peer, cancelling, .. } => {
                let (invite, peer, cancelling) = (invite.clone(), *peer, *cancelling);
                (SavedState::Outgoing { invite, peer, cancelling }, *untold)
            }
            State::Up(up) => {
                let invite = up.invite.as_ref().map(|(_, invite)| invite.clone());
                // What is being told is told anew.
                let untold = untold.or(up.reoffer.as_ref().map(super::Reoffer::reason));
                let (dialog, answer_due) = (up.dialog.clone(), up.answer_due);
                (SavedState::Up { dialog, invite, answer_due }, untold)
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
            SavedState::Incoming { invite, mut dialog, offer } => {
                // It may have been answered, and asked something, since.
                dialog.skip(CSEQ_MARGIN);
                State::Incoming { transaction: switch.sip().next_server(), invite, dialog, offer }
            }
            SavedState::Outgoing { invite, peer, cancelling } => {
                State::Outgoing { transaction: switch.sip().next_client(), invite, peer, cancelling }
            }
            SavedState::Up { mut dialog, invite, answer_due } => {
                dialog.skip(CSEQ_MARGIN);
                let invite = invite.map(|invite| (switch.sip().next_client(), invite));
                State::Up(Up { dialog, invite, answer_due, reoffer: None })
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
            State::Outgoing { transaction, invite, peer, cancelling } => {
                switch.sip().restore_client(*transaction, invite.clone(), *peer).await?;
                if *cancelling { switch.sip().cancel(*transaction).await } else { Ok(()) }
            }
            State::Up(_) | State::Ending | State::Over => Ok(()),
        }
    }
}
