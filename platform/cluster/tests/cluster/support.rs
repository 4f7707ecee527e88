//! Nodes of one process on a store they share.

use std::{
    net::Ipv4Addr,
    sync::{Arc, mpsc},
    time::Duration,
};

use tandem_bus::Links;
use tandem_cluster::{Claim, Cluster, JoinError, Joining, Kind, MIGRATIONS, Orphan, Timing};
use tandem_core::{Mint, OrgScope};
use tandem_proto::{NodeId, NodeInfo, NodeRole, OrgId};
use tandem_store::{Cause, Migration, Options, Store, StoreError};
use tandem_test_support::Postgres;
use tempfile::TempDir;
use tokio::{runtime::Handle, sync::broadcast};

/// Longer than anything here takes; reached only by a fault.
pub(crate) const AT_MOST: Duration = Duration::from_secs(60);

/// A pace at which tests end soon, and a busy machine does not look dead.
pub(crate) const FAST: Timing = Timing {
    beat: Duration::from_millis(50),
    gone_after: Duration::from_secs(1),
    left_to_its_place: Duration::from_millis(100),
};

/// A pace at which nothing happens by itself while a test runs.
pub(crate) const SLOW: Timing = Timing {
    beat: Duration::from_secs(3_600),
    gone_after: Duration::from_secs(36_000),
    left_to_its_place: Duration::ZERO,
};

/// What jobs do in these tests: a row each time.
const EFFECTS: Migration = Migration {
    name: "9000_effects",
    sql: "CREATE TABLE effects (org text NOT NULL, job text NOT NULL, attempt bigint NOT NULL);",
};

/// `future`, which ends soon unless something is wrong.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(AT_MOST, future).await.expect("it ends")
}

/// Where a store is; it goes with this.
pub(crate) enum Place {
    Folder(TempDir),
    Server(Box<Postgres>),
}

impl Place {
    pub(crate) async fn sqlite() -> Self {
        Self::Folder(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) async fn postgres() -> Self {
        Self::Server(Box::new(tokio::task::spawn_blocking(Postgres::start).await.expect("it starts")))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Folder(folder) => format!("sqlite:{}/tandem.db", folder.path().display()),
            Self::Server(server) => server.url(),
        }
    }

    pub(crate) async fn open(&self) -> Store {
        open(self.url()).await
    }
}

async fn open(url: String) -> Store {
    let options = Options {
        migrations: [MIGRATIONS, &[EFFECTS]].concat(),
        // Jobs are sealed under keys of their orgs.
        master: Some(Arc::new(tandem_test_support::master_key()) as _),
        ..Options::new(url)
    };
    Store::open_with(options).await.expect("the store opens")
}

/// Runs each test on both engines.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::support::Place::sqlite().await).await })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::support::Place::postgres().await).await })+
        }
    };
}
pub(crate) use on_both;

/// A node named `name` that does everything.
pub(crate) async fn joining(store: &Store, name: &str) -> Joining {
    let me = NodeId::generate();
    let links = Links::listen(me, (Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
    let info = NodeInfo::new(me, name, NodeRole::ALL, links.address());
    Joining { store: store.clone(), mint: Arc::new(Mint::for_server()), links, info, alone: false }
}

/// The same, among the others.
pub(crate) async fn node(store: &Store, name: &str, timing: Timing) -> Cluster {
    soon(Cluster::join_with(joining(store, name).await, timing)).await.expect("it joins")
}

/// Waits until a node sees exactly so many, itself included.
pub(crate) async fn sees(node: &Cluster, count: usize) {
    let mut nodes = node.watch();
    soon(nodes.wait_for(|nodes| nodes.all().len() == count)).await.expect("the node is there");
}

pub(crate) fn an_org() -> OrgScope {
    Mint::for_server().scope(OrgId::generate())
}

/// Has the node own a call.
pub(crate) async fn claim(node: &Cluster, scope: OrgScope, id: &str) -> Claim {
    let (claiming, id) = (node.claiming(), id.to_owned());
    node.store()
        .write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move { claiming.claim(tx, Kind::Call, &id).await })
        })
        .await
        .expect("nobody owns it")
}

/// What an owner's write meets.
pub(crate) async fn hold(store: &Store, scope: OrgScope, claim: &Claim) -> Result<(), StoreError> {
    let claim = claim.clone();
    store.write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { claim.hold(tx).await })).await
}

/// Takes what is offered until it has `count` things; returns their ids.
pub(crate) async fn take(
    node: &Cluster,
    offers: &mut broadcast::Receiver<Orphan>,
    count: usize,
) -> Vec<Claim> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let orphan = soon(offers.recv()).await.expect("offered");
        taken.extend(node.take(&orphan).await.expect("the store answers"));
    }
    taken
}

/// A node whose process can be stopped in its tracks: it has a runtime of its own, on one thread.
pub(crate) struct Hanging {
    pub(crate) cluster: Cluster,
    runtime: Handle,
    end: tokio::sync::oneshot::Sender<()>,
}

impl Hanging {
    /// Where a store can have several processes it has connections of its own, which hang with it.
    pub(crate) async fn join(place: &Place, store: &Store, name: &str) -> Self {
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let _ = tell.send(runtime.handle().clone());
            let _ = runtime.block_on(ended);
        });
        let runtime = told.await.expect("the thread runs");
        let store = match place {
            Place::Folder(_) => store.clone(),
            Place::Server(server) => runtime.spawn(open(server.url())).await.expect("no panic"),
        };
        let joining = joining(&store, name).await;
        let joined: Result<Cluster, JoinError> =
            runtime.spawn(Cluster::join_with(joining, FAST)).await.expect("no panic");
        Self { cluster: joined.expect("it joins"), runtime, end }
    }

    /// Does something within the process.
    pub(crate) async fn run<T: Send + 'static>(&self, what: impl Future<Output = T> + Send + 'static) -> T {
        self.runtime.spawn(what).await.expect("no panic")
    }

    /// Ends the process without a word.
    pub(crate) fn kill(self) {
        drop(self.end);
    }

    /// Hangs until what is returned is dropped.
    pub(crate) fn hang(&self) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel();
        // Blocks the only thread of the runtime, which is the point.
        self.runtime.spawn(async move {
            let _ = released.recv();
        });
        release
    }
}
