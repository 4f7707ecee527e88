//! What Engage asks of call control and presence, as traits, so that tests can stand in for phones and browsers.

use std::{path::PathBuf, time::Duration};

use tandem_collaborate::PresenceService;
use tandem_communicate::control::{CallError, Calls};
use tandem_core::OrgScope;
use tandem_presence::Change;
use tandem_proto::{
    CallId, ConversationId, LegId, UserId,
    api::{Call, ChoosePresence, EndReason, Presence, PresenceView},
};
use tandem_store::BoxFuture;
use tokio::sync::broadcast;

type Done<'a, T = ()> = BoxFuture<'a, Result<T, CallError>>;

/// Steers calls. [`Calls`] does; see there for what each operation promises.
pub trait CallControl: Send + Sync + 'static {
    /// Ties the call to the conversation and answers the caller's leg.
    fn answer(&self, scope: OrgScope, call: CallId, conversation: ConversationId) -> Done<'_>;
    /// Plays files to a leg.
    fn play(
        &self,
        scope: OrgScope,
        call: CallId,
        leg: LegId,
        play: u64,
        files: Vec<PathBuf>,
        looped: bool,
    ) -> Done<'_>;
    /// Rings an agent's browsers.
    fn ring(&self, scope: OrgScope, call: CallId, agent: UserId, timeout: Duration) -> Done<'_, LegId>;
    /// Ends a leg.
    fn hang_up(&self, scope: OrgScope, call: CallId, leg: LegId, reason: EndReason) -> Done<'_>;
    /// Ends a call.
    fn end(&self, scope: OrgScope, call: CallId, reason: EndReason) -> Done<'_>;
    /// The call as its owner sees it now; `None`: it is over. An error: nobody knows yet, ask again.
    fn describe(&self, scope: OrgScope, call: CallId) -> Done<'_, Option<Call>>;
}

impl CallControl for Calls {
    fn answer(&self, scope: OrgScope, call: CallId, conversation: ConversationId) -> Done<'_> {
        Box::pin(async move {
            self.set_conversation(scope, call, conversation).await?;
            Self::answer(self, scope, call).await
        })
    }

    fn play(
        &self,
        scope: OrgScope,
        call: CallId,
        leg: LegId,
        play: u64,
        files: Vec<PathBuf>,
        looped: bool,
    ) -> Done<'_> {
        Box::pin(Self::play(self, scope, call, leg, play, files, looped))
    }

    fn ring(&self, scope: OrgScope, call: CallId, agent: UserId, timeout: Duration) -> Done<'_, LegId> {
        Box::pin(Self::ring(self, scope, call, agent, timeout, false))
    }

    fn hang_up(&self, scope: OrgScope, call: CallId, leg: LegId, reason: EndReason) -> Done<'_> {
        Box::pin(Self::hang_up(self, scope, call, leg, reason))
    }

    fn end(&self, scope: OrgScope, call: CallId, reason: EndReason) -> Done<'_> {
        Box::pin(Self::end(self, scope, call, reason))
    }

    fn describe(&self, scope: OrgScope, call: CallId) -> Done<'_, Option<Call>> {
        Box::pin(Self::describe(self, scope, call))
    }
}

/// Tells and changes people's presence. [`PresenceService`] does. An error is told as text: nothing here can act on its kind.
pub trait PresenceSource: Send + Sync + 'static {
    /// Every change from now on, once it is in the log.
    fn changes(&self) -> broadcast::Receiver<Change>;
    /// One person's.
    fn of(&self, scope: OrgScope, user: UserId) -> BoxFuture<'_, Result<PresenceView, String>>;
    /// Sets an agent to Away in place of On Queue, so that choosing On Queue again is a change.
    fn park(&self, scope: OrgScope, user: UserId) -> BoxFuture<'_, Result<(), String>>;
}

impl PresenceSource for PresenceService {
    fn changes(&self) -> broadcast::Receiver<Change> {
        Self::changes(self)
    }

    fn of(&self, scope: OrgScope, user: UserId) -> BoxFuture<'_, Result<PresenceView, String>> {
        Box::pin(async move { Self::of(self, scope, user).await.map_err(|error| error.to_string()) })
    }

    fn park(&self, scope: OrgScope, user: UserId) -> BoxFuture<'_, Result<(), String>> {
        let away = ChoosePresence { primary: Presence::Away, message: None };
        Box::pin(async move { self.choose_for(scope, user, away).await.map_err(|error| error.to_string()) })
    }
}
