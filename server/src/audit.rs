//! `tandem audit`: the ends of orgs' audit chains, to be kept elsewhere, and whether the chains are as they were written. Beside a server
//! that runs, too.

use std::{fs, path::Path, process::ExitCode, time::Duration};

use tandem_proto::OrgId;
use tandem_setup::{AuditCommand, Config, StartError};
use tandem_store::{
    Store, StoreError,
    audit::{self, Outcome},
};
use tokio_util::sync::CancellationToken;

use crate::{
    compose::{audit_key::existing_audit_key, node},
    say,
};

/// How often a worker writes the heads to its log.
const NOTED_EVERY: Duration = Duration::from_secs(24 * 3_600);

/// Does what is said; the exit code says whether everything is as it was written.
pub(crate) async fn run(config: &Config, command: &AuditCommand) -> Result<ExitCode, StartError> {
    match command {
        AuditCommand::Head => head(config).await,
        AuditCommand::Verify { org, head } => verify(config, org.as_deref(), head.as_deref()).await,
    }
}

fn unusable(config: &Config, error: StoreError) -> StartError {
    match error {
        StoreError::Open { reason, .. } => node::unusable(config, reason),
        error => node::unusable(config, error.to_string()),
    }
}

async fn head(config: &Config) -> Result<ExitCode, StartError> {
    let heads = audit::heads(config.database.url(), &existing_audit_key(config)?).await;
    let mut code = ExitCode::SUCCESS;
    for recorded in heads.map_err(|error| unusable(config, error))? {
        let (org, head) = (recorded.org, recorded.head);
        if recorded.genuine {
            say(&format!("{org} {} {}", head.seq, head.hash))?;
        } else {
            say(&format!("FAIL  {org} entry {}: the end of the chain is not as it was written", head.seq))?;
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

async fn verify(config: &Config, org: Option<&str>, heads: Option<&Path>) -> Result<ExitCode, StartError> {
    let org = org
        .map(|org| org.parse::<OrgId>().map_err(|_| StartError::Config(format!("--org: {org:?} is no id"))));
    let kept = match heads {
        None => audit::Kept::new(),
        Some(path) => {
            let refused = |why: String| StartError::Config(format!("--head: {}: {why}", path.display()));
            let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
            audit::read_kept(&text).map_err(|line| refused(format!("line {line} is not ORG NUMBER HASH")))?
        }
    };
    let key = existing_audit_key(config)?;
    let mut outcomes = Vec::new();
    audit::verify(config.database.url(), &key, org.transpose()?, &kept, |outcome| outcomes.push(outcome))
        .await
        .map_err(|error| unusable(config, error))?;
    let faults: u64 = outcomes.iter().map(|outcome| outcome.faults.len() as u64 + outcome.more).sum();
    for line in outcomes.iter().flat_map(told) {
        say(&line)?;
    }
    let entries: u64 = outcomes.iter().map(|outcome| outcome.entries).sum();
    let orgs = outcomes.len();
    say(&match faults {
        0 => format!("{entries} entries of {orgs} organisations are as they were written"),
        faults => format!("{faults} faults in {entries} entries of {orgs} organisations"),
    })?;
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is told of a chain, line by line.
fn told(outcome: &Outcome) -> Vec<String> {
    let Outcome { org, entries, last, faults, more } = outcome;
    let mut lines: Vec<String> =
        faults.iter().map(|fault| format!("FAIL  {org} entry {}: {}", fault.seq, fault.what)).collect();
    if *more > 0 {
        lines.push(format!("FAIL  {org}: {more} faults more"));
    }
    if lines.is_empty() {
        lines.push(format!("ok    {org} {entries} entries, the last {} {}", last.seq, last.hash));
    }
    lines
}

/// Writes the heads to the log when a worker starts and then daily, so that whoever keeps the logs elsewhere has them.
pub(crate) async fn note_heads(store: Store, stopping: CancellationToken) {
    loop {
        match store.audit_heads().await {
            Ok(heads) => {
                for recorded in heads {
                    let (org, head) = (recorded.org, recorded.head);
                    if recorded.genuine {
                        tracing::info!(org, seq = head.seq, hash = head.hash, "audit head");
                    } else {
                        tracing::error!(
                            org,
                            seq = head.seq,
                            "the end of the audit chain is not as it was written"
                        );
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "the audit heads cannot be read"),
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(NOTED_EVERY) => {}
        }
    }
}
