//! Queues: made and changed, and routing told.

use std::collections::BTreeSet;

use tandem_core::OrgScope;
use tandem_edge::identity;
use tandem_proto::{
    DivisionId, QueueId, Stream, Topic, UserId,
    api::{Queue, QueueSettings, SkillRequirement},
    events::contact_centre::QueueChanged,
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{Org, QUEUES, Settings, Target, check_name, queue_input, to_json};
use crate::{Engage, EngageError, tables::QUEUES_COUNTED};

/// Members a queue may have.
const MEMBERS: usize = 20_000;
/// Skills a queue may ask for.
pub(super) const SKILLS: usize = 50;

impl Engage {
    /// Makes a queue, or changes one.
    ///
    /// # Errors
    /// For values that cannot be taken, a name that is taken, no such queue or one of another version, or when the store fails.
    pub async fn set_queue(
        &self,
        scope: OrgScope,
        cause: Cause,
        target: Target<QueueId>,
        settings: QueueSettings,
    ) -> Result<Queue, EngageError> {
        let id = target.id();
        let org = self.org(scope).await?;
        let _changing = org.changing.lock().await;
        let before = match id {
            Some(id) => Some(org.settings().queues.get(&id).cloned().ok_or(EngageError::NotFound("queue"))?),
            None => None,
        };
        let actual = before.as_ref().map_or(0, |queue| queue.version);
        target.check(actual)?;
        check(&settings, &org.settings(), id)?;
        self.check_users(scope, &settings).await?;

        let new = target.division();
        let division = new.or(before.as_ref().map(|queue| queue.division));
        let division = division.unwrap_or_else(|| DivisionId::home(scope.org()));
        let queue =
            Queue { id: id.unwrap_or_else(QueueId::generate), settings, division, version: actual + 1 };
        let affected = members(before.as_ref()).chain(members(Some(&queue))).collect::<BTreeSet<_>>();
        let row = queue.clone();
        let topics = topics(scope, &queue, new, &affected);
        let what = if before.is_some() { "queue.changed" } else { "queue.created" };
        let change = Change::new(what, "queue", queue.id);
        let change =
            before.iter().fold(change, |change, was| change.before(&was.settings)).after(&queue.settings);
        org.write(self.store(), cause, move |tx| {
            Box::pin(async move {
                if actual == 0 {
                    QUEUES_COUNTED.one_more::<EngageError>(tx).await?;
                }
                tx.audit(change).await?;
                write(tx, &row, &topics).await?;
                if let Some(division) = new {
                    identity::put(tx, &QUEUES, row.id, division).await?;
                }
                Ok::<_, EngageError>(())
            })
        })
        .await?;
        org.change(|settings| drop(settings.queues.insert(queue.id, queue.clone())));
        self.tell_routing(&org, &queue, affected).await?;
        Ok(queue)
    }

    async fn tell_routing(
        &self,
        org: &Org,
        queue: &Queue,
        affected: BTreeSet<UserId>,
    ) -> Result<(), EngageError> {
        self.engine().submit(org.scope, queue_input(queue)).await?;
        for agent in affected {
            self.set_agent(org, agent).await?;
        }
        Ok(())
    }

    /// Tells routing of an agent's queues and skills, and of one it did not know yet whether he is on queue.
    pub(crate) async fn set_agent(&self, org: &Org, agent: UserId) -> Result<(), EngageError> {
        let is_new = self.engine().agent(org.scope, agent).await.is_none();
        let input = org.settings().agent_input(agent);
        self.engine().submit(org.scope, input).await?;
        if is_new {
            self.follow_presence(org, agent).await?;
        }
        Ok(())
    }

    async fn check_users(&self, scope: OrgScope, settings: &QueueSettings) -> Result<(), EngageError> {
        if settings.members.is_empty() {
            return Ok(());
        }
        let known: BTreeSet<_> =
            self.identity().users(scope).await?.into_iter().map(|user| user.id).collect();
        match settings.members.iter().position(|member| !known.contains(&member.user)) {
            Some(index) => {
                Err(EngageError::invalid(format!("members[{index}].user"), "there is no such user"))
            }
            None => Ok(()),
        }
    }
}

fn members(queue: Option<&Queue>) -> impl Iterator<Item = UserId> {
    queue.into_iter().flat_map(|queue| &queue.settings.members).map(|member| member.user)
}

/// Who is told: those who see the queue, which of a new one nobody does yet but by its division.
fn topics(
    scope: OrgScope,
    queue: &Queue,
    new: Option<DivisionId>,
    affected: &BTreeSet<UserId>,
) -> Vec<Topic> {
    let seen = [Topic::supervisors(scope.org()), Topic::queue(queue.id)].into_iter();
    seen.chain(new.map(Topic::division)).chain(affected.iter().copied().map(Topic::user)).collect()
}

async fn write(tx: &mut Tx, queue: &Queue, topics: &[Topic]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO engage_queues (org, id, name, settings, version) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (org, id) DO UPDATE SET name = excluded.name, settings = excluded.settings, version = excluded.version",
    )
    .bind(tx.scope().org().to_string())
    .bind(queue.id.to_string())
    .bind(queue.settings.name.clone())
    .bind(to_json(&queue.settings))
    .bind(queue.version)
    .execute(tx.conn())
    .await?;
    let event = QueueChanged { queue: queue.id, settings: queue.settings.clone() };
    tx.append(Stream::queue(queue.id), Expect::Version(queue.version - 1), topics, &event).await?;
    Ok(())
}

fn check(queue: &QueueSettings, org: &Settings, id: Option<QueueId>) -> Result<(), EngageError> {
    check_name("name", &queue.name)?;
    if org.queues.values().any(|other| other.settings.name == queue.name && Some(other.id) != id) {
        return Err(EngageError::Taken { what: "queue", name: queue.name.clone() });
    }
    within("alert_seconds", queue.alert_seconds, 5, 120)?;
    within("target_seconds", queue.target_seconds, 1, 3_600)?;
    within("short_abandon_seconds", queue.short_abandon_seconds, 0, 300)?;
    within("wrap_up.seconds", queue.wrap_up.seconds, 1, 3_600)?;
    if queue.members.len() > MEMBERS {
        return Err(EngageError::invalid("members", format!("at most {MEMBERS}")));
    }
    let mut seen = BTreeSet::new();
    if let Some(index) = queue.members.iter().position(|member| !seen.insert(member.user)) {
        return Err(EngageError::invalid(format!("members[{index}].user"), "is a member already"));
    }
    check_skills(&queue.skills, org)
}

/// Skills that exist, each once, with levels there are.
pub(super) fn check_skills(skills: &[SkillRequirement], org: &Settings) -> Result<(), EngageError> {
    if skills.len() > SKILLS {
        return Err(EngageError::invalid("skills", format!("at most {SKILLS}")));
    }
    let mut seen = BTreeSet::new();
    for (index, wanted) in skills.iter().enumerate() {
        let field = |name: &str| format!("skills[{index}].{name}");
        if !org.skills.contains_key(&wanted.skill) {
            return Err(EngageError::invalid(field("skill"), "there is no such skill"));
        }
        if !seen.insert(wanted.skill) {
            return Err(EngageError::invalid(field("skill"), "is named already"));
        }
        if wanted.level > 5 {
            return Err(EngageError::invalid(field("level"), "must be 0 to 5"));
        }
    }
    Ok(())
}

fn within(field: &str, value: u32, min: u32, max: u32) -> Result<(), EngageError> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(EngageError::invalid(field, format!("must be {min} to {max}, not {value}")))
    }
}
