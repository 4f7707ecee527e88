//! What a reader saw of the log over its socket, held against the log itself.

use std::collections::{HashMap, HashSet};

use tandem_proto::{Cursor, Event, Stream};

/// What tells events apart, whatever their cursor.
type Key = (Stream, i64);

/// A reader's notes.
#[derive(Debug, Default)]
pub struct Journal {
    seen: Vec<(Key, Cursor)>,
    /// Where the reader stands.
    pub cursor: Option<Cursor>,
    /// Where it began: what is before is not its business.
    pub start: Cursor,
}

/// The outcome.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct JournalAudit {
    /// Events in the log since the reader began.
    pub logged: u64,
    /// Of these, never seen.
    pub lost: u64,
    /// Seen again.
    pub doubled: u64,
    /// Seen after one that is later in the log.
    pub out_of_order: u64,
    /// Seen, but not in the log.
    pub invented: u64,
    /// Some of what is wrong, to look it up.
    pub examples: Vec<String>,
}

/// Examples kept.
const EXAMPLES: usize = 5;

impl Journal {
    /// Notes of a reader that begins after `start`.
    pub fn new(start: Cursor) -> Self {
        Self { start, ..Self::default() }
    }

    /// The reader saw an event.
    pub fn event(&mut self, cursor: Cursor, event: &Event) {
        self.seen.push(((event.stream.clone(), event.version), event.cursor));
        self.cursor = Some(cursor);
    }

    /// How many it saw.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether it saw none.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Compares with the log as the same reader may read it.
    pub fn audit(&self, log: &[Event]) -> JournalAudit {
        let mut audit = JournalAudit::default();
        let mut wrong = Vec::new();
        let log: Vec<&Event> = log.iter().filter(|event| event.cursor > self.start).collect();
        let logged: HashMap<Key, &Event> =
            log.iter().map(|event| ((event.stream.clone(), event.version), *event)).collect();
        let (mut seen, mut newest) = (HashSet::new(), self.start);
        // What came after the log was read is neither here nor there.
        let end = log.last().map_or(self.start, |event| event.cursor);
        for (key, cursor) in &self.seen {
            if !seen.insert(key.clone()) {
                audit.doubled += 1;
                wrong.push(format!("twice: {key:?}"));
            } else if !logged.contains_key(key) && *cursor <= end {
                audit.invented += 1;
                wrong.push(format!("not in the log: {key:?}"));
            } else if *cursor < newest {
                audit.out_of_order += 1;
                wrong.push(format!("late: {key:?} at {cursor} after {newest}"));
            }
            newest = newest.max(*cursor);
        }
        for event in &log {
            if !seen.contains(&(event.stream.clone(), event.version)) {
                audit.lost += 1;
                wrong.push(format!("never seen: {} {} at {}", event.kind, event.stream, event.cursor));
            }
        }
        audit.logged = log.len() as u64;
        wrong.truncate(EXAMPLES);
        audit.examples = wrong;
        audit
    }
}

#[cfg(test)]
mod tests {
    use tandem_proto::{Actor, OrgId, Payload, Position, Timestamp};

    use super::*;

    fn event(position: i64) -> Event {
        Event {
            cursor: Cursor { xid: 0, position: Position(position) },
            org: OrgId::generate(),
            stream: Stream::from_text("chat:a"),
            version: position,
            kind: "a".to_owned(),
            schema_version: 1,
            at: Timestamp::default(),
            actor: Actor::System,
            correlation: None,
            causation: None,
            subject: None,
            topics: Vec::new(),
            data: Payload::from_text("null"),
        }
    }

    fn audit(seen: &[i64]) -> JournalAudit {
        let log: Vec<Event> = (1..=4).map(event).collect();
        let mut journal = Journal::new(event(1).cursor);
        seen.iter().map(|position| event(*position)).for_each(|event| journal.event(event.cursor, &event));
        JournalAudit { examples: Vec::new(), ..journal.audit(&log) }
    }

    #[test]
    fn each_kind_of_fault_is_told_apart() {
        let fine = JournalAudit { logged: 3, ..JournalAudit::default() };
        assert_eq!(audit(&[2, 3, 4]), fine);
        assert_eq!(audit(&[2, 4]), JournalAudit { lost: 1, ..fine.clone() });
        assert_eq!(audit(&[2, 3, 3, 4]), JournalAudit { doubled: 1, ..fine.clone() });
        assert_eq!(audit(&[2, 4, 3]), JournalAudit { out_of_order: 1, ..fine.clone() });
        assert_eq!(audit(&[2, 3, 4, 9]), fine, "9 came after the log was read");
        let log = [event(2), event(4)];
        let mut journal = Journal::new(event(1).cursor);
        [2, 3, 4].map(event).iter().for_each(|event| journal.event(event.cursor, event));
        assert_eq!(journal.audit(&log).invented, 1);
    }
}
