//! The thread: it alone owns sockets, endpoints and rooms. One round waits for packets, commands, the tick or a peer's timer, takes a
//! bounded amount of each, and sends at its end what the round made.

mod audio;
mod commands;
mod phone;
mod tracks;
mod web;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
    io,
    net::{SocketAddr, UdpSocket as StdUdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crossbeam_channel::Receiver;
use mio::{Events, Interest, Poll, Token, Waker, net::UdpSocket};
use slab::Slab;
use socket2::{Domain, Socket, Type};
use str0m::config::DtlsCert;
use tandem_codec::mix::Sum;
use tandem_media::{FRAME, MediaEvent, Published, layers::Layers};
use tandem_proto::{EndpointId, RoomId, TrackId};
use tokio::sync::mpsc;

use crate::{RelayConfig, Vitals, command::Command, endpoint::Endpoint, peer::PeerConfig, ports::PortPool};

const WAKER: Token = Token(0);
const WEBRTC: Token = Token(1);
/// RTP and RTCP socket of endpoint `key`: this and the next, plus twice the key.
const FIRST_LEG: usize = 2;

/// Datagrams read from one socket, and commands taken, before the others have their turn.
const BUDGET: usize = 128;
/// Ticks made up for after a stall; of a longer one the rest is left out.
const CATCH_UP: u32 = 2;
/// Events kept for a reader that is behind.
const BACKLOG_MAX: usize = 65_536;
/// Buffers of the socket all browsers share.
const SOCKET_BUFFER: usize = 4 << 20;
/// Longest datagram taken.
const DATAGRAM_MAX: usize = 2_048;

pub(crate) struct Shard {
    poll: Poll,
    webrtc: UdpSocket,
    peers: PeerConfig,
    config: RelayConfig,
    inbox: Receiver<Command>,
    events: mpsc::Sender<MediaEvent>,
    backlog: VecDeque<MediaEvent>,
    stop: Arc<AtomicBool>,
    vitals: Arc<Vitals>,
    epoch: Instant,
    endpoints: Slab<Endpoint>,
    keys: HashMap<EndpointId, usize>,
    rooms: HashMap<RoomId, Room>,
    tracks: HashMap<TrackId, Track>,
    ports: PortPool,
    /// Peers by our user fragment and by where they send from.
    by_ufrag: HashMap<String, usize>,
    by_address: HashMap<SocketAddr, usize>,
    deadlines: BinaryHeap<Reverse<(Instant, usize)>>,
    /// Peers something was written to in this round.
    dirty: Vec<usize>,
    peer_events: Vec<(usize, str0m::Event)>,
    event_buffer: Vec<str0m::Event>,
    /// Sockets whose budget was used up.
    unread: Vec<Token>,
    heard: Sum,
}

/// Endpoints that hear each other.
#[derive(Default)]
struct Room {
    members: Vec<usize>,
    sum: Sum,
    told: Vec<Published>,
}

/// Something published, and to whom it goes.
struct Track {
    publisher: usize,
    mid: str0m::media::Mid,
    subscribers: Vec<usize>,
    layers: Layers,
    key_frame_wanted: bool,
    key_frame_asked: Option<Duration>,
}

impl Shard {
    pub(crate) fn bind(
        config: RelayConfig,
        inbox: Receiver<Command>,
        events: mpsc::Sender<MediaEvent>,
        stop: Arc<AtomicBool>,
        vitals: Arc<Vitals>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut webrtc = bind_webrtc(config.webrtc)?;
        poll.registry().register(&mut webrtc, WEBRTC, Interest::READABLE)?;
        let address = reachable(webrtc.local_addr()?, config.public_ip);
        let peers = PeerConfig { address, certificate: certificate()?, shard: 0 };
        let ports = PortPool::new(config.rtp_ip, config.rtp_ports.clone());
        Ok(Self {
            poll,
            webrtc,
            peers,
            config,
            inbox,
            events,
            backlog: VecDeque::new(),
            stop,
            vitals,
            epoch: Instant::now(),
            endpoints: Slab::new(),
            keys: HashMap::new(),
            rooms: HashMap::new(),
            tracks: HashMap::new(),
            ports,
            by_ufrag: HashMap::new(),
            by_address: HashMap::new(),
            deadlines: BinaryHeap::new(),
            dirty: Vec::new(),
            peer_events: Vec::new(),
            event_buffer: Vec::new(),
            unread: Vec::new(),
            heard: Sum::default(),
        })
    }

    pub(crate) fn waker(&self) -> io::Result<Waker> {
        Waker::new(self.poll.registry(), WAKER)
    }

    pub(crate) fn webrtc_address(&self) -> SocketAddr {
        self.peers.address
    }

    /// Time since the start, as the cores count it. Never zero, which stands for "never".
    fn now(&self) -> Duration {
        self.epoch.elapsed() + Duration::from_secs(1)
    }

    pub(crate) fn run(&mut self) {
        let mut events = Events::with_capacity(256);
        let mut next_tick = Instant::now() + FRAME;
        while !self.stop.load(Ordering::Acquire) {
            let wait = self.wait(next_tick);
            if let Err(error) = self.poll.poll(&mut events, Some(wait))
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the media thread cannot wait for packets");
                break;
            }
            let mut ready = std::mem::take(&mut self.unread);
            ready.extend(events.iter().map(|event| event.token()).filter(|token| *token != WAKER));
            ready.dedup();
            for token in ready {
                self.read(token);
            }
            self.take_commands();
            next_tick = self.take_ticks(next_tick);
            self.take_deadlines();
            self.flush();
            self.tell_backlog();
        }
        self.close_all();
    }

    fn wait(&self, next_tick: Instant) -> Duration {
        if !self.unread.is_empty() || !self.inbox.is_empty() {
            return Duration::ZERO;
        }
        let timer = self.deadlines.peek().map_or(next_tick, |Reverse((at, _))| next_tick.min(*at));
        timer.saturating_duration_since(Instant::now())
    }

    fn read(&mut self, token: Token) {
        let more = match token {
            WEBRTC => self.read_webrtc(),
            Token(leg) => self.read_leg((leg - FIRST_LEG) / 2, (leg - FIRST_LEG).is_multiple_of(2)),
        };
        if more {
            self.unread.push(token);
        }
    }

    fn take_commands(&mut self) {
        for _ in 0..BUDGET {
            let Ok(command) = self.inbox.try_recv() else { return };
            self.carry_out(command);
        }
    }

    fn take_ticks(&mut self, mut next_tick: Instant) -> Instant {
        let now = Instant::now();
        if now < next_tick {
            return next_tick;
        }
        let late = now - next_tick;
        if late > FRAME * CATCH_UP {
            let missed = (late.as_micros() / FRAME.as_micros()) as u32;
            metrics::counter!("tandem_media_ticks_missed_total").increment(u64::from(missed));
            next_tick += FRAME * missed;
        }
        while next_tick <= now {
            self.tick();
            next_tick += FRAME;
        }
        self.vitals.ticks.fetch_add(1, Ordering::Relaxed);
        next_tick
    }

    fn take_deadlines(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((at, key))) = self.deadlines.peek().copied() {
            if at > now {
                return;
            }
            self.deadlines.pop();
            // Entries are not taken out when a deadline moves, so most are of the past.
            let due =
                self.endpoints.get_mut(key).and_then(Endpoint::web).is_some_and(|peer| peer.deadline == at);
            if due {
                self.mark_dirty(key);
            }
        }
    }

    fn tell(&mut self, event: MediaEvent) {
        if self.backlog.len() >= BACKLOG_MAX {
            metrics::counter!("tandem_media_events_lost_total").increment(1);
            tracing::error!(?event, "nobody reads the relay's events");
            return;
        }
        self.backlog.push_back(event);
    }

    fn tell_backlog(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event)) => return self.backlog.push_front(event),
                Err(mpsc::error::TrySendError::Closed(_)) => return self.backlog.clear(),
            }
        }
    }

    fn close_all(&mut self) {
        let keys: Vec<usize> = self.endpoints.iter().map(|(key, _)| key).collect();
        for key in keys {
            self.remove(key);
        }
    }
}

