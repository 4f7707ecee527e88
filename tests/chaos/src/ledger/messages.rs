//! Chat messages: nothing acknowledged is lost, nothing is there twice, and a place once told stays.

use std::collections::{BTreeMap, HashMap, HashSet};

use tandem_proto::{ChatId, MessageId, api::Message};
use uuid::Uuid;

/// Every message that was acknowledged.
#[derive(Debug, Default)]
pub struct Messages {
    acknowledged: BTreeMap<ChatId, Vec<(MessageId, Uuid, i64)>>,
    /// Messages the server refused although nothing was wrong with them.
    pub refused: u64,
}

/// The outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MessageAudit {
    /// Acknowledged.
    pub acknowledged: u64,
    /// Of these, not there any more, or elsewhere than acknowledged.
    pub lost: u64,
    /// There more often than once: the same `client_id` or place again.
    pub doubled: u64,
    /// Numbers missing within a chat.
    pub holes: u64,
}

impl Messages {
    /// The server answered that the message is posted.
    pub fn acknowledge(&mut self, message: &Message) {
        let chat = self.acknowledged.entry(message.chat).or_default();
        chat.push((message.id, message.client_id, message.seq));
    }

    /// The chats written to.
    pub fn chats(&self) -> impl Iterator<Item = ChatId> {
        self.acknowledged.keys().copied()
    }

    /// How many were acknowledged.
    pub fn len(&self) -> usize {
        self.acknowledged.values().map(Vec::len).sum()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Compares a chat with its whole history.
    pub fn audit(&self, chat: ChatId, history: &[Message]) -> MessageAudit {
        let none = Vec::new();
        let acknowledged = self.acknowledged.get(&chat).unwrap_or(&none);
        let there: HashMap<MessageId, &Message> =
            history.iter().map(|message| (message.id, message)).collect();
        let kept = |(id, client_id, seq): &&(MessageId, Uuid, i64)| {
            there.get(id).is_some_and(|message| message.seq == *seq && message.client_id == *client_id)
        };
        let (mut clients, mut places) = (HashSet::new(), HashSet::new());
        let doubled = history.iter().filter(|message| {
            let first = clients.insert(message.client_id);
            !(places.insert(message.seq) && first)
        });
        let doubled = doubled.count();
        let last = places.iter().max().copied().unwrap_or(0);
        let lost = acknowledged.len() - acknowledged.iter().filter(kept).count();
        MessageAudit {
            acknowledged: acknowledged.len() as u64,
            lost: lost as u64,
            doubled: doubled as u64,
            holes: u64::try_from(last).unwrap_or(0).saturating_sub(places.len() as u64),
        }
    }
}

impl std::ops::AddAssign for MessageAudit {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.holes += other.holes;
    }
}

#[cfg(test)]
mod tests {
    use tandem_proto::{Timestamp, UserId};

    use super::*;

    fn message(chat: ChatId, seq: i64) -> Message {
        Message {
            id: MessageId::generate(),
            chat,
            seq,
            author: UserId::generate(),
            client_id: Uuid::now_v7(),
            text: "a".to_owned(),
            at: Timestamp::default(),
            edited_at: None,
            deleted: false,
        }
    }

    #[test]
    fn what_is_lost_doubled_or_missing_is_counted() {
        let chat = ChatId::generate();
        let written: Vec<Message> = (1..=4).map(|seq| message(chat, seq)).collect();
        let mut ledger = Messages::default();
        written.iter().for_each(|message| ledger.acknowledge(message));
        assert_eq!(ledger.audit(chat, &written), MessageAudit { acknowledged: 4, ..MessageAudit::default() });

        let lost: Vec<Message> = written.iter().filter(|message| message.seq != 2).cloned().collect();
        assert_eq!(
            ledger.audit(chat, &lost),
            MessageAudit { acknowledged: 4, lost: 1, doubled: 0, holes: 1 }
        );

        let mut doubled = written.clone();
        doubled.push(Message { id: MessageId::generate(), seq: 5, ..written[0].clone() });
        assert_eq!(
            ledger.audit(chat, &doubled),
            MessageAudit { acknowledged: 4, lost: 0, doubled: 1, holes: 0 }
        );

        let moved: Vec<Message> =
            written.iter().map(|message| Message { seq: 5 - message.seq, ..message.clone() }).collect();
        assert_eq!(ledger.audit(chat, &moved).lost, 4);
    }
}
