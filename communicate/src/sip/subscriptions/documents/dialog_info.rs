//! What somebody's calls look like to those who watch their line (RFC 4235).

use std::fmt::Write as _;

use tandem_proto::{
    LegId, Timestamp, UserId,
    api::{Call, Leg, LegState},
};
use tandem_sip::Uri;

use super::{Subject, xml::Xml};

/// Dialogs shown of somebody. A phone has a lamp for them, not a list.
const DIALOGS: usize = 32;

/// A leg of somebody's as others are told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) struct Line {
    /// The same for as long as the leg lives, and for each who watches.
    leg: LegId,
    since: Timestamp,
    calls: bool,
    state: LineState,
    holds: bool,
    /// How the watched person is named in it.
    name: Option<String>,
    /// With whom; none if nobody may know, or it is nobody.
    remote: Option<Remote>,
}

/// RFC 4235 §3.7.1; `proceeding` is not told apart from `early`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum LineState {
    Trying,
    Early,
    Confirmed,
    Terminated,
}

impl LineState {
    const fn name(self) -> &'static str {
        match self {
            Self::Trying => "trying",
            Self::Early => "early",
            Self::Confirmed => "confirmed",
            Self::Terminated => "terminated",
        }
    }
}

/// The other side.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Remote {
    address: String,
    name: Option<String>,
}

/// Who looks, and what of others' calls they may see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) struct Viewer {
    /// Who.
    pub user: UserId,
    /// Whether they see who talks to whom in everybody's calls. In calls of their own they do.
    pub supervises: bool,
}

/// Somebody's live legs, the oldest first.
pub(in super::super) fn lines(of: UserId, viewer: Viewer, calls: &[Call]) -> Vec<Line> {
    let mut lines: Vec<_> = calls
        .iter()
        .flat_map(|call| {
            let seen = viewer.supervises || is_in(call, viewer.user);
            let own = call.legs.iter().filter(move |leg| leg.user == Some(of));
            own.filter_map(move |leg| line(call, leg, seen))
        })
        .collect();
    lines.sort_by_key(|line| (line.since, line.leg));
    lines.truncate(DIALOGS);
    lines
}

/// What to tell of `now`, after `before` was told. That a leg is over is said where no other is left: a phone that looks at one dialog
/// only looks at one that lives, and what full state leaves out is over (RFC 4235 §4.1).
pub(in super::super) fn with_ends(before: &[Line], now: Vec<Line>) -> Vec<Line> {
    if !now.is_empty() {
        return now;
    }
    let over = before.iter().filter(|line| line.state != LineState::Terminated);
    over.map(|line| Line { state: LineState::Terminated, holds: false, ..line.clone() }).collect()
}

/// Whether `now` says more than what was told. That nothing is left was said with the end of the last.
pub(super) fn is_news(now: &[Line], told: &[Line]) -> bool {
    let ended = now.is_empty() && told.iter().all(|line| line.state == LineState::Terminated);
    !ended && now != told
}

fn is_in(call: &Call, user: UserId) -> bool {
    call.legs.iter().any(|leg| leg.user == Some(user))
}

fn line(call: &Call, leg: &Leg, seen: bool) -> Option<Line> {
    let state = match leg.state {
        LegState::Dialing => LineState::Trying,
        LegState::Ringing => LineState::Early,
        LegState::Connected | LegState::Holding => LineState::Confirmed,
        LegState::Ended => return None,
    };
    Some(Line {
        leg: leg.id,
        since: leg.started_at,
        calls: leg.caller,
        state,
        holds: leg.state == LegState::Holding,
        name: leg.name.clone(),
        remote: if seen { remote(call, leg) } else { None },
    })
}

/// Whom a leg talks to, or will: who is connected before who rings. A caller whom nobody answers yet has dialled somebody all the same.
fn remote(call: &Call, leg: &Leg) -> Option<Remote> {
    let others = || {
        let apart = |other: &&Leg| other.id != leg.id && (leg.user.is_none() || other.user != leg.user);
        call.legs.iter().filter(apart).filter(|other| other.state != LegState::Ended)
    };
    let connected = || others().find(|o| matches!(o.state, LegState::Connected | LegState::Holding));
    let other = others().find(|other| other.caller).or_else(connected).or_else(|| others().next());
    match other {
        Some(other) => Some(Remote { address: other.address.clone(), name: other.name.clone() }),
        None if leg.caller => Some(Remote { address: call.dialled.clone(), name: None }),
        None => None,
    }
}

/// The document. Its version grows by one with each that a subscriber is sent.
pub(super) fn print(version: u32, subject: &Subject, lines: &[Line]) -> String {
    let (uri, address) = (subject.uri(), subject.uri().to_string());
    let own = Xml(&address);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" \
         version=\"{version}\" state=\"full\" entity=\"{own}\">\r\n"
    );
    for line in lines {
        let direction = if line.calls { "initiator" } else { "recipient" };
        // A string takes whatever is written.
        let _ = write!(
            out,
            "<dialog id=\"{}\" direction=\"{direction}\">\r\n<state>{}</state>\r\n",
            line.leg,
            line.state.name()
        );
        // Who does not hold says so as well: it may have held before.
        let renders = if line.holds { "no" } else { "yes" };
        let rendering = format!("<param pname=\"+sip.rendering\" pval=\"{renders}\"/>");
        party(&mut out, "local", &uri, line.name.as_deref(), &rendering);
        if let Some(remote) = &line.remote {
            party(&mut out, "remote", &subject.beside(&remote.address), remote.name.as_deref(), "");
        }
        out.push_str("</dialog>\r\n");
    }
    out.push_str("</dialog-info>\r\n");
    out
}

