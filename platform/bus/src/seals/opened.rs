//! Seals that were opened: whoever shows one again is believed without another look at the signature, for as long as it lives.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tandem_core::sealed::{Audience, Claims, SealError, TOLERANCE};
use tandem_proto::{NodeId, Timestamp};
use uuid::Uuid;

/// Seals that are kept. Only what a node of ours made comes here, so nobody else can crowd them out.
const KEPT: usize = 8_192;

#[derive(Default)]
pub(super) struct Opened(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    seals: HashMap<Box<str>, (Arc<Claims>, NodeId)>,
    /// Which messages of a seal were heard, one bit each, and until when that matters.
    heard: HashMap<Uuid, (u16, Timestamp)>,
}

impl Opened {
    pub(super) fn get(
        &self,
        seal: &str,
        audience: &Audience,
        now: Timestamp,
    ) -> Option<Result<(Arc<Claims>, NodeId), SealError>> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (claims, by) = memory.seals.get(seal)?;
        Some(if claims.audience != *audience {
            Err(SealError::WrongAudience)
        } else if claims.until.plus(TOLERANCE) <= now {
            Err(SealError::Expired)
        } else {
            Ok((Arc::clone(claims), *by))
        })
    }

    pub(super) fn keep(&self, seal: &str, claims: Arc<Claims>, by: NodeId, now: Timestamp) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.seals.len() >= KEPT {
            memory.seals.retain(|_, (claims, _)| now < claims.until);
        }
        if memory.seals.len() >= KEPT {
            memory.seals.clear();
        }
        memory.seals.insert(seal.into(), (claims, by));
        if memory.heard.len() >= KEPT {
            memory.heard.retain(|_, (_, until)| now < *until);
        }
    }

    /// Whether a seal's message number `place` is heard for the first time.
    pub(super) fn is_new(&self, seal: Uuid, place: usize, until: Timestamp) -> bool {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (heard, _) = memory.heard.entry(seal).or_insert((0, until.plus(TOLERANCE)));
        let bit = 1_u16 << place;
        let is_new = *heard & bit == 0;
        *heard |= bit;
        is_new
    }
}
