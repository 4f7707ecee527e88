//! Calls to the outside, over carriers that work, fail, say nothing, or ask who we are.

use std::time::Duration;

use serde_json::{Value, json};
use tandem_communicate::directory::TrunkError;
use tandem_core::{Clock as _, SystemClock};
use tandem_proto::{
    CallId, NodeRole, Timestamp,
    api::{Call, EndReason, LegKind, LegState, NewTrunk, TrunkSettings},
    events::call::LegAdded,
};
use tandem_sip::{
    Algorithm, Authenticator, Credentials, DigestConfig, Ha1, Method, Name, Request, StatusCode,
};
use tandem_store::Cause;

use crate::support::{Phone, Talk, World, caller, person, rung};

const REALM: &str = "carrier.example";
const OUTSIDE: &str = "+442079460000";
/// Longer than a carrier may be silent, and than the sockets' clocks wait.
const LONG: Duration = Duration::from_secs(6);

impl World {
    /// Calls go out by a carrier, which is this phone.
    async fn goes_out_by(&self, name: &str, carrier: &Phone, more: Value) {
        let addr = carrier.address();
        let mut out = json!({ "host": addr.ip(), "port": addr.port() });
        out.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let secret = out.as_object_mut().expect("an object").remove("secret");
        self.has_trunk(name, json!({ "out": out, "secret": secret })).await;
    }

    /// Calls go out by a carrier, or by another after it.
    async fn goes_out_by_two(&self) -> [Phone; 2] {
        let (first, second) = (self.carrier().await, self.carrier().await);
        self.goes_out_by("first", &first, json!({ "priority": 1 })).await;
        self.goes_out_by("second", &second, json!({ "priority": 2 })).await;
        [first, second]
    }

    /// Makes a trunk, or changes it.
    async fn has_trunk(&self, name: &str, settings: Value) {
        let trunks = self.server.communicate.trunks();
        let settings: TrunkSettings = serde_json::from_value(settings).expect("settings");
        let TrunkSettings { network, out, secret } = settings.clone();
        let new = NewTrunk { name: name.to_owned(), network, out, secret };
        match trunks.create(self.scope, Cause::SYSTEM, new).await {
            Err(TrunkError::Taken(name)) => trunks.change(self.scope, Cause::SYSTEM, name, settings).await,
            made => made,
        }
        .expect("a trunk");
    }
}

/// By which trunk each leg went that was rung, and why it ended.
fn went_by(call: &Call) -> Vec<(&str, Option<EndReason>)> {
    rung(call).iter().map(|leg| (leg.trunk.as_deref().unwrap_or_default(), leg.end_reason)).collect()
}

async fn talks(phone: &mut Phone, talk: Talk, carrier: &mut Phone, outside: Talk) {
    phone.is_heard_by(&talk, carrier).await;
    carrier.is_heard_by(&outside, phone).await;
    phone.hangs_up(talk).await;
    carrier.is_hung_up(outside).await;
}

#[tokio::test]
async fn a_call_goes_out_with_the_callers_own_number() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    world.goes_out_by("main", &carrier, json!({ "dials": "digits", "shows": "+15550111" })).await;
    let dialling = bobs.dial("0044 20 7946 0000").await;
    let alerting = carrier.rings().await;
    let Request { uri, from, .. } = &alerting.invite;
    assert_eq!(uri.user().as_deref(), Some("442079460000"));
    assert_eq!(from.uri.user().as_deref(), Some(World::BOBS_NUMBER.trim_start_matches('+')));
    assert_eq!(from.display, None, "names stay inside");
    bobs.hears_ringing(&dialling).await;
    let outside = carrier.picks_up(alerting).await;
    let bob = bobs.answered(&dialling).await;
    talks(&mut bobs, bob, &mut carrier, outside).await;
    let call = world.over(world.the_call().await).await;
    let leg = rung(&call)[0];
    assert_eq!((leg.kind, leg.address.as_str(), leg.user), (LegKind::Trunk, OUTSIDE, None));
    assert_eq!((leg.trunk.as_deref(), call.end_reason), (Some("main"), Some(EndReason::Hangup)));
    // Ann has no number of her own.
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    let dialling = anns.dial(OUTSIDE).await;
    let alerting = carrier.rings().await;
    assert_eq!(alerting.invite.from.uri.user().as_deref(), Some("15550111"));
    anns.cancel(&dialling).await;
    carrier.stops_ringing(&alerting).await;
}

