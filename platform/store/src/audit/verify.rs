//! Looking at the chains of a database, which may be in use meanwhile, and at heads that were kept elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};
use tandem_proto::OrgId;

use super::{AuditKey, COLUMNS, Head, Outcome, read_row, walk::Walk};
use crate::{
    Store, StoreError,
    engine::{self, Engine},
};

/// Entries read at a time.
const PAGE: i64 = 1_000;

/// Heads that were kept elsewhere, by org.
pub type Kept = BTreeMap<String, Vec<Head>>;

/// Reads what `tandem audit head` printed, once or many times over: on each line the org's id, the number and the hash of its last entry;
/// what is behind these is not looked at, nor are empty lines.
///
/// # Errors
/// The number of the line that does not read so.
pub fn read_kept(text: &str) -> Result<Kept, usize> {
    let mut kept = Kept::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let mut head = || {
            let org: OrgId = words.next()?.parse().ok()?;
            let seq = words.next()?.parse().ok()?;
            let hash = words
                .next()
                .filter(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()))?;
            Some((org.to_string(), Head { seq, hash: hash.to_owned() }))
        };
        let (org, head) = head().ok_or(index + 1)?;
        kept.entry(org).or_default().push(head);
    }
    Ok(kept)
}

/// The end of an org's chain as it is recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// The org.
    pub org: String,
    /// The last entry.
    pub head: Head,
    /// Whether the server wrote it.
    pub genuine: bool,
}

/// The ends of all orgs' chains in the database at `url`, which may be in use.
///
/// # Errors
/// When there is no such database, its entries were authenticated with another key, or it fails.
pub async fn heads(url: &str, key: &AuditKey) -> Result<Vec<Recorded>, StoreError> {
    let (mut conn, _) = begin(url, key).await?;
    let heads = recorded(&mut conn, key).await?;
    conn.close().await?;
    Ok(heads)
}

async fn recorded(conn: &mut AnyConnection, key: &AuditKey) -> Result<Vec<Recorded>, StoreError> {
    let rows =
        sqlx::query("SELECT org, seq, hash, code FROM audit_heads ORDER BY org").fetch_all(conn).await?;
    let read = |row: &sqlx::any::AnyRow| {
        let (org, code): (String, String) = (row.try_get(0)?, row.try_get(3)?);
        let head = Head { seq: row.try_get(1)?, hash: row.try_get(2)? };
        let genuine = head.code_by(key, &org) == code;
        Ok(Recorded { org, head, genuine })
    };
    Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
}

impl Store {
    /// The ends of all orgs' audit chains, for those who keep them elsewhere.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_heads(&self) -> Result<Vec<Recorded>, StoreError> {
        // All orgs: each has its chain.
        recorded(&mut *self.across_orgs().acquire().await?, self.audit_key()).await
    }
}

/// Looks at every chain of the database at `url`, or at one org's alone, and compares with `kept`. The database may be in use: what is looked
/// at is of one moment. Each chain's outcome goes to `told`.
///
/// # Errors
/// When there is no such database, its entries were authenticated with another key, or it fails.
pub async fn verify(
    url: &str,
    key: &AuditKey,
    only: Option<OrgId>,
    kept: &Kept,
    mut told: impl FnMut(Outcome),
) -> Result<(), StoreError> {
    let (mut conn, _) = begin(url, key).await?;
    let rows =
        sqlx::query("SELECT org FROM audit_heads UNION SELECT org FROM audit").fetch_all(&mut conn).await?;
    let mut orgs = rows.iter().map(|row| row.try_get(0)).collect::<Result<BTreeSet<String>, _>>()?;
    orgs.extend(kept.keys().cloned());
    if let Some(only) = only {
        orgs = BTreeSet::from([only.to_string()]);
    }
    for org in orgs {
        let of_org = kept.get(&org).cloned().unwrap_or_default();
        told(walk(&mut conn, key, &org, of_org).await?);
    }
    conn.execute("ROLLBACK").await?;
    Ok(conn.close().await?)
}

/// A connection that sees what is there at this moment.
async fn begin(url: &str, key: &AuditKey) -> Result<(AnyConnection, Engine), StoreError> {
    let (mut conn, engine) = engine::beside(url).await?;
    conn.execute(match engine {
        Engine::Sqlite => "BEGIN",
        Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    })
    .await?;
    let row = sqlx::query("SELECT fingerprint FROM audit_key").fetch_optional(&mut conn).await?;
    let known: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
    match known.filter(|known| *known != key.fingerprint()) {
        None => Ok((conn, engine)),
        Some(known) => Err(StoreError::Open {
            what: "the audit chains".to_owned(),
            reason: format!("the key given is {}, and they were made with {known}", key.fingerprint()),
        }),
    }
}

async fn walk(
    conn: &mut AnyConnection,
    key: &AuditKey,
    org: &str,
    kept: Vec<Head>,
) -> Result<Outcome, StoreError> {
    let mut walk = Walk::new(key, org, kept);
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE org = $1 AND seq > $2 ORDER BY seq LIMIT {PAGE}");
    // A number below 1 is nobody's, unless somebody wrote it.
    let mut after = i64::MIN;
    loop {
        let rows = sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(org.to_owned())
            .bind(after)
            .fetch_all(&mut *conn)
            .await?;
        for row in &rows {
            walk.step(&read_row(row)?);
        }
        if rows.is_empty() {
            break;
        }
        after = walk.last().seq;
    }
    let head = sqlx::query("SELECT seq, hash, code FROM audit_heads WHERE org = $1")
        .bind(org.to_owned())
        .fetch_optional(&mut *conn)
        .await?;
    let head = head.map(|row| {
        let head = Head { seq: row.try_get(0)?, hash: row.try_get(1)? };
        Ok::<_, sqlx::Error>((head, row.try_get::<String, _>(2)?))
    });
    Ok(walk.finish(head.transpose()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_heads_are_read_as_they_were_printed() {
        let (org, hash) = (OrgId::generate(), "a".repeat(64));
        let kept = read_kept(&format!("{org} 7 {hash} Acme GmbH\n\n{org} 9 {hash}\n")).expect("heads");
        let seqs: Vec<i64> = kept[&org.to_string()].iter().map(|head| head.seq).collect();
        assert_eq!(seqs, [7, 9]);
        for wrong in ["x 7 y", &format!("{org} x {hash}"), &format!("{org} 7 {}", &hash[1..]), "1"] {
            assert_eq!(read_kept(&format!("{org} 7 {hash}\n{wrong}")), Err(2), "{wrong}");
        }
    }
}
