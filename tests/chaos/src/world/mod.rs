//! What is under test: one process, or a cluster that somebody else started.

mod cluster;
mod ports;
mod process;
mod single;

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use serde::Deserialize;

pub use cluster::{Cluster, Cut, Hosts, Node};
pub use process::{Signal, is_alive, signal};
pub use single::Single;

/// A world that cannot be brought into the state a scenario needs.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A file or process of it.
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
    /// A file that does not read as it should.
    #[error("{0} cannot be read: {1}")]
    Shape(String, serde_json::Error),
    /// Something else.
    #[error("{0}")]
    Other(String),
}

/// `demo.json`: who there is (DESIGN §11).
#[derive(Clone, Debug, Deserialize)]
pub struct Demo {
    /// The org's name, which is its SIP domain too.
    pub org: String,
    /// Logins.
    pub users: Vec<Login>,
    /// Numbers customers call.
    pub numbers: Vec<String>,
}

/// Somebody's login.
#[derive(Clone, Debug, Deserialize)]
pub struct Login {
    /// Login name.
    pub name: String,
    /// Password.
    pub password: String,
    /// A session.
    pub token: String,
}

impl Demo {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is not there or not one.
    pub fn read(path: &Path) -> Result<Self, WorldError> {
        read_json(path)
    }

    /// The login of a name.
    ///
    /// # Errors
    /// When there is none.
    pub fn login(&self, name: &str) -> Result<&Login, WorldError> {
        let found = self.users.iter().find(|login| login.name == name);
        found.ok_or_else(|| WorldError::Other(format!("the demo has no user {name}")))
    }
}

/// What scenarios do things to.
#[derive(Debug)]
pub enum World {
    /// One process with everything in it.
    Single(Box<Single>),
    /// Many, over PostgreSQL and Redis, behind HAProxy.
    Cluster(Box<Cluster>),
}

impl World {
    /// Where the API is.
    pub const fn http(&self) -> SocketAddr {
        match self {
            Self::Single(single) => single.http(),
            Self::Cluster(cluster) => cluster.http(),
        }
    }

    /// Where SIP is listened to.
    pub fn sip(&self) -> Vec<SocketAddr> {
        match self {
            Self::Single(single) => vec![single.sip()],
            Self::Cluster(cluster) => cluster.sip().to_vec(),
        }
    }

    /// Address from which phones and browsers reach it.
    pub const fn local(&self) -> IpAddr {
        match self {
            Self::Single(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Self::Cluster(cluster) => cluster.local(),
        }
    }

    /// Who there is.
    ///
    /// # Errors
    /// When `demo.json` cannot be read.
    pub fn demo(&self) -> Result<Demo, WorldError> {
        match self {
            Self::Single(single) => single.demo(),
            Self::Cluster(cluster) => Demo::read(cluster.demo()),
        }
    }

    /// The one process.
    ///
    /// # Errors
    /// When it is a cluster.
    pub fn single(&mut self) -> Result<&mut Single, WorldError> {
        match self {
            Self::Single(single) => Ok(single),
            Self::Cluster(_) => {
                Err(WorldError::Other("this scenario needs one process, not a cluster".to_owned()))
            }
        }
    }

    /// The cluster.
    ///
    /// # Errors
    /// When it is one process.
    pub fn cluster(&mut self) -> Result<&mut Cluster, WorldError> {
        match self {
            Self::Cluster(cluster) => Ok(cluster),
            Self::Single(_) => {
                Err(WorldError::Other("this scenario needs a cluster, not one process".to_owned()))
            }
        }
    }

    /// Processor time each process has used so far, by its name: shows what a scenario costs.
    pub fn cpu_time(&self) -> HashMap<String, Duration> {
        let processes: Vec<(String, Option<u32>)> = match self {
            Self::Single(single) => vec![("tandem".to_owned(), single.pid())],
            Self::Cluster(cluster) => {
                cluster.nodes().iter().map(|node| (node.name.clone(), Some(node.pid))).collect()
            }
        };
        processes.into_iter().filter_map(|(name, pid)| Some((name, process::cpu_time(pid?)?))).collect()
    }
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, WorldError> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| WorldError::Io(name.clone(), error))?;
    serde_json::from_slice(&bytes).map_err(|error| WorldError::Shape(name, error))
}
