//! How SIP is opened.

use std::{net::SocketAddr, sync::Arc};

use tandem_cluster::Cluster;
use tandem_core::Clock;
use tandem_setup::{Certificates, Config, Proxies, StartError};
use tandem_signaling::{BindError, SipConfig, SipHandle, SipNode, StartError as NoSip, TlsAddress};
use tandem_sip::{SipEvent, Transport};
use tokio::sync::mpsc;

use super::failed;

/// Protocols spoken within TLS, where the peer names any: SIP (RFC 7301's registry has `sip/2`),
const SIP: &[u8] = b"sip/2";
/// and the HTTP that WebSockets begin with.
const HTTP: &[u8] = b"http/1.1";

/// Where SIP is really listened to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SipAddresses([Option<SocketAddr>; 4]);

impl SipAddresses {
    const TRANSPORTS: [Transport; 4] = [Transport::Udp, Transport::Tls, Transport::Ws, Transport::Wss];

    pub(super) fn of(handle: Option<&SipHandle>) -> Self {
        Self(Self::TRANSPORTS.map(|transport| handle.and_then(|handle| handle.bound(transport))))
    }

    /// The address of what is spoken over a transport; UDP's is TCP's too.
    pub(crate) fn at(self, transport: Transport) -> Option<SocketAddr> {
        let known = Self::TRANSPORTS.into_iter().zip(self.0);
        known.filter(|(each, _)| *each == transport).find_map(|(_, address)| address)
    }
}

pub(super) async fn start(
    config: &Config,
    certificates: Option<&Certificates>,
    cluster: &Cluster,
    clock: &Arc<dyn Clock>,
) -> Result<(SipHandle, mpsc::Receiver<SipEvent>, SipNode), StartError> {
    let sip = SipConfig {
        // Port 0: the one that is bound.
        advertise: config.public_ip.map(|ip| SocketAddr::new(ip, 0)),
        tls: tls(config, certificates).await?,
        ws: config.sip_ws,
        wss: config
            .sip_wss
            .zip(certificates)
            .map(|(bind, certificates)| TlsAddress { bind, greeting: certificates.accepting(&[HTTP]) }),
        proxies: Proxies::within(&config.trusted_proxies),
        ..SipConfig::new(config.sip)
    };
    SipNode::start(sip, Arc::clone(clock), cluster).await.map_err(|error| match error {
        NoSip::Bind(error) => not_opened(error),
        error => failed("SIP", &error),
    })
}

async fn tls(config: &Config, certificates: Option<&Certificates>) -> Result<Option<TlsAddress>, StartError> {
    let Some((bind, certificates)) = config.sip_tls.zip(certificates) else { return Ok(None) };
    let greeting = match &config.sip_tls_ca {
        Some(authority) => certificates
            .accepting_known(authority.clone(), &[SIP])
            .await
            .map_err(|error| StartError::Config(format!("sip_tls_ca: {error}")))?,
        None => certificates.accepting(&[SIP]),
    };
    Ok(Some(TlsAddress { bind, greeting }))
}

fn not_opened(error: BindError) -> StartError {
    let (option, address, reason) = match error {
        BindError::Udp { addr, source } | BindError::Tcp { addr, source } => ("--sip", addr, source),
        BindError::Further { transport, addr, source } => {
            let option = match transport {
                Transport::Tls => "--sip-tls",
                Transport::Ws => "--sip-ws",
                Transport::Wss => "--sip-wss",
                Transport::Udp | Transport::Tcp => "--sip",
            };
            (option, addr, source)
        }
    };
    StartError::Listen { what: "SIP", address, option, reason }
}
