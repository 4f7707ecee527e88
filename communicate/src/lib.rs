//! Telephony: numbers, dial plan, phones and calls, over browsers and SIP alike.
//!
//! Each live call is a task that feeds `tandem-call`'s decisions and carries out their orders on the SIP transport and the media relay.
//! The contract: a call's log entry is durable before what it says happens on the wire.

mod calls;
pub mod control;
pub mod directory;
mod routes;
mod rtc;
mod sip;
mod switch;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tandem_bus::Bus;
use tandem_collaborate::PresenceService;
use tandem_core::{Clock, Mint, OrgScope, RequestContext};
use tandem_edge::{
    ApiProblem, Caller,
    identity::{Identity, UserRecord},
};
use tandem_media::MediaEvent;
use tandem_proto::{
    CallId, DeviceId, LegId, Problem, Topic, UserId,
    api::{Call, CallTarget, EndReason, LegKind, LegState, NewCall, Presence, Track},
    events::call::{CallEnded, LegEnded},
    ws::Signal,
};
use tandem_relay::Relay;
use tandem_signaling::SipHandle;
use tandem_sip::SipEvent;
use tandem_store::{Cause, Migration, Store};
use tokio::sync::{mpsc, oneshot};
use utoipa_axum::router::OpenApiRouter;

use calls::{CallTask, Command, Message, NewCallPlan, Purpose, Records};
use control::{CallApp, CallError, Calls, IncomingCall};
use directory::{Destination, Numbers, PhoneError, PhoneRecord, Phones, Trunks, normalise};
use sip::{Front, Registrations};
use switch::{Parts, Switch};

pub use switch::CommunicateConfig;

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "0030_telephony", sql: include_str!("../migrations/0030_telephony.sql") }];

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
    /// The media relay,
    pub relay: Relay,
    /// and what it tells.
    pub media_events: mpsc::Receiver<MediaEvent>,
    /// The SIP transport,
    pub sip: SipHandle,
    /// and what it tells.
    pub sip_events: mpsc::Receiver<SipEvent>,
    /// Who takes calls for flows.
    pub app: CallApp,
}

