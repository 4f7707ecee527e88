//! A browser: a full-ICE `str0m` peer that sends a tone as Opus and made-up video, and keeps what it gets.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Event, Input, Output, Rtc,
    change::{SdpAnswer, SdpApi},
    format::{Codec, FormatParams},
    media::{Direction, Frequency, KeyframeRequestKind, MediaKind, Mid},
    net::{Protocol, Receive},
    rtp::RtpWrite,
};
use tandem_codec::{
    decode::Decoder,
    encode::{Encoder, PACKET_MAX},
    tone::{goertzel, sine},
};
use tandem_media::{AudioCodec, MediaError, TrackIntent, jitter::Next};
use tandem_proto::EndpointId;
use tandem_relay::{Maker, Media, Relay};
use tokio::{
    net::UdpSocket,
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time,
};

use super::{DEADLINE, LOCALHOST};

type Work = Box<dyn FnOnce(&mut Inside) + Send>;

pub(crate) struct Browser {
    pub(crate) endpoint: EndpointId,
    server: Server,
    work: mpsc::UnboundedSender<Work>,
    heard: Arc<Mutex<Heard>>,
    pub(crate) primary: Option<Mid>,
    intents: Vec<(String, TrackIntent)>,
    task: JoinHandle<()>,
}

/// What a browser received.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) connected: bool,
    /// Primary audio by RTP time at 48 kHz.
    pub(crate) samples: Vec<i16>,
    last: Option<(u64, u32)>,
    pub(crate) skipped: u64,
    /// Packets of the other sections: sequence number, payload type, payload.
    pub(crate) tracks: HashMap<Mid, Vec<(u64, u8, Vec<u8>)>>,
    pub(crate) key_frames_asked: u32,
}

/// Who answers its offers.
#[derive(Clone)]
pub(crate) enum Server {
    Here(Relay),
    Elsewhere(Media, Maker),
}

impl From<&Relay> for Server {
    fn from(relay: &Relay) -> Self {
        Self::Here(relay.clone())
    }
}

impl From<(&Media, Maker)> for Server {
    fn from((media, maker): (&Media, Maker)) -> Self {
        Self::Elsewhere(media.clone(), maker)
    }
}

/// How a browser differs from the others.
#[derive(Clone, Copy, Default)]
pub(crate) struct Habits {
    /// Tone it says, Hz; 0 for none.
    pub(crate) tone: f64,
    /// Another payload type for VP8.
    pub(crate) vp8: Option<u8>,
}

struct Inside {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    heard: Arc<Mutex<Heard>>,
    primary: Option<Mid>,
    /// The section video is sent in.
    video: Option<Mid>,
    decoder: Decoder,
    ssrcs: HashMap<u32, Mid>,
}

impl Browser {
    /// A browser that is not connected yet.
    pub(crate) async fn open(server: impl Into<Server>, endpoint: EndpointId, habits: Habits) -> Self {
        let socket = UdpSocket::bind((LOCALHOST, 0)).await.expect("binds");
        let address = socket.local_addr().expect("an address");
        let mut config = Rtc::builder().set_rtp_mode(true);
        if let Some(payload_type) = habits.vp8 {
            let codecs = config.codec_config();
            codecs.enable_vp8(false);
            let rtx = (payload_type + 1).into();
            let video = Frequency::NINETY_KHZ;
            codecs.add_config(
                payload_type.into(),
                Some(rtx),
                Codec::Vp8,
                video,
                None,
                FormatParams::default(),
            );
        }
        let mut rtc = config.build(Instant::now());
        rtc.add_local_candidate(Candidate::host(address, "udp").expect("a candidate"));
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (work, inbox) = mpsc::unbounded_channel();
        let decoder = Decoder::new(AudioCodec::Opus).expect("a decoder");
        let inside = Inside {
            rtc,
            socket,
            address,
            heard: Arc::clone(&heard),
            primary: None,
            video: None,
            decoder,
            ssrcs: HashMap::new(),
        };
        let task = tokio::spawn(inside.run(inbox, habits.tone));
        let server = server.into();
        Self { endpoint, server, work, heard, primary: None, intents: Vec::new(), task }
    }

    /// A browser that is connected, with its primary audio.
    pub(crate) async fn connect(server: impl Into<Server>, endpoint: EndpointId, habits: Habits) -> Self {
        let mut browser = Self::open(server, endpoint, habits).await;
        browser.offer_primary().await;
        browser.wait(|heard| heard.connected).await;
        browser
    }

