//! Calls whose node is gone: this node takes them and goes on, or ends them in the log where it cannot.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use tandem_call::Logged;
use tandem_cluster::{Claim, Kind, Orphan};
use tandem_core::{Mint, OrgScope};
use tandem_proto::{
    CallId,
    api::{Call, EndReason, LegState},
    events::call::{CallEnded, LegEnded},
};
use tandem_store::{Cause, StoreError};
use tokio::sync::{Semaphore, broadcast};

use super::{
    CallTask,
    records::{Fate, Save},
    snapshot::Snapshot,
};
use crate::switch::Switch;

/// Calls restored at once.
const AT_ONCE: usize = 64;

/// Takes the calls that gone nodes owned, as long as there are any to come.
pub(crate) async fn take_over(switch: Arc<Switch>, mut orphans: broadcast::Receiver<Orphan>) {
    use broadcast::error::RecvError;
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let taking = Arc::new(Mutex::new(HashSet::new()));
    loop {
        let orphan = match orphans.recv().await {
            Ok(orphan) if orphan.kind == Kind::Call && switch.registry.is_open() => orphan,
            // What was missed is offered again.
            Ok(_) | Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let id = orphan.id.clone();
        if !taking.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone()) {
            continue;
        }
        let (switch, slots, taking) = (Arc::clone(&switch), Arc::clone(&slots), Arc::clone(&taking));
        tokio::spawn(async move {
            let _slot = slots.acquire_owned().await;
            if let Err(error) = take(switch, &orphan).await {
                tracing::warn!(call = orphan.id, %error, "call not taken over; it is tried again");
            }
            taking.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        });
    }
}

async fn take(switch: Arc<Switch>, orphan: &Orphan) -> Result<(), StoreError> {
    let Some(claim) = switch.cluster.take(orphan).await? else { return Ok(()) };
    let Ok(call) = orphan.id.parse::<CallId>() else { return Ok(()) };
    let state = switch.records.state(orphan.scope, call).await?;
    let snapshot = state.and_then(|state| match serde_json::from_str::<Snapshot>(&state) {
        Ok(snapshot) => Some(snapshot),
        Err(error) => {
            tracing::error!(%call, %error, "the call's state cannot be read");
            None
        }
    });
    let Some(snapshot) = snapshot else {
        if let Some(record) = switch.records.get(orphan.scope, call).await? {
            end(&switch, orphan.scope, Some(claim), record).await?;
        }
        return Ok(());
    };
    match CallTask::restore(Arc::clone(&switch), orphan.scope, claim.clone(), snapshot).await {
        Ok(()) => {
            metrics::counter!("tandem_calls_taken_over_total").increment(1);
            tracing::info!(%call, epoch = claim.epoch(), "call taken over");
            Ok(())
        }
        Err(error) => {
            tracing::warn!(%call, %error, "call left to others");
            switch.records.give_up(orphan.scope, claim).await
        }
    }
}

/// Ends in the log the calls of a process of before there were states to go on from.
pub(crate) async fn end_what_was_left(switch: &Switch, mint: &Mint) -> Result<(), StoreError> {
    for (org, call) in switch.records.stateless().await? {
        match end(switch, mint.scope(org), None, call).await {
            // Another node was faster.
            Ok(()) | Err(StoreError::Fenced) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn end(
    switch: &Switch,
    scope: OrgScope,
    claim: Option<Claim>,
    mut call: Call,
) -> Result<(), StoreError> {
    let now = switch.clock.now();
    let reason = EndReason::Restart;
    let mut events = Vec::new();
    if call.ended_at.is_none() {
        for leg in call.legs.iter_mut().filter(|leg| leg.state != LegState::Ended) {
            leg.state = LegState::Ended;
            leg.ended_at = Some(now);
            leg.end_reason = Some(reason);
            events.push(Logged::LegEnded(LegEnded { call: call.id, leg: leg.id, reason }));
        }
        call.ended_at = Some(now);
        call.end_reason = Some(reason);
        events.push(Logged::Ended(CallEnded { call: call.id, reason }));
    }
    let save = Save { claim, record: call, events, fate: Fate::Over };
    switch.records.save(scope, Cause::SYSTEM, save).await.map(drop)
}
