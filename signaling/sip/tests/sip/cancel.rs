//! Giving up: CANCEL before and after the first response, and when the answer is faster; lost messages included.

use std::time::Duration;

use crate::support::{Net, Side, User, answer, invite};
use tandem_sip::{ClientTxId, Request, ServerTxId, SipEvent, StatusCode, Transport};

const INVITE: ClientTxId = ClientTxId(1);

/// Calls, and gives up when woken.
#[derive(Default)]
struct Impatient {
    finals: Vec<u16>,
}

impl User for Impatient {
    fn told(&mut self, _net: &mut Net, event: SipEvent) {
        match event {
            SipEvent::Response { response, .. } if response.status.is_final() => {
                self.finals.push(response.status.code())
            }
            SipEvent::Response { .. } => {}
            other => panic!("{other:?}"),
        }
    }

    fn woken(&mut self, net: &mut Net) {
        let now = net.now;
        // Too late is no mistake: the answer was faster.
        let _over = net.stack(Side::Caller).cancel(now, INVITE);
    }
}

/// Rings; answers 487 when cancelled.
#[derive(Default)]
struct Ringing {
    call: Option<(ServerTxId, Request)>,
    cancelled: usize,
    rings: bool,
}

impl User for Ringing {
    fn told(&mut self, net: &mut Net, event: SipEvent) {
        let now = net.now;
        match event {
            SipEvent::Request { transaction, request, .. } => {
                if self.rings {
                    let ringing = answer(&request, StatusCode::RINGING);
                    net.stack(Side::Called).respond(now, transaction, ringing).expect("pending");
                }
                self.call = Some((transaction, request));
            }
            SipEvent::Cancelled { transaction, .. } => {
                self.cancelled += 1;
                let (id, request) = self.call.take().expect("a call");
                assert_eq!(id, transaction);
                let terminated = answer(&request, StatusCode::REQUEST_TERMINATED);
                net.stack(Side::Called).respond(now, transaction, terminated).expect("pending");
            }
            other => panic!("{other:?}"),
        }
    }
}

fn give_up(after: Duration, rings: bool, lost: &[usize]) -> (Net, Impatient, Ringing) {
    let mut net = Net::new(Transport::Udp, lost);
    let (mut caller, mut called) = (Impatient::default(), Ringing { rings, ..Ringing::default() });
    let (now, to) = (net.now, net.peer(Side::Called));
    net.stack(Side::Caller).request(now, INVITE, invite(), to).expect("room");
    net.wake(Side::Caller, after);
    net.run(&mut caller, &mut called);
    (net, caller, called)
}

#[test]
fn a_ringing_call_is_given_up() {
    let (net, caller, called) = give_up(Duration::from_secs(2), true, &[]);
    assert_eq!((caller.finals, called.cancelled), (vec![487], 1));
    assert_eq!(net.times("called 200 CANCEL").len(), 1);
    assert_eq!(net.times("caller ACK").len(), 1);
}

#[test]
fn any_two_messages_may_be_lost() {
    for first in 0..10 {
        for second in first + 1..10 {
            let (mut net, caller, called) = give_up(Duration::from_secs(2), true, &[first, second]);
            assert_eq!(
                (caller.finals, called.cancelled),
                (vec![487], 1),
                "{first} {second} {:#?}",
                net.trace
            );
            for side in [Side::Caller, Side::Called] {
                assert_eq!(net.stack(side).transactions(), (0, 0));
            }
        }
    }
}

#[test]
fn before_any_response_the_cancel_waits_for_one() {
    let (net, caller, called) = give_up(Duration::from_millis(1), false, &[]);
    // The 100 comes after 200 ms, and the CANCEL right after it.
    assert_eq!(net.times("called 100 INVITE"), [220]);
    assert_eq!(net.times("caller CANCEL"), [240]);
    assert_eq!((caller.finals, called.cancelled), (vec![487], 1));
}

/// Answers 200 just before the CANCEL comes.
struct Faster;

impl User for Faster {
    fn told(&mut self, net: &mut Net, event: SipEvent) {
        let now = net.now;
        match event {
            SipEvent::Request { transaction, request, .. } => {
                net.stack(Side::Called)
                    .respond(now, transaction, answer(&request, StatusCode::RINGING))
                    .expect("pending");
                net.stack(Side::Called)
                    .respond(now, transaction, answer(&request, StatusCode::OK))
                    .expect("pending");
            }
            SipEvent::AckMissing { .. } => {}
            other => panic!("a CANCEL that is too late is not told: {other:?}"),
        }
    }
}

#[test]
fn an_answer_that_is_faster_wins() {
    let mut net = Net::new(Transport::Udp, &[2]);
    let mut caller = Impatient::default();
    let (now, to) = (net.now, net.peer(Side::Called));
    net.stack(Side::Caller).request(now, INVITE, invite(), to).expect("room");
    // The first 200 is lost, so the caller still believes that it rings.
    net.wake(Side::Caller, Duration::from_millis(100));
    net.run(&mut caller, &mut Faster);
    assert_eq!(caller.finals, [200]);
    assert_eq!(net.times("called 200 CANCEL").len(), 1, "the CANCEL is answered all the same");
}
