//! The 49 messages of RFC 4475, byte for byte as its archive has them, each with the verdict of its section, on a stack that has a call
//! in progress. What a section leaves to the layer above (401, 405, 406, 415, 420) is tried against the running server:
//! `tests/e2e/specs/sip-torture.spec.ts`.

use bytes::Bytes;
use tandem_proto::Timestamp;
use tandem_sip::{
    ClientTxId, Contacts, Credentials, Framer, FramingError, Input, Message, Method, Name, NameAddr, Output,
    Peer, Registrar, RegistrarConfig, Request, SipEvent, SipStack, StackConfig, Uri,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
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
    ("mpart01", Taken),
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
    ("bext01", Answered(420)),
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

pub(crate) fn file(name: &str) -> Bytes {
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

pub(crate) fn request(name: &str) -> Request {
    match Message::parse(&file(name)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_message_gets_its_verdict_and_disturbs_no_call() {
    each_gets_its_verdict(CASES);
}

/// Each beside a call of its own.
pub(crate) fn each_gets_its_verdict(cases: &[(&str, Verdict)]) {
    for (name, expected) in cases {
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
    assert_eq!(request.headers.get(&Name::from("UnknownHeaderWithUnusualValue")).expect("kept"), ";;,,;;,;");
    assert_eq!(
        request.headers.get(&Name::from("newfangledheader")).expect("kept"),
        "newfangled value continued newfangled value"
    );
    assert_eq!(request.headers.addresses(&Name::Route).expect("one").len(), 1);
    assert_eq!(request.headers.get(&Name::Subject).expect("there"), "");
}

#[test]
fn every_character_a_token_may_have_is_taken() {
    let request = request("intmeth");
    assert_eq!(request.method.as_str(), "!interesting-Method0123456789_*+`.%indeed'~");
    let uri = request.uri.as_sip().expect("sip");
    assert_eq!(uri.user.as_ref().expect("user"), "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    assert_eq!(uri.password.as_ref().expect("password"), "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
    assert_eq!(request.to.display.as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    assert_eq!(request.from.display.as_deref(), Some("token1~` token2'+_ token3*%!.-"));
    assert_eq!(request.from.tag().expect("tag"), "_token~1'+`*%!-.");
    let cyrillic = "fromParam''~+*_!.-%";
    assert_eq!(request.from.params.unquoted(cyrillic).as_deref(), Some("работающий"));
}

#[test]
fn long_values_are_kept_whole() {
    let request = request("longreq");
    assert!(request.to.display.as_ref().is_some_and(|name| name.len() > 100));
    assert_eq!(request.via.len(), 34);
    assert!(request.headers.contact().expect("one").uri.user().is_some_and(|user| user.len() > 100));
    assert_eq!(request.body.len(), 150);
}

#[test]
fn addresses_without_room_between_name_and_bracket() {
    let request = request("lwsdisp");
    assert_eq!(request.from.display.as_deref(), Some("caller"));
    assert_eq!(request.from.tag().expect("tag"), "323");
}

#[test]
fn any_transport_may_stand_in_a_via() {
    let names = request("transports").via.iter().map(|via| via.transport.to_string()).collect::<Vec<_>>();
    assert_eq!(names, ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]);
}

#[test]
fn a_semicolon_in_the_user_is_the_users() {
    let uri = request("semiuri").uri;
    assert_eq!(uri.user().as_deref(), Some("user;par=u@example.net"));
    assert!(uri.as_sip().expect("sip").params.is_empty());
}

#[test]
fn parts_of_a_body_are_cut_and_binary_ones_are_whole() {
    let request = request("mpart01");
    let parts = request.parts().expect("cuts");
    assert_eq!(parts.len(), 2);
    assert!(parts[0].headers.content_type().expect("reads").expect("there").is("text/plain"));
    assert_eq!(parts[0].body, "Hello");
    assert!(parts[1].headers.content_type().expect("reads").expect("there").is("application/octet-stream"));
    assert_eq!((parts[1].body[0], parts[1].body.len()), (0x30, 0x152 + 4));
}

#[test]
fn phrases_may_be_strange_or_missing() {
    let Ok(Message::Response(strange)) = Message::parse(&file("unreason")) else { panic!("a response") };
    assert_eq!(strange.status.code(), 200);
    assert!(strange.phrase.starts_with("= 2**3 * 5**2 но сто"));
    let Ok(Message::Response(none)) = Message::parse(&file("noreason")) else { panic!("a response") };
    assert_eq!((none.status.code(), none.phrase.as_str()), (100, ""));
}

#[test]
fn expiries_beyond_all_bounds_are_capped_and_others_have_a_default() {
    let Ok(contact) = "<sip:a@b>;expires=280297596632815".parse::<NameAddr>() else { panic!("reads") };
    assert_eq!(contact.expires().expect("there").as_secs(), u64::from(u32::MAX));
    let Ok(contact) = "<sip:a@b>;expires=soon".parse::<NameAddr>() else { panic!("reads") };
    assert_eq!(contact.expires().expect("there").as_secs(), 3_600);
}

#[test]
fn schemes_are_kept_as_they_are() {
    assert!(matches!(request("unkscm").uri, Uri::Other { scheme, .. } if scheme == "nobodyKnowsThisScheme"));
    assert!(matches!(request("novelsc").uri, Uri::Other { scheme, .. } if scheme == "soap.beep"));
    let odd = request("unksm2");
    assert!(matches!(odd.to.uri, Uri::Other { scheme, .. } if scheme == "isbn"));
    assert!(matches!(odd.from.uri, Uri::Other { scheme, .. } if scheme == "http"));
}

#[test]
fn what_is_required_and_offered_is_told() {
    let request_ = request("bext01");
    assert!(request_.headers.lists(&Name::Require, "nothingSupportsThis"));
    assert!(request_.headers.lists(&Name::ProxyRequire, "noProxiesSupportThis"));
    assert!(!request("invut").headers.content_type().expect("reads").expect("there").is("application/sdp"));
    assert_eq!(request("sdp01").headers.tokens(&Name::Accept).collect::<Vec<_>>(), ["text/nobodyKnowsThis"]);
    assert!(!request("regaut01").headers.auth(&Name::Authorization).expect("reads")[0].is_digest());
}

#[test]
fn old_syntax_needs_neither_branch_nor_tag_nor_length() {
    let old = request("inv2543");
    assert_eq!((old.via[0].branch(), old.from.tag(), old.max_forwards), (None, None, None));
    assert!(old.body.starts_with(b"v=0"));
}

/// What a stream makes of each: the next message can be found, or the connection has to be closed.
#[test]
fn streams_are_cut_or_closed_as_the_sections_say() {
    let framed = |name: &str| {
        let mut framer = Framer::default();
        framer.push(&file(name));
        framer.poll()
    };
    for closed in ["ncl", "mcl01", "inv2543"] {
        assert_eq!(framed(closed), Err(FramingError::ContentLength), "{closed}");
    }
    for waits in ["clerr", "baddn"] {
        assert_eq!(framed(waits), Ok(None), "{waits}: more may come");
    }
    let mut framer = Framer::default();
    framer.push(&file("dblreq"));
    let cut = std::iter::from_fn(|| framer.poll().ok().flatten()).count();
    assert_eq!(cut, 2, "two requests in one stream are two messages");
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
