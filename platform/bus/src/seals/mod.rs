//! This process' seals: it makes them with a key of its own, and opens others' with the keys their nodes have published.
//!
//! The shell of [`tandem_core::sealed`]. The private key is made here, stays here, and is another each hour; where public keys are found is
//! a [`Directory`], which the cluster makes of the store. Everything that is kept has a bound.

mod directory;
mod made;
mod meters;
mod opened;

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use tandem_core::{
    Clock, SystemClock,
    sealed::{self, Audience, Behalf, Claims, Digest, LIFE, SealError, SealKey, SealKeyId, SealedKey},
};
use tandem_proto::NodeId;
use uuid::Uuid;
use zeroize::Zeroizing;

use directory::Known;
use made::Made;
use opened::Opened;

pub use directory::{Directory, KeyBook, Looked};
pub(crate) use meters::refused;

/// How long a key makes seals before another takes its place.
pub const RENEW_EVERY: Duration = Duration::from_secs(3_600);
/// How long what a key sealed is taken: longer than it is to be in use, so that a store that is away for a while silences nobody.
pub const KEY_LIFE: Duration = Duration::from_secs(3 * 3_600);
/// How long a seal is used again, where it may be.
const REUSED: Duration = Duration::from_secs(30);

/// A process' seals. Cheap to clone.
#[derive(Clone)]
pub struct Seals(Arc<Inner>);

struct Inner {
    me: NodeId,
    clock: Arc<dyn Clock>,
    own: RwLock<Arc<OwnKey>>,
    made: Made,
    known: Known,
    opened: Opened,
    /// Nodes of a version that does not seal.
    unsealed: RwLock<HashSet<NodeId>>,
}

/// A key of this process.
#[derive(Debug)]
pub struct OwnKey {
    key: SealKey,
    published: SealedKey,
}

impl OwnKey {
    /// What others must find before anything is sealed with it.
    pub const fn published(&self) -> SealedKey {
        self.published
    }
}

impl Seals {
    /// Those of a process, with a key of its own.
    pub fn new(me: NodeId) -> Self {
        Self::with_clock(me, Arc::new(SystemClock))
    }

    /// The same, by another clock.
    pub fn with_clock(me: NodeId, clock: Arc<dyn Clock>) -> Self {
        let own = RwLock::new(Arc::new(new_key(me, &*clock)));
        Self(Arc::new(Inner {
            me,
            clock,
            own,
            made: Made::default(),
            known: Known::default(),
            opened: Opened::default(),
            unsealed: RwLock::default(),
        }))
    }

    /// Whose they are.
    pub fn me(&self) -> NodeId {
        self.0.me
    }

