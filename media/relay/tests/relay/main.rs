//! The relay on real sockets, one file per kind of far end.

mod browsers;
mod phones;
mod support;
