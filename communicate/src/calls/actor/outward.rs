//! Calls to the outside: over one of the org's carriers, or the next when that cannot.

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use serde::{Deserialize, Serialize};
use tandem_proto::{
    LegId, Timestamp,
    api::{EndReason, LegKind, LegState, NumberTarget, TrunkOut, TrunkTransport},
};
use tandem_sip::{DigestClient, Peer, Transport};
use tandem_store::Cause;
use tokio::{net::lookup_host, time::timeout};

use super::{CallTask, Means};
use crate::{
    calls::{Calling, Contact, signaling::LegNews},
    control::CallError,
    directory::{Outward, order, outward, written},
    switch::{Switch, uri_at},
};

/// How long somebody outside is rung: networks give up by themselves before that.
const RINGS: Duration = Duration::from_secs(120);
/// How long a carrier may say nothing, not even 100, before the next is tried. It has had the INVITE four times by then.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a carrier's name may take to be looked up.
const LOOK_UP: Duration = Duration::from_secs(3);

/// A call to the outside as long as a carrier may still turn out not to work.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct GoingOut {
    /// The carrier that is tried,
    trunk: String,
    /// and what is left to try.
    #[serde(flatten)]
    left: Left,
    /// When a carrier that has said nothing by then is left.
    silent_until: Option<Timestamp>,
}

/// What a call to the outside can still be tried with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Left {
    /// E.164, or of emergency services.
    number: String,
    /// Carriers, in their order.
    next: VecDeque<String>,
    /// When it has rung for long enough.
    until: Timestamp,
}

impl CallTask {
    /// Calls a number of the outside. Without a carrier it is found nowhere.
    pub(super) async fn call_out(&mut self, number: String, cause: Cause) -> Result<LegId, CallError> {
        let (now, org) = (self.now(), self.scope.org());
        let trunks = outward(self.switch.trunks.all(self.scope).await?, &number);
        let reason = if trunks.is_empty() { EndReason::NotFound } else { EndReason::Unreachable };
        let rests = |trunk: &str| self.switch.resting.rests(org, trunk, now);
        let trunks = order(trunks, rests, |below| rand::random_range(0..below));
        let next = trunks.iter().map(|trunk| trunk.name.clone()).collect();
        let rung =
            self.try_next(Left { number, next, until: now.plus(RINGS) }, &trunks, cause.clone()).await?;
        if rung.is_none() && !self.call.is_steered() {
            self.call.nobody(now, reason);
            self.flush(cause).await?;
        }
        rung.ok_or(CallError::Unreachable)
    }

    /// Tries the next carrier that has an address, of those there are now; `None`: there is none.
    async fn try_next(
        &mut self,
        mut left: Left,
        trunks: &[Outward],
        cause: Cause,
    ) -> Result<Option<LegId>, CallError> {
        while let Some(name) = left.next.pop_front() {
            // It may have been removed since.
            let Some(trunk) = trunks.iter().find(|trunk| trunk.name == name) else { continue };
            let Some(contact) = self.find(trunk, &left.number).await else {
                self.switch.resting.failed(self.scope.org(), &name, self.now());
                continue;
            };
            let shown = self.shown_outside(&trunk.out).await?;
            let mut view = self.switch.new_leg(LegKind::Trunk, None, left.number.clone(), None);
            view.trunk = Some(name.clone());
            let leg = view.id;
            self.call.ring(self.now(), vec![view], left.until)?;
            self.done.rang(leg);
            // The last one has all the time that SIP gives it.
            let silent_until = (!left.next.is_empty()).then(|| self.now().plus(SILENCE));
            self.outside.insert(leg, GoingOut { trunk: name, left, silent_until });
            self.flush(cause).await?;
            self.dial(leg, shown, contact).await;
            self.flush(Cause::SYSTEM).await?;
            return Ok(Some(leg));
        }
        Ok(None)
    }

    /// Where a number is called at a carrier.
    async fn find(&self, Outward { name, out }: &Outward, number: &str) -> Option<Contact> {
        let Some(addr) = look_up(&self.switch, out).await else {
            tracing::warn!(trunk = name, host = out.host, "carrier has no address");
            return None;
        };
        let transport = match out.transport {
            TrunkTransport::Udp => Transport::Udp,
            TrunkTransport::Tcp => Transport::Tcp,
        };
        let uri = uri_at(&written(number, out.dials), addr, transport);
        Some(Contact { uri, peer: Peer { transport, ..Peer::udp(addr) } })
    }

