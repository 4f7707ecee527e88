//! Phones that are reached over the connection they registered by and no other: when it is gone, so is their registration.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tandem_core::OrgScope;
use tandem_sip::{FlowId, Peer};
use tokio::sync::broadcast::error::RecvError;

use super::Front;
use crate::directory::PhoneRecord;

/// Connections that are remembered, the newest. A node has fewer; one that was lost while its phone registered is left over.
const FLOWS: usize = 20_000;

/// Who registered over which connection of this node. One that other nodes hold is theirs to lose.
#[derive(Debug, Default)]
pub(super) struct Flows(Mutex<BTreeMap<FlowId, Vec<(OrgScope, PhoneRecord)>>>);

impl Flows {
    /// Notes that a phone registered.
    pub(super) fn note(&self, from: Peer, scope: OrgScope, phone: &PhoneRecord) {
        let Some(flow) = from.flow.filter(|_| !from.transport.is_dialed()) else { return };
        let mut flows = self.lock();
        let phones = flows.entry(flow).or_default();
        if phones.iter().all(|(_, known)| known.id != phone.id) {
            phones.push((scope, phone.clone()));
        }
        if flows.len() > FLOWS {
            flows.pop_first();
        }
    }

    fn take(&self, flow: FlowId) -> Vec<(OrgScope, PhoneRecord)> {
        self.lock().remove(&flow).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<FlowId, Vec<(OrgScope, PhoneRecord)>>> {
        // Each change is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Front {
    /// Ends registrations and subscriptions whose connection is gone, until the transport stops.
    pub(super) async fn follow_flows(self: Arc<Self>) {
        let Some(mut lost) = self.switch.sip().lost_flows() else { return };
        loop {
            let flow = match lost.recv().await {
                Ok(flow) => flow,
                // Those end when their time is over; a call to them fails at once, and so does a NOTIFY.
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "connections of phones were lost faster than registrations end");
                    continue;
                }
                Err(RecvError::Closed) => return,
            };
            self.subscriptions.lose(flow).await;
            for (scope, phone) in self.flows.take(flow) {
                let now = self.switch.clock.now();
                if let Err(error) = self.switch.registrations.lose(now, scope, &phone, flow).await {
                    tracing::warn!(%error, "a registration whose connection is gone was not ended");
                }
            }
        }
    }
}
