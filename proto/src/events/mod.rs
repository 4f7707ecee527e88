//! Payloads of the log, one file per domain. A shape that has been released never changes: raise `SCHEMA`, add an upcast to the store's
//! table and a golden fixture.

use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

pub mod call;
pub mod chat;
pub mod contact_centre;
pub mod identity;
pub mod jobs;
pub mod webhooks;

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal v $schema:literal $(personal [$($personal:literal),+])? { $($(#[$fdoc:meta])* $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }
        impl $crate::EventData for $name {
            const KIND: &'static str = $kind;
            const SCHEMA: u16 = $schema;
            $(const PERSONAL: &'static [&'static str] = &[$($personal),+];)?
        }
    )+
        /// The types of this file.
        pub(super) const ALL: &[super::EventType] = &[$(super::EventType::of::<$name>()),+];
    };
}
use events;

/// Schemas and the names they are referred to by.
pub type NamedSchemas = Vec<(String, RefOr<Schema>)>;

/// A type of this module, for those who treat them all alike.
#[derive(Clone, Copy, Debug)]
pub struct EventType {
    /// Its dotted name.
    pub kind: &'static str,
    /// Today's version of its shape.
    pub schema: u16,
    /// Texts in it that are personal to its subject ([`crate::EventData::PERSONAL`]).
    pub personal: &'static [&'static str],
    /// Reads a payload as this type and writes it again.
    pub round_trip: fn(serde_json::Value) -> serde_json::Result<serde_json::Value>,
    /// The shape of its payload; collects the shapes that it refers to.
    pub shape: fn(&mut NamedSchemas) -> RefOr<Schema>,
}

impl EventType {
    const fn of<E: crate::EventData + ToSchema>() -> Self {
        let round_trip = |data| serde_json::from_value::<E>(data).and_then(serde_json::to_value);
        let shape = |schemas: &mut NamedSchemas| {
            E::schemas(schemas);
            E::schema()
        };
        Self { kind: E::KIND, schema: E::SCHEMA, personal: E::PERSONAL, round_trip, shape }
    }
}

/// Every type of event. Each has golden fixtures in the store's tests.
pub fn all() -> impl Iterator<Item = &'static EventType> {
    [identity::ALL, chat::ALL, call::ALL, contact_centre::ALL, jobs::ALL, webhooks::ALL].into_iter().flatten()
}
