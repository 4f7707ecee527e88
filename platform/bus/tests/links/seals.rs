//! What somebody can do who reaches the port: nothing that a handler would notice.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tandem_bus::{Asker, LinkError, Links, Seals};
use tandem_core::{
    Clock, Permissions, SystemClock,
    sealed::{Behalf, Person, SealError},
};
use tandem_proto::{NodeId, OrgId, RequestId, SessionId, Timestamp, UserId};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
};

use crate::support::{AT_MOST, Ends, KEYS, anywhere, node, soon};

/// Kinds of frames.
const ASK: u8 = 3;
const TELL: u8 = 4;
const ANSWER: u8 = 5;
const FAILED: u8 = 6;
const SEAL: u8 = 10;

/// A clock that is late.
struct Late(Duration);

impl Clock for Late {
    fn now(&self) -> Timestamp {
        SystemClock.now().minus(self.0)
    }
}

/// Somebody who speaks the links' language without our program.
struct Raw(TcpStream);

impl Raw {
    async fn as_node(from: NodeId, to: &Links) -> Self {
        let stream = TcpStream::connect(to.address().expect("it listens")).await.expect("accepted");
        let mut raw = Self(stream);
        let hello = json!({ "protocol": 1, "from": from, "to": to.me() }).to_string();
        raw.say(1, 0, "", hello.as_bytes()).await;
        assert_eq!(raw.next().await.0, 2, "welcome");
        raw
    }

    async fn say(&mut self, kind: u8, number: u64, name: &str, body: &[u8]) {
        let length = u32::try_from(10 + name.len() + body.len()).expect("small");
        let mut frame = length.to_be_bytes().to_vec();
        frame.push(kind);
        frame.extend(number.to_be_bytes());
        frame.push(u8::try_from(name.len()).expect("small"));
        frame.extend(name.as_bytes());
        frame.extend(body);
        self.0.write_all(&frame).await.expect("sent");
    }

    /// Kind and body of the next frame.
    async fn next(&mut self) -> (u8, Value) {
        let length = soon(self.0.read_u32()).await.expect("a frame");
        let mut frame = vec![0; length as usize];
        self.0.read_exact(&mut frame).await.expect("all of it");
        (frame[0], serde_json::from_slice(&frame[10..]).unwrap_or_default())
    }

    async fn ask(&mut self, seal: Option<&[u8]>, service: &str) -> (u8, Value) {
        if let Some(seal) = seal {
            self.say(SEAL, 7, "", seal).await;
        }
        self.say(ASK, 7, service, b"null").await;
        self.next().await
    }
}

