//! What telephony knows of an org: its phones, numbers and trunks, and where a dialled number leads.

mod dial_plan;
mod numbers;
mod orgs;
mod phones;
mod trunks;

pub use dial_plan::{Destination, normalise};
pub use numbers::{NUMBERS, NumberError, Numbers};
pub(crate) use orgs::{Found, Orgs};
pub use phones::{PHONES, PhoneError, PhoneRecord, Phones};
pub use trunks::{Network, NetworkError, TrunkRecord, Trunks};

/// What an org has so many of at most.
pub(crate) const COUNTED: &[tandem_edge::Counted] = &[phones::PHONES_COUNTED, numbers::NUMBERS_COUNTED];
