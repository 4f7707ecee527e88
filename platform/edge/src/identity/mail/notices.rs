//! Mails that tell somebody what was done with their account: who did not do it themselves learns of it.

use serde::{Deserialize, Serialize};
use tandem_cluster::jobs::{JobFailure, Jobs, Running};
use tandem_proto::UserId;
use tandem_store::Tx;

use super::{
    super::{Identity, IdentityError},
    Mailer, NOTICE, TRIES, again, letters, mail,
};

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Occasion {
    /// The password was replaced by a link in a mail.
    PasswordReset,
    /// The password was changed by somebody who was signed in and knew it.
    PasswordChanged,
    /// Mail goes elsewhere from now on.
    AddressChanged,
}

/// Tells somebody.
#[derive(Serialize, Deserialize)]
pub(super) struct Notice {
    user: UserId,
    /// Where, sealed.
    to: String,
    occasion: Occasion,
}

/// Wants somebody told in a mail to `email`, in the command that does it. Who has no address is not.
pub(in super::super) async fn tell(
    tx: &mut Tx,
    user: UserId,
    email: Option<&str>,
    occasion: Occasion,
) -> Result<(), IdentityError> {
    let Some(email) = email else { return Ok(()) };
    let to = tx.seal_secret(&place(user), email).await?;
    Jobs::enqueue(tx, mail(NOTICE, &Notice { user, to, occasion }, TRIES)).await?;
    Ok(())
}

fn place(user: UserId) -> String {
    format!("mail.notice {user}")
}

impl Identity {
    /// The job.
    pub(super) async fn send_notice(
        &self,
        by: &Mailer,
        running: Running,
        notice: Notice,
    ) -> Result<(), JobFailure> {
        let (scope, Notice { user, to, occasion }) = (running.scope(), notice);
        let person = self.user(scope, user).await.map_err(again)?;
        // Nobody writes to who was sent away or erased meanwhile.
        if let Some(person) = person.filter(|person| person.active) {
            let to = self.0.store.open_secret(scope, &place(user), &to).await?;
            let org = self.org_name(scope).await.map_err(again)?;
            let letter = letters::notice(occasion, &org, &person.display_name, &person.name);
            by.send(&running.key(), (&person.display_name, &to), letter).await?;
        }
        self.done(running).await
    }
}
