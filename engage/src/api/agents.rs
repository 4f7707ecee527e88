//! Agents and skills.

use axum::{extract::State, http::StatusCode};
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, Json, Path, Query, page};
use tandem_proto::{
    Problem, SkillId, UserId,
    api::{Agent, AgentSkills, DividedQuery, NewSkill, Page, Skill, SomeQuery},
};
use tandem_store::Cause;

use crate::Engage;

/// Lists agents live
///
/// Members of queues and whoever holds the role, of the divisions in which one supervises. Changes come as `agent_state` signals on topic
/// `supervisors:{org}`, for who supervises in some divisions on `division:{division}` of each.
#[utoipa::path(get, path = "/agents", tag = "engage", params(DividedQuery), responses(
    (status = 200, description = "Agents", body = Page<Agent>),
    (status = 403, description = "Needs `queue:supervise`", body = Problem),
))]
pub(super) async fn list(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<DividedQuery>,
) -> Result<Json<Page<Agent>>, ApiProblem> {
    caller.require(Permission::QueueSupervise)?;
    let ids = page::ids::<UserId>(query.ids.as_deref())?;
    let shown = |division| query.wants(division) && caller.may_in(Permission::QueueSupervise, division);
    let mut agents = engage.agents(caller.scope, shown).await?;
    agents.retain(|agent| ids.as_ref().is_none_or(|ids| ids.contains(&agent.user)));
    Ok(Json(page::of_list(agents, &query.page(), |agent| (agent.display_name.clone(), agent.user))?))
}

/// Shows oneself as an agent
#[utoipa::path(get, path = "/agents/me", tag = "engage", responses(
    (status = 200, description = "One's own state", body = Agent),
    (status = 403, description = "Needs `agent:on_queue`", body = Problem),
))]
pub(super) async fn me(caller: Caller, State(engage): State<Engage>) -> Result<Json<Agent>, ApiProblem> {
    caller.require(Permission::AgentOnQueue)?;
    let org = engage.org(caller.scope).await?;
    let record = engage.identity().user(caller.scope, caller.user).await.map_err(crate::EngageError::from)?;
    let record = record.ok_or_else(|| ApiProblem::not_found("agent"))?;
    Ok(Json(engage.agent(&org, record).await?))
}

/// Sets an agent's skills
///
/// Replaces them all; what waits is matched again at once.
#[utoipa::path(put, path = "/agents/{user}/skills", tag = "engage", request_body = AgentSkills,
    params(("user" = UserId, Path, description = "The agent")),
    responses(
        (status = 200, description = "The skills as they are now", body = AgentSkills),
        (status = 403, description = "Needs `queue:write`, in the agent's division (`other-division`)", body = Problem),
        (status = 404, description = "No such user", body = Problem),
        (status = 422, description = "A skill or level that does not exist", body = Problem),
    ))]
pub(super) async fn set_skills(
    caller: Caller,
    State(engage): State<Engage>,
    Path(user): Path<UserId>,
    Json(skills): Json<AgentSkills>,
) -> Result<Json<AgentSkills>, ApiProblem> {
    caller.require(Permission::QueueWrite)?;
    let agent = engage.identity().user(caller.scope, user).await.map_err(crate::EngageError::from)?;
    let agent = agent.ok_or_else(|| ApiProblem::not_found("user"))?;
    caller.require_in(Permission::QueueWrite, agent.division)?;
    engage.set_agent_skills(caller.scope, Cause::request(&caller), user, skills.skills.clone()).await?;
    Ok(Json(skills))
}

/// Lists skills
#[utoipa::path(get, path = "/skills", tag = "engage", params(SomeQuery), responses(
    (status = 200, description = "Skills by name", body = Page<Skill>),
    (status = 403, description = "Needs `queue:read`", body = Problem),
))]
pub(super) async fn skills(
    caller: Caller,
    State(engage): State<Engage>,
    Query(query): Query<SomeQuery>,
) -> Result<Json<Page<Skill>>, ApiProblem> {
    caller.require(Permission::QueueRead)?;
    let ids = page::ids::<SkillId>(query.ids.as_deref())?;
    let org = engage.org(caller.scope).await?;
    let skills: Vec<_> = org
        .settings()
        .skills
        .iter()
        .filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(id)))
        .map(|(id, name)| Skill { id: *id, name: name.clone() })
        .collect();
    Ok(Json(page::of_list(skills, &query.page(), |skill| (skill.name.clone(), skill.id))?))
}

/// Makes a skill
#[utoipa::path(post, path = "/skills", tag = "engage", request_body = NewSkill, responses(
    (status = 201, description = "The skill", body = Skill),
    (status = 403, description = "Needs `queue:write`", body = Problem),
    (status = 409, description = "The name is taken", body = Problem),
    (status = 422, description = "A name that cannot be taken", body = Problem),
))]
pub(super) async fn create_skill(
    caller: Caller,
    State(engage): State<Engage>,
    Json(skill): Json<NewSkill>,
) -> Result<(StatusCode, Json<Skill>), ApiProblem> {
    caller.require(Permission::QueueWrite)?;
    let skill = engage.create_skill(caller.scope, Cause::request(&caller), skill.name).await?;
    Ok((StatusCode::CREATED, Json(skill)))
}
