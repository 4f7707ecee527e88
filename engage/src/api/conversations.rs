//! Conversations, why they were routed as they were, and wrap-up.

use axum::extract::State;
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, Json, Path, Query, page};
use tandem_proto::{
    ConversationId, Problem, QueueId,
    api::{self, ConversationsQuery, Decision, GiveWrapUp, Page, PageQuery, WrapUpCode},
};
use tandem_store::Cause;

use crate::{
    Engage, QUEUES,
    conversation::{
        Conversation,
        rows::{self, Seen},
    },
};

/// A wrap-up note, characters.
const NOTE_CHARS: usize = 4_000;

/// Whose conversations the caller may see. One belongs to the division of its queue; while it has none, to no division.
async fn seen(engage: &Engage, caller: &Caller) -> Result<Seen, ApiProblem> {
    if caller.rights.has_everywhere(Permission::QueueSupervise) {
        return Ok(Seen::All);
    }
    let supervises = caller.may(Permission::QueueSupervise);
    if !supervises {
        caller.require(Permission::QueueRead)?;
    }
    let org = engage.org(caller.scope).await?;
    let places = match supervises {
        true => Some(engage.identity().placed(caller.scope, &QUEUES).await?),
        false => None,
    };
    let settings = org.settings();
    let is_supervised = |queue: QueueId| {
        let place = places.as_ref().map(|places| places.of(queue));
        place.is_some_and(|division| caller.may_in(Permission::QueueSupervise, division))
    };
    let is_seen = |queue: &&api::Queue| {
        let is_member = || queue.settings.members.iter().any(|member| member.user == caller.user);
        is_supervised(queue.id) || caller.may(Permission::QueueRead) && is_member()
    };
    let queues = settings.queues.values().filter(is_seen).map(|queue| queue.id).collect();
    Ok(Seen::By(caller.user, queues))
}

/// A conversation, if the caller may see it.
async fn find(engage: &Engage, caller: &Caller, id: ConversationId) -> Result<Conversation, ApiProblem> {
    let seen = seen(engage, caller).await?;
    let conversation = rows::read(engage.store(), caller.scope, id).await?;
    let visible = |conversation: &Conversation| match &seen {
        Seen::All => true,
        Seen::By(user, queues) => {
            conversation.view.queue.is_some_and(|queue| queues.contains(&queue))
                || conversation.agent(*user).is_some()
        }
    };
    conversation.filter(visible).ok_or_else(|| ApiProblem::not_found("conversation"))
}

/// Lists conversations
///
/// Newest first. Supervisors see all, those of single divisions those of the queues there; agents those of their queues and those they took
/// part in.
#[utoipa::path(get, path = "/conversations", tag = "engage", params(ConversationsQuery), responses(
    (status = 200, description = "Conversations, newest first", body = Page<api::Conversation>),
    (status = 403, description = "Needs `queue:read` or `queue:supervise`", body = Problem),
))]
pub(super) async fn list(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<ConversationsQuery>,
) -> Result<Json<Page<api::Conversation>>, ApiProblem> {
    let seen = seen(&engage, &caller).await?;
    let (limit, before) = (page::limit(query.limit)?, page::key(query.cursor.as_deref())?);
    let found = rows::list(engage.store(), caller.scope, &seen, &query, before, limit + 1).await?;
    let found = page::page(found, limit, |conversation| conversation.view.id);
    let (mut items, next) = (Vec::with_capacity(found.items.len()), found.next);
    for conversation in found.items {
        items.push(engage.with_position(caller.scope, conversation).await);
    }
    Ok(Json(Page { items, next }))
}

/// Shows a conversation
#[utoipa::path(get, path = "/conversations/{conversation}", tag = "engage",
    params(("conversation" = ConversationId, Path, description = "The conversation")),
    responses(
        (status = 200, description = "Participants, segments and where it stands", body = api::Conversation),
        (status = 403, description = "Needs `queue:read` or `queue:supervise`", body = Problem),
        (status = 404, description = "No such conversation, or not one to see", body = Problem),
    ))]
