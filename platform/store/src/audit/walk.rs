//! What is wrong with a chain, found entry by entry.

use super::chain::{AuditKey, Head, MENDED, Row};

/// What is wrong with a chain, and at which entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The entry's number.
    pub seq: i64,
    /// What is wrong.
    pub what: What,
}

/// What can be wrong with a chain.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum What {
    /// Its hash is not that of its content.
    #[error("it is not as it was written: a field was changed, or it was not written by this server")]
    Altered,
    /// It is not there, nor are those up to `.to`.
    #[error("entries {from} to {to} are missing", from = .0, to = .1)]
    Missing(i64, i64),
    /// It does not name the entry before it.
    #[error("it does not follow the entry before it")]
    Detached,
    /// It is behind the chain's end.
    #[error("it is behind the end of the chain")]
    Beyond,
    /// The chain's end was not written by the server.
    #[error("the end of the chain is not as it was written")]
    FalseHead,
    /// The chain's end is not recorded.
    #[error("the end of the chain is not recorded")]
    NoHead,
    /// The entry the chain ends with is another.
    #[error("the chain ends with another entry than recorded")]
    OtherEnd,
    /// The server went on although it found the end of the chain damaged.
    #[error("the server found the end of the chain damaged when it wrote this")]
    Mended,
    /// A head that was kept elsewhere names an entry that is not there.
    #[error("the chain ends before it: the head that was kept elsewhere says that it was there")]
    Truncated,
    /// A head that was kept elsewhere has another hash.
    #[error("it is another entry than the head that was kept elsewhere says")]
    Replaced,
}

/// What came of looking at a chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The org.
    pub org: String,
    /// Entries there are.
    pub entries: u64,
    /// The last of them.
    pub last: Head,
    /// What is wrong, at most [`FAULTS`].
    pub faults: Vec<Fault>,
    /// How much more is wrong.
    pub more: u64,
}

/// Faults of one chain that are told one by one: where the key is wrong, everything is.
const FAULTS: usize = 100;

/// Looks at a chain, entry by entry, in the order of numbers.
#[derive(Clone, Debug)]
pub(super) struct Walk<'k> {
    key: &'k AuditKey,
    org: String,
    /// Heads of this org that were kept elsewhere.
    kept: Vec<Head>,
    entries: u64,
    last: Head,
    /// Whether that is as it was written, so that the next must follow it.
    sound: bool,
    faults: Vec<Fault>,
    more: u64,
}

impl<'k> Walk<'k> {
    /// At the beginning of an org's chain.
    pub(super) fn new(key: &'k AuditKey, org: &str, kept: Vec<Head>) -> Self {
        Self {
            key,
            org: org.to_owned(),
            kept,
            entries: 0,
            last: Head::start(),
            sound: true,
            faults: Vec::new(),
            more: 0,
        }
    }

    /// The entry looked at last.
    pub(super) fn last(&self) -> &Head {
        &self.last
    }

    fn fault(&mut self, seq: i64, what: What) {
        if self.faults.len() < FAULTS {
            self.faults.push(Fault { seq, what });
        } else {
            self.more += 1;
        }
    }

    /// The next entry there is.
    pub(super) fn step(&mut self, row: &Row) {
        let seq = row.seq;
        let expected = self.last.seq.saturating_add(1);
        self.entries += 1;
        if seq > expected {
            self.fault(expected, What::Missing(expected, seq - 1));
        }
        let followed =
            std::mem::replace(&mut self.sound, row.org == self.org && row.hash_by(self.key) == row.hash);
        if !self.sound {
            self.fault(seq, What::Altered);
        } else if followed && seq == expected && row.previous != self.last.hash {
            self.fault(seq, What::Detached);
        } else if row.what == MENDED {
            self.fault(seq, What::Mended);
        }
        if self.kept.iter().any(|kept| kept.seq == seq && kept.hash != row.hash) {
            self.fault(seq, What::Replaced);
        }
        self.last = Head { seq, hash: row.hash.clone() };
    }

