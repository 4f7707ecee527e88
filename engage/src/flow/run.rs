//! Walks a flow for one caller: a pure state machine.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Flow, Hold, NodeIndex, Prompt, Step};

/// Nodes one caller may pass before the flow is taken to go round in circles.
const MAX_STEPS: u32 = 1_000;

/// What happens to a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlowInput {
    /// The caller was answered.
    Begin,
    /// What was played came to its end.
    Played,
    /// The caller pressed a key.
    Digit(char),
    /// The time set by [`FlowCommand::Timer`] is over.
    Timeout,
    /// The queue would not take the caller.
    QueueRefused,
}

/// What a run wants done.
#[derive(Clone, PartialEq, Debug)]
pub enum FlowCommand {
    /// Play these, in place of what plays.
    Play(Vec<String>),
    /// Tell [`FlowInput::Timeout`] after this long, in place of any timer before; `None`: not any more.
    Timer(Option<Duration>),
    /// Note attributes of the conversation.
    Set(BTreeMap<String, String>),
    /// Wait for an agent.
    Enqueue(Enqueue),
    /// End the call.
    Hangup,
}

/// Names, as the flow has them.
#[derive(Clone, PartialEq, Debug)]
pub struct Enqueue {
    /// The queue.
    pub queue: String,
    /// Each point counts as a minute of waiting.
    pub priority: i32,
    /// Skills with the least level.
    pub skills: Vec<(String, u8)>,
    /// What the caller hears.
    pub hold: Hold,
}

/// One caller's walk.
#[derive(Clone, Debug)]
pub struct FlowRun {
    flow: Arc<Flow>,
    at: NodeIndex,
    asking: Asking,
    steps: u32,
    commands: Vec<FlowCommand>,
}

/// Where a question stands.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Asking {
    digits: String,
    attempts: u8,
}

/// A run between two inputs, as plain data. Nodes go by their names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SavedRun {
    at: String,
    asking: Asking,
    steps: u32,
}

impl FlowRun {
    /// At the start of `flow`.
    pub fn new(flow: Arc<Flow>) -> Self {
        let at = flow.start;
        Self { flow, at, asking: Asking::default(), steps: 0, commands: Vec::new() }
    }

    /// Whether it took [`FlowInput::Begin`].
    pub const fn has_begun(&self) -> bool {
        self.steps > 0
    }

    /// Where it stands.
    pub fn save(&self) -> SavedRun {
        SavedRun { at: self.flow.nodes[self.at].name.clone(), asking: self.asking.clone(), steps: self.steps }
    }

    /// A run of `flow` that stands there. In a flow that has no such node it stands at the start.
    pub fn restore(flow: Arc<Flow>, saved: SavedRun) -> Self {
        let SavedRun { at, asking, steps } = saved;
        match flow.nodes.iter().position(|node| node.name == at) {
            Some(at) => Self { flow, at, asking, steps, commands: Vec::new() },
            None => Self::new(flow),
        }
    }

    /// Takes an input; answers what is to be done, in order.
    pub fn handle(&mut self, input: FlowInput) -> Vec<FlowCommand> {
        let flow = Arc::clone(&self.flow);
        match (&flow.nodes[self.at].step, input) {
            (_, FlowInput::Begin) => self.enter(self.at),
            (Step::Play { next, .. }, FlowInput::Played) => self.enter(*next),
            (Step::Hangup { .. }, FlowInput::Played) => self.commands.push(FlowCommand::Hangup),
            (Step::Menu { prompt, choices, otherwise }, input) => match input {
                FlowInput::Digit(digit) => match choices.get(&digit) {
                    Some(next) => self.enter(*next),
                    None => self.ask_again(prompt, *otherwise),
                },
                FlowInput::Played => self.commands.push(FlowCommand::Timer(Some(prompt.timeout))),
                FlowInput::Timeout => self.ask_again(prompt, *otherwise),
                FlowInput::Begin | FlowInput::QueueRefused => {}
            },
            (Step::Collect { .. }, input) => self.collect(&flow.nodes[self.at].step, input),
            (Step::Queue { otherwise, .. }, FlowInput::QueueRefused) => match otherwise {
                Some(next) => self.enter(*next),
                None => self.commands.push(FlowCommand::Hangup),
            },
            // Keys nobody asked for, and ends of what was replaced.
            (Step::Play { .. } | Step::Hangup { .. } | Step::Queue { .. } | Step::Set { .. }, _) => {}
        }
        std::mem::take(&mut self.commands)
    }

    fn enter(&mut self, node: NodeIndex) {
        let flow = Arc::clone(&self.flow);
        let mut node = node;
        if self.steps > 0 {
            self.commands.push(FlowCommand::Timer(None));
        }
        loop {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.commands.push(FlowCommand::Hangup);
                return;
            }
            self.at = node;
            self.asking = Asking::default();
            match &flow.nodes[node].step {
                Step::Set { attributes, next } => {
                    self.commands.push(FlowCommand::Set(attributes.clone()));
                    node = *next;
                }
                Step::Play { sounds, .. } => return self.commands.push(FlowCommand::Play(sounds.clone())),
                Step::Menu { prompt, .. } | Step::Collect { prompt, .. } => {
                    return self.commands.push(FlowCommand::Play(prompt.sounds.clone()));
                }
                Step::Queue { queue, priority, skills, hold, .. } => {
                    return self.commands.push(FlowCommand::Enqueue(Enqueue {
                        queue: queue.clone(),
                        priority: *priority,
                        skills: skills.clone(),
                        hold: hold.clone(),
                    }));
                }
                Step::Hangup { sounds } if sounds.is_empty() => {
                    return self.commands.push(FlowCommand::Hangup);
                }
                Step::Hangup { sounds } => return self.commands.push(FlowCommand::Play(sounds.clone())),
            }
        }
    }

    fn ask_again(&mut self, prompt: &Prompt, otherwise: NodeIndex) {
        self.asking.attempts += 1;
        self.asking.digits.clear();
        if self.asking.attempts >= prompt.attempts {
            return self.enter(otherwise);
        }
        self.commands.push(FlowCommand::Timer(None));
        self.commands.push(FlowCommand::Play([prompt.invalid.as_slice(), prompt.sounds.as_slice()].concat()));
    }

    fn collect(&mut self, step: &Step, input: FlowInput) {
        let Step::Collect { prompt, into, min, max, next, otherwise } = step else { return };
        let done = match input {
            FlowInput::Digit('#') | FlowInput::Timeout => true,
            FlowInput::Digit(digit) => {
                self.asking.digits.push(digit);
                self.asking.digits.len() >= usize::from(*max)
            }
            FlowInput::Played => false,
            FlowInput::Begin | FlowInput::QueueRefused => return,
        };
        if !done {
            self.commands.push(FlowCommand::Timer(Some(prompt.timeout)));
        } else if self.asking.digits.len() >= usize::from(*min) {
            let digits = std::mem::take(&mut self.asking.digits);
            self.commands.push(FlowCommand::Set(BTreeMap::from([(into.clone(), digits)])));
            self.enter(*next);
        } else {
            self.ask_again(prompt, *otherwise);
        }
    }
}
