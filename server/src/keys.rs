//! `tandem keys`: what everything at rest is encrypted under.

use std::sync::Arc;

use tandem_core::{Mint, SystemClock};
use tandem_edge::Identity;
use tandem_setup::{Config, KeysCommand, StartError};
use tandem_store::{Cause, LocalKeys, Store, StoreError, make_keys};

use crate::{
    compose::{self, node},
    regions, say,
};

pub(crate) async fn run(config: &Config, command: &KeysCommand) -> Result<(), StartError> {
    match command {
        KeysCommand::New { file } => {
            make_keys(file).map_err(|error| refused(&error))?;
            say(&format!("{}: keep a copy of it apart; what is encrypted is lost without it", file.display()))
        }
        KeysCommand::Region { file } => {
            regions::make_key(file)?;
            say(&format!("{}: give each node of each region a copy", file.display()))
        }
        KeysCommand::Print { key_name } => {
            let line = LocalKeys::generate(key_name);
            LocalKeys::parse(&line).map_err(|error| refused(&error))?;
            say(line.trim_end())
        }
        KeysCommand::Rotate => {
            compose::data_folder(&config.data)?;
            let store = node::open_store(config).await?;
            let rotated = rotate(&store).await;
            store.close().await;
            say(&format!("{} organisations are under new keys", rotated?))
        }
    }
}

async fn rotate(store: &Store) -> Result<usize, StartError> {
    let identity = Identity::new(store.clone(), Mint::for_server(), Arc::new(SystemClock));
    let orgs = identity.orgs().await.map_err(|error| refused(&error))?;
    for (scope, _) in &orgs {
        let rotated = store.write(*scope, Cause::SYSTEM, |tx| Box::pin(async move { tx.rotate_key().await }));
        rotated.await.map_err(|error: StoreError| refused(&error))?;
    }
    Ok(orgs.len())
}

fn refused(error: &dyn std::error::Error) -> StartError {
    StartError::Failed(error.to_string())
}
