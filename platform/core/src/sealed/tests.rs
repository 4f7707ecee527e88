//! What opens, and the ways in which somebody could try to be somebody else.

use pasetors::{
    keys::{AsymmetricSecretKey, SymmetricKey},
    version4::{LocalToken, PublicToken, V4},
};
use proptest::prelude::*;
use tandem_proto::{DivisionId, NodeId, OrgId, RequestId, SessionId, Timestamp, UserId};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::*;
use crate::{Mint, Permission, Permissions, RequestContext, Rights};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const HOUR: Duration = Duration::from_secs(3_600);

fn key(number: u8, node: NodeId) -> (SealKey, SealedKey) {
    let key = SealKey::from_seed(SealKeyId::new([number; 16]), node, &Zeroizing::new([number; 32]));
    let key = key.expect("a seed");
    let published = key.published(NOW.minus(HOUR), NOW.plus(HOUR));
    (key, published)
}

fn person() -> Person {
    Person {
        org: OrgId::generate(),
        user: UserId::generate(),
        session: SessionId::generate(),
        rights: Permissions::from_names(["chat:use", "call:use"]).expect("permissions").into(),
        request: RequestId::generate(),
        complete: true,
    }
}

fn claims(behalf: Behalf, audience: Audience) -> Claims {
    Claims { id: Uuid::now_v7(), behalf, audience, from: NOW, until: NOW.plus(LIFE), messages: Vec::new() }
}

fn api(node: NodeId) -> Audience {
    Audience::Service("api".to_owned(), node)
}

#[test]
fn what_was_sealed_is_what_opens() {
    let ((key, published), to) = (key(1, NodeId::generate()), api(NodeId::generate()));
    let person = person();
    for behalf in [Behalf::System, Behalf::Org(person.org), Behalf::Person(person.clone())] {
        let sealed = claims(behalf, to.clone());
        let seal = key.seal(&sealed).expect("sealed");
        assert_eq!(peek(&seal), Ok(key.id()));
        assert_eq!(open(&seal, &published, &to, NOW), Ok(sealed));
    }
    let context = person.context(&Mint::for_server());
    assert_eq!(Person::from(&context), person);
    let RequestContext { scope, rights, .. } = context;
    assert_eq!(scope.org(), person.org);
    assert!(rights.has(Permission::ChatUse) && !rights.has(Permission::PeopleWrite));
}

/// Somebody who holds `names` in each of so many divisions, and `chat:use` everywhere.
fn divided(names: &[&str], divisions: u128) -> Person {
    let everywhere = Permissions::from_names(["chat:use"]).expect("permissions");
    let within = Permissions::from_names(names).expect("permissions");
    let divisions = (0..divisions).map(|each| DivisionId::from_uuid(Uuid::from_u128(u128::MAX - each)));
    Person { rights: Rights::new(everywhere, divisions.map(|each| (each, within))), ..person() }
}

fn opened(person: &Person) -> Person {
    let ((key, published), to) = (key(1, NodeId::generate()), api(NodeId::generate()));
    let seal = key.seal(&claims(Behalf::Person(person.clone()), to.clone())).expect("sealed");
    let claims = open(&seal, &published, &to, NOW).expect("opens");
    claims.behalf.person().expect("somebody").clone()
}

#[test]
fn rights_in_divisions_travel_whole_or_are_said_to_be_missing() {
    let few = divided(&["queue:supervise", "call:use"], 20);
    assert_eq!(opened(&few), few);
    let many = divided(&["queue:supervise", "call:use"], 200);
    let arrived = opened(&many);
    assert!(!arrived.complete, "so the store is asked");
    assert!(arrived.rights.within().is_empty() && !arrived.rights.has(Permission::QueueSupervise));
    assert!(arrived.rights.has(Permission::CallUse), "it is a matter of no division");
    assert!(!opened(&arrived).complete, "and handed on it is no more than it was");
}

