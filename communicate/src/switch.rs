//! What every call's task works with.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tandem_bus::Bus;
use tandem_cluster::Cluster;
use tandem_collaborate::PresenceService;
use tandem_core::{Clock, Mint, OrgScope};
use tandem_edge::identity::Identity;
use tandem_proto::{
    LegId, UserId,
    api::{Activity, Leg, LegKind, LegState, Presence},
};
use tandem_relay::{Media, MediaPool};
use tandem_signaling::SipHandle;
use tandem_sip::{Host, NameAddr, Peer, SessionTimerConfig, Text, Tokens, Transport, Uri};

use crate::{
    calls::{Contact, Records, Registry},
    control::{CallApp, CallError},
    directory::{Destination, Numbers, Phones, Resting, Trunks, is_e164, normalise},
    sip::Registrations,
};

/// How telephony is set up.
#[derive(Clone, Debug)]
pub struct CommunicateConfig {
    /// How long a person's devices ring.
    pub ring_timeout: Duration,
    /// Played to whoever is on hold.
    pub hold_music: PathBuf,
    /// Address in Contacts, where it is not the one the SIP sockets are bound to (NAT).
    pub public_ip: Option<IpAddr>,
    /// SIP domain and digest realm.
    pub domain: String,
    /// Live calls at most.
    pub max_calls: usize,
    /// How long a SIP session lasts that nobody refreshes (RFC 4028).
    pub session_timer: SessionTimerConfig,
}

impl CommunicateConfig {
    /// With the usual times and bounds.
    pub fn new(hold_music: PathBuf) -> Self {
        Self {
            ring_timeout: Duration::from_secs(45),
            hold_music,
            public_ip: None,
            domain: "tandem".to_owned(),
            max_calls: 5_000,
            session_timer: SessionTimerConfig::default(),
        }
    }
}

/// Shared by all calls of this process.
pub(crate) struct Switch {
    pub config: CommunicateConfig,
    pub clock: Arc<dyn Clock>,
    pub records: Records,
    pub registry: Registry,
    pub cluster: Cluster,
    pub media: MediaPool,
    sip: Option<SipHandle>,
    pub presence: PresenceService,
    pub identity: Identity,
    pub phones: Phones,
    pub registrations: Registrations,
    pub bus: Bus,
    pub app: CallApp,
    pub numbers: Numbers,
    pub trunks: Trunks,
    pub resting: Resting,
    mint: Arc<Mint>,
    tokens: Mutex<Tokens>,
    sessions: AtomicU64,
}

/// A leg that can be rung, and where, if it is a phone.
pub(crate) struct Reach {
    pub leg: Leg,
    pub contact: Option<Contact>,
}

/// What [`Switch::new`] is made of.
pub(crate) struct Parts {
    pub config: CommunicateConfig,
    pub clock: Arc<dyn Clock>,
    pub records: Records,
    pub cluster: Cluster,
    pub media: MediaPool,
    pub sip: Option<SipHandle>,
    pub presence: PresenceService,
    pub identity: Identity,
    pub phones: Phones,
    pub registrations: Registrations,
    pub bus: Bus,
    pub app: CallApp,
    pub numbers: Numbers,
    pub trunks: Trunks,
    pub mint: Arc<Mint>,
}

/// The SIP URI of who is reached there by that transport.
pub(crate) fn uri_at(user: &str, addr: SocketAddr, transport: Transport) -> Uri {
    let mut uri = Uri::sip(Some(user), Host::from(addr.ip()), Some(addr.port()));
    if let (Uri::Sip(sip), Some(param)) = (&mut uri, transport.param()) {
        sip.params.set(Text::of("transport"), Some(Text::of(param)));
    }
    uri
}

