//! A whole call, with every message lost in turn: it converges, and nobody hears anything twice.

use std::time::Duration;

use crate::support::{Net, Side, User, addr, answer, contact, invite};
use tandem_sip::{ClientTxId, Dialog, Method, ServerTxId, SipEvent, StatusCode, Transport};

const INVITE: ClientTxId = ClientTxId(1);
const BYE: ClientTxId = ClientTxId(2);

/// Calls, acknowledges, hangs up after three seconds.
#[derive(Default)]
struct Caller {
    dialog: Option<Dialog>,
    statuses: Vec<(ClientTxId, u16)>,
    failed: Vec<&'static str>,
}

impl User for Caller {
    fn told(&mut self, net: &mut Net, event: SipEvent) {
        match event {
            SipEvent::Response { transaction, response, .. } => {
                self.statuses.push((transaction, response.status.code()));
                if transaction == INVITE && response.status.is_success() {
                    let dialog = Dialog::uac(&invite(), &response, net.peer(Side::Called)).expect("a dialog");
                    let (now, ack, to) = (net.now, dialog.ack(response.cseq.number), dialog.peer);
                    net.stack(Side::Caller).ack(now, INVITE, ack, to);
                    self.dialog = Some(dialog);
                    net.wake(Side::Caller, Duration::from_secs(3));
                }
            }
            SipEvent::Timeout { .. } => self.failed.push("timeout"),
            other => panic!("{other:?}"),
        }
    }

    fn woken(&mut self, net: &mut Net) {
        let dialog = self.dialog.as_mut().expect("a dialog");
        let (now, bye, to) = (net.now, dialog.request(Method::Bye), dialog.peer);
        net.stack(Side::Caller).request(now, BYE, bye, to).expect("room");
    }
}

/// Rings, answers after a second, takes the BYE.
#[derive(Default)]
struct Called {
    dialog: Option<Dialog>,
    ringing: Option<(ServerTxId, tandem_sip::Request)>,
    heard: Vec<String>,
}

impl User for Called {
    fn told(&mut self, net: &mut Net, event: SipEvent) {
        let now = net.now;
        match event {
            SipEvent::Request { transaction, request, from } => {
                self.heard.push(request.method.to_string());
                if request.method == Method::Invite {
                    let dialog =
                        Dialog::uas(&request, "to-tag", contact(Side::Called), from).expect("a dialog");
                    self.dialog = Some(dialog);
                    let ringing = answer(&request, StatusCode::RINGING);
                    net.stack(Side::Called).respond(now, transaction, ringing).expect("pending");
                    self.ringing = Some((transaction, request));
                    net.wake(Side::Called, Duration::from_secs(1));
                } else {
                    let dialog = self.dialog.as_mut().expect("a dialog");
                    dialog.receive(&request, from).expect("in order");
                    net.stack(Side::Called)
                        .respond(now, transaction, request.response(StatusCode::OK))
                        .expect("pending");
                }
            }
            SipEvent::Ack { transaction, request, from } => {
                assert!(transaction.is_some());
                self.dialog.as_mut().expect("a dialog").receive(&request, from).expect("ours");
                self.heard.push("ACK".to_owned());
            }
            other => panic!("{other:?}"),
        }
    }

    fn woken(&mut self, net: &mut Net) {
        let (transaction, request) = self.ringing.take().expect("ringing");
        let now = net.now;
        net.stack(Side::Called).respond(now, transaction, answer(&request, StatusCode::OK)).expect("pending");
        self.dialog.as_mut().expect("a dialog").confirm();
    }
}

fn call(transport: Transport, lost: &[usize]) -> (Net, Caller, Called) {
    let mut net = Net::new(transport, lost);
    let (mut caller, mut called) = (Caller::default(), Called::default());
    let (now, to) = (net.now, net.peer(Side::Called));
    net.stack(Side::Caller).request(now, INVITE, invite(), to).expect("room");
    net.run(&mut caller, &mut called);
    (net, caller, called)
}

fn assert_converged(lost: &[usize]) {
    let (mut net, caller, called) = call(Transport::Udp, lost);
    let finals: Vec<_> = caller.statuses.iter().filter(|(_, status)| *status >= 200).collect();
    assert_eq!(finals, [&(INVITE, 200), &(BYE, 200)], "lost {lost:?}: {:#?}", net.trace);
    assert!(caller.failed.is_empty());
    let mut heard = called.heard;
    heard.sort();
    assert_eq!(heard, ["ACK", "BYE", "INVITE"], "lost {lost:?}: {:#?}", net.trace);
    for side in [Side::Caller, Side::Called] {
        assert_eq!(net.stack(side).transactions(), (0, 0), "lost {lost:?}: nothing stays behind");
        assert_eq!(net.stack(side).poll_timeout(), None);
    }
}

