//! Phones that watch: lamps for others' calls, presence, messages.

use tandem_core::{OrgScope, Permission};
use tandem_proto::{
    DivisionId, NodeRole, UserId,
    api::{NewPerson, NewRole, Presence, Role},
};
use tandem_sip::{Method, Name, StatusCode, Uri};
use tandem_store::Cause;

use crate::support::{Phone, World, in_time, person};

/// Somebody without the rights of the others.
async fn colleague(world: &World, name: &str, roles: Vec<Role>) -> UserId {
    let person = NewPerson {
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        title: None,
        roles,
        password: "correct horse battery".to_owned(),
        extension: None,
    };
    world.server.identity.create_user(world.scope, Cause::SYSTEM, person).await.expect("a person").id
}

/// A phone of another org's, which is named `domain`.
async fn phone_of(world: &World, scope: OrgScope, user: UserId, account: &str) -> Phone {
    let home = DivisionId::home(scope.org());
    let made = world.server.communicate.create_phone(scope, Cause::SYSTEM, user, account, home).await;
    Phone::with_account(world.server.sip, account, &made.expect("an account").1).await
}

#[tokio::test]
async fn a_lamp_follows_a_call_from_its_ringing_to_its_end() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let mut lamp = anns.watches("dialog", "1002").await;
    let dark = anns.is_notified(&mut lamp).await;
    assert_eq!(dark.content_type.as_deref(), Some("application/dialog-info+xml"));
    assert_eq!(dark.between("entity=\"", "\""), Some("sip:1002@demo"));
    assert!(
        dark.body.contains("version=\"0\" state=\"full\"") && !dark.body.contains("<dialog "),
        "{dark:?}"
    );

    let mut carrier = world.carrier().await;
    let mut invite = carrier.invite(World::BOBS_NUMBER);
    invite.from = invite.from.named("Carl & <Co>");
    let dialling = carrier.dial_with(invite).await;
    let alerting = bobs.rings().await;
    let rings = anns.is_notified_that(&mut lamp, "<state>early</state>").await;
    assert_eq!(rings.between("direction=\"", "\""), Some("recipient"));
    let remote = rings.between("<remote>", "</remote>").expect("who calls");
    assert!(remote.contains("display=\"Carl &amp; &lt;Co&gt;\">sip:+15550999@demo<"), "{remote}");
    assert!(rings.between("<local>", "</local>").expect("who is called").contains("display=\"BOB\""));
    let leg = rings.between("<dialog id=\"", "\"").map(ToOwned::to_owned);

    let mut bob = bobs.picks_up(alerting).await;
    carrier.answered(&dialling).await;
    let talks = anns.is_notified_that(&mut lamp, "<state>confirmed</state>").await;
    assert_eq!(talks.between("<dialog id=\"", "\"").map(ToOwned::to_owned), leg);
    assert!(talks.body.contains("pval=\"yes\""));
    assert_eq!(bobs.reoffers(&mut bob, "sendonly").await.status, StatusCode::OK);
    anns.is_notified_that(&mut lamp, "pval=\"no\"").await;
    assert_eq!(bobs.reoffers(&mut bob, "sendrecv").await.status, StatusCode::OK);
    anns.is_notified_that(&mut lamp, "pval=\"yes\"").await;

    bobs.hangs_up(bob).await;
    let over = anns.is_notified_that(&mut lamp, "<state>terminated</state>").await;
    assert_eq!(over.between("<dialog id=\"", "\"").map(ToOwned::to_owned), leg);
    assert_eq!(anns.refreshes(&mut lamp, "dialog", 600).await.status, StatusCode::OK);
    assert!(!anns.is_notified(&mut lamp).await.body.contains("<dialog "), "dark again");
}

#[tokio::test]
async fn a_lamp_shows_whom_somebody_calls() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let mut lamp = bobs.watches("dialog", "1001").await;
    bobs.is_notified(&mut lamp).await;
    let dialling = anns.dial("1002").await;
    let alerting = bobs.rings().await;
    anns.hears_ringing(&dialling).await;
    let calls = bobs.is_notified_that(&mut lamp, "direction=\"initiator\"").await;
    let remote = calls.between("<remote>", "</remote>").expect("who is called");
    assert!(remote.contains("display=\"BOB\">sip:1002@demo<"), "{remote}");
    bobs.refuses(&alerting, StatusCode::BUSY_HERE).await;
    anns.refused(&dialling).await;
    bobs.is_notified_that(&mut lamp, "<state>terminated</state>").await;
}

