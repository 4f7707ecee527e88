//! Connections to addresses that people of an org named: webhooks' receivers, identity providers.
//!
//! Whoever may name an address could otherwise use the server as a way into networks that only it can reach. The contract: an address is
//! checked by [`Target`] when it is written, and again by [`Way`] when it is connected to, as it was looked up; redirects are never
//! followed; every answer has a bound in bytes and in time.

mod networks;
mod target;
mod way;

pub use ipnet::IpNet;
pub use networks::{Networks, is_public};
pub use target::Target;
pub use way::{Answer, Line, Unreachable, Way};
