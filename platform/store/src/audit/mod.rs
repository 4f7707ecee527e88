//! Who changed what, when, from where, and how it was before: for each org a chain of entries in which nothing can be changed, taken out
//! or put in without it being found.
//!
//! An entry is written in the transaction of the change it tells of ([`Tx::audit`]). Commands of an org run one after the other, on
//! whichever node, so a chain has neither gaps nor forks. What a chain cannot show by itself, that its newest entries were taken away
//! together with its recorded end, is shown by heads that operators keep elsewhere.

mod chain;
mod change;
mod read;
mod verify;
mod walk;

use sqlx::{AnyConnection, Row as _};
use tandem_proto::Actor;

pub use self::{
    chain::{AuditKey, Head, MENDED, Row},
    change::{Change, Redacted},
    read::{Filter, entries, entry},
    verify::{Kept, Recorded, heads, read_kept, verify},
    walk::{Fault, Outcome, What},
};
use crate::{Migration, StoreError, Tx};

/// `audit_key` has one row: which key the entries are authenticated with, so that no node goes on with another one.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0008_audit",
    sql: "
        CREATE TABLE IF NOT EXISTS audit (
            org text NOT NULL,
            seq bigint NOT NULL,
            at bigint NOT NULL,
            actor text NOT NULL,
            what text NOT NULL,
            subject_kind text NOT NULL,
            subject text NOT NULL,
            subject_name text,
            before text,
            after text,
            address text,
            user_agent text,
            request text,
            previous text NOT NULL,
            hash text NOT NULL,
            PRIMARY KEY (org, seq)
        );
        CREATE INDEX IF NOT EXISTS audit_by_time ON audit (org, at);
        CREATE INDEX IF NOT EXISTS audit_by_actor ON audit (org, actor, seq);
        CREATE INDEX IF NOT EXISTS audit_by_subject ON audit (org, subject, seq);
        CREATE TABLE IF NOT EXISTS audit_heads (
            org text NOT NULL PRIMARY KEY,
            seq bigint NOT NULL,
            hash text NOT NULL,
            code text NOT NULL
        );
        CREATE TABLE IF NOT EXISTS audit_key (
            one bigint PRIMARY KEY,
            fingerprint text NOT NULL
        );
    ",
};

const COLUMNS: &str = "org, seq, at, actor, what, subject_kind, subject, subject_name, before, after, address, user_agent, request, \
    previous, hash";

impl Tx {
    /// Tells of a change this command makes: who, from where and when are known. Nothing of it is kept unless the change is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&mut self, change: Change) -> Result<(), StoreError> {
        let org = self.scope().org().to_string();
        let end = end(self.conn(), &org).await?;
        let key = self.audit_key().clone();
        let last = match end {
            End::Recorded(head, code) if head.code_by(&key, &org) == code => head,
            End::Nothing => Head::start(),
            End::Recorded(..) | End::Unrecorded => {
                let last = newest(self.conn(), &org).await?.unwrap_or_else(Head::start);
                tracing::error!(
                    org,
                    seq = last.seq,
                    "the end of the org's audit chain is damaged; it goes on"
                );
                let damaged = Change::new(MENDED, "audit", last.seq);
                self.chain(&key, &org, last, damaged).await?
            }
        };
        let last = self.chain(&key, &org, last, change).await?;
        let code = last.code_by(&key, &org);
        sqlx::query(
            "INSERT INTO audit_heads (org, seq, hash, code) VALUES ($1, $2, $3, $4)
             ON CONFLICT (org) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, code = excluded.code",
        )
        .bind(org)
        .bind(last.seq)
        .bind(last.hash)
        .bind(code)
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Writes the entry after `last`.
    async fn chain(
        &mut self,
        key: &AuditKey,
        org: &str,
        last: Head,
        change: Change,
    ) -> Result<Head, StoreError> {
        let cause = self.cause();
        let mut row = Row {
            org: org.to_owned(),
            seq: last.seq.saturating_add(1),
            at: self.now().micros(),
            actor: actor(&cause.actor),
            what: change.what.to_owned(),
            subject_kind: change.subject_kind.to_owned(),
            subject: change.subject.clone(),
            subject_name: change.subject_name(),
            before: None,
            after: None,
            address: cause.origin.address.map(|address| address.to_string()),
            user_agent: cause.origin.user_agent.clone(),
            request: cause.correlation.map(|request| request.to_string()),
            previous: last.hash,
            hash: String::new(),
        };
        (row.before, row.after) = change.texts();
        row.hash = row.hash_by(key);
        let head = Head { seq: row.seq, hash: row.hash.clone() };
        insert(self.conn(), row).await?;
        Ok(head)
    }
}

