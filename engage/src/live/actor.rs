//! One conversation's task: feeds its [`Steering`], writes the facts, carries out the commands.

use std::{collections::VecDeque, path::PathBuf, time::Duration};

use tandem_communicate::control::{CallChange, CallError};
use tandem_core::OrgScope;
use tandem_proto::{Actor as By, CallId, ConversationId, LegId, Timestamp, UserId, api};
use tandem_routing::Input as Routing;
use tandem_store::Cause;
use tokio::sync::{mpsc, oneshot};

use super::Message;
use crate::{
    Engage, EngageError,
    conversation::{Beginning, Command, Fact, Input, Steering, rows},
};

/// How often facts that could not be written are tried again before the task gives up.
const LAST_TRIES: u32 = 10;
const RETRY: Duration = Duration::from_millis(200);

/// The task of one conversation.
pub(crate) struct Actor {
    engage: Engage,
    scope: OrgScope,
    id: ConversationId,
    call: CallId,
    leg: LegId,
    from: String,
    steering: Steering,
    messages: mpsc::Receiver<Message>,
    /// Facts the store has not taken yet.
    unwritten: Vec<Fact>,
}

impl Actor {
    pub(crate) fn new(
        engage: Engage,
        scope: OrgScope,
        beginning: Beginning,
        messages: mpsc::Receiver<Message>,
    ) -> Self {
        let (id, call, leg, from) = (beginning.id, beginning.call, beginning.leg, beginning.from.clone());
        let steering = Steering::new(beginning);
        Self { engage, scope, id, call, leg, from, steering, messages, unwritten: Vec::new() }
    }

    /// Runs to the end of wrap-up.
    pub(crate) async fn run(mut self, at: Timestamp) {
        self.take(at, Input::Begin).await;
        while !self.steering.is_over() {
            let deadline = self.steering.deadline();
            let wait = deadline.map(|at| at - self.now());
            tokio::select! {
                message = self.messages.recv() => match message {
                    Some(Message::Input(at, input)) => self.take(at, input).await,
                    Some(Message::WrapUp { agent, wrap_up, done }) => self.wrap_up(agent, wrap_up, done).await,
                    None => break,
                },
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {
                    self.take(self.now(), Input::Deadline).await;
                }
            }
        }
        for _ in 0..LAST_TRIES {
            if self.unwritten.is_empty() {
                break;
            }
            tokio::time::sleep(RETRY).await;
            self.write().await;
        }
        self.engage.registry().remove(self.id);
        self.answer_late_messages().await;
    }

