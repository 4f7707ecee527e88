//! Ten processes over PostgreSQL and Redis behind HAProxy, as `scripts/cluster.mjs` starts them and `cluster.json` describes them.
//!
//! The script is the cluster's supervisor: it starts a node or Redis again half a second after it ended, and promotes the standby when
//! the primary ends. So a scenario only has to kill, and to wait until what it killed is back.

use std::{
    io::{BufRead, BufReader},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{Signal, WorldError, is_alive, ports, read_json, signal};

/// A cluster needs so long to come up at most.
const UP_WITHIN: Duration = Duration::from_secs(120);
/// A node or Redis that was killed is back after so long at most.
const BACK_WITHIN: Duration = Duration::from_secs(40);
/// A supervisor that is asked to end does within this.
const DOWN_WITHIN: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

/// The generator's address where each node is a host of its own (`NET` in the script).
const BRIDGE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
/// A hardware address nobody has: what is sent there is lost without a word.
const NOBODY: &str = "02:00:00:00:00:00";

/// What nodes are to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hosts {
    /// Processes of this machine on 127.0.0.x.
    Shared,
    /// Hosts of their own, in network namespaces, which takes root.
    Own,
}

/// What becomes of a node's network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Nothing comes or goes.
    Off,
    /// It hears, and nobody hears it.
    Mute,
    /// All is well again.
    Healed,
}

/// A cluster that runs.
#[derive(Debug)]
pub struct Cluster {
    description: Description,
    http: SocketAddr,
    file: PathBuf,
    /// Ours to end, if we started it.
    supervisor: Option<Child>,
}

/// `cluster.json`.
#[derive(Clone, Debug, Deserialize)]
struct Description {
    http: String,
    sip: Vec<SocketAddr>,
    demo: PathBuf,
    nodes: Vec<Node>,
    /// Each node is a host of its own, in a network namespace.
    #[serde(default)]
    netns: bool,
    postgres: Option<Postgres>,
    redis: Option<Process>,
}

/// A process of Tandem.
#[derive(Clone, Debug, Deserialize)]
pub struct Node {
    /// Its name, the same over restarts.
    pub name: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Process; 0 while it does not run.
    pub pid: u32,
    /// Where it says whether it is ready.
    pub admin: SocketAddr,
    /// What it logs.
    pub log: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
struct Postgres {
    primary: Process,
    promote: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Process {
    pid: u32,
    port: u16,
}

impl Cluster {
    /// One that runs already.
    ///
    /// # Errors
    /// When its `cluster.json` is not there, or not one.
    pub fn open(file: &Path) -> Result<Self, WorldError> {
        let description: Description = read_json(file)?;
        let address = description.http.trim_start_matches("http://");
        let http =
            address.parse().map_err(|_| other(format!("{address:?} in {} is no address", file.display())))?;
        Ok(Self { description, http, file: file.to_owned(), supervisor: None })
    }

    /// Starts one with `script` in the empty folder `dir`; it ends when this is dropped.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(script: &Path, bin: &Path, dir: &Path, hosts: Hosts) -> Result<Self, WorldError> {
        let io = |error| WorldError::Io(script.display().to_string(), error);
        let absolute = |path: &Path| std::path::absolute(path).map_err(io);
        let base = ports::free_run(10)?.to_string();
        let mut supervisor = Command::new("node")
            .arg(absolute(script)?)
            .args(["up", "--fresh", "--base", &base, "--dir"])
            .arg(absolute(dir)?)
            .arg("--bin")
            .arg(absolute(bin)?)
            .args((hosts == Hosts::Own).then_some("--netns"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(io)?;
        let (ready, mut said) = tokio::sync::mpsc::unbounded_channel();
        if let Some(stdout) = supervisor.stdout.take() {
            // Until it ends: a pipe nobody reads would stop it.
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    let _ = ready.send(line);
                }
            });
        }
        let up = async {
            while let Some(line) = said.recv().await {
                if line.starts_with("ready ") {
                    return true;
                }
            }
            false
        };
        let up = timeout(UP_WITHIN, up).await.unwrap_or(false);
        let cluster = if up {
            Self::open(&dir.join("cluster.json"))
        } else {
            Err(other("the cluster does not come up".into()))
        };
        match cluster {
            Ok(mut cluster) => {
                cluster.supervisor = Some(supervisor);
                Ok(cluster)
            }
            Err(error) => {
                end(&mut supervisor);
                Err(error)
            }
        }
    }

    /// The API, through HAProxy.
    pub const fn http(&self) -> SocketAddr {
        self.http
    }

    /// SIP nodes.
    pub fn sip(&self) -> &[SocketAddr] {
        &self.description.sip
    }

