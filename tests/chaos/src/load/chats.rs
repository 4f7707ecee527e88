//! People who write: each message is sent until it is acknowledged, as the web client's outbox does.

use std::{
    cell::{Cell, Ref, RefCell},
    rc::Rc,
    time::Duration,
};

use http::Method;
use serde_json::json;
use tandem_proto::{ChatId, UserId, api::Message};
use tokio::{task::JoinHandle, time::sleep};
use uuid::Uuid;

use super::{Cast, LoadError, cast::chat_with};
use crate::{
    ledger::{MessageAudit, Messages},
    rest::{Rest, RestError},
};

/// How long a writer insists on a message.
const PATIENCE: Duration = Duration::from_secs(180);

/// The writers.
#[derive(Debug)]
pub struct Chats {
    messages: Rc<RefCell<Messages>>,
    writers: Vec<(Rest, ChatId)>,
    stop: Rc<Cell<bool>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Chats {
    /// Makes `writers` people, each with a chat of their own that `reader` is in. Nobody writes yet.
    ///
    /// # Errors
    /// When the API refuses.
    pub async fn prepare(cast: &mut Cast, writers: usize, reader: UserId) -> Result<Self, LoadError> {
        let mut all = Vec::new();
        for number in 0..writers {
            let rest = cast.program().await?;
            let chat = chat_with(&rest, reader, &format!("Load {number}")).await?;
            all.push((rest, chat));
        }
        Ok(Self { messages: Rc::default(), writers: all, stop: Rc::default(), tasks: Vec::new() })
    }

    /// Everybody begins to write, a message about every `pause`.
    pub fn begin(&mut self, pause: Duration) {
        self.stop.set(false);
        for (rest, chat) in self.writers.clone() {
            let (messages, stop) = (Rc::clone(&self.messages), Rc::clone(&self.stop));
            self.tasks.push(tokio::task::spawn_local(async move {
                while !stop.get() {
                    write(&rest, chat, &messages).await;
                    sleep(pause.mul_f64(rand::random_range(0.5..1.5))).await;
                }
            }));
        }
    }

    /// Everybody ends their last message.
    pub async fn end(&mut self) {
        self.stop.set(true);
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
    }

    /// What was acknowledged.
    pub fn messages(&self) -> Ref<'_, Messages> {
        self.messages.borrow()
    }

    /// Compares all of it with the server's history.
    ///
    /// # Errors
    /// When that cannot be read.
    pub async fn audit(&self) -> Result<MessageAudit, RestError> {
        let mut audit = MessageAudit::default();
        for (rest, chat) in &self.writers {
            let history: Vec<Message> = rest.list(&format!("/chats/{chat}/messages")).await?;
            audit += self.messages.borrow().audit(*chat, &history);
        }
        Ok(audit)
    }
}

async fn write(rest: &Rest, chat: ChatId, messages: &RefCell<Messages>) {
    let body = json!({ "client_id": Uuid::now_v7(), "text": "The router blinks red since this morning." });
    let path = format!("/chats/{chat}/messages");
    match rest.insist(Method::POST, &path, Some(&body), PATIENCE).await {
        Ok(answer) => match serde_json::from_value::<Message>(answer) {
            Ok(message) => messages.borrow_mut().acknowledge(&message),
            Err(_) => messages.borrow_mut().refused += 1,
        },
        Err(_) => messages.borrow_mut().refused += 1,
    }
}