fn party(out: &mut String, side: &str, uri: &Uri, name: Option<&str>, params: &str) {
    let uri = uri.to_string();
    let uri = Xml(&uri);
    let display = name.map(|name| format!(" display=\"{}\"", Xml(name))).unwrap_or_default();
    let _ = write!(
        out,
        "<{side}><identity{display}>{uri}</identity><target uri=\"{uri}\">{params}</target></{side}>\r\n"
    );
}

#[cfg(test)]
mod tests {
    use tandem_proto::{CallId, api::LegKind};

    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_000_000);

    fn leg(user: Option<UserId>, address: &str, name: &str, state: LegState, caller: bool) -> Leg {
        Leg {
            id: LegId::generate(),
            kind: LegKind::Phone,
            user,
            device: None,
            address: address.to_owned(),
            name: Some(name.to_owned()),
            state,
            caller,
            muted: false,
            started_at: START,
            answered_at: None,
            ended_at: None,
            end_reason: None,
            trunk: None,
        }
    }

    fn call(legs: Vec<Leg>) -> Call {
        Call {
            id: CallId::generate(),
            conversation: None,
            dialled: "1002".to_owned(),
            video: false,
            legs,
            started_at: START,
            answered_at: None,
            ended_at: None,
            end_reason: None,
        }
    }

    fn people() -> [UserId; 3] {
        std::array::from_fn(|_| UserId::generate())
    }

    fn subject() -> Subject {
        Subject::of(&Uri::sip(Some("1002"), "demo", None)).expect("somebody")
    }

    #[test]
    fn who_rings_is_shown_with_who_calls() {
        let [_, bob, carol] = people();
        let call = call(vec![
            leg(None, "+15550999", "A \"big\" <b> & co", LegState::Ringing, true),
            leg(Some(bob), "1002", "Bob", LegState::Ringing, false),
        ]);
        let id = call.legs[1].id;
        let lines = lines(bob, Viewer { user: carol, supervises: true }, &[call]);
        assert_eq!(
            print(3, &subject(), &lines),
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
                 <dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"3\" state=\"full\" entity=\"sip:1002@demo\">\r\n\
                 <dialog id=\"{id}\" direction=\"recipient\">\r\n\
                 <state>early</state>\r\n\
                 <local><identity display=\"Bob\">sip:1002@demo</identity><target uri=\"sip:1002@demo\"><param pname=\"+sip.rendering\" pval=\"yes\"/></target></local>\r\n\
                 <remote><identity display=\"A &quot;big&quot; &lt;b&gt; &amp; co\">sip:+15550999@demo</identity><target uri=\"sip:+15550999@demo\"></target></remote>\r\n\
                 </dialog>\r\n\
                 </dialog-info>\r\n"
            )
        );
    }

    #[test]
    fn who_talks_to_whom_is_for_those_who_see_calls() {
        let [ann, bob, carol] = people();
        let call = call(vec![
            leg(Some(ann), "1001", "Ann", LegState::Connected, true),
            leg(Some(bob), "1002", "Bob", LegState::Connected, false),
        ]);
        let shows = |user, supervises| {
            let lines = lines(bob, Viewer { user, supervises }, std::slice::from_ref(&call));
            assert_eq!(lines.len(), 1);
            print(0, &subject(), &lines).contains("sip:1001@demo")
        };
        assert!(shows(carol, true) && shows(ann, false) && shows(bob, false));
        assert!(!shows(carol, false), "that Bob talks, and no more");
    }

    #[test]
    fn a_caller_is_shown_with_whom_it_called() {
        let [ann, bob, carol] = people();
        let mut call = call(vec![leg(Some(ann), "1001", "Ann", LegState::Dialing, true)]);
        let viewer = Viewer { user: carol, supervises: true };
        let shown = |call: &Call| print(0, &subject(), &lines(ann, viewer, std::slice::from_ref(call)));
        let first = shown(&call);
        assert!(
            first.contains("direction=\"initiator\"") && first.contains("<state>trying</state>"),
            "{first}"
        );
        assert!(first.contains("<identity>sip:1002@demo</identity>"), "what was dialled: {first}");
        call.legs.push(leg(Some(bob), "1002", "Bob", LegState::Ended, false));
        call.legs.push(leg(Some(bob), "1002", "Bob at home", LegState::Holding, false));
        assert!(shown(&call).contains("display=\"Bob at home\""), "who is still there");
        call.legs[0].state = LegState::Holding;
        assert!(shown(&call).contains("pval=\"no\""), "it holds");
    }

    #[test]
    fn an_end_is_told_once_and_where_nothing_else_goes_on() {
        let [ann, bob, _] = people();
        let viewer = Viewer { user: ann, supervises: true };
        let mut call = call(vec![
            leg(Some(bob), "1002", "Bob", LegState::Connected, false),
            leg(Some(bob), "1002", "Bob", LegState::Ringing, false),
        ]);
        let both = lines(bob, viewer, std::slice::from_ref(&call));
        assert_eq!(both.len(), 2);
        call.legs[1].state = LegState::Ended;
        let one = with_ends(&both, lines(bob, viewer, std::slice::from_ref(&call)));
        assert!(one.len() == 1 && one[0].state == LineState::Confirmed, "{one:?}");
        call.legs[0].state = LegState::Ended;
        let over = with_ends(&one, lines(bob, viewer, std::slice::from_ref(&call)));
        assert!(over.len() == 1 && over[0].state == LineState::Terminated, "{over:?}");
        assert_eq!(over[0].leg, one[0].leg);
        assert_eq!(with_ends(&over, Vec::new()), []);
        assert!(is_news(&over, &one) && !is_news(&[], &over) && is_news(&one, &[]));
    }
}
