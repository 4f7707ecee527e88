//! Which leg's dialog a Replaces means, and whether that may be replaced (RFC 3891 §3).

use tandem_sip::{Replaces, StatusCode};

use super::{SipLeg, State};

impl SipLeg {
    /// Whether the dialog with the far end is the one meant; a far end that rings may have several.
    pub(crate) fn is_meant(&self, replaces: &Replaces) -> bool {
        let meant = replaces.dialog();
        match &self.state {
            State::Up(up) => up.dialog.id() == meant,
            State::Incoming { dialog, .. } => dialog.id() == meant,
            State::Outgoing { forks, .. } => forks.dialogs().any(|dialog| dialog.id() == meant),
            State::Ending | State::Over => false,
        }
    }

    /// Whether a new INVITE may take the dialog's place. A caller who waits may not be replaced.
    pub(crate) fn is_replaceable(&self, replaces: &Replaces) -> Result<(), StatusCode> {
        let meant = replaces.dialog();
        match &self.state {
            State::Up(up) => up.dialog.replaceable(replaces, up.forks.is_some()),
            State::Incoming { dialog, .. } => dialog.replaceable(replaces, false),
            State::Outgoing { forks, .. } => {
                let dialog = forks.dialogs().find(|dialog| dialog.id() == meant);
                dialog.ok_or(StatusCode::NO_SUCH_DIALOG)?.replaceable(replaces, true)
            }
            State::Ending | State::Over => Err(StatusCode::DECLINE),
        }
    }
}
