//! A domain on disk: a snapshot, and the inputs since. The core is deterministic, so both together are the domain.

use sqlx::Row as _;
use tandem_cluster::Claim;
use tandem_core::OrgScope;
use tandem_proto::Timestamp;
use tandem_routing::{Domain, Input, Output, Saved};
use tandem_store::{Cause, Store, StoreError, Tx};

use crate::log;

const SNAPSHOTS: &str = "routing_snapshots";
const INPUTS: &str = "routing_inputs";

/// Inputs that went in together, with their moments.
pub(crate) type Inputs = Vec<(Timestamp, Input)>;

/// What a commit makes durable, in one transaction.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) epoch: u64,
    /// What is told of it.
    pub(crate) outputs: Vec<Output>,
    pub(crate) state: State,
}

/// How the domain after a commit is found again.
#[derive(Debug)]
pub(crate) enum State {
    /// By these inputs, the `number`th since the beginning.
    Inputs { number: i64, inputs: Inputs },
    /// By itself; what was there before is of no use any more.
    Snapshot(Saved),
}

/// Writes a commit for as long as the claim holds.
pub(crate) async fn write(
    store: &Store,
    scope: OrgScope,
    claim: &Claim,
    commit: Commit,
    give_up: bool,
) -> Result<(), StoreError> {
    let claim = claim.clone();
    let write = store.write(scope, Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            claim.hold(tx).await?;
            log::append(tx, commit.epoch, &commit.outputs).await?;
            match &commit.state {
                State::Inputs { number, inputs } => put_inputs(tx, *number, inputs).await?,
                State::Snapshot(saved) => put_snapshot(tx, commit.epoch, saved).await?,
            }
            if give_up {
                claim.give_up(tx).await?;
            }
            Ok(())
        })
    });
    write.await
}

async fn put_inputs(tx: &mut Tx, number: i64, inputs: &Inputs) -> Result<(), StoreError> {
    let org = tx.scope().org().to_string();
    sqlx::query("INSERT INTO routing_inputs (org, number, inputs) VALUES ($1, $2, $3)")
        .bind(org)
        .bind(number)
        .bind(serde_json::to_string(inputs).expect("inputs are plain data"))
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn put_snapshot(tx: &mut Tx, epoch: u64, saved: &Saved) -> Result<(), StoreError> {
    let org = tx.scope().org().to_string();
    sqlx::query(
        "INSERT INTO routing_snapshots (org, epoch, state) VALUES ($1, $2, $3) \
         ON CONFLICT (org) DO UPDATE SET epoch = excluded.epoch, state = excluded.state",
    )
    .bind(org.as_str())
    .bind(epoch.cast_signed())
    .bind(serde_json::to_string(saved).expect("a domain is plain data"))
    .execute(tx.conn())
    .await?;
    sqlx::query("DELETE FROM routing_inputs WHERE org = $1").bind(org).execute(tx.conn()).await?;
    Ok(())
}

/// The domain as the last owner left it, in the org's next epoch, with a snapshot in that epoch written: from here on the claim is worth
/// something, and whatever the last owner still tries is refused.
pub(crate) async fn take(store: &Store, scope: OrgScope, claim: &Claim) -> Result<Domain, StoreError> {
    let (epoch, found) = read(store, scope, claim).await?;
    let (high, low) = scope.org().uuid().as_u64_pair();
    let seed = high ^ low;
    let domain = match found {
        Some((saved, inputs)) => {
            let mut domain = Domain::restore(saved).map_err(|error| damaged(SNAPSHOTS, error))?;
            for (now, input) in inputs {
                // A refusal was told when it happened first.
                let _ = domain.handle(now, input);
                while domain.poll_output().is_some() {}
            }
            domain.begin_epoch(epoch, seed);
            domain
        }
        None => Domain::new(epoch, seed),
    };
    let commit = Commit { epoch, outputs: Vec::new(), state: State::Snapshot(domain.save()) };
    write(store, scope, claim, commit, false).await?;
    tracing::info!(epoch, size = domain.size(), "routing domain begins");
    Ok(domain)
}

/// The next epoch, and what the last owner left. Read in a command of its own, so that neither a replica nor a command of the last owner
/// that is still under way can be in between.
async fn read(
    store: &Store,
    scope: OrgScope,
    claim: &Claim,
) -> Result<(u64, Option<(Saved, Inputs)>), StoreError> {
    let claim = claim.clone();
    let command = store.write(scope, Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            claim.hold(tx).await?;
            let org = tx.scope().org().to_string();
            let epoch: i64 = sqlx::query(
                "INSERT INTO routing_domains (org, epoch) VALUES ($1, 1) \
                 ON CONFLICT (org) DO UPDATE SET epoch = routing_domains.epoch + 1 RETURNING epoch",
            )
            .bind(org.as_str())
            .fetch_one(tx.conn())
            .await?
            .try_get(0)?;
            let snapshot = sqlx::query("SELECT state FROM routing_snapshots WHERE org = $1")
                .bind(org.as_str())
                .fetch_optional(tx.conn())
                .await?;
            let Some(snapshot) = snapshot else { return Ok((epoch, None)) };
            let rows = sqlx::query("SELECT inputs FROM routing_inputs WHERE org = $1 ORDER BY number")
                .bind(org)
                .fetch_all(tx.conn())
                .await?;
            let inputs = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
            Ok::<_, StoreError>((epoch, Some((snapshot.try_get::<String, _>(0)?, inputs))))
        })
    });
    let (epoch, found) = command.await?;
    let Some((snapshot, rows)) = found else { return Ok((epoch.cast_unsigned(), None)) };
    let saved = serde_json::from_str(&snapshot).map_err(|error| damaged(SNAPSHOTS, error))?;
    let mut inputs = Inputs::new();
    for row in rows {
        inputs.append(&mut serde_json::from_str(&row).map_err(|error| damaged(INPUTS, error))?);
    }
    Ok((epoch.cast_unsigned(), Some((saved, inputs))))
}

fn damaged(table: &'static str, reason: impl ToString) -> StoreError {
    StoreError::Damaged { table, reason: reason.to_string() }
}
