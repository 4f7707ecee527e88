//! Events come out of the log as they lie in it, whatever is in them.

use crate::support::{Place, named, new_scope, on_both_engines, settled};
use sqlx::{Row as _, any::AnyRow};
use tandem_proto::{
    Actor, Cursor, Event, Payload, Position, SessionId, Stream, Timestamp, Topic, UserId,
    events::identity::SessionEnded,
};
use tandem_store::{Cause, EventFilter, Expect, Store, StoreError};
use uuid::Uuid;

/// What might be taken for something else.
const ODD: [&str; 9] = [
    "",
    " ",
    "1 2 3:4",
    "\u{1}\u{1e}\u{1f}\u{7f}\r\n\t",
    "\"quoted\\\" 'twice'; --",
    "ünï漢字🦀\u{2028}\u{feff}",
    "[null]",
    "$1 %s {} ?",
    "0 0 0 0 0 0 1 1 1 1 1 1 1 1:",
];

/// Each column by itself, for comparison.
async fn by_columns(store: &Store, place: &Place) -> Vec<Event> {
    let (xid, order) = if place.is_postgres() { ("xid", "xid, position") } else { ("0", "position") };
    let sql = format!(
        "SELECT position, org, stream, version, kind, schema_version, at, actor, correlation, causation, subject, topics, \
         data, {xid} FROM events ORDER BY {order}"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(store.across_orgs()).await.expect("rows");
    rows.iter().map(event).collect()
}

fn event(row: &AnyRow) -> Event {
    let text = |column: usize| row.get::<String, _>(column);
    let xid: i64 = row.get(13);
    Event {
        cursor: Cursor { xid: xid.unsigned_abs(), position: Position(row.get(0)) },
        org: text(1).parse().expect("an id"),
        stream: Stream::from_text(text(2)),
        version: row.get(3),
        kind: text(4),
        schema_version: u16::try_from(row.get::<i64, _>(5)).expect("small"),
        at: Timestamp::from_micros(row.get(6)),
        actor: serde_json::from_str(&text(7)).expect("JSON"),
        correlation: row.get::<Option<String>, _>(8).map(|id| id.parse().expect("an id")),
        causation: row.get::<Option<i64>, _>(9).map(Position),
        subject: row.get::<Option<String>, _>(10).map(|id| id.parse().expect("an id")),
        topics: serde_json::from_str(&text(11)).expect("JSON"),
        data: Payload::from_text(&text(12)),
    }
}

on_both_engines! {
#[tokio::test]
async fn whatever_is_in_an_event_is_read_as_it_was_written(place: Place) {
    let store = place.open().await;
    let scope = new_scope();
    let large = "x\u{1f}🦀\"".repeat(40_000);
    let texts = ODD.iter().copied().chain([large.as_str()]);
    for (index, text) in texts.enumerate() {
        let text = text.to_owned();
        let actor = match index % 3 {
            0 => Actor::System,
            1 => Actor::User { id: UserId::generate() },
            _ => Actor::External { address: text.chars().take(99).collect() },
        };
        let cause = Cause::of(actor, (index % 2 == 0).then(Uuid::now_v7));
        store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    let short: String = text.chars().take(40).collect();
                    let stream = Stream::from_text(format!("odd:{short}"));
                    let topics = [Topic::from_text(short.clone()), Topic::from_text("all")];
                    tx.append(stream.clone(), Expect::Any, &topics[index % 2..], &named(text)).await?;
                    tx.caused_by(Position(7));
                    let ended = SessionEnded { session: SessionId::generate() };
                    tx.append_about(UserId::generate(), stream, Expect::Any, &[], &ended).await?;
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .expect("written");
    }
    store
        .write(scope, Cause::SYSTEM, |tx| {
            Box::pin(async move {
                for n in 0..1_100 {
                    let stream = Stream::from_text(format!("many:{}", n % 7));
                    tx.append(stream, Expect::Any, &[], &named(n.to_string())).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await
        .expect("written");
    settled(&store).await;

    let wanted = by_columns(&store, &place).await;
    assert_eq!(wanted.len(), 2 * (ODD.len() + 1) + 1_100);
    for limit in [1, 7, 512, 513, 2_000] {
        let (mut read, mut after) = (Vec::new(), Cursor::START);
        while read.len() < wanted.len() {
            let page = store.events(scope, &EventFilter::default(), after, limit).await.expect("read");
            assert!(!page.0.is_empty(), "after {} of {}", read.len(), wanted.len());
            (read, after) = ([read, page.0].concat(), page.1);
            if limit == 1 && read.len() == 40 {
                break;
            }
        }
        assert_eq!(read, wanted[..read.len()], "by {limit}");
        let texts = |events: &[Event]| events.iter().map(|event| event.data.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(texts(&read), texts(&wanted[..read.len()]), "to the letter");
    }
    let filter = EventFilter::topics(vec![Topic::from_text("all")]);
    let (read, _) = store.events(scope, &filter, Cursor::START, 99).await.expect("read");
    let wanted: Vec<Event> =
        wanted.into_iter().filter(|event| event.topics.contains(&Topic::from_text("all"))).collect();
    assert_eq!(read, wanted, "by topic");
}
}
