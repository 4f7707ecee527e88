//! Another implementation reads what we write as we meant it, and we read what it writes. `rsip` is asked about plain messages only: it
//! refuses much of what RFC 4475 calls valid.

use bytes::Bytes;
use proptest::prelude::*;
use rsip::prelude::*;
use tandem_sip::{Message, Method, Name, NameAddr, Request, Transport};

fn method() -> impl Strategy<Value = Method> {
    prop::sample::select(vec![
        Method::Invite,
        Method::Options,
        Method::Bye,
        Method::Register,
        Method::Update,
        Method::Refer,
    ])
}

prop_compose! {
    fn request()(
        method in method(),
        user in "[a-z][a-z0-9.]{0,11}",
        host in "[a-z]{1,8}\\.example\\.(com|net)",
        display in proptest::option::of("[A-Za-z][A-Za-z0-9]{0,9}"),
        tags in ("[a-z0-9]{1,12}", proptest::option::of("[a-z0-9]{1,12}")),
        call_id in "[a-z0-9]{1,20}@[a-z]{1,8}",
        number in 1..2_000_000_000_u32,
        branch in "z9hG4bK[a-z0-9]{1,12}",
        body in "[a-z ]{0,30}",
    ) -> Request {
        let address: NameAddr = format!("<sip:{user}@{host}>").parse().expect("parses");
        let from = match display {
            Some(display) => address.clone().named(display),
            None => address.clone(),
        };
        let to = tags.1.map_or(address.clone(), |tag| address.clone().tagged(tag));
        let request = Request::new(method, address.uri, from.tagged(tags.0), to, call_id, number);
        let sent_by = "192.0.2.1:5060".parse().expect("an address");
        request.with(Name::Subject, "x").with_body("text/plain", body).leaving(Transport::Udp, sent_by, branch.into())
    }
}

proptest! {
    #[test]
    fn both_read_the_same(ours in request()) {
        let theirs = rsip::Request::try_from(&ours.to_bytes()[..]).expect("it reads");
        prop_assert_eq!(theirs.method().to_string(), ours.method.to_string());
        prop_assert_eq!(theirs.uri().to_string(), ours.uri.to_string());
        prop_assert_eq!(theirs.call_id_header().expect("there").value(), ours.call_id.as_str());
        prop_assert_eq!(theirs.cseq_header().expect("there").seq().expect("reads"), ours.cseq.number);
        let from = theirs.from_header().expect("there").typed().expect("typed");
        prop_assert_eq!(from.tag().map(|tag| tag.value().to_owned()), ours.from.tag().map(ToString::to_string));
        prop_assert_eq!(from.display_name.map(|name| name.trim_matches('"').to_owned()), ours.from.display.as_ref().map(ToString::to_string));
        let via = theirs.via_header().expect("there").typed().expect("typed");
        prop_assert_eq!(via.branch().map(|branch| branch.value().to_owned()), ours.via[0].branch().map(ToString::to_string));
        prop_assert_eq!(&theirs.body()[..], &ours.body[..]);
        let back: Vec<u8> = theirs.into();
        prop_assert_eq!(Message::parse(&Bytes::from(back)), Ok(Message::Request(ours)));
    }
}
