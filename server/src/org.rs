//! `tandem org`: organisations are made by whoever runs the server.

use std::sync::Arc;

use tandem_core::{Mint, SystemClock};
use tandem_edge::{
    Identity, IdentityError,
    identity::{self, Setup},
};
use tandem_proto::api::{LimitInfo, NewPerson, OrgLimit, Role};
use tandem_setup::{Config, OrgCommand, StartError};
use tandem_store::{Cause, Store};

use crate::{
    compose::{self, node},
    demo::secret,
    regions, say,
};

/// Does what is said, on the database itself: beside nodes that run, or, on SQLite, while no server does.
pub(crate) async fn run(config: &Config, command: &OrgCommand) -> Result<(), StartError> {
    compose::data_folder(&config.data)?;
    let store = node::open_store(config).await?;
    let done = carry_out(config, &store, command).await;
    store.close().await;
    for line in done? {
        say(&line)?;
    }
    Ok(())
}

async fn carry_out(config: &Config, store: &Store, command: &OrgCommand) -> Result<Vec<String>, StartError> {
    let setup = Setup { homes: regions::homes(config)?, ..Setup::default() };
    let identity = Identity::with_setup(store.clone(), Mint::for_server(), Arc::new(SystemClock), setup);
    compose::settle(&identity).await?;
    match command {
        OrgCommand::Create { organisation, login, display_name, limits } => {
            create(&identity, organisation, login, display_name, limits).await
        }
        OrgCommand::Limits { organisation, limits: wanted } => limits(&identity, organisation, wanted).await,
        OrgCommand::List => list(&identity).await,
    }
}

async fn create(
    identity: &Identity,
    name: &str,
    login: &str,
    display_name: &str,
    limits: &[(OrgLimit, u32)],
) -> Result<Vec<String>, StartError> {
    let password = secret();
    let first = NewPerson {
        name: login.to_owned(),
        display_name: display_name.to_owned(),
        title: None,
        roles: vec![Role::Admin],
        password: password.clone(),
        extension: None,
    };
    let (scope, user) = identity.create_org_with(name, first, limits.to_vec()).await.map_err(refused)?;
    Ok(vec![
        format!("organisation  {} {}", scope.org(), name.trim()),
        format!("login         {}", user.name),
        format!("password      {password}"),
    ])
}

/// Sets what is said, then shows every limit.
async fn limits(
    identity: &Identity,
    name: &str,
    wanted: &[(OrgLimit, u32)],
) -> Result<Vec<String>, StartError> {
    let scope = identity.org_by_name(name).await.map_err(refused)?;
    let scope =
        scope.ok_or_else(|| StartError::Failed(format!("there is no organisation of the name {name:?}")))?;
    for (limit, value) in wanted {
        identity.set_limit(scope, Cause::SYSTEM, *limit, *value).await.map_err(refused)?;
    }
    let counted = [identity::COUNTED, &node::COUNTED.concat()].concat();
    let limits = identity.limits(scope, counted).await.map_err(refused)?;
    let line = |info: LimitInfo| {
        let whose = if info.set { "set" } else { "usual" };
        format!("{:<10} {:>9} of {:>9}  {whose}", info.limit.name(), info.used, info.value)
    };
    Ok(limits.into_iter().map(line).collect())
}

async fn list(identity: &Identity) -> Result<Vec<String>, StartError> {
    let orgs = identity.orgs().await.map_err(refused)?;
    Ok(orgs.into_iter().map(|(scope, name)| format!("{} {name}", scope.org())).collect())
}

fn refused(error: IdentityError) -> StartError {
    StartError::Failed(error.to_string())
}
