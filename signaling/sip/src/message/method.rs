//! Request methods.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Text, header::lex};

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A request's method. Names are case-sensitive (RFC 3261 §7.1).
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Method {
            $($(#[$doc])* $name,)+
            /// One this server does not know.
            Other(Text),
        }

        impl Method {
            /// Those known by name.
            pub const KNOWN: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$name => $text,)+ Self::Other(name) => name }
            }

            pub(crate) fn read(text: Text) -> Option<Self> {
                match text.as_str() {
                    $($text => Some(Self::$name),)+
                    other => lex::is_token(other).then_some(Self::Other(text)),
                }
            }
        }
    };
}

methods! {
    /// Starts or changes a session.
    Invite = "INVITE",
    /// Confirms a final response to INVITE.
    Ack = "ACK",
    /// Ends a session.
    Bye = "BYE",
    /// Gives up a pending request.
    Cancel = "CANCEL",
    /// Binds contacts to an address of record.
    Register = "REGISTER",
    /// Asks for capabilities.
    Options = "OPTIONS",
    /// Carries information within a dialog (RFC 6086).
    Info = "INFO",
    /// Changes a session without a new INVITE (RFC 3311).
    Update = "UPDATE",
    /// Confirms a provisional response (RFC 3262).
    Prack = "PRACK",
    /// Asks for notifications (RFC 6665).
    Subscribe = "SUBSCRIBE",
    /// Notifies (RFC 6665).
    Notify = "NOTIFY",
    /// Asks to contact a third party (RFC 3515).
    Refer = "REFER",
    /// A page-mode message (RFC 3428).
    Message = "MESSAGE",
    /// Publishes event state (RFC 3903).
    Publish = "PUBLISH",
}

impl Method {
    /// Whether the method may create or refresh a dialog's remote target (RFC 3261 §12.2, RFC 3311).
    pub const fn refreshes_target(&self) -> bool {
        matches!(self, Self::Invite | Self::Update | Self::Subscribe | Self::Notify | Self::Refer)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(Text::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("not a SIP method"))
    }
}
