//! The tab's one peer connection: `str0m` with a UDP socket, one two-way audio section.

use std::{
    cell::{Cell, Ref, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use serde_json::json;
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
    sync::Notify,
    task::JoinHandle,
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
    task: JoinHandle<()>,
}

struct Inside {
    socket: Rc<Socket>,
    renew: Notify,
    connected: Cell<bool>,
    connections: Cell<u32>,
    speaking: Cell<bool>,
    ear: Shared<Ear>,
}

impl std::fmt::Debug for Inside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inside").field("connected", &self.connected).finish_non_exhaustive()
    }
}

impl Peer {
    /// Media without a connection: [`Self::renew`] makes one.
    pub(super) fn new(socket: Rc<Socket>, stream: u32, tones: Option<(u16, u16)>) -> Self {
        let shared = Rc::new(Inside {
            socket,
            renew: Notify::new(),
            connected: Cell::new(false),
            connections: Cell::new(0),
            speaking: Cell::new(false),
            ear: Rc::new(RefCell::new(Ear::default())),
        });
        let (voice, listener) = match tones {
            Some((says, hears)) => {
                (Voice::tone(says, AudioCodec::Opus), Listener::for_tone(hears, AudioCodec::Opus))
            }
            None => (None, Listener::default()),
        };
        let voice = voice.unwrap_or_else(|| Voice::numbered(stream, AudioCodec::Opus));
        let task = tokio::task::spawn_local(live(Rc::clone(&shared), voice, listener));
        Self { shared, task }
    }

    pub(super) fn renew(&self) {
        self.shared.renew.notify_one();
    }

    pub(super) fn speak(&self) {
        self.shared.speaking.set(true);
    }

    pub(super) fn hush(&self) {
        self.shared.speaking.set(false);
    }

    pub(super) fn is_connected(&self) -> bool {
        self.shared.connected.get()
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
        self.task.abort();
    }
}

/// One connection after another.
async fn live(shared: Rc<Inside>, mut voice: Voice, mut listener: Listener) {
    shared.renew.notified().await;
    loop {
        if !shared.socket.is_live() {
            // The tab asks for a connection once the socket is back.
            shared.renew.notified().await;
            continue;
        }
        let made = Connection::make(&shared.socket).await;
        match made {
            Some(mut connection) => {
                connection.run(&shared, &mut voice, &mut listener).await;
                shared.connected.set(false);
                connection.rtc.disconnect();
            }
            None => sleep(AGAIN).await,
        }
    }
}

struct Connection {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    primary: Mid,
    opus: Option<Pt>,
    sent: u64,
    since: Instant,
    disconnected: Option<Instant>,
}

impl Connection {
    /// Offers; `None` when the server does not take it now.
    async fn make(signaling: &Socket) -> Option<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").await.ok()?;
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
        let offer = json!({ "sdp": offer.to_sdp_string(), "tracks": tracks });
        let answer = signaling.ask("rtc.offer", offer).await.ok()?;
        let answer = SdpAnswer::from_sdp_string(answer["sdp"].as_str()?).ok()?;
        rtc.sdp_api().accept_answer(pending, answer).ok()?;
        let opus =
            rtc.codec_config().find(|it| it.spec().codec == str0m::format::Codec::Opus).map(|it| it.pt());
        Some(Self { rtc, socket, address, primary, opus, sent: 0, since: Instant::now(), disconnected: None })
    }

    /// Until it is lost or a new one is asked for.
    async fn run(&mut self, shared: &Inside, voice: &mut Voice, listener: &mut Listener) {
        let mut frames = interval(tandem_media::FRAME);
        frames.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (mut buffer, mut deadline) = (vec![0; 2_048], Instant::now());
        loop {
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
                    if shared.speaking.get() && shared.connected.get() {
                        let late = Instant::now().saturating_duration_since(at.into());
                        let mut ear = shared.ear.borrow_mut();
                        ear.own_lateness = ear.own_lateness.max(late);
                        self.say(voice);
                    }
                }
                () = shared.renew.notified() => return,
            }
            if self.rtc.handle_input(Input::Timeout(Instant::now())).is_err() {
                return;
            }
            match self.drain(shared, listener).await {
                Some(next) => deadline = next,
                None => return,
            }
            let never = !shared.connected.get() && self.since.elapsed() > CONNECT_WITHIN;
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

    async fn drain(&mut self, shared: &Inside, listener: &mut Listener) -> Option<Instant> {
        loop {
            match self.rtc.poll_output().ok()? {
                Output::Timeout(deadline) => return Some(deadline),
                // What cannot be sent is lost, as on any network.
                Output::Transmit(it) => _ = self.socket.send_to(&it.contents, it.destination).await,
                Output::Event(Event::Connected) => {
                    shared.connected.set(true);
                    shared.connections.set(shared.connections.get() + 1);
                }
                Output::Event(Event::IceConnectionStateChange(state)) => {
                    let lost = state == IceConnectionState::Disconnected;
                    self.disconnected = lost.then(Instant::now);
                }
                Output::Event(Event::RtpPacket(packet)) => {
                    listener.payload(Instant::now(), &packet.payload, &mut shared.ear.borrow_mut());
                }
                Output::Event(_) => {}
            }
        }
    }
}
