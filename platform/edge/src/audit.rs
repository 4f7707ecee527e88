//! `/audit`: who changed what, when and from where.

use axum::extract::State;
use serde_json::Value;
use tandem_core::Permission;
use tandem_proto::{
    Actor, Problem, Timestamp, UserId,
    api::{AuditDetails, AuditEntry, AuditQuery, AuditSubject, Page},
};
use tandem_store::audit::{self, Filter, Row};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ApiProblem, Caller, Edge, Invalid, Json, Path, Query, page};

/// How the server itself is named in a query.
const SYSTEM: &str = "system";

pub(crate) fn routes(edge: Edge) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).with_state(edge)
}

/// Lists changes
///
/// Who changed what, the newest first: settings, people, rights, sign-ins. Entries are chained; `tandem audit verify` shows whether one was
/// changed or taken out since.
#[utoipa::path(get, path = "/audit", tag = "audit", operation_id = "listAudit", params(AuditQuery), responses(
    (status = 200, description = "Changes", body = Page<AuditEntry>),
    (status = 403, description = "Needs `audit:read`", body = Problem),
    (status = 422, description = "A filter, cursor or limit that cannot be taken", body = Problem),
))]
async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, ApiProblem> {
    caller.require(Permission::AuditRead)?;
    let (limit, before) = (page::limit(query.limit)?, page::key(query.cursor.as_deref())?);
    let filter = filter(query)?;
    let mut conn = edge.store.scoped(caller.scope).await?;
    let rows = audit::entries(&mut conn, caller.scope, &filter, before, limit + 1).await?;
    Ok(Json(page::page(rows, limit, |row| row.seq).map(entry)))
}

/// Shows a change
///
/// With the thing as it was before and as it was after.
#[utoipa::path(get, path = "/audit/{seq}", tag = "audit", operation_id = "showAudit",
    params(("seq" = i64, Path, description = "The entry's number")),
    responses(
        (status = 200, description = "The change", body = AuditDetails),
        (status = 403, description = "Needs `audit:read`", body = Problem),
        (status = 404, description = "No such entry", body = Problem),
    ))]
async fn show(
    State(edge): State<Edge>,
    caller: Caller,
    Path(seq): Path<i64>,
) -> Result<Json<AuditDetails>, ApiProblem> {
    caller.require(Permission::AuditRead)?;
    let mut conn = edge.store.scoped(caller.scope).await?;
    let row = audit::entry(&mut conn, caller.scope, seq).await?;
    row.map(|row| Json(details(row))).ok_or_else(|| ApiProblem::not_found("entry"))
}

fn filter(query: AuditQuery) -> Result<Filter, Invalid> {
    let AuditQuery { actor, what, subject_kind, subject, from, until, query, .. } = query;
    let actor = actor.map(|actor| match actor.as_str() {
        SYSTEM => Ok(audit::actor(&Actor::System)),
        id => match id.parse() {
            Ok(id) => Ok(audit::actor(&Actor::User { id })),
            Err(_) => Err(Invalid::new("actor", format!("must be a person's id or `{SYSTEM}`"))),
        },
    });
    Ok(Filter {
        actor: actor.transpose()?,
        what: short("what", what, 64)?,
        subject_kind: short("subject_kind", subject_kind, 64)?,
        subject: short("subject", subject, 120)?,
        from,
        until,
        text: short("query", query, 120)?.filter(|text| !text.trim().is_empty()),
    })
}

fn short(field: &str, text: Option<String>, most: usize) -> Result<Option<String>, Invalid> {
    match text {
        Some(text) if text.chars().count() > most || text.contains('\0') => {
            Err(Invalid::new(field, format!("at most {most} characters")))
        }
        text => Ok(text),
    }
}

/// An entry that was tampered with is shown as far as it can be read.
fn entry(row: Row) -> AuditEntry {
    AuditEntry {
        seq: row.seq,
        at: Timestamp::from_micros(row.at),
        actor: actor(row.actor),
        what: row.what,
        subject: AuditSubject { kind: row.subject_kind, id: row.subject, name: row.subject_name },
        address: row.address,
        user_agent: row.user_agent,
        request: row.request,
    }
}

fn actor(text: String) -> Actor {
    let user = text.strip_prefix("user:").and_then(|id| id.parse::<UserId>().ok());
    match user {
        Some(id) => Actor::User { id },
        None if text == SYSTEM => Actor::System,
        None => {
            Actor::External { address: text.strip_prefix("external:").map(str::to_owned).unwrap_or(text) }
        }
    }
}

fn details(mut row: Row) -> AuditDetails {
    let read = |text: Option<String>| match text {
        None => Value::Null,
        Some(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    };
    let (before, after) = (read(row.before.take()), read(row.after.take()));
    let (previous, hash) = (std::mem::take(&mut row.previous), std::mem::take(&mut row.hash));
    AuditDetails { entry: entry(row), before, after, previous, hash }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_read_as_they_are_written() {
        let all = [
            Actor::User { id: UserId::generate() },
            Actor::System,
            Actor::External { address: "sip:a@example".into() },
        ];
        for one in all {
            assert_eq!(actor(audit::actor(&one)), one);
        }
        assert_eq!(actor("nonsense".into()), Actor::External { address: "nonsense".into() });
    }

    #[test]
    fn a_filter_that_cannot_be_taken_names_its_field() {
        let fault = |query| filter(query).err().map(|invalid| invalid.field);
        let actor = |text: &str| AuditQuery { actor: Some(text.into()), ..AuditQuery::default() };
        assert_eq!(fault(actor("ada")).as_deref(), Some("actor"));
        assert_eq!(fault(actor("system")), None);
        let long = AuditQuery { query: Some("x".repeat(121)), ..AuditQuery::default() };
        assert_eq!(fault(long).as_deref(), Some("query"));
        let blank = AuditQuery { query: Some("  ".into()), ..AuditQuery::default() };
        assert_eq!(filter(blank).expect("fine").text, None);
    }
}