#[tokio::test]
async fn presence_is_told_as_it_changes() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let mut watch = phone.watches("presence", "1002").await;
    let offline = phone.is_notified(&mut watch).await;
    assert_eq!(offline.content_type.as_deref(), Some("application/pidf+xml"));
    assert!(offline.body.contains("<basic>closed</basic>"), "{offline:?}");
    let (token, _device) = world.browser(world.bob).await;
    phone.is_notified_that(&mut watch, "<basic>open</basic>").await;
    world.chooses(&token, Presence::Meeting, "back at 3 & not before").await;
    let meeting = phone.is_notified_that(&mut watch, "<rpid:meeting/>").await;
    assert_eq!(meeting.between("<note>", "</note>"), Some("back at 3 &amp; not before"));
}

#[tokio::test]
async fn one_has_no_messages_and_others_are_not_ones_own() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let mut watch = phone.watches("message-summary", "ann-desk").await;
    let none = phone.is_notified(&mut watch).await;
    assert_eq!(none.content_type.as_deref(), Some("application/simple-message-summary"));
    assert_eq!(none.body, "Messages-Waiting: no\r\n");
    for other in ["1002", "4711"] {
        let request = phone.subscription("message-summary", other, 600);
        assert_eq!(phone.ask(request).await.status, StatusCode::FORBIDDEN, "{other}");
    }
}

#[tokio::test]
async fn a_subscription_is_refreshed_ended_and_asked_for_once() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let request = phone.subscription("dialog;id=7", "1002", 86_400);
    let (mut watch, response) = phone.watches_so(request).await;
    let granted = response.headers.expires().expect("a time");
    assert!(granted.as_secs() < 86_400, "{granted:?}");
    assert!(response.headers.lists(&Name::AllowEvents, "presence"));
    let first = phone.is_notified(&mut watch).await;
    assert!(first.state.expires.is_some_and(|left| left <= granted), "{first:?}");

    assert_eq!(phone.refreshes(&mut watch, "dialog", 600).await.status, StatusCode::NO_SUCH_DIALOG);
    let brief = phone.refreshes(&mut watch, "dialog;id=7", 5).await;
    assert_eq!((brief.status, brief.headers.has(&Name::MinExpires)), (StatusCode::INTERVAL_TOO_BRIEF, true));
    assert_eq!(phone.refreshes(&mut watch, "dialog;id=7", 0).await.status, StatusCode::OK);
    let last = phone.is_notified(&mut watch).await;
    assert!(last.ended() == Some("timeout") && last.body.contains("<dialog-info"), "{last:?}");
    assert_eq!(phone.refreshes(&mut watch, "dialog;id=7", 600).await.status, StatusCode::NO_SUCH_DIALOG);

    let request = phone.subscription("presence", "1002", 0);
    let (mut once, response) = phone.watches_so(request).await;
    assert_eq!(response.headers.expires().map(|expires| expires.as_secs()), Some(0));
    let told = phone.is_notified(&mut once).await;
    assert!(told.ended() == Some("timeout") && told.body.contains("<presence"), "{told:?}");
}

#[tokio::test]
async fn what_nobody_refreshes_ends_by_itself() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let mut watch = phone.watches("dialog", "1002").await;
    phone.is_notified(&mut watch).await;
    world.server.clock.move_on(std::time::Duration::from_secs(601));
    // The node looks at the clock with whatever it is told.
    let request = phone.subscription("presence", "1002", 0);
    phone.watches_so(request).await;
    assert_eq!(phone.is_notified(&mut watch).await.ended(), Some("timeout"));
}

#[tokio::test]
async fn who_says_that_it_does_not_watch_is_told_no_more() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let mut watch = phone.watches("dialog", "1002").await;
    phone.denies(&mut watch).await;
    let refused = in_time("the end", async {
        loop {
            // Its answer may be on the way still.
            let refreshed = phone.refreshes(&mut watch, "dialog", 600).await.status;
            if refreshed != StatusCode::OK {
                return refreshed;
            }
        }
    })
    .await;
    assert_eq!(refused, StatusCode::NO_SUCH_DIALOG);
}

