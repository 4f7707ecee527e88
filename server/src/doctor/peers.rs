//! Who the server talks to: database, Redis, other nodes.

use std::time::Duration;

use tandem_core::{Clock as _, SystemClock};
use tandem_proto::NodeInfo;
use tandem_setup::Config;
use tandem_store::ServerFacts;
use tokio::{net::TcpStream, time::timeout};

use super::{Finding, Found, PATIENCE};

/// Oldest PostgreSQL that is tested.
const VERSION: i64 = 150_000;
/// Each node has up to 25, and two programs may run side by side while nodes are replaced.
const CONNECTIONS: i64 = 300;
/// Clocks this far apart show in calls' records.
const CLOCKS: Duration = Duration::from_secs(2);

/// The database that nodes share, and what it knows of them.
pub(super) async fn postgres(config: &Config) -> Vec<Finding> {
    let what = format!("database {}", config.database);
    let facts = match timeout(PATIENCE, tandem_store::examine(config.database.url())).await {
        Ok(Ok(facts)) => facts,
        Ok(Err(error)) => return vec![Finding::new(what, Found::Fail(error.to_string()))],
        Err(_) => {
            let reason =
                format!("it does not answer within {PATIENCE:?}; is it running, and reachable from here?");
            return vec![Finding::new(what, Found::Fail(reason))];
        }
    };
    let mut findings = vec![
        Finding::new(what, Found::Fine(String::new())),
        version(&facts),
        role(&facts),
        connections(&facts),
        standby(&facts),
        clock(&facts),
    ];
    findings.extend(nodes(config, &facts).await);
    findings
}

fn version(facts: &ServerFacts) -> Finding {
    let version = format!("{}.{}", facts.version / 10_000, facts.version % 10_000);
    let found = match facts.version {
        old if old < VERSION => Found::Fail(format!("{version}; 15 or later is needed")),
        _ => Found::Fine(version),
    };
    Finding::new("PostgreSQL's version", found)
}

fn role(facts: &ServerFacts) -> Finding {
    let found = match facts.bypasses_walls {
        true => Found::Warn(
            "row-level security does not hold it, which is the second wall between organisations: connect as an ordinary role (CREATE ROLE tandem LOGIN …)".to_owned(),
        ),
        false => Found::Fine("ordinary".to_owned()),
    };
    Finding::new("PostgreSQL's role", found)
}

fn connections(facts: &ServerFacts) -> Finding {
    let most = facts.max_connections;
    let found = match most {
        few if few < CONNECTIONS => {
            Found::Warn(format!("{few}: enough for a few nodes; set max_connections = {CONNECTIONS} or more"))
        }
        enough => Found::Fine(enough.to_string()),
    };
    Finding::new("PostgreSQL's connections", found)
}

fn standby(facts: &ServerFacts) -> Finding {
    let found = match (facts.synchronous.is_empty(), facts.standbys) {
        (true, _) => Found::Warn(
            "commits wait for none, so what was acknowledged is lost with the machine: set synchronous_standby_names"
                .to_owned(),
        ),
        (false, 0) => {
            Found::Fail("commits wait for a standby and none follows: start it, or writes hang".to_owned())
        }
        (false, standbys) => Found::Fine(format!("{standbys} follow, {}", facts.synchronous)),
    };
    Finding::new("PostgreSQL's synchronous standby", found)
}

fn clock(facts: &ServerFacts) -> Finding {
    let apart = SystemClock.now().micros().abs_diff(facts.now);
    let apart = Duration::from_micros(apart).saturating_sub(facts.took);
    let found = if apart > CLOCKS {
        Found::Warn(format!(
            "{apart:.1?} apart from the database's: keep both by NTP (systemd-timesyncd, chrony)"
        ))
    } else {
        Found::Fine("as the database's".to_owned())
    };
    Finding::new("clock", found)
}

/// The others, as the database has them. One that died a moment ago is still among them.
async fn nodes(config: &Config, facts: &ServerFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let nodes = facts.nodes.iter().filter_map(|info| serde_json::from_str::<NodeInfo>(info).ok());
    for node in nodes {
        let roles: Vec<_> = node.roles.iter().map(|role| role.name()).collect();
        let what = format!("node {} ({}), version {}", node.name, roles.join(","), node.version);
        let reached = match node.links {
            None => Err("it runs alone on this database: stop it, or give it links".to_owned()),
            Some(links) => match timeout(PATIENCE, TcpStream::connect(links)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => {
                    Err(format!("{links} is not reached: {error}; it ended, or something is in between"))
                }
                Err(_) => Err(format!("{links} does not answer: a firewall?")),
            },
        };
        let found = match reached {
            Ok(()) if node.name == config.name => {
                Found::Warn("it has this node's name and runs: stop it first, or set another name".to_owned())
            }
            Ok(()) if node.version != env!("CARGO_PKG_VERSION") => {
                Found::Warn(format!("this is {}: finish the update", env!("CARGO_PKG_VERSION")))
            }
            Ok(()) => Found::Fine("reached".to_owned()),
            Err(reason) => Found::Warn(reason),
        };
        findings.push(Finding::new(what, found));
    }
    findings
}

/// Redis, where there is one.
pub(super) async fn redis(config: &Config) -> Option<Finding> {
    let url = config.redis.as_ref()?;
    let pinged = async {
        let mut connection = redis::Client::open(url.url())?.get_multiplexed_async_connection().await?;
        redis::cmd("PING").query_async::<()>(&mut connection).await
    };
    let found = match timeout(PATIENCE, pinged).await {
        Ok(Ok(())) => Found::Fine(String::new()),
        Ok(Err(error)) => Found::Fail(format!("{error}; is it running, and the password right?")),
        Err(_) => Found::Fail(format!("it does not answer within {PATIENCE:?}")),
    };
    Some(Finding::new(format!("Redis {url}"), found))
}
