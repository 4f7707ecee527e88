//! The media relay: sockets and threads around `media/core`. Browsers reach it as ICE-lite WebRTC peers on one UDP port, phones as
//! plain RTP on a port each.
//!
//! The contract: an endpoint hears every other endpoint of its room. What a browser receives as tracks of its own is left out of its
//! primary audio; everything else in the room is in it (passed on as it is when it is one source of the same codec, else mixed).
//!
//! Inside, one thread owns everything (`shard`): it waits for packets, commands and the 20 ms tick, and takes no lock. The handle only
//! sends it commands and reads files before it does. Several threads will each own whole rooms; the shard is already the first
//! character pair of a peer's ICE user fragment, so that a packet on the wrong thread will find its owner.
//!
//! Outside, [`MediaPool`] makes the relays of all nodes one: whoever controls a call asks the relay of any node as it would ask its own.

mod clips;
mod command;
mod endpoint;
mod leg;
mod outlet;
mod peer;
mod player;
mod pool;
mod ports;
mod shard;
pub mod sounds;

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use crossbeam_channel::{Sender, TrySendError};
use tandem_media::{EndpointStats, MediaError, MediaEvent, PlayId, RtpLocal, RtpRemote, Source, TrackIntent};
use tandem_proto::{EndpointId, RoomId, TrackId};
use tokio::sync::{mpsc, oneshot};

use crate::{
    clips::ClipCache,
    command::{Command, Program, Reply},
    shard::Shard,
};

pub use pool::{Maker, Media, MediaPool, MediaTimes};

/// Commands that may wait for the thread.
const COMMANDS_MAX: usize = 4_096;
/// Events that may wait for their reader; more wait inside the thread.
const EVENTS_MAX: usize = 1_024;

/// How a relay is set up.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// UDP address for all WebRTC peers.
    pub webrtc: SocketAddr,
    /// Address to bind RTP ports on.
    pub rtp_ip: IpAddr,
    /// RTP ports; even ones are used, RTCP on the next.
    pub rtp_ports: RangeInclusive<u16>,
    /// Address told to far ends in place of the bound ones (NAT).
    pub public_ip: Option<IpAddr>,
    /// Silence on an RTP leg that should receive, before [`MediaEvent::RtpTimeout`].
    pub rtp_timeout: std::time::Duration,
}

/// A handle on the relay. Cheap to clone; the relay stops when the last one is dropped.
#[derive(Clone, Debug)]
pub struct Relay {
    inner: Arc<Inner>,
}

struct Inner {
    commands: Sender<Command>,
    waker: mio::Waker,
    stop: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
    clips: ClipCache,
    vitals: Arc<Vitals>,
    webrtc: SocketAddr,
}

/// What the thread shows of itself while it runs.
#[derive(Debug, Default)]
pub(crate) struct Vitals {
    ticks: AtomicU64,
    endpoints: AtomicU32,
}

impl Relay {
    /// Binds the sockets and starts the thread.
    pub fn start(config: RelayConfig) -> io::Result<(Self, mpsc::Receiver<MediaEvent>)> {
        let (commands, inbox) = crossbeam_channel::bounded(COMMANDS_MAX);
        let (events, receiver) = mpsc::channel(EVENTS_MAX);
        let stop = Arc::new(AtomicBool::new(false));
        let vitals = Arc::<Vitals>::default();
        let mut shard = Shard::bind(config, inbox, events, Arc::clone(&stop), Arc::clone(&vitals))?;
        let (waker, webrtc) = (shard.waker()?, shard.webrtc_address());
        let thread = std::thread::Builder::new().name("media-0".into()).spawn(move || shard.run())?;
        let thread = Mutex::new(Some(thread));
        let inner = Inner { commands, waker, stop, thread, clips: ClipCache::default(), vitals, webrtc };
        Ok((Self { inner: Arc::new(inner) }, receiver))
    }

    /// The address WebRTC peers are told to reach (with the port that was bound, if 0 was asked for).
    pub fn webrtc_address(&self) -> SocketAddr {
        self.inner.webrtc
    }

    /// How many endpoints there are now.
    pub fn load(&self) -> u32 {
        self.inner.vitals.endpoints.load(Ordering::Relaxed)
    }

    /// Counts the thread's ticks. One that stands still for longer than a tick hangs.
    pub(crate) fn ticks(&self) -> u64 {
        self.inner.vitals.ticks.load(Ordering::Relaxed)
    }