    /// There are no more entries, and the chain's end is recorded as `head` with its code.
    pub(super) fn finish(mut self, head: Option<(Head, String)>) -> Outcome {
        let last = self.last.clone();
        for kept in self.kept.clone() {
            if kept.seq > last.seq {
                self.fault(kept.seq, What::Truncated);
            }
        }
        match head {
            None if last.seq == 0 => {}
            None => self.fault(last.seq, What::NoHead),
            Some((head, code)) => {
                if head.code_by(self.key, &self.org) != code {
                    self.fault(head.seq, What::FalseHead);
                }
                if head.seq > last.seq {
                    let next = last.seq.saturating_add(1);
                    self.fault(next, What::Missing(next, head.seq));
                } else if head.seq < last.seq {
                    self.fault(head.seq.saturating_add(1), What::Beyond);
                } else if head.hash != last.hash {
                    self.fault(head.seq, What::OtherEnd);
                }
            }
        }
        let Self { org, entries, faults, more, .. } = self;
        Outcome { org, entries, last, faults, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::{
        NOTHING,
        tests::{KEY, row},
    };

    fn chain(length: i64) -> Vec<Row> {
        let mut previous = NOTHING.to_owned();
        let rows = (1..=length).map(|seq| {
            let mut row = Row { seq, previous: previous.clone(), ..row() };
            row.hash = row.hash_by(&KEY);
            previous.clone_from(&row.hash);
            row
        });
        rows.collect()
    }

    fn head(rows: &[Row]) -> Option<(Head, String)> {
        let last = rows.last()?;
        let head = Head { seq: last.seq, hash: last.hash.clone() };
        let code = head.code_by(&KEY, &last.org);
        Some((head, code))
    }

    fn faults(rows: &[Row], head: Option<(Head, String)>, kept: Vec<Head>) -> Vec<(i64, What)> {
        let mut walk = Walk::new(&KEY, &row().org, kept);
        rows.iter().for_each(|row| walk.step(row));
        walk.finish(head).faults.into_iter().map(|Fault { seq, what }| (seq, what)).collect()
    }

    #[test]
    fn a_whole_chain_has_no_faults() {
        assert!(faults(&[], None, Vec::new()).is_empty());
        let rows = chain(4);
        let kept = vec![head(&rows[..2]).expect("a head").0, head(&rows).expect("a head").0];
        assert!(faults(&rows, head(&rows), kept).is_empty());
    }

    #[test]
    fn what_was_done_to_a_chain_is_told() {
        let rows = chain(5);
        let whole = head(&rows);
        let without = |seq: i64| rows.iter().filter(|row| row.seq != seq).cloned().collect::<Vec<_>>();
        assert_eq!(faults(&without(1), whole.clone(), Vec::new()), [(1, What::Missing(1, 1))]);
        assert_eq!(faults(&without(3), whole.clone(), Vec::new()), [(3, What::Missing(3, 3))]);
        assert_eq!(faults(&without(5), whole.clone(), Vec::new()), [(5, What::Missing(5, 5))]);

        let mut changed = rows.clone();
        changed[1].actor = "system".into();
        assert_eq!(faults(&changed, whole.clone(), Vec::new()), [(2, What::Altered)]);

        let mut swapped = rows.clone();
        (swapped[1].seq, swapped[2].seq) = (3, 2);
        swapped.sort_by_key(|row| row.seq);
        assert_eq!(faults(&swapped, whole.clone(), Vec::new()), [(2, What::Altered), (3, What::Altered)]);

        // One that was written by the server, but in another chain of the same org.
        let mut forked = rows.clone();
        forked[2].previous = "f".repeat(64);
        forked[2].hash = forked[2].hash_by(&KEY);
        let told = faults(&forked, whole.clone(), Vec::new());
        assert_eq!(told, [(3, What::Detached), (4, What::Detached)]);

        assert_eq!(faults(&rows, None, Vec::new()), [(5, What::NoHead)]);
        let (end, code) = whole.clone().expect("a head");
        let earlier = Head { seq: 4, hash: rows[3].hash.clone() };
        let told = faults(&rows[..4], Some((earlier.clone(), code.clone())), Vec::new());
        assert_eq!(told, [(4, What::FalseHead)], "moved back without the key");
        assert_eq!(faults(&rows, head(&rows[..4]), Vec::new()), [(5, What::Beyond)], "an old head");
        let other = Head { hash: "e".repeat(64), ..end.clone() };
        assert_eq!(
            faults(&rows, Some((other.clone(), other.code_by(&KEY, &row().org))), Vec::new()),
            [(5, What::OtherEnd)]
        );
    }

    #[test]
    fn a_head_kept_elsewhere_shows_what_the_chain_alone_does_not() {
        let rows = chain(5);
        let kept = head(&rows).expect("a head").0;
        assert!(faults(&rows[..3], head(&rows[..3]), Vec::new()).is_empty(), "an old copy is whole");
        assert_eq!(faults(&rows[..3], head(&rows[..3]), vec![kept.clone()]), [(5, What::Truncated)]);
        assert_eq!(faults(&[], None, vec![kept.clone()]), [(5, What::Truncated)]);
        let other = Head { hash: "d".repeat(64), ..kept };
        assert_eq!(faults(&rows, head(&rows), vec![other]), [(5, What::Replaced)]);
    }
}
