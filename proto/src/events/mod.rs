//! Payloads of the log, one file per domain. A shape that has been released never changes: raise `SCHEMA`, add an upcast to the store's
//! table and a golden fixture.

pub mod call;
pub mod chat;
pub mod contact_centre;
pub mod identity;

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal v $schema:literal { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }
        impl $crate::EventData for $name {
            const KIND: &'static str = $kind;
            const SCHEMA: u16 = $schema;
        }
    )+};
}
use events;