    /// The demo's logins.
    pub fn demo(&self) -> &Path {
        &self.description.demo
    }

    /// Address from which phones and browsers reach it.
    pub const fn local(&self) -> IpAddr {
        IpAddr::V4(if self.description.netns { BRIDGE } else { Ipv4Addr::LOCALHOST })
    }

    /// Cuts a node off, or lets it back. Only where each is a host of its own.
    ///
    /// # Errors
    /// When the machine does not do it.
    pub fn cut(&self, node: usize, how: Cut) -> Result<(), WorldError> {
        let link = format!("tandem-{}", self.nodes()[node].name);
        match how {
            Cut::Off => ip(&["link", "set", &link, "down"]),
            Cut::Mute => self.others(node).try_for_each(|other| {
                ip(&[
                    "netns",
                    "exec",
                    &link,
                    "ip",
                    "neighbour",
                    "replace",
                    &other,
                    "lladdr",
                    NOBODY,
                    "dev",
                    "eth0",
                ])
            }),
            Cut::Healed => {
                ip(&["link", "set", &link, "up"])?;
                self.others(node).for_each(|other| {
                    // Where it was not mute there is nothing to forget.
                    let _ = ip(&["netns", "exec", &link, "ip", "neighbour", "delete", &other, "dev", "eth0"]);
                });
                Ok(())
            }
        }
    }

    /// Everybody a node sends to.
    fn others(&self, node: usize) -> impl Iterator<Item = String> {
        let nodes = self.nodes().iter().enumerate().filter(move |(at, _)| *at != node);
        nodes.map(|(_, other)| other.admin.ip().to_string()).chain([BRIDGE.to_string()])
    }

    /// Nodes, as they were when last looked at.
    pub fn nodes(&self) -> &[Node] {
        &self.description.nodes
    }

    /// Places of the nodes that have a role, in their order.
    pub fn with_role(&self, role: &str) -> Vec<usize> {
        let has = |node: &Node| node.roles.iter().any(|own| own == role);
        self.nodes().iter().enumerate().filter(|(_, node)| has(node)).map(|(at, _)| at).collect()
    }

    /// Sends a node a signal.
    ///
    /// # Errors
    /// When it does not run.
    pub fn signal(&mut self, node: usize, what: Signal) -> Result<(), WorldError> {
        self.look()?;
        match self.nodes()[node].pid {
            0 => Err(other(format!("{} does not run", self.nodes()[node].name))),
            pid => signal(pid, what),
        }
    }

    /// Ends a node by a signal and waits until the process is gone; how long it took.
    ///
    /// # Errors
    /// When it does not run, or does not end.
    pub async fn end(&mut self, node: usize, what: Signal) -> Result<Duration, WorldError> {
        self.signal(node, what)?;
        gone(self.nodes()[node].pid).await
    }

    /// Waits until a node that ended runs again and is ready.
    ///
    /// # Errors
    /// When it does not.
    pub async fn back(&mut self, node: usize) -> Result<(), WorldError> {
        self.is_ready_again(node, self.nodes()[node].pid).await
    }

    /// Waits until a node that never ended is ready.
    ///
    /// # Errors
    /// When it is not, or ended.
    pub async fn answers(&mut self, node: usize) -> Result<(), WorldError> {
        self.is_ready_again(node, 0).await
    }

