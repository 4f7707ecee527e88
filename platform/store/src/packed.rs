//! Many rows of the log as one value.
//!
//! A row that comes by itself costs a hand-over from the database's thread or socket, and each of its columns an allocation and a
//! conversion: many times what the database takes to find it. So the database packs a page of rows into one text, which is taken apart
//! here in one pass. Fields are told apart by their lengths, so whatever is in them is theirs.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use tandem_proto::{Actor, Cursor, Event, OrgId, Position, Stream, Timestamp, Topic, UserId};
use uuid::Uuid;

use crate::{StoreError, engine::Engine, upcast};

/// Numbers of a row, empty for `NULL`, in the order in which they are written.
const NUMBERS: [&str; 5] = ["position", "version", "schema_version", "at", "causation"];
/// Texts of a row; their lengths in bytes follow the numbers, empty for `NULL`.
const TEXTS: [&str; 8] = ["org", "stream", "kind", "actor", "correlation", "subject", "topics", "data"];
/// The numbers, the transaction's among them, and the lengths.
const HEAD: usize = NUMBERS.len() + 1 + TEXTS.len();

/// How most events begin that a person caused.
const USER: &str = r#"{"kind":"user","id":""#;

/// A row of `events` as one text: `position version … xid length length …:` and the texts.
pub(crate) fn row(engine: Engine) -> String {
    let numbers = NUMBERS.iter().copied().map(str::to_owned);
    let lengths = TEXTS.iter().map(|text| format!("octet_length({text})"));
    let head: Vec<String> = numbers.chain([engine.xid().to_owned()]).chain(lengths).collect();
    format!("concat({}, ':', {})", head.join(", ' ', "), TEXTS.join(", "))
}

/// All of a page's rows. `page` yields one column, `packed`, in order.
pub(crate) fn all_of(page: &str) -> String {
    format!("SELECT string_agg(packed, '') FROM ({page}) AS page")
}

/// The events of a packed text, in order. One that does not read is an error by itself.
pub(crate) fn events(packed: &str) -> Events<'_> {
    Events { rest: packed }
}

/// How many rows a packed text has, and the last one's cursor, without taking them apart.
pub(crate) fn extent(packed: &str) -> Result<(usize, Option<Cursor>), StoreError> {
    let (mut rest, mut rows, mut last) = (packed, 0, None);
    while !rest.is_empty() {
        let row;
        (row, rest) = Row::first(rest).ok_or_else(not_packed)?;
        rows += 1;
        last = last.max(Some(row.cursor()?));
    }
    Ok((rows, last))
}

fn not_packed() -> StoreError {
    StoreError::damaged("events", "a page is not what was packed")
}

pub(crate) struct Events<'a> {
    rest: &'a str,
}

impl Iterator for Events<'_> {
    type Item = Result<Event, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((row, rest)) = Row::first(self.rest) else {
            self.rest = "";
            return Some(Err(not_packed()));
        };
        self.rest = rest;
        Some(row.event())
    }
}

/// A row's fields, as they lie in the page.
struct Row<'a> {
    head: [Option<i64>; HEAD],
    texts: [Option<&'a str>; TEXTS.len()],
}

impl<'a> Row<'a> {
    /// The first row of a page and what follows it.
    fn first(page: &'a str) -> Option<(Self, &'a str)> {
        let (head, mut rest) = head(page)?;
        let mut texts = [None; TEXTS.len()];
        for (text, length) in texts.iter_mut().zip(&head[NUMBERS.len() + 1..]) {
            let Some(length) = length else { continue };
            let (found, after) = rest.split_at_checked(usize::try_from(*length).ok()?)?;
            (*text, rest) = (Some(found), after);
        }
        Some((Self { head, texts }, rest))
    }

    fn cursor(&self) -> Result<Cursor, StoreError> {
        let [position, _, _, _, _, xid, ..] = self.head;
        let position = Position(position.unwrap_or(0));
        Ok(Cursor { xid: At(position).needed(xid)?.unsigned_abs(), position })
    }

    fn event(&self) -> Result<Event, StoreError> {
        let [_, version, schema, at, causation, ..] = self.head;
        let [org, stream, kind, actor, correlation, subject, topics, data] = self.texts;
        let cursor = self.cursor()?;
        let row = At(cursor.position);
        let stored = u16::try_from(row.needed(schema)?).map_err(|e| row.damaged(e))?;
        let kind = row.needed(kind)?;
        let (schema_version, data) =
            upcast::payload(kind, stored, row.needed(data)?).map_err(|e| row.damaged(e))?;
        Ok(Event {
            cursor,
            org: row.parsed::<OrgId>(row.needed(org)?)?,
            stream: Stream::from_text(row.needed(stream)?),
            version: row.needed(version)?,
            kind: kind.to_owned(),
            schema_version,
            at: Timestamp::from_micros(row.needed(at)?),
            actor: row.actor(row.needed(actor)?)?,
            correlation: correlation.map(|text| row.parsed::<Uuid>(text)).transpose()?,
            causation: causation.map(Position),
            subject: subject.map(|text| row.parsed::<UserId>(text)).transpose()?,
            topics: row.topics(row.needed(topics)?)?,
            data,
        })
    }
}

