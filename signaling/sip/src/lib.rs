//! SIP without I/O: messages, transactions, dialogs, digest authentication and the registrar's decisions (RFC 3261 and what grew
//! around it).
//!
//! Never a socket, a clock or a random number of its own: time is a [`Timestamp`](tandem_proto::Timestamp) argument, randomness a
//! seed. The one contract: after every call on a [`SipStack`] take all [`Output`]s, and call it again at
//! [`SipStack::poll_timeout`] at the latest.
//!
//! ```text
//! bytes ─▶ Framer ─▶ Message::parse ─▶ SipStack ─▶ SipEvent ─▶ transaction user (Dialog, Registrar, Authenticator)
//! bytes ◀────────── Output::Send ◀──── SipStack ◀─ request · respond · ack · cancel
//! ```

mod dialog;
mod digest;
mod error;
mod header;
mod ids;
mod message;
mod peer;
mod registrar;
mod stack;
mod text;
mod transaction;
mod uri;

pub use dialog::{Dialog, DialogError, DialogId, DialogState};
pub use digest::{
    Algorithm, Authenticator, Credentials, DigestClient, DigestConfig, Ha1, NoUsableChallenge, Refusal,
};
pub use error::{Fault, ParseError, Part};
pub use header::{
    AuthValue, CSeq, Contacts, MAGIC_COOKIE, NameAddr, Parametrised, Params, Refresher, SessionExpires, Via,
};
pub use ids::Tokens;
pub use message::{
    Frame, Framer, FramingError, Headers, Malformed, Message, Method, Name, Request, Response, Salvage,
    StatusCode,
};
pub use peer::{FlowId, Peer, Transport};
pub use registrar::{Binding, Expired, RegisterError, Registered, Registrar, RegistrarConfig};
pub use stack::{
    ClientTxId, CommandError, Input, Output, ServerTxId, SipEvent, SipStack, StackConfig, StackSnapshot,
    Stray, Ticket,
};
pub use text::Text;
pub use transaction::Timers;
pub use uri::{Host, SipUri, TelUri, Uri};