/// Where an org's chain ends, as far as is recorded.
enum End {
    /// There is no chain.
    Nothing,
    /// Its head and that one's code.
    Recorded(Head, String),
    /// There are entries, and no head.
    Unrecorded,
}

async fn end(conn: &mut AnyConnection, org: &str) -> Result<End, StoreError> {
    let row = sqlx::query("SELECT seq, hash, code FROM audit_heads WHERE org = $1")
        .bind(org.to_owned())
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(row) = row {
        let head = Head { seq: row.try_get(0)?, hash: row.try_get(1)? };
        return Ok(End::Recorded(head, row.try_get(2)?));
    }
    Ok(if newest(conn, org).await?.is_some() { End::Unrecorded } else { End::Nothing })
}

/// The last entry there is.
async fn newest(conn: &mut AnyConnection, org: &str) -> Result<Option<Head>, StoreError> {
    let row = sqlx::query("SELECT seq, hash FROM audit WHERE org = $1 ORDER BY seq DESC LIMIT 1")
        .bind(org.to_owned())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(Head { seq: row.try_get(0)?, hash: row.try_get(1)? })).transpose()
}

/// An actor as the column has it.
pub fn actor(actor: &Actor) -> String {
    match actor {
        Actor::User { id } => format!("user:{id}"),
        Actor::External { address } => format!("external:{address}"),
        Actor::System => "system".to_owned(),
    }
}

async fn insert(conn: &mut AnyConnection, row: Row) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO audit ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(row.org)
        .bind(row.seq)
        .bind(row.at)
        .bind(row.actor)
        .bind(row.what)
        .bind(row.subject_kind)
        .bind(row.subject)
        .bind(row.subject_name)
        .bind(row.before)
        .bind(row.after)
        .bind(row.address)
        .bind(row.user_agent)
        .bind(row.request)
        .bind(row.previous)
        .bind(row.hash)
        .execute(conn)
        .await?;
    Ok(())
}

fn read_row(row: &sqlx::any::AnyRow) -> Result<Row, sqlx::Error> {
    Ok(Row {
        org: row.try_get(0)?,
        seq: row.try_get(1)?,
        at: row.try_get(2)?,
        actor: row.try_get(3)?,
        what: row.try_get(4)?,
        subject_kind: row.try_get(5)?,
        subject: row.try_get(6)?,
        subject_name: row.try_get(7)?,
        before: row.try_get(8)?,
        after: row.try_get(9)?,
        address: row.try_get(10)?,
        user_agent: row.try_get(11)?,
        request: row.try_get(12)?,
        previous: row.try_get(13)?,
        hash: row.try_get(14)?,
    })
}

/// Notes which key is in use, or compares with the one that is.
pub(crate) async fn check_key(conn: &mut AnyConnection, key: &AuditKey) -> Result<(), String> {
    let wrong = |error: sqlx::Error| error.to_string();
    sqlx::query("INSERT INTO audit_key (one, fingerprint) VALUES (1, $1) ON CONFLICT (one) DO NOTHING")
        .bind(key.fingerprint())
        .execute(&mut *conn)
        .await
        .map_err(wrong)?;
    let row = sqlx::query("SELECT fingerprint FROM audit_key").fetch_one(conn).await.map_err(wrong)?;
    let known: String = row.try_get(0).map_err(wrong)?;
    if known == key.fingerprint() {
        return Ok(());
    }
    Err(format!(
        "its audit entries are authenticated with the key {known}, and the server was given {}: copy the key's file from the node or \
         server that began it, and name it with audit_key",
        key.fingerprint()
    ))
}
