//! Keeping the call in the store, so that another node can go on with it, and letting go of it once one does.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use tandem_cluster::Kind;
use tandem_proto::api::LegState;
use tandem_store::{Cause, StoreError};

use tokio::time::timeout;

use super::CallTask;
use crate::calls::{
    records::{Fate, Save},
    snapshot::Snapshot,
};

/// How long to wait before what could not be written is written again.
const RETRY: Duration = Duration::from_secs(1);
/// How long the store may take to say whose the call is.
const ASK_WITHIN: Duration = Duration::from_millis(500);

/// Whose the call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Whose {
    /// This node's.
    Ours,
    /// Another node goes on with it.
    Theirs,
    /// The store does not answer.
    Unknown,
}

impl CallTask {
    /// The call as it is now, to be written by whoever writes another call in the same step; [`Self::was_written`] is told.
    pub(super) fn to_save(&self) -> (Save, u64) {
        let state = self.state();
        let hash = hash_of(&state);
        (self.as_save(Fate::Kept(state)), hash)
    }

    fn as_save(&self, fate: Fate) -> Save {
        Save {
            claim: self.kept.claim.clone(),
            record: self.call.record().clone(),
            events: self.kept.unwritten.clone(),
            fate,
        }
    }

    pub(super) fn was_written(&mut self, hash: u64) {
        self.kept.retry_at = None;
        self.kept.hash = hash;
        self.kept.unwritten.clear();
    }

    fn state(&self) -> String {
        let playing = self.playing.iter().map(|(leg, playing)| {
            let source = self.switch.sent_source(&playing.source);
            (*leg, crate::calls::snapshot::Playing { source, ..playing.clone() })
        });
        let snapshot = Snapshot {
            call: self.call.clone(),
            media: self.media.node(),
            legs: self.signaling.iter().map(|(leg, signaling)| (*leg, signaling.saved())).collect(),
            playing: playing.collect(),
            plays: self.next_play,
            lost: self.lost.clone(),
            done: self.done.clone(),
            outside: self.outside.clone(),
        };
        serde_json::to_string(&snapshot).expect("a call is plain data")
    }

    /// Writes what happened, with the state it led to. If the store is away it is written later.
    pub(super) async fn save(&mut self, cause: Cause) -> Result<(), StoreError> {
        let state = self.state();
        let hash = hash_of(&state);
        self.write(cause, Fate::Kept(state), hash).await
    }

    /// Writes the state if it is another than the one that was written: what was done on the wire in between. A call that is over, and
    /// has nothing left to say to anybody, is forgotten.
    pub(super) async fn save_rest(&mut self) -> Result<(), StoreError> {
        if self.kept.let_go || self.kept.closed {
            return Ok(());
        }
        if self.call.is_over() {
            self.write(Cause::SYSTEM, Fate::Over, 0).await?;
            self.kept.closed = true;
            return Ok(());
        }
        let state = self.state();
        let hash = hash_of(&state);
        if hash == self.kept.hash && self.kept.unwritten.is_empty() {
            return Ok(());
        }
        self.write(Cause::SYSTEM, Fate::Kept(state), hash).await
    }

    async fn write(&mut self, cause: Cause, fate: Fate, hash: u64) -> Result<(), StoreError> {
        let saved = self.switch.records.save(self.scope, cause, self.as_save(fate)).await;
        self.kept.retry_at = None;
        match saved {
            Ok(claim) => {
                self.kept.claim = Some(claim);
                self.was_written(hash);
                Ok(())
            }
            Err(StoreError::Fenced) => {
                tracing::info!(call = %self.call.record().id, "another node goes on with the call");
                self.kept.let_go = true;
                Err(StoreError::Fenced)
            }
            Err(error) => {
                self.kept.retry_at = Some(self.at.plus(RETRY));
                Err(error)
            }
        }
    }

    /// Asks the store whose the call is, before something is done that only its owner may do. One that is another's is let go of.
    pub(super) async fn whose(&mut self) -> Whose {
        if self.kept.claim.is_none() {
            // Nobody else knows of it.
            return Whose::Ours;
        }
        let (cluster, id) = (&self.switch.cluster, self.call.record().id.to_string());
        match timeout(ASK_WITHIN, cluster.owner(Kind::Call, &id)).await {
            Ok(Ok(owner)) if owner.as_ref().and_then(|owner| owner.node) == Some(cluster.me()) => Whose::Ours,
            Ok(Ok(_)) => {
                tracing::info!(call = %id, "another node goes on with the call");
                self.kept.let_go = true;
                Whose::Theirs
            }
            Ok(Err(_)) | Err(_) => Whose::Unknown,
        }
    }

    /// Leaves the call to another node. Nobody is told anything: the other goes on in the same dialogs.
    pub(super) async fn give_up(&mut self) {
        if !self.call.is_over() {
            let state = self.state();
            if let Err(error) = self.write(Cause::SYSTEM, Fate::GivenUp(state), 0).await {
                // What was saved last is found when this node is gone.
                tracing::warn!(call = %self.call.record().id, %error, "call not given up");
            }
        }
        self.kept.let_go = true;
    }

    /// Whoever goes on with the call shows who talks in it.
    pub(super) fn forget_activity(&self) {
        let talks = |state| matches!(state, LegState::Connected | LegState::Holding);
        for user in self.call.open_legs().filter(|leg| talks(leg.state)).filter_map(|leg| leg.user) {
            self.switch.registry.talk_ended(self.scope, user);
        }
    }
}

fn hash_of(state: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}
