//! `/webhooks`: systems elsewhere that are told of events.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, IfMatch, Json, Path, Query, page};
use tandem_proto::{
    Cursor, Problem, WebhookId,
    api::{DeliveriesQuery, Delivery, Page, WebhookInfo, WebhookMade, WebhookReplay, WebhookSettings},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Webhooks;

pub(crate) fn routes(webhooks: Webhooks) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(change_secret))
        .routes(routes!(ping))
        .routes(routes!(replay))
        .routes(routes!(deliveries))
        .routes(routes!(retry_delivery))
        .routes(routes!(discard_delivery))
        .with_state(webhooks)
}

/// Lists webhooks
///
/// Oldest first.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", operation_id = "listWebhooks", responses(
    (status = 200, description = "All webhooks of the org", body = Page<WebhookInfo>),
    (status = 403, description = "Needs `webhook:manage`", body = Problem),
))]
async fn list(
    caller: Caller,
    State(webhooks): State<Webhooks>,
) -> Result<Json<Page<WebhookInfo>>, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    let items = webhooks.list(caller.scope).await?;
    Ok(Json(Page { items, next: None }))
}

/// Makes a webhook
///
/// From now on it is told of events the caller may see, one `POST` each, in the order of the log: the body is the event as `GET /events`
/// has it, signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`). The id is the event's cursor, the
/// same at every try. Any 2xx means that it arrived; redirects are not followed. What fails is sent again after 1 s, 2 s, 4 s … up to
/// 5 minutes, and what is behind waits. An event that is answered with a refusal 12 times is set aside; a receiver that takes nothing for
/// three days, or answers 410, is given up until somebody changes the webhook. Nothing is lost: it goes on where it stopped.
///
/// The address must be one the public can reach. The secret is shown once.
#[utoipa::path(post, path = "/webhooks", tag = "webhooks", operation_id = "createWebhook",
    request_body = WebhookSettings,
    responses(
        (status = 201, description = "The webhook, and its secret this once", body = WebhookMade),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 409, description = "As many as there may be", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn create(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Json(settings): Json<WebhookSettings>,
) -> Result<(StatusCode, Json<WebhookMade>), ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    Ok((StatusCode::CREATED, Json(webhooks.create(&caller, settings).await?)))
}

/// Shows a webhook
#[utoipa::path(get, path = "/webhooks/{webhook}", tag = "webhooks", operation_id = "showWebhook",
    params(("webhook" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 200, description = "The webhook", body = WebhookInfo),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook", body = Problem),
    ))]
async fn show(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
) -> Result<Json<WebhookInfo>, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    Ok(Json(webhooks.show(caller.scope, webhook).await?))
}

/// Changes a webhook
///
/// Whoever gives it another address is the one whose events it is told from then on. One that was given up goes on where it stopped.
#[utoipa::path(put, path = "/webhooks/{webhook}", tag = "webhooks", operation_id = "changeWebhook",
    params(("webhook" = WebhookId, Path, description = "The webhook"), IfMatch), request_body = WebhookSettings,
    responses(
        (status = 200, description = "The webhook as it is now", body = WebhookInfo),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook", body = Problem),
        (status = 422, description = "A field that cannot be taken", body = Problem),
    ))]
async fn change(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
    IfMatch(precondition): IfMatch,
    Json(settings): Json<WebhookSettings>,
) -> Result<Json<WebhookInfo>, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    Ok(Json(webhooks.change(&caller, webhook, precondition, settings).await?))
}

/// Removes a webhook
#[utoipa::path(delete, path = "/webhooks/{webhook}", tag = "webhooks", operation_id = "removeWebhook",
    params(("webhook" = WebhookId, Path, description = "The webhook"), IfMatch),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook", body = Problem),
    ))]
async fn remove(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
    IfMatch(precondition): IfMatch,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    webhooks.remove(&caller, webhook, precondition).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a webhook another secret
///
/// For 24 hours messages are signed with both, so that its receiver can go over in its own time.
#[utoipa::path(post, path = "/webhooks/{webhook}/secret", tag = "webhooks", operation_id = "changeWebhookSecret",
    params(("webhook" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 200, description = "The webhook, and its secret this once", body = WebhookMade),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook", body = Problem),
    ))]
