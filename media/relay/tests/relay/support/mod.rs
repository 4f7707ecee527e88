//! A relay on loopback, with phones and browsers of the test's own to call it.

pub(crate) mod browser;
pub(crate) mod node;
pub(crate) mod phone;

use std::{
    net::{IpAddr, Ipv4Addr, UdpSocket},
    time::Duration,
};

use tandem_media::{MediaEvent, PlayId, Source};
use tandem_proto::EndpointId;
use tandem_relay::{Relay, RelayConfig};
use tokio::sync::mpsc;

/// No test waits longer for anything.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
pub(crate) const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) struct TestRelay {
    pub(crate) relay: Relay,
    pub(crate) events: mpsc::Receiver<MediaEvent>,
}

impl TestRelay {
    pub(crate) fn start() -> Self {
        Self::with_timeout(Duration::from_secs(20))
    }

    pub(crate) fn with_timeout(rtp_timeout: Duration) -> Self {
        let first = free_ports();
        let config = RelayConfig {
            webrtc: (LOCALHOST, 0).into(),
            rtp_ip: LOCALHOST,
            rtp_ports: first..=first + 39,
            public_ip: None,
            rtp_timeout,
        };
        let (relay, events) = Relay::start(config).expect("the relay starts");
        Self { relay, events }
    }

    /// The next event that `wanted` finds something in.
    pub(crate) async fn event<T>(&mut self, mut wanted: impl FnMut(MediaEvent) -> Option<T>) -> T {
        let find = async {
            loop {
                let event = self.events.recv().await.expect("the relay runs");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(DEADLINE, find).await.expect("the event comes in time")
    }

    pub(crate) async fn play(&self, endpoint: EndpointId, play: u64, source: Source, looped: bool) {
        self.relay.play(endpoint, PlayId(play), source, looped).await.expect("plays");
    }
}

/// Where a range of ports is likely to be free: near one the system gives away now.
fn free_ports() -> u16 {
    let port = UdpSocket::bind((LOCALHOST, 0)).and_then(|socket| socket.local_addr()).expect("a port").port();
    port.clamp(20_000, 60_000)
}
