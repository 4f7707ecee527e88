//! What each operation does: who asks, what is asked, the command, the answer.

use axum::{
    body::Body,
    extract::{FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde_json::{Map, Value, json};
use tandem_core::{EntityTag, OrgScope, Precondition};
use tandem_proto::{GroupId, UserId};

use super::{
    Op, Scim,
    error::{ScimError, ScimType},
    groups,
    patch::{self, Patch},
    query::{PAGE, Query, Sent, Shape},
    schema::{self, Kind},
    users,
};
use crate::{
    ApiProblem, Caller, Edge,
    extract::{parse, read},
    identity::{Group, Issuer, Provisioned, WhichGroups, WhichPeople},
};

/// Members of the groups of one answer together; of a filter over all groups.
const MEMBERS_SHOWN: usize = 20_000;
const MEMBERS_SEARCHED: usize = 200_000;

pub(super) async fn answer(op: Op, edge: Edge, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    match run(op, &edge, &mut parts, body).await {
        Ok(response) => response,
        Err(refused) => refused.into_response(),
    }
}

async fn run(op: Op, edge: &Edge, parts: &mut Parts, body: Body) -> Result<Response, ScimError> {
    let Ok(Issuer(issuer)) = Issuer::from_request_parts(parts, &()).await;
    let base = format!("{issuer}{}", super::ROOT);
    let caller = match op.needs() {
        None => return discovery(op, &base, last(parts)),
        Some(permission) => {
            let caller = Caller::from_request_parts(parts, &()).await?;
            caller.require(permission)?;
            caller
        }
    };
    let asked = Asked { edge, caller, base, precondition: precondition(parts)? };
    let query = || -> Result<Sent, ScimError> {
        serde_urlencoded::from_str(parts.uri.query().unwrap_or_default())
            .map_err(|error| ScimError::bad(ScimType::InvalidValue, error.to_string()))
    };
    match op {
        Op::List(kind) => asked.list(kind, query()?).await,
        Op::Search(kind) => asked.list(kind, sent(parts, body).await?).await,
        Op::Show(kind) => asked.show(kind, last(parts), query()?, parts).await,
        Op::Create(kind) => asked.create(kind, query()?, sent(parts, body).await?).await,
        Op::Replace(kind) => {
            let edit = Edit::Replace(sent(parts, body).await?);
            asked.change(kind, last(parts), query()?, edit).await
        }
        Op::Patch(kind) => {
            let edit = Edit::Patch(sent(parts, body).await?);
            asked.change(kind, last(parts), query()?, edit).await
        }
        Op::Remove(kind) => asked.remove(kind, last(parts)).await,
        _ => Err(nothing()),
    }
}

fn nothing() -> ScimError {
    ScimError::new(404, "there is no such resource")
}

/// The last part of the path.
fn last(parts: &Parts) -> &str {
    parts.uri.path().rsplit('/').next().unwrap_or_default()
}

fn discovery(op: Op, base: &str, last: &str) -> Result<Response, ScimError> {
    // Colons may come escaped.
    let last = last.replace("%3A", ":").replace("%3a", ":");
    let found = match op {
        Op::Provider => schema::provider(base, PAGE),
        Op::ResourceTypes => list_of(Kind::ALL.iter().map(|kind| kind.resource_type(base)).collect(), 2, 1),
        Op::Schemas => list_of(Kind::ALL.iter().map(|kind| kind.schema(base)).collect(), 2, 1),
        Op::ResourceType => {
            Kind::ALL.into_iter().find(|kind| kind.name() == last).ok_or_else(nothing)?.resource_type(base)
        }
        _ => Kind::ALL.into_iter().find(|kind| kind.urn() == last).ok_or_else(nothing)?.schema(base),
    };
    Ok(Scim(found).into_response())
}

fn list_of(resources: Vec<Value>, total: usize, start: u32) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total, "startIndex": start, "itemsPerPage": resources.len(), "Resources": resources,
    })
}

/// A body.
async fn sent<T: serde::de::DeserializeOwned>(parts: &Parts, body: Body) -> Result<T, ScimError> {
    let kind =
        parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(essence.as_str(), "application/scim+json" | "application/json") {
        return Err(ScimError::new(415, "the body must be application/scim+json"));
    }
    let bytes = read(body).await?;
    parse(&bytes)
        .map_err(|problem| ScimError::bad(ScimType::InvalidSyntax, ScimError::from(problem).detail()))
}

/// What `If-Match` demands. Our tags are weak, as they name a state and not the bytes of one answer; they are compared as if they were strong.
fn precondition(parts: &Parts) -> Result<Precondition, ScimError> {
    let values = parts.headers.get_all(header::IF_MATCH).iter();
    let values: Vec<String> =
        values.map(|value| value.to_str().unwrap_or("?").replace("W/\"", "\"")).collect();
    Precondition::read(values.iter().map(String::as_str))
        .map_err(|error| ScimError::bad(ScimType::InvalidValue, format!("If-Match: {error}")))
}

