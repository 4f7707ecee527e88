//! Who hears of which endpoint of this node's relay: no I/O, no clock of its own.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use tandem_media::{MediaError, MediaEvent, Published};
use tandem_proto::{EndpointId, NodeId, RoomId};

use super::wire::Maker;

/// Events kept for whoever adopts an endpoint.
const KEPT_MAX: usize = 32;
/// What was told so shortly before an endpoint is adopted may not have arrived: its holder was about to go.
const IN_DOUBT: Duration = Duration::from_secs(3);
/// What is known of a browser whose connection ended is kept so long, in case its next offer is already on its way through the relay.
const ENDED_KEPT: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
struct Held {
    /// Of a browser; `None`: a phone's leg.
    maker: Option<Maker>,
    holder: Option<NodeId>,
    room: Option<RoomId>,
    kept: VecDeque<Kept>,
    /// Since when its holder is gone.
    abandoned: Option<Instant>,
    /// When its connection ended.
    ended: Option<Instant>,
}

/// An event its holder may not have got.
#[derive(Debug)]
struct Kept {
    at: Instant,
    told: bool,
    event: MediaEvent,
}

#[derive(Debug)]
struct Room {
    holder: NodeId,
    members: usize,
    tracks: Vec<Published>,
}

/// All endpoints that came into being through the pool.
#[derive(Debug, Default)]
pub(super) struct Register {
    endpoints: HashMap<EndpointId, Held>,
    rooms: HashMap<RoomId, Room>,
}

/// An endpoint nobody adopted in time.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Abandoned {
    /// A phone's leg: nobody will ever close it.
    Phone(EndpointId),
    /// A browser's: its page closes it, but nobody will take it out of its room.
    Browser(EndpointId),
}

impl Register {
    /// A phone's leg was opened.
    pub(super) fn opened(&mut self, endpoint: EndpointId, by: NodeId) {
        self.hold(endpoint, by);
    }

    /// A browser wants to make its connection, or change it; whether it is new.
    pub(super) fn offered(&mut self, endpoint: EndpointId, maker: Maker) -> Result<bool, MediaError> {
        self.made_by(endpoint, maker)?;
        let fresh = !self.is_known(endpoint);
        let held = self.endpoints.entry(endpoint).or_default();
        held.maker = Some(maker);
        held.ended = None;
        Ok(fresh)
    }

    /// Refuses somebody else's browser. One that is not known is nobody's.
    pub(super) fn made_by(&self, endpoint: EndpointId, maker: Maker) -> Result<(), MediaError> {
        match self.endpoints.get(&endpoint) {
            Some(held) if held.ended.is_none() && held.maker != Some(maker) => Err(MediaError::Taken),
            _ => Ok(()),
        }
    }

    pub(super) fn is_known(&self, endpoint: EndpointId) -> bool {
        self.endpoints.get(&endpoint).is_some_and(|held| held.ended.is_none())
    }

    /// The endpoint is controlled by that node from now on.
    pub(super) fn hold(&mut self, endpoint: EndpointId, by: NodeId) {
        let held = self.endpoints.entry(endpoint).or_default();
        held.holder = Some(by);
        held.abandoned = None;
    }

    /// As [`Self::hold`], where nobody who is there controls it.
    pub(super) fn hold_if_free(&mut self, endpoint: EndpointId, by: NodeId, lives: impl Fn(NodeId) -> bool) {
        if let Some(held) = self.endpoints.get(&endpoint)
            && !held.holder.is_some_and(lives)
        {
            self.hold(endpoint, by);
        }
    }

    /// Puts an endpoint into a room, both controlled by that node from now on. The tracks of the room, if they are news for it.
    pub(super) fn joined(
        &mut self,
        endpoint: EndpointId,
        room: RoomId,
        by: NodeId,
    ) -> Option<Vec<Published>> {
        if self.endpoints.get(&endpoint).and_then(|held| held.room) != Some(room) {
            self.left(endpoint);
            self.rooms.entry(room).or_insert(Room { holder: by, members: 0, tracks: Vec::new() }).members +=
                1;
        }
        self.hold(endpoint, by);
        if let Some(held) = self.endpoints.get_mut(&endpoint) {
            held.room = Some(room);
        }
        self.take_room(room, by)
    }

    fn take_room(&mut self, room: RoomId, by: NodeId) -> Option<Vec<Published>> {
        let room = self.rooms.get_mut(&room)?;
        let before = std::mem::replace(&mut room.holder, by);
        (before != by && !room.tracks.is_empty()).then(|| room.tracks.clone())
    }

