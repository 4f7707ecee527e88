//! Calls of other nodes: whoever has to do with a call asks its owner, wherever that is.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tandem_bus::{Asker, LinkError};
use tandem_cluster::Kind;
use tandem_core::{OrgScope, RequestContext, sealed::Behalf};
use tandem_proto::{
    Actor, CallId, EndpointId, LegId, NodeId, NodeRole, OrgId, UserId,
    api::{Call, NewCall, Track},
};
use tandem_store::Cause;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Command, Message, Owner, Reply};
use crate::{Communicate, control::CallError, switch::Switch};

/// The service that answers [`Question`]s.
const CALLS: &str = "calls";
/// The service that hears [`Taken`].
const DEVICES: &str = "call-devices";
/// How long another node may take to answer.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long a call whose owner is gone is waited for: noticing takes 2 s, taking over 1 s.
const PATIENCE: Duration = Duration::from_secs(6);
/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Something asked of another node.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Question {
    Call { org: OrgId, call: CallId, ask: Ask },
    Place(Box<Place>),
}

/// Something asked of a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ask {
    Command { id: Uuid, command: Command, actor: Actor, correlation: Option<Uuid> },
    Describe,
    Tracks,
}

/// A call to be placed from a browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub org: OrgId,
    pub user: UserId,
    pub new: NewCall,
    pub actor: Actor,
    pub correlation: Option<Uuid>,
}

/// What it is answered with.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Done(Box<Reply>),
    Described(Box<Option<Call>>),
    Tracks(Vec<Track>),
    Refused(Refusal),
    /// The call is not here, or not yet.
    NotHere,
}

/// A [`CallError`] as it crosses a link.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    UnknownCall(CallId),
    UnknownLeg(LegId),
    Unreachable,
    WrongState(String),
    Full,
    Media(tandem_media::MediaError),
    Invalid { field: String, reason: String },
    NotFound(String),
    Unavailable,
    Failed(String),
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        use tandem_store::StoreError;
        match error {
            CallError::UnknownCall(call) => Self::UnknownCall(call),
            CallError::UnknownLeg(leg) => Self::UnknownLeg(leg),
            CallError::Unreachable => Self::Unreachable,
            CallError::WrongState(why) => Self::WrongState(why.into_owned()),
            CallError::Full => Self::Full,
            CallError::Media(error) => Self::Media(error),
            CallError::Invalid { field, reason } => Self::Invalid { field: field.into_owned(), reason },
            CallError::NotFound(what) => Self::NotFound(what.into_owned()),
            CallError::Stopping
            | CallError::Store(StoreError::Overloaded | StoreError::Unavailable(_) | StoreError::Closed) => {
                Self::Unavailable
            }
            error @ (CallError::Store(_) | CallError::Identity(_) | CallError::Elsewhere(_)) => {
                Self::Failed(error.to_string())
            }
        }
    }
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownCall(call) => Self::UnknownCall(call),
            Refusal::UnknownLeg(leg) => Self::UnknownLeg(leg),
            Refusal::Unreachable => Self::Unreachable,
            Refusal::WrongState(why) => Self::WrongState(why.into()),
            Refusal::Full => Self::Full,
            Refusal::Media(error) => Self::Media(error),
            Refusal::Invalid { field, reason } => Self::Invalid { field: field.into(), reason },
            Refusal::NotFound(what) => Self::NotFound(what.into()),
            Refusal::Unavailable => Self::Stopping,
            Refusal::Failed(why) => Self::Elsewhere(why),
        }
    }
}

/// A device serves another call from now on.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    endpoint: EndpointId,
    call: CallId,
}

impl Ask {
    pub(crate) fn command(command: Command, cause: Cause) -> Self {
        let Cause { actor, correlation, .. } = cause;
        Self::Command { id: Uuid::now_v7(), command, actor, correlation }
    }

    /// With the paths of sounds as `path` makes them.
    fn with_paths(mut self, path: impl Fn(PathBuf) -> PathBuf) -> Self {
        if let Self::Command { command: Command::Play { files, .. }, .. } = &mut self {
            *files = std::mem::take(files).into_iter().map(path).collect();
        }
        self
    }
}

