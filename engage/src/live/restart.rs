//! What a restart leaves behind: no call survives it, so every conversation that was open ends, and routing's records with it.

use tandem_core::OrgScope;
use tandem_proto::{
    Timestamp,
    api::{ConversationState, Outcome},
};
use tandem_store::Cause;

use crate::{
    Engage, EngageError,
    conversation::{Conversation, Recorder, rows},
    settings::{Org, queue_input},
};

/// How a segment that a restart cut off ended.
const DISPOSITION: &str = "restart";

impl Engage {
    /// Ends what was open when the process ended, then tells routing of the org's queues and agents.
    pub(crate) async fn restore(&self, org: &Org) -> Result<(), EngageError> {
        let scope = org.scope;
        let items = self.engine().recover(scope).await?;
        self.engine().close_recovered(scope, &items).await?;
        for conversation in rows::open(self.store().reader(), scope).await? {
            self.cut_off(scope, conversation).await?;
        }
        let (queues, agents): (Vec<_>, Vec<_>) = {
            let settings = org.settings();
            let agents = settings.agents().into_iter().map(|agent| settings.agent_input(agent));
            (settings.queues.values().map(queue_input).collect(), agents.collect())
        };
        for input in queues.into_iter().chain(agents) {
            self.engine().submit(scope, input).await?;
        }
        Ok(())
    }

    async fn cut_off(&self, scope: OrgScope, conversation: Conversation) -> Result<(), EngageError> {
        let (id, at) = (conversation.view.id, self.clock().now());
        tracing::info!(conversation = %id, "ended by a restart");
        let mut record = Recorder::resume(conversation);
        cut_off(&mut record, at);
        let facts = record.take();
        Ok(rows::write(self.store(), scope, Cause::SYSTEM, record.conversation().clone(), facts).await?)
    }
}

/// Who was in wrap-up had been handled; everybody else was cut off.
fn cut_off(record: &mut Recorder, at: Timestamp) {
    let state = record.conversation().view.state;
    record.stop_all(DISPOSITION, at);
    record.end(if state == ConversationState::WrapUp { Outcome::Handled } else { Outcome::Restart }, at);
}
