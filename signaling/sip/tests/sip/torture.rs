//! The messages of RFC 4475, each with the verdict of its section, on a stack that has a call in progress.
//!
//! The long and binary ones are shorter than the RFC prints them; what they test is kept.

use bytes::Bytes;
use tandem_proto::Timestamp;
use tandem_sip::{
    ClientTxId, Contacts, Credentials, Input, Message, Method, NameAddr, Output, Peer, Registrar,
    RegistrarConfig, Request, SipEvent, SipStack, StackConfig,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// Given to the transaction user.
    Taken,
    /// Answered by the stack.
    Answered(u16),
    /// A response that can be read, but belongs to nothing here.
    Stray,
    /// Neither answered nor told.
    Dropped,
}

use Verdict::{Answered, Dropped, Stray, Taken};

const CASES: &[(&str, Verdict)] = &[
    // 3.1.1 valid
    ("wsinv", Taken),
    ("intmeth", Taken),
    ("esc01", Taken),
    ("escnull", Taken),
    ("esc02", Taken),
    ("lwsdisp", Taken),
    ("longreq", Taken),
    ("dblreq", Taken),
    ("semiuri", Taken),
    ("transports", Taken),
    ("unreason", Stray),
    ("noreason", Stray),
    // 3.1.2 invalid
    ("badinv01", Answered(400)),
    ("clerr", Answered(400)),
    ("ncl", Answered(400)),
    ("scalar02", Answered(400)),
    ("scalarlg", Dropped),
    ("quotbal", Answered(400)),
    ("ltgtruri", Answered(400)),
    ("lwsruri", Answered(400)),
    ("lwsstart", Answered(400)),
    ("trws", Answered(400)),
    ("escruri", Answered(400)),
    ("baddate", Taken),
    ("regbadct", Taken),
    ("badaspec", Taken),
    ("baddn", Answered(400)),
    ("badvers", Answered(505)),
    ("mismatch01", Answered(400)),
    ("mismatch02", Answered(400)),
    ("bigcode", Dropped),
    // 3.2 transaction layer
    ("badbranch", Taken),
    // 3.3 application layer
    ("insuf", Answered(400)),
    ("unkscm", Answered(416)),
    ("novelsc", Answered(416)),
    ("unksm2", Taken),
    ("bext01", Taken),
    ("invut", Taken),
    ("regaut01", Taken),
    ("multi01", Answered(400)),
    ("mcl01", Answered(400)),
    ("bcast", Stray),
    ("zeromf", Answered(483)),
    ("cparam01", Taken),
    ("cparam02", Taken),
    ("regescrt", Taken),
    ("sdp01", Taken),
    // 3.4 backward compatibility
    ("inv2543", Taken),
];

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn file(name: &str) -> Bytes {
    let path = format!("{}/tests/torture/{name}.dat", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")).into()
}

fn stack() -> SipStack {
    SipStack::new(StackConfig::new("192.0.2.200:5060".parse().expect("address")), [7; 32])
}

fn peer() -> Peer {
    Peer::udp("192.0.2.77:5060".parse().expect("address"))
}

fn verdict(stack: &mut SipStack, bytes: Bytes) -> Verdict {
    let readable = Message::parse(&bytes).is_ok();
    stack.handle(NOW, Input::Message { from: peer(), bytes });
    let mut verdict = if readable { Stray } else { Dropped };
    while let Some(output) = stack.poll_output() {
        match output {
            Output::Event(event) if matches!(*event, SipEvent::Request { .. }) => verdict = Taken,
            Output::Event(event) => panic!("{event:?}"),
            Output::Send { bytes, .. } => {
                let line = String::from_utf8_lossy(&bytes[..11]).into_owned();
                verdict = Answered(line[8..11].parse().expect("a status"));
            }
            Output::Refused { .. } => assert!(!readable),
        }
    }
    verdict
}

fn request(name: &str) -> Request {
    match Message::parse(&file(name)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_message_gets_its_verdict_and_disturbs_no_call() {
    for (name, expected) in CASES {
        let mut stack = stack();
        let call = call_in_progress(&mut stack);
        assert_eq!(verdict(&mut stack, file(name)), *expected, "{name}");
        assert_eq!(stack.cancel(NOW, call), Ok(()), "{name}: the call is still there");
    }
}

fn call_in_progress(stack: &mut SipStack) -> ClientTxId {
    let address: NameAddr = "<sip:1001@example.com>".parse().expect("parses");
    let invite =
        Request::new(Method::Invite, address.uri.clone(), address.clone().tagged("t"), address, "call", 1);
    stack.request(NOW, ClientTxId(1), invite, peer()).expect("room");
    while stack.poll_output().is_some() {}
    ClientTxId(1)
}

#[test]
fn every_readable_message_reads_the_same_after_printing() {
    for (name, _) in CASES {
        if let Ok(message) = Message::parse(&file(name)) {
            assert_eq!(Message::parse(&message.to_bytes()).as_ref(), Ok(&message), "{name}");
        }
    }
}

#[test]
fn odd_white_space_changes_no_meaning() {
    let request = request("wsinv");
    assert_eq!(request.from.display.as_deref(), Some(r#"J Rosenberg \""#));
    assert_eq!((request.max_forwards, request.cseq.number), (Some(68), 9));
    assert_eq!(request.via.len(), 3);
    assert_eq!(request.via[2].branch().expect("branch"), "z9hG4bK30239");
    let contact = request.headers.contact().expect("one contact");
    assert_eq!((contact.q(), contact.display.as_deref()), (330, Some(r#"Quoted string """#)));
    assert_eq!(request.body.len(), 150);
}

#[test]
fn escapes_are_not_resolved_where_they_mean_nothing() {
    assert_eq!(request("esc01").uri.user().as_deref(), Some("sips:user@example.com"));
    let odd = request("esc02");
    assert!(matches!(odd.method, Method::Other(_)), "RE%47IST%45R is not REGISTER");
    let Ok(Contacts::List(contacts)) = odd.headers.contacts() else { panic!("contacts") };
    assert_eq!(contacts.len(), 2, "C%6Fntact is not Contact");
    assert_eq!(request("dblreq").body.len(), 0, "what follows the message is not part of it");
}

#[test]
fn the_registrar_refuses_what_it_cannot_reach() {
    let register =
        |name| Registrar::new(RegistrarConfig::default()).register(NOW, "a", &request(name), peer());
    assert!(register("regbadct").is_err());
    assert!(register("unksm2").is_err());
    let bound = |name| register(name).expect("registers").bindings[0].uri().clone();
    assert!(bound("cparam01").as_sip().expect("sip").params.is_empty(), "the parameter is the header's");
    assert!(
        bound("cparam02").as_sip().expect("sip").params.has("unknownparam"),
        "the parameter is the URI's"
    );
    assert!(bound("regescrt").as_sip().expect("sip").headers.is_some());
    assert_eq!(register("escnull").expect("registers").bindings.len(), 2, "%00 and %00%00 differ");
    assert_eq!(Credentials::of(&request("regaut01"), "example.com"), Ok(None));
}
