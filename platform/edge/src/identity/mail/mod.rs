//! Mail, and ways in that begin with a link in one: invitations, and another password for who forgot theirs.
//!
//! A link's secret is made with what it is for and kept as its SHA-256. Until its mail was taken it lies beside it, sealed under the org's key, so
//! that a mail that is sent again (a server died, or was told to come back later) is the same mail; after that nobody here knows it. In the link it
//! stands behind the `#`: browsers tell that to no server, so it is in no log.

mod address;
mod invitations;
mod letters;
mod mailer;
mod notices;
mod resets;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_cluster::jobs::{Handling, JobFailure, Jobs, NewJob, Running};
use tandem_core::sealed::LIFE;
use tandem_proto::InvitationId;
use tandem_store::Cause;

pub use mailer::Mailer;

pub(super) use address::address;
pub(super) use notices::{Occasion, tell};
pub(super) use resets::forget as forget_resets;

use super::{Identity, IdentityError};
use notices::Notice;

/// Kinds of jobs.
const INVITE: &str = "mail.invitation";
const RESET_ASKED: &str = "password.reset";
const RESET: &str = "mail.password_reset";
const NOTICE: &str = "mail.notice";

/// A mail server may take its time.
const HANDLING: Handling = Handling { timeout: LIFE };
/// Tries of a mail that is worth sending a day later. A server that says "later" to whoever it does not know means minutes, one that is
/// being mended hours.
const TRIES: u32 = 300;
/// Tries of one that nobody waits for after an hour.
const HURRIED_TRIES: u32 = 20;

/// Sends an invitation.
#[derive(Serialize, Deserialize)]
struct Invite {
    invitation: InvitationId,
    /// The digest of the link's secret: a mail that another one overtook is not sent.
    link: String,
    front: String,
}

/// Finds out whether anybody is meant. It is done whether or not there is anybody, so that nobody learns it by the clock.
#[derive(Serialize, Deserialize)]
struct ResetAsked {
    /// [`resets::Asked`], sealed: what somebody typed may be an address.
    asked: String,
    front: String,
}

/// Sends somebody what lets them choose another password.
#[derive(Serialize, Deserialize)]
struct Reset {
    reset: String,
    front: String,
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
        let (identity, by) = (self.clone(), mailer.clone());
        jobs.register(NOTICE, HANDLING, move |running, notice: Notice| {
            let (identity, by) = (identity.clone(), by.clone());
            async move { identity.send_notice(&by, running, notice).await }
        });
        let identity = self.clone();
        jobs.register(RESET_ASKED, Handling::default(), move |running, asked: ResetAsked| {
            let identity = identity.clone();
            async move { identity.look_who_forgot(running, asked).await }
        });
    }

    /// Says where users come: links in mails begin with it. The operator or the listener says so, never a request: whoever names the host of
    /// a link in another's mail reads the secret in it.
    pub fn reached_at(&self, url: String) {
        // Said twice, the first stands.
        let _ = self.0.front.set(url);
    }

    /// What links begin with.
    fn front(&self) -> Result<String, IdentityError> {
        self.0.front.get().cloned().ok_or_else(|| IdentityError::Conflict {
            slug: "url-not-set",
            detail: "the server does not know where users come: its operator must set `url`".into(),
        })
    }

    /// Ends a job that has no effect in the store.
    async fn done(&self, running: Running) -> Result<(), JobFailure> {
        let write = self.0.store.write(running.scope(), Cause::SYSTEM, move |tx| {
            Box::pin(async move { running.complete(tx).await })
        });
        Ok(write.await?)
    }
}

/// A mail to be sent, in that many tries at most.
fn mail(kind: &'static str, payload: &impl Serialize, max_attempts: u32) -> NewJob {
    NewJob { max_attempts, ..NewJob::now(kind, payload) }
}

/// What a job cannot do now, it may do another time.
fn again(error: impl std::fmt::Display) -> JobFailure {
    JobFailure::Retry(error.to_string())
}

/// A time in words.
fn in_words(lifetime: Duration) -> String {
    match lifetime.as_secs() / 3_600 {
        1 => "an hour".into(),
        hours @ ..48 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    }
}
