//! What the stack does by itself before anybody hears of a request.

use crate::support::{Side, addr, answer, invite};
use bytes::Bytes;
use tandem_proto::Timestamp;
use tandem_sip::{
    ClientTxId, CommandError, Input, Message, Method, Name, Output, Peer, Request, Response, SipEvent,
    SipStack, StackConfig, StackSnapshot, StatusCode, Uri,
};

fn stack(max_transactions: usize) -> SipStack {
    let config = StackConfig { max_transactions, ..StackConfig::new(addr(Side::Called)) };
    SipStack::new(config, [5; 32])
}

fn now() -> Timestamp {
    crate::support::start()
}

/// A peer behind a NAT: it says 10.0.0.2 and comes from elsewhere.
fn nat() -> Peer {
    Peer::udp("198.51.100.7:40123".parse().expect("address"))
}

fn arriving(branch: &str, via_params: &str) -> Request {
    let mut request = invite();
    request.via.push(
        format!("SIP/2.0/UDP 10.0.0.2:5070;branch=z9hG4bK{branch}{via_params}").parse().expect("parses"),
    );
    request
}

fn with_method(mut request: Request, method: Method) -> Request {
    (request.method, request.cseq.method) = (method.clone(), method);
    request
}

fn give(stack: &mut SipStack, request: &Request) -> (Vec<SipEvent>, Vec<(Peer, Response)>) {
    stack.handle(now(), Input::Message { from: nat(), bytes: request.to_bytes() });
    outputs(stack)
}

fn outputs(stack: &mut SipStack) -> (Vec<SipEvent>, Vec<(Peer, Response)>) {
    let (mut events, mut responses) = (Vec::new(), Vec::new());
    while let Some(output) = stack.poll_output() {
        match output {
            Output::Event(event) => events.push(*event),
            Output::Send { to, bytes, .. } => {
                if let Ok(Message::Response(response)) = Message::parse(&bytes) {
                    responses.push((to, response));
                }
            }
            Output::Refused { .. } => {}
        }
    }
    (events, responses)
}

fn only_status(stack: &mut SipStack, request: &Request) -> u16 {
    let (events, responses) = give(stack, request);
    assert!(events.is_empty(), "{events:?}");
    let [(_, response)] = responses.as_slice() else { panic!("{responses:?}") };
    assert!(response.to.tag().is_some());
    response.status.code()
}

