//! Chats over HTTP.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, Json, Path, Query};
use tandem_proto::{
    ChatId, MessageId, Problem,
    api::{Chat, EditMessage, MarkRead, Message, MessagesQuery, NewChat, NewMessage, Page, PageQuery},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Chats, Outcome};

/// The routes of chats, relative to `/api/v1`.
pub(crate) fn routes(chats: Chats) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(chat))
        .routes(routes!(messages, post))
        .routes(routes!(edit, delete))
        .routes(routes!(mark_read))
        .routes(routes!(typing))
        .with_state(chats)
}

/// 201 for what was made, 200 for what was there.
impl<T: Serialize> IntoResponse for Outcome<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Made(value) => (StatusCode::CREATED, Json(value)).into_response(),
            Self::Existing(value) => Json(value).into_response(),
        }
    }
}

/// Lists one's chats
///
/// Last active first. A chat that becomes active while one pages moves to the front of the list: the events say so.
#[utoipa::path(get, path = "/chats", tag = "collaborate", params(PageQuery), responses(
    (status = 200, description = "One page of chats", body = Page<Chat>),
    (status = 403, description = "Needs `chat:use`", body = Problem),
    (status = 422, description = "A cursor or limit that cannot be taken", body = Problem),
))]
async fn list(
    caller: Caller,
    State(chats): State<Chats>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Chat>>, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    Ok(Json(chats.list(&caller, &query).await?))
}

/// Makes a chat
///
/// Two people have at most one direct chat: asking for it again, by whichever of them, answers the one there is.
#[utoipa::path(post, path = "/chats", tag = "collaborate", request_body = NewChat, responses(
    (status = 201, description = "Made", body = Chat),
    (status = 200, description = "The direct chat there is", body = Chat),
    (status = 403, description = "Needs `chat:use`", body = Problem),
    (status = 404, description = "A member who is not in the directory", body = Problem),
    (status = 422, description = "Members or a title that do not fit", body = Problem),
))]
async fn create(
    caller: Caller,
    State(chats): State<Chats>,
    Json(new): Json<NewChat>,
) -> Result<Outcome<Chat>, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    Ok(chats.create(&caller, new).await?)
}

/// Shows a chat
#[utoipa::path(get, path = "/chats/{chat}", tag = "collaborate", params(("chat" = ChatId, Path)), responses(
    (status = 200, description = "The chat as the caller sees it", body = Chat),
    (status = 403, description = "Needs `chat:use`", body = Problem),
    (status = 404, description = "No such chat, or one is not a member", body = Problem),
))]
async fn chat(
    caller: Caller,
    State(chats): State<Chats>,
    Path(chat): Path<ChatId>,
) -> Result<Json<Chat>, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    Ok(Json(chats.chat(&caller, chat).await?))
}

/// Lists a chat's messages
///
/// Newest first: those with `after < seq < before`. Deleted messages keep their place, without text.
#[utoipa::path(get, path = "/chats/{chat}/messages", tag = "collaborate",
    params(("chat" = ChatId, Path), MessagesQuery),
    responses(
        (status = 200, description = "One page of messages", body = Page<Message>),
        (status = 403, description = "Needs `chat:use`", body = Problem),
        (status = 404, description = "No such chat, or one is not a member", body = Problem),
        (status = 422, description = "A cursor or limit that cannot be taken", body = Problem),
    )
)]
async fn messages(
    caller: Caller,
    State(chats): State<Chats>,
    Path(chat): Path<ChatId>,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<Page<Message>>, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    Ok(Json(chats.messages(&caller, chat, &query).await?))
}

/// Posts a message
///
/// Durable once answered. Posting the same `client_id` again is no second message: the first is answered, with 200.
#[utoipa::path(post, path = "/chats/{chat}/messages", tag = "collaborate", params(("chat" = ChatId, Path)),
    request_body = NewMessage,
    responses(
        (status = 201, description = "Posted", body = Message),
        (status = 200, description = "Posted before under this `client_id`", body = Message),
        (status = 403, description = "Needs `chat:use`", body = Problem),
        (status = 404, description = "No such chat, or one is not a member", body = Problem),
        (status = 409, description = "The `client_id` belongs to a message in another chat", body = Problem),
        (status = 422, description = "A text that is empty or too long", body = Problem),
    )
)]
async fn post(
    caller: Caller,
    State(chats): State<Chats>,
    Path(chat): Path<ChatId>,
    Json(new): Json<NewMessage>,
) -> Result<Outcome<Message>, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    Ok(chats.post(&caller, chat, new).await?)
}

/// Edits one's own message
///
/// The log keeps the texts before.
#[utoipa::path(patch, path = "/chats/{chat}/messages/{message}", tag = "collaborate",
    params(("chat" = ChatId, Path), ("message" = MessageId, Path)), request_body = EditMessage,
    responses(
        (status = 200, description = "The message as it is now", body = Message),
        (status = 403, description = "Needs `chat:use`; somebody else wrote it", body = Problem),
        (status = 404, description = "No such message, or one is not a member of the chat", body = Problem),
        (status = 409, description = "It was deleted", body = Problem),
        (status = 422, description = "A text that is empty or too long", body = Problem),
    )
)]
async fn edit(
    caller: Caller,
    State(chats): State<Chats>,
    Path((chat, message)): Path<(ChatId, MessageId)>,
    Json(edit): Json<EditMessage>,
) -> Result<Json<Message>, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    Ok(Json(chats.edit(&caller, chat, message, edit).await?))
}

/// Deletes one's own message
///
/// It keeps its place and sequence number and loses its text. Deleting it again changes nothing.
#[utoipa::path(delete, path = "/chats/{chat}/messages/{message}", tag = "collaborate",
    params(("chat" = ChatId, Path), ("message" = MessageId, Path)),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "Needs `chat:use`; somebody else wrote it", body = Problem),
        (status = 404, description = "No such message, or one is not a member of the chat", body = Problem),
    )
)]
async fn delete(
    caller: Caller,
    State(chats): State<Chats>,
    Path((chat, message)): Path<(ChatId, MessageId)>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    chats.delete(&caller, chat, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Marks a chat as read up to a message
///
/// The position only moves forward; one behind it changes nothing.
#[utoipa::path(put, path = "/chats/{chat}/read", tag = "collaborate", params(("chat" = ChatId, Path)),
    request_body = MarkRead,
    responses(
        (status = 204, description = "Read up to here, or further"),
        (status = 403, description = "Needs `chat:use`", body = Problem),
        (status = 404, description = "No such chat, or one is not a member", body = Problem),
        (status = 422, description = "Beyond the newest message", body = Problem),
    )
)]
async fn mark_read(
    caller: Caller,
    State(chats): State<Chats>,
    Path(chat): Path<ChatId>,
    Json(read): Json<MarkRead>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    chats.mark_read(&caller, chat, read).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows that one types
///
/// Sends the signal `typing` to the chat's members who are connected now; show it for 4 s.
#[utoipa::path(post, path = "/chats/{chat}/typing", tag = "collaborate", params(("chat" = ChatId, Path)), responses(
    (status = 204, description = "Shown"),
    (status = 403, description = "Needs `chat:use`", body = Problem),
    (status = 404, description = "No such chat, or one is not a member", body = Problem),
))]
async fn typing(
    caller: Caller,
    State(chats): State<Chats>,
    Path(chat): Path<ChatId>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::ChatUse)?;
    chats.typing(&caller, chat).await?;
    Ok(StatusCode::NO_CONTENT)
}
