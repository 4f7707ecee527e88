//! Subscriptions, referrals and publications, as messages between two sides on fake time.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use tandem_proto::Timestamp;
use tandem_sip::{
    Dialog, EventType, Fault, Method, Name, Notifier, NotifierConfig, ParseError, Part, Peer, Phase,
    Publications, PublishChange, ReferProgress, Referral, Request, StatusCode, Subscriber, SubscriberDue,
    SubscriberNews, Text, Timers, sipfrag_status,
};

use crate::support::{Side, addr, contact, invite, start};

fn after(seconds: u64) -> Timestamp {
    start().plus(Duration::from_secs(seconds))
}

fn peer(side: Side) -> Peer {
    Peer::udp(addr(side))
}

fn saved<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> T {
    let read = serde_json::from_str(&serde_json::to_string(value).expect("serialises")).expect("reads");
    assert_eq!(*value, read);
    read
}

fn of_method(method: Method) -> Request {
    let mut request = invite();
    (request.method, request.cseq.method) = (method.clone(), method);
    request
}

fn subscribe(expires: &'static str) -> Request {
    of_method(Method::Subscribe).with(Name::Event, "dialog").with(Name::Expires, expires)
}

fn dialog(request: &Request) -> Dialog {
    Dialog::uas(request, "to-tag", contact(Side::Called), peer(Side::Caller)).expect("a dialog")
}

/// Both ends of a subscription for an hour.
fn pair() -> (Subscriber, Notifier) {
    let request = subscribe("3600");
    let taken = Notifier::subscribe(start(), &NotifierConfig::default(), &request, dialog(&request), false);
    let (notifier, response) = taken.expect("granted");
    assert_eq!(
        (response.status, response.headers.expires()),
        (StatusCode::OK, Some(Duration::from_secs(3_600)))
    );
    let ours = Dialog::uac(&request, &response, peer(Side::Called)).expect("a dialog");
    let event = EventType { package: Text::of("dialog"), id: None };
    let subscriber = Subscriber::accepted(
        start(),
        &Timers::default(),
        &event,
        Duration::from_secs(3_600),
        &response,
        ours,
    );
    (saved(&subscriber), saved(&notifier))
}

fn told(
    subscriber: &mut Subscriber,
    now: Timestamp,
    notify: &Request,
) -> (StatusCode, Option<SubscriberNews>) {
    subscriber.notify(now, notify, peer(Side::Called))
}

#[test]
fn a_subscription_is_told_refreshed_and_ended() {
    let (mut subscriber, mut notifier) = pair();
    assert_eq!(subscriber.poll_timeout(), Some(after(32)), "without a first NOTIFY it is lost");
    let first = notifier.notify(start());
    assert_eq!(first.headers.get(&Name::SubscriptionState).expect("there"), "active;expires=3600");
    let news = told(&mut subscriber, start(), &first);
    assert_eq!(news, (StatusCode::OK, Some(SubscriberNews::State(Phase::Active))));
    assert_eq!(told(&mut subscriber, start(), &first).0, StatusCode::SERVER_INTERNAL_ERROR, "an old CSeq");
    assert_eq!(subscriber.poll_timeout(), Some(after(2_880)));

    let Some(SubscriberDue::Refresh(refresh)) = subscriber.elapse(after(2_880)) else { panic!("a refresh") };
    notifier.dialog().receive(&refresh, peer(Side::Caller)).expect("in order");
    let ok = notifier.refresh(after(2_880), &NotifierConfig::default(), &refresh).expect("granted");
    assert!(subscriber.refreshed(after(2_880), Some(&ok)));
    assert_eq!(notifier.poll_timeout(), Some(after(2_880 + 3_600)));

    let end = subscriber.unsubscribe();
    notifier.dialog().receive(&end, peer(Side::Caller)).expect("in order");
    notifier.refresh(after(3_000), &NotifierConfig::default(), &end).expect("granted");
    assert!(notifier.is_over());
    let last = notifier.notify(after(3_000));
    let ended = SubscriberNews::Ended { reason: Some("timeout".into()), again_after: Some(Duration::ZERO) };
    assert_eq!(told(&mut subscriber, after(3_000), &last), (StatusCode::OK, Some(ended)));
    assert_eq!((subscriber.poll_timeout(), notifier.poll_timeout()), (None, None));
}

