//! Which browsers have their peer connection where, as one edge node knows it: no I/O.

use std::collections::HashMap;

use tandem_core::{OrgScope, RequestContext};
use tandem_proto::{DeviceId, NodeId, Topic, UserId};

/// Where a device's peer connection is, and whose device it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) scope: OrgScope,
    pub(super) user: UserId,
    pub(super) node: NodeId,
}

impl Place {
    pub(super) fn is_of(&self, ctx: &RequestContext) -> bool {
        (self.scope, self.user) == (ctx.scope, ctx.user)
    }

    /// Where its signals go.
    pub(super) fn topic(&self) -> Topic {
        Topic::user(self.user)
    }
}

/// The devices that offered here. The one that did so longest ago is forgotten for one too many; its next offer brings it back.
#[derive(Debug)]
pub(super) struct Devices {
    places: HashMap<DeviceId, (u64, Place)>,
    offers: u64,
    max: usize,
}

impl Devices {
    pub(super) fn new(max: usize) -> Self {
        Self { places: HashMap::new(), offers: 0, max }
    }

    pub(super) fn get(&self, device: DeviceId) -> Option<Place> {
        self.places.get(&device).map(|(_, place)| *place)
    }

    pub(super) fn put(&mut self, device: DeviceId, place: Place) {
        self.offers += 1;
        self.places.insert(device, (self.offers, place));
        if self.places.len() > self.max {
            let oldest = self.places.iter().min_by_key(|(_, (at, _))| *at).map(|(device, _)| *device);
            self.places.extract_if(|device, _| Some(*device) == oldest).for_each(drop);
        }
    }

    /// Forgets a device, if its connection is with that node.
    pub(super) fn remove(&mut self, device: DeviceId, node: NodeId) -> Option<Place> {
        let there = self.get(device).is_some_and(|place| place.node == node);
        there.then(|| self.places.remove(&device)).flatten().map(|(_, place)| place)
    }

    /// Those with their connection on a node.
    pub(super) fn on(&self, node: NodeId) -> Vec<(DeviceId, Place)> {
        let there = self.places.iter().filter(|(_, (_, place))| place.node == node);
        there.map(|(device, (_, place))| (*device, *place)).collect()
    }

    /// Forgets those with their connection on a node.
    pub(super) fn take_from(&mut self, node: NodeId) -> Vec<(DeviceId, Place)> {
        let there = self.places.extract_if(|_, (_, place)| place.node == node);
        there.map(|(device, (_, place))| (device, place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tandem_core::Mint;
    use tandem_proto::OrgId;

    #[test]
    fn devices_are_found_by_their_node_and_the_oldest_is_forgotten() {
        let scope = Mint::for_server().scope(OrgId::generate());
        let (a, b) = (NodeId::generate(), NodeId::generate());
        let on = |node| Place { scope, user: UserId::generate(), node };
        let [first, second, third] = std::array::from_fn(|_| DeviceId::generate());
        let mut devices = Devices::new(2);
        let (of_first, of_second, of_third) = (on(a), on(a), on(b));
        devices.put(first, of_first);
        devices.put(second, of_second);
        devices.put(first, of_first);
        devices.put(third, of_third);
        assert_eq!(devices.get(second), None, "the others offered since");
        assert_eq!(devices.on(a), [(first, of_first)]);
        assert_eq!(devices.remove(first, b), None, "it moved there meanwhile");
        assert_eq!(devices.take_from(b), [(third, of_third)]);
        assert_eq!(devices.remove(first, a), Some(of_first));
        assert!(devices.on(a).is_empty() && devices.on(b).is_empty());
    }
}
