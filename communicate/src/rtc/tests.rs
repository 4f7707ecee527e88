use std::{
    net::{IpAddr, Ipv4Addr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use tandem_bus::{Bus, Links};
use tandem_cluster::{Cluster, Joining, MIGRATIONS};
use tandem_core::{Mint, RequestContext, Rights};
use tandem_edge::RtcGateway;
use tandem_proto::{
    DeviceId, NodeId, NodeInfo, NodeRole, OrgId, RequestId, SessionId, Topic, TrackId, UserId, ws::Signal,
};
use tandem_relay::{MediaPool, Relay, RelayConfig};
use tandem_store::Store;

use super::Rtc;

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What a browser with a microphone offers, cut down.
const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:\
    00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\na=setup:actpass\r\na=sendrecv\r\na=rtcp-mux\r\n\
    a=rtpmap:111 opus/48000/2\r\n";

struct Node {
    cluster: Cluster,
    links: Links,
    pool: MediaPool,
}

async fn node(store: &Store, mint: &Arc<Mint>, role: NodeRole) -> Node {
    let id = NodeId::generate();
    let links = Links::listen(id, (LOCALHOST, 0).into()).await.expect("listens");
    let info = NodeInfo::new(id, &role.to_string(), [role], links.address());
    let (store, mint) = (store.clone(), Arc::clone(mint));
    let joining = Joining { store, mint, links: links.clone(), info, alone: false };
    let cluster = Cluster::join(joining).await.expect("joins");
    let local = (role == NodeRole::Media).then(relay);
    let (pool, _) = MediaPool::new(cluster.clone(), local);
    Node { cluster, links, pool }
}

fn relay() -> (Relay, tokio::sync::mpsc::Receiver<tandem_media::MediaEvent>) {
    let free = UdpSocket::bind((LOCALHOST, 0)).and_then(|socket| socket.local_addr()).expect("a port");
    let first = free.port().clamp(20_000, 60_000);
    let config = RelayConfig {
        webrtc: (LOCALHOST, 0).into(),
        rtp_ip: LOCALHOST,
        rtp_ports: first..=first + 3,
        public_ip: None,
        rtp_timeout: Duration::from_secs(20),
    };
    Relay::start(config).expect("the relay starts")
}

fn person(mint: &Mint) -> RequestContext {
    RequestContext {
        scope: mint.scope(OrgId::generate()),
        user: UserId::generate(),
        session: SessionId::generate(),
        rights: Rights::default(),
        request: RequestId::generate(),
        origin: tandem_core::Origin::NONE,
    }
}

#[tokio::test]
async fn a_device_belongs_to_its_user_and_is_told_when_its_media_node_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("tandem.db").display());
    let store = Store::open(&url, MIGRATIONS, Vec::new()).await.expect("opens");
    let mint = Arc::new(Mint::for_server());
    let edge = node(&store, &mint, NodeRole::Edge).await;
    let bus = Bus::new();
    let rtc = Rtc::start(edge.pool.clone(), bus.clone());
    let (me, other, device) = (person(&mint), person(&mint), DeviceId::generate());
    let offer =
        |ctx: &RequestContext, sdp: &str, node| rtc.offer(ctx.clone(), device, sdp.into(), Vec::new(), node);
    let none = offer(&me, OFFER, None).await.expect_err("no media node is there");
    assert_eq!((none.status, none.retry_after_seconds), (503, Some(1)));

    let media = node(&store, &mint, NodeRole::Media).await;
    let id = media.cluster.me();
    let mut seen = edge.cluster.watch();
    seen.wait_for(|nodes| nodes.get(id).is_some()).await.expect("the cluster runs");

    assert_eq!(offer(&other, "v=0", None).await.expect_err("no offer").status, 422);
    let answer =
        offer(&me, OFFER, Some(NodeId::generate())).await.expect("a node that is gone does not count");
    assert!(answer.node == id && answer.sdp.contains("a=fingerprint"));
    // This edge knows whose it is; one that does not is told by the media node.
    assert_eq!(offer(&other, OFFER, None).await.expect_err("is taken").status, 409);
    let elsewhere = Rtc::start(edge.pool.clone(), Bus::new());
    let refused = elsewhere.offer(other.clone(), device, OFFER.into(), Vec::new(), None).await;
    assert_eq!(refused.expect_err("is taken").status, 409);
    elsewhere.close(other.clone(), device, Some(id)).await;
    let unknown = rtc.layer(me.clone(), device, TrackId::generate(), 360).await.expect_err("no such track");
    assert_eq!(unknown.status, 404);
    assert_eq!(media.pool.load(), 1, "somebody else cannot close it");

    let mut signals = bus.subscribe();
    media.links.close();
    drop(media);
    let told = tokio::time::timeout(Duration::from_secs(10), signals.recv()).await.expect("in time");
    let told = told.expect("the bus runs");
    assert_eq!((told.org, &told.topic), (me.scope.org(), &Topic::user(me.user)));
    assert_eq!(*told.signal, Signal::RtcMigrate { device, node: None });
}
