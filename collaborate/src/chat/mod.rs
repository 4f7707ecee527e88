//! Direct and group chats: dense sequence numbers, posting that can be repeated, exact unread counts.
//!
//! Never decides who somebody is; that is the edge's. The contract: every operation names the caller, and who is not a member of a
//! chat is told that there is none.

mod commands;
mod error;
mod routes;
mod rows;

use std::collections::BTreeSet;

use tandem_bus::Bus;
use tandem_core::RequestContext;
use tandem_edge::{Identity, Invalid, Regrant, TopicAuthority, page};
use tandem_proto::{
    ChatId, Event, EventData, MessageId, Topic,
    api::{
        Chat, ChatKind, EditMessage, MarkRead, Message, MessagesQuery, NewChat, NewMessage, Page, PageQuery,
    },
    events::chat::ChatCreated,
    limits::{CHAT_MEMBERS, MESSAGE_CHARS, NAME_CHARS},
    ws::Signal,
};
use tandem_store::{BoxFuture, Cause, Store};

use crate::check;
use commands::Founding;
pub use error::ChatError;
pub(crate) use routes::routes;

/// Whether an operation that may be repeated made something, or found what it made the first time.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome<T> {
    /// New.
    Made(T),
    /// Was there already; nothing changed.
    Existing(T),
}

/// The chats of all orgs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Chats {
    store: Store,
    bus: Bus,
    identity: Identity,
}

impl Chats {
    pub(crate) const fn new(store: Store, bus: Bus, identity: Identity) -> Self {
        Self { store, bus, identity }
    }

    /// Makes a chat; for a pair that has a direct chat, answers that one.
    ///
    /// # Errors
    /// [`ChatError::Invalid`] for members or a title that do not fit the kind, [`ChatError::UnknownMember`] for people of nowhere or
    /// of another org.
    pub async fn create(&self, ctx: &RequestContext, new: NewChat) -> Result<Outcome<Chat>, ChatError> {
        let (me, founding) = (ctx.user, founding(ctx, &new)?);
        for (index, user) in new.members.into_iter().enumerate() {
            if self.identity.user(ctx.scope, user).await?.is_none() {
                return Err(ChatError::UnknownMember { index, user });
            }
        }
        self.store
            .write(ctx.scope, Cause::request(ctx), move |tx| Box::pin(commands::create(tx, me, founding)))
            .await
    }

    /// The caller's chats, last active first.
    ///
    /// # Errors
    /// [`ChatError::Invalid`] for a cursor or limit that cannot be taken.
    pub async fn list(&self, ctx: &RequestContext, query: &PageQuery) -> Result<Page<Chat>, ChatError> {
        let (limit, after) = (page::limit(query.limit)?, page::key(query.cursor.as_deref())?);
        let mut conn = self.store.scoped(ctx.scope).await?;
        let rows = rows::chats_of(&mut conn, ctx.scope, ctx.user, after, limit + 1).await?;
        Ok(page::page(rows, limit, |(_, key)| *key).map(|(chat, _)| chat))
    }

    /// One chat.
    ///
    /// # Errors
    /// [`ChatError::UnknownChat`] unless the caller is a member.
    pub async fn chat(&self, ctx: &RequestContext, chat: ChatId) -> Result<Chat, ChatError> {
        let mut conn = self.store.scoped(ctx.scope).await?;
        rows::chat_of(&mut conn, ctx.scope, ctx.user, chat).await
    }

    /// A chat's messages, newest first.
    ///
    /// # Errors
    /// [`ChatError::UnknownChat`] unless the caller is a member, [`ChatError::Invalid`] for a cursor or limit that cannot be taken.
    pub async fn messages(
        &self,
        ctx: &RequestContext,
        chat: ChatId,
        query: &MessagesQuery,
    ) -> Result<Page<Message>, ChatError> {
        let limit = page::limit(query.limit)?;
        let seen: Option<i64> = page::key(query.cursor.as_deref())?;
        let before = query.before.into_iter().chain(seen).min().unwrap_or(i64::MAX);
        let mut conn = self.store.scoped(ctx.scope).await?;
        rows::require_member(&mut conn, ctx.scope, chat, ctx.user).await?;
        let after = query.after.unwrap_or(0);
        let rows = rows::messages(&mut conn, ctx.scope, chat, before, after, limit + 1).await?;
        Ok(page::page(rows, limit, |message| message.seq))
    }

    /// Posts a message. Once answered it is durable. The same `client_id` again answers the message made the first time.
    ///
    /// # Errors
    /// [`ChatError::UnknownChat`] unless the caller is a member, [`ChatError::Invalid`] for a text that is empty or too long,
    /// [`ChatError::ClientIdTaken`] when the client id belongs to another chat.
    pub async fn post(
        &self,
        ctx: &RequestContext,
        chat: ChatId,
        new: NewMessage,
    ) -> Result<Outcome<Message>, ChatError> {
        check::text("text", &new.text, MESSAGE_CHARS)?;
        let me = ctx.user;
        self.store
            .write(ctx.scope, Cause::request(ctx), move |tx| Box::pin(commands::post(tx, chat, me, new)))
            .await
    }