#[tokio::test]
async fn emergencies_go_first_and_as_they_are_dialled() {
    let world = World::new().await;
    person(&world.server.identity, world.scope, "cleo", "112").await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let settings = json!({ "dials": "double_zero", "emergency": ["112"], "asserts": true });
    world.goes_out_by("main", &carrier, settings).await;
    let dialling = bobs.dial("112").await;
    let alerting = carrier.rings().await;
    assert_eq!(alerting.invite.uri.user().as_deref(), Some("112"));
    let asserted = alerting.invite.headers.addresses(&Name::PAssertedIdentity).expect("reads");
    let number = World::BOBS_NUMBER.replace('+', "00");
    assert_eq!(asserted[0].uri.user().as_deref(), Some(number.as_str()));
    let outside = carrier.picks_up(alerting).await;
    let bob = bobs.answered(&dialling).await;
    talks(&mut bobs, bob, &mut carrier, outside).await;
}

#[tokio::test]
async fn a_carrier_vouches_for_who_calls_and_whoever_wants_it_is_nobody() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    for (privacy, shown) in [(None, "+4930123456"), (Some("id"), "anonymous")] {
        let mut invite = carrier.invite(World::BOBS_NUMBER);
        invite.headers.push(Name::PAssertedIdentity, "<sip:+4930123456@carrier.example>");
        if let Some(privacy) = privacy {
            invite.headers.push(Name::Privacy, privacy);
        }
        let dialling = carrier.dial_with(invite).await;
        let alerting = bobs.rings().await;
        assert_eq!(alerting.invite.from.uri.user().as_deref(), Some(shown));
        assert!(!alerting.invite.headers.has(&Name::PAssertedIdentity), "it is between carriers");
        carrier.cancel(&dialling).await;
        bobs.stops_ringing(&alerting).await;
        assert_eq!(carrier.refused(&dialling).await, StatusCode::REQUEST_TERMINATED);
    }
    let call = world.record(world.calls().await[0]).await;
    assert_eq!(caller(&call).trunk.as_deref(), Some("carrier"));
}

#[tokio::test]
async fn without_a_carrier_the_outside_is_not_found() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let dialling = bobs.dial(OUTSIDE).await;
    assert_eq!(bobs.refused(&dialling).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_carrier_that_cannot_is_followed_by_the_next_and_rests() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let [mut first, mut second] = world.goes_out_by_two().await;
    let dialling = bobs.dial(OUTSIDE).await;
    let alerting = first.is_called().await;
    first.refuses(&alerting, StatusCode::SERVICE_UNAVAILABLE).await;
    let alerting = second.rings().await;
    let outside = second.picks_up(alerting).await;
    let bob = bobs.answered(&dialling).await;
    talks(&mut bobs, bob, &mut second, outside).await;
    let call = world.over(world.the_call().await).await;
    let reasons = [("first", Some(EndReason::Unreachable)), ("second", Some(EndReason::RemoteHangup))];
    assert_eq!(went_by(&call), reasons);

    // The first is tried after the second for a while, and what the far end says is no reason to try it.
    let dialling = bobs.dial(OUTSIDE).await;
    let alerting = second.rings().await;
    second.refuses(&alerting, StatusCode::BUSY_HERE).await;
    assert_eq!(bobs.refused(&dialling).await, StatusCode::BUSY_HERE);
    world.server.clock.move_on(Duration::from_secs(31));
    let dialling = bobs.dial(OUTSIDE).await;
    let alerting = first.rings().await;
    bobs.cancel(&dialling).await;
    first.stops_ringing(&alerting).await;
    assert_eq!(bobs.refused(&dialling).await, StatusCode::REQUEST_TERMINATED);
}

#[tokio::test]
async fn a_carrier_that_says_nothing_is_left_and_late_answers_are_hung_up() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let (nobody, mut second) =
        (tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("a port"), world.carrier().await);
    let addr = nobody.local_addr().expect("bound");
    world.has_trunk("first", json!({ "out": { "host": addr.ip(), "port": addr.port() } })).await;
    world.goes_out_by("second", &second, json!({ "priority": 2 })).await;
    let dialling = bobs.dial(OUTSIDE).await;
    let call = world.the_call().await;
    world.logged::<LegAdded>(call, |_| true).await;
    nobody.recv_from(&mut [0; 4_096]).await.expect("an INVITE");
    world.later(call, LONG).await;
    let alerting = second.rings().await;
    let outside = second.picks_up(alerting).await;
    let bob = bobs.answered(&dialling).await;
    talks(&mut bobs, bob, &mut second, outside).await;
    let call = world.over(call).await;
    let reasons = [("first", Some(EndReason::Unreachable)), ("second", Some(EndReason::RemoteHangup))];
    assert_eq!(went_by(&call), reasons);
}

