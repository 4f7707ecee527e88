//! A cluster that runs already, as its `cluster.json` describes it.
//!
//! ```json
//! {
//!   "http": "127.0.0.1:18080",
//!   "sip": ["127.0.0.21:15060", "127.0.0.22:15060"],
//!   "demo": "/path/to/demo.json",
//!   "bin": "/path/to/tandem",
//!   "nodes": [
//!     { "name": "sip-1", "roles": ["sip"], "pid": 4711, "args": ["serve", "--roles", "sip"], "env": {}, "dir": "/path", "log": "/path/sip-1.log" }
//!   ],
//!   "postgres": {
//!     "primary": { "pid": 1, "dir": "/path", "port": 15432 }, "standby": { "pid": 2, "dir": "/path", "port": 15433 },
//!     "bin": "/usr/lib/postgresql/15/bin", "user": "postgres"
//!   },
//!   "redis": { "pid": 3, "dir": "/path", "port": 16379 }
//! }
//! ```
//!
//! `http` is HAProxy; `sip` are the SIP nodes themselves. A node that is started again writes its new pid back into the file.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{Signal, WorldError, is_alive, read_json, signal};

/// `cluster.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Cluster {
    /// The API, through HAProxy.
    pub http: SocketAddr,
    /// SIP nodes.
    pub sip: Vec<SocketAddr>,
    /// The demo's logins.
    pub demo: PathBuf,
    /// The program nodes run.
    pub bin: PathBuf,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Databases.
    pub postgres: Option<Postgres>,
    /// Redis.
    pub redis: Option<Redis>,
    #[serde(skip)]
    file: PathBuf,
}

/// A process of Tandem.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Node {
    /// Its name, the same over restarts.
    pub name: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Process.
    pub pid: u32,
    /// How it is started.
    pub args: Vec<String>,
    /// With what environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Where.
    #[serde(default)]
    pub dir: Option<PathBuf>,
    /// What it logs.
    pub log: PathBuf,
}

/// Primary and standby.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Postgres {
    /// Takes writes.
    pub primary: PostgresServer,
    /// Follows synchronously.
    pub standby: PostgresServer,
    /// Where `pg_ctl` is.
    pub bin: PathBuf,
    /// Whose account they run under; `pg_ctl` refuses root.
    pub user: String,
}

/// A PostgreSQL server.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PostgresServer {
    /// The postmaster.
    pub pid: u32,
    /// Data folder.
    pub dir: PathBuf,
    /// Port on 127.0.0.1.
    pub port: u16,
}

/// A Redis server.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Redis {
    /// Process.
    pub pid: u32,
    /// Its folder.
    pub dir: PathBuf,
    /// Port on 127.0.0.1.
    pub port: u16,
}

impl Cluster {
    /// Reads `cluster.json`.
    ///
    /// # Errors
    /// When it is not there, or not one.
    pub fn open(file: &Path) -> Result<Self, WorldError> {
        Ok(Self { file: file.to_owned(), ..read_json::<Self>(file)? })
    }

    /// Places of the nodes that have a role, in their order.
    pub fn with_role(&self, role: &str) -> Vec<usize> {
        let has = |node: &Node| node.roles.iter().any(|own| own == role);
        self.nodes.iter().enumerate().filter(|(_, node)| has(node)).map(|(at, _)| at).collect()
    }

