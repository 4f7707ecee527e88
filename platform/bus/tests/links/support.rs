//! Two ends of a link, and a wire between them that can be cut.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::LazyLock,
    time::Duration,
};

use tandem_bus::{Links, seals::KeyBook};
use tandem_proto::NodeId;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// Longer than anything here takes; reached only by a fault.
pub(crate) const AT_MOST: Duration = Duration::from_secs(30);

/// Any port of this machine.
pub(crate) fn anywhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// Where all nodes publish their keys.
pub(crate) static KEYS: LazyLock<KeyBook> = LazyLock::new(KeyBook::default);

/// A node that others can reach and believe.
pub(crate) async fn node() -> Links {
    node_at(anywhere()).await.expect("a free port")
}

/// The same, at an address.
pub(crate) async fn node_at(address: SocketAddr) -> std::io::Result<Links> {
    let links = Links::listen(NodeId::generate(), address).await?;
    KEYS.join(links.seals());
    Ok(links)
}

/// Where a node is.
pub(crate) fn entry(of: &Links) -> (NodeId, SocketAddr) {
    (of.me(), of.address().expect("it listens"))
}

/// Who asks, and who is asked.
pub(crate) struct Ends {
    pub(crate) here: Links,
    pub(crate) there: Links,
}

impl Ends {
    /// A process that asks itself.
    pub(crate) async fn one_process() -> Self {
        let here = Links::alone(NodeId::generate());
        Self { there: here.clone(), here }
    }

    /// Two nodes.
    pub(crate) async fn over_tcp() -> Self {
        let (here, there) = (node().await, node().await);
        here.know(vec![entry(&there)]);
        there.know(vec![entry(&here)]);
        Self { here, there }
    }
}

/// `future`, which ends soon unless something is wrong.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(AT_MOST, future).await.expect("it ends")
}

/// A wire to `to` that can stand still in both directions, as when the other process hangs or the network parts.
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    flows: watch::Sender<bool>,
}

impl Wire {
    pub(crate) async fn to(to: SocketAddr) -> Self {
        let listener = TcpListener::bind(anywhere()).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let flows = watch::Sender::new(true);
        let gate = flows.subscribe();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(to).await else { continue };
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(pump(near_in, far_out, gate.clone()));
                tokio::spawn(pump(far_in, near_out, gate.clone()));
            }
        });
        Self { address, flows }
    }

    pub(crate) fn stand_still(&self) {
        self.flows.send_replace(false);
    }

    pub(crate) fn go_on(&self) {
        self.flows.send_replace(true);
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut flows: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if flows.wait_for(|flows| *flows).await.is_err() || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
