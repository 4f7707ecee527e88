//! What telephony knows of an org: its phones, numbers and trunks, and where a dialled number leads.

mod dial_plan;
mod network;
mod numbers;
mod orgs;
mod outward;
mod phones;
mod resting;
mod trunks;

pub(crate) use dial_plan::is_e164;
pub use dial_plan::{Destination, normalise};
pub use network::{Network, NetworkError};
pub use numbers::{NUMBERS, NumberError, Numbers};
pub(crate) use orgs::{Found, Orgs};
pub(crate) use outward::{Outward, order, outward, written};
pub use phones::{PHONES, PhoneError, PhoneRecord, Phones};
pub(crate) use resting::Resting;
pub use trunks::{TrunkError, Trunks};

/// What an org has so many of at most.
pub(crate) const COUNTED: &[tandem_edge::Counted] =
    &[phones::PHONES_COUNTED, numbers::NUMBERS_COUNTED, trunks::TRUNKS_COUNTED];
