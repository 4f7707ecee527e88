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

            /// Every spelling this server knows.
            const KNOWN: &'static [(&'static str, Self)] =
                &[$(($long, Self::$variant), $(($short, Self::$variant),)?)+];
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
    ContentTransferEncoding = "Content-Transfer-Encoding",
    ContentId = "Content-ID",
    AcceptEncoding = "Accept-Encoding",
    AcceptLanguage = "Accept-Language",
    AcceptContact = "Accept-Contact" / "a",
    HistoryInfo = "History-Info",
    Identity = "Identity" / "y",
    AuthenticationInfo = "Authentication-Info",
    SipEtag = "SIP-ETag",
    SipIfMatch = "SIP-If-Match",
    ReferSub = "Refer-Sub",
    ServiceRoute = "Service-Route",
    AlertInfo = "Alert-Info",
    CallInfo = "Call-Info",
    MimeVersion = "MIME-Version",
}

/// Slots of the table names are looked up in; far more than there are names, so that few share one.
const SLOTS: usize = 512;

/// Where the search for a name begins: four letters and the length tell almost all apart.
const fn slot(name: &[u8]) -> usize {
    let len = name.len();
    if len == 0 {
        return 0;
    }
    let (first, last) = ((name[0] | 0x20) as usize, (name[len - 1] | 0x20) as usize);
    let (middle, later) = ((name[len / 2] | 0x20) as usize, (name[len * 3 / 4] | 0x20) as usize);
    (len * 37 + first * 101 + last * 59 + middle * 31 + later * 7) % SLOTS
}

/// One more than the place in [`Name::KNOWN`]; 0 is an empty slot.
const TABLE: [u8; SLOTS] = {
    let mut table = [0; SLOTS];
    let mut at = 0;
    while at < Name::KNOWN.len() {
        let mut free = slot(Name::KNOWN[at].0.as_bytes());
        while table[free] != 0 {
            free = (free + 1) % SLOTS;
        }
        at += 1;
        table[free] = at as u8;
    }
    table
};

impl Name {
    pub(crate) fn read(text: Text) -> Self {
        Self::known(&text).unwrap_or(Self::Other(text))
    }

    /// The name in whatever case, or its compact form.
    pub(crate) fn known(name: &str) -> Option<Self> {
        let mut at = slot(name.as_bytes());
        loop {
            let (spelling, known) = match TABLE[at] {
                0 => return None,
                one_more => &Self::KNOWN[usize::from(one_more) - 1],
            };
            if name.eq_ignore_ascii_case(spelling) {
                return Some(known.clone());
            }
            at = (at + 1) % SLOTS;
        }
    }

    /// Whether a message may have one such header at most, and a second one would leave open which of them counts.
    pub(crate) const fn is_single(&self) -> bool {
        matches!(
            self,
            Self::ContentType
                | Self::ContentDisposition
                | Self::Expires
                | Self::MinExpires
                | Self::Event
                | Self::SubscriptionState
                | Self::SessionExpires
                | Self::MinSe
                | Self::ReferTo
                | Self::ReferredBy
                | Self::Replaces
                | Self::RSeq
                | Self::RAck
                | Self::SipEtag
                | Self::SipIfMatch
        )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found_in_any_case() {
        for (spelling, name) in Name::KNOWN {
            for text in [spelling.to_lowercase(), spelling.to_uppercase(), (*spelling).to_owned()] {
                assert_eq!(Name::known(&text).as_ref(), Some(name), "{text}");
            }
        }
        for unknown in ["", "z", "Vi", "Viaa", "X-Via", "Content_Length"] {
            assert_eq!(Name::known(unknown), None, "{unknown}");
        }
    }
}
