//! One conversation's task: feeds its [`Steering`], writes the steps, carries out the commands.

use std::{collections::VecDeque, path::PathBuf, sync::Arc, time::Duration};

use tandem_communicate::control::{CallChange, CallError};
use tandem_core::OrgScope;
use tandem_proto::{Actor as By, CallId, ConversationId, LegId, Timestamp, UserId, api};
use tandem_routing::{Holder, Input as Routing, OfferResult, Refused};
use tandem_routing_engine::EngineError;
use tandem_store::{Cause, StoreError};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

use super::{Message, catching_up::Unsure, registry::Reach};
use crate::{
    Engage, EngageError,
    conversation::{
        Beginning, Command, Conversation, Fact, Input, Steering,
        rows::{self, Step},
    },
    settings::Org,
};

/// How often facts that could not be written are tried again before the task gives up.
const LAST_TRIES: u32 = 10;
const RETRY: Duration = Duration::from_millis(200);

/// The task of one conversation.
pub(crate) struct Actor {
    pub(super) engage: Engage,
    pub(super) org: Arc<Org>,
    pub(super) scope: OrgScope,
    pub(super) id: ConversationId,
    pub(super) call: Option<CallId>,
    leg: LegId,
    from: String,
    pub(super) steering: Steering,
    messages: mpsc::Receiver<Message>,
    durable: watch::Sender<bool>,
    /// Facts the store has not taken yet.
    unwritten: Vec<Fact>,
    /// The steering as the store has it.
    stored: String,
    /// Since news of the call may have been missed.
    pub(super) unsure: Option<Unsure>,
    /// When to play again what may have ended unheard.
    pub(super) play_again: Option<(Instant, u64)>,
}

/// Whether the conversation is still this node's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ours {
    Yes,
    No,
}

impl Actor {
    /// Of a new conversation.
    pub(crate) fn begin(engage: Engage, org: Arc<Org>, beginning: Beginning, reach: Reach) -> Self {
        let leg = beginning.leg;
        Self::new(engage, org, Steering::new(beginning), leg, reach)
    }

    /// Of one that another owner began.
    pub(crate) fn go_on(engage: Engage, org: Arc<Org>, steering: Steering, leg: LegId, reach: Reach) -> Self {
        reach.durable.send_replace(true);
        Self::new(engage, org, steering, leg, reach)
    }

    fn new(engage: Engage, org: Arc<Org>, steering: Steering, leg: LegId, reach: Reach) -> Self {
        let Conversation { view, .. } = steering.conversation();
        let (id, call, from) = (view.id, view.call, view.from.clone());
        Self {
            engage,
            scope: org.scope,
            org,
            id,
            call,
            leg,
            from,
            steering,
            messages: reach.messages,
            durable: reach.durable,
            unwritten: Vec::new(),
            stored: String::new(),
            unsure: None,
            play_again: None,
        }
    }

    /// Runs a new conversation to the end of wrap-up, or until the org is another node's.
    pub(crate) async fn run(mut self, at: Timestamp) {
        if self.take(at, Input::Begin).await == Ours::Yes {
            self.serve().await;
        }
    }

    /// Catches up with what was missed, then runs as any other.
    pub(crate) async fn resume(mut self) {
        if self.catch_up().await == Ours::Yes {
            self.serve().await;
        }
    }

    async fn serve(mut self) {
        let (gone, stopping) = (self.org.gone.clone(), self.org.stopping.clone());
        // The last command may have found the call on its way to another node.
        while !self.steering.is_over() || self.unsure.is_some() {
            let deadline = self.steering.deadline();
            let wait = deadline.map(|at| at - self.now());
            let (look, play) = (self.unsure.map(|unsure| unsure.next), self.play_again.map(|(at, _)| at));
            let ours = tokio::select! {
                biased;
                () = gone.cancelled() => return,
                () = stopping.cancelled() => {
                    self.write().await;
                    return;
                }
                message = self.messages.recv() => match message {
                    Some(Message::Input(at, input)) => self.take(at, input).await,
                    Some(Message::WrapUp { agent, wrap_up, done }) => self.wrap_up(agent, wrap_up, done).await,
                    None => return,
                },
                () = sleep_until(look) => self.look().await,
                () = sleep_until(play) => self.replay().await,
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {
                    self.take(self.now(), Input::Deadline).await
                }
            };
            if ours == Ours::No {
                return;
            }
        }
        self.finish().await;
    }