/// Telephony. Cheap to clone.
#[derive(Clone)]
pub struct Communicate {
    calls: Calls,
    numbers: Numbers,
    trunks: Trunks,
    mint: Arc<Mint>,
    /// Whose browser a device is; a device answers to whoever first made its connection, until that is gone.
    devices: Arc<Mutex<HashMap<DeviceId, (OrgScope, UserId)>>>,
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
    /// Ends in the log what a stop left open, restores registrations, and starts to serve.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn start(config: CommunicateConfig, deps: Deps) -> Result<Self, CallError> {
        let Deps { store, bus, identity, presence, clock, mint, relay, media_events, sip, sip_events, app } =
            deps;
        let records = Records::new(store.clone());
        let registrations = Registrations::restore(store.clone(), clock.now()).await?;
        let switch = Arc::new(Switch::new(Parts {
            config,
            clock,
            records,
            relay,
            sip,
            presence,
            identity,
            phones: Phones::new(store.clone()),
            registrations,
            bus,
            app,
        }));
        let communicate = Self {
            calls: Calls { switch: Arc::clone(&switch) },
            numbers: Numbers::new(store.clone()),
            trunks: Trunks::new(store),
            mint: Arc::clone(&mint),
            devices: Arc::default(),
        };
        communicate.end_what_was_left().await?;
        let front = Front::new(switch, communicate.numbers.clone(), communicate.trunks.clone(), mint);
        tokio::spawn(front.run(sip_events));
        tokio::spawn(communicate.clone().media(media_events));
        tokio::spawn(communicate.clone().presence());
        Ok(communicate)
    }

    /// Takes no more calls, says goodbye in those that are up, and returns when their far ends have heard it.
    pub async fn drain(&self) {
        let registry = &self.calls.switch.registry;
        registry.close();
        for (_, inbox) in registry.all() {
            let _ = inbox.try_send(Message::Order(Command::End { reason: EndReason::Restart }));
        }
        registry.emptied().await;
    }

    /// Call control, for the products above.
    pub const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Outside numbers.
    pub const fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Carriers.
    pub const fn trunks(&self) -> &Trunks {
        &self.trunks
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
    ) -> Result<(PhoneRecord, String), PhoneError> {
        self.calls.switch.identity.user(scope, user).await?.ok_or(PhoneError::NoUser)?;
        let orgs = self.calls.switch.identity.orgs().await?;
        let realm = orgs
            .into_iter()
            .find(|(org, _)| *org == scope)
            .map(|(_, name)| name)
            .ok_or(PhoneError::NoUser)?;
        self.phones().create(scope, cause, user, auth_user, &realm).await
    }

    pub(crate) fn records(&self) -> &Records {
        &self.calls.switch.records
    }

    pub(crate) fn relay(&self) -> &Relay {
        &self.calls.switch.relay
    }

    pub(crate) fn registered(&self, scope: OrgScope, auth_user: &str) -> Vec<String> {
        self.calls.switch.registrations.shown(scope, auth_user, self.calls.switch.clock.now())
    }

    pub(crate) async fn person(
        &self,
        scope: OrgScope,
        user: UserId,
    ) -> Result<Option<UserRecord>, ApiProblem> {
        Ok(self.calls.switch.identity.user(scope, user).await?)
    }

    pub(crate) async fn tracks(&self, scope: OrgScope, call: CallId) -> Vec<Track> {
        let Some(inbox) = self.calls.switch.registry.call(scope, call) else { return Vec::new() };
        let (reply, answer) = oneshot::channel();
        if inbox.send(Message::TracksNow(reply)).await.is_err() {
            return Vec::new();
        }
        answer.await.unwrap_or_default()
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

    /// Ties a device to its user, or refuses somebody else's.
    pub(crate) fn claim_device(&self, ctx: &RequestContext, device: DeviceId) -> Result<(), Problem> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = devices.entry(device).or_insert((ctx.scope, ctx.user));
        if *owner == (ctx.scope, ctx.user) {
            Ok(())
        } else {
            Err(Problem::new(409, "device-taken", "This device id is in use").detail("make a new device id"))
        }
    }

    /// Places a call from a browser.
    pub(crate) async fn place(&self, caller: &Caller, new: NewCall) -> Result<Call, ApiProblem> {
        self.own_device(caller, new.device).await?;
        let switch = &self.calls.switch;
        if !switch.registry.has_room(switch.config.max_calls) {
            return Err(CallError::Full.into());
        }
        let me =
            self.person(caller.scope, caller.user).await?.ok_or_else(|| ApiProblem::not_found("user"))?;
        let (dialled, destination) = match new.to {
            CallTarget::User { user } => {
                let called =
                    self.person(caller.scope, user).await?.ok_or_else(|| ApiProblem::not_found("user"))?;
                (called.extension.unwrap_or(called.name), Destination::User(user))
            }
            CallTarget::Number { number } => {
                let number = normalise(&number).ok_or_else(|| {
                    ApiProblem::invalid("to.number", "must be digits, with + in front if international")
                })?;
                let destination = resolve(switch, &self.numbers, &self.mint, caller.scope, &number).await?;
                (number, destination)
            }
        };
        if destination == Destination::User(caller.user) {
            return Err(ApiProblem::invalid("to", "is oneself"));
        }
        let (call, leg) = (CallId::generate(), LegId::generate());
        let address = me.extension.unwrap_or(me.name);
        let mut view =
            switch.new_leg(LegKind::Web, Some(caller.user), address.clone(), Some(me.display_name.clone()));
        view.id = leg;
        view.device = Some(new.device);
        let purpose = Purpose::of(destination, |flow, to| IncomingCall {
            scope: caller.scope,
            call,
            leg,
            from: address,
            from_name: Some(me.display_name),
            to,
            flow,
            at: switch.clock.now(),
        });
        let plan = NewCallPlan {
            scope: caller.scope,
            id: call,
            dialled,
            video: new.video,
            caller: view,
            signaling: None,
            purpose,
            cause: Cause::request(caller),
        };
        Ok(CallTask::start(Arc::clone(switch), plan).await?)
    }

    /// Calls that were up when the server was killed: their records say so.
    async fn end_what_was_left(&self) -> Result<(), CallError> {
        for (org, mut call) in self.records().unfinished().await? {
            let now = self.calls.switch.clock.now();
            let reason = EndReason::Restart;
            let mut events = Vec::new();
            for leg in call.legs.iter_mut().filter(|leg| leg.state != LegState::Ended) {
                leg.state = LegState::Ended;
                leg.ended_at = Some(now);
                leg.end_reason = Some(reason);
                events.push(tandem_call::Logged::LegEnded(LegEnded { call: call.id, leg: leg.id, reason }));
            }
            call.ended_at = Some(now);
            call.end_reason = Some(reason);
            events.push(tandem_call::Logged::Ended(CallEnded { call: call.id, reason }));
            self.records().save(self.mint.scope(org), Cause::SYSTEM, call, events).await?;
        }
        Ok(())
    }

    /// Sends what the relay tells to the calls it is about.
    async fn media(self, mut events: mpsc::Receiver<MediaEvent>) {
        while let Some(event) = events.recv().await {
            let registry = &self.calls.switch.registry;
            let endpoint = match &event {
                MediaEvent::Tracks { room, tracks } => {
                    if let Some(inbox) = registry.inbox(CallId::from_uuid(room.uuid())) {
                        let _ = inbox.send(Message::Tracks(tracks.clone())).await;
                    }
                    continue;
                }
                MediaEvent::Connected { endpoint }
                | MediaEvent::Disconnected { endpoint }
                | MediaEvent::Dtmf { endpoint, .. }
                | MediaEvent::Played { endpoint, .. }
                | MediaEvent::RtpTimeout { endpoint } => *endpoint,
            };
            if matches!(event, MediaEvent::Disconnected { .. }) {
                self.device_lost(DeviceId::from_uuid(endpoint.uuid()));
            }
            if let Some(owner) = registry.endpoint(endpoint)
                && let Some(inbox) = registry.inbox(owner.call)
            {
                let _ = inbox.send(Message::Media(owner.leg, event)).await;
            }
        }
    }

    fn device_lost(&self, device: DeviceId) {
        let owner = self.devices.lock().unwrap_or_else(PoisonError::into_inner).remove(&device);
        if let Some((scope, user)) = owner {
            self.calls.switch.bus.publish(scope, Topic::user(user), Signal::RtcLost { device });
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

/// Where a number dialled inside an org leads: an extension first, then one of the org's own outside numbers.
async fn resolve(
    switch: &Switch,
    numbers: &Numbers,
    mint: &Mint,
    scope: OrgScope,
    dialled: &str,
) -> Result<Destination, CallError> {
    let Some(number) = normalise(dialled) else { return Ok(Destination::Nowhere) };
    if let Some(person) = switch.identity.by_extension(scope, &number).await.map_err(CallError::identity)? {
        return Ok(Destination::User(person.id));
    }
    Ok(match numbers.find(mint, &number).await? {
        Some((owner, found)) if owner == scope => {
            Destination::Number { number: found.number, target: found.to }
        }
        _ => Destination::Nowhere,
    })
}
