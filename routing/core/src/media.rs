//! Kinds of work, and how many of them an agent takes at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What an interaction is made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// A call.
    #[default]
    Voice,
    /// A call that is made when its turn has come.
    Callback,
    /// A chat, a text message.
    Message,
    /// An email.
    Email,
    /// Something to do without a customer on the line.
    WorkItem,
}

/// All media, in order.
const MEDIA: [Media; 5] = [Media::Voice, Media::Callback, Media::Message, Media::Email, Media::WorkItem];

/// A utilization label, by its number in the org.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Label(u8);

/// How many labels an org may have.
const LABELS: u8 = 11;

/// No such label.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a label is a number below 11, not {0}")]
pub struct NoSuchLabel(u8);

impl TryFrom<u8> for Label {
    type Error = NoSuchLabel;

    fn try_from(number: u8) -> Result<Self, NoSuchLabel> {
        if number < LABELS { Ok(Self(number)) } else { Err(NoSuchLabel(number)) }
    }
}

impl From<Label> for u8 {
    fn from(label: Label) -> Self {
        label.0
    }
}

/// What counts against what: a medium, and a label within or across media.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Kind {
    pub(crate) media: Media,
    pub(crate) label: Option<Label>,
}

impl Kind {
    /// Below 60.
    pub(crate) fn number(self) -> u8 {
        let label = self.label.map_or(0, |label| label.0 + 1);
        label * 5 + self.media as u8
    }

    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// A set of kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Kinds(u64);

impl Kinds {
    pub(crate) const ALL: Self = Self(u64::MAX);
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn has(self, kind: u8) -> bool {
        self.0 >> kind & 1 == 1
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// How much an agent takes of each medium and label, and what may come in while he has something else. It holds besides his capacity,
/// which counts everything.
///
/// He takes an item of a medium `m` (and a label `l`) when he has less than `m`'s limit of `m`, less than `l`'s limit of `l`, and each
/// thing he has of another medium may be interrupted by `m` or by `l`. What alerts and what he wraps up counts like what he talks about.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Utilization {
    /// Limits by medium. He takes nothing of one that is not named.
    pub media: BTreeMap<Media, Limit<Media>>,
    /// Limits by label. One that is not named has no limit of its own and is interrupted by none.
    #[serde(default)]
    pub labels: BTreeMap<Label, Limit<Label>>,
}

/// How many of something at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limit<By: Ord> {
    /// At most.
    pub most: u8,
    /// What may come in meanwhile.
    pub interrupted_by: BTreeSet<By>,
}

impl Utilization {
    /// What he has room for beside what he has.
    pub(crate) fn room(&self, has: &[Kind]) -> Kinds {
        let labels = [None].into_iter().chain(self.labels.keys().map(|label| Some(*label)));
        let mut room = 0;
        for media in MEDIA {
            // A label without limits is as open as its medium.
            if self.takes(Kind { media, label: None }, has) {
                room |= (0..=LABELS).fold(0, |room, label| room | 1 << (label * 5 + media as u8));
            }
        }
        for kind in labels.flat_map(|label| MEDIA.map(|media| Kind { media, label })) {
            let bit = 1 << kind.number();
            room = if self.takes(kind, has) { room | bit } else { room & !bit };
        }
        Kinds(room)
    }

    fn takes(&self, kind: Kind, has: &[Kind]) -> bool {
        let Some(limit) = self.media.get(&kind.media) else { return false };
        let count = |same: &dyn Fn(&Kind) -> bool| has.iter().filter(|kind| same(kind)).count();
        let within_label = kind
            .label
            .and_then(|label| self.labels.get(&label))
            .is_none_or(|limit| count(&|other| other.label == kind.label) < usize::from(limit.most));
        within_label
            && count(&|other| other.media == kind.media) < usize::from(limit.most)
            && has.iter().filter(|other| other.media != kind.media).all(|other| self.interrupts(kind, *other))
    }

    fn interrupts(&self, kind: Kind, other: Kind) -> bool {
        let by_media =
            self.media.get(&other.media).is_some_and(|limit| limit.interrupted_by.contains(&kind.media));
        by_media
            || other
                .label
                .and_then(|label| self.labels.get(&label))
                .is_some_and(|limit| kind.label.is_some_and(|label| limit.interrupted_by.contains(&label)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn plain(media: Media) -> Kind {
        Kind { media, label: None }
    }

    #[test]
    fn a_call_may_come_in_while_emails_are_written_but_no_email_during_a_call() {
        let limit = |most, by: &[Media]| Limit { most, interrupted_by: by.iter().copied().collect() };
        let media = BTreeMap::from([
            (Media::Voice, limit(1, &[])),
            (Media::Email, limit(2, &[Media::Voice])),
            (Media::Message, limit(3, &[])),
        ]);
        let vip = Label::try_from(3).expect("a label");
        let labels = BTreeMap::from([(vip, Limit { most: 1, interrupted_by: BTreeSet::new() })]);
        let utilization = Utilization { media, labels };
        let open = |has: &[Kind]| {
            let room = utilization.room(has);
            MEDIA.into_iter().filter(|media| room.has(plain(*media).number())).collect::<Vec<_>>()
        };
        assert_eq!(open(&[]), [Media::Voice, Media::Message, Media::Email]);
        assert_eq!(open(&[plain(Media::Email)]), [Media::Voice, Media::Email]);
        assert_eq!(open(&[plain(Media::Email), plain(Media::Email)]), [Media::Voice]);
        assert_eq!(open(&[plain(Media::Voice)]), []);
        assert_eq!(open(&[plain(Media::Message)]), [Media::Message]);
        let labelled = Kind { media: Media::Message, label: Some(vip) };
        assert!(utilization.room(&[]).has(labelled.number()));
        assert!(!utilization.room(&[labelled]).has(labelled.number()), "one of that label");
        assert!(utilization.room(&[labelled]).has(plain(Media::Message).number()));
        let other = Kind { label: Label::try_from(4).ok(), ..labelled };
        assert!(utilization.room(&[labelled]).has(other.number()), "a label without limits is as its medium");
        assert_eq!(Label::try_from(11), Err(NoSuchLabel(11)));
    }
}
