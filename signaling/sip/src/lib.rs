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
mod events;
mod header;
mod ids;
mod message;
mod peer;
mod registrar;
mod session;
mod stack;
mod text;
mod transaction;
mod uri;

pub use dialog::{Dialog, DialogError, DialogId, DialogState};
pub use digest::{
    Algorithm, Authenticator, Credentials, DigestClient, DigestConfig, Ha1, NoUsableChallenge, Refusal,
};
pub use error::{Fault, ParseError, Part};
pub use events::{
    Notifier, NotifierConfig, Publication, Publications, PublishChange, ReferProgress, Referral, Subscriber,
    SubscriberDue, SubscriberNews, sipfrag_status,
};
pub use header::{
    AuthValue, CSeq, Contacts, EventType, HistoryEntry, Identity, MAGIC_COOKIE, NameAddr, Parametrised,
    Params, Phase, Privacy, RAck, Refresher, Replaces, SessionExpires, SubscriptionState, Via, Warning,
};
pub use ids::Tokens;
pub use message::{
    BodyPart, Frame, Framer, FramingError, Headers, Malformed, Message, Method, Name, Request, Response,
    Salvage, StatusCode,
};
pub use peer::{FlowId, Peer, Transport, UnknownTransport};
pub use registrar::{Binding, Expired, RegisterError, Registered, Registrar, RegistrarConfig};
pub use session::{
    EXTENSIONS, ForkEvent, Forks, OfferError, OfferState, Provisional, ReliableDue, ReliableReceiver,
    ReliableSender, SessionDue, SessionTimer, SessionTimerConfig, glare_wait,
};
pub use stack::{
    ClientTxId, CommandError, Input, Output, ServerTxId, SipEvent, SipStack, StackConfig, StackSnapshot,
    Stray, Ticket,
};
pub use text::Text;
pub use transaction::Timers;
pub use uri::{Host, SipUri, TelUri, Uri};