    pub(crate) async fn offer_primary(&mut self) {
        let primary = self.negotiate(MediaKind::Audio, Direction::SendRecv, TrackIntent::Primary).await;
        let primary = primary.expect("the offer is taken");
        self.primary = Some(primary);
        self.within(move |inside| inside.primary = Some(primary)).await;
    }

    /// Offers one section more; its mid.
    pub(crate) async fn negotiate(
        &mut self,
        kind: MediaKind,
        direction: Direction,
        intent: TrackIntent,
    ) -> Result<Mid, MediaError> {
        let sends_video = kind == MediaKind::Video && direction == Direction::SendOnly;
        let mid = self
            .change(move |api| api.add_media(kind, direction, None, None, None), |mid| Some((*mid, intent)))
            .await?;
        if sends_video {
            self.within(move |inside| inside.video = Some(mid)).await;
        }
        Ok(mid)
    }

    /// Offers any change.
    pub(crate) async fn change<T: Send + 'static>(
        &mut self,
        change: impl FnOnce(&mut SdpApi<'_>) -> T + Send + 'static,
        intent: impl FnOnce(&T) -> Option<(Mid, TrackIntent)>,
    ) -> Result<T, MediaError> {
        let offered = self.within(|inside| {
            let mut api = inside.rtc.sdp_api();
            let changed = change(&mut api);
            let (offer, pending) = api.apply().expect("something to offer");
            (offer.to_sdp_string(), pending, changed)
        });
        let (offer, pending, changed) = offered.await;
        let mut intents = self.intents.clone();
        intents.extend(intent(&changed).map(|(mid, intent)| (mid.to_string(), intent)));
        let answer = match &self.server {
            Server::Here(relay) => relay.offer(self.endpoint, offer, intents.clone()).await?,
            Server::Elsewhere(media, maker) => {
                media.offer(self.endpoint, *maker, offer, intents.clone()).await?
            }
        };
        self.intents = intents;
        let answer = SdpAnswer::from_sdp_string(&answer).expect("an answer that can be read");
        self.within(|inside| {
            inside.rtc.sdp_api().accept_answer(pending, answer).expect("an answer that fits")
        })
        .await;
        Ok(changed)
    }

    /// Asks for a key frame in a section it receives.
    pub(crate) async fn ask_key_frame(&self, mid: Mid) {
        self.within(move |inside| {
            let mut api = inside.rtc.direct_api();
            api.stream_rx_by_mid(mid, None)
                .expect("something came")
                .request_keyframe(KeyframeRequestKind::Pli);
        })
        .await;
    }

    /// Closes the connection as a page does that is left.
    pub(crate) async fn close(&self) {
        self.within(|inside| inside.rtc.close().expect("closes")).await;
    }

