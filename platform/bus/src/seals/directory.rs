//! Public keys of other nodes, remembered.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::{Duration, Instant},
};

use tandem_core::sealed::{SealError, SealKeyId, SealedKey};
use tokio::time::timeout;

/// Keys that are remembered; a node has two or three at a time.
const KEYS: usize = 1_024;
/// Ids that are remembered to name nothing, and for how long.
const STRANGERS: usize = 1_024;
const STRANGE_FOR: Duration = Duration::from_secs(1);
/// How long the directory may take: a link must not fall silent over it.
const LOOK_WITHIN: Duration = Duration::from_millis(500);

/// What a directory answers: the key, or that there is none; [`SealError::Unverifiable`] when it cannot say.
pub type Looked<'a> = Pin<Box<dyn Future<Output = Result<Option<SealedKey>, SealError>> + Send + 'a>>;

/// Where keys are published.
pub trait Directory: Send + Sync + 'static {
    /// The key of that id.
    fn key(&self, id: SealKeyId) -> Looked<'_>;
}

/// A directory in memory, for nodes of one process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct KeyBook(Arc<Mutex<HashMap<SealKeyId, SealedKey>>>);

impl KeyBook {
    /// Publishes a key.
    pub fn publish(&self, key: SealedKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.id, key);
    }

    /// Publishes the key of `seals`, and has them look here for others.
    pub fn join(&self, seals: &super::Seals) {
        self.publish(seals.own_key().published());
        seals.look_in(Arc::new(self.clone()));
    }
}

impl Directory for KeyBook {
    fn key(&self, id: SealKeyId) -> Looked<'_> {
        let key = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        Box::pin(std::future::ready(Ok(key)))
    }
}

/// Keys that were looked up.
#[derive(Default)]
pub(super) struct Known {
    directory: RwLock<Option<Arc<dyn Directory>>>,
    memory: Mutex<Memory>,
    /// One looks at a time: a hundred requests with a new key are one question.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Memory {
    keys: HashMap<SealKeyId, SealedKey>,
    strangers: HashMap<SealKeyId, Instant>,
}

impl Known {
    pub(super) fn look_in(&self, directory: Arc<dyn Directory>) {
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = Some(directory);
    }

    /// The key of that id, from memory or from the directory.
    pub(super) async fn key(&self, id: SealKeyId) -> Result<SealedKey, SealError> {
        if let Some(known) = self.memory().remembered(id) {
            return known;
        }
        timeout(LOOK_WITHIN, self.look(id)).await.unwrap_or(Err(SealError::Unverifiable))
    }

    async fn look(&self, id: SealKeyId) -> Result<SealedKey, SealError> {
        let _turn = self.looking.lock().await;
        if let Some(known) = self.memory().remembered(id) {
            return known;
        }
        let directory = self.directory.read().unwrap_or_else(PoisonError::into_inner).clone();
        let found = directory.ok_or(SealError::Unverifiable)?.key(id).await?;
        self.memory().remember(id, found);
        found.ok_or(SealError::UnknownKey)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn remembered(&self, id: SealKeyId) -> Option<Result<SealedKey, SealError>> {
        if let Some(key) = self.keys.get(&id) {
            return Some(Ok(*key));
        }
        let since = self.strangers.get(&id)?;
        (since.elapsed() < STRANGE_FOR).then_some(Err(SealError::UnknownKey))
    }

    fn remember(&mut self, id: SealKeyId, found: Option<SealedKey>) {
        match found {
            Some(key) => {
                // What is dropped is looked up again.
                if self.keys.len() >= KEYS {
                    self.keys.clear();
                }
                self.keys.insert(id, key);
                self.strangers.remove(&id);
            }
            None => {
                if self.strangers.len() >= STRANGERS {
                    self.strangers.clear();
                }
                self.strangers.insert(id, Instant::now());
            }
        }
    }
}
