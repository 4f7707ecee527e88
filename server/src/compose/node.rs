//! This process among the others: the store they share, the bus, and who is there.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};

use tandem_bus::{Bus, LinkTls, Links, Seals};
use tandem_cluster::{Cluster, Joining};
use tandem_collaborate::PresenceBackend;
use tandem_communicate::Communicate;
use tandem_core::{Mint, Secret, SystemClock};
use tandem_edge::{
    Counted, DividedKinds, Erasers, RequestLimits,
    identity::{Lifetimes, Mailer, SignInLimits},
};
use tandem_proto::{Load, NodeInfo, NodeRole};
use tandem_relay::MediaPool;
use tandem_setup::{Config, NodeCertificates, StartError};
use tandem_store::{
    LocalKeys, MasterKey, Migration, Options, Store, StoreError, dump::Sealing, read_keys, read_or_make_keys,
};

use super::{audit_key::audit_key, failed};

/// The master key's file in the data folder of an embedded server.
const MASTER_KEY: &str = "master.key";
/// How often the others are told how busy this node is.
const LOAD_EVERY: Duration = Duration::from_millis(500);

/// Opens the store with the tables and views of every part.
pub(crate) async fn open_store(config: &Config) -> Result<Store, StartError> {
    let projections = tandem_engage::projections();
    let run_projections = config.roles.contains(&NodeRole::Worker);
    let migrations = migrations();
    let (audit_key, master) = (audit_key(config)?, master_key(config)?);
    let options = Options {
        migrations,
        projections,
        run_projections,
        audit_key,
        master,
        ..Options::new(config.database.url())
    };
    Store::open_with(options).await.map_err(|error| match error {
        StoreError::Open { reason, .. } => unusable(config, reason),
        error => failed("the store", &error),
    })
}

/// How long people stay signed in, and programs are let in, at most.
pub(crate) fn lifetimes(config: &Config) -> Lifetimes {
    let days = |days: NonZeroU32| Duration::from_secs(u64::from(days.get()) * 86_400);
    Lifetimes { session: days(config.session_days), grant: days(config.grant_days) }
}

/// What sends mail.
pub(crate) fn mailer(config: &Config) -> Result<Mailer, StartError> {
    let read = |file: &PathBuf| {
        std::fs::read_to_string(file).map(|text| Secret::new(text.trim_end())).map_err(|error| {
            StartError::Config(format!("mail_password_file: cannot read {}: {error}", file.display()))
        })
    };
    let password = config.mail_password_file.as_ref().map(read).transpose()?;
    Mailer::open(config.mail.url(), &config.mail_from, password.as_ref()).map_err(StartError::Config)
}

/// What the orgs' keys are encrypted under.
pub(crate) fn master_key(config: &Config) -> Result<Option<Arc<dyn MasterKey>>, StartError> {
    let keys = match (&config.master_key, &config.master_key_file) {
        (Some(keys), _) => LocalKeys::parse(keys.expose()).map_err(|error| ("master_key", error)),
        (None, Some(file)) => read_keys(file).map_err(|error| ("master_key_file", error)),
        // The one an installation that grew brought along is the right one.
        (None, None) if config.database.is_shared() && !config.data.join(MASTER_KEY).exists() => {
            return Err(StartError::Config(
                "master_key_file: nodes that share a database need the same master key; make one with \
                 `tandem keys new FILE` and give each node a copy"
                    .into(),
            ));
        }
        (None, None) => read_or_make_keys(&config.data.join(MASTER_KEY)).map_err(|error| ("data", error)),
    };
    match keys {
        Ok(keys) => Ok(Some(Arc::new(keys))),
        Err((setting, error)) => Err(StartError::Config(format!("{setting}: {error}"))),
    }
}

/// Where what is personal to people lies, and what reads it in a copy.
pub(crate) fn sealing(config: &Config) -> Result<Sealing, StartError> {
    let personal =
        [tandem_edge::identity::PERSONAL, tandem_collaborate::PERSONAL, tandem_communicate::PERSONAL];
    Ok(Sealing { master: master_key(config)?, personal: personal.concat() })
}

/// What clears every part's tables of somebody who is erased.
pub(crate) const ERASERS: Erasers = Erasers(&[tandem_collaborate::erase, tandem_communicate::erase]);

/// What belongs to divisions.
pub(crate) const DIVIDED: DividedKinds = DividedKinds(&[
    &tandem_edge::identity::PEOPLE,
    &tandem_engage::QUEUES,
    &tandem_engage::FLOWS,
    &tandem_communicate::PHONES,
    &tandem_communicate::NUMBERS,
]);

/// What an org has so many of at most, beside what identity counts.
pub(crate) const COUNTED: [&[Counted]; 3] =
    [tandem_communicate::COUNTED, tandem_engage::COUNTED, tandem_bridge::COUNTED];