    async fn finish(mut self) {
        for _ in 0..LAST_TRIES {
            if self.unwritten.is_empty() {
                break;
            }
            tokio::time::sleep(RETRY).await;
            self.write().await;
        }
        // Its last commands are carried out: nobody has to go on from here.
        let step = Step {
            conversation: self.steering.conversation().clone(),
            facts: std::mem::take(&mut self.unwritten),
            steering: None,
        };
        if let Err(error) = rows::write(self.engage.store(), &self.org, self.cause(), step).await {
            tracing::warn!(conversation = %self.id, %error, "ended, and will be ended again");
        }
        self.engage.registry().remove(self.id);
        self.answer_late_messages().await;
    }

    /// What came in between the end and the removal: codes are still taken, everything else is of no use any more.
    async fn answer_late_messages(&mut self) {
        self.messages.close();
        while let Some(message) = self.messages.recv().await {
            if let Message::WrapUp { agent, wrap_up, done } = message {
                let id = self.id;
                let given = self.engage.wrap_up_late(&self.org, Cause::SYSTEM, id, agent, wrap_up).await;
                // Who asked may be gone.
                let _ = done.send(given);
            }
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.engage.clock().now()
    }

    pub(super) async fn take(&mut self, at: Timestamp, input: Input) -> Ours {
        let mut inputs = VecDeque::from([(at, input)]);
        while let Some((at, input)) = inputs.pop_front() {
            self.steering.handle(at, input);
            if self.write().await == Ours::No {
                return Ours::No;
            }
            while let Some(command) = self.steering.poll_command() {
                if let Some(answer) = self.carry_out(command).await {
                    inputs.push_back((self.now(), answer));
                }
            }
        }
        Ours::Yes
    }

    async fn wrap_up(
        &mut self,
        agent: UserId,
        wrap_up: api::WrapUp,
        done: oneshot::Sender<Result<api::Conversation, EngageError>>,
    ) -> Ours {
        let (mut ours, mut answer) = (Ours::Yes, Err(EngageError::NotYours));
        if self.steering.conversation().agent(agent).is_some() {
            ours = self.take(self.now(), Input::WrapUp { agent, wrap_up }).await;
            answer = match ours {
                Ours::Yes => Ok(self.steering.conversation().view.clone()),
                Ours::No => Err(EngageError::Elsewhere),
            };
        }
        // Who asked may be gone.
        let _ = done.send(answer);
        ours
    }

    fn cause(&self) -> Cause {
        let correlation = self.call.map(CallId::uuid);
        Cause::of(By::External { address: self.from.clone() }, correlation)
    }

    /// Writes what is not written yet. A store that refuses now is asked again with the next step.
    async fn write(&mut self) -> Ours {
        self.unwritten.append(&mut self.steering.facts());
        let state = serde_json::to_string(&self.steering.save()).expect("a conversation is plain data");
        if self.unwritten.is_empty() && state == self.stored {
            return Ours::Yes;
        }
        let step = Step {
            conversation: self.steering.conversation().clone(),
            facts: self.unwritten.clone(),
            steering: Some(state.clone()),
        };
        match rows::write(self.engage.store(), &self.org, self.cause(), step).await {
            Ok(()) => {
                self.unwritten.clear();
                self.stored = state;
                self.durable.send_replace(true);
            }
            Err(StoreError::Fenced) => return Ours::No,
            Err(error) => tracing::error!(conversation = %self.id, %error, "a step is not written yet"),
        }
        Ours::Yes
    }

    async fn carry_out(&mut self, command: Command) -> Option<Input> {
        let (scope, calls) = (self.scope, self.engage.clone());
        let (calls, Some(call)) = (calls.calls(), self.call) else { return self.without_call(command).await };
        let result = match command {
            Command::Answer => calls.answer(scope, call, self.id).await,
            Command::Play { play, sounds, looped } => {
                let files: Vec<PathBuf> = sounds.iter().map(|sound| self.engage.sound(sound)).collect();
                match calls.play(scope, call, self.leg, play, files, looped).await {
                    Err(error) if !self.doubtful(&error) => {
                        // Silence instead; the flow goes on.
                        tracing::error!(conversation = %self.id, %error, ?sounds, "not played");
                        return (!looped).then_some(Input::Call(CallChange::Played { leg: self.leg, play }));
                    }
                    result => result,
                }
            }
            Command::Ring { offer, agent, timeout } => match calls.ring(scope, call, agent, timeout).await {
                Ok(leg) => return Some(Input::Rung { offer, leg }),
                Err(error) if !self.doubtful(&error) => {
                    tracing::warn!(conversation = %self.id, %error, "agent not rung");
                    let not_responding = matches!(error, CallError::Unreachable);
                    return Some(Input::RingFailed { offer, not_responding });
                }
                Err(error) => Err(error),
            },
            Command::HangUp { leg, reason } => match calls.hang_up(scope, call, leg, reason).await {
                // Mostly a leg that ended by itself just now.
                Err(CallError::UnknownLeg(_) | CallError::WrongState(_)) => Ok(()),
                result => result,
            },
            Command::End { reason } => calls.end(scope, call, reason).await,
            command => return self.without_call(command).await,
        };
        match result {
            Ok(()) => None,
            Err(error) if self.doubtful(&error) => {
                tracing::debug!(conversation = %self.id, %error, "the call is looked for");
                self.unsure.get_or_insert_with(Unsure::new);
                None
            }
            Err(error) => {
                tracing::error!(conversation = %self.id, %error, "call not steered");
                Some(Input::Failed)
            }
        }
    }

    async fn without_call(&self, command: Command) -> Option<Input> {
        match command {
            Command::Route(input) => self.route(input).await,
            Command::AskPosition => {
                Some(Input::Position(self.engage.engine().position(self.scope, self.id).await))
            }
            _ => None,
        }
    }

    /// Whether an error leaves open what became of the call: it is over, or on its way to another node.
    fn doubtful(&self, error: &CallError) -> bool {
        matches!(error, CallError::UnknownCall(_) | CallError::Stopping | CallError::Elsewhere(_))
    }

    /// Tells routing. What was told before is harmless: routing's refusal says so.
    pub(super) async fn route(&self, input: Routing) -> Option<Input> {
        let result = self.engage.engine().submit(self.scope, input.clone()).await;
        match (input, result) {
            (_, Err(EngineError::NotHere)) => None,
            (Routing::Accepted { offer }, Ok(())) => Some(self.accepted(offer)),
            (Routing::Accepted { offer }, Err(EngineError::Refused(refused)))
                if self.was_accepted(&refused) =>
            {
                Some(self.accepted(offer))
            }
            (Routing::Accepted { offer }, Err(error)) => {
                tracing::info!(conversation = %self.id, %error, "answered too late");
                Some(Input::AcceptRefused { offer })
            }
            (Routing::Arrived { .. }, Err(EngineError::Refused(Refused::AlreadyHere { .. }))) => None,
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

    fn accepted(&self, offer: tandem_proto::OfferId) -> Input {
        let wrap_up = self.engage.wrap_up_mode(self.scope, self.steering.conversation());
        Input::Accepted { offer, wrap_up }
    }

    /// Routing took this very answer before.
    fn was_accepted(&self, refused: &Refused) -> bool {
        let agent = self.steering.agent();
        matches!(refused, Refused::OfferOver { result: OfferResult::Accepted, holder: Holder::Agent(holder), .. }
            if Some(*holder) == agent)
    }
}

/// Comes at that moment; never without one.
async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
