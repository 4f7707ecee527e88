//! Call control as the products above use it: a call that comes in for a flow is handed to a [`CallApp`], which steers it through
//! [`Calls`] and is told what happens by [`CallNotice`]s.

use std::{borrow::Cow, path::PathBuf, sync::Arc, time::Duration};

use tandem_core::OrgScope;
use tandem_edge::{ApiProblem, identity::IdentityError};
use tandem_media::MediaError;
use tandem_proto::{
    CallId, ConversationId, FlowId, LegId, Timestamp, UserId,
    api::{Call, EndReason, Track},
};
use tandem_store::Cause;
use tokio::sync::mpsc;

pub use tandem_call::CallChange;

use crate::{
    calls::{Answer, Ask, Command, Reply},
    switch::Switch,
};

/// A call that reached a number whose destination is a flow. It rings until the app answers it.
#[derive(Clone, Debug)]
pub struct IncomingCall {
    /// The tenant.
    pub scope: OrgScope,
    /// The call.
    pub call: CallId,
    /// The caller's leg.
    pub leg: LegId,
    /// How the caller named itself.
    pub from: String,
    /// Display name, if sent.
    pub from_name: Option<String>,
    /// The number called.
    pub to: String,
    /// The flow the number leads to.
    pub flow: FlowId,
    /// When it came in.
    pub at: Timestamp,
}

/// Something that happened to a call an app steers.
#[derive(Clone, Debug)]
pub struct CallNotice {
    /// The tenant.
    pub scope: OrgScope,
    /// The call.
    pub call: CallId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: CallChange,
}

/// Why a command was refused.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No such call, or it is over.
    #[error("no call {0}")]
    UnknownCall(CallId),
    /// No such leg, or it is over.
    #[error("no leg {0}")]
    UnknownLeg(LegId),
    /// The user has no device to ring.
    #[error("nobody is there to ring")]
    Unreachable,
    /// Not possible in the state the call is in.
    #[error("not possible now: {0}")]
    WrongState(Cow<'static, str>),
    /// Something in the request cannot be.
    #[error("{field} {reason}")]
    Invalid {
        /// Which field.
        field: Cow<'static, str>,
        /// What is wrong with it.
        reason: String,
    },
    /// No such person.
    #[error("no {0}")]
    NotFound(Cow<'static, str>),
    /// As many calls are up as this server takes.
    #[error("no more calls can be taken now")]
    Full,
    /// The media relay refused.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The log could not be written.
    #[error(transparent)]
    Store(#[from] tandem_store::StoreError),
    /// People cannot be looked up.
    #[error("people cannot be looked up: {0}")]
    Identity(Box<IdentityError>),
    /// The node that owns the call failed.
    #[error("the call's node failed: {0}")]
    Elsewhere(String),
    /// The switch is stopping, or the call is on its way to another node: try again in a moment.
    #[error("call control is not there for now")]
    Stopping,
}

impl CallError {
    pub(crate) fn identity(error: IdentityError) -> Self {
        Self::Identity(Box::new(error))
    }
}

impl From<CallError> for ApiProblem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::UnknownCall(_) => Self::not_found("call"),
            CallError::UnknownLeg(_) => Self::not_found("leg"),
            CallError::Unreachable => Self::conflict("unreachable", "nobody is there to ring"),
            CallError::WrongState(why) => Self::conflict("wrong-call-state", why),
            CallError::Invalid { field, reason } => Self::invalid(field, reason),
            CallError::NotFound(what) => Self::not_found(&what),
            CallError::Store(error) => error.into(),
            CallError::Identity(error) => (*error).into(),
            CallError::Full | CallError::Stopping => Self::unavailable(2),
            CallError::Media(MediaError::Unreachable) => Self::unavailable(2),
            CallError::Media(error) => Self::internal(&error),
            error @ CallError::Elsewhere(_) => Self::internal(&error),
        }
    }
}

/// What takes calls whose number leads to a flow: Engage. Bounded channels, one for new calls and one for notices of the calls it took.
#[derive(Debug)]
pub struct CallApp {
    /// New calls.
    pub incoming: mpsc::Sender<IncomingCall>,
    /// What happens to them.
    pub notices: mpsc::Sender<CallNotice>,
}

