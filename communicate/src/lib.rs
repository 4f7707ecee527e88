//! Telephony: numbers, dial plan, phones and calls, over browsers and SIP alike.
//!
//! Each live call is a task that feeds `tandem-call`'s decisions and carries out their orders on the SIP transport and the media relay.
//! The contract: a call's log entry is durable before what it says happens on the wire. Each call is owned by one node, which keeps in the
//! store, with every step, all that another node needs to go on with it.

mod calls;
pub mod control;
pub mod directory;
mod placing;
mod routes;
mod rtc;
mod sip;
mod switch;

use std::sync::Arc;

use tandem_bus::Bus;
use tandem_cluster::Cluster;
use tandem_collaborate::PresenceService;
use tandem_core::{Clock, Mint, OrgScope};
use tandem_edge::{
    ApiProblem, Caller,
    identity::{Identity, UserRecord},
};
use tandem_media::MediaEvent;
use tandem_proto::{
    CallId, DeviceId, DivisionId, NodeId, NodeRole, UserId,
    api::{EndReason, Presence},
};
use tandem_relay::MediaPool;
use tandem_signaling::SipHandle;
use tandem_sip::SipEvent;
use tandem_store::{BoxFuture, Cause, Migration, Store, StoreError, Tx, dump::Personal};
use tokio::sync::{broadcast, mpsc, watch};
use utoipa_axum::router::OpenApiRouter;

use calls::{Command, Message, Records};
use control::{CallApp, CallError, Calls};
use directory::{Numbers, PhoneError, PhoneRecord, Phones, Trunks};
use sip::{Front, Hub, Registrations, Subscriptions};
use switch::{Parts, Switch};

pub use directory::{NUMBERS, PHONES};
pub use rtc::Rtc;
pub use switch::CommunicateConfig;

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0030_telephony", sql: include_str!("../migrations/0030_telephony.sql") },
    Migration { name: "0031_call_states", sql: include_str!("../migrations/0031_call_states.sql") },
    Migration { name: "0032_sip_nodes", sql: include_str!("../migrations/0032_sip_nodes.sql") },
    Migration { name: "0033_divisions", sql: include_str!("../migrations/0033_divisions.sql") },
    Migration { name: "0034_trunks_out", sql: include_str!("../migrations/0034_trunks_out.sql") },
];

/// What is personal in the tables of this crate.
pub const PERSONAL: &[Personal] = &[calls::PERSONAL];

/// What an org has so many of at most.
pub const COUNTED: &[tandem_edge::Counted] = directory::COUNTED;

/// Clears what the tables of this crate hold of somebody.
pub fn erase(
    tx: &mut Tx,
    user: UserId,
    from: Option<String>,
) -> BoxFuture<'_, Result<Option<String>, StoreError>> {
    calls::erase(tx, user, from)
}

/// What telephony stands on.
pub struct Deps {
    /// The log.
    pub store: Store,
    /// Signals.
    pub bus: Bus,
    /// People.
    pub identity: Identity,
    /// Their presence.
    pub presence: PresenceService,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Makes scopes for callers whose digest or trunk was checked.
    pub mint: Arc<Mint>,
    /// This node among the others.
    pub cluster: Cluster,
    /// The media nodes,
    pub media: MediaPool,
    /// and what they tell this one.
    pub media_events: mpsc::Receiver<(NodeId, MediaEvent)>,
    /// The SIP transport and what it tells, on a node where calls live. Any other controls the calls of those.
    pub sip: Option<(SipHandle, mpsc::Receiver<SipEvent>)>,
    /// Who takes calls for flows.
    pub app: CallApp,
}

/// Telephony. Cheap to clone.
#[derive(Clone)]
pub struct Communicate {
    calls: Calls,
    mint: Arc<Mint>,
    subscriptions: Subscriptions,
}

impl std::fmt::Debug for Communicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Communicate").field("calls", &self.calls).finish_non_exhaustive()
    }
}

/// The routes of the product, relative to `/api/v1`.
pub fn routes(communicate: &Communicate) -> OpenApiRouter {
    routes::routes(communicate.clone())
}

