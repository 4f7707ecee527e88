//! All subscriptions of a node: which there are, which are due, and how many there may be.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    hash::Hash,
    time::Duration,
};

use tandem_core::OrgScope;
use tandem_proto::{PhoneId, Timestamp, UserId};
use tandem_sip::{FlowId, Name, Peer, Request, Response, StatusCode};

use super::{
    package::{ALLOW_EVENTS, Package},
    subscription::{Seen, Subscription, Watched, Watcher},
};
use crate::calls::DialogKey;

#[cfg(test)]
mod tests;

/// A subscription on this node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct SubscriptionId(u64);

/// How many subscriptions there may be at a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Of a phone's account: the lamps of its biggest extension, twice, as one that forgot them subscribes again.
    pub per_phone: usize,
    pub per_org: usize,
    pub per_node: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { per_phone: 256, per_org: 10_000, per_node: 20_000 }
    }
}

/// Why there cannot be one more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("this phone has too many subscriptions")]
    Phone,
    #[error("this org has too many subscriptions")]
    Org,
    #[error("too many subscriptions")]
    Node,
    #[error("subscriptions are not taken now")]
    Closed,
}

impl Refused {
    /// The answer, with when it may be worth another try.
    fn response(self, subscribe: &Request) -> Response {
        let after = match self {
            Self::Phone | Self::Org => Duration::from_secs(300),
            Self::Node | Self::Closed => Duration::from_secs(5),
        };
        let refused = subscribe.response(StatusCode::SERVICE_UNAVAILABLE);
        let phrase = format!("Service Unavailable ({self})");
        refused.phrased(phrase).with(Name::RetryAfter, after.as_secs().to_string())
    }
}

/// What the shell has to do.
#[derive(Debug)]
pub(super) enum Order {
    /// The dialog's requests come here from now on.
    Know(DialogKey),
    /// The subscription is over.
    Forget(DialogKey),
    /// Send it; what comes of it is told by [`Board::answered`].
    Notify { subscription: SubscriptionId, request: Box<Request>, to: Peer },
}

/// What somebody has to look at, and for whom.
pub(super) type Looks = HashMap<Watched, Vec<(SubscriptionId, Watcher)>>;

/// The subscriptions. After each call the shell carries out [`Board::poll_order`] until there is none, and [`Board::looks`].
#[derive(Debug)]
pub(super) struct Board {
    bounds: Bounds,
    closed: bool,
    next: u64,
    all: BTreeMap<SubscriptionId, Subscription>,
    by_dialog: HashMap<DialogKey, SubscriptionId>,
    by_watched: HashMap<(OrgScope, UserId), BTreeSet<SubscriptionId>>,
    of_phones: HashMap<(OrgScope, PhoneId), usize>,
    of_orgs: HashMap<OrgScope, usize>,
    deadlines: BTreeSet<(Timestamp, SubscriptionId)>,
    orders: VecDeque<Order>,
}

