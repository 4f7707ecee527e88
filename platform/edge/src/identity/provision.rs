//! People and groups as another system keeps them up (SCIM): what it knows of them beside what the directory shows, and its commands. They
//! are the ordinary ones, with the ordinary rights: nobody changes somebody who may do more than they, or who belongs to a division where they
//! may not.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AnyConnection, Row, any::AnyRow};
use tandem_core::{OrgScope, Permission, RequestContext};
use tandem_proto::{GroupId, Stream, Timestamp, Topic, UserId, events::identity::UserChanged};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{
    Identity, IdentityError, PEOPLE,
    group_rows::{self, Group, WhichGroups},
    groups,
    mail::address,
    people,
    sessions::time,
    users::{self, UserRecord},
};

/// Somebody as another system sees them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Provisioned {
    pub(crate) record: UserRecord,
    /// What the other system calls them.
    pub(crate) external_id: Option<String>,
    pub(crate) profile: Profile,
    /// The groups they are in; empty where nobody asked.
    pub(crate) groups: Vec<(GroupId, String)>,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
}

/// What the other system says of somebody and the directory has no place for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Profile {
    /// The login name as the other system spells it; the directory has it in small letters.
    pub(crate) user_name: Option<String>,
    /// Whether the name to show was put together of the others.
    pub(crate) composed: bool,
    pub(crate) formatted: Option<String>,
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) emails: Vec<Contact>,
    pub(crate) phones: Vec<Contact>,
}

impl Profile {
    /// The address that is the primary one, or else the first, where mail can go to it.
    fn mail(&self) -> Option<String> {
        let primary = self.emails.iter().find(|email| email.primary == Some(true));
        let chosen = primary.or(self.emails.first())?;
        address("emails", &chosen.value).ok()
    }
}

/// An address or number of somebody.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Contact {
    pub(crate) value: String,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) primary: Option<bool>,
}

/// What somebody is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PersonDraft {
    /// Login name, in small letters.
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) title: Option<String>,
    pub(crate) active: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) profile: Profile,
}

/// What a group is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct GroupDraft {
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) members: Vec<UserId>,
}

/// Which people are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum WhichPeople {
    /// All.
    All,
    /// Those from a place on, in the order of their ids.
    From { offset: u32, limit: u32 },
    /// The one of that login name, in small letters.
    Named(String),
    /// Those the other system calls that.
    External(String),
    /// The one with that id.
    One(UserId),
}

