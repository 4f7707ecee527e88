//! The tab's one peer connection: `str0m` with a UDP socket, one two-way audio section.

use std::{
    cell::{Cell, Ref, RefCell},
    net::{IpAddr, SocketAddr},
    rc::Rc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc,
    change::SdpAnswer,
    media::{Direction, MediaKind, Mid, Pt},
    net::{Protocol, Receive},
    rtp::RtpWrite,
};
use tandem_media::AudioCodec;
use tokio::{
    net::UdpSocket,
    time::{MissedTickBehavior, interval, sleep, sleep_until},
};

use super::{Shared, Socket};
use crate::meter::{Ear, Listener, Voice};

/// A connection that is `disconnected` for this long will not come back by itself (the web client's own time).
const DISCONNECTED_FOR: Duration = Duration::from_secs(4);
/// Pause before another connection is tried after one that could not be made.
const AGAIN: Duration = Duration::from_millis(400);
/// A connection that is not there after this long is given up.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Unanswered for about 5 s, a connection is `disconnected`: as in Chromium.
const STUN_RTO: Duration = Duration::from_secs(1);
const STUN_REPEATS: usize = 4;
/// Clock units of 20 ms of Opus.
const STEP: u32 = 960;

/// The handle of a tab's media.
#[derive(Debug)]
pub(super) struct Peer {
    shared: Rc<Inside>,
}

struct Inside {
    socket: Rc<Socket>,
    /// Where it sends from.
    local: IpAddr,
    /// The connection that is to be; others make way for it.
    wanted: Cell<u32>,
    /// Whether the one before it is kept until it is there.
    overlap: Cell<bool>,
    /// The connection that is there and speaks; 0 for none.
    current: Cell<u32>,
    connections: Cell<u32>,
    /// The media node that answered last.
    home: RefCell<Value>,
    /// The socket is a new one: the connection is to be shown to whoever is at its other end.
    to_show: Cell<bool>,
    /// A connection whose media node does not know it any more.
    unknown: Cell<u32>,
    speaking: Cell<bool>,
    voice: RefCell<Voice>,
    listener: RefCell<Listener>,
    ear: Shared<Ear>,
}

impl std::fmt::Debug for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inside").field("current", &self.current).finish_non_exhaustive()
    }
}

impl Inside {
    /// Whether a connection goes on: it is the one wanted, or it stays until that is there.
    fn goes_on(&self, id: u32) -> bool {
        self.wanted.get() == id || self.overlap.get() && self.current.get() == id
    }
}

impl Peer {
    /// Media without a connection: [`Self::renew`] makes one.
    pub(super) fn new(socket: Rc<Socket>, local: IpAddr, stream: u32, tones: Option<(u16, u16)>) -> Self {
        let (voice, listener) = match tones {
            Some((says, hears)) => {
                (Voice::tone(says, AudioCodec::Opus), Listener::for_tone(hears, AudioCodec::Opus))
            }
            None => (None, Listener::default()),
        };
        let voice = voice.unwrap_or_else(|| Voice::numbered(stream, AudioCodec::Opus));
        let shared = Rc::new(Inside {
            socket,
            local,
            wanted: Cell::new(0),
            overlap: Cell::new(false),
            current: Cell::new(0),
            connections: Cell::new(0),
            home: RefCell::new(Value::Null),
            to_show: Cell::new(false),
            unknown: Cell::new(0),
            speaking: Cell::new(false),
            voice: RefCell::new(voice),
            listener: RefCell::new(listener),
            ear: Rc::new(RefCell::new(Ear::default())),
        });
        Self { shared }
    }

    /// Drops the connection and makes another.
    pub(super) fn renew(&self) {
        self.next(false, Value::Null);
    }

    /// Shows the connection that is there to a new edge, as the web client does in a call: another node's answer tells that it is gone.
    pub(super) fn show(&self) {
        self.shared.to_show.set(true);
    }

    /// Makes another connection, to the media node named if one is, and drops the one before once it is there.
    pub(super) fn migrate(&self, node: Value) {
        self.next(true, node);
    }

    fn next(&self, overlap: bool, node: Value) {
        let id = self.shared.wanted.get() + 1;
        self.shared.wanted.set(id);
        self.shared.overlap.set(overlap);
        if !overlap {
            self.shared.current.set(0);
        }
        tokio::task::spawn_local(keep(Rc::clone(&self.shared), id, node));
    }

    pub(super) fn speak(&self) {
        self.shared.speaking.set(true);
    }

    pub(super) fn hush(&self) {
        self.shared.speaking.set(false);
    }

    pub(super) fn is_connected(&self) -> bool {
        self.shared.current.get() != 0
    }

    pub(super) fn connections(&self) -> u32 {
        self.shared.connections.get()
    }

    pub(super) fn ear(&self) -> Ref<'_, Ear> {
        self.shared.ear.borrow()
    }

    pub(super) fn with_ear<T>(&self, work: impl FnOnce(&mut Ear) -> T) -> T {
        work(&mut self.shared.ear.borrow_mut())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.shared.wanted.set(u32::MAX);
        self.shared.overlap.set(false);
    }
}

/// Keeps a connection until another is wanted.
async fn keep(shared: Rc<Inside>, id: u32, mut node: Value) {
    while shared.wanted.get() == id {
        let made = match shared.socket.is_live() {
            true => Connection::make(&shared.socket, shared.local, node.take()).await,
            false => None,
        };
        let Some(mut connection) = made else {
            sleep(AGAIN).await;
            continue;
        };
        shared.home.replace(connection.node.clone());
        connection.run(&shared, id).await;
        // The next one under this id is another, which its node knows.
        if shared.unknown.get() == id {
            shared.unknown.set(0);
        }
        if shared.current.get() == id {
            shared.current.set(0);
        }
        connection.rtc.disconnect();
        // On its own node the next connection took its place, under the same name. One whose node is gone is closed.
        if shared.wanted.get() != id && connection.node != *shared.home.borrow() {
            let _ = shared.socket.ask("rtc.close", json!({ "node": connection.node })).await;
        }
    }
}