    /// Makes (or renegotiates) a browser's peer connection and returns the answer. An offer with a new DTLS fingerprint replaces the
    /// endpoint's transport (a reload) and keeps its room and settings; what it published and received is gone. A new ICE ufrag alone
    /// is an ICE restart.
    ///
    /// `tracks` names, by `a=mid`, the sections that are in use, all of them every time: a section left out is no longer used. If none
    /// is named `Primary`, the first audio section is.
    pub async fn offer(
        &self,
        endpoint: EndpointId,
        sdp: String,
        tracks: Vec<(String, TrackIntent)>,
    ) -> Result<String, MediaError> {
        self.ask(|reply| Command::Offer { endpoint, sdp, tracks, reply }).await
    }

    /// Reserves ports for a phone's leg.
    pub async fn open_rtp(&self, endpoint: EndpointId) -> Result<RtpLocal, MediaError> {
        self.ask(|reply| Command::OpenRtp { endpoint, reply }).await
    }

    /// Tells an RTP leg its far end; again after a re-INVITE.
    pub async fn connect_rtp(&self, endpoint: EndpointId, remote: RtpRemote) -> Result<(), MediaError> {
        self.ask(|reply| Command::ConnectRtp { endpoint, remote, reply }).await
    }

    /// Puts an endpoint into a room (out of the one it was in). Rooms come with their first endpoint and go with their last.
    pub async fn join(&self, endpoint: EndpointId, room: RoomId) -> Result<(), MediaError> {
        self.ask(|reply| Command::Join { endpoint, room, reply }).await
    }

    /// Takes an endpoint out of its room; it hears only what is played to it.
    pub async fn leave(&self, endpoint: EndpointId) -> Result<(), MediaError> {
        self.ask(|reply| Command::Leave { endpoint, reply }).await
    }

    /// Drops the voice the endpoint sends (its camera and screen go on), or stops to.
    pub async fn mute(&self, endpoint: EndpointId, muted: bool) -> Result<(), MediaError> {
        self.ask(|reply| Command::Mute { endpoint, muted, reply }).await
    }

    /// Plays to one endpoint, in place of what played before; mixed over the room's audio if it is in one.
    pub async fn play(
        &self,
        endpoint: EndpointId,
        play: PlayId,
        source: Source,
        looped: bool,
    ) -> Result<(), MediaError> {
        let program = match source {
            Source::Files(paths) => Program::Clips(self.inner.clips.load(paths).await?),
            Source::Ringback => Program::Ringback,
        };
        self.ask(|reply| Command::Play { endpoint, play, program, looped, reply }).await
    }

    /// Ends what plays.
    pub async fn stop_playing(&self, endpoint: EndpointId) -> Result<(), MediaError> {
        self.ask(|reply| Command::StopPlaying { endpoint, reply }).await
    }

    /// Sends digits to a phone (RFC 4733), 100 ms each with 100 ms between. To a phone that did not agree on telephone-event, and to a
    /// browser, nothing is sent.
    pub async fn send_dtmf(&self, endpoint: EndpointId, digits: String) -> Result<(), MediaError> {
        self.ask(|reply| Command::SendDtmf { endpoint, digits, reply }).await
    }

    /// Height in pixels at which a browser shows a received video; 0 pauses it.
    pub async fn shown_at(
        &self,
        endpoint: EndpointId,
        track: TrackId,
        height: u32,
    ) -> Result<(), MediaError> {
        self.ask(|reply| Command::ShownAt { endpoint, track, height, reply }).await
    }

    /// The endpoint's numbers.
    pub async fn stats(&self, endpoint: EndpointId) -> Result<EndpointStats, MediaError> {
        self.ask(|reply| Command::Stats { endpoint, reply }).await
    }

    /// Ends an endpoint and frees its ports.
    pub async fn close(&self, endpoint: EndpointId) {
        // An endpoint that is gone already, or a relay that stops, is what was asked for.
        let _ = self.ask(|reply| Command::Close { endpoint, reply }).await;
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, MediaError> {
        let (reply, answer) = oneshot::channel();
        match self.inner.commands.try_send(command(reply)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(MediaError::NoCapacity("too many commands wait for the relay".into()));
            }
            Err(TrySendError::Disconnected(_)) => return Err(MediaError::Stopping),
        }
        // A failed wake-up only delays the command to the next tick.
        let _ = self.inner.waker.wake();
        answer.await.unwrap_or(Err(MediaError::Stopping))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let _ = self.waker.wake();
        if let Some(thread) = self.thread.get_mut().ok().and_then(Option::take)
            && thread.join().is_err()
        {
            tracing::error!("the media thread panicked");
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("webrtc", &self.webrtc).finish_non_exhaustive()
    }
}