impl Identity {
    /// People, in the order of their ids, without the groups they are in.
    pub(crate) async fn provisioned(
        &self,
        scope: OrgScope,
        which: &WhichPeople,
    ) -> Result<Vec<Provisioned>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        seen(&mut conn, scope, which).await
    }

    /// Puts the groups to people.
    pub(crate) async fn with_groups(
        &self,
        scope: OrgScope,
        people: &mut [Provisioned],
    ) -> Result<(), IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        for person in people {
            person.groups = group_rows::of(&mut conn, scope, person.record.id).await?;
        }
        Ok(())
    }

    /// How many there are of all.
    pub(crate) async fn count_provisioned(&self, scope: OrgScope) -> Result<u32, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT count(*) AS people FROM {VISIBLE}")))
            .bind(scope.org().to_string())
            .fetch_one(&mut *conn)
            .await?;
        Ok(u32::try_from(row.try_get::<i64, _>("people")?).unwrap_or(u32::MAX))
    }

    /// Adds somebody without a password and roles: what lets them in, and what they may do, comes otherwise.
    pub(crate) async fn provision(
        &self,
        context: &RequestContext,
        draft: PersonDraft,
    ) -> Result<Provisioned, IdentityError> {
        users::check_names(&draft.name, &draft.display_name, draft.title.as_deref())?;
        self.place_for_new(context, &PEOPLE, None).await?;
        let (caller, record) = (context.rights.clone(), users::without_password(context.scope, &draft));
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let made = users::insert(tx, record, String::new(), None).await?;
                let user = made.id;
                write(tx, user, &draft).await?;
                mail_goes(tx, &made, None, draft.profile.mail()).await?;
                if !draft.active {
                    people::deactivate(tx, &caller, user).await?;
                }
                one(tx, user).await
            })
        });
        write.await
    }

    /// Makes of somebody what `edit` makes of what they are.
    pub(crate) async fn change_provisioned<E>(
        &self,
        context: &RequestContext,
        user: UserId,
        edit: impl FnOnce(&Provisioned) -> Result<PersonDraft, E> + Send + 'static,
    ) -> Result<Provisioned, E>
    where
        E: From<IdentityError> + From<StoreError> + Send + 'static,
    {
        let (caller, himself) = (context.rights.clone(), context.user);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let was = one(tx, user).await?;
                let draft = edit(&was)?;
                people::within_reach(tx, &caller, Permission::PeopleWrite, user).await?;
                people::subordinate(tx, &caller, user).await?;
                change(tx, &was, &draft).await?;
                match (was.record.active, draft.active) {
                    (true, false) if user == himself => return Err(people::yourself().into()),
                    (true, false) => people::deactivate(tx, &caller, user).await?,
                    (false, true) => people::reactivate(tx, &caller, user).await?,
                    _ => {}
                }
                Ok(one(tx, user).await?)
            })
        });
        write.await
    }

    /// Keeps somebody out and forgets what the other system said of them. What they did stays, with their name; their login name is free.
    pub(crate) async fn withdraw<E>(
        &self,
        context: &RequestContext,
        user: UserId,
        demand: impl FnOnce(&Provisioned) -> Result<(), E> + Send + 'static,
    ) -> Result<(), E>
    where
        E: From<IdentityError> + From<StoreError> + Send + 'static,
    {
        let (caller, himself) = (context.rights.clone(), context.user);
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let was = one(tx, user).await?;
                demand(&was)?;
                if user == himself {
                    return Err(people::yourself().into());
                }
                people::within_reach(tx, &caller, Permission::PeopleWrite, user).await?;
                people::deactivate(tx, &caller, user).await?;
                for (group, _) in &was.groups {
                    groups::set_members(tx, &caller, *group, vec![], vec![user]).await?;
                }
                Ok(leave(tx, &was).await?)
            })
        });
        write.await
    }

    /// Groups, in the order of their ids, without their members.
    pub(crate) async fn provisioned_groups(
        &self,
        scope: OrgScope,
        which: &WhichGroups,
    ) -> Result<Vec<Group>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        group_rows::seen(&mut conn, scope, which).await
    }

    /// Puts the members to groups; false, and not to all of them, where these are more than `at_most` together.
    pub(crate) async fn with_members(
        &self,
        scope: OrgScope,
        groups: &mut [Group],
        at_most: usize,
    ) -> Result<bool, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let mut all = 0;
        for group in groups {
            group.members = members_of(&mut conn, scope, group.id).await?;
            all += group.members.len();
            if all > at_most {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many there are of all.
    pub(crate) async fn count_groups(&self, scope: OrgScope) -> Result<u32, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        group_rows::count(&mut conn, scope).await
    }

    /// Makes a group.
    pub(crate) async fn provision_group(
        &self,
        context: &RequestContext,
        draft: GroupDraft,
    ) -> Result<Group, IdentityError> {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let name = super::named("displayName", &draft.name)?;
                let group = groups::create(tx, &caller, name, true).await?;
                group_rows::provision(tx, group, draft.external_id.as_deref()).await?;
                groups::set_members(tx, &caller, group, draft.members, vec![]).await?;
                one_group(tx, group).await
            })
        });
        write.await
    }

    /// Makes of a group what `edit` makes of what it is.
    pub(crate) async fn change_provisioned_group<E>(
        &self,
        context: &RequestContext,
        group: GroupId,
        edit: impl FnOnce(&Group) -> Result<GroupDraft, E> + Send + 'static,
    ) -> Result<Group, E>
    where
        E: From<IdentityError> + From<StoreError> + Send + 'static,
    {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let was = one_group(tx, group).await?;
                let draft = edit(&was)?;
                let name = super::named("displayName", &draft.name)?;
                let is = |user: &UserId| was.members.iter().any(|(member, _)| member == user);
                let wanted: std::collections::BTreeSet<UserId> = draft.members.iter().copied().collect();
                let added = wanted.iter().copied().filter(|user| !is(user)).collect();
                let removed = was.members.iter().map(|(user, _)| *user).filter(|user| !wanted.contains(user));
                // Even of what changes nothing: whoever may not change the group is told so.
                groups::set_members(tx, &caller, group, added, removed.collect()).await?;
                groups::rename(tx, &caller, group, &was.name, name).await?;
                if draft.external_id != was.external_id || !was.provisioned {
                    groups::everywhere(&caller, Permission::PeopleWrite)?;
                    group_rows::provision(tx, group, draft.external_id.as_deref()).await?;
                }
                Ok(one_group(tx, group).await?)
            })
        });
        write.await
    }

    /// Removes a group.
    pub(crate) async fn withdraw_group<E>(
        &self,
        context: &RequestContext,
        group: GroupId,
        demand: impl FnOnce(&Group) -> Result<(), E> + Send + 'static,
    ) -> Result<(), E>
    where
        E: From<IdentityError> + From<StoreError> + Send + 'static,
    {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                demand(&one_group(tx, group).await?)?;
                Ok(groups::remove(tx, &caller, group).await?)
            })
        });
        write.await
    }
}

