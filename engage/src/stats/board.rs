//! An org's live numbers. Pure: kept up to date by the log's events alone.

use std::collections::{BTreeMap, BTreeSet};

use tandem_proto::{
    ConversationId, Event, QueueId, Timestamp, UserId,
    api::{Queue, QueueStats, RoutingStatus, SegmentKind},
    events::{
        contact_centre::{
            AgentSkillsSet, AgentStatusChanged, QueueChanged, RoutingLeft, RoutingQueued, SegmentEnded,
            SegmentStarted,
        },
        identity::PresenceChanged,
    },
};

use tandem_routing::Domain;

use super::{Counts, Limits, intervals::midnight};
use crate::conversation::Conversation;

/// Kinds of event this reads.
pub(super) const KINDS: &[&str] = &[
    "routing.queued",
    "routing.left",
    "conversation.segment.started",
    "conversation.segment.ended",
    "agent.status.changed",
    "agent.skills.set",
    "queue.changed",
    "presence.changed",
];

/// The numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    queues: BTreeMap<QueueId, Row>,
    agents: BTreeMap<UserId, RoutingStatus>,
    day: Timestamp,
}

#[derive(Clone, Debug, Default)]
struct Row {
    waiting: BTreeMap<ConversationId, Timestamp>,
    interacting: BTreeSet<ConversationId>,
    today: Counts,
}

/// What an event touched.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Touched {
    pub(crate) queues: BTreeSet<QueueId>,
    pub(crate) agents: BTreeSet<UserId>,
}

impl Board {
    /// With what is counted of the day already, and what goes on.
    pub(super) fn new<'a>(
        now: Timestamp,
        today: BTreeMap<QueueId, Counts>,
        left: &Domain,
        under_way: impl Iterator<Item = &'a Conversation>,
    ) -> Self {
        let rows = today.into_iter().map(|(queue, today)| (queue, Row { today, ..Row::default() }));
        let agents = left.agents().into_iter().map(|state| (state.agent, state.status)).collect();
        let mut board = Self { queues: rows.collect(), agents, day: midnight(now) };
        for waiting in left.items() {
            let row = board.queues.entry(waiting.queue).or_default();
            row.waiting.insert(waiting.item, waiting.arrival);
        }
        for conversation in under_way {
            let talks = conversation
                .running()
                .filter(|(_, segment)| matches!(segment.kind, SegmentKind::Talk | SegmentKind::Hold));
            for queue in talks.filter_map(|(participant, _)| participant.queue) {
                board.queues.entry(queue).or_default().interacting.insert(conversation.view.id);
            }
        }
        board
    }

    /// Takes an event in. `queues` are the org's, for limits and members.
    pub(super) fn apply(
        &mut self,
        event: &Event,
        queues: &BTreeMap<QueueId, Queue>,
    ) -> Result<Touched, serde_json::Error> {
        let mut touched = Touched::default();
        self.turn_day(event.at, &mut touched);
        if let Some(RoutingQueued { conversation, queue, .. }) = event.decode()? {
            self.row(queue, &mut touched).waiting.insert(conversation, event.at);
        } else if let Some(RoutingLeft { conversation, queue, .. }) = event.decode()? {
            self.row(queue, &mut touched).waiting.remove(&conversation);
        } else if let Some(started) = event.decode::<SegmentStarted>()? {
            if let Some(queue) = started.queue {
                let row = self.row(queue, &mut touched);
                row.today.started(started.kind);
                if started.kind == SegmentKind::Talk {
                    row.interacting.insert(started.conversation);
                }
            }
        } else if let Some(ended) = event.decode::<SegmentEnded>()? {
            if let Some(queue) = ended.queue {
                self.segment_ended(queue, &ended, queues, &mut touched);
            }
        } else if let Some(AgentStatusChanged { user, status, .. }) = event.decode()? {
            self.agents.insert(user, status);
            let is_member = |queue: &&Queue| queue.settings.members.iter().any(|member| member.user == user);
            touched.queues.extend(queues.values().filter(is_member).map(|queue| queue.id));
            touched.agents.insert(user);
        } else if let Some(AgentSkillsSet { user, .. }) = event.decode()? {
            touched.agents.insert(user);
        } else if let Some(QueueChanged { queue, settings }) = event.decode()? {
            touched.queues.insert(queue);
            touched.agents.extend(settings.members.iter().map(|member| member.user));
        } else if let Some(PresenceChanged { user, .. }) = event.decode()? {
            touched.agents.insert(user);
        }
        Ok(touched)
    }

    fn segment_ended(
        &mut self,
        queue: QueueId,
        ended: &SegmentEnded,
        queues: &BTreeMap<QueueId, Queue>,
        touched: &mut Touched,
    ) {
        let row = self.row(queue, touched);
        if let Some(settings) = queues.get(&queue).map(|queue| &queue.settings) {
            row.today.ended(
                ended.kind,
                &ended.disposition,
                ended.ended_at - ended.started_at,
                Limits::from(settings),
            );
        }
        let goes_on = matches!(ended.disposition.as_str(), "held" | "resumed");
        if matches!(ended.kind, SegmentKind::Talk | SegmentKind::Hold) && !goes_on {
            row.interacting.remove(&ended.conversation);
        }
    }

    fn row(&mut self, queue: QueueId, touched: &mut Touched) -> &mut Row {
        touched.queues.insert(queue);
        self.queues.entry(queue).or_default()
    }

    fn turn_day(&mut self, at: Timestamp, touched: &mut Touched) {
        if midnight(at) > self.day {
            self.day = midnight(at);
            for (queue, row) in &mut self.queues {
                row.today = Counts::default();
                touched.queues.insert(*queue);
            }
        }
    }

    /// A queue's numbers.
    pub(crate) fn stats(&self, queue: &Queue, now: Timestamp) -> QueueStats {
        let none = Row::default();
        let row = self.queues.get(&queue.id).unwrap_or(&none);
        let today = if midnight(now) > self.day { Counts::default() } else { row.today };
        let joined = queue.settings.members.iter().filter(|member| member.joined);
        let statuses: Vec<_> = joined.filter_map(|member| self.agents.get(&member.user)).collect();
        let on_queue = |status: &&&RoutingStatus| {
            !matches!(status, RoutingStatus::OffQueue | RoutingStatus::NotResponding)
        };
        let size = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        QueueStats {
            queue: queue.id,
            waiting: size(row.waiting.len()),
            oldest_since: row.waiting.values().min().copied(),
            interacting: size(row.interacting.len()),
            agents_on_queue: size(statuses.iter().filter(on_queue).count()),
            agents_idle: size(statuses.iter().filter(|status| ***status == RoutingStatus::Idle).count()),
            offered: today.offered,
            answered: today.answered,
            abandoned: today.abandoned,
            abandoned_short: today.abandoned_short,
            average_speed_of_answer_ms: today.average_speed_of_answer_ms(),
            service_level: today.service_levels(),
        }
    }
}