#[test]
fn a_version_without_divisions_takes_nothing_to_hold_everywhere_that_does_not() {
    /// What that version reads.
    #[derive(serde::Deserialize)]
    struct Before {
        permissions: Vec<String>,
    }
    let person = divided(&["queue:supervise", "call:use"], 3);
    let text = claims::written(&claims(Behalf::Person(person), api(NodeId::generate())), NodeId::generate());
    let before: Before = serde_json::from_slice(&text).expect("it reads");
    assert_eq!(before.permissions, ["chat:use", "call:use"]);
}

#[test]
fn what_a_version_without_divisions_says_holds_everywhere() {
    let text =
        claims::written(&claims(Behalf::Person(person()), api(NodeId::generate())), NodeId::generate());
    let text: serde_json::Value = serde_json::from_slice(&text).expect("it reads");
    let fields: Vec<_> = text.as_object().expect("claims").keys().cloned().collect();
    assert!(
        !fields.iter().any(|field| ["everywhere", "within", "incomplete"].contains(&&**field)),
        "{fields:?}"
    );
    let person = opened(&person());
    assert!(person.complete && person.rights.has_everywhere(Permission::ChatUse));
}

#[test]
fn the_largest_seal_there_is_fits() {
    let (key, published) = key(1, NodeId::generate());
    let everything = Person { rights: Permission::ALL.iter().copied().collect(), ..person() };
    let audience = Audience::Service("s".repeat(SERVICE_BYTES), NodeId::generate());
    let mut sealed = claims(Behalf::Person(everything), audience.clone());
    sealed.messages = vec![[0xff; 16]; DIGESTS];
    let seal = key.seal(&sealed).expect("it fits");
    assert_eq!(open(&seal, &published, &audience, NOW), Ok(sealed.clone()));
    let divisions = (0_u128..15).map(|each| DivisionId::from_uuid(Uuid::from_u128(u128::MAX - each)));
    let [_, all @ ..] = Permission::ALL else { unreachable!("there are some") };
    let all: Permissions = all.iter().copied().collect();
    let within = Rights::new(Permissions::NONE, divisions.map(|each| (each, all)));
    let divided = Person { rights: within, ..person() };
    let in_divisions = Claims { behalf: Behalf::Person(divided), ..sealed.clone() };
    let seal = key.seal(&in_divisions).expect("it fits");
    assert_eq!(open(&seal, &published, &audience, NOW), Ok(in_divisions));
    sealed.messages.push([0; 16]);
    let seal = key.seal(&sealed).expect("it is written");
    assert_eq!(open(&seal, &published, &audience, NOW), Err(SealError::Malformed), "and read by nobody");
}

#[test]
fn it_lives_for_a_minute_and_no_longer() {
    let ((key, published), to) = (key(1, NodeId::generate()), api(NodeId::generate()));
    let sealed = claims(Behalf::System, to.clone());
    let seal = key.seal(&sealed).expect("sealed");
    let at = |now| open(&seal, &published, &to, now).map(drop);
    let tick = Duration::from_micros(1);
    assert_eq!(at(NOW.minus(TOLERANCE)), Ok(()));
    assert_eq!(at(NOW.minus(TOLERANCE).minus(tick)), Err(SealError::NotYetValid));
    assert_eq!(at(NOW.plus(LIFE).plus(TOLERANCE).minus(tick)), Ok(()));
    assert_eq!(at(NOW.plus(LIFE).plus(TOLERANCE)), Err(SealError::Expired));
    let long = Claims { until: NOW.plus(LIFE).plus(tick), ..sealed };
    assert_eq!(key.seal(&long).expect_err("too long"), SealError::TooLong);
}

