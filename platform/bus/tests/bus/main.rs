//! The bus: what holds within a process and through Redis alike, and what becomes of it when Redis is not there.

mod faults;
mod forged;
mod promises;
mod support;
