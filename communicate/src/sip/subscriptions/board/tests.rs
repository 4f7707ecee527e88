//! Subscriptions on fake time: what their phones are sent, and when.

use tandem_core::Mint;
use tandem_proto::{
    NodeId, OrgId,
    api::{Presence, PresenceView},
};
use tandem_sip::{Dialog, Method, NameAddr, Phase, Transport, Uri};

use super::{
    super::documents::{State, Subject},
    *,
};

const START: Timestamp = Timestamp::from_micros(1_000_000_000);

fn after(ms: u64) -> Timestamp {
    START.plus(Duration::from_millis(ms))
}

/// Somebody's presence with these words.
fn says(words: &str) -> Seen {
    Seen::State(State::Presence(PresenceView {
        primary: Presence::Available,
        message: Some(words.to_owned()),
        activity: None,
        since: START,
    }))
}

/// A NOTIFY as its phone reads it.
#[derive(Debug)]
struct Told {
    by: SubscriptionId,
    phase: Phase,
    reason: Option<String>,
    body: String,
}

impl Told {
    fn ended(&self) -> Option<&str> {
        (self.phase == Phase::Terminated).then(|| self.reason.as_deref().unwrap_or_default())
    }
}

struct Desk {
    board: Board,
    scope: OrgScope,
    bob: UserId,
    requests: u32,
}

impl Desk {
    fn new(bounds: Bounds) -> Self {
        let scope = Mint::for_server().scope(OrgId::generate());
        Self { board: Board::new(bounds), scope, bob: UserId::generate(), requests: 0 }
    }

    fn peer() -> Peer {
        Peer::udp("192.0.2.1:5060".parse().expect("an address"))
    }

    fn subscribe(&mut self, expires: &'static str) -> Request {
        self.requests += 1;
        let (to, from) = (Uri::sip(Some("1002"), "demo", None), Uri::sip(Some("1001"), "demo", None));
        let from = NameAddr::new(from).tagged("theirs");
        Request::new(Method::Subscribe, to.clone(), from, to.into(), format!("call-{}", self.requests), 1)
            .with(Name::Event, "presence")
            .with(Name::Expires, expires)
            .with(Name::Contact, "<sip:1001@192.0.2.1>")
    }

    /// A phone's SUBSCRIBE from `peer`; it is answered.
    fn open(&mut self, now: Timestamp, phone: PhoneId, request: &Request, peer: Peer) -> Response {
        let watched = Watched { scope: self.scope, user: self.bob, package: Package::Presence };
        let watcher = Watcher { user: UserId::generate(), phone };
        self.board.open((watched, watcher), request, || {
            let contact = NameAddr::new(Uri::sip(Some("tandem"), "192.0.2.2", None));
            let dialog = Dialog::uas(request, "ours", contact, peer).expect("a dialog");
            let subject = Subject::of(&request.uri).expect("somebody");
            Subscription::new(now, request, dialog, subject, watched, watcher)
        })
    }

    /// A subscription that was told `words` and confirmed it.
    fn opened(&mut self, words: &str) -> (SubscriptionId, Request) {
        let request = self.subscribe("600");
        assert_eq!(self.open(START, PhoneId::generate(), &request, Self::peer()).status, StatusCode::OK);
        let [told] = &self.look(START, &says(words))[..] else { panic!("one NOTIFY") };
        assert!(told.body.contains(words) && told.phase == Phase::Active, "{told:?}");
        self.board.answered(told.by, StatusCode::OK);
        (told.by, request)
    }

    /// The same phone's next request in the dialog.
    fn within(request: &Request, number: u32, expires: &'static str) -> Request {
        let mut next = request.clone();
        next.to = next.to.tagged("ours");
        next.cseq.number = number;
        next.headers.set(Name::Expires, expires);
        next
    }

    fn receive(&mut self, now: Timestamp, request: &Request) -> StatusCode {
        let key = DialogKey { call_id: request.call_id.to_string(), local_tag: "ours".into() };
        self.board.receive(now, &key, request, Self::peer()).status
    }

    fn changed(&mut self) {
        self.board.changed(self.scope, self.bob, Package::Presence);
    }

    /// Looks where it is time to, sees `seen` and answers what is sent.
    fn look(&mut self, now: Timestamp, seen: &Seen) -> Vec<Told> {
        self.board.elapse(now);
        for (id, _) in self.board.looks(now).into_values().flatten() {
            self.board.seen(now, id, seen.clone());
        }
        self.sent()
    }