/// The people another system sees: neither programs, nor who was erased, nor who it removed. `$1` is the org.
const VISIBLE: &str = "users u LEFT JOIN scim_people s ON s.org = u.org AND s.user_id = u.id
    WHERE u.org = $1 AND u.client IS NULL AND u.erased_at IS NULL AND s.gone_at IS NULL";

async fn seen(
    conn: &mut AnyConnection,
    scope: OrgScope,
    which: &WhichPeople,
) -> Result<Vec<Provisioned>, IdentityError> {
    let (condition, value) = match which {
        WhichPeople::All | WhichPeople::From { .. } => ("$2 = ''", String::new()),
        WhichPeople::Named(name) => ("u.name = $2", name.clone()),
        WhichPeople::External(id) => ("s.external_id = $2", id.clone()),
        WhichPeople::One(user) => ("u.id = $2", user.to_string()),
    };
    let (offset, limit) = match which {
        WhichPeople::From { offset, limit } => (i64::from(*offset), i64::from(*limit)),
        _ => (0, i64::MAX),
    };
    let columns: Vec<String> = users::COLUMNS.split(", ").map(|column| format!("u.{column}")).collect();
    let sql = format!(
        "SELECT {}, u.created_at, u.changed_at, s.external_id, s.profile
         FROM {VISIBLE} AND {condition} ORDER BY u.id LIMIT $3 OFFSET $4",
        columns.join(", ")
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(scope.org().to_string())
        .bind(value)
        .bind(limit)
        .bind(offset)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Provisioned, IdentityError> {
    let profile: Option<String> = row.try_get("profile")?;
    let damaged = |error: serde_json::Error| StoreError::Damaged {
        table: "scim_people",
        reason: format!("profile: {error}"),
    };
    let profile = profile.map(|text| serde_json::from_str(&text)).transpose().map_err(damaged)?;
    let created_at = time(row, "created_at")?;
    Ok(Provisioned {
        record: users::record(row)?,
        external_id: row.try_get("external_id")?,
        profile: profile.unwrap_or_default(),
        groups: Vec::new(),
        created_at,
        changed_at: time(row, "changed_at")?.max(created_at),
    })
}

async fn one(tx: &mut Tx, user: UserId) -> Result<Provisioned, IdentityError> {
    let scope = tx.scope();
    let mut person = seen(tx.conn(), scope, &WhichPeople::One(user))
        .await?
        .pop()
        .ok_or(IdentityError::NotFound("person"))?;
    person.groups = group_rows::of(tx.conn(), scope, user).await?;
    Ok(person)
}

async fn one_group(tx: &mut Tx, group: GroupId) -> Result<Group, IdentityError> {
    let scope = tx.scope();
    let found = group_rows::seen(tx.conn(), scope, &WhichGroups::One(group)).await?.pop();
    let mut found = found.ok_or(IdentityError::NotFound("group"))?;
    found.members = members_of(tx.conn(), scope, group).await?;
    Ok(found)
}

async fn members_of(
    conn: &mut AnyConnection,
    scope: OrgScope,
    group: GroupId,
) -> Result<Vec<(UserId, String)>, IdentityError> {
    let members = group_rows::members(conn, scope, group).await?;
    Ok(members.into_iter().map(|member| (member.user, member.display_name)).collect())
}

/// Writes what is new of somebody. Nothing is said where nothing is.
async fn change(tx: &mut Tx, was: &Provisioned, draft: &PersonDraft) -> Result<(), IdentityError> {
    let record = &was.record;
    let same = (&record.name, &record.display_name, &record.title, &was.external_id, &was.profile)
        == (&draft.name, &draft.display_name, &draft.title, &draft.external_id, &draft.profile);
    if same && record.provisioned {
        return Ok(());
    }
    // What did not change stays as it is, even if it could not be taken today.
    let (name, title) = (draft.name.as_str(), draft.title.as_deref());
    if (name, title) != (record.name.as_str(), record.title.as_deref())
        || draft.display_name != record.display_name
    {
        users::check_names(name, &draft.display_name, title)?;
    }
    users::free_name(tx, record.id, name).await?;
    write(tx, record.id, draft).await?;
    mail_goes(tx, record, was.profile.mail(), draft.profile.mail()).await?;
    let changed: Vec<&str> = [
        ("name", record.name != draft.name),
        ("display_name", record.display_name != draft.display_name),
        ("title", record.title != draft.title),
        ("external_id", was.external_id != draft.external_id),
        ("profile", was.profile != draft.profile),
    ]
    .into_iter()
    .filter_map(|(field, is_new)| is_new.then_some(field))
    .collect();
    // The names of the fields only: an entry stays when somebody is erased.
    let change = Change::new("person.changed", "person", record.id);
    tx.audit(change.after(&json!({ "changed": changed }))).await?;
    tell(tx, record.id, &draft.name, &draft.display_name, draft.title.clone()).await
}

/// Sends mail to somebody where the other system says now. An address that somebody else has stays with the profile alone: the record as a
/// whole is not refused for it. What was set here stays until the other system says something else.
async fn mail_goes(
    tx: &mut Tx,
    record: &UserRecord,
    before: Option<String>,
    now: Option<String>,
) -> Result<(), IdentityError> {
    if before == now || (now.is_none() && record.email != before) {
        return Ok(());
    }
    match people::write_email(tx, record, now).await {
        Err(IdentityError::Taken { .. }) => Ok(()),
        written => written,
    }
}

async fn write(tx: &mut Tx, user: UserId, draft: &PersonDraft) -> Result<(), IdentityError> {
    let (org, now) = (tx.scope().org().to_string(), tx.now().micros());
    sqlx::query(
        "UPDATE users SET name = $1, display_name = $2, title = $3, changed_at = $4, provisioned = 1
         WHERE org = $5 AND id = $6",
    )
    .bind(draft.name.clone())
    .bind(draft.display_name.clone())
    .bind(draft.title.clone())
    .bind(now)
    .bind(org.as_str())
    .bind(user.to_string())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "INSERT INTO scim_people (org, user_id, external_id, profile) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org, user_id) DO UPDATE SET external_id = excluded.external_id, profile = excluded.profile",
    )
    .bind(org)
    .bind(user.to_string())
    .bind(draft.external_id.clone())
    .bind(serde_json::to_string(&draft.profile).unwrap_or_default())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Hides somebody from the other system and frees their login name.
async fn leave(tx: &mut Tx, was: &Provisioned) -> Result<(), IdentityError> {
    let (org, now, user) = (tx.scope().org().to_string(), tx.now().micros(), was.record.id);
    let name = format!("gone-{user}");
    mail_goes(tx, &was.record, was.profile.mail(), None).await?;
    sqlx::query("UPDATE users SET name = $1, changed_at = $2, provisioned = 0 WHERE org = $3 AND id = $4")
        .bind(name.clone())
        .bind(now)
        .bind(org.as_str())
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "INSERT INTO scim_people (org, user_id, gone_at) VALUES ($1, $2, $3)
         ON CONFLICT (org, user_id) DO UPDATE SET external_id = NULL, profile = NULL, gone_at = excluded.gone_at",
    )
    .bind(org)
    .bind(user.to_string())
    .bind(now)
    .execute(tx.conn())
    .await?;
    let change = Change::new("person.changed", "person", user);
    tx.audit(change.after(&json!({ "changed": ["name", "external_id", "profile"] }))).await?;
    tell(tx, user, &name, &was.record.display_name, was.record.title.clone()).await
}

async fn tell(
    tx: &mut Tx,
    user: UserId,
    name: &str,
    display_name: &str,
    title: Option<String>,
) -> Result<(), IdentityError> {
    let event = UserChanged { user, name: name.to_owned(), display_name: display_name.to_owned(), title };
    let topics = [Topic::org(tx.scope().org())];
    tx.append_about(user, Stream::user(user), Expect::Any, &topics, &event).await?;
    Ok(())
}
