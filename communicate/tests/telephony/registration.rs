//! Phones register, and only as themselves.

use tandem_proto::events::call::{PhoneRegistered, PhoneUnregistered};
use tandem_proto::{Cursor, EventData, Stream, UserId};
use tandem_sip::{Method, Name, Response, StatusCode};
use tandem_store::EventFilter;

use crate::support::{Phone, World};

/// Where Ann's phones can be rung, as the API shows it.
async fn contacts(world: &World) -> usize {
    let phones = world.get("/phones").await;
    phones["items"]
        .as_array()
        .expect("phones")
        .iter()
        .map(|p| p["contacts"].as_array().map_or(0, Vec::len))
        .sum()
}

async fn logged<E: EventData>(world: &World, user: UserId) -> usize {
    let filter = EventFilter { kinds: vec![E::KIND.into()], ..EventFilter::stream(Stream::user(user)) };
    world.server.store.events(world.scope, &filter, Cursor::START, 100).await.expect("the log").0.len()
}

/// Everything of an answer that a stranger could learn from; tokens made for each request are left out.
fn looks(response: &Response) -> (StatusCode, String, Vec<String>) {
    let names = response.headers.iter().map(|(name, _)| name.to_string()).collect();
    (response.status, response.phrase.to_string(), names)
}

#[tokio::test]
async fn a_phone_is_challenged_and_then_registered_until_it_leaves() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.ann, "ann-desk").await;
    assert_eq!(contacts(&world).await, 1);
    assert_eq!(logged::<PhoneRegistered>(&world, world.ann).await, 1);

    let again = phone.registration("ann-desk", 600);
    assert_eq!(phone.ask(again).await.status, StatusCode::OK);
    assert_eq!(logged::<PhoneRegistered>(&world, world.ann).await, 1, "a refresh is no news");

    let leave = phone.registration("ann-desk", 0);
    assert_eq!(phone.ask(leave).await.status, StatusCode::OK);
    assert_eq!(contacts(&world).await, 0);
    assert_eq!(logged::<PhoneUnregistered>(&world, world.ann).await, 1);
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_phone_are_answered_alike() {
    let world = World::new().await;
    let [_phone] = world.phones(world.ann, "ann-desk").await;
    let mut answers = Vec::new();
    for account in ["ann-desk", "nobody"] {
        let mut intruder = Phone::with_account(world.server.sip, account, "wrong").await;
        let request = intruder.registration(account, 600);
        let transaction = intruder.send(request).await;
        let challenge = intruder.final_response(transaction).await;
        assert_eq!(challenge.status, StatusCode::UNAUTHORIZED);
        let request = intruder.registration(account, 600);
        let refusal = intruder.ask(request).await;
        assert_eq!(refusal.status, StatusCode::FORBIDDEN);
        answers.push((looks(&challenge), looks(&refusal)));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(contacts(&world).await, 1, "the phone itself only");
}

#[tokio::test]
async fn a_phone_cannot_register_as_another() {
    let world = World::new().await;
    let (mut anns, _bobs) = world.two_phones().await;
    let request = anns.registration("bob-desk", 600);
    assert_eq!(anns.ask(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(logged::<PhoneRegistered>(&world, world.bob).await, 1, "Bob's own only");

    let star = anns.registration("bob-desk", 0);
    let mut star = star.with(Name::Expires, "0");
    star.headers.set(Name::Contact, "*");
    assert_eq!(anns.ask(star).await.status, StatusCode::FORBIDDEN);
    assert_eq!(logged::<PhoneUnregistered>(&world, world.bob).await, 0);
}

#[tokio::test]
async fn a_registered_phone_rings_after_a_restart() {
    let world = World::new().await;
    let [mut phone] = world.phones(world.bob, "bob-desk").await;
    let world = world.restart().await;
    let mut carrier = world.carrier().await;
    let dialling = carrier.dial(World::BOBS_NUMBER).await;
    let alerting = phone.rings().await;
    assert_eq!(alerting.invite.method, Method::Invite);
    carrier.hears_ringing(&dialling).await;
    let talk = phone.picks_up(alerting).await;
    carrier.answered(&dialling).await;
    phone.hangs_up(talk).await;
}
