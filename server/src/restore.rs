//! `tandem restore`: a back-up into an empty database, of either kind.

use std::{collections::BTreeSet, path::Path, process::ExitCode};

use tandem_blobs::{BlobId, Blobs, Place};
use tandem_core::{Clock as _, Mint, SystemClock};
use tandem_proto::OrgId;
use tandem_setup::{Config, StartError};
use tandem_store::{
    StoreError,
    dump::{self, DumpError, Restoring},
};

use crate::{
    backup::{self, Parcel},
    compose::{self, node},
    say,
};

/// Checks the back-up, reads it into the database, compares what the database then holds, and puts the blobs back.
pub(crate) async fn restore(
    config: &Config,
    from: &Path,
    keys: Option<&Path>,
) -> Result<ExitCode, StartError> {
    let parcel = Parcel::at(from, keys);
    // Known before anything is done: a damaged file leaves the database as it was.
    parcel.open()?.1.finish().map_err(|error| backup::refused(&parcel.file, &error))?;
    compose::data_folder(&config.data)?;
    let (migrations, sealing, mut listed) = (node::migrations(), node::sealing(config)?, Vec::new());
    let restoring = Restoring { migrations: &migrations, now: SystemClock.now(), sealing: &sealing };
    let (copy, keys) = (parcel.open()?, parcel.open_keys()?);
    let restored = dump::restore(config.database.url(), restoring, copy, keys, |section, row| {
        listed.extend(backup::listed(section, row))
    });
    let manifest = restored.await.map_err(|error| match error {
        DumpError::Store(StoreError::Open { reason, .. }) => node::unusable(config, reason),
        error => backup::refused(&parcel.file, &error),
    })?;
    let missing = blobs(config, &parcel, &listed).await?;
    for (org, id) in &missing {
        say(&format!("FAIL  blob {id} of org {org} is not at {}", config.blobs))?;
    }
    backup::report(&parcel.file, &manifest, &format!("restored into {}, the same", config.database))?;
    Ok(if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Puts the blobs of a back-up in their place, if it has them; answers those that are not there afterwards.
async fn blobs(
    config: &Config,
    parcel: &Parcel,
    listed: &[(OrgId, BlobId)],
) -> Result<BTreeSet<(OrgId, BlobId)>, StartError> {
    if listed.is_empty() {
        return Ok(BTreeSet::new());
    }
    let failed = |error: &dyn std::error::Error| StartError::Failed(format!("blobs: {error}"));
    let place: Place = config.blobs.url().parse().map_err(|error| failed(&error))?;
    let blobs = Blobs::open(&place).map_err(|error| failed(&error))?;
    let mint = Mint::for_server();
    for (org, id) in listed {
        let scope = mint.scope(*org);
        if let Some(folder) = &parcel.blobs {
            let path = backup::blob_path(folder, scope, *id);
            let put = blobs.put_file(scope, &path).await;
            if put.map_err(|error| failed(&error))? != *id {
                return Err(StartError::Failed(format!("{}: it is damaged", path.display())));
            }
        }
    }
    let mut missing: BTreeSet<_> = listed.iter().copied().collect();
    let orgs: BTreeSet<_> = listed.iter().map(|(org, _)| *org).collect();
    for org in orgs {
        for (id, _) in blobs.list(mint.scope(org)).await.map_err(|error| failed(&error))? {
            missing.remove(&(org, id));
        }
    }
    Ok(missing)
}