    /// Waits until a node runs, as another process than `before`, and is ready.
    async fn is_ready_again(&mut self, node: usize, before: u32) -> Result<(), WorldError> {
        let began = Instant::now();
        while began.elapsed() < BACK_WITHIN {
            self.look()?;
            let now = &self.nodes()[node];
            if now.pid != 0 && now.pid != before && is_ready(now.admin).await {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        Err(other(format!("{} does not come back", self.nodes()[node].name)))
    }

    /// kill −9 of the primary; the supervisor promotes the standby.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill_primary(&mut self) -> Result<(), WorldError> {
        self.look()?;
        let postgres = self.description.postgres.as_ref();
        let postgres = postgres.ok_or_else(|| other("the cluster has no PostgreSQL".into()))?;
        signal(postgres.primary.pid, Signal::Kill)
    }

    /// Promotes the standby, in case the supervisor does not.
    pub fn promote(&self) {
        let promote = self.description.postgres.as_ref().map(|postgres| postgres.promote.as_slice());
        if let Some([program, args @ ..]) = promote {
            // One that is promoted already says so, which is as good.
            let _ = Command::new(program)
                .args(args)
                .current_dir("/")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        }
    }

    fn redis(&self) -> Result<&Process, WorldError> {
        self.description.redis.as_ref().ok_or_else(|| other("the cluster has no Redis".into()))
    }

    /// Sends Redis a signal.
    ///
    /// # Errors
    /// When it does not run.
    pub fn signal_redis(&mut self, what: Signal) -> Result<(), WorldError> {
        self.look()?;
        signal(self.redis()?.pid, what)
    }

    /// Waits until Redis, killed before, answers again.
    ///
    /// # Errors
    /// When it does not.
    pub async fn redis_back(&mut self) -> Result<(), WorldError> {
        let (before, began) = (self.redis()?.pid, Instant::now());
        while began.elapsed() < BACK_WITHIN {
            self.look()?;
            if self.redis()?.pid != before && self.ask_redis("PING").await.is_ok() {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        Err(other("Redis does not come back".into()))
    }

    /// FLUSHALL.
    ///
    /// # Errors
    /// When Redis cannot be reached.
    pub async fn flush_redis(&self) -> Result<(), WorldError> {
        self.ask_redis("FLUSHALL").await
    }

    async fn ask_redis(&self, command: &str) -> Result<(), WorldError> {
        let io = |error| WorldError::Io("redis".to_owned(), error);
        let mut stream = TcpStream::connect(("127.0.0.1", self.redis()?.port)).await.map_err(io)?;
        stream.write_all(format!("{command}\r\n").as_bytes()).await.map_err(io)?;
        let mut first = [0];
        stream.read_exact(&mut first).await.map_err(io)?;
        if first == *b"+" { Ok(()) } else { Err(other(format!("Redis refuses {command}"))) }
    }

    /// Reads the processes anew.
    fn look(&mut self) -> Result<(), WorldError> {
        self.description = read_json(&self.file)?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(supervisor) = &mut self.supervisor {
            end(supervisor);
        }
    }
}

fn end(supervisor: &mut Child) {
    let (asked, began) = (signal(supervisor.id(), Signal::Term), Instant::now());
    while asked.is_ok() && began.elapsed() < DOWN_WITHIN {
        if !matches!(supervisor.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(LOOK);
    }
    let _ = supervisor.kill();
    let _ = supervisor.wait();
}

/// The program that sets up networks.
fn ip(args: &[&str]) -> Result<(), WorldError> {
    let done = Command::new("ip").args(args).output();
    let done = done.map_err(|error| WorldError::Io("ip".to_owned(), error))?;
    if done.status.success() {
        return Ok(());
    }
    Err(other(format!("ip {}: {}", args.join(" "), String::from_utf8_lossy(&done.stderr).trim())))
}

fn other(text: String) -> WorldError {
    WorldError::Other(text)
}

/// `GET /readyz` of a node.
async fn is_ready(admin: SocketAddr) -> bool {
    let asked = async {
        let mut stream = TcpStream::connect(admin).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n").await?;
        let mut head = [0; 12];
        stream.read_exact(&mut head).await?;
        Ok::<_, std::io::Error>(head.ends_with(b" 200"))
    };
    matches!(timeout(Duration::from_secs(2), asked).await, Ok(Ok(true)))
}

/// Waits until a process is gone; how long it took.
async fn gone(pid: u32) -> Result<Duration, WorldError> {
    let began = Instant::now();
    while is_alive(pid) {
        if began.elapsed() > DOWN_WITHIN {
            return Err(other(format!("process {pid} does not end")));
        }
        sleep(LOOK).await;
    }
    Ok(began.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = r#"{
        "http": "http://127.0.0.1:8080", "stats": "http://127.0.0.1:8089", "sip": ["127.0.0.21:8083", "127.0.0.22:8083"],
        "demo": "/d/demo.json", "pid": 1, "dir": "/d", "database": "postgres://…",
        "nodes": [
            { "name": "edge1", "roles": ["edge"], "ip": "127.0.0.11", "pid": 7, "args": [], "admin": "127.0.0.11:8082", "log": "/d/l" },
            { "name": "sip1", "roles": ["sip"], "ip": "127.0.0.21", "pid": 8, "args": [], "admin": "127.0.0.21:8082", "log": "/d/m" }
        ],
        "postgres": { "primary": { "pid": 2, "port": 1, "dir": "/p" }, "standby": { "pid": 3, "port": 2, "dir": "/s" }, "promote": ["pg_ctl"] },
        "redis": { "pid": 4, "port": 3, "dir": "/r", "args": [] }
    }"#;

    #[test]
    fn a_description_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("cluster.json");
        std::fs::write(&file, EXAMPLE).expect("written");
        let cluster = Cluster::open(&file).expect("reads");
        assert_eq!(cluster.http(), "127.0.0.1:8080".parse().expect("an address"));
        assert_eq!(cluster.with_role("sip"), [1]);
        assert!(cluster.with_role("media").is_empty());
    }
}