#[tokio::test]
async fn what_cannot_be_watched_is_refused_for_what_it_is() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let refused = phone.subscription("winfo", "1002", 600);
    let transaction = phone.send(refused).await;
    let refused = phone.final_response(transaction).await;
    assert_eq!(refused.status, StatusCode::BAD_EVENT);
    assert!(refused.headers.lists(&Name::AllowEvents, "dialog"));
    let bare = phone.request(Method::Subscribe, "1002");
    let transaction = phone.send(bare).await;
    assert_eq!(phone.final_response(transaction).await.status, StatusCode::BAD_EVENT);

    let nobody = phone.subscription("dialog", "4711", 600);
    assert_eq!(phone.ask(nobody).await.status, StatusCode::NOT_FOUND);
    let brief = phone.subscription("dialog", "1002", 10);
    let brief = phone.ask(brief).await;
    assert_eq!(brief.status, StatusCode::INTERVAL_TOO_BRIEF);
    assert_eq!(brief.headers.min_expires().map(|least| least.as_secs()), Some(60));
    let mut carrier = world.carrier().await;
    let request = carrier.subscription("dialog", "1002", 600);
    assert_eq!(carrier.ask(request).await.status, StatusCode::UNAUTHORIZED);
    let mut thief = Phone::with_account(world.server.sip, "ann-desk", "guessed").await;
    let request = thief.subscription("dialog", "1002", 600);
    assert_eq!(thief.ask(request).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_may_not_see_the_directory_watches_nobody_else() {
    let world = World::new().await;
    let identity = &world.server.identity;
    let admin = identity.on_behalf_of(world.scope, world.ann).await.expect("the store answers");
    let name: Role = "caller".parse().expect("a role's name");
    let calls = NewRole {
        name: name.clone(),
        title: "Caller".to_owned(),
        permissions: vec![Permission::CallUse.name().to_owned()],
    };
    identity.create_role(&admin.expect("Ann is active"), calls).await.expect("a role");
    let carol = colleague(&world, "carol", vec![name]).await;
    let [mut phone] = world.phones(carol, "carol-desk").await;
    for other in ["1002", "4711"] {
        let request = phone.subscription("dialog", other, 600);
        assert_eq!(phone.ask(request).await.status, StatusCode::FORBIDDEN, "{other}");
    }
    let mut own = phone.watches("dialog", "carol-desk").await;
    phone.is_notified(&mut own).await;
}

#[tokio::test]
async fn who_may_not_see_calls_sees_that_there_is_one() {
    let world = World::new().await;
    let carol = colleague(&world, "carol", vec![Role::Agent]).await;
    let [mut carols] = world.phones(carol, "carol-desk").await;
    let mut lamp = carols.watches("dialog", "1002").await;
    carols.is_notified(&mut lamp).await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let dialling = anns.dial("1002").await;
    let alerting = bobs.rings().await;
    let rings = carols.is_notified_that(&mut lamp, "<state>early</state>").await;
    assert!(!rings.body.contains("<remote>") && !rings.body.contains("1001"), "{rings:?}");
    anns.cancel(&dialling).await;
    bobs.stops_ringing(&alerting).await;
}

#[tokio::test]
async fn a_watch_ends_with_whom_it_is_about_and_with_who_watches() {
    let world = World::new().await;
    let carol = colleague(&world, "carol", vec![Role::Agent]).await;
    let [mut anns] = world.phones(world.ann, "ann-desk").await;
    let [mut carols] = world.phones(carol, "carol-desk").await;
    let mut of_carol = anns.watches("presence", "carol-desk").await;
    anns.is_notified(&mut of_carol).await;
    let mut by_carol = carols.watches("presence", "1002").await;
    carols.is_notified(&mut by_carol).await;
    let identity = &world.server.identity;
    let admin = identity.on_behalf_of(world.scope, world.ann).await.expect("the store answers");
    identity.deactivate(&admin.expect("Ann is active"), carol).await.expect("is shut out");
    assert_eq!(anns.is_notified(&mut of_carol).await.ended(), Some("noresource"));
    assert_eq!(carols.is_notified(&mut by_carol).await.ended(), Some("rejected"));
}

#[tokio::test]
async fn another_org_sees_nothing() {
    let world = World::new().await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let other = world.server.identity.create_org("other").await.expect("an org");
    let eve = person(&world.server.identity, other, "eve", "1002").await;
    let mut eves = phone_of(&world, other, eve, "eve-desk").await;
    let at_theirs = |mut request: tandem_sip::Request| {
        let uri = Uri::sip(request.uri.user().as_deref(), "other", None);
        (request.uri, request.to) = (uri.clone(), uri.into());
        request
    };
    let of_demo = eves.subscription("dialog", "1002", 600);
    assert_eq!(eves.ask(of_demo).await.status, StatusCode::FORBIDDEN, "a stranger there");
    let not_theirs = at_theirs(eves.subscription("dialog", "1001", 600));
    assert_eq!(eves.ask(not_theirs).await.status, StatusCode::NOT_FOUND);
    let own = at_theirs(eves.subscription("dialog", "1002", 600));
    let (mut lamp, _) = eves.watches_so(own).await;
    eves.is_notified(&mut lamp).await;

    let mut anns_lamp = anns.watches("dialog", "1002").await;
    let dialling = anns.dial("1002").await;
    let alerting = bobs.rings().await;
    anns.is_notified_that(&mut anns_lamp, "<state>early</state>").await;
    assert_eq!(eves.refreshes(&mut lamp, "dialog", 600).await.status, StatusCode::OK);
    let still = eves.is_notified(&mut lamp).await;
    assert!(still.body.contains("version=\"1\"") && !still.body.contains("<dialog "), "{still:?}");
    anns.cancel(&dialling).await;
    bobs.stops_ringing(&alerting).await;
}

#[tokio::test]
async fn a_phone_has_so_many_lamps_and_no_more() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let mut watches = Vec::new();
    let refused = loop {
        let request = phone.subscription("message-summary", "1001", 600);
        let (transaction, request) = phone.send_proven(request).await;
        let response = phone.final_response(transaction).await;
        if !response.status.is_success() {
            break response;
        }
        let peer = tandem_sip::Peer::udp(world.server.sip);
        let dialog = tandem_sip::Dialog::uac(&request, &response, peer).expect("a dialog");
        let mut watch = crate::support::Watch { dialog };
        phone.is_notified(&mut watch).await;
        watches.push(watch);
        assert!(watches.len() < 1_000, "no end");
    };
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers.has(&Name::RetryAfter) && watches.len() >= 100, "{}", watches.len());
    let mut last = watches.pop().expect("some");
    assert_eq!(phone.refreshes(&mut last, "message-summary", 0).await.status, StatusCode::OK);
    assert_eq!(phone.is_notified(&mut last).await.ended(), Some("timeout"));
    phone.watches("message-summary", "1001").await;
}

