//! Seals that are used again: nodes tell each other small things many times a second, for nobody or for an org.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tandem_core::sealed::SealError;
use tandem_proto::{NodeId, OrgId, Timestamp};

/// Seals that are kept.
const KEPT: usize = 4_096;

/// Service, node and org.
type For = (&'static str, NodeId, Option<OrgId>);

#[derive(Default)]
pub(super) struct Made(Mutex<HashMap<For, (Arc<str>, Timestamp)>>);

impl Made {
    /// The one that was made, until its time; or else another.
    pub(super) fn get_or(
        &self,
        which: For,
        now: Timestamp,
        make: impl FnOnce() -> Result<(Arc<str>, Timestamp), SealError>,
    ) -> Result<Arc<str>, SealError> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seal, until)) = made.get(&which)
            && now < *until
        {
            return Ok(Arc::clone(seal));
        }
        let (seal, until) = make()?;
        if made.len() >= KEPT {
            made.retain(|_, (_, until)| now < *until);
        }
        if made.len() >= KEPT {
            made.clear();
        }
        made.insert(which, (Arc::clone(&seal), until));
        Ok(seal)
    }

    /// Another key makes them now.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