    async fn within<T: Send + 'static>(&self, work: impl FnOnce(&mut Inside) -> T + Send + 'static) -> T {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |inside| _ = reply.send(work(inside)));
        assert!(self.work.send(work).is_ok(), "the browser runs");
        answer.await.expect("the browser runs")
    }

    pub(crate) fn heard<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        look(&self.heard.lock().expect("not poisoned"))
    }

    /// Forgets what was heard.
    pub(crate) fn forget(&self) {
        let mut heard = self.heard.lock().expect("not poisoned");
        *heard = Heard { connected: heard.connected, ..Heard::default() };
    }

    /// Waits until what was heard is as wanted.
    pub(crate) async fn wait(&self, wanted: impl Fn(&Heard) -> bool) {
        let poll = async {
            let mut tick = time::interval(Duration::from_millis(5));
            while !self.heard(&wanted) {
                tick.tick().await;
            }
        };
        time::timeout(DEADLINE, poll).await.expect("it is heard in time");
    }

    pub(crate) async fn listen_for(&self, duration: Duration) {
        let samples = duration.as_millis() as usize * 48;
        self.wait(|heard| heard.samples.len() >= samples).await;
    }

    pub(crate) async fn wait_for_tone(&self, frequency: f64) {
        self.wait(|heard| heard.level_at_end(frequency) > 2_000.0).await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Inside {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Work>, tone: f64) {
        let wave = sine(tone, 48_000, 48_000, 8_000.0);
        let mut encoder = Encoder::new(AudioCodec::Opus).expect("an encoder");
        let mut ticks = time::interval(Duration::from_millis(20));
        let (mut buffer, mut count, mut deadline) = ([0; 2_000], 0_u64, Instant::now());
        loop {
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    let Ok((len, from)) = received else { continue };
                    let Ok(receive) = Receive::new(Protocol::Udp, from, self.address, &buffer[..len]) else { continue };
                    self.rtc.handle_input(Input::Receive(Instant::now(), receive)).expect("input is taken");
                }
                () = time::sleep_until(deadline.into()) => {}
                work = inbox.recv() => {
                    let Some(work) = work else { return };
                    work(&mut self);
                }
                _ = ticks.tick() => {
                    let frame = &wave[count as usize % 50 * 960..][..960];
                    if tone > 0.0 {
                        self.say(count, frame, &mut encoder);
                    }
                    self.show(count);
                    count += 1;
                }
            }
            self.rtc.handle_input(Input::Timeout(Instant::now())).expect("time passes");
            deadline = self.drain().await;
        }
    }

    fn say(&mut self, count: u64, frame: &[i16], encoder: &mut Encoder) {
        let Some(mid) = self.primary.filter(|_| self.rtc.is_connected()) else { return };
        let mut packet = [0; PACKET_MAX];
        let len = encoder.run(frame.try_into().expect("a frame"), &mut packet).expect("encodes");
        let opus = self.rtc.codec_config().find(|it| it.spec().codec == Codec::Opus).expect("has Opus").pt();
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, None) else { return };
        let write =
            RtpWrite::new(opus, (count + 1_000).into(), count as u32 * 960, Instant::now(), &packet[..len]);
        stream.write_rtp(write);
    }

    /// Two packets a picture, 50 pictures a second; each says which it is.
    fn show(&mut self, count: u64) {
        let Some(mid) = self.video.filter(|_| self.rtc.is_connected()) else { return };
        let vp8 = self.rtc.codec_config().find(|it| it.spec().codec == Codec::Vp8).expect("has VP8").pt();
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, None) else { return };
        for part in 0..2 {
            let number = count * 2 + part;
            let mut payload = vec![0x10, 0, 0, 0];
            payload.extend(number.to_be_bytes());
            payload.resize(900, part as u8);
            let write =
                RtpWrite::new(vp8, (number + 30_000).into(), count as u32 * 1_800, Instant::now(), payload);
            stream.write_rtp(write.marker(part == 1).nackable(true));
        }
    }

    async fn drain(&mut self) -> Instant {
        loop {
            match self.rtc.poll_output().expect("the connection lives") {
                Output::Timeout(deadline) => return deadline,
                Output::Transmit(it) => {
                    _ = self.socket.send_to(&it.contents, it.destination).await.expect("sends")
                }
                Output::Event(event) => self.take(event),
            }
        }
    }

    fn take(&mut self, event: Event) {
        let mut heard = self.heard.lock().expect("not poisoned");
        match event {
            Event::Connected => heard.connected = true,
            Event::KeyframeRequest(_) => heard.key_frames_asked += 1,
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let mid = self.ssrcs.get(&*ssrc).copied();
                let mid = mid.or_else(|| self.rtc.direct_api().stream_rx(&ssrc).map(|stream| stream.mid()));
                let Some(mid) = mid else { return };
                self.ssrcs.insert(*ssrc, mid);
                if Some(mid) == self.primary {
                    heard.audio(*packet.seq_no, packet.header.timestamp, &packet.payload, &mut self.decoder);
                } else {
                    let packet = (*packet.seq_no, *packet.header.payload_type, packet.payload.to_vec());
                    heard.tracks.entry(mid).or_default().push(packet);
                }
            }
            _ => {}
        }
    }
}

impl Heard {
    fn audio(&mut self, sequence: u64, timestamp: u32, payload: &[u8], decoder: &mut Decoder) {
        if let Some((number, time)) = self.last.replace((sequence, timestamp)) {
            self.skipped += (sequence - number).saturating_sub(1);
            let missing = timestamp.wrapping_sub(time).saturating_sub(960);
            assert!(missing < 480_000, "RTP time jumped by {missing}");
            self.samples.extend(std::iter::repeat_n(0, missing as usize));
        }
        decoder.run(Next::Packet(payload), 20, &mut self.samples);
    }

    pub(crate) fn level_at_end(&self, frequency: f64) -> f64 {
        let from = self.samples.len().saturating_sub(4_800);
        if self.samples.len() < 4_800 { 0.0 } else { goertzel(&self.samples[from..], frequency, 48_000) }
    }
}
