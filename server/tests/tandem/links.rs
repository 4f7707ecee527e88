//! Links over TLS: who is let in, and certificates that are replaced while nodes talk.

use std::{fs, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use crate::support::{FREE_PORTS, run, tandem};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    version::TLS12,
};
use tandem_bus::{LinkError, LinkTls, Links, Neighbour, Seals, seals::KeyBook};
use tandem_core::{Clock, SystemClock};
use tandem_proto::{NodeId, Timestamp};
use tandem_setup::{
    NodeCertificates, NodeTlsFiles, TlsFiles,
    tls::authority::{init, issue},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

/// Longer than anything here takes; reached only by a fault.
const AT_MOST: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A clock that stands still.
struct Stopped(Timestamp);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn authority() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    init(folder.path(), SystemClock.now()).expect("made");
    folder
}

fn files(dir: &Path, name: &str) -> NodeTlsFiles {
    let own = TlsFiles { cert: dir.join(format!("{name}.crt")), key: dir.join(format!("{name}.key")) };
    NodeTlsFiles { own, authority: dir.join("ca.crt") }
}

/// A certificate of the authority in `dir` that was made `ago`, for a day.
async fn certificates(dir: &Path, name: &str, ago: Duration) -> NodeCertificates {
    let then = SystemClock.now().minus(ago);
    issue(dir, name, &[], 1, then).expect("made");
    NodeCertificates::load(files(dir, name), Arc::new(Stopped(then))).await.expect("usable")
}

fn tls(certificates: &NodeCertificates) -> LinkTls {
    let (accepting, connecting) = (certificates.clone(), certificates.clone());
    LinkTls::new(move || accepting.accepting(), move || connecting.connecting())
}

/// A node that says `n` back.
async fn node(book: &KeyBook, tls: Option<LinkTls>) -> Links {
    let seals = Seals::new(NodeId::generate());
    book.join(&seals);
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let links = Links::listen_with(seals, anywhere, tls).await.expect("a free port");
    links.serve("echo", |_, n: u32| async move { n });
    links
}

fn neighbour(of: &Links, name: &str) -> Neighbour {
    let address = of.address().expect("it listens");
    Neighbour { node: of.me(), address, name: Some(name.to_owned()) }
}