    pub(super) fn left(&mut self, endpoint: EndpointId) {
        let Some(id) = self.endpoints.get_mut(&endpoint).and_then(|held| held.room.take()) else { return };
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.members -= 1;
        if room.members == 0 {
            self.rooms.remove(&id);
        }
    }

    /// The endpoint was closed, or never was.
    pub(super) fn closed(&mut self, endpoint: EndpointId) {
        self.left(endpoint);
        self.endpoints.remove(&endpoint);
    }

    /// What the relay told, before it is passed on.
    pub(super) fn happened(&mut self, now: Instant, event: &MediaEvent) {
        match event {
            MediaEvent::Offered { endpoint } => {
                if let Some(held) = self.endpoints.get_mut(endpoint) {
                    held.ended = None;
                }
            }
            MediaEvent::Disconnected { endpoint } => {
                self.left(*endpoint);
                if let Some(held) = self.endpoints.get_mut(endpoint) {
                    held.ended = Some(now);
                    held.kept.clear();
                }
            }
            MediaEvent::Tracks { room, tracks } => {
                if let Some(room) = self.rooms.get_mut(room) {
                    room.tracks.clone_from(tracks);
                }
            }
            _ => {}
        }
    }

    pub(super) fn holder(&self, endpoint: EndpointId) -> Option<NodeId> {
        self.endpoints.get(&endpoint)?.holder
    }

    pub(super) fn room_holder(&self, room: RoomId) -> Option<NodeId> {
        Some(self.rooms.get(&room)?.holder)
    }

    /// Keeps an event for whoever adopts the endpoint: one its holder could not be told, or was told just before it went. A digit that was
    /// told is not kept: twice is worse than never.
    pub(super) fn keep(&mut self, now: Instant, endpoint: EndpointId, event: MediaEvent, told: bool) {
        let Some(held) = self.endpoints.get_mut(&endpoint) else { return };
        if told && matches!(event, MediaEvent::Dtmf { .. }) {
            return;
        }
        if held.kept.len() == KEPT_MAX {
            held.kept.pop_front();
        }
        held.kept.push_back(Kept { at: now, told, event });
    }

    /// Gives a node those of the endpoints that are there, with their rooms, and what was missed of them.
    pub(super) fn adopt(
        &mut self,
        now: Instant,
        endpoints: &[EndpointId],
        by: NodeId,
    ) -> (Vec<(EndpointId, Option<RoomId>)>, Vec<MediaEvent>) {
        let (mut adopted, mut missed) = (Vec::new(), Vec::new());
        for endpoint in
            endpoints.iter().copied().filter(|endpoint| self.is_known(*endpoint)).collect::<Vec<_>>()
        {
            let before = self.holder(endpoint);
            self.hold(endpoint, by);
            let Some(held) = self.endpoints.get_mut(&endpoint) else { continue };
            let kept = held
                .kept
                .drain(..)
                .filter(|it| !it.told || (before != Some(by) && now.duration_since(it.at) < IN_DOUBT));
            missed.extend(kept.map(|it| it.event));
            let room = held.room;
            adopted.push((endpoint, room));
            if let Some(room) = room
                && let Some(tracks) = self.take_room(room, by)
            {
                missed.push(MediaEvent::Tracks { room, tracks });
            }
        }
        (adopted, missed)
    }