async fn change_secret(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
) -> Result<Json<WebhookMade>, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    Ok(Json(webhooks.change_secret(&caller, webhook).await?))
}

/// Tries a webhook
///
/// It is told of a `webhook.pinged`, whatever kinds it takes; no other webhook is.
#[utoipa::path(post, path = "/webhooks/{webhook}/ping", tag = "webhooks", operation_id = "pingWebhook",
    params(("webhook" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 202, description = "It will be told, after what is before it"),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook", body = Problem),
    ))]
async fn ping(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    webhooks.ping(&caller, webhook).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sends events again
///
/// All after a cursor, with the ids they had.
#[utoipa::path(post, path = "/webhooks/{webhook}/replay", tag = "webhooks", operation_id = "replayWebhook",
    params(("webhook" = WebhookId, Path, description = "The webhook")), request_body = WebhookReplay,
    responses(
        (status = 200, description = "The webhook as it is now", body = WebhookInfo),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook", body = Problem),
        (status = 422, description = "`unknown-cursor`: one nobody handed out", body = Problem),
    ))]
async fn replay(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
    Json(WebhookReplay { after }): Json<WebhookReplay>,
) -> Result<Json<WebhookInfo>, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    Ok(Json(webhooks.replay(&caller, webhook, after).await?))
}

/// Lists what became of events
///
/// The newest first. Of those that arrived or were discarded, the newest 1 000 are kept.
#[utoipa::path(get, path = "/webhooks/{webhook}/deliveries", tag = "webhooks", operation_id = "listDeliveries",
    params(("webhook" = WebhookId, Path, description = "The webhook"), DeliveriesQuery),
    responses(
        (status = 200, description = "Deliveries", body = Page<Delivery>),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook", body = Problem),
        (status = 422, description = "A cursor or limit that cannot be taken", body = Problem),
    ))]
async fn deliveries(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path(webhook): Path<WebhookId>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<Page<Delivery>>, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    let (limit, before) = (page::limit(query.limit)?, page::key(query.cursor.as_deref())?);
    let found = webhooks.deliveries(caller.scope, webhook, &query, before, limit + 1).await?;
    Ok(Json(page::page(found, limit, |delivery| delivery.event)))
}

/// Sends an event again
///
/// Whatever became of it; with the id it had, out of order.
#[utoipa::path(post, path = "/webhooks/{webhook}/deliveries/{event}/retry", tag = "webhooks", operation_id = "retryDelivery",
    params(
        ("webhook" = WebhookId, Path, description = "The webhook"),
        ("event" = String, Path, description = "The event's cursor"),
    ),
    responses(
        (status = 202, description = "It will be sent", body = Delivery),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook, or nothing is known of that event", body = Problem),
    ))]
async fn retry_delivery(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path((webhook, event)): Path<(WebhookId, Cursor)>,
) -> Result<(StatusCode, Json<Delivery>), ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    Ok((StatusCode::ACCEPTED, Json(webhooks.retry_delivery(&caller, webhook, event).await?)))
}

/// Discards an event
///
/// One that was set aside or waits; it is not sent again by itself.
#[utoipa::path(delete, path = "/webhooks/{webhook}/deliveries/{event}", tag = "webhooks", operation_id = "discardDelivery",
    params(
        ("webhook" = WebhookId, Path, description = "The webhook"),
        ("event" = String, Path, description = "The event's cursor"),
    ),
    responses(
        (status = 204, description = "Discarded"),
        (status = 403, description = "Needs `webhook:manage`", body = Problem),
        (status = 404, description = "No such webhook, or nothing is known of that event", body = Problem),
        (status = 409, description = "It arrived, or was discarded before", body = Problem),
    ))]
async fn discard_delivery(
    caller: Caller,
    State(webhooks): State<Webhooks>,
    Path((webhook, event)): Path<(WebhookId, Cursor)>,
) -> Result<StatusCode, ApiProblem> {
    caller.require(Permission::WebhookManage)?;
    webhooks.discard_delivery(&caller, webhook, event).await?;
    Ok(StatusCode::NO_CONTENT)
}