    /// The key in use.
    pub fn own_key(&self) -> Arc<OwnKey> {
        Arc::clone(&self.0.own.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A key to be used next: publish it first, then [`Self::use_key`].
    pub fn next_key(&self) -> OwnKey {
        new_key(self.0.me, &*self.0.clock)
    }

    /// Seals with `key` from now on. The former one is wiped when the last seal under way is made.
    pub fn use_key(&self, key: OwnKey) {
        *self.0.own.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
        self.0.made.clear();
    }

    /// Where keys of others are looked up from now on.
    pub fn look_in(&self, directory: Arc<dyn Directory>) {
        self.0.known.look_in(directory);
    }

    /// Says which nodes are of a version that does not seal: what they say is taken without, for as long as they are there.
    pub fn set_unsealed(&self, nodes: HashSet<NodeId>) {
        *self.0.unsealed.write().unwrap_or_else(PoisonError::into_inner) = nodes;
    }

    /// Whether a node is of a version that does not seal, and opens no seals either.
    pub fn is_unsealed(&self, node: NodeId) -> bool {
        self.0.unsealed.read().unwrap_or_else(PoisonError::into_inner).contains(&node)
    }

    /// Whether there is any such node.
    pub(crate) fn any_unsealed(&self) -> bool {
        !self.0.unsealed.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// A seal for a service of a node. A person's is bound to `body`, which names what they ask for; one that names no request is made once
    /// and used again for a while, whatever is said with it.
    ///
    /// # Errors
    /// [`SealError::TooBig`].
    pub fn for_service(
        &self,
        service: &'static str,
        to: NodeId,
        behalf: &Behalf,
        body: &[u8],
    ) -> Result<Arc<str>, SealError> {
        let now = self.0.clock.now();
        let audience = || Audience::Service(service.to_owned(), to);
        match behalf {
            // There is no other like it. A node of the version before, which opens it too, knows no more of the binding than before.
            Behalf::Person(_) => self.seal(behalf.clone(), audience(), vec![digest(body)]),
            Behalf::System | Behalf::Org(_) => {
                let make = || Ok((self.seal(behalf.clone(), audience(), Vec::new())?, now.plus(REUSED)));
                self.0.made.get_or((service, to, behalf.org()), now, make)
            }
        }
    }

    /// A seal for what is said on the bus, bound to these messages.
    pub(crate) fn for_messages(&self, messages: Vec<Digest>) -> Result<Arc<str>, SealError> {
        self.seal(Behalf::System, Audience::Bus, messages)
    }

    fn seal(&self, behalf: Behalf, audience: Audience, messages: Vec<Digest>) -> Result<Arc<str>, SealError> {
        let from = self.0.clock.now();
        let claims = Claims { id: Uuid::now_v7(), behalf, audience, from, until: from.plus(LIFE), messages };
        self.own_key().key.seal(&claims).map(Into::into)
    }

    /// For whom `from` says `body` to `service` of this node; `None`: it is of a version that does not seal.
    ///
    /// # Errors
    /// [`SealError`] when it is not to be believed.
    pub async fn open_for(
        &self,
        seal: Option<&[u8]>,
        service: &str,
        from: NodeId,
        body: &[u8],
    ) -> Result<Option<Behalf>, SealError> {
        let Some(seal) = seal else {
            return if self.is_unsealed(from) { Ok(None) } else { Err(SealError::Missing) };
        };
        let audience = Audience::Service(service.to_owned(), self.0.me);
        let (claims, by) = self.open(seal, &audience).await?;
        if by != from {
            return Err(SealError::WrongIssuer);
        }
        // One that is bound to nothing is of nobody in particular, or of a node of the version before.
        if claims.messages.is_empty() || claims.messages.contains(&digest(body)) {
            Ok(Some(claims.behalf.clone()))
        } else {
            Err(SealError::Unbound)
        }
    }

    /// Whether a message on the bus is of a node of ours, and is heard for the first time.
    pub(crate) async fn open_message(&self, seal: Option<&[u8]>, message: &[u8]) -> Result<(), SealError> {
        let Some(seal) = seal else {
            return if self.any_unsealed() { Ok(()) } else { Err(SealError::Missing) };
        };
        let (claims, _) = self.open(seal, &Audience::Bus).await?;
        let digest = digest(message);
        let place = claims.messages.iter().position(|one| *one == digest).ok_or(SealError::Unbound)?;
        if self.0.opened.is_new(claims.id, place, claims.until) { Ok(()) } else { Err(SealError::Replayed) }
    }

    async fn open(&self, seal: &[u8], audience: &Audience) -> Result<(Arc<Claims>, NodeId), SealError> {
        if seal.len() > sealed::SEAL_BYTES {
            return Err(SealError::TooBig);
        }
        let seal = std::str::from_utf8(seal).map_err(|_| SealError::Malformed)?;
        let now = self.0.clock.now();
        if let Some(opened) = self.0.opened.get(seal, audience, now) {
            return opened;
        }
        let key = self.0.known.key(sealed::peek(seal)?).await?;
        let claims = Arc::new(sealed::open(seal, &key, audience, self.0.clock.now())?);
        // A person's comes once: to keep it would push others out.
        if claims.behalf.person().is_none() {
            self.0.opened.keep(seal, Arc::clone(&claims), key.node, now);
        }
        Ok((claims, key.node))
    }
}

impl std::fmt::Debug for Seals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seals").field("me", &self.0.me).finish_non_exhaustive()
    }
}

/// Tells a message on the bus from others.
pub(crate) fn digest(message: &[u8]) -> Digest {
    let mut digest = Digest::default();
    digest.copy_from_slice(&Sha256::digest(message)[..size_of::<Digest>()]);
    digest
}

fn new_key(me: NodeId, clock: &dyn Clock) -> OwnKey {
    let from = clock.now();
    loop {
        // Seeds that cannot be used are never drawn: one in 2^256.
        let seed = Zeroizing::new(rand::random());
        if let Ok(key) = SealKey::from_seed(SealKeyId::new(rand::random()), me, &seed) {
            let published = key.published(from, from.plus(KEY_LIFE));
            return OwnKey { key, published };
        }
    }
}

#[cfg(test)]
mod tests;
