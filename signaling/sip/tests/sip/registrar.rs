//! What REGISTER does to the bindings of an address of record.

use std::time::Duration;

use tandem_proto::Timestamp;
use tandem_sip::{
    Contacts, Method, Name, NameAddr, Peer, RegisterError, Registered, Registrar, RegistrarConfig, Request,
    StatusCode,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + second * 1_000_000)
}

fn from() -> Peer {
    Peer::udp("198.51.100.7:40123".parse().expect("address"))
}

fn register(call_id: &'static str, cseq: u32, contacts: &[&'static str], expires: Option<u32>) -> Request {
    let address: NameAddr = "<sip:1001@demo>".parse().expect("parses");
    let uri = "sip:demo".parse().expect("parses");
    let mut request =
        Request::new(Method::Register, uri, address.clone().tagged("t"), address, call_id, cseq);
    contacts.iter().for_each(|contact| request.headers.push(Name::Contact, *contact));
    expires.into_iter().for_each(|seconds| request.headers.push(Name::Expires, seconds.to_string()));
    request
}

fn registrar() -> Registrar {
    Registrar::new(RegistrarConfig::default())
}

fn users(registered: &Registered) -> Vec<String> {
    registered.bindings.iter().map(|binding| binding.uri().to_string()).collect()
}

#[test]
fn several_contacts_in_one_header_are_bound_by_preference() {
    let mut registrar = registrar();
    let request = register("c", 1, &["<sip:low@10.0.0.1>;q=0.2, <sip:high@10.0.0.2>;q=0.9"], None);
    let registered = registrar.register(at(0), "1001", &request, from()).expect("registers");
    assert_eq!(users(&registered), ["sip:high@10.0.0.2", "sip:low@10.0.0.1"]);
    assert!(registered.came_online && !registered.went_offline);
    assert_eq!(registered.bindings[0].reach, from(), "packets go back through the NAT");
    let answer = registered.response(at(10), &request);
    let Ok(Contacts::List(contacts)) = answer.headers.contacts() else { panic!("contacts") };
    assert_eq!(contacts[0].expires(), Some(Duration::from_secs(590)));
}

#[test]
fn expiry_is_kept_within_bounds() {
    let mut registrar = registrar();
    let brief = register("c", 1, &["<sip:a@10.0.0.1>;expires=30"], None);
    let refused = registrar.register(at(0), "1001", &brief, from()).expect_err("too brief");
    let answer = refused.response(&brief);
    assert_eq!(answer.status, StatusCode::INTERVAL_TOO_BRIEF);
    assert_eq!(answer.headers.min_expires(), Some(Duration::from_secs(60)));
    let long = register("c", 2, &["<sip:a@10.0.0.1>"], Some(4_000_000_000));
    let registered = registrar.register(at(0), "1001", &long, from()).expect("registers");
    assert_eq!(registered.bindings[0].expires_at, at(3_600));
}

#[test]
fn a_device_that_moved_replaces_its_old_contact() {
    let mut registrar = registrar();
    let old = register("c", 1, &[r#"<sip:a@10.0.0.1>;+sip.instance="<urn:uuid:1>""#], None);
    let new = register("d", 1, &[r#"<sip:a@10.0.0.99>;+sip.instance="<urn:uuid:1>""#], None);
    registrar.register(at(0), "1001", &old, from()).expect("registers");
    let registered = registrar.register(at(1), "1001", &new, from()).expect("registers");
    assert_eq!(users(&registered), ["sip:a@10.0.0.99"]);
    assert!(!registered.came_online);
}

#[test]
fn an_older_request_of_the_same_registration_changes_nothing() {
    let mut registrar = registrar();
    let request = |cseq, expires| register("c", cseq, &["<sip:a@10.0.0.1>"], Some(expires));
    registrar.register(at(0), "1001", &request(5, 600), from()).expect("registers");
    let late = registrar.register(at(1), "1001", &request(4, 0), from());
    assert_eq!(late, Err(RegisterError::OutOfOrder { got: 4, seen: 5 }));
    assert_eq!(registrar.bindings(at(1), "1001").count(), 1);
}

#[test]
fn one_faulty_contact_keeps_all_from_being_bound() {
    let mut registrar = registrar();
    let request = register("c", 1, &["<sip:a@10.0.0.1>", "<tel:+1555>"], None);
    assert!(registrar.register(at(0), "1001", &request, from()).is_err());
    assert!(registrar.is_empty());
}

#[test]
fn contacts_are_removed_singly_and_all_at_once() {
    let mut registrar = registrar();
    let both = register("c", 1, &["<sip:a@10.0.0.1>", "<sip:b@10.0.0.2>"], None);
    registrar.register(at(0), "1001", &both, from()).expect("registers");
    let one = register("c", 2, &["<sip:a@10.0.0.1>;expires=0"], None);
    let left = registrar.register(at(1), "1001", &one, from()).expect("removes");
    assert_eq!(users(&left), ["sip:b@10.0.0.2"]);
    let star = |expires| register("c", 3, &["*"], expires);
    assert!(registrar.register(at(2), "1001", &star(None), from()).is_err(), "`*` needs Expires: 0");
    let gone = registrar.register(at(2), "1001", &star(Some(0)), from()).expect("removes");
    assert!(gone.went_offline && registrar.is_empty());
    assert_eq!(registrar.next_expiry(), None);
}

#[test]
fn a_query_changes_nothing() {
    let mut registrar = registrar();
    registrar
        .register(at(0), "1001", &register("c", 1, &["<sip:a@10.0.0.1>"], None), from())
        .expect("registers");
    let asked = registrar.register(at(1), "1001", &register("q", 1, &[], None), from()).expect("answers");
    assert_eq!(users(&asked), ["sip:a@10.0.0.1"]);
    assert!(!asked.came_online && !asked.went_offline);
}

#[test]
fn there_is_an_end_to_contacts() {
    let mut registrar = registrar();
    let contacts: Vec<String> = (0..11).map(|n| format!("<sip:a@10.0.0.{n}>")).collect();
    let mut request = register("c", 1, &[], None);
    request.headers.push(Name::Contact, contacts.join(", "));
    assert_eq!(registrar.register(at(0), "1001", &request, from()), Err(RegisterError::TooMany(10)));
}

#[test]
fn time_ends_bindings() {
    let mut registrar = registrar();
    let request = register("c", 1, &["<sip:a@10.0.0.1>;expires=60", "<sip:b@10.0.0.2>;expires=120"], None);
    registrar.register(at(0), "1001", &request, from()).expect("registers");
    assert_eq!(registrar.next_expiry(), Some(at(60)));
    assert!(registrar.expire(at(59)).is_empty());
    let first = registrar.expire(at(60));
    assert_eq!((first.len(), first[0].gone.len(), first[0].went_offline), (1, 1, false));
    assert!(registrar.expire(at(120))[0].went_offline);
    assert!(registrar.is_empty());
}

#[test]
fn stored_bindings_come_back_as_they_were() {
    let mut first = registrar();
    let request = register("c", 7, &[r#"<sip:a@10.0.0.1>;+sip.instance="<urn:uuid:1>""#], None);
    let bindings = first.register(at(0), "1001", &request, from()).expect("registers").bindings;
    let json = serde_json::to_string(&bindings).expect("serialises");
    let mut second = registrar();
    second.restore("1001", serde_json::from_str(&json).expect("parses"));
    let bound: Vec<_> = second.bindings(at(1), "1001").cloned().collect();
    assert_eq!(bound, bindings);
    assert!(second.register(at(1), "1001", &request, from()).is_err(), "the order of requests is remembered");
}