/// The head of a page's first row, and what follows its colon.
fn head(page: &str) -> Option<([Option<i64>; HEAD], &str)> {
    let mut head = [None::<i64>; HEAD];
    let (mut index, mut is_negative) = (0, false);
    for (at, byte) in page.bytes().enumerate() {
        match byte {
            b'-' => is_negative = true,
            b'0'..=b'9' => {
                let digit = i64::from(byte - b'0');
                let number = head.get_mut(index)?;
                let more = number.unwrap_or(0).checked_mul(10)?;
                *number = Some(if is_negative { more.checked_sub(digit) } else { more.checked_add(digit) }?);
            }
            b' ' => (index, is_negative) = (index + 1, false),
            b':' => return (index + 1 == HEAD).then(|| (head, &page[at + 1..])),
            _ => return None,
        }
    }
    None
}

/// Where a row is, for what is wrong with it.
#[derive(Clone, Copy)]
struct At(Position);

impl At {
    fn needed<T>(self, field: Option<T>) -> Result<T, StoreError> {
        field.ok_or_else(|| self.damaged("a field is missing"))
    }

    fn parsed<T: FromStr<Err: ToString>>(self, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|e: T::Err| self.damaged(e))
    }

    fn json<T: DeserializeOwned>(self, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|e| self.damaged(e))
    }

    /// The usual shape is read by hand: the general way, over a tag that may come last, takes longer than the rest of the row.
    fn actor(self, text: &str) -> Result<Actor, StoreError> {
        if text == r#"{"kind":"system"}"# {
            return Ok(Actor::System);
        }
        let id = text.strip_prefix(USER).and_then(|rest| rest.strip_suffix("\"}"));
        match id.and_then(|id| id.parse().ok()) {
            Some(id) => Ok(Actor::User { id }),
            None => self.json(text),
        }
    }

    fn topics(self, text: &str) -> Result<Vec<Topic>, StoreError> {
        if text == "[]" { Ok(Vec::new()) } else { self.json(text) }
    }

    fn damaged(self, reason: impl ToString) -> StoreError {
        StoreError::damaged("events", format!("at position {}: {}", self.0.0, reason.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "0190a0a0-0000-7000-8000-000000000001";

    /// What the database makes of a row.
    fn packed(numbers: [Option<i64>; 6], texts: [Option<&str>; 8]) -> String {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let head = numbers.map(number).into_iter();
        let lengths =
            texts.iter().map(|text| number(text.map(|text| i64::try_from(text.len()).expect("short"))));
        let head: Vec<String> = head.chain(lengths).collect();
        format!("{}:{}", head.join(" "), texts.map(Option::unwrap_or_default).concat())
    }

    fn one(position: i64, stream: &str, actor: &str, topics: &str, data: &str) -> String {
        packed(
            [Some(position), Some(2), Some(1), Some(-7), None, Some(9)],
            [Some(ID), Some(stream), Some("a.b"), Some(actor), None, None, Some(topics), Some(data)],
        )
    }

    #[test]
    fn a_damaged_row_is_an_error_by_itself() {
        let system = r#"{"kind":"system"}"#;
        let page = [
            one(1, "s", system, "[]", "1"),
            one(2, "s", "{}", "[]", "2"),
            one(3, "s", system, "[", "3"),
            packed([Some(4), Some(1), None, Some(1), None, Some(1)], [None; 8]),
            one(5, "s", system, "[]", "5"),
        ]
        .concat();
        let read: Vec<_> =
            events(&page).map(|event| event.ok().map(|event| event.cursor.position.0)).collect();
        assert_eq!(read, [Some(1), None, None, None, Some(5)]);
    }

    #[test]
    fn what_is_no_page_ends() {
        for page in ["x", "1:", "1 2:", "99999999999999999999 ", &one(1, "s", "{}", "[]", "1")[..20]] {
            let read: Vec<_> = events(page).collect();
            assert!(matches!(read[..], [Err(_)]), "{page}: {read:?}");
        }
        assert_eq!(events("").count(), 0);
    }

    proptest! {
        #[test]
        fn whatever_is_in_a_row_is_read_as_it_was(
            rows in prop::collection::vec((any::<String>(), prop::collection::vec(any::<String>(), 0..3), any::<String>()), 0..5)
        ) {
            let page: String = rows.iter().zip(1..).map(|((stream, topics, data), position)| {
                let actor = serde_json::to_string(&Actor::External { address: data.clone() }).expect("JSON");
                let topics = serde_json::to_string(topics).expect("JSON");
                one(position, stream, &actor, &topics, &serde_json::to_string(data).expect("JSON"))
            }).collect();
            let read: Vec<Event> = events(&page).collect::<Result<_, _>>().expect("reads");
            prop_assert_eq!(read.len(), rows.len());
            for (event, (stream, topics, data)) in read.iter().zip(&rows) {
                prop_assert_eq!(event.stream.as_str(), stream);
                prop_assert_eq!(event.topics.iter().map(Topic::as_str).collect::<Vec<_>>(), topics.iter().map(String::as_str).collect::<Vec<_>>());
                prop_assert_eq!(&event.data.read::<String>().expect("a string"), data);
                prop_assert_eq!(&event.actor, &Actor::External { address: data.clone() });
                prop_assert_eq!((event.at.micros(), event.version, event.cursor.xid), (-7, 2, 9));
            }
        }

        #[test]
        fn the_usual_actors_are_read_as_the_others(id in any::<u128>()) {
            let actor = Actor::User { id: UserId::from_uuid(Uuid::from_u128(id)) };
            for actor in [actor, Actor::System] {
                let text = serde_json::to_string(&actor).expect("JSON");
                prop_assert_eq!(At(Position(1)).actor(&text).expect("reads"), actor);
            }
        }
    }
}
