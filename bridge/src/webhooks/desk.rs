//! Which webhooks this node sends for, and what wakes whoever sends.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tandem_cluster::{Kind, Orphan};
use tandem_proto::{Event, OrgId, Stream, WebhookId};
use tokio::sync::{Notify, broadcast::error::RecvError};

use super::{Inner, sender::Sender};

/// Who sends, on this node.
#[derive(Default)]
pub(super) struct Senders(Mutex<HashMap<OrgId, HashMap<WebhookId, Arc<Notify>>>>);

impl Senders {
    fn lock(&self) -> MutexGuard<'_, HashMap<OrgId, HashMap<WebhookId, Arc<Notify>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What wakes a new sender. One of an earlier epoch that has not noticed yet is woken, so that it does.
    fn add(&self, org: OrgId, webhook: WebhookId) -> Arc<Notify> {
        let wake = Arc::new(Notify::new());
        if let Some(earlier) = self.lock().entry(org).or_default().insert(webhook, Arc::clone(&wake)) {
            earlier.notify_one();
        }
        wake
    }

    /// Forgets a sender that ended, unless another took its place.
    fn remove(&self, org: OrgId, webhook: WebhookId, wake: &Arc<Notify>) {
        let mut senders = self.lock();
        let Some(of_org) = senders.get_mut(&org) else { return };
        if of_org.get(&webhook).is_some_and(|is| Arc::ptr_eq(is, wake)) {
            of_org.remove(&webhook);
        }
        if of_org.is_empty() {
            senders.remove(&org);
        }
    }

    /// Something happened in an org. What is about webhooks concerns only the one it is about.
    fn hear(&self, event: &Event) {
        let senders = self.lock();
        let Some(of_org) = senders.get(&event.org) else { return };
        match about(&event.stream) {
            Some(webhook) => of_org.get(&webhook).into_iter().for_each(|wake| wake.notify_one()),
            None => of_org.values().for_each(|wake| wake.notify_one()),
        }
    }

    fn wake_all(&self) {
        self.lock().values().flat_map(HashMap::values).for_each(|wake| wake.notify_one());
    }
}

impl fmt::Debug for Senders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().values().flat_map(HashMap::keys)).finish()
    }
}

/// Which webhook a stream is of.
pub(super) fn about(stream: &Stream) -> Option<WebhookId> {
    stream.as_str().strip_prefix("webhook:")?.parse().ok()
}

/// Takes webhooks nobody sends for.
pub(super) async fn take_orphans(inner: Arc<Inner>) {
    let mut orphans = inner.cluster.orphans();
    // What was offered before anybody listened is offered again.
    loop {
        let orphan = tokio::select! {
            () = inner.stop.cancelled() => return,
            orphan = orphans.recv() => orphan,
        };
        match orphan {
            Ok(orphan) if orphan.kind == Kind::Webhook => take(&inner, &orphan).await,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn take(inner: &Arc<Inner>, orphan: &Orphan) {
    let Ok(webhook) = orphan.id.parse::<WebhookId>() else {
        tracing::error!(id = orphan.id, "what is owned as a webhook is none");
        return;
    };
    let claim = match inner.cluster.take(orphan).await {
        Ok(Some(claim)) => claim,
        Ok(None) => return,
        Err(error) => return tracing::warn!(%error, %webhook, "a webhook cannot be taken"),
    };
    let (inner, scope) = (Arc::clone(inner), orphan.scope);
    let wake = inner.senders.add(scope.org(), webhook);
    inner.running.clone().spawn(async move {
        Sender::new(Arc::clone(&inner), scope, webhook, claim, Arc::clone(&wake)).run().await;
        inner.senders.remove(scope.org(), webhook, &wake);
    });
}

/// Wakes who sends when something happens.
pub(super) async fn wake_senders(inner: Arc<Inner>) {
    let mut live = inner.store.live();
    loop {
        let heard = tokio::select! {
            () = inner.stop.cancelled() => return,
            heard = live.recv() => heard,
        };
        match heard {
            Ok(event) => inner.senders.hear(&event),
            Err(RecvError::Lagged(_)) => inner.senders.wake_all(),
            Err(RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn a_sender_that_ends_late_takes_nothing_from_the_one_in_its_place() {
        let (senders, org, webhook) = (Senders::default(), OrgId::generate(), WebhookId::generate());
        let earlier = senders.add(org, webhook);
        let later = senders.add(org, webhook);
        assert!(earlier.notified().now_or_never().is_some(), "it is to notice");
        senders.remove(org, webhook, &earlier);
        senders.wake_all();
        assert!(later.notified().now_or_never().is_some());
        senders.remove(org, webhook, &later);
        assert!(senders.lock().is_empty());
    }
}
