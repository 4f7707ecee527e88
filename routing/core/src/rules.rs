//! What a queue and an item ask for.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tandem_proto::{
    SkillId, Timestamp, UserId,
    api::{Evaluation, SkillRequirement, WrapUpPolicy},
};

use crate::{Label, Media};

/// Steps of widening a queue may have: with what it begins with, six rings.
pub const STEPS: usize = 5;
/// Preferred agents an item may have.
pub const PREFERRED: usize = 10;

/// How a queue treats its items and agents.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct QueueRules {
    /// How long an offer lasts before it expires.
    pub alert: Duration,
    /// What follows an interaction.
    pub wrap_up: WrapUpPolicy,
    /// How agents are matched and ranked.
    pub evaluation: Evaluation,
    /// Skills every item of this queue asks for, besides its own.
    pub skills: Vec<SkillRequirement>,
    /// How the search widens while an item waits, at most [`STEPS`]; more count for nothing. Bullseye rings drop skills, conditional
    /// groups have a condition, and each step may be both. A change of the steps begins them anew for whoever waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// A step of widening. The first is considered when its time has passed since the item entered the queue, each other when its time has
/// passed since the one before was. Whether it alerts meanwhile makes no difference.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// How long after the step before.
    pub after: Duration,
    /// Taken if this holds at that moment, passed over for good if not.
    #[serde(default)]
    pub when: Condition,
    /// Skills no longer asked for once it is taken. Languages are not dropped.
    #[serde(default)]
    pub drops: Vec<SkillId>,
}

/// What a step depends on besides time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Nothing.
    #[default]
    Always,
    /// More than so many items are waiting or alerting in the queue, the item itself among them.
    WaitingOver(u32),
    /// The queue's estimated wait, as last told, is longer.
    EstimatedWaitOver(Duration),
    /// The queue's service level in percent, as last told, is lower.
    ServiceLevelUnder(u8),
}

/// What somebody measured of a queue, for [`Condition`]s. What is not known fulfils none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Measured {
    /// Estimated wait.
    pub estimated_wait: Option<Duration>,
    /// Service level in percent.
    pub service_level: Option<u8>,
}

/// What an item asks for besides skills.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Asks {
    /// What it is made of.
    #[serde(default)]
    pub media: Media,
    /// What it counts as.
    #[serde(default)]
    pub label: Option<Label>,
    /// Languages, with levels: asked for like skills, but not dropped, not disregarded and not part of an agent's score.
    #[serde(default)]
    pub languages: Vec<SkillRequirement>,
    /// Who had it or its customer last; goes before every other eligible agent.
    #[serde(default)]
    pub last_agent: Option<UserId>,
    /// Agents who go before others if they are eligible, the higher score first; at most [`PREFERRED`], more count for nothing. One who
    /// is not known when the item arrives counts for nothing either.
    #[serde(default)]
    pub preferred: Vec<Preferred>,
    /// Until then it is kept for its last and preferred agents, if it has any.
    #[serde(default)]
    pub preferred_until: Option<Timestamp>,
    /// It is offered to nobody before: a callback that was asked for at a time. It keeps its place meanwhile.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
}

/// A preferred agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Preferred {
    /// Who.
    pub agent: UserId,
    /// How much, 0 to 100.
    pub score: u8,
}

/// The score of an item's last agent, above any other.
const LAST_AGENT: u8 = 101;

impl Asks {
    /// Whether it is what a call without wishes asks for.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// When it is no longer held, or no longer kept for some: the first such moment after `moment`.
    pub(crate) fn opens_after(&self, moment: Timestamp) -> Option<Timestamp> {
        [self.preferred_until, self.not_before].into_iter().flatten().filter(|at| *at > moment).min()
    }

    /// Each agent it prefers once, with the score; the last agent first.
    pub(crate) fn scores(&self) -> impl Iterator<Item = (UserId, u8)> {
        let last = self.last_agent;
        let preferred = self.preferred.iter().enumerate().take(PREFERRED);
        let once = preferred.filter(move |(at, one)| {
            Some(one.agent) != last && !self.preferred[..*at].iter().any(|before| before.agent == one.agent)
        });
        last.map(|agent| (agent, LAST_AGENT))
            .into_iter()
            .chain(once.map(|(_, one)| (one.agent, one.score.min(100))))
    }
}
