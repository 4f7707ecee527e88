//! Which orgs this node owns: those placed on it that nobody owns, those it is asked for, and those whose owner is gone.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tandem_cluster::{Claim, Kind, Nodes, Orphan, Owner};
use tandem_core::OrgScope;
use tandem_proto::{Event, EventData, NodeRole, events::identity::OrgCreated};
use tokio::sync::{broadcast, broadcast::error::RecvError, watch};

use crate::{Engage, EngageError, settings::Org};

/// How often it is looked whether what is owned here by the table and what lives here are the same.
const LOOK: Duration = Duration::from_secs(1);
/// How long handing over waits for what is under way.
const FINISHING: Duration = Duration::from_secs(3);

/// The task that owns orgs.
pub(crate) struct Owning {
    engage: Engage,
    orphans: broadcast::Receiver<Orphan>,
    nodes: watch::Receiver<Nodes>,
    events: broadcast::Receiver<Arc<Event>>,
}

impl Owning {
    pub(crate) fn new(engage: Engage) -> Self {
        let cluster = engage.cluster();
        let (orphans, nodes) = (cluster.orphans(), cluster.watch());
        let events = engage.store().live();
        Self { engage, orphans, nodes, events }
    }

    /// Runs for as long as the store is open.
    pub(crate) async fn run(mut self) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let result = tokio::select! {
                orphan = self.orphans.recv() => match orphan {
                    Ok(orphan) if orphan.kind == Kind::Routing => self.engage.take_orphan(orphan).await,
                    Ok(_) => Ok(()),
                    // They are offered again.
                    Err(RecvError::Lagged(_)) => Ok(()),
                    Err(RecvError::Closed) => return,
                },
                news = self.nodes.changed() => match news {
                    Ok(()) => self.engage.own_all().await,
                    Err(_) => return,
                },
                event = self.events.recv() => match event {
                    Ok(event) if event.kind == OrgCreated::KIND => {
                        let scope = self.engage.cluster().scope_of(event.org);
                        self.engage.own(scope).await.map(drop)
                    }
                    Ok(_) => Ok(()),
                    Err(RecvError::Lagged(_)) => self.engage.own_all().await,
                    Err(RecvError::Closed) => return,
                },
                _ = look.tick() => self.engage.compare().await,
            };
            if let Err(error) = result {
                tracing::error!(%error, "an org could not be taken yet");
            }
        }
    }
}

impl Engage {
    /// Owns every org that is placed here and nobody's.
    pub(crate) async fn own_all(&self) -> Result<(), EngageError> {
        for (scope, _) in self.identity().orgs().await? {
            self.own(scope).await?;
        }
        Ok(())
    }

    /// An org this node owns; one that is nobody's and placed here is taken first.
    pub(crate) async fn own(&self, scope: OrgScope) -> Result<Option<Arc<Org>>, EngageError> {
        if let Some(org) = self.known(scope) {
            return Ok(Some(org));
        }
        let cluster = self.cluster();
        let id = scope.org().to_string();
        let nodes = cluster.nodes();
        let here = nodes.place(NodeRole::Engine, &id).is_some_and(|place| place.id == cluster.me());
        if !here || !cluster.has(NodeRole::Engine) {
            return Ok(None);
        }
        let _taking = self.taking().await;
        if let Some(org) = self.known(scope) {
            return Ok(Some(org));
        }
        if self.is_draining() {
            return Ok(None);
        }
        match cluster.own(scope, Kind::Routing, &id).await? {
            Some(claim) => self.take(scope, claim).await.map(Some),
            None => Ok(None),
        }
    }

    async fn take_orphan(&self, orphan: Orphan) -> Result<(), EngageError> {
        let _taking = self.taking().await;
        if self.is_draining() {
            return Ok(());
        }
        // An orphan that was offered before somebody took it (this node, perhaps) is nobody's to take.
        if let Some(claim) = self.cluster().take(&orphan).await? {
            self.known(orphan.scope).iter().for_each(|org| self.let_go(org));
            self.take(orphan.scope, claim).await?;
        }
        Ok(())
    }

    async fn take(&self, scope: OrgScope, claim: Claim) -> Result<Arc<Org>, EngageError> {
        let epoch = claim.epoch();
        let taken = self.take_over(scope, claim).await;
        if taken.is_err() {
            // The table says that it is this node's: it is tried again.
            self.registry().forget(scope.org());
            self.known(scope).iter().for_each(|org| self.let_go(org));
        }
        let org = taken?;
        tracing::info!(org = %scope.org(), epoch, "owns a contact centre");
        let (engage, watched) = (self.clone(), Arc::clone(&org));
        tokio::spawn(async move {
            watched.gone.cancelled().await;
            engage.let_go(&watched);
        });
        Ok(org)
    }

    /// Somebody else has the org: everything that runs for it here stops, without a word to anybody.
    pub(crate) fn let_go(&self, org: &Arc<Org>) {
        org.gone.cancel();
        if self.orgs().iter().any(|known| Arc::ptr_eq(known, org)) {
            self.forget(org);
            tracing::info!(org = %org.scope.org(), "let go of a contact centre");
        }
    }

    /// Lets go of what is another's by the table, and takes what is this node's by the table and does not live here.
    async fn compare(&self) -> Result<(), EngageError> {
        let cluster = self.cluster();
        let known = self.orgs();
        let mine: BTreeSet<_> = cluster.mine(Kind::Routing).await?.into_iter().collect();
        for org in known.iter().filter(|org| !mine.contains(&org.scope.org().to_string())) {
            self.let_go(org);
        }
        for id in mine {
            if known.iter().any(|org| org.scope.org().to_string() == id) {
                continue;
            }
            let Some(owner @ Owner { node: Some(node), .. }) = cluster.owner(Kind::Routing, &id).await?
            else {
                continue;
            };
            let Ok(org) = id.parse() else { continue };
            let scope = cluster.scope_of(org);
            if node == cluster.me() && self.known(scope).is_none() {
                self.take_orphan(Orphan { kind: Kind::Routing, id, scope, owner }).await?;
            }
        }
        Ok(())
    }

    /// Hands every org over: what is under way is finished and saved, then another node may take it at once. Requests that come
    /// meanwhile are answered that they should go elsewhere. Of a node that is alone the state waits for its next start.
    pub async fn drain(&self) {
        self.set_draining();
        let _taking = self.taking().await;
        for org in self.orgs() {
            self.forget(&org);
            org.stopping.cancel();
            org.tasks.close();
            if tokio::time::timeout(FINISHING, org.tasks.wait()).await.is_err() {
                tracing::warn!(org = %org.scope.org(), "not everything under way was finished");
            }
            match self.engine().stop(org.scope, !self.cluster().is_alone()).await {
                Ok(()) => tracing::info!(org = %org.scope.org(), "contact centre handed over"),
                Err(error) => {
                    tracing::warn!(org = %org.scope.org(), %error, "not handed over: it will be taken over");
                }
            }
            org.gone.cancel();
        }
    }
}