impl Communicate {
    /// Starts to serve. Calls of nodes that are gone, or of the process that was here before, are taken over
    /// and gone on with.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn start(config: CommunicateConfig, deps: Deps) -> Result<Self, CallError> {
        let Deps { store, bus, identity, presence, clock, mint, cluster, media, media_events, sip, app } =
            deps;
        let records = Records::new(store.clone(), cluster.claiming());
        let registrations = Registrations::new(store.clone());
        let (sip, sip_events) = sip.unzip();
        let switch = Arc::new(Switch::new(Parts {
            config,
            clock,
            records,
            cluster,
            media,
            sip,
            presence,
            identity,
            phones: Phones::new(store.clone()),
            registrations,
            bus,
            app,
            numbers: Numbers::new(store.clone()),
            trunks: Trunks::new(store),
            mint: Arc::clone(&mint),
        }));
        let (subscriptions, hub) = Subscriptions::new();
        let communicate =
            Self { calls: Calls { switch: Arc::clone(&switch) }, mint: Arc::clone(&mint), subscriptions };
        if let Some(sip_events) = sip_events {
            communicate.clone().serve(sip_events, media_events, hub).await?;
        }
        Ok(communicate)
    }

    /// Begins to own calls.
    async fn serve(
        self,
        sip_events: mpsc::Receiver<SipEvent>,
        media_events: mpsc::Receiver<(NodeId, MediaEvent)>,
        hub: Hub,
    ) -> Result<(), CallError> {
        let switch = &self.calls.switch;
        calls::end_what_was_left(switch, &self.mint).await?;
        calls::serve(&self);
        let front =
            Front::new(Arc::clone(switch), Arc::clone(&self.mint), self.subscriptions.clone()).await?;
        tokio::spawn(front.run(sip_events));
        tokio::spawn(hub.run(Arc::clone(switch), Arc::clone(&self.mint)));
        tokio::spawn(calls::take_over(Arc::clone(switch), switch.cluster.orphans()));
        // What was left behind is looked for now, and not with the next beat.
        switch.cluster.announce_orphans();
        tokio::spawn(self.clone().media(media_events));
        tokio::spawn(leave_media(Arc::clone(switch), switch.media.lost(), switch.media.draining()));
        tokio::spawn(look_whose(Arc::clone(switch), switch.cluster.returns()));
        tokio::spawn(self.presence());
        Ok(())
    }

    /// Takes no more calls, and returns when this node has none: where another node takes calls they are left to it, and nobody notices;
    /// else they are told goodbye, and their far ends have heard it. What phones subscribed to ends: they subscribe anew, wherever they can.
    pub async fn drain(&self) {
        let switch = &self.calls.switch;
        switch.registry.close();
        let (nodes, me) = (switch.cluster.nodes(), switch.cluster.me());
        let heirs = nodes.with(NodeRole::Sip).any(|node| node.id != me && !node.draining);
        switch.registry.tell_all(|| {
            if heirs { Message::GiveUp } else { Message::Order(Command::End { reason: EndReason::Restart }) }
        });
        switch.registry.emptied().await;
        self.subscriptions.close().await;
        if heirs {
            switch.cluster.announce_orphans();
        }
    }

    /// How many calls live on this node now.
    pub fn live_calls(&self) -> u32 {
        u32::try_from(self.calls.switch.registry.len()).unwrap_or(u32::MAX)
    }

    /// Call control, for the products above.
    pub const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Outside numbers.
    pub fn numbers(&self) -> &Numbers {
        &self.calls.switch.numbers
    }

    /// Carriers.
    pub fn trunks(&self) -> &Trunks {
        &self.calls.switch.trunks
    }

    /// SIP phones' accounts.
    pub fn phones(&self) -> &Phones {
        &self.calls.switch.phones
    }

    /// Makes a phone's account for one of the org's people; the secret is answered once.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub async fn create_phone(
        &self,
        scope: OrgScope,
        cause: Cause,
        user: UserId,
        auth_user: &str,
        division: DivisionId,
    ) -> Result<(PhoneRecord, String), PhoneError> {
        self.calls.switch.identity.user(scope, user).await?.ok_or(PhoneError::NoUser)?;
        let orgs = self.calls.switch.identity.orgs().await?;
        let realm = orgs
            .into_iter()
            .find(|(org, _)| *org == scope)
            .map(|(_, name)| name)
            .ok_or(PhoneError::NoUser)?;
        self.phones().create(scope, cause, user, auth_user, &realm, division).await
    }

    pub(crate) fn records(&self) -> &Records {
        &self.calls.switch.records
    }

    pub(crate) async fn registered(
        &self,
        scope: OrgScope,
        auth_user: &str,
    ) -> Result<Vec<String>, ApiProblem> {
        let switch = &self.calls.switch;
        Ok(switch.registrations.shown(scope, auth_user, switch.clock.now()).await?)
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.calls.switch.identity
    }

    pub(crate) async fn person(
        &self,
        scope: OrgScope,
        user: UserId,
    ) -> Result<Option<UserRecord>, ApiProblem> {
        Ok(self.calls.switch.identity.user(scope, user).await?)
    }

    /// Refuses a device whose socket is not the caller's.
    pub(crate) async fn own_device(&self, caller: &Caller, device: DeviceId) -> Result<(), ApiProblem> {
        let here = self.calls.switch.presence.device_present(caller.scope, caller.user, device).await;
        if here.unwrap_or(false) {
            return Ok(());
        }
        Err(ApiProblem::conflict(
            "device-not-connected",
            "this device has no authenticated socket: reconnect and try again",
        ))
    }

    /// Sends what media nodes tell to the calls it is about.
    async fn media(self, mut events: mpsc::Receiver<(NodeId, MediaEvent)>) {
        while let Some((node, event)) = events.recv().await {
            let registry = &self.calls.switch.registry;
            let endpoint = match &event {
                MediaEvent::Tracks { room, tracks } => {
                    if let Some(inbox) = registry.inbox(CallId::from_uuid(room.uuid())) {
                        let _ = inbox.send(Message::Tracks(tracks.clone())).await;
                    }
                    continue;
                }
                MediaEvent::Offered { endpoint }
                | MediaEvent::Connected { endpoint }
                | MediaEvent::Disconnected { endpoint }
                | MediaEvent::Dtmf { endpoint, .. }
                | MediaEvent::Played { endpoint, .. }
                | MediaEvent::RtpTimeout { endpoint } => *endpoint,
            };
            if let Some(owner) = registry.endpoint(endpoint)
                && let Some(inbox) = registry.inbox(owner.call)
            {
                let _ = inbox.send(Message::Media(node, owner.leg, event)).await;
            }
        }
    }

    /// A user whose last browser is gone no longer rings.
    async fn presence(self) {
        use tokio::sync::broadcast::error::RecvError;
        let mut changes = self.calls.switch.presence.changes();
        loop {
            match changes.recv().await {
                Ok(change) if change.now.primary == Presence::Offline => {
                    for (scope, inbox) in self.calls.switch.registry.all() {
                        if scope == change.scope {
                            let _ = inbox.try_send(Message::Order(Command::UserGone { user: change.user }));
                        }
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "presence changes missed"),
                Err(RecvError::Closed) => return,
            }
        }
    }
}

/// Has calls ask whose they are when this node was taken for gone. Until then it answers whoever still sends here, in calls that another
/// node goes on with.
async fn look_whose(switch: Arc<Switch>, mut returns: watch::Receiver<u64>) {
    while returns.changed().await.is_ok() {
        switch.registry.tell_all(|| Message::LookWhose);
    }
}

/// Has calls leave media nodes that are gone or want to go.
async fn leave_media(
    switch: Arc<Switch>,
    mut lost: broadcast::Receiver<NodeId>,
    mut draining: broadcast::Receiver<NodeId>,
) {
    use broadcast::error::RecvError;
    loop {
        let node = tokio::select! {
            node = lost.recv() => node,
            node = draining.recv() => node,
        };
        let node = match node {
            Ok(node) => node,
            Err(RecvError::Lagged(missed)) => {
                tracing::error!(missed, "media nodes went away unnoticed");
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        switch.registry.tell_all(|| Message::LeaveMedia(node));
    }
}