#[test]
fn the_subscriber_hears_which_proxies_stay_between() {
    let request = subscribe("3600").with(Name::RecordRoute, "<sip:proxy.example.com;lr>");
    let taken = Notifier::subscribe(start(), &NotifierConfig::default(), &request, dialog(&request), false);
    let (_, response) = taken.expect("granted");
    assert_eq!(response.headers.get(&Name::RecordRoute).expect("there"), "<sip:proxy.example.com;lr>");
}

#[test]
fn what_nobody_refreshes_ends_on_both_sides() {
    let (mut subscriber, mut notifier) = pair();
    told(&mut subscriber, start(), &notifier.notify(start()));
    assert!(!notifier.elapse(after(3_599)) && notifier.elapse(after(3_600)));
    assert_eq!(
        notifier.notify(after(3_600)).headers.get(&Name::SubscriptionState).expect("there"),
        "terminated;reason=timeout"
    );
    assert!(matches!(subscriber.elapse(after(3_000)), Some(SubscriberDue::Refresh(_))));
    assert!(!subscriber.refreshed(after(3_032), None), "silence");
    let (mut unheard, _) = pair();
    assert_eq!(unheard.elapse(after(32)), Some(SubscriberDue::Lost));
}

#[test]
fn refusals_say_what_is_wrong() {
    let config = NotifierConfig::default();
    let take = |request: &Request| Notifier::subscribe(start(), &config, request, dialog(request), true);
    let brief = take(&subscribe("10")).expect_err("too brief");
    assert_eq!(
        (brief.status, brief.headers.min_expires()),
        (StatusCode::INTERVAL_TOO_BRIEF, Some(config.min_expires))
    );
    assert_eq!(take(&of_method(Method::Subscribe)).expect_err("no Event").status, StatusCode::BAD_EVENT);
    let (mut pending, response) = take(&subscribe("99999")).expect("granted");
    assert_eq!(
        (response.status, response.headers.expires()),
        (StatusCode::ACCEPTED, Some(config.max_expires))
    );
    assert!(
        pending.notify(start()).headers.get(&Name::SubscriptionState).expect("there").starts_with("pending")
    );
    pending.end("rejected");
    pending.end("timeout");
    assert!(
        pending
            .notify(start())
            .headers
            .get(&Name::SubscriptionState)
            .expect("there")
            .ends_with("reason=rejected")
    );
    let (once, _) = take(&subscribe("0")).expect("asks once");
    assert!(once.is_over());

    let (mut subscriber, mut notifier) = pair();
    let mut other = notifier.notify(start());
    other.headers.set(Name::Event, "presence");
    assert_eq!(told(&mut subscriber, start(), &other).0, StatusCode::NO_SUCH_DIALOG);
    let mut bare = notifier.notify(start());
    bare.headers.remove(&Name::SubscriptionState);
    assert_eq!(told(&mut subscriber, start(), &bare).0, StatusCode::BAD_REQUEST);
    assert!(notifier.notified(StatusCode::OK) && notifier.notified(StatusCode::BUSY_HERE));
    assert!(
        !notifier.notified(StatusCode::NO_SUCH_DIALOG) && !notifier.notified(StatusCode::REQUEST_TIMEOUT)
    );
}

#[test]
fn a_referral_tells_how_it_went() {
    let refer = of_method(Method::Refer)
        .with(Name::ReferTo, "<sip:carol@example.com?Replaces=a%40b>")
        .with(Name::ReferredBy, "<sip:bob@example.com>");
    let (referral, response) = Referral::accept(&refer).expect("sound");
    assert_eq!(response.status, StatusCode::ACCEPTED);
    let (mut referral, mut dialog) = (saved(&referral), dialog(&refer));
    assert_eq!(referral.target.uri.as_sip().expect("sip").headers.as_deref(), Some("Replaces=a%40b"));
    let mut progress = |status| referral.notify(&mut dialog, status);
    let trying = progress(StatusCode::TRYING).expect("told");
    assert_eq!(trying.headers.event().expect("reads").expect("there").to_string(), "refer;id=1");
    assert_eq!(sipfrag_status(&trying), Some(ReferProgress::Trying(StatusCode::TRYING)));
    let done = progress(StatusCode::OK).expect("told");
    assert_eq!(done.headers.subscription_state().expect("reads").expect("there").phase, Phase::Terminated);
    assert_eq!(sipfrag_status(&done), Some(ReferProgress::Done(StatusCode::OK)));
    assert_eq!(progress(StatusCode::OK), None, "the end is told once");
    assert_eq!(sipfrag_status(&refer), None);
}