    fn sent(&mut self) -> Vec<Told> {
        let mut told = Vec::new();
        while let Some(order) = self.board.poll_order() {
            let Order::Notify { subscription, request, .. } = order else { continue };
            let state = request.headers.subscription_state().expect("reads").expect("there");
            let reason = state.reason.map(|reason| reason.to_string());
            let body = String::from_utf8(request.body.to_vec()).expect("text");
            told.push(Told { by: subscription, phase: state.phase, reason, body });
        }
        told
    }
}

#[test]
fn what_happens_within_a_second_is_told_together() {
    let mut desk = Desk::new(Bounds::default());
    let (id, _) = desk.opened("one");
    desk.changed();
    assert_eq!(desk.board.poll_timeout(), Some(after(1_000)));
    assert!(desk.look(after(999), &says("two")).is_empty(), "too soon");
    desk.changed();
    let [told] = &desk.look(after(1_000), &says("three"))[..] else { panic!("one NOTIFY") };
    assert!(told.body.contains("three") && told.by == id, "{told:?}");
    desk.board.answered(id, StatusCode::OK);

    desk.changed();
    assert!(desk.look(after(3_000), &says("three")).is_empty(), "no news");
    desk.changed();
    assert_eq!(desk.look(after(3_001), &says("four")).len(), 1, "only what is told is counted");
}

#[test]
fn the_next_is_told_once_the_former_was_heard() {
    let mut desk = Desk::new(Bounds::default());
    let (id, _) = desk.opened("one");
    desk.changed();
    assert_eq!(desk.look(after(1_000), &says("two")).len(), 1);
    desk.changed();
    assert!(desk.look(after(9_000), &says("three")).is_empty(), "two is not answered");
    desk.board.answered(id, StatusCode::BUSY_HERE);
    assert_eq!(desk.look(after(9_000), &says("three")).len(), 1);
}

#[test]
fn a_change_while_it_is_looked_is_not_lost() {
    let mut desk = Desk::new(Bounds::default());
    let (id, _) = desk.opened("one");
    desk.changed();
    assert_eq!(desk.board.looks(after(1_000)).len(), 1);
    desk.changed();
    desk.board.seen(after(1_100), id, says("one"));
    assert!(desk.sent().is_empty(), "it was as it had been");
    assert!(desk.look(after(1_100), &says("two"))[0].body.contains("two"));
}

