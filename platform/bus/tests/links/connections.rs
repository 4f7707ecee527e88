//! Connections that break, hang, or lead to somebody else.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tandem_bus::{LinkError, Links, Neighbour};
use tandem_proto::NodeId;
use tokio::{net::TcpListener, sync::Notify};

use crate::support::{AT_MOST, Wire, anywhere, entry, node, node_at, soon};

/// A node with two services: `echo`, and `hang`, which says that it was asked and never answers.
async fn peer_at(address: SocketAddr) -> (Links, Arc<Notify>) {
    let links = node_at(address).await.expect("the address is free");
    links.serve("echo", |_, n: u32| async move { n });
    let asked = Arc::new(Notify::new());
    let tells = Arc::clone(&asked);
    links.serve("hang", move |_, (): ()| {
        tells.notify_one();
        std::future::pending::<()>()
    });
    (links, asked)
}

async fn echo(from: &Links, to: NodeId) -> Result<u32, LinkError> {
    from.ask(to, "echo", &7_u32, AT_MOST).await
}

/// Asks until it is answered: a node that was away is tried again, but not at every request.
async fn echo_at_last(from: &Links, to: NodeId) -> u32 {
    let asking = async {
        loop {
            match echo(from, to).await {
                Ok(answer) => return answer,
                Err(LinkError::Unreachable(_)) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    };
    soon(asking).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_fails_what_was_asked_at_once_and_is_announced() {
    let (here, (there, asked)) = (node().await, peer_at(anywhere()).await);
    let to = there.me();
    here.know(vec![entry(&there)]);
    let mut broken = here.broken();
    let asking = here.ask::<_, ()>(to, "hang", &(), AT_MOST);
    let breaking = async {
        asked.notified().await;
        there.close();
    };
    let (answer, ()) = soon(async { tokio::join!(asking, breaking) }).await;
    assert_eq!(answer, Err(LinkError::Unreachable(to)));
    assert_eq!(soon(broken.recv()).await, Ok(to));
    assert_eq!(soon(echo(&here, to)).await, Err(LinkError::Unreachable(to)));
    assert_eq!(soon(broken.recv()).await, Ok(to), "a connection that does not come up is announced too");
    assert_eq!(here.tell(to, "echo", &1), Err(LinkError::Unreachable(to)), "nor is it tried again at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hung_node_is_noticed_and_spoken_to_again_when_it_goes_on() {
    let (here, (there, asked)) = (node().await, peer_at(anywhere()).await);
    let (to, address) = entry(&there);
    let wire = Wire::to(address).await;
    here.know(vec![(to, wire.address)]);
    let mut broken = here.broken();
    assert_eq!(echo(&here, to).await, Ok(7));
    let asking = here.ask::<_, ()>(to, "hang", &(), AT_MOST);
    let hanging = async {
        asked.notified().await;
        wire.stand_still();
    };
    let (answer, ()) = soon(async { tokio::join!(asking, hanging) }).await;
    assert_eq!(answer, Err(LinkError::Unreachable(to)));
    assert_eq!(soon(broken.recv()).await, Ok(to));
    wire.go_on();
    assert_eq!(echo_at_last(&here, to).await, 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_stays() {
    let (here, (there, _)) = (node().await, peer_at(anywhere()).await);
    here.know(vec![entry(&there)]);
    let mut broken = here.broken();
    assert_eq!(echo(&here, there.me()).await, Ok(7));
    let quiet = tokio::time::timeout(Duration::from_millis(1_500), broken.recv()).await;
    assert!(quiet.is_err(), "{quiet:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn telling_a_hung_node_never_waits() {
    let (here, (there, _)) = (node().await, peer_at(anywhere()).await);
    let (to, address) = entry(&there);
    let wire = Wire::to(address).await;
    here.know(vec![(to, wire.address)]);
    assert_eq!(echo(&here, to).await, Ok(7));
    wire.stand_still();
    let large = "x".repeat(500_000);
    // Without a wait in between the connection's task may not even run; the queue has a bound all the same.
    let refused = (0..10_000).find_map(|_| here.tell(to, "echo", &large).err());
    assert!(matches!(refused, Some(LinkError::Overloaded | LinkError::Unreachable(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_at_a_known_address_is_not_mistaken_for_the_one_before() {
    let (here, (before, _)) = (node().await, peer_at(anywhere()).await);
    let (old, address) = entry(&before);
    here.know(vec![(old, address)]);
    assert_eq!(echo(&here, old).await, Ok(7));
    before.close();
    let after = restarted(before, address).await;
    // The address book is behind for a moment.
    let answer = soon(echo(&here, old)).await;
    assert_eq!(answer, Err(LinkError::Unreachable(old)));
    here.know(vec![(after.me(), address)]);
    assert_eq!(echo(&here, after.me()).await, Ok(7));
    assert_eq!(echo(&here, old).await, Err(LinkError::Unreachable(old)));
}

/// A new node at the address of one that ends.
async fn restarted(before: Links, address: SocketAddr) -> Links {
    drop(before);
    let listening = async {
        loop {
            // Its listener closes with its task, which was told to end.
            match node_at(address).await {
                Ok(links) => return links,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let after = soon(listening).await;
    after.serve("echo", |_, n: u32| async move { n });
    after
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_struck_from_the_book_is_let_go() {
    let (here, (there, asked)) = (node().await, peer_at(anywhere()).await);
    let to = there.me();
    here.know(vec![entry(&there)]);
    let asking = here.ask::<_, ()>(to, "hang", &(), AT_MOST);
    let striking = async {
        asked.notified().await;
        here.know(Vec::<Neighbour>::new());
    };
    let (answer, ()) = soon(async { tokio::join!(asking, striking) }).await;
    assert_eq!(answer, Err(LinkError::Unreachable(to)));
    assert_eq!(echo(&here, to).await, Err(LinkError::Unreachable(to)));
    here.know(vec![entry(&there)]);
    assert_eq!(echo(&here, to).await, Ok(7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_node_is_not_waited_for() {
    let here = node().await;
    let mute = TcpListener::bind(anywhere()).await.expect("a free port");
    let to = NodeId::generate();
    here.know(vec![(to, mute.local_addr().expect("bound"))]);
    assert_eq!(soon(echo(&here, to)).await, Err(LinkError::Unreachable(to)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_on_the_port_harms_nobody() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (here, (there, _)) = (node().await, peer_at(anywhere()).await);
    let (to, address) = entry(&there);
    here.know(vec![(to, address)]);
    let inputs: [&[u8]; 4] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &[0xff; 64],
        &[0, 0, 0, 12, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, b'{', b'}'],
        b"",
    ];
    for garbage in inputs {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        stream.write_all(garbage).await.expect("small");
        stream.shutdown().await.expect("open");
        let mut said = Vec::new();
        // Closed, whether in order or by a reset.
        let _ = soon(stream.read_to_end(&mut said)).await;
        assert_eq!(said, b"");
    }
    assert_eq!(echo(&here, to).await, Ok(7));
}
