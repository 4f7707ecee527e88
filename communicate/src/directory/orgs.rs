//! Orgs by their SIP domains, kept in memory: every REGISTER and INVITE asks for one.

use std::sync::{Arc, PoisonError, RwLock};

use tandem_core::{Elsewhere, OrgScope};
use tandem_edge::identity::{Identity, IdentityError};
use tandem_proto::{EventData as _, events::identity::OrgCreated};
use tandem_store::Store;
use tokio::sync::broadcast::error::RecvError;

type All = Arc<[(OrgScope, String)]>;

/// Where a SIP domain's org is.
pub(crate) enum Found {
    /// Here; with its name.
    Here(OrgScope, String),
    /// In another region.
    Elsewhere(Elsewhere),
    /// Nowhere we know.
    Nowhere,
}

/// The orgs as of the latest event about one. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Orgs {
    identity: Identity,
    known: Arc<RwLock<All>>,
}

impl Orgs {
    /// Follows the log from now on.
    pub(crate) fn follow(identity: Identity, store: &Store) -> Self {
        let orgs = Self { identity, known: Arc::new(RwLock::new(Arc::new([]))) };
        let (mut live, follower) = (store.live(), orgs.clone());
        tokio::spawn(async move {
            loop {
                match live.recv().await {
                    Ok(event) if event.kind == OrgCreated::KIND => {}
                    Ok(_) => continue,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
                if let Err(error) = follower.read().await {
                    tracing::warn!(%error, "orgs cannot be read");
                }
            }
        });
        orgs
    }

    /// The org of a SIP domain: the one of that name, here or in another region, or the only one there is here.
    pub(crate) async fn of_domain(&self, domain: &str) -> Result<Found, IdentityError> {
        let mut known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        if named(&known, domain).or_else(|| only(&known)).is_none() {
            // It may be so new that its event is on the way.
            known = self.read().await?;
        }
        if let Some((scope, name)) = named(&known, domain) {
            return Ok(Found::Here(scope, name));
        }
        if let Some(elsewhere) = self.identity.org_elsewhere(domain).await? {
            return Ok(Found::Elsewhere(elsewhere));
        }
        Ok(only(&known).map_or(Found::Nowhere, |(scope, name)| Found::Here(scope, name)))
    }

    async fn read(&self) -> Result<All, IdentityError> {
        let all: All = self.identity.orgs().await?.into();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&all);
        Ok(all)
    }
}

fn named(orgs: &[(OrgScope, String)], domain: &str) -> Option<(OrgScope, String)> {
    orgs.iter().find(|(_, name)| name.eq_ignore_ascii_case(domain)).cloned()
}

fn only(orgs: &[(OrgScope, String)]) -> Option<(OrgScope, String)> {
    if let [only] = orgs { Some(only.clone()) } else { None }
}
