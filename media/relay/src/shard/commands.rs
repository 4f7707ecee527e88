//! The handle's commands.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use mio::{Interest, Token};
use tandem_media::{MediaError, MediaEvent, PlayId, Published, RtpLocal, RtpRemote, TrackIntent};
use tandem_proto::{EndpointId, RoomId, TrackId};

use super::{FIRST_LEG, Room, Shard};
use crate::{
    command::{Command, Program},
    endpoint::{Endpoint, Transport},
    leg::RtpLeg,
    peer::{self, WebPeer},
    player::Player,
};

impl Shard {
    pub(super) fn carry_out(&mut self, command: Command) {
        // A caller that no longer waits for the answer loses nothing.
        match command {
            Command::Offer { endpoint, sdp, tracks, reply } => {
                _ = reply.send(self.offer(endpoint, &sdp, &tracks));
            }
            Command::OpenRtp { endpoint, reply } => _ = reply.send(self.open_rtp(endpoint)),
            Command::ConnectRtp { endpoint, remote, reply } => {
                _ = reply.send(self.connect_rtp(endpoint, remote))
            }
            Command::Join { endpoint, room, reply } => _ = reply.send(self.join(endpoint, room)),
            Command::Leave { endpoint, reply } => {
                _ = reply.send(self.key(endpoint).map(|key| self.leave(key)))
            }
            Command::Mute { endpoint, muted, reply } => {
                let muted = self.key(endpoint).map(|key| {
                    self.endpoints[key].muted = muted;
                    self.plan(key);
                });
                _ = reply.send(muted);
            }
            Command::Play { endpoint, play, program, looped, reply } => {
                _ = reply.send(self.play(endpoint, play, program, looped));
            }
            Command::StopPlaying { endpoint, reply } => {
                let stopped = self.key(endpoint).map(|key| {
                    self.endpoints[key].player = None;
                    self.plan(key);
                });
                _ = reply.send(stopped);
            }
            Command::SendDtmf { endpoint, digits, reply } => {
                _ = reply.send(self.send_dtmf(endpoint, &digits))
            }
            Command::ShownAt { endpoint, track, height, reply } => {
                _ = reply.send(self.shown_at(endpoint, track, height));
            }
            Command::Stats { endpoint, reply } => {
                _ = reply.send(self.key(endpoint).map(|key| self.endpoints[key].stats()));
            }
            Command::Close { endpoint, reply } => {
                _ = reply.send(self.key(endpoint).map(|key| self.remove(key)))
            }
        }
    }

    fn key(&self, endpoint: EndpointId) -> Result<usize, MediaError> {
        self.keys.get(&endpoint).copied().ok_or(MediaError::UnknownEndpoint(endpoint))
    }

    fn count_endpoints(&self) {
        let count = u32::try_from(self.endpoints.len()).unwrap_or(u32::MAX);
        self.vitals.endpoints.store(count, Ordering::Relaxed);
    }

    fn insert(&mut self, endpoint: Endpoint) -> usize {
        let id = endpoint.id;
        let key = self.endpoints.insert(endpoint);
        self.keys.insert(id, key);
        self.count_endpoints();
        key
    }

    fn offer(
        &mut self,
        id: EndpointId,
        sdp: &str,
        tracks: &[(String, TrackIntent)],
    ) -> Result<String, MediaError> {
        let existing = self.keys.get(&id).copied();
        if existing.is_some_and(|key| self.endpoints[key].is_phone()) {
            return Err(MediaError::BadOffer("the endpoint is a phone's leg".into()));
        }
        self.check_receptions(existing, tracks)?;
        let now = Instant::now();
        let at = self.now();
        let (key, answer) = match existing {
            Some(key) if self.is_same_page(key, sdp) => {
                let peer = self.endpoints[key].web().ok_or(MediaError::UnknownEndpoint(id))?;
                // An ICE restart makes a new user fragment.
                let before = peer.ufrag.clone();
                let answer = peer.negotiate(sdp, tracks);
                if peer.ufrag != before {
                    self.by_ufrag.remove(&before);
                }
                (key, answer?)
            }
            _ => {
                let (peer, answer) = WebPeer::accept(&self.peers, now, at, sdp, tracks)?;
                let transport = Transport::Web(Box::new(peer));
                let key = match existing {
                    Some(key) => {
                        self.forget_peer(key);
                        self.endpoints[key].transport = transport;
                        self.endpoints[key].outlet.splice.cut();
                        key
                    }
                    None => self.insert(Endpoint::new(id, transport)),
                };
                self.tell(MediaEvent::Offered { endpoint: id });
                (key, answer)
            }
        };
        if let Some(peer) = self.endpoints[key].web() {
            let ufrag = peer.ufrag.clone();
            self.by_ufrag.insert(ufrag, key);
        }
        self.mark_dirty(key);
        self.plan(key);
        self.relink(key);
        Ok(answer)
    }