/// Offers what was offered before: the node that has the connection answers as it did; another one had to make it.
async fn show(shared: Rc<Inside>, id: u32, mut offer: Value, node: Value) {
    offer["node"] = node.clone();
    if let Ok(answer) = shared.socket.ask("rtc.offer", offer).await
        && answer["node"] != node
    {
        shared.unknown.set(id);
    }
}

struct Connection {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    primary: Mid,
    opus: Option<Pt>,
    /// The media node it is of, as the server calls it; null from a server that does not say.
    node: Value,
    /// What was offered.
    offer: Value,
    sent: u64,
    since: Instant,
    connected: bool,
    disconnected: Option<Instant>,
}

impl Connection {
    /// Offers; `None` when the server does not take it now.
    async fn make(signaling: &Socket, local: IpAddr, node: Value) -> Option<Self> {
        let socket = UdpSocket::bind((local, 0)).await.ok()?;
        let address = socket.local_addr().ok()?;
        let mut config = Rtc::builder().set_rtp_mode(true).clear_codecs().enable_opus(true, false);
        config.set_max_stun_rto(STUN_RTO);
        config.set_max_stun_retransmits(STUN_REPEATS);
        let mut rtc = config.build(Instant::now());
        rtc.add_local_candidate(Candidate::host(address, "udp").ok()?);
        let mut api = rtc.sdp_api();
        let primary = api.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = api.apply()?;
        let tracks = json!([{ "mid": primary.to_string(), "purpose": "primary" }]);
        let mut offer = json!({ "sdp": offer.to_sdp_string(), "tracks": tracks });
        if !node.is_null() {
            offer["node"] = node;
        }
        let mut answer = signaling.ask("rtc.offer", offer.clone()).await.ok()?;
        let sdp = SdpAnswer::from_sdp_string(answer["sdp"].as_str()?).ok()?;
        rtc.sdp_api().accept_answer(pending, sdp).ok()?;
        let opus =
            rtc.codec_config().find(|it| it.spec().codec == str0m::format::Codec::Opus).map(|it| it.pt());
        Some(Self {
            rtc,
            socket,
            address,
            primary,
            opus,
            node: answer["node"].take(),
            offer,
            sent: 0,
            since: Instant::now(),
            connected: false,
            disconnected: None,
        })
    }

    /// Until it is lost or another takes its place.
    async fn run(&mut self, shared: &Rc<Inside>, id: u32) {
        let mut frames = interval(tandem_media::FRAME);
        frames.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (mut buffer, mut deadline) = (vec![0; 2_048], Instant::now());
        while shared.goes_on(id) {
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    let Ok((len, from)) = received else { continue };
                    let Ok(packet) = Receive::new(Protocol::Udp, from, self.address, &buffer[..len]) else { continue };
                    if self.rtc.handle_input(Input::Receive(Instant::now(), packet)).is_err() {
                        return;
                    }
                }
                () = sleep_until(deadline.into()) => {}
                at = frames.tick() => {
                    if shared.speaking.get() && shared.current.get() == id {
                        let late = Instant::now().saturating_duration_since(at.into());
                        let mut ear = shared.ear.borrow_mut();
                        ear.own_lateness = ear.own_lateness.max(late);
                        self.say(&mut shared.voice.borrow_mut());
                    }
                }
            }
            if self.rtc.handle_input(Input::Timeout(Instant::now())).is_err() {
                return;
            }
            match self.drain(shared, id).await {
                Some(next) => deadline = next,
                None => return,
            }
            if shared.current.get() == id && shared.to_show.take() {
                tokio::task::spawn_local(show(Rc::clone(shared), id, self.offer.clone(), self.node.clone()));
            }
            if shared.unknown.get() == id {
                return;
            }
            let never = !self.connected && self.since.elapsed() > CONNECT_WITHIN;
            if never || self.disconnected.is_some_and(|since| since.elapsed() > DISCONNECTED_FOR) {
                return;
            }
        }
    }

    fn say(&mut self, voice: &mut Voice) {
        let payload = voice.frame();
        self.sent += 1;
        let mut api = self.rtc.direct_api();
        let (Some(stream), Some(opus)) = (api.stream_tx_by_mid(self.primary, None), self.opus) else {
            return;
        };
        let timestamp = (self.sent as u32).wrapping_mul(STEP);
        stream.write_rtp(RtpWrite::new(opus, (self.sent + 1_000).into(), timestamp, Instant::now(), payload));
    }

    async fn drain(&mut self, shared: &Inside, id: u32) -> Option<Instant> {
        loop {
            match self.rtc.poll_output().ok()? {
                Output::Timeout(deadline) => return Some(deadline),
                // What cannot be sent is lost, as on any network.
                Output::Transmit(it) => _ = self.socket.send_to(&it.contents, it.destination).await,
                Output::Event(Event::Connected) => {
                    self.connected = true;
                    // Another may be wanted by now.
                    if shared.wanted.get() == id {
                        shared.current.set(id);
                    }
                    shared.connections.set(shared.connections.get() + 1);
                }
                Output::Event(Event::IceConnectionStateChange(state)) => {
                    let lost = state == IceConnectionState::Disconnected;
                    self.disconnected = lost.then(Instant::now);
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    let (mut listener, mut ear) = (shared.listener.borrow_mut(), shared.ear.borrow_mut());
                    listener.payload(Instant::now(), &packet.payload, &mut ear);
                }
                Output::Event(_) => {}
            }
        }
    }
}
