//! What goes in and out of [`super::Steering`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tandem_communicate::control::CallChange;
use tandem_proto::{
    CallId, ConversationId, FlowId, LegId, OfferId, QueueId, SkillId, Timestamp, UserId,
    api::{self, EndReason, WrapUp, WrapUpMode},
};
use tandem_routing::{Input as Routing, OfferResult, Standing};

use crate::flow::Flow;

/// What happens to a conversation.
#[derive(Clone, Debug)]
pub enum Input {
    /// The first one: the call is there.
    Begin,
    /// Call control's news.
    Call(CallChange),
    /// The call as call control sees it now: after a time in which its news may have been missed.
    Described(Box<api::Call>),
    /// Call control knows nothing of the call any more, and nothing of its end.
    CutOff,
    /// Where routing has the conversation now: after a time in which its notices may have been missed.
    Standing(Standing),
    /// What was being played then may have come to its end unheard: it is played again.
    PlayAgain {
        /// Which playing; nothing happens when there was a later one.
        play: u64,
    },
    /// Routing reserved an agent.
    Offered {
        /// The reservation.
        offer: OfferId,
        /// Of whom.
        agent: UserId,
        /// Until when.
        expires_at: Timestamp,
    },
    /// Routing ended a reservation.
    OfferEnded {
        /// Which.
        offer: OfferId,
        /// How.
        result: OfferResult,
    },
    /// The agent rings.
    Rung {
        /// For which reservation.
        offer: OfferId,
        /// The agent's leg.
        leg: LegId,
    },
    /// The agent could not be rung.
    RingFailed {
        /// For which reservation.
        offer: OfferId,
        /// Whether that is the agent's doing: no device is there.
        not_responding: bool,
    },
    /// Routing took the agent's answer.
    Accepted {
        /// For which reservation.
        offer: OfferId,
        /// The queue's mode of wrap-up.
        wrap_up: WrapUpMode,
    },
    /// The agent's answer came too late.
    AcceptRefused {
        /// For which reservation.
        offer: OfferId,
    },
    /// Routing would not queue the customer.
    QueueRefused,
    /// The place in the queue that was asked for.
    Position(Option<u32>),
    /// The alerted agent's last device is gone.
    AgentGone {
        /// Who.
        agent: UserId,
    },
    /// Routing let the agent go on: wrap-up is over.
    Released {
        /// Who.
        agent: UserId,
        /// Because its time ran out.
        timed_out: bool,
    },
    /// The agent gave a code.
    WrapUp {
        /// Who.
        agent: UserId,
        /// What.
        wrap_up: WrapUp,
    },
    /// The time of [`super::Steering::deadline`] has come.
    Deadline,
    /// The flow cannot go on (the log refused, a file is missing).
    Failed,
}

/// What a conversation wants done.
#[derive(Clone, Debug)]
pub enum Command {
    /// Tie the call to the conversation and answer it.
    Answer,
    /// Play to the customer.
    Play {
        /// Number of this playing.
        play: u64,
        /// Names of sounds.
        sounds: Vec<String>,
        /// For ever.
        looped: bool,
    },
    /// Ring an agent; answer with [`Input::Rung`] or [`Input::RingFailed`].
    Ring {
        /// The reservation.
        offer: OfferId,
        /// Whom.
        agent: UserId,
        /// For how long at most.
        timeout: Duration,
    },
    /// End a leg.
    HangUp {
        /// Which.
        leg: LegId,
        /// Why.
        reason: EndReason,
    },
    /// End the call.
    End {
        /// Why.
        reason: EndReason,
    },
    /// Tell routing. `Arrived` is answered with [`Input::QueueRefused`] when it fails, `Accepted` with [`Input::Accepted`] or
    /// [`Input::AcceptRefused`].
    Route(Routing),
    /// Answer with [`Input::Position`].
    AskPosition,
}

/// Ids for the names in a flow, fixed when it was published.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct References {
    /// Queues.
    pub queues: BTreeMap<String, QueueId>,
    /// Skills.
    pub skills: BTreeMap<String, SkillId>,
}

/// What a conversation begins with.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Its id.
    pub id: ConversationId,
    /// The call.
    pub call: CallId,
    /// The customer's leg.
    pub leg: LegId,
    /// How the customer named itself.
    pub from: String,
    /// Number called.
    pub to: String,
    /// When the call came in.
    pub at: Timestamp,
    /// The flow.
    pub flow_id: FlowId,
    /// Which version of it.
    pub flow_version: i64,
    /// The flow.
    pub flow: Arc<Flow>,
    /// Its names.
    pub references: References,
    /// The sounds there are.
    pub sounds: Arc<BTreeSet<String>>,
}
