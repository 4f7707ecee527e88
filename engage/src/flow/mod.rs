//! A caller's way before an agent: text (TOML), checked once, then walked by a pure interpreter.
//!
//! [`parse`] turns the text into a [`Flow`] or says what is wrong, with line and field. [`FlowRun`] walks it: inputs in, commands out;
//! it never waits, plays or looks at a clock. `docs/flows.md` describes the text.

mod fields;
mod parse;
mod run;
mod treatment;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

pub use parse::parse;
pub use run::{Enqueue, FlowCommand, FlowInput, FlowRun, SavedRun};
pub use treatment::{Hold, Playing, Treatment};

/// The schema this server reads: `schema = 1` in the text.
pub const SCHEMA: i64 = 1;

/// Index of a node in [`Flow::nodes`].
pub type NodeIndex = usize;

/// A flow that passed every check: all its targets exist.
#[derive(Clone, PartialEq, Debug)]
pub struct Flow {
    /// Name.
    pub name: String,
    /// Where it begins.
    pub start: NodeIndex,
    /// Its nodes.
    pub nodes: Vec<Node>,
}

/// One step of a flow.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its name in the text.
    pub name: String,
    /// What it does.
    pub step: Step,
}

/// What a node does.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// Plays sounds one after the other.
    Play {
        /// Names of sounds.
        sounds: Vec<String>,
        /// Then.
        next: NodeIndex,
    },
    /// Notes attributes of the conversation.
    Set {
        /// Name and value.
        attributes: BTreeMap<String, String>,
        /// Then.
        next: NodeIndex,
    },
    /// Asks for one digit.
    Menu {
        /// The question.
        prompt: Prompt,
        /// Where each digit leads.
        choices: BTreeMap<char, NodeIndex>,
        /// When no attempt gave a valid digit.
        otherwise: NodeIndex,
    },
    /// Asks for several digits and notes them.
    Collect {
        /// The question.
        prompt: Prompt,
        /// The attribute that takes them.
        into: String,
        /// Fewest digits that will do.
        min: u8,
        /// At this many the collecting is over; `#` ends it before.
        max: u8,
        /// Then.
        next: NodeIndex,
        /// When no attempt gave enough.
        otherwise: NodeIndex,
    },
    /// Waits for an agent.
    Queue {
        /// Name of the queue.
        queue: String,
        /// Each point counts as a minute of waiting.
        priority: i32,
        /// Names of skills asked for, with the least level.
        skills: Vec<(String, u8)>,
        /// What the waiting caller hears.
        hold: Hold,
        /// Where to go when the queue cannot take the caller; absent: hang up.
        otherwise: Option<NodeIndex>,
    },
    /// Ends the call, after a last word.
    Hangup {
        /// Names of sounds; may be none.
        sounds: Vec<String>,
    },
}

impl Step {
    /// Where it may lead.
    pub fn targets(&self) -> Vec<NodeIndex> {
        match self {
            Self::Play { next, .. } | Self::Set { next, .. } => vec![*next],
            Self::Menu { choices, otherwise, .. } => choices.values().copied().chain([*otherwise]).collect(),
            Self::Collect { next, otherwise, .. } => vec![*next, *otherwise],
            Self::Queue { otherwise, .. } => otherwise.iter().copied().collect(),
            Self::Hangup { .. } => Vec::new(),
        }
    }
}

/// A question to the caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prompt {
    /// Names of sounds.
    pub sounds: Vec<String>,
    /// Played before the question is asked again.
    pub invalid: Vec<String>,
    /// How long to wait for a digit after the question or the digit before.
    pub timeout: Duration,
    /// How often to ask.
    pub attempts: u8,
}

/// What a flow may name. `None`: not checked.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Sounds, without folder and `.wav`.
    pub sounds: Option<BTreeSet<String>>,
    /// Queues.
    pub queues: Option<BTreeSet<String>>,
    /// Skills.
    pub skills: Option<BTreeSet<String>>,
}