impl Switch {
    /// Asks a call's owner, and waits for a new one if that is gone.
    pub(crate) async fn ask(&self, scope: OrgScope, call: CallId, ask: Ask) -> Result<Answer, CallError> {
        let give_up = Instant::now() + PATIENCE;
        loop {
            match self.ask_once(scope, call, &ask).await? {
                Answer::NotHere => {}
                Answer::Refused(refusal) => return Err(refusal.into()),
                answer => return Ok(answer),
            }
            if Instant::now() >= give_up {
                return Err(CallError::Stopping);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn ask_once(&self, scope: OrgScope, call: CallId, ask: &Ask) -> Result<Answer, CallError> {
        match self.answer(scope, call, ask.clone()).await? {
            Answer::NotHere => {}
            answer => return Ok(answer),
        }
        let owner = self.cluster.owner(Kind::Call, &call.to_string()).await?;
        let Some(node) = owner.ok_or(CallError::UnknownCall(call))?.node else { return Ok(Answer::NotHere) };
        if node == self.cluster.me() {
            return Ok(Answer::NotHere);
        }
        let question =
            Question::Call { org: scope.org(), call, ask: ask.clone().with_paths(|path| self.sent(path)) };
        self.question(Behalf::Org(scope.org()), node, &question).await
    }

    async fn question(&self, behalf: Behalf, node: NodeId, question: &Question) -> Result<Answer, CallError> {
        match self.cluster.links().ask_for(behalf, node, CALLS, question, DEADLINE).await {
            Ok(answer) => Ok(answer),
            // It may be gone; whoever is the owner then is asked the same.
            // Whoever is not believed yet is in a moment.
            Err(
                LinkError::Unreachable(_)
                | LinkError::TimedOut
                | LinkError::NoService(_)
                | LinkError::Refused(_),
            ) => Ok(Answer::NotHere),
            Err(error) => Err(CallError::Elsewhere(error.to_string())),
        }
    }

    /// Answers for a call of this node.
    async fn answer(&self, scope: OrgScope, call: CallId, ask: Ask) -> Result<Answer, CallError> {
        let Some(inbox) = self.registry.call(scope, call) else {
            // One of another org is none.
            let hidden = self.registry.inbox(call).is_some();
            return if hidden { Err(CallError::UnknownCall(call)) } else { Ok(Answer::NotHere) };
        };
        // A call that ends, or goes to another node, without answering is looked for again.
        match ask {
            Ask::Command { id, command, actor, correlation } => {
                let (reply, answer) = oneshot::channel();
                let cause = Cause::of(actor, correlation);
                if inbox.send(Message::Command { id, command, cause, reply }).await.is_err() {
                    return Ok(Answer::NotHere);
                }
                match answer.await {
                    Ok(result) => result.map(|reply| Answer::Done(Box::new(reply))),
                    Err(_) => Ok(Answer::NotHere),
                }
            }
            Ask::Describe => {
                let (reply, answer) = oneshot::channel();
                if inbox.send(Message::Describe(reply)).await.is_err() {
                    return Ok(Answer::NotHere);
                }
                Ok(answer.await.map_or(Answer::NotHere, |call| Answer::Described(Box::new(call))))
            }
            Ask::Tracks => {
                let (reply, answer) = oneshot::channel();
                if inbox.send(Message::TracksNow(reply)).await.is_err() {
                    return Ok(Answer::NotHere);
                }
                Ok(answer.await.map_or(Answer::NotHere, Answer::Tracks))
            }
        }
    }

    /// Has a node that takes calls place one.
    pub(crate) async fn place_elsewhere(
        &self,
        caller: &RequestContext,
        place: Place,
    ) -> Result<Call, CallError> {
        let nodes = self.cluster.nodes();
        let node = nodes.least_busy(NodeRole::Sip).ok_or(CallError::Full)?.id;
        let question = Question::Place(Box::new(place));
        match self.question(Behalf::Person(caller.into()), node, &question).await? {
            Answer::Done(reply) => Ok(reply.call),
            Answer::Refused(refusal) => Err(refusal.into()),
            _ => Err(CallError::Stopping),
        }
    }

    /// The endpoint serves `owner` now: a call it served before, here or on another node, is put on hold.
    pub(crate) fn endpoint_taken(&self, endpoint: EndpointId, owner: Owner) {
        if let Some(before) = self.registry.claim_endpoint(endpoint, owner) {
            self.put_on_hold(before, owner.call);
        }
        let nodes = self.cluster.nodes();
        for node in nodes.with(NodeRole::Sip).filter(|node| node.id != self.cluster.me()) {
            // One that cannot be told is gone, and its calls with it.
            let _ = self.cluster.links().tell(node.id, DEVICES, &Taken { endpoint, call: owner.call });
        }
    }

    fn put_on_hold(&self, before: Owner, by: CallId) {
        if before.call != by
            && let Some(inbox) = self.registry.inbox(before.call)
        {
            let _ = inbox.try_send(Message::Order(Command::DeviceTaken { leg: before.leg }));
        }
    }
}

/// A call to be placed, by the person the seal names: what the question says of who asks is of use only from a node of the version before
/// seals.
fn placed_by(communicate: &Communicate, asker: &Asker, place: Place) -> Option<Place> {
    if asker.behalf.is_none() {
        return Some(place);
    }
    let caller = communicate.calls.switch.cluster.context_of(asker.person()?);
    let Cause { actor, correlation, .. } = Cause::request(&caller);
    Some(Place { org: caller.scope.org(), user: caller.user, actor, correlation, ..place })
}

/// Answers other nodes.
pub(crate) fn serve(communicate: &Communicate) {
    let links = communicate.calls.switch.cluster.links().clone();
    let served = communicate.clone();
    links.serve(CALLS, move |asker, question: Question| {
        let communicate = served.clone();
        async move {
            let switch = &communicate.calls.switch;
            let answer = match question {
                Question::Call { org, call, .. } if !asker.may_ask_about(org) => {
                    Err(CallError::UnknownCall(call))
                }
                Question::Call { org, call, ask } => {
                    let ask = ask.with_paths(|path| switch.found(path));
                    switch.answer(switch.cluster.scope_of(org), call, ask).await
                }
                Question::Place(place) => match placed_by(&communicate, &asker, *place) {
                    Some(place) => communicate
                        .place_here(place)
                        .await
                        .map(|call| Answer::Done(Box::new(Reply { call, leg: None }))),
                    None => Err(CallError::NotFound("user".into())),
                },
            };
            answer.unwrap_or_else(|error| Answer::Refused(error.into()))
        }
    });
    let switch = Arc::clone(&communicate.calls.switch);
    links.hear(DEVICES, move |_, Taken { endpoint, call }| {
        // What its former call does when it ends is no longer for the device.
        if let Some(before) = switch.registry.endpoint(endpoint).filter(|before| before.call != call)
            && switch.registry.release_endpoint(endpoint, before)
        {
            switch.put_on_hold(before, call);
        }
    });
}
