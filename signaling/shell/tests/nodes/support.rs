//! Transports that are each other's neighbours over links, and phones that speak to them over plain sockets.

use std::{
    collections::HashSet,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use tandem_bus::{Links, seals::KeyBook};
use tandem_core::SystemClock;
use tandem_proto::NodeId;
use tandem_signaling::{LinkedNodes, SipConfig, SipHandle, SipTransport};
use tandem_sip::{Frame, Framer, Message, Method, Request, Response, ServerTxId, SipEvent, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UdpSocket},
    sync::mpsc,
    time::timeout,
};

/// Longer than anything here takes; reached only by a fault.
const AT_MOST: Duration = Duration::from_secs(20);

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(AT_MOST, future).await.expect("in time")
}

/// Where all nodes publish their keys.
static KEYS: LazyLock<KeyBook> = LazyLock::new(KeyBook::default);

fn anywhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A node's transport and the calls it has.
pub(crate) struct Node {
    pub(crate) handle: SipHandle,
    pub(crate) events: mpsc::Receiver<SipEvent>,
    pub(crate) links: Links,
    pub(crate) linked: Arc<LinkedNodes>,
    /// Call-IDs of its dialogs.
    calls: Arc<Mutex<HashSet<String>>>,
}

impl Node {
    async fn start() -> Self {
        let links = Links::listen(NodeId::generate(), anywhere()).await.expect("a free port");
        KEYS.join(links.seals());
        let config = SipConfig { node: links.me(), ..SipConfig::new(anywhere()) };
        let (handle, events) = SipTransport::bind(config, Arc::new(SystemClock)).await.expect("binds");
        let linked = LinkedNodes::join(links.clone(), &handle).await;
        let calls = Arc::<Mutex<HashSet<String>>>::default();
        let known = Arc::clone(&calls);
        let knows = move |dialog: &tandem_sip::DialogId| {
            known.lock().expect("whole").contains(dialog.call_id.as_str())
        };
        handle.know_dialogs(knows).await.expect("running");
        Self { handle, events, links, linked, calls }
    }

    /// Nodes that know each other.
    pub(crate) async fn several<const N: usize>() -> [Self; N] {
        let mut nodes = Vec::new();
        for _ in 0..N {
            nodes.push(Self::start().await);
        }
        for node in &nodes {
            node.links
                .know(nodes.iter().map(|it| (it.links.me(), it.links.address().expect("listens"))).collect());
            let others = nodes.iter().filter(|it| it.links.me() != node.links.me());
            node.linked.know(others.map(|it| (it.links.me(), Some(it.addr()))).collect());
        }
        nodes.try_into().unwrap_or_else(|_| unreachable!("as many as were made"))
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.handle.local_addr()
    }

    /// It has a call from now on.
    pub(crate) fn has(&self, call_id: &str) {
        self.calls.lock().expect("whole").insert(call_id.to_owned());
    }

    pub(crate) async fn next(&mut self) -> SipEvent {
        soon(self.events.recv()).await.expect("running")
    }

    /// The next request it is told.
    pub(crate) async fn told(&mut self) -> (ServerTxId, Request, tandem_sip::Peer) {
        match self.next().await {
            SipEvent::Request { transaction, request, from } => (transaction, request, from),
            other => panic!("not a request: {other:?}"),
        }
    }

    /// Answers the next request it is told.
    pub(crate) async fn answer(&mut self, method: Method, status: StatusCode) {
        let (transaction, request, _) = self.told().await;
        assert_eq!(request.method, method);
        self.handle.respond(transaction, request.response(status)).await.expect("running");
    }

    /// Ends at once, as by a kill, and its sockets with it.
    pub(crate) async fn killed(self) -> SocketAddr {
        let (addr, me) = (self.addr(), self.links.me());
        drop(self);
        // The task that has the sockets may take a moment.
        while UdpSocket::bind(addr).await.is_err() || tokio::net::TcpListener::bind(addr).await.is_err() {
            tokio::task::yield_now().await;
        }
        tracing::debug!(%me, "killed");
        addr
    }
}

/// A phone on UDP.
pub(crate) struct Phone(UdpSocket);

impl Phone {
    pub(crate) async fn new() -> Self {
        Self(UdpSocket::bind(anywhere()).await.expect("a free port"))
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.0.local_addr().expect("bound")
    }

    pub(crate) async fn send(&self, to: SocketAddr, bytes: &[u8]) {
        self.0.send_to(bytes, to).await.expect("sends");
    }

    async fn message(&self) -> (Message, SocketAddr) {
        let mut buffer = vec![0; 65_536];
        let (len, from) = soon(self.0.recv_from(&mut buffer)).await.expect("reads");
        (Message::parse(&buffer[..len].to_vec().into()).expect("parses"), from)
    }

    /// The next response that is not 100, and where it came from.
    pub(crate) async fn response(&self) -> (Response, SocketAddr) {
        loop {
            match self.message().await {
                (Message::Response(response), _) if response.status == StatusCode::TRYING => {}
                (Message::Response(response), from) => return (response, from),
                (Message::Request(request), _) => panic!("not a response: {request:?}"),
            }
        }
    }

    pub(crate) async fn request(&self) -> (Request, SocketAddr) {
        match self.message().await {
            (Message::Request(request), from) => (request, from),
            (other, _) => panic!("not a request: {other:?}"),
        }
    }
}

/// A phone on TCP.
pub(crate) struct Stream {
    stream: TcpStream,
    framer: Framer,
}

impl Stream {
    pub(crate) async fn connect(to: SocketAddr) -> Self {
        Self { stream: soon(TcpStream::connect(to)).await.expect("connects"), framer: Framer::default() }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.stream.local_addr().expect("connected")
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("writes");
    }

    pub(crate) async fn message(&mut self) -> Message {
        loop {
            if let Some(Frame::Message(bytes)) = self.framer.poll().expect("whole") {
                return Message::parse(&bytes).expect("parses");
            }
            let mut buffer = [0; 4_096];
            let len = soon(self.stream.read(&mut buffer)).await.expect("reads");
            assert_ne!(len, 0, "closed");
            self.framer.push(&buffer[..len]);
        }
    }
}

/// What a phone at `at` sends in a dialog, or outside any with `to_tag` empty. The branch is named after `branch`.
pub(crate) fn request(
    method: &str,
    transport: &str,
    at: SocketAddr,
    call_id: &str,
    to_tag: &str,
    branch: &str,
) -> Vec<u8> {
    let tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
    let cseq = if matches!(method, "INVITE" | "ACK" | "CANCEL") { 1 } else { 2 };
    format!(
        "{method} sip:tandem@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} {at};rport;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:phone@127.0.0.1>;tag=far\r\nTo: <sip:tandem@127.0.0.1>{tag}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n\
         Contact: <sip:phone@{at};transport={transport}>\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes()
}
