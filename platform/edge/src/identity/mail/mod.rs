//! Ways in that begin with a link in a mail: invitations, and another password for who forgot theirs.
//!
//! A link's secret is made when its mail is sent, so it is in no queue; it is kept as its SHA-256, works once, and a mail that is sent again
//! (because a server died meanwhile, or somebody asked) makes those before it useless.

mod address;
mod invitations;
mod letters;
mod mailer;
mod resets;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_cluster::jobs::{Handling, JobFailure, Jobs};
use tandem_proto::{InvitationId, UserId};

pub use mailer::Mailer;

pub(super) use address::address;
pub(super) use resets::forget as forget_resets;

use super::{Identity, IdentityError, Site};

/// Kinds of jobs.
const INVITE: &str = "mail.invitation";
const RESET_ASKED: &str = "password.reset";
const RESET: &str = "mail.password_reset";

/// A mail server may take its time.
const HANDLING: Handling = Handling { timeout: Duration::from_secs(30) };

/// Sends an invitation.
#[derive(Serialize, Deserialize)]
struct Invite {
    invitation: InvitationId,
    site: String,
}

/// Finds out whether anybody is meant. It is done whether or not there is anybody, so that nobody learns it by the clock.
#[derive(Serialize, Deserialize)]
struct ResetAsked {
    org: Option<String>,
    login: String,
    site: String,
}

/// Sends somebody what lets them choose another password.
#[derive(Serialize, Deserialize)]
struct Reset {
    user: UserId,
    site: String,
}

impl Identity {
    /// Has this node's jobs send mail. To be called before they start.
    pub fn send_mail(&self, jobs: &Jobs, mailer: &Mailer) {
        let (identity, by) = (self.clone(), mailer.clone());
        jobs.register(INVITE, HANDLING, move |running, invite: Invite| {
            let (identity, by) = (identity.clone(), by.clone());
            async move { identity.send_invitation(&by, running, invite).await }
        });
        let (identity, by) = (self.clone(), mailer.clone());
        jobs.register(RESET, HANDLING, move |running, reset: Reset| {
            let (identity, by) = (identity.clone(), by.clone());
            async move { identity.send_reset(&by, running, reset).await }
        });
        let identity = self.clone();
        jobs.register(RESET_ASKED, Handling::default(), move |running, asked: ResetAsked| {
            let identity = identity.clone();
            async move { identity.look_who_forgot(running, asked).await }
        });
    }
}

impl Site {
    fn written(&self) -> String {
        self.page("")
    }
}

/// What a job cannot do now, it may do another time.
fn again(error: IdentityError) -> JobFailure {
    JobFailure::Retry(error.to_string())
}
