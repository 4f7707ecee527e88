use std::sync::Mutex;

use tandem_core::{
    Permissions,
    sealed::{Person, TOLERANCE},
};
use tandem_proto::{OrgId, RequestId, SessionId, Timestamp, UserId};

use super::*;

/// A clock that is set.
struct Set(Mutex<Timestamp>);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no panic")
    }
}

fn at(clock: &Set, now: Timestamp) {
    *clock.0.lock().expect("no panic") = now;
}

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn clock() -> Arc<Set> {
    Arc::new(Set(Mutex::new(NOW)))
}

/// Two processes that know each other's keys.
fn two(clock: &Arc<Set>) -> (Seals, Seals) {
    let book = KeyBook::default();
    let [here, there] = [(); 2].map(|()| {
        let seals = Seals::with_clock(NodeId::generate(), Arc::clone(clock) as Arc<dyn Clock>);
        book.join(&seals);
        seals
    });
    (here, there)
}

fn person() -> Behalf {
    Behalf::Person(Person {
        org: OrgId::generate(),
        user: UserId::generate(),
        session: SessionId::generate(),
        rights: Permissions::from_names(["chat:use"]).expect("permissions").into(),
        complete: true,
        request: RequestId::generate(),
    })
}

#[tokio::test]
async fn a_seal_is_for_one_service_of_one_node_by_the_node_that_shows_it() {
    let clock = clock();
    let (here, there) = two(&clock);
    let me = here.me();
    for behalf in [Behalf::System, Behalf::Org(OrgId::generate()), person()] {
        let seal = here.for_service("calls", there.me(), &behalf, b"body").expect("sealed");
        let open = async |seals: &Seals, service, from| {
            seals.open_for(Some(seal.as_bytes()), service, from, b"body").await
        };
        // Twice: the second time it is remembered.
        for _ in 0..2 {
            assert_eq!(open(&there, "calls", me).await, Ok(Some(behalf.clone())));
            assert_eq!(open(&there, "api", me).await, Err(SealError::WrongAudience));
            assert_eq!(open(&here, "calls", me).await, Err(SealError::WrongAudience));
            assert_eq!(open(&there, "calls", NodeId::generate()).await, Err(SealError::WrongIssuer));
        }
        at(&clock, NOW.plus(LIFE).plus(TOLERANCE));
        assert_eq!(open(&there, "calls", me).await, Err(SealError::Expired), "remembered or not");
        at(&clock, NOW);
    }
}

#[tokio::test]
async fn what_somebody_asks_is_as_they_asked_it() {
    let (here, there) = two(&clock());
    let somebody = person();
    let seal = here.for_service("api", there.me(), &somebody, b"GET /me").expect("sealed");
    let open = async |body: &[u8]| there.open_for(Some(seal.as_bytes()), "api", here.me(), body).await;
    assert_eq!(open(b"GET /me").await, Ok(Some(somebody.clone())));
    for another in [&b"DELETE /me"[..], b"GET /me ", b""] {
        assert_eq!(open(another).await, Err(SealError::Unbound));
    }
    // A node of the version before binds to nothing.
    let audience = Audience::Service("api".to_owned(), there.me());
    let unbound = here.seal(somebody.clone(), audience, Vec::new()).expect("sealed");
    let opened = there.open_for(Some(unbound.as_bytes()), "api", here.me(), b"GET /me").await;
    assert_eq!(opened, Ok(Some(somebody)));
}

#[tokio::test]
async fn who_has_published_no_key_is_not_believed() {
    let clock = clock();
    let (_, there) = two(&clock);
    let stranger = Seals::with_clock(NodeId::generate(), clock);
    let seal = stranger.for_service("calls", there.me(), &Behalf::System, b"body").expect("sealed");
    let opened = there.open_for(Some(seal.as_bytes()), "calls", stranger.me(), b"body").await;
    assert_eq!(opened, Err(SealError::UnknownKey));
    let opened = stranger.open_for(Some(seal.as_bytes()), "calls", stranger.me(), b"body").await;
    assert_eq!(opened, Err(SealError::Unverifiable), "it has no directory");
}

#[tokio::test]
async fn a_seal_is_left_out_only_by_nodes_that_are_known_to_make_none() {
    let (here, there) = two(&clock());
    assert_eq!(there.open_for(None, "calls", here.me(), b"body").await, Err(SealError::Missing));
    there.set_unsealed(HashSet::from([here.me()]));
    assert_eq!(there.open_for(None, "calls", here.me(), b"body").await, Ok(None));
    assert_eq!(there.open_for(None, "calls", NodeId::generate(), b"body").await, Err(SealError::Missing));
    assert_eq!(
        there.open_for(Some(b"v4.public.e30"), "calls", here.me(), b"body").await,
        Err(SealError::Malformed)
    );
    there.set_unsealed(HashSet::new());
    assert_eq!(there.open_for(None, "calls", here.me(), b"body").await, Err(SealError::Missing));
}

#[tokio::test]
async fn seals_are_made_anew_when_they_are_half_spent_or_the_key_is_another() {
    let clock = clock();
    let (here, there) = two(&clock);
    let made = || here.for_service("calls", there.me(), &Behalf::System, b"body").expect("sealed");
    let first = made();
    assert_eq!(made(), first);
    at(&clock, NOW.plus(REUSED));
    let second = made();
    assert_ne!(second, first);
    here.use_key(here.next_key());
    assert_ne!(made(), second);
    let (one, other) = (person(), person());
    let for_person = |behalf| here.for_service("calls", there.me(), behalf, b"body").expect("sealed");
    assert_ne!(for_person(&one), for_person(&other));
}

#[tokio::test]
async fn a_message_is_heard_once_and_as_it_was_said() {
    let (here, there) = two(&clock());
    let messages: Vec<Vec<u8>> = (0..sealed::DIGESTS).map(|n| n.to_string().into_bytes()).collect();
    let seal = here.for_messages(messages.iter().map(|message| digest(message)).collect()).expect("sealed");
    let seal = Some(seal.as_bytes());
    for message in &messages {
        assert_eq!(there.open_message(seal, message).await, Ok(()));
        assert_eq!(there.open_message(seal, message).await, Err(SealError::Replayed));
    }
    assert_eq!(there.open_message(seal, b"another").await, Err(SealError::Unbound));
    assert_eq!(there.open_message(None, b"0").await, Err(SealError::Missing));
    let link = here.for_service("bus", there.me(), &Behalf::System, b"body").expect("sealed");
    assert_eq!(there.open_message(Some(link.as_bytes()), b"0").await, Err(SealError::WrongAudience));
}

#[tokio::test]
async fn what_cannot_be_looked_up_is_refused_and_not_remembered() {
    let clock = clock();
    let (here, there) = two(&clock);
    struct Away;
    impl Directory for Away {
        fn key(&self, _: SealKeyId) -> Looked<'_> {
            Box::pin(std::future::ready(Err(SealError::Unverifiable)))
        }
    }
    let seal = here.for_service("calls", there.me(), &Behalf::System, b"body").expect("sealed");
    there.look_in(Arc::new(Away));
    let open = async || there.open_for(Some(seal.as_bytes()), "calls", here.me(), b"body").await;
    assert_eq!(open().await, Err(SealError::Unverifiable));
    let book = KeyBook::default();
    book.join(&here);
    book.join(&there);
    assert_eq!(open().await, Ok(Some(Behalf::System)));
}
