//! Between the nodes that have calls and the node that has an org's contact centre.
//!
//! What happens to calls is brought to the org's owner in order, and again until its receipt is there: at least once. An owner that is
//! being replaced is waited for. What comes twice harms nothing.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tandem_cluster::{Cluster, Kind};
use tandem_communicate::control::{CallChange, CallNotice, IncomingCall};
use tandem_core::{OrgScope, sealed::Behalf};
use tandem_proto::{CallId, FlowId, LegId, NodeId, NodeRole, OrgId, Timestamp, api::EndReason};
use tokio::{sync::mpsc, time::Instant};

use crate::{Engage, control::CallControl};

/// What is asked of an org's owner.
const SERVICE: &str = "engage";
/// Items that go together at most.
const BATCH: usize = 64;
/// Items that may wait for one org's owner.
const QUEUE: usize = 8_192;
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(2);
/// Before the owner is looked up again.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a caller hears ringing while nobody takes the call.
const INCOMING_WAITS: Duration = Duration::from_secs(5);
/// How long news waits; whoever owns the org after that looks at the call anyway.
const NEWS_WAITS: Duration = Duration::from_secs(10);

/// What is brought together.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Delivery {
    org: OrgId,
    items: Vec<Item>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Item {
    Incoming {
        call: CallId,
        leg: LegId,
        from: String,
        from_name: Option<String>,
        to: String,
        flow: FlowId,
        at: Timestamp,
    },
    News {
        call: CallId,
        at: Timestamp,
        what: CallChange,
    },
}

impl Item {
    const fn call(&self) -> CallId {
        match self {
            Self::Incoming { call, .. } | Self::News { call, .. } => *call,
        }
    }

    const fn waits(&self) -> Duration {
        match self {
            Self::Incoming { .. } => INCOMING_WAITS,
            Self::News { .. } => NEWS_WAITS,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Receipt {
    /// Taken, and durable where it has to be.
    Taken,
    /// This node does not have the org.
    Elsewhere,
}

/// Answers to other nodes, and to this one, for the orgs it owns.
pub(crate) fn serve(engage: &Engage) {
    let engage_if_any = engage.downgrade();
    engage.cluster().links().serve(SERVICE, move |asker, delivery: Delivery| {
        // Of the org its seal names, whatever it brings.
        let engage = engage_if_any().filter(|_| asker.may_ask_about(delivery.org));
        async move {
            match engage {
                Some(engage) => engage.delivered(delivery).await,
                None => Receipt::Elsewhere,
            }
        }
    });
}

impl Engage {
    async fn delivered(&self, Delivery { org, items }: Delivery) -> Receipt {
        let scope = self.cluster().scope_of(org);
        let Ok(org) = self.org(scope).await else { return Receipt::Elsewhere };
        let mut beginning = Vec::new();
        for item in items {
            match item {
                Item::Incoming { call, leg, from, from_name, to, flow, at } => {
                    let incoming = IncomingCall { scope, call, leg, from, from_name, to, flow, at };
                    beginning.extend(self.incoming(&org, incoming));
                }
                Item::News { call, at, what } => self.call_changed(CallNotice { scope, call, at, what }),
            }
        }
        for mut durable in beginning {
            if durable.wait_for(|durable| *durable).await.is_err() {
                return Receipt::Elsewhere;
            }
        }
        if org.gone.is_cancelled() || org.stopping.is_cancelled() {
            Receipt::Elsewhere
        } else {
            Receipt::Taken
        }
    }
}

/// Brings new calls and news of calls of this node to the owners of their orgs, for as long as they come.
pub(crate) async fn bring(
    cluster: Cluster,
    calls: Arc<dyn CallControl>,
    mut incoming: mpsc::Receiver<IncomingCall>,
    mut news: mpsc::Receiver<CallNotice>,
) {
    let mut orgs: HashMap<OrgId, mpsc::Sender<(Item, Instant)>> = HashMap::new();
    loop {
        let (scope, item) = tokio::select! {
            // A call is known before any news of it.
            biased;
            Some(IncomingCall { scope, call, leg, from, from_name, to, flow, at }) = incoming.recv() => {
                (scope, Item::Incoming { call, leg, from, from_name, to, flow, at })
            }
            Some(CallNotice { scope, call, at, what }) = news.recv() => (scope, Item::News { call, at, what }),
            else => return,
        };
        let courier = orgs.entry(scope.org()).or_insert_with(|| {
            let (queue, items) = mpsc::channel(QUEUE);
            let (cluster, calls) = (cluster.clone(), Arc::clone(&calls));
            tokio::spawn(Courier { scope, cluster, calls }.run(items));
            queue
        });
        if courier.try_send((item, Instant::now())).is_err() {
            tracing::error!(org = %scope.org(), "too much waits for the contact centre");
        }
    }
}

/// Brings one org's items, in order.
struct Courier {
    scope: OrgScope,
    cluster: Cluster,
    calls: Arc<dyn CallControl>,
}

impl Courier {
    async fn run(self, mut items: mpsc::Receiver<(Item, Instant)>) {
        while let Some(first) = items.recv().await {
            let mut batch = vec![first];
            while batch.len() < BATCH
                && let Ok(next) = items.try_recv()
            {
                batch.push(next);
            }
            while !batch.is_empty() && !self.deliver(&batch).await {
                tokio::time::sleep(PAUSE).await;
                batch.retain(|(item, since)| since.elapsed() < item.waits() || self.give_up(item));
            }
        }
    }

    async fn deliver(&self, batch: &[(Item, Instant)]) -> bool {
        let org = self.scope.org();
        let Some(owner) = self.owner().await else { return false };
        let delivery = Delivery { org, items: batch.iter().map(|(item, _)| item.clone()).collect() };
        let receipt = self.cluster.links().ask_for(Behalf::Org(org), owner, SERVICE, &delivery, ANSWER).await;
        if matches!(receipt, Ok(Receipt::Taken)) {
            return true;
        }
        tracing::debug!(%org, %owner, ?receipt, "the contact centre is looked for");
        self.cluster.forget_owner(Kind::Routing, &org.to_string());
        false
    }

    /// The node to go to: the org's owner, or where it is placed while it has none.
    async fn owner(&self) -> Option<NodeId> {
        let id = self.scope.org().to_string();
        let owner = self.cluster.owner_lately(Kind::Routing, &id).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "an org's owner cannot be looked up");
            None
        });
        owner.or_else(|| self.cluster.nodes().place(NodeRole::Engine, &id).map(|node| node.id))
    }

    /// Nobody took it in time. A new call is refused; news is of no use any more.
    fn give_up(&self, item: &Item) -> bool {
        let call = item.call();
        tracing::warn!(%call, ?item, "nobody has the org's contact centre");
        if matches!(item, Item::Incoming { .. }) {
            let (calls, scope) = (Arc::clone(&self.calls), self.scope);
            tokio::spawn(async move { calls.end(scope, call, EndReason::Failed).await });
        }
        false
    }
}
