//! Carrying one message to one receiver: how it is signed (`signature`), what its fate means (`verdict`), and the connection (`post`).

pub(crate) mod meters;
pub(crate) mod post;
pub(crate) mod signature;
pub(crate) mod verdict;
