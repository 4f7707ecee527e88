//! Time after a takeover: an agent may have answered while nobody listened, so an offer that was due meanwhile does not expire before
//! whoever delivers it has looked.

use std::{collections::BTreeMap, time::Duration};

use tandem_proto::{OfferId, Timestamp};
use tokio::time::Instant;

/// The longest that an offer is kept from expiring.
const PATIENCE: Duration = Duration::from_secs(10);

/// Offers taken over whose fate is not known yet.
#[derive(Debug)]
pub(crate) struct Settling {
    offers: BTreeMap<OfferId, Timestamp>,
    until: Instant,
}

impl Settling {
    /// Of offers with their expiries.
    pub(crate) fn new(offers: BTreeMap<OfferId, Timestamp>) -> Self {
        Self { offers, until: Instant::now() + PATIENCE }
    }

    /// Somebody looked: the offer is as routing has it, and its time counts again.
    pub(crate) fn settled(&mut self, offer: OfferId) {
        self.offers.remove(&offer);
    }

    /// The moment routing may go by at `now`: before the first expiry that is held back.
    pub(crate) fn clamp(&mut self, now: Timestamp) -> Timestamp {
        if self.until <= Instant::now() {
            self.offers.clear();
        }
        let first = self.offers.values().min();
        first.map_or(now, |expiry| now.min(expiry.minus(Duration::from_micros(1))))
    }

    /// When to look again while time is held at `now`.
    pub(crate) fn holds(&self, now: Timestamp, due: Timestamp) -> Option<Instant> {
        let first = self.offers.values().min()?;
        (*first <= now && *first <= due).then_some(self.until)
    }
}