    /// kill −9 of a node.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill(&self, node: usize) -> Result<(), WorldError> {
        signal(self.nodes[node].pid, Signal::Kill)?;
        gone(self.nodes[node].pid, Duration::from_secs(5)).await.map(|_| ())
    }

    /// Asks a node to hand over and end; how long it took.
    ///
    /// # Errors
    /// When it does not within 30 s.
    pub async fn stop(&self, node: usize) -> Result<Duration, WorldError> {
        signal(self.nodes[node].pid, Signal::Term)?;
        gone(self.nodes[node].pid, Duration::from_secs(30)).await
    }

    /// Starts a node again, as it was started before.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&mut self, node: usize) -> Result<(), WorldError> {
        let bin = self.bin.clone();
        let node = &mut self.nodes[node];
        let io = |error| WorldError::Io(node.name.clone(), error);
        let log = OpenOptions::new().create(true).append(true).open(&node.log).map_err(io)?;
        let out = log.try_clone().map_err(io)?;
        let mut command = Command::new(bin);
        command.args(&node.args).envs(&node.env).stdin(Stdio::null()).stdout(out).stderr(log);
        if let Some(dir) = &node.dir {
            command.current_dir(dir);
        }
        let mut child = command.spawn().map_err(io)?;
        node.pid = child.id();
        // Somebody has to take the exit status, or it stays as a zombie.
        std::thread::spawn(move || child.wait());
        self.save()
    }

    /// kill −9 of the primary, as a crash of its machine would be.
    ///
    /// # Errors
    /// When there is no PostgreSQL, or it does not run.
    pub fn kill_primary(&self) -> Result<(), WorldError> {
        let primary = &self.postgres()?.primary;
        // The postmaster's children end by themselves once they notice.
        signal(primary.pid, Signal::Kill)
    }

    /// Promotes the standby and waits until it says that it takes writes.
    ///
    /// # Errors
    /// When `pg_ctl` fails.
    pub fn promote(&self) -> Result<(), WorldError> {
        let postgres = self.postgres()?;
        let done = Command::new("runuser")
            .args(["-u", &postgres.user, "--"])
            .arg(postgres.bin.join("pg_ctl"))
            .args(["promote", "-w", "-D"])
            .arg(&postgres.standby.dir)
            .stdout(Stdio::null())
            .status();
        match done {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(WorldError::Other(format!("pg_ctl promote: {status}"))),
            Err(error) => Err(WorldError::Io("pg_ctl".to_owned(), error)),
        }
    }

    fn postgres(&self) -> Result<&Postgres, WorldError> {
        self.postgres.as_ref().ok_or_else(|| WorldError::Other("the cluster has no PostgreSQL".to_owned()))
    }

    fn redis(&self) -> Result<&Redis, WorldError> {
        self.redis.as_ref().ok_or_else(|| WorldError::Other("the cluster has no Redis".to_owned()))
    }

    /// kill −9 of Redis.
    ///
    /// # Errors
    /// When there is none.
    pub async fn kill_redis(&self) -> Result<(), WorldError> {
        let pid = self.redis()?.pid;
        signal(pid, Signal::Kill)?;
        gone(pid, Duration::from_secs(5)).await.map(|_| ())
    }

    /// Starts Redis again, empty.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_redis(&mut self) -> Result<(), WorldError> {
        let redis =
            self.redis.as_mut().ok_or_else(|| WorldError::Other("the cluster has no Redis".to_owned()))?;
        let port = redis.port.to_string();
        let child = Command::new("redis-server")
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(&redis.dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        let mut child = child.map_err(|error| WorldError::Io("redis-server".to_owned(), error))?;
        redis.pid = child.id();
        std::thread::spawn(move || child.wait());
        self.save()
    }

    /// FLUSHALL.
    ///
    /// # Errors
    /// When Redis cannot be reached.
    pub async fn flush_redis(&self) -> Result<(), WorldError> {
        let io = |error| WorldError::Io("redis".to_owned(), error);
        let mut stream = TcpStream::connect(("127.0.0.1", self.redis()?.port)).await.map_err(io)?;
        stream.write_all(b"FLUSHALL\r\n").await.map_err(io)?;
        stream.readable().await.map_err(io)
    }

    fn save(&self) -> Result<(), WorldError> {
        let text =
            serde_json::to_vec_pretty(self).map_err(|e| WorldError::Shape("cluster.json".to_owned(), e))?;
        std::fs::write(&self.file, text)
            .map_err(|error| WorldError::Io(self.file.display().to_string(), error))
    }
}

/// Waits until a process is gone; how long it took.
async fn gone(pid: u32, patience: Duration) -> Result<Duration, WorldError> {
    let began = Instant::now();
    while is_alive(pid) {
        if began.elapsed() > patience {
            return Err(WorldError::Other(format!("process {pid} does not end")));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(began.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_in_the_documentation_reads() {
        let source = include_str!("cluster.rs");
        let example: Vec<&str> = source
            .lines()
            .skip_while(|line| !line.starts_with("//! ```json"))
            .skip(1)
            .take_while(|line| !line.starts_with("//! ```"))
            .filter_map(|line| line.strip_prefix("//! "))
            .collect();
        let cluster: Cluster = serde_json::from_str(&example.join("\n")).expect("reads");
        assert_eq!(cluster.with_role("sip"), [0]);
        assert!(cluster.with_role("edge").is_empty());
    }
}