fn bind_webrtc(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    // Less than asked for is what the system allows; it serves.
    let _ = socket.set_recv_buffer_size(SOCKET_BUFFER);
    let _ = socket.set_send_buffer_size(SOCKET_BUFFER);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(UdpSocket::from_std(StdUdpSocket::from(socket)))
}

/// What peers are told: the public address, else the bound one, else the one packets to the world leave from.
fn reachable(bound: SocketAddr, public: Option<std::net::IpAddr>) -> SocketAddr {
    let outgoing = || {
        let socket = StdUdpSocket::bind(SocketAddr::new(bound.ip(), 0)).ok()?;
        // Connecting a UDP socket sends nothing; it only asks for a route.
        socket.connect(("192.0.2.1", 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    let specified = Some(bound.ip()).filter(|ip| !ip.is_unspecified());
    let ip = public.or(specified).or_else(outgoing).unwrap_or_else(|| std::net::Ipv4Addr::LOCALHOST.into());
    SocketAddr::new(ip, bound.port())
}

/// One certificate for all connections of this relay, so that a new one costs no key.
fn certificate() -> io::Result<DtlsCert> {
    let provider = str0m::crypto::from_feature_flags();
    provider
        .dtls_provider
        .generate_certificate()
        .ok_or_else(|| io::Error::other("no DTLS certificate can be made"))
}