/// What becomes of a resource.
enum Edit {
    /// This.
    Replace(Map<String, Value>),
    /// What it is, changed so.
    Patch(Patch),
}

struct Asked<'a> {
    edge: &'a Edge,
    caller: Caller,
    base: String,
    precondition: Precondition,
}

impl Asked<'_> {
    fn scope(&self) -> OrgScope {
        self.caller.scope
    }

    async fn list(&self, kind: Kind, sent: Sent) -> Result<Response, ScimError> {
        let query = Query::read(kind, sent)?;
        let (total, resources) = match kind {
            Kind::User => self.people(&query).await?,
            Kind::Group => self.groups(&query).await?,
        };
        let resources = resources.into_iter().map(|resource| query.shape.of(kind, resource)).collect();
        Ok(Scim(list_of(resources, total, query.offset.saturating_add(1))).into_response())
    }

    async fn people(&self, query: &Query) -> Result<(usize, Vec<Value>), ScimError> {
        let (identity, scope) = (&self.edge.identity, self.scope());
        let demanded = |name| query.condition.as_ref().and_then(|condition| condition.demanded(name));
        let whole = query.condition.is_none() && query.sort.is_none();
        let which = match (demanded("userName"), demanded("id"), demanded("externalId")) {
            _ if whole => WhichPeople::From { offset: query.offset, limit: query.count },
            (Some(name), _, _) => WhichPeople::Named(name.to_owned()),
            (_, Some(id), _) => match id.parse() {
                Ok(user) => WhichPeople::One(user),
                Err(_) => return Ok((0, Vec::new())),
            },
            (_, _, Some(id)) => WhichPeople::External(id.to_owned()),
            _ => WhichPeople::All,
        };
        let mut people = identity.provisioned(scope, &which).await?;
        if query.condition.as_ref().is_some_and(|condition| condition.asks_for("groups")) {
            identity.with_groups(scope, &mut people).await?;
        }
        let (total, mut page) = if whole {
            (identity.count_provisioned(scope).await? as usize, people)
        } else {
            let shown = |person: Provisioned| {
                let resource = users::resource(&person, &self.base).0;
                (person, resource)
            };
            let (total, page) = query.page(people.into_iter().map(shown).collect());
            (total, page.into_iter().map(|(person, _)| person).collect())
        };
        if query.shape.has("groups") {
            identity.with_groups(scope, &mut page).await?;
        }
        Ok((total, page.iter().map(|person| users::resource(person, &self.base).0).collect()))
    }

    async fn groups(&self, query: &Query) -> Result<(usize, Vec<Value>), ScimError> {
        let (identity, scope) = (&self.edge.identity, self.scope());
        let demanded = |name| query.condition.as_ref().and_then(|condition| condition.demanded(name));
        let whole = query.condition.is_none() && query.sort.is_none();
        let which = match (demanded("displayName"), demanded("id")) {
            _ if whole => WhichGroups::From { offset: query.offset, limit: query.count },
            (Some(name), _) => WhichGroups::Named(name.to_owned()),
            (_, Some(id)) => match id.parse() {
                Ok(group) => WhichGroups::One(group),
                Err(_) => return Ok((0, Vec::new())),
            },
            _ => WhichGroups::All,
        };
        let mut groups = identity.provisioned_groups(scope, &which).await?;
        if query.condition.as_ref().is_some_and(|condition| condition.asks_for("members")) {
            self.with_members(&mut groups, MEMBERS_SEARCHED).await?;
        }
        let (total, mut page) = if whole {
            (identity.count_groups(scope).await? as usize, groups)
        } else {
            let shown = |group: Group| {
                let resource = groups::resource(&group, &self.base).0;
                (group, resource)
            };
            let (total, page) = query.page(groups.into_iter().map(shown).collect());
            (total, page.into_iter().map(|(group, _)| group).collect::<Vec<Group>>())
        };
        if query.shape.has("members") {
            self.with_members(&mut page, MEMBERS_SHOWN).await?;
        } else {
            page.iter_mut().for_each(|group| group.members.clear());
        }
        Ok((total, page.iter().map(|group| groups::resource(group, &self.base).0).collect()))
    }

    async fn with_members(&self, groups: &mut [Group], at_most: usize) -> Result<(), ScimError> {
        if self.edge.identity.with_members(self.scope(), groups, at_most).await? {
            return Ok(());
        }
        let detail =
            format!("these groups have more than {at_most} members: ask with excludedAttributes=members");
        Err(ScimError::bad(ScimType::TooMany, detail))
    }

    async fn show(&self, kind: Kind, id: &str, sent: Sent, parts: &Parts) -> Result<Response, ScimError> {
        let shape = Shape::read(kind, sent.attributes.as_deref(), sent.excluded_attributes.as_deref())?;
        let (identity, scope) = (&self.edge.identity, self.scope());
        let (resource, tag) = match kind {
            Kind::User => {
                let mut found = identity.provisioned(scope, &WhichPeople::One(user_id(id)?)).await?;
                identity.with_groups(scope, &mut found).await?;
                users::resource(found.first().ok_or_else(nothing)?, &self.base)
            }
            Kind::Group => {
                let which = WhichGroups::One(group_id(id)?);
                let mut found = identity.provisioned_groups(scope, &which).await?;
                if shape.has("members") {
                    self.with_members(&mut found, MEMBERS_SHOWN).await?;
                }
                groups::resource(found.first().ok_or_else(nothing)?, &self.base)
            }
        };
        let has = parts.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let tag_text = tag.to_string();
        let known = |has: &str| {
            has.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag_text)
        };
        if has.is_some_and(known) {
            return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), &tag));
        }
        Ok(tagged(Scim(shape.of(kind, resource)).into_response(), &tag))
    }

    async fn create(&self, kind: Kind, sent: Sent, body: Map<String, Value>) -> Result<Response, ScimError> {
        let shape = Shape::read(kind, sent.attributes.as_deref(), sent.excluded_attributes.as_deref())?;
        let body = schema::understood(kind, body);
        let identity = &self.edge.identity;
        let (resource, tag) = match kind {
            Kind::User => {
                let made = identity.provision(&self.caller, users::draft(&body, true)?).await?;
                users::resource(&made, &self.base)
            }
            Kind::Group => {
                let made = identity.provision_group(&self.caller, groups::draft(&body)?).await?;
                groups::resource(&made, &self.base)
            }
        };
        let location =
            resource["meta"]["location"].as_str().and_then(|text| HeaderValue::from_str(text).ok());
        let mut response = (StatusCode::CREATED, Scim(shape.of(kind, resource))).into_response();
        response.headers_mut().extend(location.map(|location| (header::LOCATION, location)));
        Ok(tagged(response, &tag))
    }

    async fn change(&self, kind: Kind, id: &str, sent: Sent, edit: Edit) -> Result<Response, ScimError> {
        let shape = Shape::read(kind, sent.attributes.as_deref(), sent.excluded_attributes.as_deref())?;
        let (identity, precondition) = (&self.edge.identity, self.precondition.clone());
        let (resource, tag) = match kind {
            Kind::User => {
                let change = move |was: &Provisioned| {
                    demand(&precondition, users::resource(was, "").1)?;
                    let fields = match edit {
                        Edit::Replace(body) => schema::understood(kind, body),
                        Edit::Patch(patch) => patch::apply(kind, users::to_patch(was), patch)?,
                    };
                    users::draft(&fields, was.record.active)
                };
                users::resource(
                    &identity.change_provisioned(&self.caller, user_id(id)?, change).await?,
                    &self.base,
                )
            }
            Kind::Group => {
                let change = move |was: &Group| {
                    let (resource, tag) = groups::resource(was, "");
                    demand(&precondition, tag)?;
                    let fields = match (edit, resource) {
                        (Edit::Replace(body), _) => schema::understood(kind, body),
                        (Edit::Patch(patch), Value::Object(fields)) => patch::apply(kind, fields, patch)?,
                        (Edit::Patch(_), _) => return Err(nothing()),
                    };
                    groups::draft(&fields)
                };
                let group = identity.change_provisioned_group(&self.caller, group_id(id)?, change).await?;
                groups::resource(&group, &self.base)
            }
        };
        Ok(tagged(Scim(shape.of(kind, resource)).into_response(), &tag))
    }

    async fn remove(&self, kind: Kind, id: &str) -> Result<Response, ScimError> {
        let (identity, precondition) = (&self.edge.identity, self.precondition.clone());
        match kind {
            Kind::User => {
                let check = move |was: &Provisioned| demand(&precondition, users::resource(was, "").1);
                identity.withdraw(&self.caller, user_id(id)?, check).await?;
            }
            Kind::Group => {
                let check = move |was: &Group| demand(&precondition, groups::resource(was, "").1);
                identity.withdraw_group(&self.caller, group_id(id)?, check).await?;
            }
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    }
}

fn demand(precondition: &Precondition, tag: EntityTag) -> Result<(), ScimError> {
    precondition.check_tag(tag).map_err(|error| ApiProblem::from(error).into())
}

fn user_id(id: &str) -> Result<UserId, ScimError> {
    id.parse().map_err(|_| nothing())
}

fn group_id(id: &str) -> Result<GroupId, ScimError> {
    id.parse().map_err(|_| nothing())
}

fn tagged(mut response: Response, tag: &EntityTag) -> Response {
    let tag = HeaderValue::from_str(&format!("W/{tag}")).ok();
    response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
    response
}
