//! A phone: sends a tone as RTP, keeps what it hears.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tandem_codec::{
    decode::Decoder,
    encode::{Encoder, PACKET_MAX},
    tone::{goertzel, sine},
};
use tandem_media::{
    AudioCodec, Flow, RtpLocal, RtpRemote,
    dtmf::{DigitReceiver, DigitSender, TelephoneEvent},
    jitter::Next,
    rtp::RtpPacket,
};
use tandem_proto::EndpointId;
use tandem_relay::{Media, Relay};
use tokio::{net::UdpSocket, task::JoinHandle, time};

use super::{DEADLINE, LOCALHOST};

const EVENT_TYPE: u8 = 101;
const RATE: u32 = 48_000;

pub(crate) struct Phone {
    pub(crate) endpoint: EndpointId,
    pub(crate) local: RtpLocal,
    pub(crate) codec: AudioCodec,
    pub(crate) address: SocketAddr,
    socket: Arc<UdpSocket>,
    heard: Arc<Mutex<Heard>>,
    digits: Arc<Mutex<DigitSender>>,
    talking: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

/// What a phone received.
#[derive(Default)]
pub(crate) struct Heard {
    /// By RTP time, at 48 kHz; what never came is silence.
    pub(crate) samples: Vec<i16>,
    pub(crate) digits: String,
    pub(crate) packets: u64,
    /// Sequence numbers that were left out.
    pub(crate) skipped: u64,
    /// Steps of the RTP time that were not one frame.
    pub(crate) odd_steps: u64,
    last: Option<(u16, u32)>,
}

pub(crate) fn payload_type(codec: AudioCodec) -> u8 {
    match codec {
        AudioCodec::Pcmu => 0,
        AudioCodec::Pcma => 8,
        AudioCodec::Opus => 111,
    }
}

impl Phone {
    /// A phone whose leg is open and connected, and that sends a tone (0 for none).
    pub(crate) async fn call(relay: &Relay, codec: AudioCodec, tone: f64) -> Self {
        let endpoint = EndpointId::generate();
        let local = relay.open_rtp(endpoint).await.expect("a leg opens");
        let mut phone = Self::new(endpoint, local, codec).await;
        relay.connect_rtp(endpoint, phone.remote()).await.expect("connects");
        phone.answer(tone);
        phone
    }

    /// The same, by the relay of another node.
    pub(crate) async fn call_far(media: &Media, codec: AudioCodec, tone: f64) -> Self {
        let endpoint = EndpointId::generate();
        let local = media.open_rtp(endpoint).await.expect("a leg opens");
        let mut phone = Self::new(endpoint, local, codec).await;
        media.connect_rtp(endpoint, phone.remote()).await.expect("connects");
        phone.answer(tone);
        phone
    }

    async fn new(endpoint: EndpointId, local: RtpLocal, codec: AudioCodec) -> Self {
        let socket = Arc::new(UdpSocket::bind((LOCALHOST, 0)).await.expect("binds"));
        let address = socket.local_addr().expect("an address");
        Self {
            endpoint,
            local,
            codec,
            address,
            socket,
            heard: Arc::default(),
            digits: Arc::default(),
            talking: Arc::new(AtomicBool::new(true)),
            tasks: Vec::new(),
        }
    }

    fn answer(&mut self, tone: f64) {
        self.listen();
        if tone > 0.0 {
            self.talk(tone);
        }
    }

    pub(crate) fn remote(&self) -> RtpRemote {
        RtpRemote {
            address: self.address,
            signaling_ip: Some(self.address.ip()),
            codec: self.codec,
            payload_type: payload_type(self.codec),
            dtmf_payload_type: Some(EVENT_TYPE),
            flow: Flow::BOTH,
        }
    }

    pub(crate) fn relay_address(&self) -> SocketAddr {
        (self.local.ip, self.local.port).into()
    }

    pub(crate) fn press(&self, digits: &str) {
        assert!(self.digits.lock().expect("not poisoned").queue(digits));
    }

    /// Stops sending, or goes on.
    pub(crate) fn talking(&self, talking: bool) {
        self.talking.store(talking, Ordering::Relaxed);
    }

    pub(crate) fn heard<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        look(&self.heard.lock().expect("not poisoned"))
    }

    /// Forgets what was heard.
    pub(crate) fn forget(&self) {
        *self.heard.lock().expect("not poisoned") = Heard::default();
    }

