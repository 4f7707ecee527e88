//! REFER: being asked to contact somebody, and telling how that went (RFC 3515, RFC 4488).

use serde::{Deserialize, Serialize};

use crate::{
    Dialog, EventType, Fault, Method, Name, NameAddr, ParseError, Replaces, Request, Response, StatusCode,
    Text,
};

/// Content-Type of what is told.
const SIPFRAG: &str = "message/sipfrag;version=2.0";
/// How long the subscription lasts that a REFER implies: longer than anybody lets a phone ring, in seconds.
const LASTS_S: u32 = 300;

/// A REFER that was accepted, and the subscription that came with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Referral {
    /// Whom to contact; a Replaces may be among the URI's headers.
    pub target: NameAddr,
    /// Who asks, if they say.
    pub by: Option<NameAddr>,
    cseq: u32,
    /// Whether the other side wants to be told.
    told: bool,
    over: bool,
}

/// What a NOTIFY about a REFER of ours says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReferProgress {
    /// Being tried, or ringing.
    Trying(StatusCode),
    /// Done: a 2xx says that the target answered.
    Done(StatusCode),
}

impl Referral {
    /// Takes a REFER, within a dialog or not, and answers it 202. `Err` is the refusal: 400 without exactly one Refer-To.
    pub fn accept(refer: &Request) -> Result<(Self, Response), Box<Response>> {
        let bad = |error: ParseError| Box::new(refer.response(error.status()));
        let missing = || ParseError::header(Name::ReferTo, Fault::Missing);
        let target = refer.headers.refer_to().and_then(|to| to.ok_or_else(missing)).map_err(bad)?;
        let by = refer.headers.referred_by().map_err(bad)?;
        let told = refer.headers.get(&Name::ReferSub).is_none_or(|sub| !sub.eq_ignore_ascii_case("false"));
        let mut response = refer.response(StatusCode::ACCEPTED);
        if !told {
            response = response.with(Name::ReferSub, Text::of("false"));
        }
        let by = by.map(|by| by.detached());
        let referral = Self { target: target.detached(), by, cseq: refer.cseq.number, told, over: false };
        Ok((referral, response))
    }

    /// The dialog whose place the target's is to take: two calls are to be joined (RFC 3891 §2, RFC 5589 §7). `Err`: it cannot be read, or
    /// more than one is named.
    pub fn replaces(&self) -> Result<Option<Replaces>, ParseError> {
        let fault = |fault| ParseError::header(Name::Replaces, fault);
        let Some(target) = self.target.uri.as_sip() else { return Ok(None) };
        let mut named = target.headers_named("Replaces");
        match (named.next(), named.next()) {
            (None, _) => Ok(None),
            (Some(text), None) => Replaces::read(&Text::from(text.into_owned())).map(Some).map_err(fault),
            (Some(_), Some(_)) => Err(fault(Fault::Repeated)),
        }
    }

    /// The NOTIFY that says how far it is, in the REFER's dialog. A final status ends the subscription. `None` if nobody wants to know,
    /// or the end was told already.
    pub fn notify(&mut self, dialog: &mut Dialog, status: StatusCode) -> Option<Request> {
        if !self.told || self.over {
            return None;
        }
        self.over = status.is_final();
        let state = match self.over {
            true => "terminated;reason=noresource".to_owned(),
            false => format!("active;expires={LASTS_S}"),
        };
        let notify = dialog.request(Method::Notify).with(Name::Event, self.event().to_string());
        let body = format!("SIP/2.0 {} {}\r\n", status.code(), status.phrase());
        Some(notify.with(Name::SubscriptionState, state).with_body(SIPFRAG, body))
    }

    /// What tells it from other REFERs of its dialog.
    pub fn event(&self) -> EventType {
        EventType { package: Text::of("refer"), id: Some(self.cseq.to_string().into()) }
    }
}

/// What a NOTIFY about a REFER of ours says in its body (RFC 3515 §2.4.5).
pub fn sipfrag_status(notify: &Request) -> Option<ReferProgress> {
    let is_fragment = |part: &crate::Parametrised| part.is("message/sipfrag");
    notify.headers.content_type().ok()?.filter(is_fragment)?;
    let line = notify.body.split(|byte| *byte == b'\n').next()?;
    let rest = std::str::from_utf8(line).ok()?.strip_prefix("SIP/2.0 ")?;
    let status = StatusCode::new(rest.get(..3)?.parse().ok()?)?;
    Some(if status.is_final() { ReferProgress::Done(status) } else { ReferProgress::Trying(status) })
}