    /// Who is shown to be calling, outside: the caller's own number, or the carrier's choice. Never an extension, which nobody can call back,
    /// nor a name that is the org's.
    async fn shown_outside(&self, out: &TrunkOut) -> Result<Calling, CallError> {
        let own = match self.call.leg(self.call.caller()).and_then(|leg| leg.user) {
            Some(user) => self.switch.numbers.leading_to(self.scope, &NumberTarget::User { user }).await?,
            None => None,
        };
        let address = own.or_else(|| out.shows.clone()).map(|number| written(&number, out.dials));
        Ok(Calling { address: address.unwrap_or_default(), name: None, asserted: out.asserts })
    }

    /// What the server said that a leg was sent to, before whoever is called did.
    pub(super) async fn hear_of_server(&mut self, leg: LegId, news: LegNews) {
        match news {
            LegNews::Challenged => {
                let account = self.account(leg).await;
                let means = Means { switch: &self.switch, media: &self.media };
                let Some(signaling) = self.signaling.get_mut(&leg) else { return };
                if !signaling.prove(means, account).await {
                    tracing::warn!(call = %self.call.record().id, %leg, "asked who we are, and had no answer that counts");
                    self.server_failed(leg, EndReason::Failed).await;
                    self.is_over_there(leg, EndReason::Failed);
                }
            }
            LegNews::Failed(reason) => {
                self.server_failed(leg, reason).await;
                self.is_over_there(leg, reason);
            }
            _ => {
                if let Some(going) = self.outside.get_mut(&leg) {
                    going.silent_until = None;
                }
            }
        }
    }

    /// The carrier did what it is for: what came of the call is the other side's doing.
    pub(super) fn carrier_works(&mut self, leg: LegId) {
        if let Some(going) = self.outside.remove(&leg) {
            self.switch.resting.works(self.scope.org(), &going.trunk);
        }
    }

    /// When the next carrier has been silent for too long.
    pub(super) fn silent_until(&self) -> Option<Timestamp> {
        self.outside.values().filter_map(|going| going.silent_until).min()
    }

    /// Carriers that said nothing at all are left for the next.
    pub(super) async fn leave_the_silent(&mut self) {
        let now = self.now();
        let is_silent = |going: &GoingOut| going.silent_until.is_some_and(|until| until <= now);
        let silent: Vec<_> =
            self.outside.iter().filter(|(_, going)| is_silent(going)).map(|(leg, _)| *leg).collect();
        for leg in silent {
            self.server_failed(leg, EndReason::Unreachable).await;
            if let Err(refused) = self.call.hang_up(now, leg, EndReason::Unreachable) {
                tracing::debug!(call = %self.call.record().id, %leg, %refused, "it is over already");
            }
        }
    }

    /// The next carrier is tried before the leg ends, so that nobody is told that it is over.
    async fn server_failed(&mut self, leg: LegId, reason: EndReason) {
        let dials = self.call.leg(leg).is_some_and(|view| view.state == LegState::Dialing);
        let Some(going) = self.outside.remove(&leg) else { return };
        // Other errors may be of this one call.
        if matches!(reason, EndReason::Unreachable | EndReason::NoAnswer) {
            self.switch.resting.failed(self.scope.org(), &going.trunk, self.now());
        }
        if dials && let Err(error) = self.try_others(going.left).await {
            tracing::warn!(call = %self.call.record().id, %error, "no other carrier can be tried");
        }
    }

    async fn try_others(&mut self, left: Left) -> Result<Option<LegId>, CallError> {
        let trunks = outward(self.switch.trunks.all(self.scope).await?, &left.number);
        self.try_next(left, &trunks, Cause::SYSTEM).await
    }

    fn is_over_there(&mut self, leg: LegId, reason: EndReason) {
        if let Err(refused) = self.call.ended_by_far_end(self.now(), leg, reason) {
            tracing::debug!(call = %self.call.record().id, %leg, %refused, "signaling came too late");
        }
    }

    /// The account we have with the carrier a leg goes out by. Nobody else learns of any.
    async fn account(&self, leg: LegId) -> Option<DigestClient> {
        let trunk = &self.outside.get(&leg)?.trunk;
        match self.switch.trunks.login(self.scope, trunk).await {
            Ok(login) => login.map(|(user, secret)| DigestClient::new(user.as_str(), secret)),
            Err(error) => {
                tracing::error!(trunk, %error, "a carrier's secret does not read");
                None
            }
        }
    }
}

/// A carrier's address of our sockets' family.
async fn look_up(switch: &Switch, out: &TrunkOut) -> Option<SocketAddr> {
    let host = out.host.trim_start_matches('[').trim_end_matches(']');
    let v4 = switch.sip().local_addr().is_ipv4();
    let found = timeout(LOOK_UP, lookup_host((host, out.port))).await.ok()?.ok()?;
    found.into_iter().find(|addr| addr.is_ipv4() == v4)
}
