//! Headers that name dialogs, requests and subscriptions: RAck, Replaces, Event, Subscription-State.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{CSeq, DialogId, Fault, Method, Parametrised, Params, Text, header::lex};

/// RAck: which provisional response a PRACK confirms (RFC 3262 §7.2).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RAck {
    /// Its RSeq.
    pub rseq: u32,
    /// Its CSeq: that of the INVITE.
    pub cseq: CSeq,
}

impl RAck {
    /// For the provisional response numbered `rseq` to the INVITE numbered `invite`.
    pub const fn of(rseq: u32, invite: u32) -> Self {
        Self { rseq, cseq: CSeq { number: invite, method: Method::Invite } }
    }

    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let (rseq, cseq) = text.split_once([' ', '\t']).ok_or(Fault::Syntax("needs RSeq and CSeq"))?;
        Ok(Self { rseq: lex::number(rseq)?, cseq: CSeq::read(&text.part(lex::trim(cseq)))? })
    }
}

impl fmt::Display for RAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rseq, self.cseq)
    }
}

/// Replaces: the dialog a new INVITE takes the place of (RFC 3891 §6.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaces {
    /// Its Call-ID.
    pub call_id: Text,
    /// The tag of who receives the header.
    pub to_tag: Text,
    /// The tag of the other side.
    pub from_tag: Text,
    /// Whether only a dialog that is still early is meant.
    pub early_only: bool,
}

impl Replaces {
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let Parametrised { value, params } = Parametrised::read(text)?;
        let tag = |name: &'static str| -> Result<Text, Fault> {
            if params.repeats(name) {
                return Err(Fault::Repeated);
            }
            params.get(name).cloned().ok_or(Fault::Syntax("needs both tags"))
        };
        Ok(Self {
            call_id: value,
            to_tag: tag("to-tag")?,
            from_tag: tag("from-tag")?,
            early_only: params.has("early-only"),
        })
    }

    /// The dialog meant, seen from who receives the header. A tag `0` stands for none (RFC 3891 §6.1).
    pub fn dialog(&self) -> DialogId {
        let remote = if self.from_tag == "0" { Text::default() } else { self.from_tag.detached() };
        DialogId { call_id: self.call_id.detached(), local_tag: self.to_tag.detached(), remote_tag: remote }
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag)?;
        if self.early_only { f.write_str(";early-only") } else { Ok(()) }
    }
}

/// Event: the package, and which of several subscriptions to it (RFC 6665 §8.2.1).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EventType {
    /// `dialog`, `message-summary`, `presence`, `refer` …; compared without case.
    pub package: Text,
    /// Tells subscriptions of one dialog apart.
    pub id: Option<Text>,
}

impl EventType {
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let Parametrised { value, params } = Parametrised::read(text)?;
        if !lex::is_token(&value) {
            return Err(Fault::Syntax("bad event package"));
        }
        Ok(Self { package: value, id: params.get("id").cloned() })
    }

    /// Whether both name the same subscription of a dialog (RFC 6665 §8.2.1).
    pub fn is_same(&self, other: &Self) -> bool {
        self.package.eq_ignore_ascii_case(&other.package) && self.id == other.id
    }

    /// A copy that keeps no message alive.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { package: self.package.detached(), id: self.id.as_ref().map(Text::detached) }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.package)?;
        self.id.iter().try_for_each(|id| write!(f, ";id={id}"))
    }
}

/// Subscription-State: how a subscription stands (RFC 6665 §8.2.3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubscriptionState {
    /// Where it is.
    pub phase: Phase,
    /// Why it ended.
    pub reason: Option<Text>,
    /// How long it still lasts.
    pub expires: Option<Duration>,
    /// How long to wait before another try.
    pub retry_after: Option<Duration>,
}

/// The phases of a subscription.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Accepted.
    Active,
    /// Received, and not decided yet.
    Pending,
    /// Over.
    Terminated,
}

impl SubscriptionState {
    /// Without parameters.
    pub const fn new(phase: Phase) -> Self {
        Self { phase, reason: None, expires: None, retry_after: None }
    }

    /// An extension's state is neither active nor over: it is read as pending.
    pub(crate) fn read(text: &Text) -> Result<Self, Fault> {
        let Parametrised { value, params } = Parametrised::read(text)?;
        let phase = match value.as_str() {
            state if state.eq_ignore_ascii_case("active") => Phase::Active,
            state if state.eq_ignore_ascii_case("terminated") => Phase::Terminated,
            state if lex::is_token(state) => Phase::Pending,
            _ => return Err(Fault::Syntax("bad subscription state")),
        };
        Ok(Self {
            phase,
            reason: params.get("reason").cloned(),
            expires: seconds(&params, "expires"),
            retry_after: seconds(&params, "retry-after"),
        })
    }
}

fn seconds(params: &Params, name: &str) -> Option<Duration> {
    params.get(name).and_then(|text| lex::number::<u32>(text).ok()).map(|s| Duration::from_secs(u64::from(s)))
}

impl fmt::Display for SubscriptionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.phase {
            Phase::Active => "active",
            Phase::Pending => "pending",
            Phase::Terminated => "terminated",
        })?;
        self.reason.iter().try_for_each(|reason| write!(f, ";reason={reason}"))?;
        self.expires.iter().try_for_each(|left| write!(f, ";expires={}", left.as_secs()))?;
        self.retry_after.iter().try_for_each(|wait| write!(f, ";retry-after={}", wait.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &'static str) -> Text {
        Text::of(text)
    }

    #[test]
    fn what_is_written_is_read() {
        let rack = RAck::read(&text("776656  1  INVITE")).expect("reads");
        assert_eq!(rack, RAck::of(776_656, 1));
        assert_eq!(rack.to_string(), "776656 1 INVITE");
        let replaces =
            Replaces::read(&text("98732@sip.example.com ;from-tag=r33th4x0r ; to-tag=ff87ff;early-only"));
        let replaces = replaces.expect("reads");
        assert_eq!(replaces.to_string(), "98732@sip.example.com;to-tag=ff87ff;from-tag=r33th4x0r;early-only");
        assert_eq!(Replaces::read(&text("a@b;from-tag=1")), Err(Fault::Syntax("needs both tags")));
        assert_eq!(Replaces::read(&text("a@b;from-tag=1;to-tag=2;to-tag=3")), Err(Fault::Repeated));
        let event = EventType::read(&text("Dialog ; id=7")).expect("reads");
        assert!(event.is_same(&EventType { package: text("dialog"), id: Some(text("7")) }));
        assert!(!event.is_same(&EventType { package: text("dialog"), id: None }));
    }

    #[test]
    fn subscriptions_end_for_a_reason() {
        let state =
            SubscriptionState::read(&text("terminated;reason=probation;retry-after=30")).expect("reads");
        assert_eq!((state.phase, state.retry_after), (Phase::Terminated, Some(Duration::from_secs(30))));
        assert_eq!(state.to_string(), "terminated;reason=probation;retry-after=30");
        assert_eq!(SubscriptionState::read(&text("waiting")).expect("reads").phase, Phase::Pending);
        assert!(SubscriptionState::read(&text("a b")).is_err());
    }
}
