//! What arrives at one node and belongs to another.

use tandem_sip::{Message, Method, Name, Peer, Request, SipEvent, StatusCode, Uri};

use crate::support::{Node, Phone, Stream, request};

/// A request of ours to whoever is at `to`, outside any dialog.
fn ours(method: Method, to: &Peer) -> Request {
    let uri = Uri::sip(Some("phone"), to.addr.ip(), Some(to.addr.port()));
    let from: tandem_sip::NameAddr = "<sip:tandem@127.0.0.1>;tag=ours".parse().expect("parses");
    Request::new(method, uri.clone(), from, uri.into(), "call-of-ours", 1)
}

#[tokio::test]
async fn a_request_in_a_dialog_reaches_its_owner_and_is_answered_from_where_it_was_received() {
    let [mut owner, receiver] = Node::several().await;
    owner.has("call");
    let phone = Phone::new().await;
    phone.send(receiver.addr(), &request("INFO", "UDP", phone.addr(), "call", "ours", "one")).await;
    let (transaction, told, from) = owner.told().await;
    assert_eq!(from, Peer::udp(phone.addr()).from_local(receiver.addr()));
    owner.handle.respond(transaction, told.response(StatusCode::OK)).await.expect("running");
    let (response, answered_from) = phone.response().await;
    assert_eq!((response.status, answered_from), (StatusCode::OK, receiver.addr()));

    // Its repetition, too: the owner answers it as before.
    phone.send(receiver.addr(), &request("INFO", "UDP", phone.addr(), "call", "ours", "one")).await;
    let (again, answered_from) = phone.response().await;
    assert_eq!((again, answered_from), (response, receiver.addr()));
}

#[tokio::test]
async fn over_tcp_it_is_answered_in_its_connection() {
    let [mut owner, receiver] = Node::several().await;
    owner.has("call");
    let mut phone = Stream::connect(receiver.addr()).await;
    let bye = request("BYE", "TCP", phone.addr(), "call", "ours", "one");
    phone.send(&bye).await;
    owner.answer(Method::Bye, StatusCode::OK).await;
    match phone.message().await {
        Message::Response(response) => assert_eq!(response.status, StatusCode::OK),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_nobody_has_is_refused_by_who_received_it_and_told_to_nobody() {
    let [mut one, other, _third] = Node::several().await;
    let phone = Phone::new().await;
    for (method, branch) in [("BYE", "one"), ("CANCEL", "two")] {
        phone.send(other.addr(), &request(method, "UDP", phone.addr(), "nobodys", "ours", branch)).await;
        let (response, from) = phone.response().await;
        assert_eq!((response.status, from), (StatusCode::NO_SUCH_DIALOG, other.addr()));
    }
    // An ACK has no answer; it is gone by the time the next request is told.
    phone.send(one.addr(), &request("ACK", "UDP", phone.addr(), "nobodys", "ours", "three")).await;
    phone.send(one.addr(), &request("OPTIONS", "UDP", phone.addr(), "ping", "", "four")).await;
    one.answer(Method::Options, StatusCode::OK).await;
    assert_eq!(phone.response().await.0.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_call_is_no_stray() {
    let [owner, mut receiver] = Node::several().await;
    owner.has("call");
    let phone = Phone::new().await;
    phone.send(receiver.addr(), &request("INVITE", "UDP", phone.addr(), "call", "", "one")).await;
    receiver.answer(Method::Invite, StatusCode::BUSY_HERE).await;
    assert_eq!(phone.response().await.0.status, StatusCode::BUSY_HERE);
}

#[tokio::test]
async fn an_ack_reaches_the_call_wherever_it_is() {
    let [mut owner, receiver] = Node::several().await;
    owner.has("call");
    let phone = Phone::new().await;
    phone.send(receiver.addr(), &request("ACK", "UDP", phone.addr(), "call", "ours", "one")).await;
    match owner.next().await {
        SipEvent::Ack { transaction: None, request, .. } => assert_eq!(request.call_id, "call"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_phone_is_called_through_the_address_it_knows_and_its_answer_finds_the_caller() {
    let [mut caller, known] = Node::several().await;
    let phone = Phone::new().await;
    let to = Peer::udp(phone.addr()).from_local(known.addr());
    let id = caller.handle.next_client();
    caller.handle.request(id, ours(Method::Options, &to), to).await.expect("running");
    let (asked, from) = phone.request().await;
    assert_eq!(from, known.addr());
    assert_eq!(asked.via[0].port, Some(known.addr().port()), "the answer is wanted there, too");
    phone.send(from, &asked.response(StatusCode::OK).tagged("far").to_bytes()).await;
    match caller.next().await {
        SipEvent::Response { transaction, response, .. } => {
            assert_eq!((transaction, response.status), (id, StatusCode::OK));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_phone_is_called_through_the_connection_it_has_with_another_node() {
    let [mut caller, mut known] = Node::several().await;
    let mut phone = Stream::connect(known.addr()).await;
    let register = request("REGISTER", "TCP", phone.addr(), "registration", "", "one");
    phone.send(&register).await;
    let (transaction, registered, reach) = known.told().await;
    known.handle.respond(transaction, registered.response(StatusCode::OK)).await.expect("running");
    assert!(matches!(phone.message().await, Message::Response(_)));

    let id = caller.handle.next_client();
    caller.handle.request(id, ours(Method::Options, &reach), reach).await.expect("running");
    let Message::Request(asked) = phone.message().await else { panic!("not a request") };
    let answer = asked.response(StatusCode::OK).tagged("far").to_bytes();
    phone.send(&answer).await;
    match caller.next().await {
        SipEvent::Response { transaction, .. } => assert_eq!(transaction, id),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_drain_refuses_new_calls_and_nothing_else() {
    let [owner, mut draining] = Node::several().await;
    draining.handle.drain().await.expect("running");
    draining.has("call");
    let phone = Phone::new().await;
    phone.send(draining.addr(), &request("INVITE", "UDP", phone.addr(), "new", "", "one")).await;
    let (refused, _) = phone.response().await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let after: u8 = refused.headers.get(&Name::RetryAfter).expect("says when").parse().expect("seconds");
    assert!((1..=8).contains(&after), "{after}");
    phone.send(draining.addr(), &request("BYE", "UDP", phone.addr(), "call", "ours", "two")).await;
    draining.answer(Method::Bye, StatusCode::OK).await;
    assert_eq!(phone.response().await.0.status, StatusCode::OK);
    // It still sends for others.
    let to = Peer::udp(phone.addr()).from_local(draining.addr());
    let id = owner.handle.next_client();
    owner.handle.request(id, ours(Method::Options, &to), to).await.expect("running");
    assert_eq!(phone.request().await.1, draining.addr());
}