/// Why the database, which may be a file of the data folder, cannot be used.
pub(crate) fn unusable(config: &Config, reason: String) -> StartError {
    if config.database.is_shared() {
        return StartError::Database { database: config.database.to_string(), reason };
    }
    StartError::Data { path: config.data.clone(), reason }
}

/// The tables of every part.
pub(crate) fn migrations() -> Vec<Migration> {
    [
        tandem_cluster::MIGRATIONS,
        tandem_edge::identity::MIGRATIONS,
        tandem_collaborate::MIGRATIONS,
        tandem_communicate::MIGRATIONS,
        tandem_routing_engine::MIGRATIONS,
        tandem_engage::MIGRATIONS,
        tandem_bridge::MIGRATIONS,
    ]
    .concat()
}

/// Signals between nodes, and the news that somebody committed.
pub(super) fn bus(config: &Config, store: &Store, seals: &Seals) -> Result<Bus, StartError> {
    let Some(redis) = &config.redis else { return Ok(Bus::new()) };
    let bus = Bus::redis(redis.url(), seals.clone()).map_err(|error| failed("the bus", &error))?;
    tokio::spawn(wake_others(bus.clone(), store.clone()));
    tokio::spawn(woken_by_others(bus.clone(), store.clone()));
    Ok(bus)
}

async fn wake_others(bus: Bus, store: Store) {
    let mut commits = store.commits();
    drop(store);
    while commits.changed().await.is_ok() {
        bus.wake();
    }
}

async fn woken_by_others(bus: Bus, store: Store) {
    let mut woken = bus.woken();
    drop(bus);
    while woken.changed().await.is_ok() {
        store.wake();
    }
}

/// Where failed sign-ins are counted.
pub(super) fn sign_in_limits(config: &Config) -> Result<SignInLimits, StartError> {
    let Some(redis) = &config.redis else { return Ok(SignInLimits::default()) };
    SignInLimits::redis(redis.url()).map_err(|error| failed("sign-in limits", &error))
}

/// How much is taken of clients and orgs.
pub(super) fn request_limits(config: &Config) -> RequestLimits {
    RequestLimits {
        per_client: config.rate_per_client,
        per_org: config.rate_per_org,
        at_once: config.requests_at_once.get() as usize,
    }
}

/// Where presence is kept.
pub(super) fn presence(config: &Config) -> PresenceBackend {
    config.redis.as_ref().map_or(PresenceBackend::Memory, |redis| PresenceBackend::redis(redis.url()))
}

/// Makes this process known to the other nodes, if it may have any.
pub(super) async fn join(
    config: &Config,
    store: &Store,
    mint: &Arc<Mint>,
    seals: Seals,
) -> Result<Cluster, StartError> {
    let (me, tls) = (seals.me(), link_tls(config).await?);
    let links = match config.links {
        None => Links::alone_with(seals),
        Some(address) => Links::listen_with(seals, address, tls).await.map_err(|reason| {
            StartError::Listen { what: "other nodes", address, option: "--links", reason }
        })?,
    };
    let info = NodeInfo {
        http: known(config, NodeRole::Edge, config.http),
        sip: known(config, NodeRole::Sip, config.sip),
        media: known(config, NodeRole::Media, config.media),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..NodeInfo::new(me, &config.name, config.roles.iter().copied(), links.address())
    };
    let alone = !config.database.is_shared();
    let joining = Joining { store: store.clone(), mint: Arc::clone(mint), links, info, alone };
    Cluster::join(joining).await.map_err(|error| failed("the cluster", &error))
}

/// How nodes greet each other, if they have certificates; taken from their files again when these change.
async fn link_tls(config: &Config) -> Result<Option<LinkTls>, StartError> {
    let Some(files) = &config.node_tls else { return Ok(None) };
    let certificates = NodeCertificates::load(files.clone(), Arc::new(SystemClock)).await;
    let certificates = certificates.map_err(StartError::NodeCertificate)?;
    tokio::spawn(certificates.clone().keep_fresh());
    let connecting = certificates.clone();
    Ok(Some(LinkTls::new(move || certificates.accepting(), move || connecting.connecting())))
}

/// An address of a role this node has. Port 0 is not an address yet.
fn known(config: &Config, role: NodeRole, address: SocketAddr) -> Option<SocketAddr> {
    (config.roles.contains(&role) && address.port() != 0).then_some(address)
}

/// Tells the others, again and again, how busy this node is.
pub(super) async fn tell_load(cluster: Cluster, communicate: Communicate, pool: MediaPool) {
    let mut tick = tokio::time::interval(LOAD_EVERY);
    loop {
        tick.tick().await;
        cluster.set_load(Load { calls: communicate.live_calls(), endpoints: pool.load() });
    }
}
