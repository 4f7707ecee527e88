//! What an event of the log may change for those who watch.

use tandem_proto::{
    Event, EventData, UserId,
    events::{
        call::{CallEnded, CallStarted, LegAdded, LegAnswered, LegEnded, LegHeld, LegRinging},
        identity::{
            GroupMemberAdded, GroupMemberRemoved, GroupRemoved, GroupRolesSet, PresenceChanged, RoleChanged,
            RoleRemoved, UserChanged, UserDeactivated, UserErased, UserGrantsSet, UserReactivated,
            UserRolesSet,
        },
    },
};

/// What is to be looked at again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum News {
    /// The calls of these.
    Calls(Vec<UserId>),
    /// The presence of this one.
    Presence(UserId),
    /// Whatever is watched of this one, or by them.
    Person(UserId),
    /// All that is watched in the org: others may see other things now.
    Rights,
}

const CALLS: &[&str] = &[
    CallStarted::KIND,
    LegAdded::KIND,
    LegRinging::KIND,
    LegAnswered::KIND,
    LegHeld::KIND,
    LegEnded::KIND,
    CallEnded::KIND,
];
const PERSON: &[&str] = &[
    UserChanged::KIND,
    UserDeactivated::KIND,
    UserReactivated::KIND,
    UserErased::KIND,
    UserRolesSet::KIND,
    UserGrantsSet::KIND,
];
const RIGHTS: &[&str] = &[
    RoleChanged::KIND,
    RoleRemoved::KIND,
    GroupRolesSet::KIND,
    GroupMemberAdded::KIND,
    GroupMemberRemoved::KIND,
    GroupRemoved::KIND,
];

impl News {
    /// `None`: nothing that anybody watches.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let kind = event.kind.as_str();
        if CALLS.contains(&kind) {
            // An event of a call is for each person in it, and says so.
            return Some(Self::Calls(event.topics.iter().filter_map(|topic| user(topic.as_str())).collect()));
        }
        if RIGHTS.contains(&kind) {
            return Some(Self::Rights);
        }
        let whose = user(event.stream.as_str())?;
        if kind == PresenceChanged::KIND {
            return Some(Self::Presence(whose));
        }
        PERSON.contains(&kind).then_some(Self::Person(whose))
    }
}

fn user(stream_or_topic: &str) -> Option<UserId> {
    stream_or_topic.strip_prefix("user:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use tandem_proto::{Actor, CallId, Cursor, OrgId, Payload, Stream, Timestamp, Topic};

    use super::*;

    fn event(kind: &str, stream: Stream, topics: Vec<Topic>) -> Event {
        Event {
            cursor: Cursor::START,
            org: OrgId::generate(),
            stream,
            version: 1,
            kind: kind.to_owned(),
            schema_version: 1,
            at: Timestamp::from_micros(0),
            actor: Actor::System,
            correlation: None,
            causation: None,
            subject: None,
            topics,
            data: Payload::from_text("{}"),
        }
    }

    #[test]
    fn everybody_in_a_call_is_concerned_by_it() {
        let (ann, bob, org) = (UserId::generate(), UserId::generate(), OrgId::generate());
        let topics = vec![Topic::user(ann), Topic::user(bob), Topic::supervisors(org)];
        let of = |kind| News::of(&event(kind, Stream::call(CallId::generate()), topics.clone()));
        assert_eq!(of("call.leg.answered"), Some(News::Calls(vec![ann, bob])));
        assert_eq!(of("call.leg.dtmf"), None);
    }

    #[test]
    fn what_happens_to_a_person_concerns_who_watches_them() {
        let ann = UserId::generate();
        let of = |kind| News::of(&event(kind, Stream::user(ann), Vec::new()));
        assert_eq!(of("presence.changed"), Some(News::Presence(ann)));
        assert_eq!(of("user.deactivated"), Some(News::Person(ann)));
        assert_eq!(of("session.started"), None);
        assert_eq!(
            News::of(&event("role.changed", Stream::org(OrgId::generate()), Vec::new())),
            Some(News::Rights)
        );
    }
}