/// A node with two services that count how often they are reached.
async fn counting() -> (Links, Arc<AtomicUsize>) {
    let (links, reached) = (node().await, Arc::new(AtomicUsize::new(0)));
    for service in ["calls", "api"] {
        let reached = Arc::clone(&reached);
        links.serve(service, move |_, (): ()| {
            reached.fetch_add(1, Ordering::SeqCst);
            async {}
        });
    }
    (links, reached)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_unsealed_or_forged_reaches_a_handler() {
    let (there, reached) = counting().await;
    let [mine, others, stranger, late] = [
        Seals::new(NodeId::generate()),
        Seals::new(NodeId::generate()),
        Seals::new(NodeId::generate()),
        Seals::with_clock(NodeId::generate(), Arc::new(Late(Duration::from_secs(120)))),
    ];
    for seals in [&mine, &others, &late] {
        KEYS.join(seals);
    }
    let seal = |seals: &Seals, service, to| {
        seals.for_service(service, to, &Behalf::System, b"body").expect("sealed").as_bytes().to_vec()
    };
    let honest = seal(&mine, "calls", there.me());
    let somebody = Behalf::Person(Person {
        org: OrgId::generate(),
        user: UserId::generate(),
        session: SessionId::generate(),
        rights: Permissions::from_names(["call:use"]).expect("permissions").into(),
        complete: true,
        request: RequestId::generate(),
    });
    let of_another = mine.for_service("calls", there.me(), &somebody, b"another request").expect("sealed");
    let mut altered = honest.clone();
    altered[60] ^= 1;
    let attacks = [
        ("none", mine.me(), None, SealError::Missing),
        ("an empty one", mine.me(), Some(Vec::new()), SealError::Malformed),
        ("no text", mine.me(), Some(vec![0xff; 80]), SealError::Malformed),
        ("a large one", mine.me(), Some(vec![b'v'; 1_000_000]), SealError::TooBig),
        (
            "one for another service",
            mine.me(),
            Some(seal(&mine, "api", there.me())),
            SealError::WrongAudience,
        ),
        ("one for another node", mine.me(), Some(seal(&mine, "calls", mine.me())), SealError::WrongAudience),
        ("another node's", mine.me(), Some(seal(&others, "calls", there.me())), SealError::WrongIssuer),
        ("its own as another node", others.me(), Some(honest.clone()), SealError::WrongIssuer),
        (
            "one of a key nobody published",
            stranger.me(),
            Some(seal(&stranger, "calls", there.me())),
            SealError::UnknownKey,
        ),
        ("one of another request", mine.me(), Some(of_another.as_bytes().to_vec()), SealError::Unbound),
        ("an old one", late.me(), Some(seal(&late, "calls", there.me())), SealError::Expired),
    ];
    for (what, from, seal, why) in &attacks {
        let mut raw = Raw::as_node(*from, &there).await;
        let refused = serde_json::to_value(LinkError::Refused(*why)).expect("plain data");
        assert_eq!(raw.ask(seal.as_deref(), "calls").await, (FAILED, refused), "{what}");
    }
    let mut raw = Raw::as_node(mine.me(), &there).await;
    let (kind, _) = raw.ask(Some(&altered), "calls").await;
    assert_eq!((kind, reached.load(Ordering::SeqCst)), (FAILED, 0), "no handler was reached");
    // A seal is of the frame behind it: it is not kept for the next.
    assert_eq!(raw.ask(Some(&honest), "calls").await.0, ANSWER);
    assert_eq!(raw.ask(None, "calls").await.0, FAILED);
    assert_eq!(raw.ask(Some(&honest), "api").await.0, FAILED);
    assert_eq!(reached.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_believed_as_requests_are() {
    let there = node().await;
    let (heard, mut hears) = mpsc::unbounded_channel();
    there.hear("news", move |asker: Asker, n: u32| heard.send((asker.node, n)).expect("somebody listens"));
    let mine = Seals::new(NodeId::generate());
    KEYS.join(&mine);
    let seal = |service| mine.for_service(service, there.me(), &Behalf::System, b"body").expect("sealed");
    let mut raw = Raw::as_node(mine.me(), &there).await;
    raw.say(TELL, 0, "news", b"1").await;
    raw.say(SEAL, 0, "", seal("olds").as_bytes()).await;
    raw.say(TELL, 0, "news", b"2").await;
    raw.say(SEAL, 0, "", seal("news").as_bytes()).await;
    raw.say(TELL, 0, "news", b"3").await;
    assert_eq!(soon(hears.recv()).await, Some((mine.me(), 3)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_knows_for_whom_it_works() {
    let person = Behalf::Person(Person {
        org: OrgId::generate(),
        user: UserId::generate(),
        session: SessionId::generate(),
        rights: Permissions::from_names(["call:use"]).expect("permissions").into(),
        complete: true,
        request: RequestId::generate(),
    });
    for Ends { here, there } in [Ends::one_process().await, Ends::over_tcp().await] {
        there.serve(
            "whom",
            |asker: Asker, (): ()| async move { format!("{:?} {:?}", asker.node, asker.behalf) },
        );
        for behalf in [Behalf::System, Behalf::Org(OrgId::generate()), person.clone()] {
            let expected = format!("{:?} {:?}", here.me(), Some(&behalf));
            let answer = here.ask_for(behalf, there.me(), "whom", &(), AT_MOST).await;
            assert_eq!(answer, Ok(expected));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_the_version_before_is_believed_while_it_is_there() {
    let (there, reached) = counting().await;
    let old = NodeId::generate();
    let mut raw = Raw::as_node(old, &there).await;
    let refused = serde_json::to_value(LinkError::Refused(SealError::Missing)).expect("plain data");
    assert_eq!(raw.ask(None, "calls").await, (FAILED, refused.clone()));
    there.seals().set_unsealed([old].into());
    assert_eq!(raw.ask(None, "calls").await.0, ANSWER);
    let mut other = Raw::as_node(NodeId::generate(), &there).await;
    assert_eq!(other.ask(None, "calls").await, (FAILED, refused.clone()), "another is not");
    there.seals().set_unsealed([].into());
    assert_eq!(raw.ask(None, "calls").await, (FAILED, refused));
    assert_eq!(reached.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_a_published_key_is_told_so() {
    let there = node().await;
    there.serve("calls", |_, (): ()| async {});
    let here = Links::listen(NodeId::generate(), anywhere()).await.expect("a free port");
    here.know(vec![crate::support::entry(&there)]);
    let refused: Result<(), _> = here.ask(there.me(), "calls", &(), AT_MOST).await;
    assert_eq!(refused, Err(LinkError::Refused(SealError::UnknownKey)));
}