#[test]
fn without_loss_every_message_goes_once() {
    let (net, ..) = call(Transport::Udp, &[]);
    let names: Vec<&str> = net.trace.iter().map(|(_, name)| name.as_str()).collect();
    // The INVITE is repeated only until the 180 arrives, which is sooner than T1.
    assert_eq!(
        names,
        [
            "caller INVITE",
            "called 180 INVITE",
            "called 200 INVITE",
            "caller ACK",
            "caller BYE",
            "called 200 BYE"
        ]
    );
    assert_eq!(addr(Side::Caller).port(), 5060);
}

#[test]
fn any_one_message_may_be_lost() {
    (0..10).for_each(|lost| assert_converged(&[lost]));
}

#[test]
fn any_two_messages_may_be_lost() {
    for first in 0..12 {
        (first + 1..12).for_each(|second| assert_converged(&[first, second]));
    }
}

#[test]
fn any_three_messages_in_a_row_may_be_lost() {
    (0..12).for_each(|first| assert_converged(&[first, first + 1, first + 2]));
}

#[test]
fn a_stream_repeats_nothing_but_the_unacknowledged_200() {
    let (net, ..) = call(Transport::Tcp, &[]);
    assert_eq!(net.trace.len(), 6, "{:?}", net.trace);
    // Lost here means that the layer above the transport lost it: the 200 is the user agent's to repeat, on streams too.
    let (net, _, called) = call(Transport::Tcp, &[3]);
    assert_eq!(net.times("called 200 INVITE").len(), 2);
    assert!(called.heard.contains(&"ACK".to_owned()));
}

/// Never answers anything.
struct Silent;

impl User for Silent {
    fn told(&mut self, _net: &mut Net, _event: SipEvent) {}
}

#[test]
fn an_invite_into_the_void_backs_off_and_gives_up_after_64_t1() {
    let mut net = Net::new(Transport::Udp, &(0..100).collect::<Vec<_>>());
    let mut caller = Caller::default();
    let (now, to) = (net.now, net.peer(Side::Called));
    net.stack(Side::Caller).request(now, INVITE, invite(), to).expect("room");
    net.run(&mut caller, &mut Silent);
    assert_eq!(net.times("caller INVITE"), [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert_eq!(caller.failed, ["timeout"]);
    assert_eq!((net.now - crate::support::start()).as_secs(), 32);
}

#[test]
fn other_requests_back_off_up_to_t2() {
    let mut net = Net::new(Transport::Udp, &(0..100).collect::<Vec<_>>());
    let mut caller = Caller::default();
    let mut options = invite();
    (options.method, options.cseq.method) = (Method::Options, Method::Options);
    let (now, to) = (net.now, net.peer(Side::Called));
    net.stack(Side::Caller).request(now, BYE, options, to).expect("room");
    net.run(&mut caller, &mut Silent);
    assert_eq!(
        net.times("caller OPTIONS"),
        [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
    );
    assert_eq!(caller.failed, ["timeout"]);
}

#[test]
fn nobody_answering_at_once_sends_100_and_stops_the_repetitions() {
    let mut net = Net::new(Transport::Udp, &[]);
    let mut caller = Caller::default();
    let (now, to) = (net.now, net.peer(Side::Called));
    net.stack(Side::Caller).request(now, INVITE, invite(), to).expect("room");
    net.run(&mut caller, &mut Silent);
    assert_eq!(net.times("called 100 INVITE"), [220]);
    assert_eq!(net.times("caller INVITE"), [0]);
    assert_eq!(caller.statuses, [(INVITE, 100)]);
}

/// Answers at once and is told that no ACK came.
#[derive(Default)]
struct Hasty {
    missing: usize,
}

impl User for Hasty {
    fn told(&mut self, net: &mut Net, event: SipEvent) {
        let now = net.now;
        match event {
            SipEvent::Request { transaction, request, .. } => {
                net.stack(Side::Called)
                    .respond(now, transaction, answer(&request, StatusCode::OK))
                    .expect("pending");
            }
            SipEvent::AckMissing { .. } => self.missing += 1,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_2xx_nobody_acknowledges_is_repeated_and_then_told() {
    let mut net = Net::new(Transport::Tcp, &[]);
    let mut called = Hasty::default();
    let (now, to) = (net.now, net.peer(Side::Called));
    net.stack(Side::Caller).request(now, INVITE, invite(), to).expect("room");
    net.run(&mut Silent, &mut called);
    assert_eq!(called.missing, 1);
    let times = net.times("called 200 INVITE");
    assert_eq!(times[..6], [20, 520, 1_520, 3_520, 7_520, 11_520]);
    assert_eq!(times.len(), 11);
}
