//! Addresses have one owner: taken over when it is gone, handed back when it returns.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tandem_bus::Links;
use tandem_cluster::{Cluster, Joining, MIGRATIONS, Timing};
use tandem_core::{Mint, SystemClock};
use tandem_proto::{NodeId, NodeInfo, NodeRole};
use tandem_signaling::{SipConfig, SipHandle, SipNode, StartError};
use tandem_sip::{Method, SipEvent, StatusCode};
use tandem_store::Store;
use tokio::{net::UdpSocket, sync::mpsc};

use crate::support::{Phone, request, soon};

/// A pace at which tests end soon, and a busy machine does not look dead.
const FAST: Timing = Timing {
    beat: Duration::from_millis(50),
    gone_after: Duration::from_secs(1),
    left_to_its_place: Duration::from_millis(100),
};

struct Running {
    cluster: Cluster,
    handle: SipHandle,
    events: mpsc::Receiver<SipEvent>,
    node: SipNode,
}

/// A node of a process of its own, at the address it was configured with.
async fn start(store: &Store, name: &str, sip: SocketAddr) -> Result<Running, StartError> {
    let me = NodeId::generate();
    let links = Links::listen(me, (Ipv4Addr::LOCALHOST, 0).into()).await.expect("a free port");
    let info = NodeInfo { sip: Some(sip), ..NodeInfo::new(me, name, [NodeRole::Sip], links.address()) };
    let mint = Arc::new(Mint::for_server());
    let joining = Joining { store: store.clone(), mint, links, info, alone: false };
    let cluster = soon(Cluster::join_with(joining, FAST)).await.expect("joins");
    let (handle, events, node) =
        soon(SipNode::start(SipConfig::new(sip), Arc::new(SystemClock), &cluster)).await?;
    Ok(Running { cluster, handle, events, node })
}

impl Running {
    async fn answers_options(&mut self, at: SocketAddr, branch: &str) {
        let phone = Phone::new().await;
        // Until the socket is open, what is sent to it is lost: phones repeat.
        loop {
            phone.send(at, &request("OPTIONS", "UDP", phone.addr(), branch, "", branch)).await;
            match tokio::time::timeout(Duration::from_millis(200), self.events.recv()).await {
                Ok(Some(SipEvent::Request { transaction, request, .. })) => {
                    assert_eq!(request.method, Method::Options);
                    let ok = request.response(StatusCode::OK);
                    self.handle.respond(transaction, ok).await.expect("running");
                    break;
                }
                Ok(other) => panic!("{other:?}"),
                Err(_) => {}
            }
        }
        let (response, from) = phone.response().await;
        assert_eq!((response.status, from), (StatusCode::OK, at));
    }
}

/// An address nobody else listens at, told before anybody does.
/// An address that nobody else asks for, though it is free for a while in between: each process has its own part of the loopback network.
fn free_address() -> SocketAddr {
    let [.., high, low] = std::process::id().to_be_bytes();
    let mine = Ipv4Addr::new(127, 64 + high % 64, low, 1 + high / 64);
    let socket = std::net::UdpSocket::bind((mine, 0)).expect("a free port");
    socket.local_addr().expect("bound")
}

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}/tandem.db", folder.path().display());
    let store = Store::open(&url, MIGRATIONS, Vec::new()).await.expect("opens");
    (folder, store)
}

#[tokio::test]
async fn an_address_is_given_up_taken_and_handed_back() {
    let (_folder, store) = store().await;
    let (one, two) = (free_address(), free_address());
    let first = start(&store, "one", one).await.expect("starts");
    let mut second = start(&store, "two", two).await.expect("starts");

    first.cluster.drain();
    first.node.drain().await;
    soon(first.node.leave()).await;
    second.answers_options(one, "after-leaving").await;
    first.cluster.leave().await.expect("leaves");
    drop(first);

    // Back again, under its old address, which the stand-in lets go.
    let mut first = start(&store, "one", one).await.expect("the address is handed back");
    first.answers_options(one, "back").await;
    second.answers_options(two, "own").await;
}

#[tokio::test]
async fn the_address_of_a_node_that_died_is_taken() {
    let (_folder, store) = store().await;
    let (one, two) = (free_address(), free_address());
    let first = start(&store, "one", one).await.expect("starts");
    let mut second = start(&store, "two", two).await.expect("starts");
    drop(first);
    second.answers_options(one, "after-death").await;
}

#[tokio::test]
async fn two_nodes_with_one_address_are_told() {
    let (_folder, store) = store().await;
    let one = free_address();
    let _first = start(&store, "one", one).await.expect("starts");
    match start(&store, "two", one).await {
        Err(StartError::Taken { address, node }) => assert_eq!((address, node.as_str()), (one, "one")),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("both have it"),
    }
    assert!(UdpSocket::bind(one).await.is_err(), "the first keeps it");
}