    /// What came in between the end and the removal: codes are still taken, everything else is of no use any more.
    async fn answer_late_messages(&mut self) {
        self.messages.close();
        while let Some(message) = self.messages.recv().await {
            if let Message::WrapUp { agent, wrap_up, done } = message {
                self.wrap_up(agent, wrap_up, done).await;
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.engage.clock().now()
    }

    async fn take(&mut self, at: Timestamp, input: Input) {
        let mut inputs = VecDeque::from([(at, input)]);
        while let Some((at, input)) = inputs.pop_front() {
            self.steering.handle(at, input);
            self.write().await;
            while let Some(command) = self.steering.poll_command() {
                if let Some(answer) = self.carry_out(command).await {
                    inputs.push_back((self.now(), answer));
                }
            }
        }
    }

    async fn wrap_up(
        &mut self,
        agent: UserId,
        wrap_up: api::WrapUp,
        done: oneshot::Sender<Result<api::Conversation, EngageError>>,
    ) {
        let answer = if self.steering.conversation().agent(agent).is_some() {
            self.take(self.now(), Input::WrapUp { agent, wrap_up }).await;
            Ok(self.steering.conversation().view.clone())
        } else {
            Err(EngageError::NotYours)
        };
        // Who asked may be gone.
        let _ = done.send(answer);
    }

    /// Writes what is not written yet. A store that refuses now is asked again with the next facts.
    async fn write(&mut self) {
        self.unwritten.append(&mut self.steering.facts());
        if self.unwritten.is_empty() {
            return;
        }
        let cause =
            Cause { actor: By::External { address: self.from.clone() }, correlation: Some(self.call.uuid()) };
        let (conversation, facts) = (self.steering.conversation().clone(), self.unwritten.clone());
        match rows::write(self.engage.store(), self.scope, cause, conversation, facts).await {
            Ok(()) => self.unwritten.clear(),
            Err(error) => tracing::error!(conversation = %self.id, %error, "facts not written yet"),
        }
    }

    async fn carry_out(&self, command: Command) -> Option<Input> {
        let (scope, call, calls) = (self.scope, self.call, self.engage.calls());
        match command {
            Command::Answer => match calls.answer(scope, call, self.id).await {
                Ok(()) => None,
                Err(CallError::UnknownCall(_)) => Some(Input::CallGone),
                Err(error) => {
                    tracing::error!(conversation = %self.id, %error, "call not answered");
                    Some(Input::Failed)
                }
            },
            Command::Play { play, sounds, looped } => self.play(play, &sounds, looped).await,
            Command::Ring { offer, agent, timeout } => match calls.ring(scope, call, agent, timeout).await {
                Ok(leg) => Some(Input::Rung { offer, leg }),
                Err(CallError::UnknownCall(_)) => Some(Input::CallGone),
                Err(error) => {
                    tracing::warn!(conversation = %self.id, %error, "agent not rung");
                    let not_responding = matches!(error, CallError::Unreachable);
                    Some(Input::RingFailed { offer, not_responding })
                }
            },
            Command::HangUp { leg, reason } => {
                if let Err(error) = calls.hang_up(scope, call, leg, reason).await {
                    // Mostly a leg that ended by itself just now.
                    tracing::debug!(conversation = %self.id, %error, "leg not hung up");
                }
                None
            }
            Command::End { reason } => match calls.end(scope, call, reason).await {
                Ok(()) => None,
                Err(error) => {
                    tracing::debug!(conversation = %self.id, %error, "call not ended");
                    Some(Input::CallGone)
                }
            },
            Command::Route(input) => self.route(input).await,
            Command::AskPosition => {
                Some(Input::Position(self.engage.engine().position(scope, self.id).await))
            }
        }
    }

    async fn play(&self, play: u64, sounds: &[String], looped: bool) -> Option<Input> {
        let files: Vec<PathBuf> = sounds.iter().map(|sound| self.engage.sound(sound)).collect();
        match self.engage.calls().play(self.scope, self.call, self.leg, play, files, looped).await {
            Ok(()) => None,
            Err(CallError::UnknownCall(_)) => Some(Input::CallGone),
            // Silence instead; the flow goes on.
            Err(error) => {
                tracing::error!(conversation = %self.id, %error, ?sounds, "not played");
                (!looped).then_some(Input::Call(CallChange::Played { leg: self.leg, play }))
            }
        }
    }

    async fn route(&self, input: Routing) -> Option<Input> {
        let result = self.engage.engine().submit(self.scope, input.clone()).await;
        match (input, result) {
            (Routing::Accepted { offer }, Ok(())) => Some(Input::Accepted {
                offer,
                wrap_up: self.engage.wrap_up_mode(self.scope, self.steering.conversation()),
            }),
            (Routing::Accepted { offer }, Err(error)) => {
                tracing::info!(conversation = %self.id, %error, "answered too late");
                Some(Input::AcceptRefused { offer })
            }
            (Routing::Arrived { .. }, Err(error)) => {
                tracing::error!(conversation = %self.id, %error, "not queued");
                Some(Input::QueueRefused)
            }
            (input, Err(error)) => {
                tracing::warn!(conversation = %self.id, %error, ?input, "routing refused");
                None
            }
            (_, Ok(())) => None,
        }
    }
}
