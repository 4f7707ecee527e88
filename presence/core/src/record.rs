//! What a store keeps of a person. Every store changes it here, so that all come to the same result.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_core::OrgScope;
use tandem_proto::{Timestamp, UserId};

use crate::{Note, Person, Remembered, Update};

/// A person and the version of what was noted of them last.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    version: u64,
    person: Person,
}

impl Record {
    /// The person.
    pub const fn person(&self) -> &Person {
        &self.person
    }

    /// What has to be written down of the person as they are now.
    pub fn note(&self, scope: OrgScope, user: UserId) -> Note {
        let Self { version, ref person } = *self;
        Note { scope, user, version, view: person.view(), chosen: person.chosen() }
    }

    /// Does something to the person; tells what that changed.
    pub fn change<T>(
        &mut self,
        scope: OrgScope,
        user: UserId,
        operation: impl FnOnce(&mut Person) -> T,
    ) -> (Option<Update>, T) {
        let (before, chosen) = (self.person.view(), self.person.chosen());
        let result = operation(&mut self.person);
        let changed = before != self.person.view() || chosen != self.person.chosen();
        if changed {
            self.version += 1;
        }
        (changed.then(|| Update { before, note: self.note(scope, user) }), result)
    }

    /// Counts on from `newest` if the note is still of `version`; tells whether it was.
    pub fn raise(&mut self, version: u64, newest: u64) -> bool {
        let same = self.version == version;
        if same {
            self.version = newest.max(version) + 1;
        }
        same
    }

    /// What to keep after an outage: whichever is newer of what the store had and what was written down, held for `grace`. Tells too
    /// whether it has to be written down anew.
    pub fn restored(
        had: Option<Self>,
        now: Timestamp,
        grace: Duration,
        remembered: Option<&Remembered>,
    ) -> (Self, bool) {
        match (had, remembered) {
            (Some(mut had), remembered) if remembered.is_none_or(|known| had.version >= known.version) => {
                had.person.hold(now, grace);
                (had, false)
            }
            (_, Some(known)) => {
                let person = Person::restored(now, grace, known);
                let changed = person.view() != known.view || person.chosen() != known.chosen;
                (Self { version: known.version + u64::from(changed), person }, changed)
            }
            (had, None) => (had.unwrap_or_default(), false),
        }
    }
}