#[tokio::test]
async fn all_carriers_failing_is_told_once() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let [mut first, mut second] = world.goes_out_by_two().await;
    let dialling = bobs.dial(OUTSIDE).await;
    for carrier in [&mut first, &mut second] {
        let alerting = carrier.is_called().await;
        carrier.refuses(&alerting, StatusCode::SERVICE_UNAVAILABLE).await;
    }
    assert_eq!(bobs.refused(&dialling).await, StatusCode::TEMPORARILY_UNAVAILABLE);
    assert_eq!(world.over(world.the_call().await).await.end_reason, Some(EndReason::Unreachable));
}

/// A carrier that asks, and checks what it is told.
struct Asking {
    authenticator: Authenticator,
    ha1: Ha1,
    now: Timestamp,
}

impl Asking {
    fn new() -> Self {
        let authenticator = Authenticator::new([7; 32], DigestConfig::default());
        Self { authenticator, ha1: Ha1::new("tandem-1", REALM, "s3cret"), now: SystemClock.now() }
    }

    async fn asks(&mut self, carrier: &mut Phone) {
        let Self { authenticator, now, .. } = self;
        let alerting = carrier.is_called().await;
        assert!(!alerting.invite.headers.has(&Name::Authorization), "nothing is told unasked");
        let asked = authenticator.challenge(*now, &alerting.invite, REALM, false, &Algorithm::OFFERED);
        carrier.answers_invite(&alerting, asked.tagged("asks")).await;
    }

    fn believes(&mut self, invite: &Request) -> bool {
        let told = Credentials::of(invite, REALM).expect("reads").expect("is told");
        told.username == "tandem-1"
            && self.authenticator.check(self.now, REALM, invite, &told, Some(&self.ha1)).is_ok()
    }
}

#[tokio::test]
async fn a_carrier_that_asks_is_told_who_we_are_and_nobody_else() {
    let world = World::new().await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let mut carrier = world.carrier().await;
    let mut asking = Asking::new();
    let account = json!({ "username": "tandem-1", "secret": "s3cret" });
    world.goes_out_by("main", &carrier, account).await;
    let dialling = bobs.dial(OUTSIDE).await;
    asking.asks(&mut carrier).await;
    let alerting = carrier.rings().await;
    assert!(asking.believes(&alerting.invite), "{:?}", alerting.invite);
    let outside = carrier.picks_up(alerting).await;
    let bob = bobs.answered(&dialling).await;
    talks(&mut bobs, bob, &mut carrier, outside).await;

    // Proof that is not believed is not given again.
    world.goes_out_by("main", &carrier, json!({ "username": "tandem-1", "secret": "wrong" })).await;
    let dialling = bobs.dial(OUTSIDE).await;
    asking.asks(&mut carrier).await;
    let alerting = carrier.is_called().await;
    assert!(!asking.believes(&alerting.invite));
    carrier.refuses(&alerting, StatusCode::UNAUTHORIZED).await;
    assert_eq!(bobs.refused(&dialling).await, StatusCode::TEMPORARILY_UNAVAILABLE);

    // A phone that asks is told nothing, though the org has an account elsewhere.
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    let dialling = bobs.dial("1001").await;
    asking.asks(&mut anns).await;
    assert_eq!(bobs.refused(&dialling).await, StatusCode::TEMPORARILY_UNAVAILABLE);
}

#[tokio::test]
async fn a_phone_transfers_to_the_outside() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let mut carrier = world.carrier().await;
    world.goes_out_by("main", &carrier, json!({})).await;
    let dialling = anns.dial("1002").await;
    let alerting = bobs.rings().await;
    let mut bob = bobs.picks_up(alerting).await;
    let ann = anns.answered(&dialling).await;
    let to = format!("<sip:{OUTSIDE}@demo>");
    let refer = bob.dialog.request(Method::Refer).with(Name::ReferTo, to);
    assert_eq!(bobs.says_so(&bob, refer).await.status, StatusCode::ACCEPTED);
    let alerting = carrier.rings().await;
    let outside = carrier.picks_up(alerting).await;
    anns.forget_what_it_heard();
    carrier.is_heard_by(&outside, &anns).await;
    anns.hangs_up(ann).await;
    carrier.is_hung_up(outside).await;
}