    /// Endpoints whose holder has been gone for `patience`; they are nobody's from now on. Also forgets browsers that ended.
    pub(super) fn sweep(
        &mut self,
        now: Instant,
        lives: impl Fn(NodeId) -> bool,
        patience: Duration,
    ) -> Vec<Abandoned> {
        let mut abandoned = Vec::new();
        self.endpoints.retain(|endpoint, held| {
            if held.ended.is_some_and(|at| now.duration_since(at) >= ENDED_KEPT) {
                return false;
            }
            if held.holder.is_none_or(&lives) {
                held.abandoned = None;
            } else if now.duration_since(*held.abandoned.get_or_insert(now)) >= patience {
                held.holder = None;
                held.kept.clear();
                let phone = held.maker.is_none();
                abandoned.push(if phone { Abandoned::Phone } else { Abandoned::Browser }(*endpoint));
            }
            true
        });
        abandoned
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tandem_proto::{OrgId, UserId};

    fn maker() -> Maker {
        Maker { org: OrgId::generate(), user: UserId::generate() }
    }

    fn ids() -> (EndpointId, NodeId, NodeId, Instant) {
        (EndpointId::generate(), NodeId::generate(), NodeId::generate(), Instant::now())
    }

    #[test]
    fn a_browser_answers_to_its_maker_until_its_connection_ends() {
        let (endpoint, ..) = ids();
        let (mine, theirs, now) = (maker(), maker(), Instant::now());
        let mut register = Register::default();
        assert_eq!(register.offered(endpoint, mine), Ok(true));
        assert_eq!(register.offered(endpoint, mine), Ok(false));
        assert_eq!(register.offered(endpoint, theirs), Err(MediaError::Taken));
        register.happened(now, &MediaEvent::Disconnected { endpoint });
        register.offered(endpoint, theirs).expect("is free again");
        // Their offer was already in the relay when it told that mine had ended.
        register.happened(now, &MediaEvent::Disconnected { endpoint });
        register.happened(now, &MediaEvent::Offered { endpoint });
        assert_eq!(register.made_by(endpoint, mine), Err(MediaError::Taken));
        register.happened(now, &MediaEvent::Disconnected { endpoint });
        register.sweep(now + ENDED_KEPT, |_| true, Duration::ZERO);
        assert!(register.endpoints.is_empty());
    }

    #[test]
    fn who_adopts_gets_what_was_missed_and_the_tracks_of_the_room() {
        let (phone, before, after, now) = ids();
        let (browser, room) = (EndpointId::generate(), RoomId::generate());
        let mut register = Register::default();
        register.opened(phone, before);
        register.offered(browser, maker()).expect("is free");
        assert_eq!(register.joined(phone, room, before), None);
        assert_eq!(register.joined(browser, room, before), None);
        let track = Published {
            track: tandem_proto::TrackId::generate(),
            endpoint: browser,
            source: tandem_proto::api::TrackSource::Camera,
        };
        let tracks = MediaEvent::Tracks { room, tracks: vec![track] };
        register.happened(now, &tracks);
        let digit = MediaEvent::Dtmf { endpoint: phone, digit: '5' };
        let played = |play| MediaEvent::Played { endpoint: phone, play: tandem_media::PlayId(play) };
        register.keep(now, phone, played(1), true);
        let later = now + IN_DOUBT;
        register.keep(later, phone, played(2), true);
        register.keep(later, phone, digit.clone(), false);
        register.keep(later, phone, MediaEvent::Dtmf { endpoint: phone, digit: '6' }, true);
        let nobody = EndpointId::generate();
        let (adopted, missed) = register.adopt(later, &[phone, nobody, browser], after);
        assert_eq!(adopted, [(phone, Some(room)), (browser, Some(room))]);
        assert_eq!(missed, [played(2), digit, tracks]);
        assert!(
            register
                .adopt(later, &[phone], before)
                .1
                .iter()
                .all(|it| matches!(it, MediaEvent::Tracks { .. }))
        );
        register.adopt(later, &[phone], after);
        assert_eq!((register.holder(phone), register.room_holder(room)), (Some(after), Some(after)));
        for endpoint in [phone, browser] {
            register.closed(endpoint);
        }
        assert_eq!(register.room_holder(room), None);
    }

    #[test]
    fn what_nobody_adopts_is_given_up_after_a_while() {
        let (phone, gone, heir, now) = ids();
        let (browser, adopted) = (EndpointId::generate(), EndpointId::generate());
        let patience = Duration::from_secs(60);
        let mut register = Register::default();
        for endpoint in [phone, adopted] {
            register.opened(endpoint, gone);
        }
        register.offered(browser, maker()).expect("is free");
        register.joined(browser, RoomId::generate(), gone);
        let lives = |node| node != gone;
        assert!(register.sweep(now, |_| true, patience).is_empty());
        assert!(register.sweep(now, lives, patience).is_empty());
        register.adopt(now, &[adopted], heir);
        assert!(register.sweep(now + patience / 2, lives, patience).is_empty());
        let mut left = register.sweep(now + patience, lives, patience);
        left.sort_by_key(|it| matches!(it, Abandoned::Browser(_)));
        assert_eq!(left, [Abandoned::Phone(phone), Abandoned::Browser(browser)]);
        assert!(register.sweep(now + 2 * patience, lives, patience).is_empty(), "each once");
    }
}
