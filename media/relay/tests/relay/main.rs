//! The relay on real sockets, one file per kind of far end, and one for several nodes.

mod browsers;
mod nodes;
mod phones;
mod support;
