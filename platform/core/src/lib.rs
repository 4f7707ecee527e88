//! The pure base of the platform: tenancy as a type, who asks and what they may do, secrets, sealed contexts, clocks and
//! randomness as arguments.
//!
//! Never a socket, a task or a global. The one contract: an [`OrgScope`] is made only by a [`Mint`], and a server makes one `Mint`.

mod clock;
mod context;
mod origin;
mod permission;
mod precondition;
mod region;
mod rights;
mod scope;
pub mod sealed;
mod secret;

pub use clock::{Clock, SystemClock};
pub use context::RequestContext;
pub use origin::Origin;
pub use permission::{Permission, Permissions, Reach, UnknownPermission};
pub use precondition::{BadPrecondition, CODED, EntityTag, Precondition, PreconditionFailed};
pub use region::{BadRegion, Elsewhere, Region, RegionAddress, Regions, RegionsError, unstamped};
pub use rights::Rights;
pub use scope::{Mint, OrgScope};
pub use secret::Secret;
