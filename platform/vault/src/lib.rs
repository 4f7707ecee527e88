//! Encryption at rest.
//!
//! Three kinds of key, each kept encrypted under the one above it:
//!
//! * the **master key**, which is in no database: a file, the environment, or a key management service ([`MasterKey`]);
//! * an **org key** per org, in versions, so that a new one can take over while the old one still opens what it closed;
//! * a **data key** for each holder of an org: one for each person, whose destruction makes unreadable whatever was written under it
//!   anywhere (crypto-shredding), and one for the org's secrets.
//!
//! Here are the cipher and the forms; where keys are kept is the store's affair.

mod cipher;
mod field;
mod master;

pub use cipher::{DataKey, Unreadable};
pub use field::{ERASED, erased_name, is_sealed, open_fields, open_text, seal_fields, seal_text};
pub use master::{LocalKeys, MasterError, MasterKey};

/// A boxed future, as a [`MasterKey`] answers.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