    /// Changes the text of one's own message.
    ///
    /// # Errors
    /// As [`Self::post`]; [`ChatError::NotTheAuthor`], and [`ChatError::Deleted`] when it was deleted.
    pub async fn edit(
        &self,
        ctx: &RequestContext,
        chat: ChatId,
        message: MessageId,
        edit: EditMessage,
    ) -> Result<Message, ChatError> {
        check::text("text", &edit.text, MESSAGE_CHARS)?;
        let me = ctx.user;
        self.store
            .write(ctx.scope, Cause::request(ctx), move |tx| {
                Box::pin(commands::edit(tx, chat, me, message, edit.text))
            })
            .await
    }

    /// Deletes one's own message.
    ///
    /// # Errors
    /// [`ChatError::UnknownChat`] unless the caller is a member, [`ChatError::UnknownMessage`], [`ChatError::NotTheAuthor`].
    pub async fn delete(
        &self,
        ctx: &RequestContext,
        chat: ChatId,
        message: MessageId,
    ) -> Result<(), ChatError> {
        let me = ctx.user;
        self.store
            .write(ctx.scope, Cause::request(ctx), move |tx| {
                Box::pin(commands::delete(tx, chat, me, message))
            })
            .await
    }

    /// Moves one's read position forward.
    ///
    /// # Errors
    /// [`ChatError::UnknownChat`] unless the caller is a member, [`ChatError::Invalid`] beyond the newest message.
    pub async fn mark_read(
        &self,
        ctx: &RequestContext,
        chat: ChatId,
        read: MarkRead,
    ) -> Result<(), ChatError> {
        let me = ctx.user;
        self.store
            .write(ctx.scope, Cause::request(ctx), move |tx| {
                Box::pin(commands::mark_read(tx, chat, me, read))
            })
            .await
    }

    /// Shows the other members that the caller types. Not stored.
    ///
    /// # Errors
    /// [`ChatError::UnknownChat`] unless the caller is a member.
    pub async fn typing(&self, ctx: &RequestContext, chat: ChatId) -> Result<(), ChatError> {
        let mut conn = self.store.scoped(ctx.scope).await?;
        rows::require_member(&mut conn, ctx.scope, chat, ctx.user).await?;
        self.bus.publish(ctx.scope, Topic::chat(chat), Signal::Typing { chat, user: ctx.user });
        Ok(())
    }

    async fn memberships(&self, ctx: &RequestContext) -> Result<Vec<ChatId>, ChatError> {
        let mut conn = self.store.scoped(ctx.scope).await?;
        Ok(rows::memberships(&mut conn, ctx.scope, ctx.user).await?)
    }
}

/// Members see their chats' topics.
impl TopicAuthority for Chats {
    fn topics(&self, ctx: RequestContext) -> BoxFuture<'_, Vec<Topic>> {
        Box::pin(async move {
            self.memberships(&ctx).await.map_or_else(
                |error| {
                    // The socket goes on with fewer topics; the client's next subscription asks again.
                    tracing::error!(org = %ctx.scope.org(), %error, "chat topics cannot be read");
                    Vec::new()
                },
                |chats| chats.into_iter().map(Topic::chat).collect(),
            )
        })
    }

    fn regrants(&self, event: &Event) -> Regrant {
        if event.kind != ChatCreated::KIND {
            return Regrant::Nobody;
        }
        match event.decode::<ChatCreated>() {
            Ok(Some(created)) => Regrant::Users(created.members),
            // Of a version that this node does not read.
            Ok(None) | Err(_) => Regrant::Everybody,
        }
    }
}

fn founding(ctx: &RequestContext, new: &NewChat) -> Result<Founding, Invalid> {
    if new.members.len() > CHAT_MEMBERS {
        return Err(Invalid::new("members", format!("must name at most {CHAT_MEMBERS} people")));
    }
    let mut members: BTreeSet<_> = new.members.iter().copied().collect();
    members.insert(ctx.user);
    match (new.kind, members.len()) {
        (ChatKind::Direct, 2) | (ChatKind::Group, 2..=CHAT_MEMBERS) => {}
        (ChatKind::Direct, _) => return Err(Invalid::new("members", "a direct chat has one other member")),
        (ChatKind::Group, _) => {
            return Err(Invalid::new(
                "members",
                format!("a group has 2 to {CHAT_MEMBERS} members, oneself included"),
            ));
        }
    }
    match (new.kind, &new.title) {
        (ChatKind::Direct, Some(_)) => return Err(Invalid::new("title", "a direct chat has no title")),
        (ChatKind::Group, Some(title)) => check::text("title", title, NAME_CHARS)?,
        (_, None) => {}
    }
    Ok(Founding { kind: new.kind, title: new.title.clone(), members })
}
