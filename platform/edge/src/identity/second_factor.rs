//! The second factor: time-based codes of an authenticator (RFC 6238) and recovery codes. A code works once.

use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::json;
use sqlx::{AnyConnection, Row, any::AnyRow};
use tandem_core::{OrgScope, Origin, Permission, RequestContext};
use tandem_proto::{
    Actor, Stream, Topic, UserId,
    api::{RecoveryCodes, SecondFactor, SecondFactorOffer},
    events::identity::SecondFactorChanged,
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};
use totp_rs::{Builder, Totp};

use super::{
    Identity, IdentityError, people,
    sessions::{digest, time},
    text,
};

/// How authenticators name this server.
const ISSUER: &str = "Tandem";
const RECOVERY_CODES: usize = 10;
/// Letters and digits of recovery codes, without look-alikes; 32 of them, so that each is five random bits.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
/// Characters of a recovery code, 80 bits: too many to guess, so a fast hash keeps them.
const RECOVERY_CHARS: usize = 16;

impl Identity {
    /// Whether somebody signs in with a second factor.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn second_factor(&self, scope: OrgScope, user: UserId) -> Result<SecondFactor, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let stored = stored(&mut conn, scope, user).await?.filter(|stored| stored.confirmed);
        let left = stored.as_ref().map_or(0, |stored| stored.recovery.len());
        Ok(SecondFactor {
            on: stored.is_some(),
            recovery_codes_left: u32::try_from(left).unwrap_or(u32::MAX),
        })
    }

    /// A new secret for the caller's authenticator. Nothing changes until [`Self::confirm_second_factor`] shows that it was taken.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for a wrong password; [`IdentityError::Conflict`] while a second factor is on;
    /// [`IdentityError::NotByToken`] when the caller uses a token.
    pub async fn offer_second_factor(
        &self,
        context: &RequestContext,
        password: String,
        origin: Origin,
    ) -> Result<SecondFactorOffer, IdentityError> {
        self.signed_in(context).await?;
        self.prove_password(context, "password", password, origin).await?;
        let account = self.user(context.scope, context.user).await?.ok_or(IdentityError::NoSession)?.name;
        let secret: [u8; 20] = rand::random();
        let totp = totp(secret.to_vec(), account)?;
        let uri = totp.to_url().map_err(broken)?;
        let offer = SecondFactorOffer { secret: totp.secret().to_base32(), qr: qr(&uri)?, uri };
        let user = context.user;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let secret = tx.seal_secret(&place(user), &hex::encode(secret)).await?;
                keep_offer(tx, user, secret).await
            })
        });
        write.await?;
        Ok(offer)
    }

    /// Switches the second factor on once a code shows that the authenticator works; answers recovery codes.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for a wrong code; [`IdentityError::Conflict`] when nothing was offered, or it is on already.
    pub async fn confirm_second_factor(
        &self,
        context: &RequestContext,
        code: String,
    ) -> Result<RecoveryCodes, IdentityError> {
        self.signed_in(context).await?;
        let attempt = self.admit_code(context.user).await?;
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
        let kept: Vec<String> = codes.iter().map(|code| digest(&plain(code))).collect();
        let (user, seconds) = (context.user, self.seconds());
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { confirm(tx, user, &code, seconds, kept).await })
        });
        write.await?;
        self.0.throttle.succeeded(attempt).await;
        Ok(RecoveryCodes { codes })
    }

    /// Switches the caller's second factor off. Off already is no error.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] for a wrong password; [`IdentityError::NotByToken`] when the caller uses a token.
    pub async fn disable_second_factor(
        &self,
        context: &RequestContext,
        password: String,
        origin: Origin,
    ) -> Result<(), IdentityError> {
        self.signed_in(context).await?;
        self.prove_password(context, "password", password, origin).await?;
        let user = context.user;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { remove(tx, user).await })
        });
        write.await
    }

    /// Switches somebody's second factor off who lost authenticator and recovery codes. Off already is no error.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::Outranked`].
    pub async fn reset_second_factor(
        &self,
        context: &RequestContext,
        user: UserId,
    ) -> Result<(), IdentityError> {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                people::within_reach(tx, &caller, Permission::PeopleWrite, user).await?;
                people::subordinate(tx, &caller, user).await?;
                remove(tx, user).await
            })
        });
        write.await
    }

    /// Lets somebody on who gave the right password: at once, or with a code where a second factor is on. The code is used up.
    pub(super) async fn pass_second_factor(
        &self,
        scope: OrgScope,
        user: UserId,
        code: Option<String>,
        origin: &Origin,
    ) -> Result<(), IdentityError> {
        if !self.second_factor(scope, user).await?.on {
            return Ok(());
        }
        let code = code.ok_or(IdentityError::SecondFactorNeeded)?;
        let attempt = self.admit_code(user).await?;
        let seconds = self.seconds();
        let cause = Cause { origin: origin.clone(), ..Cause::of(Actor::User { id: user }, None) };
        let write = self
            .0
            .store
            .write(scope, cause, move |tx| Box::pin(async move { use_up(tx, user, &code, seconds).await }));
        match write.await {
            Ok(()) => self.0.throttle.succeeded(attempt).await,
            Err(IdentityError::WrongCode) if attempt.locks() => {
                self.tell_locked(scope, user, origin.clone());
                return Err(IdentityError::WrongCode);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Guesses of codes are counted per account, wherever they come from: six digits are few.
    async fn admit_code(&self, user: UserId) -> Result<super::throttle::Attempt, IdentityError> {
        self.0.throttle.admit(self.0.clock.now(), &format!("code {user}"), None).await
    }

    fn seconds(&self) -> u64 {
        u64::try_from(self.0.clock.now().micros() / 1_000_000).unwrap_or_default()
    }
}

/// A row of `second_factors`.
struct Stored {
    /// Hexadecimal, or sealed.
    secret: String,
    confirmed: bool,
    /// The step of the code used last; it and those before it are refused.
    last_step: i64,
    /// Digests of the recovery codes that are left.
    recovery: Vec<String>,
}

impl Stored {
    /// The step of a code that is right and was not used.
    fn step(&self, code: &str, seconds: u64) -> Result<Option<i64>, IdentityError> {
        let secret = hex::decode(&self.secret).map_err(|error| damaged(error.to_string()))?;
        let step = totp(secret, String::from("account"))?.check(code.trim(), seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()).filter(|step| *step > self.last_step))
    }
}

/// As a command reads it, its secret opened.
async fn opened(tx: &mut Tx, user: UserId) -> Result<Option<Stored>, IdentityError> {
    let scope = tx.scope();
    let Some(mut stored) = stored(tx.conn(), scope, user).await? else { return Ok(None) };
    stored.secret = tx.open_secret(&place(user), &stored.secret).await?;
    Ok(Some(stored))
}

/// Where a secret belongs.
fn place(user: UserId) -> String {
    format!("second factor {user}")
}

async fn stored(
    conn: &mut AnyConnection,
    scope: OrgScope,
    user: UserId,
) -> Result<Option<Stored>, IdentityError> {
    let row = sqlx::query(
        "SELECT secret, confirmed_at, last_step, recovery FROM second_factors WHERE org = $1 AND user_id = $2",
    )
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(read).transpose()
}

fn damaged(reason: String) -> StoreError {
    StoreError::Damaged { table: "second_factors", reason }
}

fn read(row: &AnyRow) -> Result<Stored, IdentityError> {
    Ok(Stored {
        secret: text(row, "secret")?,
        confirmed: time(row, "confirmed_at")?.micros() > 0,
        last_step: row.try_get("last_step")?,
        recovery: serde_json::from_str(&text(row, "recovery")?)
            .map_err(|error| damaged(error.to_string()))?,
    })
}

async fn keep_offer(tx: &mut Tx, user: UserId, secret: String) -> Result<(), IdentityError> {
    let (org, at) = (tx.scope().org(), tx.now());
    let kept = sqlx::query(
        "INSERT INTO second_factors (org, user_id, secret, confirmed_at, last_step, recovery, created_at)
         VALUES ($1, $2, $3, 0, 0, '[]', $4)
         ON CONFLICT (org, user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
         WHERE second_factors.confirmed_at = 0",
    )
    .bind(org.to_string())
    .bind(user.to_string())
    .bind(secret)
    .bind(at.micros())
    .execute(tx.conn())
    .await?;
    if kept.rows_affected() == 0 { Err(already_on()) } else { Ok(()) }
}

async fn confirm(
    tx: &mut Tx,
    user: UserId,
    code: &str,
    seconds: u64,
    recovery: Vec<String>,
) -> Result<(), IdentityError> {
    let (scope, at) = (tx.scope(), tx.now());
    let offered = opened(tx, user).await?.ok_or_else(|| IdentityError::Conflict {
        slug: "nothing-offered",
        detail: "ask for a secret first".into(),
    })?;
    if offered.confirmed {
        return Err(already_on());
    }
    let step = offered.step(code, seconds)?;
    let step = step.ok_or_else(|| IdentityError::invalid("code", "is not the one shown now"))?;
    sqlx::query(
        "UPDATE second_factors SET confirmed_at = $1, last_step = $2, recovery = $3
         WHERE org = $4 AND user_id = $5",
    )
    .bind(at.micros())
    .bind(step)
    .bind(serde_json::to_string(&recovery).unwrap_or_default())
    .bind(scope.org().to_string())
    .bind(user.to_string())
    .execute(tx.conn())
    .await?;
    tell(tx, user, true).await
}

async fn use_up(tx: &mut Tx, user: UserId, code: &str, seconds: u64) -> Result<(), IdentityError> {
    let scope = tx.scope();
    // Switched off meanwhile.
    let Some(mut stored) = opened(tx, user).await? else { return Ok(()) };
    match stored.step(code, seconds)? {
        Some(step) => stored.last_step = step,
        None => {
            let used = digest(&plain(code));
            let before = stored.recovery.len();
            stored.recovery.retain(|left| *left != used);
            if stored.recovery.len() == before {
                return Err(IdentityError::WrongCode);
            }
        }
    }
    sqlx::query("UPDATE second_factors SET last_step = $1, recovery = $2 WHERE org = $3 AND user_id = $4")
        .bind(stored.last_step)
        .bind(serde_json::to_string(&stored.recovery).unwrap_or_default())
        .bind(scope.org().to_string())
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn remove(tx: &mut Tx, user: UserId) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let removed = sqlx::query("DELETE FROM second_factors WHERE org = $1 AND user_id = $2")
        .bind(org)
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    if removed.rows_affected() == 0 { Ok(()) } else { tell(tx, user, false).await }
}

async fn tell(tx: &mut Tx, user: UserId, on: bool) -> Result<(), IdentityError> {
    let change = Change::new("second_factor.changed", "person", user)
        .before(&json!({ "second_factor": !on }))
        .after(&json!({ "second_factor": on }));
    tx.audit(change).await?;
    let event = SecondFactorChanged { user, on };
    tx.append(Stream::user(user), Expect::Any, &[Topic::user(user)], &event).await?;
    Ok(())
}

fn already_on() -> IdentityError {
    IdentityError::Conflict { slug: "second-factor-on", detail: "switch it off first".into() }
}

/// Six digits, every thirty seconds, one step before and after allowed for clocks that differ; SHA-1, as authenticators understand.
fn totp(secret: Vec<u8>, account: String) -> Result<Totp, IdentityError> {
    let builder = Builder::new().with_secret(secret).with_account_name(account).with_issuer(Some(ISSUER));
    builder.build().map_err(broken)
}

fn qr(uri: &str) -> Result<Vec<String>, IdentityError> {
    let code = QrCode::encode_text(uri, QrCodeEcc::Medium).map_err(broken)?;
    let row = |y| (0..code.size()).map(|x| if code.get_module(x, y) { '1' } else { '0' }).collect();
    Ok((0..code.size()).map(row).collect())
}

/// `xxxx-xxxx-xxxx-xxxx`.
fn recovery_code() -> String {
    let random: [u8; RECOVERY_CHARS] = rand::random();
    let chars: Vec<char> = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    chars.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// A recovery code as it is kept, however it was typed.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn broken(error: impl std::fmt::Display) -> IdentityError {
    IdentityError::Hash(format!("second factor: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238_and_work_once() {
        // Appendix B, the last six of eight digits.
        let mut stored = Stored {
            secret: hex::encode(b"12345678901234567890"),
            confirmed: true,
            last_step: 0,
            recovery: Vec::new(),
        };
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(stored.step(code, seconds).expect("checks"), Some(seconds as i64 / 30), "{code}");
            assert_eq!(stored.step(code, seconds + 90).expect("checks"), None, "too late");
        }
        stored.last_step = 59 / 30;
        assert_eq!(stored.step("287082", 59).expect("checks"), None, "used");
        for wrong in ["", "28708", "2870820", "abcdef", "９９９９９９"] {
            assert_eq!(stored.step(wrong, 59).expect("checks"), None, "{wrong}");
        }
    }

    #[test]
    fn recovery_codes_are_read_as_they_are_typed() {
        let code = recovery_code();
        assert_eq!((code.len(), plain(&code).len()), (19, RECOVERY_CHARS), "{code}");
        assert_eq!(plain(&format!("  {} ", code.to_uppercase().replace('-', " "))), plain(&code));
        assert_ne!(recovery_code(), code);
    }

    #[test]
    fn a_secret_can_be_photographed() {
        let totp = totp(vec![7; 20], "agent1".into()).expect("a secret");
        let uri = totp.to_url().expect("a URI");
        assert!(uri.starts_with("otpauth://totp/") && uri.contains("issuer=Tandem"), "{uri}");
        let rows = qr(&uri).expect("fits");
        assert!(rows.iter().all(|row| row.len() == rows.len()));
        assert!(rows[0].starts_with("1111111"), "a finder pattern");
    }
}
