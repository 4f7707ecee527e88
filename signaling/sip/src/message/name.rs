//! Header names.

use std::fmt;

use crate::Text;

macro_rules! names {
    ($($variant:ident = $long:literal $(/ $short:literal)?),+ $(,)?) => {
        /// The name of a header. Names compare without case; compact forms are their long ones.
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum Name {
            $(#[doc = $long] $variant,)+
            /// One this server does not know, as it was written.
            Other(Text),
        }

        impl Name {
            /// The name as this server writes it.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $long,)+ Self::Other(name) => name }
            }

            fn known(name: &str) -> Option<Self> {
                $(if name.eq_ignore_ascii_case($long) $(|| name.eq_ignore_ascii_case($short))? {
                    return Some(Self::$variant);
                })+
                None
            }
        }
    };
}

names! {
    Via = "Via" / "v",
    From = "From" / "f",
    To = "To" / "t",
    CallId = "Call-ID" / "i",
    CSeq = "CSeq",
    Contact = "Contact" / "m",
    MaxForwards = "Max-Forwards",
    ContentLength = "Content-Length" / "l",
    ContentType = "Content-Type" / "c",
    Route = "Route",
    RecordRoute = "Record-Route",
    Allow = "Allow",
    Supported = "Supported" / "k",
    UserAgent = "User-Agent",
    Authorization = "Authorization",
    ProxyAuthorization = "Proxy-Authorization",
    WwwAuthenticate = "WWW-Authenticate",
    ProxyAuthenticate = "Proxy-Authenticate",
    Expires = "Expires",
    MinExpires = "Min-Expires",
    Require = "Require",
    ProxyRequire = "Proxy-Require",
    Unsupported = "Unsupported",
    Accept = "Accept",
    Server = "Server",
    Date = "Date",
    Warning = "Warning",
    RetryAfter = "Retry-After",
    Reason = "Reason",
    SessionExpires = "Session-Expires" / "x",
    MinSe = "Min-SE",
    PAssertedIdentity = "P-Asserted-Identity",
    PPreferredIdentity = "P-Preferred-Identity",
    Privacy = "Privacy",
    Diversion = "Diversion",
    Path = "Path",
    Event = "Event" / "o",
    AllowEvents = "Allow-Events" / "u",
    SubscriptionState = "Subscription-State",
    ReferTo = "Refer-To" / "r",
    ReferredBy = "Referred-By" / "b",
    Replaces = "Replaces",
    RSeq = "RSeq",
    RAck = "RAck",
    Subject = "Subject" / "s",
    ContentEncoding = "Content-Encoding" / "e",
    ContentDisposition = "Content-Disposition",
}

impl Name {
    pub(crate) fn read(text: Text) -> Self {
        Self::known(&text).unwrap_or(Self::Other(text))
    }
}

impl From<&'static str> for Name {
    fn from(name: &'static str) -> Self {
        Self::read(Text::of(name))
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one), Self::Other(two)) => one.eq_ignore_ascii_case(two),
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Eq for Name {}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
