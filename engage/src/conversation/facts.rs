//! What can be written about a conversation: the payloads of its stream, under one roof.

use tandem_proto::{
    Stream, Topic, UserId,
    events::contact_centre::{
        ConversationAttributesSet, ConversationEnded, ConversationStarted, SegmentEnded, SegmentStarted,
        WrapUpGiven,
    },
};
use tandem_store::{Expect, StoreError, Tx};

/// A fact about a conversation, an event of its stream.
#[derive(Clone, PartialEq, Debug)]
pub enum Fact {
    /// It began.
    Started(ConversationStarted),
    /// A segment began.
    SegmentStarted(SegmentStarted),
    /// A segment ended.
    SegmentEnded(SegmentEnded),
    /// The flow noted something.
    AttributesSet(ConversationAttributesSet),
    /// The agent gave a code.
    WrapUpGiven(WrapUpGiven),
    /// It is over.
    Ended(ConversationEnded),
}

impl Fact {
    /// The agent it is about.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::SegmentStarted(segment) => segment.user,
            Self::SegmentEnded(segment) => segment.user,
            _ => None,
        }
    }

    /// Appends it to the log.
    ///
    /// # Errors
    /// The store's.
    pub async fn append(&self, tx: &mut Tx, stream: Stream, topics: &[Topic]) -> Result<i64, StoreError> {
        match self {
            Self::Started(event) => tx.append_about(None, stream, Expect::Any, topics, event).await,
            Self::SegmentStarted(event) => tx.append(stream, Expect::Any, topics, event).await,
            Self::SegmentEnded(event) => tx.append(stream, Expect::Any, topics, event).await,
            Self::AttributesSet(event) => tx.append(stream, Expect::Any, topics, event).await,
            Self::WrapUpGiven(event) => tx.append(stream, Expect::Any, topics, event).await,
            Self::Ended(event) => tx.append(stream, Expect::Any, topics, event).await,
        }
    }
}