    /// Waits until so much was heard since it was last forgotten.
    pub(crate) async fn listen_for(&self, duration: Duration) {
        let samples = duration.as_millis() as usize * RATE as usize / 1_000;
        self.wait(|heard| heard.samples.len() >= samples).await;
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

    /// Waits until a tone is heard for 100 ms.
    pub(crate) async fn wait_for_tone(&self, frequency: f64) {
        self.wait(|heard| heard.level_at_end(frequency) > 2_000.0).await;
    }

    fn talk(&mut self, tone: f64) {
        let (socket, to, codec) = (Arc::clone(&self.socket), self.relay_address(), self.codec);
        let (digits, talking) = (Arc::clone(&self.digits), Arc::clone(&self.talking));
        self.tasks.push(tokio::spawn(async move {
            let wave = sine(tone, RATE, RATE as usize, 8_000.0);
            let mut encoder = Encoder::new(codec).expect("an encoder");
            let step = codec.clock_rate() / 50;
            let (mut sequence, mut timestamp, mut pressed_at) = (65_530_u16, 4_294_960_000_u32, 0);
            let start = time::Instant::now();
            let mut ticks = time::interval(Duration::from_millis(20));
            let mut packet = [0; PACKET_MAX];
            for frame in wave.chunks_exact(960).cycle() {
                ticks.tick().await;
                timestamp = timestamp.wrapping_add(step);
                if !talking.load(Ordering::Relaxed) {
                    continue;
                }
                let key = digits.lock().expect("not poisoned").tick(start.elapsed(), codec.clock_rate());
                let len = encoder.run(frame.try_into().expect("a frame"), &mut packet).expect("encodes");
                let (repeats, marker, payload_type, at, payload) = match key {
                    Some(key) => {
                        if key.first {
                            pressed_at = timestamp;
                        }
                        packet[..4].copy_from_slice(&key.event.payload());
                        (key.repeats, key.first, EVENT_TYPE, pressed_at, &packet[..4])
                    }
                    None => (1, false, payload_type(codec), timestamp, &packet[..len]),
                };
                for _ in 0..repeats {
                    sequence = sequence.wrapping_add(1);
                    let rtp =
                        RtpPacket { marker, payload_type, sequence, timestamp: at, ssrc: 0x1234, payload };
                    send(&socket, to, &rtp).await;
                }
            }
        }));
    }

    fn listen(&mut self) {
        let (socket, heard, codec) = (Arc::clone(&self.socket), Arc::clone(&self.heard), self.codec);
        self.tasks.push(tokio::spawn(async move {
            let mut decoder = Decoder::new(codec).expect("a decoder");
            let mut keys = DigitReceiver::default();
            let (mut buffer, start) = ([0; 2_000], time::Instant::now());
            loop {
                let Ok((len, _)) = socket.recv_from(&mut buffer).await else { continue };
                let packet = RtpPacket::parse(&buffer[..len]).expect("RTP");
                let mut heard = heard.lock().expect("not poisoned");
                if packet.payload_type == EVENT_TYPE {
                    assert!(TelephoneEvent::parse(packet.payload).is_some());
                    heard.digits.extend(keys.receive(start.elapsed(), packet.timestamp, packet.payload));
                    heard.count(packet.sequence);
                    continue;
                }
                assert_eq!(packet.payload_type, payload_type(codec));
                heard.packet(&packet, codec, &mut decoder);
            }
        }));
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

pub(crate) async fn send(socket: &UdpSocket, to: SocketAddr, packet: &RtpPacket<'_>) {
    let mut buffer = [0; 1_500];
    let len = packet.write(&mut buffer).expect("fits");
    socket.send_to(&buffer[..len], to).await.expect("sends");
}

impl Heard {
    fn count(&mut self, sequence: u16) {
        self.packets += 1;
        if let Some((last, timestamp)) = self.last {
            self.skipped += u64::from(sequence.wrapping_sub(last).wrapping_sub(1));
            self.last = Some((sequence, timestamp));
        }
    }

    fn packet(&mut self, packet: &RtpPacket<'_>, codec: AudioCodec, decoder: &mut Decoder) {
        let step = codec.clock_rate() / 50;
        let before = self.last.map(|(_, timestamp)| timestamp);
        self.count(packet.sequence);
        self.last = Some((packet.sequence, packet.timestamp));
        if let Some(before) = before {
            let units = packet.timestamp.wrapping_sub(before);
            assert!(units < codec.clock_rate() * 5, "RTP time jumped from {before} to {}", packet.timestamp);
            self.odd_steps += u64::from(units != step);
            let missing = units.saturating_sub(step) * (RATE / codec.clock_rate());
            self.samples.extend(std::iter::repeat_n(0, missing as usize));
        }
        decoder.run(Next::Packet(packet.payload), 20, &mut self.samples);
    }

    /// How loud a frequency is in the last 100 ms.
    pub(crate) fn level_at_end(&self, frequency: f64) -> f64 {
        let from = self.samples.len().saturating_sub(4_800);
        if self.samples.len() < 4_800 { 0.0 } else { goertzel(&self.samples[from..], frequency, RATE) }
    }

    /// The longest stretch without the frequency, milliseconds; looked at in steps of 10 ms.
    pub(crate) fn longest_gap_ms(&self, frequency: f64) -> usize {
        longest_gap_ms(&self.samples, frequency)
    }
}

/// The longest stretch without the frequency, milliseconds; looked at in steps of 10 ms.
pub(crate) fn longest_gap_ms(samples: &[i16], frequency: f64) -> usize {
    let (mut longest, mut current) = (0, 0);
    for window in samples.chunks(480) {
        current = if goertzel(window, frequency, RATE) > 1_500.0 { 0 } else { current + 10 };
        longest = longest.max(current);
    }
    longest
}
