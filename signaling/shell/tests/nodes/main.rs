//! Several transports that stand in for each other.

mod claims;
mod restored;
mod strays;
mod support;
