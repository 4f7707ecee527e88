//! Orgs by their SIP domains, kept in memory: every REGISTER and INVITE asks for one.

use std::sync::{Arc, PoisonError, RwLock};

use tandem_core::OrgScope;
use tandem_edge::identity::{Identity, IdentityError};
use tandem_proto::{EventData as _, events::identity::OrgCreated};
use tandem_store::Store;
use tokio::sync::broadcast::error::RecvError;

type All = Arc<[(OrgScope, String)]>;

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

    /// The org of a SIP domain, with its name: the one of that name, or the only one there is.
    pub(crate) async fn of_domain(&self, domain: &str) -> Result<Option<(OrgScope, String)>, IdentityError> {
        let known = Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner));
        match find(&known, domain) {
            // It may be so new that its event is on the way.
            None => Ok(find(&self.read().await?, domain)),
            found => Ok(found),
        }
    }

    async fn read(&self) -> Result<All, IdentityError> {
        let all: All = self.identity.orgs().await?.into();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&all);
        Ok(all)
    }
}

fn find(orgs: &[(OrgScope, String)], domain: &str) -> Option<(OrgScope, String)> {
    let named = orgs.iter().find(|(_, name)| name.eq_ignore_ascii_case(domain));
    named.or(if orgs.len() == 1 { orgs.first() } else { None }).cloned()
}