pub(super) async fn get(
    caller: Caller,
    State(engage): State<Engage>,
    Path(id): Path<ConversationId>,
) -> Result<Json<api::Conversation>, ApiProblem> {
    let conversation = find(&engage, &caller, id).await?;
    Ok(Json(engage.with_position(caller.scope, conversation).await))
}

/// Shows why agents were chosen
///
/// One entry per offer, oldest first; for one that waits, a last entry says why it waits now.
#[utoipa::path(get, path = "/conversations/{conversation}/decisions", tag = "engage",
    params(("conversation" = ConversationId, Path, description = "The conversation")),
    responses(
        (status = 200, description = "Decisions, oldest first", body = Page<Decision>),
        (status = 403, description = "Needs `queue:supervise`, in its queue's division (`other-division`)", body = Problem),
        (status = 404, description = "No such conversation, or not one to see", body = Problem),
    ))]
pub(super) async fn decisions(
    caller: Caller,
    State(engage): State<Engage>,
    Path(id): Path<ConversationId>,
) -> Result<Json<Page<Decision>>, ApiProblem> {
    caller.require(Permission::QueueSupervise)?;
    match find(&engage, &caller, id).await?.view.queue {
        Some(queue) => {
            let division = engage.identity().placed(caller.scope, &QUEUES).await?.of(queue);
            caller.require_in(Permission::QueueSupervise, division)?;
        }
        None => caller.require_everywhere(Permission::QueueSupervise)?,
    }
    let items = engage.decisions(caller.scope, id).await?;
    Ok(Json(Page { items, next: None }))
}

/// Gives a wrap-up code
///
/// By an agent of the conversation. Ends the wrap-up; may be given again, and later.
#[utoipa::path(post, path = "/conversations/{conversation}/wrap-up", tag = "engage", request_body = GiveWrapUp,
    params(("conversation" = ConversationId, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation as it is now", body = api::Conversation),
        (status = 403, description = "Needs `agent:on_queue`, and `queue:read` or `queue:supervise`", body = Problem),
        (status = 404, description = "No such conversation, or not one to see", body = Problem),
        (status = 409, description = "The caller took no part in it", body = Problem),
        (status = 422, description = "No such code, or a note that is too long", body = Problem),
    ))]
pub(super) async fn wrap_up(
    caller: Caller,
    State(engage): State<Engage>,
    Path(id): Path<ConversationId>,
    Json(given): Json<GiveWrapUp>,
) -> Result<Json<api::Conversation>, ApiProblem> {
    caller.require(Permission::AgentOnQueue)?;
    find(&engage, &caller, id).await?;
    if given.note.as_ref().is_some_and(|note| note.chars().nth(NOTE_CHARS).is_some() || note.contains('\0')) {
        return Err(ApiProblem::invalid(
            "note",
            format!("must have at most {NOTE_CHARS} characters, and no NUL"),
        ));
    }
    let wrap_up = api::WrapUp { code: given.code, note: given.note };
    let cause = Cause::request(&caller);
    Ok(Json(engage.give_wrap_up(caller.scope, cause, id, caller.user, wrap_up).await?))
}

/// Lists wrap-up codes
#[utoipa::path(get, path = "/wrap-up-codes", tag = "engage", params(PageQuery), responses(
    (status = 200, description = "Codes by name", body = Page<WrapUpCode>),
    (status = 403, description = "Needs `queue:read`", body = Problem),
))]
pub(super) async fn wrap_up_codes(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<WrapUpCode>>, ApiProblem> {
    caller.require(Permission::QueueRead)?;
    let codes = engage.wrap_up_codes(caller.scope).await?;
    Ok(Json(page::of_list(codes, &query, |code| (code.name.clone(), code.id))?))
}
