//! The `tandem` server.
fn main() {}