impl Switch {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            config,
            clock,
            records,
            cluster,
            media,
            sip,
            presence,
            identity,
            phones,
            registrations,
            bus,
            app,
            numbers,
            trunks,
            mint,
        } = parts;
        let sessions = u64::try_from(clock.now().millis()).unwrap_or(0);
        Self {
            config,
            clock,
            records,
            registry: Registry::default(),
            cluster,
            media,
            sip,
            presence,
            identity,
            phones,
            registrations,
            bus,
            app,
            numbers,
            trunks,
            resting: Resting::default(),
            mint,
            tokens: Mutex::new(Tokens::new(rand::random())),
            sessions: AtomicU64::new(sessions),
        }
    }

    /// The SIP transport.
    pub(crate) const fn sip(&self) -> &SipHandle {
        self.sip.as_ref().expect("calls are only where SIP is")
    }

    /// Whether calls live on this node.
    pub(crate) const fn takes_calls(&self) -> bool {
        self.sip.is_some()
    }

    /// Where the media of an org's new call goes; `None`: no media node is there.
    pub(crate) fn media_for(&self, scope: OrgScope) -> Option<Media> {
        self.media.choose(scope.org()).map(|node| self.media.on(node))
    }

    /// A fresh From or To tag.
    pub(crate) fn token_tag(&self) -> Text {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).tag()
    }

    /// A fresh Call-ID.
    pub(crate) fn token_call_id(&self) -> String {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).call_id().to_string()
    }

    /// A fresh session id for `o=`.
    pub(crate) fn session_id(&self) -> u64 {
        self.sessions.fetch_add(1, Ordering::Relaxed)
    }

    /// The address others reach our SIP sockets at.
    pub(crate) fn contact_ip(&self) -> IpAddr {
        self.config.public_ip.unwrap_or_else(|| self.sip().local_addr().ip())
    }

    /// The same as a URI's host.
    pub(crate) fn contact_host(&self) -> Host {
        Host::from(self.contact_ip())
    }

    /// Our Contact, as this peer knows us.
    pub(crate) fn contact(&self, peer: &Peer) -> NameAddr {
        let known = self.sip().contact_addr(peer);
        NameAddr::new(uri_at("tandem", known, peer.transport))
    }

    /// Where a number dialled inside an org leads: to emergency services before anything else, then an extension, then one of the org's own
    /// outside numbers, then whoever in the world has it.
    pub(crate) async fn resolve(&self, scope: OrgScope, dialled: &str) -> Result<Destination, CallError> {
        let Some(number) = normalise(dialled) else { return Ok(Destination::Nowhere) };
        if self.trunks.is_emergency(scope, &number).await? {
            return Ok(Destination::Outside { number });
        }
        let person = self.identity.by_extension(scope, &number).await.map_err(CallError::identity)?;
        if let Some(person) = person {
            return Ok(Destination::User(person.id));
        }
        Ok(match self.numbers.find(&self.mint, &number).await? {
            Some((owner, found)) if owner == scope => {
                Destination::Number { number: found.number, target: found.to }
            }
            _ if is_e164(&number) => Destination::Outside { number },
            _ => Destination::Nowhere,
        })
    }

    /// Where a user can be rung now: one leg for all browsers, and one for each registered phone if `phones`.
    pub(crate) async fn reach(
        &self,
        scope: OrgScope,
        user: UserId,
        phones: bool,
    ) -> Result<Vec<Reach>, CallError> {
        let person = self.identity.user(scope, user).await.map_err(CallError::identity)?;
        let Some(person) = person else { return Ok(Vec::new()) };
        let address = person.extension.unwrap_or(person.name);
        let leg = |kind| self.new_leg(kind, Some(user), address.clone(), Some(person.display_name.clone()));
        let mut reached = Vec::new();
        let online = self.presence.of(scope, user).await.is_ok_and(|p| p.primary != Presence::Offline);
        if online {
            reached.push(Reach { leg: leg(LegKind::Web), contact: None });
        }
        if phones {
            for phone in self.phones.list(scope, Some(user)).await? {
                let contacts = self.registrations.contacts(scope, &phone.auth_user, self.clock.now()).await?;
                let rung = contacts
                    .into_iter()
                    .map(|contact| Reach { leg: leg(LegKind::Phone), contact: Some(contact) });
                reached.extend(rung);
            }
        }
        Ok(reached)
    }

    /// A leg that has not begun.
    pub(crate) fn new_leg(
        &self,
        kind: LegKind,
        user: Option<UserId>,
        address: String,
        name: Option<String>,
    ) -> Leg {
        Leg {
            id: LegId::generate(),
            kind,
            user,
            device: None,
            address,
            name,
            state: LegState::Dialing,
            caller: false,
            muted: false,
            started_at: self.clock.now(),
            answered_at: None,
            ended_at: None,
            end_reason: None,
            trunk: None,
        }
    }

    pub(crate) async fn set_activity(&self, scope: OrgScope, user: UserId, activity: Option<Activity>) {
        if let Err(error) = self.presence.set_activity(scope, user, activity).await {
            tracing::warn!(%user, %error, "activity not shown");
        }
    }
}
