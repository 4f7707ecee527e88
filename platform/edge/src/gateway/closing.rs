//! The closing log line of a socket.

use std::sync::Arc;

use tandem_core::RequestContext;
use tandem_proto::{OrgId, RequestId, UserId};
use tokio::time::Instant;

use super::outgoing::Closing;

/// What the line will say.
pub(super) struct LogLine {
    node: Arc<str>,
    /// The one that opened it.
    request: Option<RequestId>,
    began: Instant,
    who: Option<(OrgId, UserId)>,
}

impl LogLine {
    pub(super) fn begin(node: Arc<str>, request: Option<RequestId>) -> Self {
        Self { node, request, began: Instant::now(), who: None }
    }

    /// The socket has said whose it is.
    pub(super) fn is_of(&mut self, ctx: &RequestContext) {
        self.who = Some((ctx.scope.org(), ctx.user));
    }

    pub(super) fn end(&self, why: Closing) {
        tracing::info!(
            id = self.request.map(display),
            code = why.frame().0,
            ms = self.began.elapsed().as_millis() as u64,
            org = self.who.map(|(org, _)| display(org)),
            user = self.who.map(|(_, user)| display(user)),
            node = %self.node,
            "socket closed"
        );
    }
}
