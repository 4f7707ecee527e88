//! Nothing that arrives can bring the stack down, and what it reads it prints without changing the meaning.

use bytes::Bytes;
use proptest::{collection::vec, prelude::*, sample::Index};
use tandem_proto::Timestamp;
use tandem_sip::{
    Framer, Input, Message, Method, Name, NameAddr, Output, Peer, SipEvent, SipStack, StackConfig,
    StatusCode, Uri, Via,
};

/// A way to damage a message.
#[derive(Clone, Debug)]
enum Damage {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let telling = prop::sample::select(b"\"<>;,:=@?\\%\r\n \t\0/[]*".to_vec());
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (any::<Index>(), telling.clone()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (any::<Index>(), vec(telling, 1..4)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, len)| Damage::Remove(at, len)),
        (any::<Index>(), any::<Index>(), 1..80_usize)
            .prop_map(|(from, to, len)| Damage::Repeat(from, to, len)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: Damage) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Replace(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        Damage::Insert(at, more) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, more);
        }
        Damage::Remove(at, len) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + len).min(bytes.len()));
        }
        Damage::Repeat(from, to, len) => {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let piece = bytes[from..(from + len).min(bytes.len())].to_vec();
            bytes.splice(to..to, piece);
        }
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/torture");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a file")).collect()
}

fn damaged() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(corpus()), vec(damage(), 0..4)).prop_map(|(mut bytes, damages)| {
        damages.into_iter().for_each(|damage| apply(&mut bytes, damage));
        bytes
    })
}

/// Reads every header as if it were of every kind.
fn read_all(message: &Message) {
    let headers = match message {
        Message::Request(request) => &request.headers,
        Message::Response(response) => &response.headers,
    };
    let _ = (
        headers.contacts(),
        headers.contact(),
        headers.expires(),
        headers.allow(),
        headers.session_expires(),
    );
    let _ = (headers.content_type(), headers.reasons(), headers.retry_after(), headers.min_se());
    for (name, _) in headers.iter() {
        let _ = (
            headers.addresses(name),
            headers.parametrised(name),
            headers.auth(name),
            headers.tokens(name).count(),
        );
    }
}

fn stable(bytes: Vec<u8>) -> Result<(), TestCaseError> {
    if let Ok(message) = Message::parse(&Bytes::from(bytes)) {
        read_all(&message);
        let printed = message.to_bytes();
        prop_assert_eq!(Message::parse(&printed), Ok(message));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..400)) {
        stable(bytes)?;
    }

    #[test]
    fn damaged_messages_read_the_same_after_printing(bytes in damaged()) {
        stable(bytes)?;
    }

    #[test]
    fn text_values_read_the_same_after_printing(text in r#"["<>;:=@?%,a-z0-9./ \\\[\]é]{0,40}"#) {
        if let Ok(uri) = text.parse::<Uri>() {
            prop_assert_eq!(uri.to_string().parse::<Uri>(), Ok(uri));
        }
        for text in [text.clone(), format!("<sip:{text}"), format!("\"{text}\" <sip:a@b>;x={text}")] {
            if let Ok(address) = text.parse::<NameAddr>() {
                prop_assert_eq!(address.to_string().parse::<NameAddr>(), Ok(address));
            }
        }
        if let Ok(via) = format!("SIP/2.0/UDP {text}").parse::<Via>() {
            prop_assert_eq!(via.to_string().parse::<Via>(), Ok(via));
        }
    }

    #[test]
    fn a_header_set_by_hand_starts_no_other(value in "[a-z\r\n: ]{0,30}") {
        let address: NameAddr = "<sip:a@b>".parse().expect("parses");
        let request = tandem_sip::Request::new(Method::Options, address.uri.clone(), address.clone().named(value.clone()), address, "c", 1)
            .with(Name::Subject, value);
        let mut sent = request.clone();
        sent.via.push("SIP/2.0/UDP h;branch=z9hG4bKx".parse().expect("parses"));
        let Ok(Message::Request(read)) = Message::parse(&sent.to_bytes()) else { return Err(TestCaseError::fail("not read")) };
        prop_assert_eq!(read.headers.iter().count(), 1);
    }

    #[test]
    fn streams_are_cut_wherever_they_are_read(pieces in vec(damaged(), 1..4), cuts in vec(1..700_usize, 1..20)) {
        let stream = pieces.concat();
        let mut framer = Framer::default();
        let mut rest = stream.as_slice();
        'stream: for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            framer.push(now);
            loop {
                match framer.poll() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => break 'stream,
                }
            }
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert!(framer.pending() <= stream.len());
    }

    #[test]
    fn the_stack_survives_and_comes_to_rest(messages in vec(damaged(), 1..30), step_ms in 0..3_000_u64, status in 100..700_u16) {
        let mut stack = SipStack::new(StackConfig::new("192.0.2.1:5060".parse().expect("address")), [3; 32]);
        let peer = Peer::udp("192.0.2.9:5060".parse().expect("address"));
        let mut now = Timestamp::from_micros(1_800_000_000_000_000);
        for bytes in messages {
            stack.handle(now, Input::Message { from: peer, bytes: bytes.into() });
            drain(&mut stack, now, status);
            now = now.plus(std::time::Duration::from_millis(step_ms));
        }
        let mut turns = 0;
        while let Some(at) = stack.poll_timeout() {
            now = now.max(at);
            stack.handle(now, Input::Deadline);
            drain(&mut stack, now, status);
            turns += 1;
            prop_assert!(turns < 10_000, "timers go on for ever");
        }
        // Only calls that were never answered may be left.
        prop_assert!(status < 200 || stack.transactions() == (0, 0));
    }
}

fn drain(stack: &mut SipStack, now: Timestamp, status: u16) {
    while let Some(output) = stack.poll_output() {
        if let Output::Event(event) = output
            && let SipEvent::Request { transaction, request, .. } = *event
        {
            let status = StatusCode::new(status).expect("in range");
            let _too_late = stack.respond(now, transaction, request.response(status));
        }
    }
}