/// A handle on call control, for the calls of every node: whoever owns a call is asked, and if that node is gone, the next one. Cheap to
/// clone.
#[derive(Clone)]
pub struct Calls {
    pub(crate) switch: Arc<Switch>,
}

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Calls").field("live", &self.switch.registry.len()).finish()
    }
}

impl Calls {
    /// Answers the caller's leg; `Answered` follows.
    pub async fn answer(&self, scope: OrgScope, call: CallId) -> Result<(), CallError> {
        self.order(scope, call, Command::AppAnswer).await
    }

    /// Ties the call to a conversation.
    pub async fn set_conversation(
        &self,
        scope: OrgScope,
        call: CallId,
        conversation: ConversationId,
    ) -> Result<(), CallError> {
        self.order(scope, call, Command::SetConversation(conversation)).await
    }

    /// Plays files to a leg, in place of what played before. `Played { play }` follows unless it loops or is replaced.
    pub async fn play(
        &self,
        scope: OrgScope,
        call: CallId,
        leg: LegId,
        play: u64,
        files: Vec<PathBuf>,
        looped: bool,
    ) -> Result<(), CallError> {
        self.order(scope, call, Command::Play { leg, play, files, looped }).await
    }

    /// Stops what plays.
    pub async fn stop_playing(&self, scope: OrgScope, call: CallId, leg: LegId) -> Result<(), CallError> {
        self.order(scope, call, Command::StopPlaying { leg }).await
    }

    /// Rings a user's browsers (and, if `phones`, registered phones) with this call, for at most `timeout`. Answers the new leg.
    pub async fn ring(
        &self,
        scope: OrgScope,
        call: CallId,
        user: UserId,
        timeout: Duration,
        phones: bool,
    ) -> Result<LegId, CallError> {
        let reply = self.command(scope, call, Command::Ring { user, timeout, phones }, Cause::SYSTEM).await?;
        reply.leg.ok_or(CallError::Unreachable)
    }

    /// Ends a leg. A call whose caller's leg ends, is over.
    pub async fn hang_up(
        &self,
        scope: OrgScope,
        call: CallId,
        leg: LegId,
        reason: EndReason,
    ) -> Result<(), CallError> {
        self.order(scope, call, Command::HangUpLeg { leg, reason }).await
    }

    /// Ends a call.
    pub async fn end(&self, scope: OrgScope, call: CallId, reason: EndReason) -> Result<(), CallError> {
        self.order(scope, call, Command::End { reason }).await
    }

    async fn order(&self, scope: OrgScope, call: CallId, command: Command) -> Result<(), CallError> {
        self.command(scope, call, command, Cause::SYSTEM).await.map(drop)
    }

    /// Has a call carry out a command; answers the call as it is then.
    pub(crate) async fn command(
        &self,
        scope: OrgScope,
        call: CallId,
        command: Command,
        cause: Cause,
    ) -> Result<Reply, CallError> {
        match self.switch.ask(scope, call, Ask::command(command, cause)).await? {
            Answer::Done(reply) => Ok(*reply),
            _ => Err(CallError::Elsewhere("another answer than was asked for".to_owned())),
        }
    }

    /// The call as its owner sees it now; `None` when it is over or there is none.
    ///
    /// # Errors
    /// [`CallError::Stopping`] when its owner is gone and nobody took it yet.
    pub async fn describe(&self, scope: OrgScope, call: CallId) -> Result<Option<Call>, CallError> {
        match self.switch.ask(scope, call, Ask::Describe).await {
            Ok(Answer::Described(call)) => Ok(*call),
            Err(CallError::UnknownCall(_)) => Ok(None),
            Ok(_) => Err(CallError::Elsewhere("another answer than was asked for".to_owned())),
            Err(error) => Err(error),
        }
    }

    /// The tracks that can be received in a call now.
    ///
    /// # Errors
    /// As [`Self::describe`].
    pub async fn tracks(&self, scope: OrgScope, call: CallId) -> Result<Vec<Track>, CallError> {
        match self.switch.ask(scope, call, Ask::Tracks).await {
            Ok(Answer::Tracks(tracks)) => Ok(tracks),
            Err(CallError::UnknownCall(_)) => Ok(Vec::new()),
            Ok(_) => Err(CallError::Elsewhere("another answer than was asked for".to_owned())),
            Err(error) => Err(error),
        }
    }
}
