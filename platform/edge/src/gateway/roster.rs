//! Which socket speaks for a device: the newest one.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use tandem_core::RequestContext;
use tandem_proto::{DeviceId, OrgId, UserId};

use super::outgoing::{Closing, Outgoing};

type Key = (OrgId, UserId, DeviceId);

/// The devices that are connected.
#[derive(Default)]
pub(super) struct Roster(Mutex<Devices>);

#[derive(Default)]
struct Devices {
    newest: u64,
    sockets: BTreeMap<Key, (u64, Outgoing)>,
}

/// A socket's place in the roster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    key: Key,
    number: u64,
}

impl Roster {
    /// The socket speaks for the device from now on; one that did so before is closed.
    pub(super) fn enter(&self, ctx: &RequestContext, device: DeviceId, socket: &Outgoing) -> Place {
        let key = (ctx.scope.org(), ctx.user, device);
        let mut devices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        devices.newest += 1;
        let number = devices.newest;
        if let Some((_, older)) = devices.sockets.insert(key, (number, socket.clone())) {
            older.close(Closing::Replaced);
        }
        Place { key, number }
    }

    /// The socket is closed. Whether it still spoke for its device.
    pub(super) fn leave(&self, place: Place) -> bool {
        let mut devices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = devices.sockets.get(&place.key).is_some_and(|(number, _)| *number == place.number);
        if newest {
            devices.sockets.remove(&place.key);
        }
        newest
    }
}
