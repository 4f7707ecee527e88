//! A node is gone; another goes on with its address and its transactions.

use tandem_sip::{Method, Name, Peer, Request, Response, SipEvent, StatusCode, Uri};

use crate::support::{Node, Phone, request};

/// Our INVITE to a phone.
fn invite(to: &Peer) -> Request {
    let uri = Uri::sip(Some("phone"), to.addr.ip(), Some(to.addr.port()));
    let from: tandem_sip::NameAddr = "<sip:tandem@127.0.0.1>;tag=ours".parse().expect("parses");
    Request::new(Method::Invite, uri.clone(), from, uri.into(), "call", 1)
        .with(Name::Contact, "<sip:tandem@127.0.0.1>")
}

fn answered(invite: &Request, phone: &Phone) -> Response {
    invite.response(StatusCode::OK).tagged("far").with(Name::Contact, format!("<sip:phone@{}>", phone.addr()))
}

#[tokio::test]
async fn a_bye_to_the_address_of_a_node_that_is_gone_is_answered_from_there() {
    let [gone, mut heir] = Node::several().await;
    let address = gone.killed().await;
    heir.handle.listen(address).await.expect("the address is free");
    heir.has("call");
    let phone = Phone::new().await;
    phone.send(address, &request("BYE", "UDP", phone.addr(), "call", "ours", "one")).await;
    let (transaction, bye, from) = heir.told().await;
    assert_eq!((bye.method.clone(), from.local), (Method::Bye, Some(address)));
    heir.handle.respond(transaction, bye.response(StatusCode::OK)).await.expect("running");
    let (response, answered_from) = phone.response().await;
    assert_eq!((response.status, answered_from), (StatusCode::OK, address));

    // Once it is given up nobody is there, and its own address is as before.
    heir.handle.give_up(address).await;
    assert!(tokio::net::TcpListener::bind(address).await.is_ok(), "it is free for the node it belongs to");
    phone.send(heir.addr(), &request("OPTIONS", "UDP", phone.addr(), "ping", "", "two")).await;
    heir.answer(Method::Options, StatusCode::OK).await;
    assert_eq!(phone.response().await.1, heir.addr());
}

#[tokio::test]
async fn a_caller_can_give_up_at_the_heir_of_its_call() {
    let [mut gone, mut heir] = Node::several().await;
    let phone = Phone::new().await;
    let invite = request("INVITE", "UDP", phone.addr(), "call", "", "one");
    phone.send(gone.addr(), &invite).await;
    let (_, told, from) = gone.told().await;
    // As it is kept in the call's snapshot.
    let kept = serde_json::to_string(&(told, from)).expect("is written");
    let address = gone.killed().await;

    heir.handle.listen(address).await.expect("the address is free");
    let (told, from): (Request, Peer) = serde_json::from_str(&kept).expect("is read");
    let id = heir.handle.next_server();
    heir.handle.restore_server(id, told.clone(), from).await.expect("running");
    // A repetition is no new call.
    phone.send(address, &invite).await;
    phone.send(address, &request("CANCEL", "UDP", phone.addr(), "call", "", "one")).await;
    match heir.next().await {
        SipEvent::Cancelled { transaction, .. } => assert_eq!(transaction, id),
        other => panic!("{other:?}"),
    }
    let (cancelled, answered_from) = phone.response().await;
    assert_eq!((cancelled.status, cancelled.cseq.method.clone()), (StatusCode::OK, Method::Cancel));
    assert_eq!(answered_from, address);
    let terminated = told.response(StatusCode::REQUEST_TERMINATED).tagged("ours");
    heir.handle.respond(id, terminated).await.expect("running");
    let (ended, answered_from) = phone.response().await;
    assert_eq!((ended.status, ended.cseq.method.clone()), (StatusCode::REQUEST_TERMINATED, Method::Invite));
    assert_eq!(answered_from, address);
}

#[tokio::test]
async fn an_answer_finds_the_heir_of_the_call_and_not_only_of_the_address() {
    let [gone, heir, mut caller] = Node::several().await;
    let phone = Phone::new().await;
    let to = Peer::udp(phone.addr()).from_local(gone.addr());
    let invite = gone.handle.leaving(invite(&to), &to);
    gone.handle.request(gone.handle.next_client(), invite.clone(), to).await.expect("running");
    let (rung, _) = phone.request().await;
    let kept = serde_json::to_string(&invite).expect("is written");
    let address = gone.killed().await;

    // One node has the address now, another the call.
    heir.handle.listen(address).await.expect("the address is free");
    heir.linked.tell(&[heir.addr(), address]);
    let id = caller.handle.next_client();
    let restored = serde_json::from_str(&kept).expect("is read");
    caller.handle.restore_client(id, restored, to).await.expect("running");
    phone.send(address, &answered(&rung, &phone).to_bytes()).await;
    match caller.next().await {
        SipEvent::Response { transaction, response, .. } => {
            assert_eq!((transaction, response.status), (id, StatusCode::OK));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_phone_that_rings_is_asked_again_and_can_be_told_to_stop() {
    let [gone, mut heir] = Node::several().await;
    let phone = Phone::new().await;
    let to = Peer::udp(phone.addr()).from_local(gone.addr());
    let invite = gone.handle.leaving(invite(&to), &to);
    gone.handle.request(gone.handle.next_client(), invite.clone(), to).await.expect("running");
    let (rung, _) = phone.request().await;
    let address = gone.killed().await;

    heir.handle.listen(address).await.expect("the address is free");
    let id = heir.handle.next_client();
    heir.handle.restore_client(id, invite, to).await.expect("running");
    let (again, from) = phone.request().await;
    assert_eq!((again.via[0].branch(), from), (rung.via[0].branch(), address), "the same transaction");
    phone.send(address, &rung.response(StatusCode::RINGING).tagged("far").to_bytes()).await;
    assert!(matches!(heir.next().await, SipEvent::Response { transaction, .. } if transaction == id));
    heir.handle.cancel(id).await.expect("running");
    let cancel = loop {
        let (request, _) = phone.request().await;
        if request.method == Method::Cancel {
            break request;
        }
    };
    assert_eq!(cancel.via[0].branch(), rung.via[0].branch());
}