#[tokio::test]
async fn a_node_that_stops_says_so_and_one_that_was_killed_is_noticed() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    let mut watch = phone.watches("dialog", "1002").await;
    phone.is_notified(&mut watch).await;
    let world = world.restart().await;
    assert_eq!(phone.refreshes(&mut watch, "dialog", 600).await.status, StatusCode::NO_SUCH_DIALOG);
    let mut watch = phone.watches("dialog", "1002").await;
    phone.is_notified(&mut watch).await;

    let draining = world.server.communicate.clone();
    let drained = tokio::spawn(async move { draining.drain().await });
    assert_eq!(phone.is_notified(&mut watch).await.ended(), Some("deactivated"));
    in_time("the drain", drained).await.expect("drains");
    let request = phone.subscription("dialog", "1002", 600);
    assert_eq!(phone.ask(request).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn it_does_not_matter_which_node_a_call_is_on() {
    let (world, _first) = World::of_many().await;
    let _media = world.beside("media-1", NodeRole::Media).await;
    let (second, _node) = world.beside("sip-2", NodeRole::Sip).await;
    let (mut anns, mut bobs) = world.two_phones().await;
    let mut lamp = anns.watches("dialog", "1002").await;
    anns.is_notified(&mut lamp).await;
    let mut carrier = Phone::carrier(second.sip, "+15550999").await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let alerting = bobs.rings().await;
    anns.is_notified_that(&mut lamp, "<state>early</state>").await;
    assert_eq!(second.communicate.live_calls(), 1, "of the other node");
    let talk = bobs.picks_up(alerting).await;
    carrier.answered(&dialling).await;
    anns.is_notified_that(&mut lamp, "<state>confirmed</state>").await;
    bobs.hangs_up(talk).await;
    anns.is_notified_that(&mut lamp, "<state>terminated</state>").await;
}