#[tokio::test]
async fn another_node_goes_on_with_the_carriers_that_are_left() {
    let (world, first_node) = World::of_many().await;
    let _media = world.beside("media-1", NodeRole::Media).await;
    let second_node = world.beside("sip-2", NodeRole::Sip).await;
    let [mut bobs] = world.phones(world.bob, "bob-desk").await;
    let [mut first, mut second] = world.goes_out_by_two().await;
    let dialling = bobs.dial(OUTSIDE).await;
    let _silent = first.is_called().await;
    let call: CallId = world.the_call().await;
    world.is_settled(call).await;
    first_node.kill().await;
    let (heir, _node) = &second_node;
    let describe = async || heir.communicate.calls().describe(world.scope, call).await.expect("a new owner");
    let taken = describe().await.expect("goes on");
    assert!(taken.legs.iter().all(|leg| leg.state == LegState::Dialing));
    heir.clock.move_on(LONG);
    describe().await;
    let alerting = second.rings().await;
    let _outside = second.picks_up(alerting).await;
    let _bob = bobs.answered(&dialling).await;
    let record = world.record(call).await;
    assert_eq!(went_by(&record), [("first", Some(EndReason::Unreachable)), ("second", None)]);
    assert!(caller(&record).answered_at.is_some());
}

#[tokio::test]
async fn trunks_are_managed_and_numbers_explained() {
    let world = World::new().await;
    let (admin, _) = world.browser(world.ann).await;
    let settings = json!({
        "name": "main",
        "network": "192.0.2.0/24",
        "out": { "host": "192.0.2.1", "username": "tandem", "shows": "+15550111", "priority": 3 },
        "secret": "s3cret",
    });
    let (status, made) = world.request(&admin, "POST /trunks", settings.clone()).await;
    assert_eq!((status, &made["has_secret"]), (201, &json!(true)), "{made}");
    assert_eq!(world.request(&admin, "POST /trunks", settings).await.0, 409);
    let (status, _) = world.request(&admin, "PUT /trunks/other", json!({})).await;
    assert_eq!(status, 404);
    let (_, listed) = world.request(&admin, "GET /trunks", Value::Null).await;
    let names: Vec<_> =
        listed["items"].as_array().expect("a list").iter().map(|trunk| &trunk["name"]).collect();
    assert_eq!(names, ["carrier", "main"]);
    assert!(!listed.to_string().contains("s3cret"));
    // The secret stays as long as there is somebody it is of.
    let again = |username: Option<&str>| json!({ "out": { "host": "192.0.2.1", "username": username } });
    let (_, kept) = world.request(&admin, "PUT /trunks/main", again(Some("tandem"))).await;
    assert_eq!(kept["has_secret"], json!(true));
    let (_, dropped) = world.request(&admin, "PUT /trunks/main", again(None)).await;
    assert_eq!(dropped["has_secret"], json!(false));
    for (settings, field) in [
        (json!({ "network": "everywhere" }), "network"),
        (json!({ "out": { "host": "not a host" } }), "out.host"),
        (json!({ "secret": "x" }), "secret"),
    ] {
        let (status, refused) = world.request(&admin, "PUT /trunks/main", settings).await;
        assert_eq!((status, &refused["errors"][0]["field"]), (422, &json!(field)), "{refused}");
    }
    for (dialled, leads) in [
        ("1002", json!({ "kind": "person", "user": world.bob })),
        ("+1 555 0100", json!({ "kind": "number", "to": { "kind": "user", "user": world.bob } })),
        ("0044 20 7946 0000", json!({ "kind": "outside", "trunks": ["main"] })),
        ("4711", json!({ "kind": "nowhere" })),
        ("somebody", json!({ "kind": "nowhere" })),
    ] {
        let written = dialled.replace('+', "%2B").replace(' ', "%20");
        let (status, answer) =
            world.request(&admin, &format!("GET /dial-plan?dialled={written}"), Value::Null).await;
        assert_eq!((status, &answer["leads"]), (200, &leads), "{dialled}: {answer}");
    }
    assert_eq!(world.request(&admin, "DELETE /trunks/main", Value::Null).await.0, 204);
    assert_eq!(world.request(&admin, "DELETE /trunks/main", Value::Null).await.0, 404);
    let (_, answer) = world.request(&admin, "GET /dial-plan?dialled=0044207946", Value::Null).await;
    assert_eq!(answer["leads"], json!({ "kind": "nowhere" }));
}