#[test]
fn a_key_seals_in_its_own_time_alone() {
    let ((key, published), to) = (key(1, NodeId::generate()), api(NodeId::generate()));
    let seal = key.seal(&claims(Behalf::System, to.clone())).expect("sealed");
    let tick = Duration::from_micros(1);
    let with = |from, until| open(&seal, &SealedKey { from, until, ..published }, &to, NOW).map(drop);
    assert_eq!(with(NOW, NOW.plus(tick)), Ok(()));
    assert_eq!(with(NOW.plus(tick), NOW.plus(HOUR)), Err(SealError::KeyOutOfTime));
    assert_eq!(with(NOW.minus(HOUR), NOW), Err(SealError::KeyOutOfTime));
}

/// Text as a token's part has it.
fn part(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word =
            three.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for digit in 0..=three.len() {
            text.push(char::from(DIGITS[(word >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    text
}

/// A token in the form of ours over any message and footer, signed by key number `number`.
fn signed(number: u8, message: &str, footer: &str) -> String {
    let pair = ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new([number; 32]));
    let secret = AsymmetricSecretKey::<V4>::from(&pair.sk[..]).expect("a key");
    PublicToken::sign(&secret, message.as_bytes(), Some(footer.as_bytes()), None).expect("signed")
}

/// What the attacker, who has a node's key or none, shows to a node; and why it is refused.
#[test]
fn every_attack_is_refused_for_its_reason() {
    let (me, theirs, to) = (NodeId::generate(), NodeId::generate(), NodeId::generate());
    let ((key, published), (other, _)) = (key(1, me), self::key(2, theirs));
    let audience = api(to);
    let honest = key.seal(&claims(Behalf::Person(person()), audience.clone())).expect("sealed");
    let parts: Vec<&str> = honest.split('.').collect();
    let footer = format!(r#"{{"kid":"{}"}}"#, key.id());
    let kid = key.id().to_string();
    let with_footer = |footer: &str| format!("v4.public.{}.{}", parts[2], part(footer.as_bytes()));
    let message = |change: &str| {
        let base = format!(
            r#"{{"iss":"{me}","aud":"{audience}","iat":"{NOW}","exp":"{}","jti":"{}"}}"#,
            NOW.plus(LIFE),
            Uuid::nil()
        );
        let (from, into) = change.split_once("=>").unwrap_or(("", ""));
        base.replacen(from, into, 1)
    };
    let user = UserId::generate();
    let local = {
        let key = SymmetricKey::<V4>::from(&[7; 32]).expect("a key");
        LocalToken::encrypt(&key, message("").as_bytes(), Some(footer.as_bytes()), None).expect("encrypted")
    };
    let jwt = |head: &str| format!("{}.{}.", part(head.as_bytes()), part(message("").as_bytes()));
    let by_other = other.seal(&claims(Behalf::System, audience.clone())).expect("sealed");
    let other_parts: Vec<&str> = by_other.split('.').collect();
    let with = |service: &str, node| {
        key.seal(&claims(Behalf::System, Audience::Service(service.to_owned(), node))).expect("sealed")
    };
    let attacks = [
        ("nothing", String::new(), SealError::Malformed),
        ("three dots", "...".to_owned(), SealError::Malformed),
        ("a v4.local token", local, SealError::Malformed),
        ("called v3.public", honest.replacen("v4", "v3", 1), SealError::Malformed),
        ("called v2.public", honest.replacen("v4", "v2", 1), SealError::Malformed),
        ("called v1.public", honest.replacen("v4", "v1", 1), SealError::Malformed),
        ("called v4.local", honest.replacen("public", "local", 1), SealError::Malformed),
        ("in capitals", honest.replacen("v4.public", "V4.PUBLIC", 1), SealError::Malformed),
        ("with a blank before it", format!(" {honest}"), SealError::Malformed),
        ("with a line's end behind it", format!("{honest}\n"), SealError::Malformed),
        ("with padding", format!("{honest}=="), SealError::Malformed),
        ("with a part more", format!("{honest}.e30"), SealError::Malformed),
        ("a JWT of alg none", jwt(r#"{"alg":"none"}"#), SealError::Malformed),
        ("a JWT of alg EdDSA", jwt(r#"{"alg":"EdDSA","typ":"JWT"}"#) + parts[2], SealError::Malformed),
        ("a JWT called v4.public", format!("v4.public.{}", jwt(r#"{"alg":"none"}"#)), SealError::Malformed),
        ("no footer", format!("v4.public.{}", parts[2]), SealError::Malformed),
        ("an empty footer", format!("v4.public.{}.", parts[2]), SealError::Malformed),
        ("no message", format!("v4.public..{}", parts[3]), SealError::Malformed),
        ("a message shorter than a signature", format!("v4.public.e30.{}", parts[3]), SealError::Malformed),
        ("a kid that is a path", with_footer(r#"{"kid":"../../../../etc/passwd"}"#), SealError::Malformed),
        ("a kid that is a URL", with_footer(r#"{"kid":"https://evil.example/key"}"#), SealError::Malformed),
        ("a kid that is SQL", with_footer(r#"{"kid":"' OR 1=1 --"}"#), SealError::Malformed),
        ("a kid with a NUL", with_footer(&footer.replace(&kid, &format!("{kid}\0"))), SealError::Malformed),
        ("an overlong kid", with_footer(&footer.replace(&kid, &kid.repeat(20))), SealError::Malformed),
        ("a kid in capitals", with_footer(&footer.replace(&kid, &"AB".repeat(16))), SealError::Malformed),
        ("an empty kid", with_footer(r#"{"kid":""}"#), SealError::Malformed),
        ("a kid that is a number", with_footer(r#"{"kid":1}"#), SealError::Malformed),
        ("two kids", with_footer(&footer.replace('}', r#","kid":"x"}"#)), SealError::Malformed),
        (
            "a key in the footer",
            with_footer(&footer.replace('}', r#","wpk":"k4.public.x"}"#)),
            SealError::Malformed,
        ),
        ("a blank in the footer", with_footer(&footer.replace(':', ": ")), SealError::Malformed),
        (
            "a footer that is no text",
            format!("v4.public.{}.{}", parts[2], part(&[0xff; 42])),
            SealError::Malformed,
        ),
        (
            "a footer that names an unknown key",
            with_footer(&footer.replace(&kid, &"0".repeat(32))),
            SealError::UnknownKey,
        ),
        (
            "another node's seal under this kid",
            format!("v4.public.{}.{}", other_parts[2], parts[3]),
            SealError::Forged,
        ),
        (
            "this node's seal under another's kid",
            format!("v4.public.{}.{}", parts[2], other_parts[3]),
            SealError::UnknownKey,
        ),
        ("signed by another key", signed(2, &message(""), &footer), SealError::Forged),
        (
            "another node's name, signed by this key",
            signed(1, &message(&format!("{me}=>{theirs}")), &footer),
            SealError::Forged,
        ),
        ("too large", format!("v4.public.{}.{}", "A".repeat(SEAL_BYTES), parts[3]), SealError::TooBig),
        ("for another service", with("calls", to), SealError::WrongAudience),
        ("for the same service of another node", with("api", theirs), SealError::WrongAudience),
        ("for a service that begins alike", with("api2", to), SealError::WrongAudience),
        (
            "for the bus",
            key.seal(&claims(Behalf::System, Audience::Bus)).expect("sealed"),
            SealError::WrongAudience,
        ),
        ("for a year", signed(1, &message(r#""exp":"2=>"exp":"3"#), &footer), SealError::TooLong),
        ("of last year", signed(1, &message("").replace("\"2027", "\"2026"), &footer), SealError::Expired),
        (
            "of next year",
            signed(1, &message("").replace("\"2027", "\"2028"), &footer),
            SealError::NotYetValid,
        ),
        (
            "half a person",
            signed(1, &message(&format!(r#"}}=>,"sub":"{user}"}}"#)), &footer),
            SealError::Malformed,
        ),
        (
            "a person of no org",
            signed(1, &message(&format!(r#"}}=>,"sub":"{user}","permissions":[]}}"#)), &footer),
            SealError::Malformed,
        ),
        ("two audiences", signed(1, &message(r#"}=>,"aud":"api"}"#), &footer), SealError::Malformed),
        (
            "a list of audiences",
            signed(1, &message(&format!(r#""{audience}"=>["{audience}"]"#)), &footer),
            SealError::Malformed,
        ),
        ("no audience", signed(1, &message(r#""aud"=>"udo""#), &footer), SealError::Malformed),
        ("no deadline", signed(1, &message(r#""exp"=>"xep""#), &footer), SealError::Malformed),
        ("no JSON", signed(1, "null", &footer), SealError::Malformed),
    ];
    assert!(
        open(&signed(1, &message(""), &footer), &published, &audience, NOW).is_ok(),
        "without a change it opens"
    );
    for (what, seal, why) in attacks {
        assert_eq!(open(&seal, &published, &audience, NOW).map(drop), Err(why), "{what}: {seal}");
    }
}

#[test]
fn a_right_of_a_newer_version_is_none_here() {
    let (me, to) = (NodeId::generate(), api(NodeId::generate()));
    let (key, published) = key(1, me);
    let seal = key.seal(&claims(Behalf::Person(person()), to.clone())).expect("sealed");
    let text = open(&seal, &published, &to, NOW).map(|claims| claims::written(&claims, me)).expect("opens");
    let newer = String::from_utf8(text).expect("text").replace("chat:use", "chat:dream");
    let seal = signed(1, &newer, &format!(r#"{{"kid":"{}"}}"#, key.id()));
    let opened = open(&seal, &published, &to, NOW).expect("opens");
    let permissions = opened.behalf.person().map(|person| person.rights.everywhere().names());
    assert_eq!(permissions, Some(vec!["call:use".to_owned()]));
}

proptest! {
    #[test]
    fn no_byte_of_a_seal_can_be_another(at in 0_usize..4_000, into in any::<u8>()) {
        let ((key, published), to) = (key(1, NodeId::from_uuid(Uuid::nil())), api(NodeId::from_uuid(Uuid::max())));
        let seal = key.seal(&claims(Behalf::Person(person()), to.clone())).expect("sealed");
        let mut bytes = seal.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = into;
        let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
        prop_assume!(changed != seal);
        prop_assert!(open(&changed, &published, &to, NOW).is_err(), "{at}: {changed}");
    }

    #[test]
    fn nothing_that_is_no_seal_opens_or_panics(text in "(v4\\.public\\.)?[ -~]{0,300}(\\.[A-Za-z0-9_-]{0,80})?") {
        let ((_, published), to) = (key(1, NodeId::generate()), api(NodeId::generate()));
        prop_assert!(peek(&text).is_err() || open(&text, &published, &to, NOW).is_err());
    }

    #[test]
    fn a_key_id_has_one_spelling(bytes in any::<[u8; 16]>(), text in ".{0,40}") {
        let id = SealKeyId::new(bytes);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        if let Ok(read) = text.parse::<SealKeyId>() {
            prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn a_seal_opens_for_its_audience_alone(one in "[a-z-]{1,20}", other in "[a-z-]{1,20}", node in any::<u128>(), another in any::<u128>()) {
        let (key, published) = key(1, NodeId::generate());
        let service = |name: &str, node| Audience::Service(name.to_owned(), NodeId::from_uuid(Uuid::from_u128(node)));
        let (meant, tried) = (service(&one, node), service(&other, another));
        let seal = key.seal(&claims(Behalf::System, meant.clone())).expect("sealed");
        prop_assert!(open(&seal, &published, &meant, NOW).is_ok());
        prop_assert_eq!(open(&seal, &published, &tried, NOW).is_ok(), meant == tried);
    }
}