async fn echo(from: &Links, to: &Links) -> Result<u32, LinkError> {
    from.ask(to.me(), "echo", &7_u32, AT_MOST).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_of_one_authority_talk_and_nobody_else_is_let_in() {
    let (ours, theirs, book) = (authority(), authority(), KeyBook::default());
    let fresh = Duration::from_secs(60);
    let there = node(&book, Some(tls(&certificates(ours.path(), "there", fresh).await))).await;
    let unreachable = Err(LinkError::Unreachable(there.me()));

    let here = node(&book, Some(tls(&certificates(ours.path(), "here", fresh).await))).await;
    here.know(vec![neighbour(&there, "there")]);
    assert_eq!(echo(&here, &there).await, Ok(7));

    let refused = [
        ("in plain text", "plain", None),
        ("of another authority", "other", Some(certificates(theirs.path(), "other", fresh).await)),
        ("whose certificate has expired", "late", Some(certificates(ours.path(), "late", 2 * DAY).await)),
    ];
    for (who, name, certificates) in &refused {
        let stranger = node(&book, certificates.as_ref().map(tls)).await;
        stranger.know(vec![neighbour(&there, "there")]);
        assert_eq!(echo(&stranger, &there).await, unreachable, "a node {who} asks");
        here.know(vec![neighbour(&there, "there"), neighbour(&stranger, name)]);
        let answer = echo(&here, &stranger).await;
        assert_eq!(answer, Err(LinkError::Unreachable(stranger.me())), "a node {who} is asked");
    }

    // A node of ours, but not the one that is meant.
    let other = node(&book, Some(tls(&certificates(ours.path(), "other", fresh).await))).await;
    here.know(vec![neighbour(&there, "there"), neighbour(&other, "third")]);
    assert_eq!(echo(&here, &other).await, Err(LinkError::Unreachable(other.me())));
    assert_eq!(echo(&here, &there).await, Ok(7), "and who was let in still is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_speaks_something_else_hears_nothing() {
    let (ours, book) = (authority(), KeyBook::default());
    let there = node(&book, Some(tls(&certificates(ours.path(), "there", Duration::ZERO).await))).await;
    let address = there.address().expect("it listens");
    let mut plain = TcpStream::connect(address).await.expect("accepted");
    let hello = [&[0, 0, 0, 12, 1][..], &[0; 8], &[0], b"{}"].concat();
    plain.write_all(&hello).await.expect("sent");
    let mut said = Vec::new();
    let _ = tokio::time::timeout(AT_MOST, plain.read_to_end(&mut said)).await.expect("it is closed");
    // An alert at most: a record of type 21, never a frame.
    assert!(said.is_empty() || said[0] == 21, "{said:?}");

    // With a certificate of ours, but by TLS 1.2.
    let read = |file: &str| fs::read(ours.path().join(file)).expect("made");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&read("ca.crt")).expect("a certificate")).expect("one");
    let old = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS12])
        .expect("known")
        .with_root_certificates(roots)
        .with_client_auth_cert(
            vec![CertificateDer::from_pem_slice(&read("there.crt")).expect("a certificate")],
            PrivateKeyDer::from_pem_slice(&read("there.key")).expect("a key"),
        )
        .expect("a pair");
    let stream = TcpStream::connect(address).await.expect("accepted");
    let name = ServerName::try_from("there").expect("a name");
    TlsConnector::from(Arc::new(old)).connect(name, stream).await.expect_err("TLS 1.3 alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_are_replaced_while_nodes_talk() {
    let (old, new, book) = (authority(), authority(), KeyBook::default());
    let (before, after) = (old.path(), new.path());
    // Their own folder, as nodes have: what is in it changes under them.
    let place = tempfile::tempdir().expect("a folder");
    let install = |from: &Path, name: &str| {
        issue(from, name, &[], 1, SystemClock.now()).expect("made");
        for file in [format!("{name}.crt"), format!("{name}.key"), "ca.crt".to_owned()] {
            fs::copy(from.join(&file), place.path().join(&file)).expect("copied");
        }
    };
    let mut nodes = Vec::new();
    for name in ["here", "there"] {
        install(before, name);
        let loaded = NodeCertificates::load(files(place.path(), name), Arc::new(SystemClock)).await;
        let certificates = loaded.expect("usable");
        nodes.push((node(&book, Some(tls(&certificates))).await, certificates));
    }
    let [(here, of_here), (there, of_there)] = &nodes[..] else { unreachable!("two") };
    here.know(vec![neighbour(there, "there")]);
    assert_eq!(echo(here, there).await, Ok(7));
    assert!(!of_there.refresh().await.expect("usable"), "nothing has changed");

    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let (asking, asked) = (here.clone(), there.clone());
    let traffic = tokio::spawn(async move {
        let mut answered = 0_u32;
        while !*stopped.borrow_and_update() {
            assert_eq!(echo(&asking, &asked).await, Ok(7), "after {answered}");
            answered += 1;
        }
        answered
    });

    // Half of it: a certificate of one authority with the key of another. Refused, and nothing changes.
    fs::write(place.path().join("there.key"), fs::read(after.join("ca.key")).expect("made"))
        .expect("written");
    of_there.refresh().await.expect_err("it does not fit together");
    for (certificates, name) in [(of_here, "here"), (of_there, "there")] {
        install(after, name);
        assert!(certificates.refresh().await.expect("usable"), "{name}");
    }
    // New connections go by the new ones.
    let late = node(&book, Some(tls(&certificates(before, "late", Duration::ZERO).await))).await;
    late.know(vec![neighbour(there, "there")]);
    assert_eq!(echo(&late, there).await, Err(LinkError::Unreachable(there.me())));
    let timely = node(&book, Some(tls(&certificates(after, "timely", Duration::ZERO).await))).await;
    timely.know(vec![neighbour(there, "there")]);
    assert_eq!(echo(&timely, there).await, Ok(7));
    assert_eq!(echo(here, there).await, Ok(7), "the connection that was up stays");
    stop.send_replace(true);
    assert!(traffic.await.expect("no request was lost") > 0);
}

#[test]
fn links_that_others_reach_need_certificates_which_the_program_makes() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = |arguments: &[&str]| {
        let mut program = tandem(folder.path());
        program.args(arguments);
        run(program)
    };
    let database = ["--database", "postgres://nowhere.invalid/tandem", "--links", "0.0.0.0:7000"];
    let mut serve = vec!["serve"];
    serve.extend(FREE_PORTS);
    serve.extend(database);
    let (code, _, stderr) = said(&serve);
    assert_eq!(code, 2, "{stderr}");
    for name in ["links: 0.0.0.0:7000", "node_cert", "node_key", "node_ca"] {
        assert!(stderr.contains(name), "{name} in {stderr}");
    }

    // Half of a node's settings, as in the environment of one that is being set up, are no matter.
    let (code, stdout, stderr) = said(&["ca", "init", "--dir", "ca", "--node-ca", "ca/ca.crt"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let (code, _, stderr) = said(&["ca", "init", "--dir", "ca"]);
    assert!(code != 0 && stderr.contains("is there already"), "{stderr}");
    let (code, stdout, stderr) =
        said(&["ca", "issue", "--dir", "ca", "--name", "edge-1", "--ip", "10.0.0.21"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.starts_with("ca/edge-1.crt ca/edge-1.key: "), "{stdout}");

    let mut config = vec!["config"];
    config.extend(database);
    config.extend(["--node-cert", "ca/edge-1.crt", "--node-key", "ca/edge-1.key", "--node-ca", "ca/ca.crt"]);
    let (code, stdout, stderr) = said(&config);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("node_ca = \"ca/ca.crt\""), "{stdout}");
}
