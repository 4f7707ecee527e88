//! The life of a server: start, ready, drain.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use tandem_core::SystemClock;
use tandem_edge::Identity;
use tandem_proto::NodeRole;
use tandem_setup::{Certificates, Config, Metrics, Proxies, Runtime, StartError, tls};
use tandem_sip::Transport;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    compose::{self, Parts, node},
    demo::{self, Reached},
    http::{self, Listener, Standing},
    say,
};

/// Longest time between the wish to stop and the end of the process.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// The front asks for health four times a second; nodes tell each other at once.
const SEEN_WITHIN: Duration = Duration::from_millis(600);
/// For calls, conversations and media to be taken by others.
const HAND_OVER_WITHIN: Duration = Duration::from_secs(6);
/// For requests under way.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

pub(crate) async fn serve(config: Config) -> Result<(), StartError> {
    let began = Instant::now();
    let metrics = Metrics::install()?;
    compose::data_folder(&config.data)?;
    let certificates = certificates(&config).await?;
    let http = match config.roles.contains(&NodeRole::Edge) {
        true => {
            let listener = Listener::bind("HTTP", "--http", config.http).await?;
            Some(listener.with_tls(certificates.clone()).behind(Proxies::within(&config.trusted_proxies)))
        }
        false => None,
    };
    let admin = Listener::bind("metrics and health", "--admin", config.admin).await?;
    let stopping = CancellationToken::new();
    let standing = Standing::starting(format!("it starts, and waits until {} answers", config.database));
    let admin_address = admin.address;
    let mut servers =
        vec![tokio::spawn(admin.serve(http::admin(&standing, metrics.clone()), stopping.clone()))];
    let parts = compose::start(&config, certificates.as_ref()).await?;
    let runtime = Runtime {
        http: http.as_ref().map(|listener| listener.address),
        admin: admin_address,
        sip: parts.sip.at(Transport::Udp),
        sip_tls: parts.sip.at(Transport::Tls),
        sip_ws: parts.sip.at(Transport::Ws),
        sip_wss: parts.sip.at(Transport::Wss),
        media: parts.media,
        pid: std::process::id(),
    };
    // An address others reach by another name is not one to write to them.
    if let Some(http) = runtime.http.filter(|http| config.url.is_some() || http.ip().is_loopback()) {
        parts.identity.reached_at(config.url_at(http));
    }
    let app = http::app(&parts, &standing);
    let demo = match config.demo {
        true => Some(demo::prepare(&config, &parts, reached(&config, &runtime)).await?),
        false => None,
    };
    runtime
        .write(&config.data)
        .map_err(|error| StartError::Data { path: config.data.clone(), reason: error.to_string() })?;

    standing.started(&parts);
    servers.extend(http.map(|http| tokio::spawn(http.serve(app, stopping.clone()))));
    tokio::spawn(metrics.upkeep());
    tokio::spawn(finish_erasures(parts.identity.clone()));
    parts.cluster.update(|info| {
        info.http = runtime.http;
        info.sip = runtime.sip;
        info.media = runtime.media;
    });
    let ready = match runtime.http {
        Some(http) => config.address_url(http),
        None => format!("{} ({})", config.name, roles(&config)),
    };
    say(&format!("ready {ready} in {} ms", began.elapsed().as_millis()))?;
    if let Some(demo) = demo {
        say(&demo)?;
    }

    let reason = tandem_setup::stop_requested()
        .await
        .map_err(|error| StartError::Failed(format!("signals cannot be listened to: {error}")))?;
    tracing::info!(reason, "draining");
    Runtime::remove(&config.data);
    if tokio::time::timeout(STOP_WITHIN, stop(parts, stopping, servers)).await.is_err() {
        tracing::warn!("not everything ended in time");
    }
    Ok(())
}

/// `tandem demo`: as a server that listens nowhere, for as long as it takes to make the demo organisation.
pub(crate) async fn make_demo(config: Config) -> Result<(), StartError> {
    compose::data_folder(&config.data)?;
    let reached = Reached { http: config.url_at(config.http), sip: config.sip };
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let quiet = Config {
        sip: nowhere,
        sip_tls: None,
        sip_ws: None,
        sip_wss: None,
        media: nowhere,
        roles: NodeRole::ALL.into(),
        ..config
    };
    let parts = compose::start(&quiet, None).await?;
    let told = demo::prepare(&quiet, &parts, reached).await?;
    stop(parts, CancellationToken::new(), Vec::<std::future::Ready<()>>::new()).await;
    say(&told)
}

/// Reads the certificate, if there is one, and has it read again when it changes. From here on SIGHUP ends nothing.
async fn certificates(config: &Config) -> Result<Option<Certificates>, StartError> {
    let certificates = match &config.tls {
        Some(files) => Some(Certificates::load(files.clone(), Arc::new(SystemClock)).await?),
        None => None,
    };
    if config.is_exposed() {
        tracing::warn!(
            http = %config.http,
            "passwords and messages cross the network in plain text, and browsers give no microphone: set tls_cert and tls_key, \
             or url to the https address of a proxy in front"
        );
    }
    let fresh = tls::keep_fresh(certificates.clone())
        .map_err(|error| StartError::Failed(format!("signals cannot be listened to: {error}")))?;
    tokio::spawn(fresh);
    Ok(certificates)
}

fn reached(config: &Config, runtime: &Runtime) -> Reached {
    Reached {
        http: config.url_at(runtime.http.unwrap_or(config.http)),
        sip: runtime.sip.unwrap_or(config.sip),
    }
}

fn roles(config: &Config) -> String {
    config.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(",")
}

/// Clears what was left of people who were erased. Several nodes may do it at once: it is the same twice.
async fn finish_erasures(identity: Identity) {
    match identity.finish_erasures(node::ERASERS).await {
        Ok(0) => {}
        Ok(people) => tracing::info!(people, "what was left of people who were erased is cleared"),
        Err(error) => {
            tracing::error!(%error, "what is left of people who were erased stays until the next start")
        }
    }
}

/// Takes no more work, hands over what it owns or says goodbye, ends what was begun, closes the store last.
async fn stop<T: Future>(parts: Parts, stopping: CancellationToken, servers: Vec<T>) {
    let Parts { cluster, communicate, engage, edge, pool, jobs, webhooks, sip_node, store, .. } = &parts;
    parts.stopping.cancel();
    cluster.drain();
    if cluster.nodes().all().len() > 1 {
        // Nobody sends anything new here once the front and the other nodes have seen that this one drains.
        tokio::time::sleep(SEEN_WITHIN).await;
    }
    if let Some(sip) = sip_node {
        sip.drain().await;
    }
    // Phones are told by BYE where no other node can take their calls; one that does not answer is not waited for.
    let hand_over = async {
        tokio::join!(
            communicate.drain(),
            engage.drain(),
            pool.drain(),
            webhooks.stop(),
            jobs.stop(HAND_OVER_WITHIN)
        )
    };
    if tokio::time::timeout(HAND_OVER_WITHIN, hand_over).await.is_err() {
        tracing::warn!("not everything was handed over in time");
    }
    edge.drain().await;
    stopping.cancel();
    // Idle keep-alive connections end at once; requests under way get their answer.
    let _ = tokio::time::timeout(ANSWERS_WITHIN, futures::future::join_all(servers)).await;
    if let Some(sip) = sip_node {
        sip.leave().await;
    }
    if let Err(error) = cluster.leave().await {
        tracing::warn!(%error, "left without a word: the others will find out");
    }
    store.close().await;
    tracing::info!("stopped");
}
