//! Dialogs on both sides: routes, targets, order, and that a stored one goes on like the one it was stored from.

use crate::support::{Side, answer, contact, invite};
use tandem_sip::{
    Dialog, DialogError, DialogId, DialogState, Method, Name, Peer, Request, Response, StatusCode,
};

fn peer() -> Peer {
    Peer::udp(crate::support::addr(Side::Called))
}

/// The INVITE as it arrives through two proxies.
fn routed() -> Request {
    invite().with(Name::RecordRoute, "<sip:p2.example.com;lr>, <sip:p1.example.com;lr>")
}

fn accepted(request: &Request) -> Response {
    let mut response = answer(request, StatusCode::OK);
    request.headers.all(&Name::RecordRoute).for_each(|line| response.headers.push(Name::RecordRoute, line));
    response
}

fn pair() -> (Dialog, Dialog) {
    let request = routed();
    let caller = Dialog::uac(&invite(), &accepted(&request), peer()).expect("a dialog");
    let mut called = Dialog::uas(&request, "to-tag", contact(Side::Called), peer()).expect("a dialog");
    called.confirm();
    (caller, called)
}

fn routes(request: &Request) -> Vec<String> {
    request.headers.all(&Name::Route).map(ToString::to_string).collect()
}

#[test]
fn both_sides_see_the_same_dialog_from_their_ends() {
    let (mut caller, mut called) = pair();
    let bye = caller.request(Method::Bye);
    assert_eq!(DialogId::of_request(&bye), Some(called.id()));
    assert_eq!(routes(&bye), ["<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"]);
    assert_eq!(routes(&called.request(Method::Info)), ["<sip:p2.example.com;lr>", "<sip:p1.example.com;lr>"]);
    assert_eq!((bye.uri, bye.cseq.number), (contact(Side::Called).uri, 2));
    assert_eq!(caller.ack(1).cseq.number, 1);
}

#[test]
fn requests_out_of_order_are_refused() {
    let (mut caller, mut called) = pair();
    let (first, second) = (caller.request(Method::Info), caller.request(Method::Info));
    assert_eq!(called.receive(&second, peer()), Ok(()));
    let late = called.receive(&first, peer());
    assert_eq!(late, Err(DialogError::OutOfOrder { got: 2, seen: 3 }));
    assert_eq!(late.expect_err("late").status(), StatusCode::SERVER_INTERNAL_ERROR);
    assert_eq!(called.receive(&caller.ack(1), peer()), Ok(()), "an ACK has the number of its INVITE");
}

#[test]
fn only_target_refreshes_move_the_target() {
    let (mut caller, mut called) = pair();
    let moved = "<sip:u@198.51.100.9:5070>";
    let mut info = caller.request(Method::Info);
    info.headers.set(Name::Contact, moved);
    called.receive(&info, peer()).expect("in order");
    assert_eq!(called.remote_target, contact(Side::Caller).uri);
    let mut reinvite = caller.request(Method::Invite);
    reinvite.headers.set(Name::Contact, moved);
    called.receive(&reinvite, peer()).expect("in order");
    assert_eq!(called.request(Method::Bye).uri.to_string(), "sip:u@198.51.100.9:5070");
}

#[test]
fn an_early_dialog_is_confirmed_by_its_2xx() {
    let ringing = answer(&routed(), StatusCode::RINGING);
    let mut dialog = Dialog::uac(&invite(), &ringing, peer()).expect("a dialog");
    assert_eq!((dialog.state, dialog.route_set.len()), (DialogState::Early, 0));
    dialog.receive_response(&accepted(&routed())).expect("ours");
    assert_eq!((dialog.state, dialog.route_set.len()), (DialogState::Confirmed, 2));
    let mut fork = accepted(&routed());
    fork.to = fork.to.tagged("another");
    assert_eq!(dialog.receive_response(&fork), Err(DialogError::Stranger));
}

#[test]
fn a_strict_router_gets_the_request_uri() {
    let (mut caller, _) = pair();
    caller.route_set[0] = "<sip:strict.example.com>".parse().expect("parses");
    let bye = caller.request(Method::Bye);
    assert_eq!(bye.uri.to_string(), "sip:strict.example.com");
    assert_eq!(
        routes(&bye),
        ["<sip:p2.example.com;lr>".to_owned(), format!("<{}>", contact(Side::Called).uri)]
    );
}

#[test]
fn what_makes_no_dialog_is_refused() {
    let busy = answer(&invite(), StatusCode::BUSY_HERE);
    assert_eq!(Dialog::uac(&invite(), &busy, peer()), Err(DialogError::Status(StatusCode::BUSY_HERE)));
    let mut bare = invite();
    bare.headers.remove(&Name::Contact);
    let refused = Dialog::uas(&bare, "t", contact(Side::Called), peer()).expect_err("no Contact");
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[test]
fn a_stored_dialog_goes_on_like_the_one_it_was_stored_from() {
    let (caller, mut called) = pair();
    let mut copies = [caller.clone(), {
        let json = serde_json::to_string(&caller).expect("serialises");
        serde_json::from_str(&json).expect("parses")
    }];
    assert_eq!(copies[0], copies[1]);
    let incoming = called.request(Method::Update);
    let sent = copies.each_mut().map(|dialog| {
        dialog.receive(&incoming, peer()).expect("in order");
        let late = dialog.receive(&incoming, peer());
        (dialog.request(Method::Invite), dialog.ack(2), dialog.request(Method::Bye), late)
    });
    assert_eq!(sent[0], sent[1]);
    assert_eq!(copies[0], copies[1]);
}
