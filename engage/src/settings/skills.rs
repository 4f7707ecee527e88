//! Skills, and who has them at what level.

use tandem_core::OrgScope;
use tandem_proto::{
    SkillId, Stream, Topic, UserId,
    api::{AgentSkills, Skill, SkillRequirement},
    events::contact_centre::{AgentSkillsSet, SkillCreated},
};
use tandem_store::{Cause, Change, Expect, StoreError};

use super::{check_name, queues::check_skills, to_json};
use crate::{Engage, EngageError};

impl Engage {
    /// Makes a skill.
    ///
    /// # Errors
    /// For a name that cannot be taken or is taken, or when the store fails.
    pub async fn create_skill(
        &self,
        scope: OrgScope,
        cause: Cause,
        name: String,
    ) -> Result<Skill, EngageError> {
        check_name("name", &name)?;
        let org = self.org(scope).await?;
        let _changing = org.changing.lock().await;
        if org.settings().skills.values().any(|other| *other == name) {
            return Err(EngageError::Taken { what: "skill", name });
        }
        let skill = Skill { id: SkillId::generate(), name };
        let row = skill.clone();
        org.write(self.store(), cause, move |tx| {
            Box::pin(async move {
                let org = tx.scope().org();
                sqlx::query("INSERT INTO engage_skills (org, id, name) VALUES ($1, $2, $3)")
                    .bind(org.to_string())
                    .bind(row.id.to_string())
                    .bind(row.name.clone())
                    .execute(tx.conn())
                    .await?;
                tx.audit(Change::new("skill.created", "skill", row.id).after(&row)).await?;
                let event = SkillCreated { skill: row.id, name: row.name };
                tx.append(Stream::org(org), Expect::Any, &[Topic::supervisors(org)], &event).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
        org.change(|settings| drop(settings.skills.insert(skill.id, skill.name.clone())));
        Ok(skill)
    }

    /// Replaces an agent's skills.
    ///
    /// # Errors
    /// For skills or a user that do not exist, or when the store fails.
    pub async fn set_agent_skills(
        &self,
        scope: OrgScope,
        cause: Cause,
        user: UserId,
        skills: Vec<SkillRequirement>,
    ) -> Result<(), EngageError> {
        let org = self.org(scope).await?;
        let _changing = org.changing.lock().await;
        let person = self.identity().user(scope, user).await?.ok_or(EngageError::NotFound("agent"))?;
        check_skills(&skills, &org.settings())?;
        let row = skills.clone();
        let was = org.settings().agent_skills.get(&user).cloned().unwrap_or_default();
        let change = Change::new("agent.skills.changed", "person", user)
            .called(person.display_name)
            .before(&AgentSkills { skills: was })
            .after(&AgentSkills { skills: skills.clone() });
        org.write(self.store(), cause, move |tx| {
            Box::pin(async move {
                let org = tx.scope().org();
                sqlx::query(
                    "INSERT INTO engage_agent_skills (org, user_id, skills) VALUES ($1, $2, $3)
                         ON CONFLICT (org, user_id) DO UPDATE SET skills = excluded.skills",
                )
                .bind(org.to_string())
                .bind(user.to_string())
                .bind(to_json(&row))
                .execute(tx.conn())
                .await?;
                tx.audit(change).await?;
                let topics = [Topic::user(user), Topic::supervisors(org)];
                let event = AgentSkillsSet { user, skills: row };
                tx.append_about(user, Stream::user(user), Expect::Any, &topics, &event).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
        org.change(|settings| drop(settings.agent_skills.insert(user, skills)));
        self.set_agent(&org, user).await
    }
}
