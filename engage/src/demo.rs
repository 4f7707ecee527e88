//! What a demo org needs to take its first call.

use tandem_core::OrgScope;
use tandem_proto::{
    DivisionId, FlowId, QueueId, UserId,
    api::{QueueMember, QueueSettings},
};
use tandem_store::Cause;

use crate::{Engage, EngageError, Target};

const FLOW: &str = include_str!("../flows/support.toml");
const CODES: [&str; 3] = ["Resolved", "Follow-up", "Wrong number"];

/// What [`Engage::seed_demo`] made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Demo {
    /// The queue `Support`.
    pub queue: QueueId,
    /// The flow `support`, which leads to it.
    pub flow: FlowId,
}

impl Engage {
    /// Makes the queue `Support` with `agents` as members, three wrap-up codes and the flow `support`.
    ///
    /// # Errors
    /// When they exist already, an agent does not, a sound is missing, or the store fails.
    pub async fn seed_demo(&self, scope: OrgScope, agents: &[UserId]) -> Result<Demo, EngageError> {
        for code in CODES {
            self.create_wrap_up_code(scope, Cause::SYSTEM, code.to_owned()).await?;
        }
        let members = agents.iter().map(|user| QueueMember { user: *user, joined: true }).collect();
        let settings = QueueSettings {
            name: "Support".to_owned(),
            members,
            alert_seconds: 20,
            target_seconds: 20,
            short_abandon_seconds: 5,
            wrap_up: Default::default(),
            evaluation: Default::default(),
            skills: Vec::new(),
        };
        let home = DivisionId::home(scope.org());
        let queue = self.set_queue(scope, Cause::SYSTEM, Target::New(home), settings).await?;
        let flow = self.publish_flow(scope, Cause::SYSTEM, Target::New(home), FLOW.to_owned()).await?;
        Ok(Demo { queue: queue.id, flow: flow.id })
    }
}