    fn is_same_page(&mut self, key: usize, sdp: &str) -> bool {
        let fingerprint = peer::fingerprint(sdp);
        self.endpoints[key]
            .web()
            .is_some_and(|peer| !peer.lost && Some(peer.fingerprint.as_str()) == fingerprint)
    }

    /// What an offer wants to receive must be there.
    fn check_receptions(
        &self,
        key: Option<usize>,
        tracks: &[(String, TrackIntent)],
    ) -> Result<(), MediaError> {
        let room = key.and_then(|key| self.endpoints[key].room);
        for (_, intent) in tracks {
            match intent {
                TrackIntent::Receive(track) => {
                    let publisher = self.tracks.get(track).map(|track| &self.endpoints[track.publisher]);
                    // A track that was there and went may still be named until the client knows.
                    let known = key.is_some_and(|key| self.receives(key, *track));
                    let here =
                        publisher.is_some_and(|publisher| publisher.room.is_some() && publisher.room == room);
                    if !here && !known {
                        return Err(MediaError::UnknownTrack(*track));
                    }
                }
                TrackIntent::Publish(tandem_proto::api::TrackSource::Microphone) => {
                    return Err(MediaError::BadOffer("the microphone belongs in the primary section".into()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn open_rtp(&mut self, id: EndpointId) -> Result<RtpLocal, MediaError> {
        let local = |shard: &Self, port| {
            let ip = shard.config.public_ip.unwrap_or(shard.config.rtp_ip);
            RtpLocal { ip: super::reachable((ip, port).into(), shard.config.public_ip).ip(), port }
        };
        if let Some(key) = self.keys.get(&id).copied() {
            let port = self.endpoints[key].phone().map(|leg| leg.ports.port);
            return port
                .map(|port| local(self, port))
                .ok_or(MediaError::NoCapacity("the endpoint is a browser's".into()));
        }
        let ports = self.ports.open().ok_or(MediaError::NoCapacity("every RTP port is taken".into()))?;
        let port = ports.port;
        let key = self.insert(Endpoint::new(id, Transport::Phone(Box::new(RtpLeg::new(ports, self.now())))));
        let registry = self.poll.registry();
        if let Some(leg) = self.endpoints[key].phone() {
            let token = FIRST_LEG + 2 * key;
            let rtp = registry.register(&mut leg.ports.rtp, Token(token), Interest::READABLE);
            let rtcp = registry.register(&mut leg.ports.rtcp, Token(token + 1), Interest::READABLE);
            if let Err(error) = rtp.and(rtcp) {
                tracing::error!(%error, "an RTP port cannot be watched");
                self.remove(key);
                return Err(MediaError::NoCapacity("an RTP port cannot be watched".into()));
            }
        }
        Ok(local(self, port))
    }

    fn connect_rtp(&mut self, id: EndpointId, remote: RtpRemote) -> Result<(), MediaError> {
        let (key, now) = (self.key(id)?, self.now());
        let endpoint = &mut self.endpoints[key];
        endpoint.phone().ok_or(MediaError::UnknownEndpoint(id))?.connect(now, remote);
        endpoint.voice.set_codec(remote.codec);
        endpoint.outlet.set_codec(remote.codec);
        self.plan(key);
        Ok(())
    }

    fn join(&mut self, id: EndpointId, room: RoomId) -> Result<(), MediaError> {
        let key = self.key(id)?;
        if self.endpoints[key].room == Some(room) {
            return Ok(());
        }
        self.leave(key);
        self.endpoints[key].room = Some(room);
        self.rooms.entry(room).or_default().members.push(key);
        self.plan(key);
        self.relink(key);
        Ok(())
    }

    pub(super) fn leave(&mut self, key: usize) {
        let Some(id) = self.endpoints[key].room.take() else { return };
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.members.retain(|member| *member != key);
        match room.members.first().copied() {
            Some(other) => {
                self.plan(other);
                self.relink(other);
            }
            None => _ = self.rooms.remove(&id),
        }
        self.endpoints[key].voice.pass_to.clear();
        self.plan(key);
        self.relink(key);
    }

    fn play(
        &mut self,
        id: EndpointId,
        play: PlayId,
        program: Program,
        looped: bool,
    ) -> Result<(), MediaError> {
        let key = self.key(id)?;
        self.endpoints[key].player = Some(Player::new(play, program, looped));
        self.plan(key);
        Ok(())
    }

    fn send_dtmf(&mut self, id: EndpointId, digits: &str) -> Result<(), MediaError> {
        let key = self.key(id)?;
        let queued = self.endpoints[key].phone().is_none_or(|leg| leg.digits_out.queue(digits));
        if queued { Ok(()) } else { Err(MediaError::NoCapacity("not digits, or too many of them".into())) }
    }

    fn shown_at(&mut self, id: EndpointId, track: TrackId, height: u32) -> Result<(), MediaError> {
        let key = self.key(id)?;
        let peer = self.endpoints[key].web().ok_or(MediaError::UnknownTrack(track))?;
        let reception =
            peer.received.iter_mut().find(|it| it.track == track).ok_or(MediaError::UnknownTrack(track))?;
        let resumed = reception.height == 0 && height > 0;
        reception.height = height;
        if resumed && let Some(track) = self.tracks.get_mut(&track) {
            track.key_frame_wanted = true;
        }
        Ok(())
    }

    /// Ends an endpoint: out of its room, its tracks gone, its ports free.
    pub(super) fn remove(&mut self, key: usize) {
        self.leave(key);
        self.forget_peer(key);
        let mut endpoint = self.endpoints.remove(key);
        self.keys.remove(&endpoint.id);
        self.count_endpoints();
        match &mut endpoint.transport {
            Transport::Web(peer) => {
                let webrtc = &self.webrtc;
                let send = |datagram: str0m::net::Transmit| {
                    _ = webrtc.send_to(&datagram.contents, datagram.destination)
                };
                peer.close(send, Instant::now());
            }
            Transport::Phone(leg) => {
                let registry = self.poll.registry();
                // They close in a moment; that ends the watching too.
                let _ = registry.deregister(&mut leg.ports.rtp);
                let _ = registry.deregister(&mut leg.ports.rtcp);
            }
        }
        if let Transport::Phone(leg) = endpoint.transport {
            self.ports.close(leg.ports);
        }
    }

    /// Takes a peer out of the maps, before it goes or another takes its place.
    fn forget_peer(&mut self, key: usize) {
        let Some(peer) = self.endpoints[key].web() else { return };
        let (addresses, published) =
            (std::mem::take(&mut peer.addresses), std::mem::take(&mut peer.published));
        let ufrag = std::mem::take(&mut peer.ufrag);
        peer.received.clear();
        for address in addresses {
            if self.by_address.get(&address) == Some(&key) {
                self.by_address.remove(&address);
            }
        }
        self.by_ufrag.remove(&ufrag);
        for track in published {
            self.tracks.remove(&track.track);
        }
        self.relink(key);
    }

    /// A connection that was closed or broke: it is heard and sent nothing any more, but keeps its place for a while.
    pub(super) fn lose(&mut self, key: usize) {
        self.forget_peer(key);
        if let Some(peer) = self.endpoints[key].web() {
            peer.lost = true;
            peer.connected = false;
        }
        self.plan(key);
    }

    /// A peer that is lost: told, and gone.
    pub(super) fn disconnect(&mut self, key: usize) {
        let endpoint = self.endpoints[key].id;
        self.remove(key);
        self.tell(MediaEvent::Disconnected { endpoint });
    }

    /// The members of the endpoint's room, or it alone.
    pub(super) fn company(&self, key: usize) -> Vec<usize> {
        let room = self.endpoints[key].room.and_then(|room| self.rooms.get(&room));
        room.map_or_else(|| vec![key], |room| room.members.clone())
    }

    /// Tells the tracks of a room, if they changed.
    pub(super) fn tell_tracks(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get(&id) else { return };
        let mut tracks = Vec::new();
        for member in &room.members {
            let Transport::Web(peer) = &self.endpoints[*member].transport else { continue };
            let endpoint = self.endpoints[*member].id;
            tracks.extend(peer.published.iter().map(|it| Published {
                track: it.track,
                endpoint,
                source: it.source,
            }));
        }
        let Some(Room { told, .. }) = self.rooms.get_mut(&id) else { return };
        if *told != tracks {
            told.clone_from(&tracks);
            self.tell(MediaEvent::Tracks { room: id, tracks });
        }
    }
}

/// A payload for a browser, which keeps it until it is acknowledged.
pub(super) fn shared(payload: &[u8]) -> Arc<[u8]> {
    Arc::from(payload)
}
