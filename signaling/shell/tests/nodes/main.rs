//! Several transports that stand in for each other.

mod restored;
mod strays;
mod support;
