//! A live call as it is kept in the store: all that another node needs to go on with it.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use tandem_call::Call;
use tandem_media::{PlayId, Source};
use tandem_proto::{LegId, NodeId, Timestamp};
use uuid::Uuid;

use super::{GoingOut, signaling::SavedLeg};
use crate::switch::Switch;

/// Commands whose answer may have been lost on its way, at most.
const REMEMBERED: usize = 16;

/// A live call, kept.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub call: Call,
    /// Where its media is.
    pub media: NodeId,
    pub legs: BTreeMap<LegId, SavedLeg>,
    pub playing: BTreeMap<LegId, Playing>,
    /// The number of the latest playing.
    pub plays: u64,
    /// Browsers' legs whose transport is gone, and when they are given up.
    pub lost: BTreeMap<LegId, Timestamp>,
    pub done: Done,
    /// Calls to the outside whose carrier has not shown yet that it works.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outside: BTreeMap<LegId, GoingOut>,
}

/// What is played to a leg.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Playing {
    /// The relay's number for it.
    pub id: PlayId,
    /// The app's number for it; `None`: the call plays it by itself.
    pub app: Option<u64>,
    pub source: Source,
    pub looped: bool,
}

/// Commands from other nodes that were carried out, so that one asked again is not done twice.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Done(Vec<(Uuid, Option<LegId>)>);

impl Done {
    pub(crate) fn begin(&mut self, id: Uuid) {
        if self.0.len() == REMEMBERED {
            self.0.remove(0);
        }
        self.0.push((id, None));
    }

    /// The leg that the command rang, once it did.
    pub(crate) fn rang(&mut self, leg: LegId) {
        if let Some((_, rung)) = self.0.last_mut() {
            *rung = Some(leg);
        }
    }

    /// It was refused: asked again, it is tried again.
    pub(crate) fn refused(&mut self, id: Uuid) {
        self.0.retain(|(done, _)| *done != id);
    }

    pub(crate) fn find(&self, id: Uuid) -> Option<Option<LegId>> {
        self.0.iter().find(|(done, _)| *done == id).map(|(_, leg)| *leg)
    }
}

impl Switch {
    /// A sound's path as other nodes understand it: each has the same sounds in a folder of its own.
    pub(crate) fn sent(&self, path: PathBuf) -> PathBuf {
        let folder = self.config.hold_music.parent();
        folder.and_then(|folder| path.strip_prefix(folder).ok().map(PathBuf::from)).unwrap_or(path)
    }

    /// The path of a sound another node named.
    pub(crate) fn found(&self, path: PathBuf) -> PathBuf {
        // An absolute one stays what it is.
        self.config.hold_music.parent().map(|folder| folder.join(&path)).unwrap_or(path)
    }

    pub(crate) fn sent_source(&self, source: &Source) -> Source {
        match source {
            Source::Files(files) => Source::Files(files.iter().cloned().map(|f| self.sent(f)).collect()),
            Source::Ringback => Source::Ringback,
        }
    }

    pub(crate) fn found_source(&self, source: Source) -> Source {
        match source {
            Source::Files(files) => Source::Files(files.into_iter().map(|f| self.found(f)).collect()),
            Source::Ringback => Source::Ringback,
        }
    }
}