#[test]
fn a_referral_may_mean_a_dialog() {
    let replaced = |target: &str| {
        let refer = of_method(Method::Refer).with(Name::ReferTo, target.to_owned());
        Referral::accept(&refer).expect("sound").0.replaces()
    };
    let named = replaced(
        "<sip:carol@example.com?Subject=x&%52eplaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2%3Bearly-only&Require=replaces>",
    );
    assert_eq!(named.expect("reads").expect("there").to_string(), "a@b;to-tag=1;from-tag=2;early-only");
    for plain in ["<sip:carol@example.com>", "<sip:carol@example.com?Subject=Replaces>", "<tel:+15550100>"] {
        assert_eq!(replaced(plain), Ok(None), "{plain}");
    }
    let fault = |fault| Err(ParseError { part: Part::Header(Name::Replaces), fault });
    assert_eq!(
        replaced("<sip:carol@example.com?Replaces=a%3Bto-tag%3D1>"),
        fault(Fault::Syntax("needs both tags"))
    );
    let twice = "<sip:carol@example.com?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&replaces=b%3Bto-tag%3D1%3Bfrom-tag%3D2>";
    assert_eq!(replaced(twice), fault(Fault::Repeated));
}

#[test]
fn a_referral_may_be_silent_and_must_name_somebody() {
    let refer =
        of_method(Method::Refer).with(Name::ReferTo, "sip:carol@example.com").with(Name::ReferSub, "false");
    let (mut referral, response) = Referral::accept(&refer).expect("sound");
    assert_eq!(response.headers.get(&Name::ReferSub).expect("there"), "false");
    assert_eq!(referral.notify(&mut dialog(&refer), StatusCode::OK), None);
    for bad in [of_method(Method::Refer), of_method(Method::Refer).with(Name::ReferTo, "<<")] {
        assert_eq!(Referral::accept(&bad).expect_err("nobody").status, StatusCode::BAD_REQUEST);
    }
}

fn publish(expires: &'static str, etag: Option<&'static str>, body: &'static str) -> Request {
    let request = of_method(Method::Publish).with(Name::Event, "presence").with(Name::Expires, expires);
    let request = match etag {
        Some(etag) => request.with(Name::SipIfMatch, etag),
        None => request,
    };
    if body.is_empty() { request } else { request.with_body("application/pidf+xml", body) }
}

#[test]
fn state_is_published_prolonged_changed_and_removed() {
    let config = NotifierConfig::default();
    let mut all = Publications::default();
    let put = |all: &mut Publications, now, request: &Request, etag: &'static str| {
        all.publish(now, &config, request, Text::of(etag))
            .map(|(change, _)| change)
            .map_err(|refused| refused.status)
    };
    assert_eq!(put(&mut all, start(), &publish("60", None, "open"), "e1"), Ok(PublishChange::Changed));
    assert_eq!(put(&mut all, after(30), &publish("60", Some("e1"), ""), "e2"), Ok(PublishChange::Prolonged));
    let mut all = saved(&all);
    assert_eq!(
        put(&mut all, after(31), &publish("60", Some("e1"), ""), "e3"),
        Err(StatusCode::CONDITIONAL_FAILED)
    );
    assert_eq!(all.of("Presence").map(|state| state.body().clone()).collect::<Vec<_>>(), ["open"]);
    assert_eq!(
        put(&mut all, after(40), &publish("60", Some("e2"), "closed"), "e4"),
        Ok(PublishChange::Changed)
    );
    assert_eq!(all.of("presence").next().expect("one").body(), "closed");
    assert_eq!(put(&mut all, after(41), &publish("0", Some("e4"), ""), "e5"), Ok(PublishChange::Removed));
    assert!(all.is_empty());
    assert_eq!(put(&mut all, after(41), &publish("60", None, ""), "e6"), Err(StatusCode::BAD_REQUEST));
    assert_eq!(put(&mut all, after(41), &publish("1", None, "x"), "e7"), Err(StatusCode::INTERVAL_TOO_BRIEF));
    put(&mut all, after(50), &publish("60", None, "open"), "e8").expect("taken");
    assert_eq!(all.poll_timeout(), Some(after(110)));
    assert!(all.elapse(after(110)) && all.is_empty());
}