#[test]
fn a_refresh_is_told_in_any_case_and_prolongs() {
    let mut desk = Desk::new(Bounds::default());
    let (id, request) = desk.opened("one");
    assert_eq!(desk.receive(after(500), &Desk::within(&request, 2, "600")), StatusCode::OK);
    assert_eq!(desk.look(after(500), &says("one")).len(), 1, "asked for, however soon");
    desk.board.answered(id, StatusCode::OK);
    assert_eq!(desk.board.poll_timeout(), Some(after(600_500)));
    assert_eq!(desk.receive(after(600), &Desk::within(&request, 2, "600")).code(), 500, "an old CSeq");
    assert_eq!(desk.receive(after(600), &Desk::within(&request, 3, "5")), StatusCode::INTERVAL_TOO_BRIEF);
    let mut bye = Desk::within(&request, 4, "600");
    (bye.method, bye.cseq.method) = (Method::Bye, Method::Bye);
    assert_eq!(desk.receive(after(600), &bye), StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn who_unsubscribes_or_asks_once_is_told_a_last_time() {
    let mut desk = Desk::new(Bounds::default());
    let (_, request) = desk.opened("one");
    assert_eq!(desk.receive(after(100), &Desk::within(&request, 2, "0")), StatusCode::OK);
    let [last] = &desk.look(after(100), &says("two"))[..] else { panic!("one NOTIFY") };
    assert!(last.ended() == Some("timeout") && last.body.contains("two"), "{last:?}");
    assert_eq!(desk.receive(after(200), &Desk::within(&request, 3, "600")), StatusCode::NO_SUCH_DIALOG);

    let once = desk.subscribe("0");
    assert_eq!(desk.open(after(300), PhoneId::generate(), &once, Desk::peer()).status, StatusCode::OK);
    let [told] = &desk.look(after(300), &says("three"))[..] else { panic!("one NOTIFY") };
    assert!(told.ended() == Some("timeout") && told.body.contains("three"), "{told:?}");
    assert_eq!((desk.board.len(), desk.board.poll_timeout()), (0, None));
}

#[test]
fn what_nobody_refreshes_ends() {
    let mut desk = Desk::new(Bounds::default());
    desk.opened("one");
    assert_eq!(desk.board.poll_timeout(), Some(after(600_000)));
    assert!(desk.look(after(599_999), &says("two")).is_empty());
    assert_eq!(desk.look(after(600_000), &says("two"))[0].ended(), Some("timeout"));
    assert_eq!(desk.board.len(), 0);
}

#[test]
fn who_does_not_hear_is_not_told_again() {
    for lost in [StatusCode::NO_SUCH_DIALOG, StatusCode::REQUEST_TIMEOUT] {
        let mut desk = Desk::new(Bounds::default());
        let (id, request) = desk.opened("one");
        desk.changed();
        assert_eq!(desk.look(after(1_000), &says("two")).len(), 1);
        assert_eq!(desk.receive(after(1_001), &Desk::within(&request, 2, "0")), StatusCode::OK);
        desk.board.answered(id, lost);
        assert!(desk.look(after(9_000), &says("three")).is_empty() && desk.board.len() == 0, "{lost}");
    }
}

#[test]
fn it_ends_with_what_is_watched_and_with_the_right_to() {
    for (seen, reason) in [(Seen::Gone, "noresource"), (Seen::Forbidden, "rejected")] {
        let mut desk = Desk::new(Bounds::default());
        desk.opened("one");
        desk.board.changed_where(|watched, _| watched.user == desk.bob);
        let [last] = &desk.look(after(1_000), &seen)[..] else { panic!("one NOTIFY") };
        assert!(last.ended() == Some(reason) && last.body.is_empty(), "{last:?}");
        assert_eq!(desk.board.len(), 0);
    }
}

#[test]
fn what_cannot_be_seen_now_is_looked_at_again() {
    let mut desk = Desk::new(Bounds::default());
    desk.opened("one");
    desk.changed();
    assert!(desk.look(after(1_000), &Seen::Failed).is_empty());
    assert_eq!(desk.board.poll_timeout(), Some(after(6_000)));
    assert_eq!(desk.look(after(6_000), &says("two")).len(), 1);
}

#[test]
fn there_are_so_many_and_no_more() {
    let bounds = Bounds { per_phone: 1, per_org: 2, per_node: 3 };
    let mut desk = Desk::new(bounds);
    let (first, second) = (PhoneId::generate(), PhoneId::generate());
    let mut refusal = |scope: OrgScope, phone: PhoneId| {
        desk.scope = scope;
        let request = desk.subscribe("600");
        let response = desk.open(START, phone, &request, Desk::peer());
        assert_eq!(response.headers.has(&Name::RetryAfter), !response.status.is_success());
        (response.status != StatusCode::OK).then(|| response.phrase.to_string())
    };
    let [ours, theirs, others] = std::array::from_fn(|_| Mint::for_server().scope(OrgId::generate()));
    assert_eq!(refusal(ours, first), None);
    assert_eq!(refusal(ours, first), Some(format!("Service Unavailable ({})", Refused::Phone)));
    assert_eq!(refusal(ours, second), None);
    assert_eq!(refusal(ours, PhoneId::generate()), Some(format!("Service Unavailable ({})", Refused::Org)));
    assert_eq!(refusal(theirs, first), None, "another org's");
    assert_eq!(refusal(others, first), Some(format!("Service Unavailable ({})", Refused::Node)));
    desk.look(START, &Seen::Gone);
    assert_eq!(desk.board.len(), 0);
    desk.scope = ours;
    desk.opened("one");
}

#[test]
fn a_node_that_stops_says_so_and_takes_no_more() {
    let mut desk = Desk::new(Bounds::default());
    desk.opened("one");
    desk.opened("one");
    desk.board.close(after(10));
    let told = desk.sent();
    assert!(told.len() == 2 && told.iter().all(|each| each.ended() == Some("deactivated")), "{told:?}");
    let request = desk.subscribe("600");
    let refused = desk.open(after(20), PhoneId::generate(), &request, Desk::peer());
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn who_hangs_on_a_connection_goes_with_it() {
    let mut desk = Desk::new(Bounds::default());
    let flow = FlowId { node: NodeId::generate(), number: 7 };
    let secure = Peer { transport: Transport::Tls, flow: Some(flow), ..Desk::peer() };
    for peer in [secure, Peer { transport: Transport::Tcp, ..secure }] {
        let request = desk.subscribe("600");
        assert_eq!(desk.open(START, PhoneId::generate(), &request, peer).status, StatusCode::OK);
    }
    desk.board.lose(FlowId { number: 8, ..flow });
    assert_eq!(desk.board.len(), 2);
    desk.board.lose(flow);
    assert_eq!(desk.board.len(), 1, "TCP can be dialled again");
}
