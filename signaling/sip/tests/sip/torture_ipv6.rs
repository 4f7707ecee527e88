//! The 12 messages of RFC 5118, byte for byte as it prints them, each with the verdict of its section.
//!
//! Three of them count their bodies wrongly (§4.6, §4.8 and §4.9): read as they are they are cut short, or have bytes to spare; what
//! their sections say is tried with the right count.

use bytes::Bytes;
use tandem_sip::{Contacts, Host, Message, Request};

use crate::torture::{Verdict, each_gets_its_verdict, file, request};

use Verdict::{Answered, Taken};

const CASES: &[(&str, Verdict)] = &[
    ("ipv6-good", Taken),
    ("ipv6-bad", Answered(400)),
    ("port-ambiguous", Taken),
    ("port-unambiguous", Taken),
    ("via-received-param-with-delim", Taken),
    ("via-received-param-no-delim", Taken),
    // Promises 17 bytes that are not there.
    ("ipv6-in-sdp", Answered(400)),
    ("mult-ip-in-header", Taken),
    ("mult-ip-in-sdp", Taken),
    ("ipv4-mapped-ipv6", Taken),
    ("ipv6-bug-abnf-3-colons", Taken),
    ("ipv6-correct-abnf-2-colons", Taken),
];

fn host(name: &str) -> String {
    request(name).uri.host().expect("a host").to_string()
}

/// The message with the length its body has.
fn recounted(name: &str) -> Request {
    let text = String::from_utf8(file(name).to_vec()).expect("ASCII");
    let (head, body) = text.split_once("\r\n\r\n").expect("a body");
    let (before, _) = head.rsplit_once("Content-Length: ").expect("the last header");
    let text = format!("{before}Content-Length: {}\r\n\r\n{body}", body.len());
    match Message::parse(&Bytes::from(text)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_message_gets_its_verdict_and_disturbs_no_call() {
    each_gets_its_verdict(CASES);
}

#[test]
fn references_are_read_with_their_ports() {
    let good = request("ipv6-good");
    assert_eq!(host("ipv6-good"), "[2001:db8::10]");
    assert_eq!(good.via[0].host.to_string(), "[2001:db8::9:1]");
    let Ok(Contacts::List(contacts)) = good.headers.contacts() else { panic!("contacts") };
    assert_eq!(contacts[0].uri.to_string(), "sip:caller@[2001:db8::1]");
    let port = |name| request(name).uri.as_sip().expect("sip").port;
    assert_eq!((host("port-ambiguous").as_str(), port("port-ambiguous")), ("[2001:db8::10:5070]", None));
    assert_eq!((host("port-unambiguous").as_str(), port("port-unambiguous")), ("[2001:db8::10]", Some(5070)));
}

#[test]
fn received_is_read_with_brackets_and_without() {
    for name in ["via-received-param-with-delim", "via-received-param-no-delim"] {
        let received = request(name).via[0].received().expect("an address");
        assert_eq!(received.to_string(), "2001:db8::9:255", "{name}");
    }
    let hops = request("mult-ip-in-header").via;
    assert_eq!(
        (hops[0].port, hops[2].received().expect("an address").to_string()),
        (Some(6050), "192.0.2.200".to_owned())
    );
    assert!(matches!(hops[1].host, Host::Ip(ip) if ip.is_ipv4()));
}

#[test]
fn bodies_and_mapped_addresses_are_read() {
    for name in ["ipv6-in-sdp", "mult-ip-in-sdp", "ipv4-mapped-ipv6"] {
        let body = recounted(name).body;
        assert!(body.starts_with(b"v=0") && body.ends_with(b"H263-1998/90000\r\n"), "{name}");
    }
    let mapped = recounted("ipv4-mapped-ipv6");
    assert_eq!(
        (mapped.via[0].host.to_string().as_str(), mapped.via[0].port),
        ("[::ffff:192.0.2.10]", Some(19823))
    );
    assert_eq!(
        mapped.headers.contact().expect("one").uri.host().expect("a host").to_string(),
        "[::ffff:192.0.2.2]"
    );
}

#[test]
fn a_colon_too_many_is_read_and_not_written_again() {
    let (odd, right) = (request("ipv6-bug-abnf-3-colons"), request("ipv6-correct-abnf-2-colons"));
    assert_eq!(odd.uri, right.uri);
    assert_eq!(odd.uri.to_string(), "sip:user@[2001:db8::c000:201]");
}