impl Board {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            closed: false,
            next: 0,
            all: BTreeMap::new(),
            by_dialog: HashMap::new(),
            by_watched: HashMap::new(),
            of_phones: HashMap::new(),
            of_orgs: HashMap::new(),
            deadlines: BTreeSet::new(),
            orders: VecDeque::new(),
        }
    }

    /// Takes a subscription that `make` makes, if there is room for it; answers its SUBSCRIBE.
    pub(super) fn open(
        &mut self,
        (watched, watcher): (Watched, Watcher),
        subscribe: &Request,
        make: impl FnOnce() -> Result<(Subscription, Response), Box<Response>>,
    ) -> Response {
        if let Err(refused) = self.has_room(watched.scope, watcher.phone) {
            return refused.response(subscribe);
        }
        let (subscription, response) = match make() {
            Ok(made) => made,
            Err(refusal) => return *refusal,
        };
        let id = SubscriptionId(self.next);
        self.next += 1;
        self.orders.push_back(Order::Know(subscription.key.clone()));
        self.by_dialog.insert(subscription.key.clone(), id);
        self.by_watched.entry((watched.scope, watched.user)).or_default().insert(id);
        *self.of_phones.entry((watched.scope, watcher.phone)).or_default() += 1;
        *self.of_orgs.entry(watched.scope).or_default() += 1;
        self.all.insert(id, subscription);
        self.schedule(id, None);
        response.with(Name::AllowEvents, ALLOW_EVENTS)
    }

    /// Takes a request within a subscription's dialog; answers it.
    pub(super) fn receive(
        &mut self,
        now: Timestamp,
        key: &DialogKey,
        request: &Request,
        from: Peer,
    ) -> Response {
        let id = self.by_dialog.get(key).copied();
        let received =
            id.and_then(|id| self.touch(id, |subscription| subscription.receive(now, request, from)));
        received.unwrap_or_else(|| request.response(StatusCode::NO_SUCH_DIALOG))
    }

    /// What is watched of somebody may be different now.
    pub(super) fn changed(&mut self, scope: OrgScope, user: UserId, package: Package) {
        let watching = self.by_watched.get(&(scope, user)).into_iter().flatten();
        for id in watching.copied().collect::<Vec<_>>() {
            self.touch(id, |subscription| {
                if subscription.watched.package == package {
                    subscription.changed();
                }
            });
        }
    }

    /// Anything may be different about the subscriptions that `concerned` finds.
    pub(super) fn changed_where(&mut self, concerned: impl Fn(&Watched, &Watcher) -> bool) {
        let found = self.all.iter().filter(|(_, each)| concerned(&each.watched, &each.watcher));
        for id in found.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.touch(id, Subscription::changed);
        }
    }

    /// What is to be looked at now; each is answered by [`Self::seen`].
    pub(super) fn looks(&mut self, now: Timestamp) -> Looks {
        let mut looks = Looks::new();
        let due = self.deadlines.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id);
        for id in due.collect::<Vec<_>>() {
            let begun =
                self.touch(id, |each| each.begins_to_look(now).then_some((each.watched, each.watcher)));
            if let Some((watched, watcher)) = begun.flatten() {
                looks.entry(watched).or_default().push((id, watcher));
            }
        }
        looks
    }

    /// Takes what was seen.
    pub(super) fn seen(&mut self, now: Timestamp, id: SubscriptionId, seen: Seen) {
        let notify = self.touch(id, |subscription| {
            let to = subscription.peer();
            subscription.seen(now, seen).map(|notify| (notify, to))
        });
        if let Some((notify, to)) = notify.flatten() {
            self.notify(id, notify, to);
        }
    }

    /// Takes the status a NOTIFY was answered with, 408 for none.
    pub(super) fn answered(&mut self, id: SubscriptionId, status: StatusCode) {
        if self.touch(id, |subscription| subscription.answered(status)) == Some(false) {
            self.remove(id);
        }
    }

    /// A connection is gone: so are the phones that can be reached over no other.
    pub(super) fn lose(&mut self, flow: FlowId) {
        let hanging = self.all.iter_mut().filter_map(|(id, each)| each.hangs_on(flow).then_some(*id));
        for id in hanging.collect::<Vec<_>>() {
            self.remove(id);
        }
    }

    /// Ends what nobody refreshed in time.
    pub(super) fn elapse(&mut self, now: Timestamp) {
        let due = self.deadlines.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id);
        for id in due.collect::<Vec<_>>() {
            let last = self.touch(id, |subscription| {
                let to = subscription.peer();
                subscription.lapse(now).map(|notify| (notify, to))
            });
            if let Some((notify, to)) = last.flatten() {
                self.notify(id, notify, to);
            }
        }
    }

    /// Takes no more, and ends all there are: whoever still wants to know subscribes anew, at another node or later.
    pub(super) fn close(&mut self, now: Timestamp) {
        self.closed = true;
        for id in self.all.keys().copied().collect::<Vec<_>>() {
            let last =
                self.touch(id, |subscription| (subscription.end(now, "deactivated"), subscription.peer()));
            if let Some((notify, to)) = last {
                self.notify(id, notify, to);
            }
        }
    }

    /// What the shell has to do next.
    pub(super) fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// When [`Self::elapse`] and [`Self::looks`] have something to do.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    fn has_room(&self, scope: OrgScope, phone: PhoneId) -> Result<(), Refused> {
        let count = |count: Option<&usize>| count.copied().unwrap_or(0);
        if self.closed {
            return Err(Refused::Closed);
        }
        if count(self.of_phones.get(&(scope, phone))) >= self.bounds.per_phone {
            return Err(Refused::Phone);
        }
        if count(self.of_orgs.get(&scope)) >= self.bounds.per_org {
            return Err(Refused::Org);
        }
        if self.all.len() >= self.bounds.per_node { Err(Refused::Node) } else { Ok(()) }
    }

    /// Has a NOTIFY sent. A subscription that is over is forgotten with it: nothing depends on what it is answered.
    fn notify(&mut self, id: SubscriptionId, request: Request, to: Peer) {
        self.orders.push_back(Order::Notify { subscription: id, request: Box::new(request), to });
        if self.all.get(&id).is_some_and(Subscription::is_over) {
            self.remove(id);
        }
    }

    /// Does something with a subscription, and notes when it is due then.
    fn touch<T>(&mut self, id: SubscriptionId, what: impl FnOnce(&mut Subscription) -> T) -> Option<T> {
        let subscription = self.all.get_mut(&id)?;
        let before = subscription.due();
        let done = what(subscription);
        self.schedule(id, before);
        Some(done)
    }

    fn schedule(&mut self, id: SubscriptionId, before: Option<Timestamp>) {
        let due = self.all.get(&id).and_then(Subscription::due);
        if before != due {
            before.map(|at| self.deadlines.remove(&(at, id)));
            due.map(|at| self.deadlines.insert((at, id)));
        }
    }

    fn remove(&mut self, id: SubscriptionId) {
        let Some(subscription) = self.all.remove(&id) else { return };
        if let Some(at) = subscription.due() {
            self.deadlines.remove(&(at, id));
        }
        let Subscription { key, watched, watcher, .. } = subscription;
        self.by_dialog.remove(&key);
        let watched_by = (watched.scope, watched.user);
        if let Some(watching) = self.by_watched.get_mut(&watched_by) {
            watching.remove(&id);
            if watching.is_empty() {
                self.by_watched.remove(&watched_by);
            }
        }
        one_less(&mut self.of_phones, (watched.scope, watcher.phone));
        one_less(&mut self.of_orgs, watched.scope);
        self.orders.push_back(Order::Forget(key));
    }
}

fn one_less<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K) {
    match counts.get_mut(&key) {
        Some(count) if *count > 1 => *count -= 1,
        _ => {
            counts.remove(&key);
        }
    }
}