#[test]
fn responses_find_the_way_back_through_a_nat() {
    let mut stack = stack(10);
    let (events, _) = give(&mut stack, &arriving("a", ";rport"));
    let [SipEvent::Request { transaction, request, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((request.via[0].received(), request.via[0].rport()), (Some(nat().addr.ip()), Some(40123)));
    stack.respond(now(), *transaction, answer(request, StatusCode::RINGING)).expect("pending");
    assert_eq!(outputs(&mut stack).1[0].0, nat());
}

#[test]
fn without_rport_the_port_is_the_one_in_the_via() {
    let mut stack = stack(10);
    let (events, _) = give(&mut stack, &arriving("a", ""));
    let [SipEvent::Request { transaction, request, .. }] = events.as_slice() else { panic!("{events:?}") };
    stack.respond(now(), *transaction, answer(request, StatusCode::RINGING)).expect("pending");
    assert_eq!(outputs(&mut stack).1[0].0.addr.to_string(), "198.51.100.7:5070");
}

#[test]
fn a_repetition_is_answered_as_before_and_not_told() {
    let mut stack = stack(10);
    let request = with_method(arriving("a", ";rport"), Method::Options);
    let (events, _) = give(&mut stack, &request);
    let [SipEvent::Request { transaction, request: told, .. }] = events.as_slice() else {
        panic!("{events:?}")
    };
    stack.respond(now(), *transaction, told.response(StatusCode::OK)).expect("pending");
    let first = outputs(&mut stack).1;
    let (events, again) = give(&mut stack, &request);
    assert!(events.is_empty());
    assert_eq!(first, again);
    let late = stack.respond(now(), *transaction, told.response(StatusCode::BUSY_HERE));
    assert_eq!(late, Err(CommandError::Over), "there is one final response");
}

#[test]
fn the_same_request_over_another_path_is_a_loop() {
    let mut stack = stack(10);
    give(&mut stack, &arriving("a", ";rport"));
    assert_eq!(only_status(&mut stack, &arriving("b", ";rport")), 482);
}

#[test]
fn no_hops_left_and_strange_schemes_are_refused() {
    let mut stack = stack(10);
    let mut far = arriving("a", ";rport");
    far.max_forwards = Some(0);
    assert_eq!(only_status(&mut stack, &far), 483);
    let mut strange = arriving("b", ";rport");
    strange.uri = "urn:service:sos".parse::<Uri>().expect("parses");
    assert_eq!(only_status(&mut stack, &strange), 416);
}

#[test]
fn what_is_required_and_not_known_is_named() {
    let config = StackConfig { extensions: &["timer"], ..StackConfig::new(addr(Side::Called)) };
    let mut stack = SipStack::new(config, [5; 32]);
    let (events, responses) =
        give(&mut stack, &arriving("a", ";rport").with(Name::Require, "TIMER, 100rel, sec-agree"));
    assert!(events.is_empty());
    assert_eq!(responses[0].1.status, StatusCode::BAD_EXTENSION);
    assert_eq!(responses[0].1.headers.get(&Name::Unsupported).expect("named"), "100rel, sec-agree");
    assert_eq!(give(&mut stack, &arriving("b", ";rport").with(Name::Require, "timer")).0.len(), 1);
}

#[test]
fn a_cancel_for_nothing_is_answered_481() {
    let mut stack = stack(10);
    assert_eq!(only_status(&mut stack, &with_method(arriving("a", ";rport"), Method::Cancel)), 481);
}

#[test]
fn overload_refuses_new_requests_before_those_of_dialogs() {
    let mut stack = stack(4);
    for n in 0..4 {
        let mut request = with_method(arriving(&n.to_string(), ";rport"), Method::Options);
        request.cseq.number = n;
        assert_eq!(give(&mut stack, &request).0.len(), 1);
    }
    let mut new = with_method(arriving("new", ";rport"), Method::Options);
    new.cseq.number = 9;
    let (_, responses) = give(&mut stack, &new);
    assert_eq!(responses[0].1.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(responses[0].1.headers.retry_after().is_some());
    let mut bye = with_method(arriving("bye", ";rport"), Method::Bye);
    bye.to = bye.to.tagged("known");
    assert_eq!(give(&mut stack, &bye).0.len(), 1);
}

#[test]
fn a_stray_response_and_a_stray_ack_are_harmless() {
    let mut stack = stack(10);
    let stray = arriving("a", "").response(StatusCode::OK).to_bytes();
    stack.handle(now(), Input::Message { from: nat(), bytes: stray });
    assert!(stack.poll_output().is_none());
    let ack = with_method(arriving("b", ""), Method::Ack);
    assert_eq!(give(&mut stack, &ack), (vec![], vec![]), "without a To tag it belongs to nothing");
}

#[test]
fn what_cannot_be_sent_fails_its_transaction_once() {
    let mut stack = stack(10);
    stack.request(now(), ClientTxId(7), invite(), nat()).expect("room");
    let Some(Output::Send { ticket: Some(ticket), .. }) = stack.poll_output() else { panic!("nothing sent") };
    for _ in 0..2 {
        stack.handle(now(), Input::SendFailed { ticket });
    }
    assert_eq!(outputs(&mut stack).0, [SipEvent::TransportFailed { transaction: ClientTxId(7) }]);
    assert_eq!((stack.transactions(), stack.poll_timeout()), ((0, 0), None));
}

#[test]
fn refusals_name_the_fault() {
    let mut stack = stack(10);
    let text = String::from_utf8(arriving("a", ";rport").to_bytes().to_vec()).expect("text");
    let bytes = Bytes::from(text.replace("Max-Forwards: 70", "Max-Forwards: many"));
    stack.handle(now(), Input::Message { from: nat(), bytes });
    let (_, responses) = outputs(&mut stack);
    assert_eq!(responses[0].1.phrase, "Bad Request (Max-Forwards: not a number)");
    assert_eq!(responses[0].0, nat());
    assert!(responses[0].1.to.tag().is_some());
}

#[test]
fn a_restored_stack_goes_on_where_the_other_stopped() {
    let mut first = stack(10);
    let request = arriving("a", ";rport");
    let (events, _) = give(&mut first, &request);
    let [SipEvent::Request { transaction, request: told, .. }] = events.as_slice() else {
        panic!("{events:?}")
    };
    first.respond(now(), *transaction, answer(told, StatusCode::OK)).expect("pending");
    first.request(now(), ClientTxId(3), invite().with(Name::Subject, "x"), nat()).expect("room");
    outputs(&mut first);
    let json = serde_json::to_string(&first.snapshot()).expect("serialises");
    let snapshot: StackSnapshot = serde_json::from_str(&json).expect("parses");
    let second = SipStack::restore(StackConfig::new(addr(Side::Called)), [6; 32], snapshot);
    assert_eq!(second.transactions(), first.transactions());
    let later = second.poll_timeout().expect("the 2xx is repeated");
    assert_eq!(Some(later), first.poll_timeout());
    let sent: Vec<String> = [first, second]
        .into_iter()
        .map(|mut stack| {
            stack.handle(later, Input::Deadline);
            std::iter::from_fn(|| stack.poll_output()).map(|output| format!("{output:?}")).collect()
        })
        .collect();
    assert_eq!(sent[0], sent[1]);
    assert!(sent[0].contains("200 OK"));
}
