//! The program as operators and clients have it.

mod api;
mod audit;
mod contract;
mod expand;
mod first_screen;
mod links;
mod operations;
mod phones;
mod regions;
mod start;
mod support;
mod tls;
mod traces;
