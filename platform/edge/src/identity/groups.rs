//! Groups: people who are named together. A group may stand for roles, which its members hold as long as they are in it.
//!
//! Nobody gives what they do not hold: who changes a group that stands for roles, or who is in it, holds all that these stand for, in all
//! divisions. Groups are the org's, and their roles are held in all divisions: who makes, changes and removes them holds the right to it in
//! all of them. Who brings people in and puts them out holds it in the division each of them belongs to.

use tandem_core::{OrgScope, Permission, Precondition, RequestContext, Rights};
use tandem_proto::{
    GroupId, Stream, Topic, UserId,
    api::{GroupInfo, GroupMember, Page, PageQuery, Role},
    events::identity::{GroupChanged, GroupMemberAdded, GroupMemberRemoved, GroupRemoved, GroupRolesSet},
    limits::GROUP_MEMBERS,
};
use tandem_store::{Cause, Change, Expect, Tx};

use super::{
    Identity, IdentityError, group_rows as rows, limits, named, people::within_reach, roles, users::each_once,
};
use crate::{ApiProblem, page};

/// Members that one command brings in and puts out: each is an event.
pub(crate) const CHANGES: usize = 2_000;

impl Identity {
    /// Groups by name.
    ///
    /// # Errors
    /// For a cursor or limit that cannot be taken, or when the store fails.
    pub async fn groups(&self, scope: OrgScope, query: &PageQuery) -> Result<Page<GroupInfo>, ApiProblem> {
        let mut conn = self.0.store.scoped(scope).await.map_err(ApiProblem::from)?;
        let groups = rows::all(&mut conn, scope).await?;
        Ok(page::of_list(groups, query, |group| (group.name.to_lowercase(), group.id))?)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], or when the store fails.
    pub async fn group(&self, scope: OrgScope, group: GroupId) -> Result<GroupInfo, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        rows::info(&mut conn, scope, group).await
    }

    /// Who is in it, by name.
    ///
    /// # Errors
    /// For a group that there is not, a cursor or limit that cannot be taken, or when the store fails.
    pub async fn members(
        &self,
        scope: OrgScope,
        group: GroupId,
        query: &PageQuery,
    ) -> Result<Page<GroupMember>, ApiProblem> {
        let mut conn = self.0.store.scoped(scope).await.map_err(ApiProblem::from)?;
        let members = rows::members(&mut conn, scope, group).await?;
        let key = |member: &GroupMember| (member.display_name.to_lowercase(), member.user);
        // A query that makes no sense is said before a group that is not there.
        let page = page::of_list(members, query, key)?;
        rows::info(&mut conn, scope, group).await?;
        Ok(page)
    }

    /// Makes a group of nobody.
    ///
    /// # Errors
    /// [`IdentityError::Taken`], [`IdentityError::Invalid`], [`IdentityError::Limit`], [`IdentityError::OtherDivision`].
    pub async fn create_group(
        &self,
        context: &RequestContext,
        name: &str,
    ) -> Result<GroupInfo, IdentityError> {
        let (name, caller) = (named("name", name)?, context.rights.clone());
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let group = create(tx, &caller, name, false).await?;
                let scope = tx.scope();
                rows::info(tx.conn(), scope, group).await
            })
        });
        write.await
    }

    /// Gives a group another name.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::Taken`], [`IdentityError::Invalid`], [`IdentityError::NotHeld`],
    /// [`IdentityError::OtherDivision`]; [`IdentityError::Changed`] for one that is not as was demanded.
    pub async fn change_group(
        &self,
        context: &RequestContext,
        group: GroupId,
        precondition: Precondition,
        name: &str,
    ) -> Result<GroupInfo, IdentityError> {
        let (name, caller) = (named("name", name)?, context.rights.clone());
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let (scope, was) = (tx.scope(), demand(tx, group, &precondition).await?);
                may(tx, &caller, &was.roles).await?;
                rename(tx, &caller, group, &was.name, name).await?;
                rows::info(tx.conn(), scope, group).await
            })
        });
        write.await
    }

    /// Says which roles a group stands for. They hold by its members' next request, and on open sockets at once.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; [`IdentityError::NotHeld`] when the roles until now or from now on stand for more than the caller holds;
    /// [`IdentityError::Invalid`] for a role the org does not have; [`IdentityError::OtherDivision`], [`IdentityError::Changed`].
    pub async fn set_group_roles(
        &self,
        context: &RequestContext,
        group: GroupId,
        precondition: Precondition,
        roles: Vec<Role>,
    ) -> Result<GroupInfo, IdentityError> {
        let (roles, caller) = (each_once(roles), context.rights.clone());
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let (scope, was) = (tx.scope(), demand(tx, group, &precondition).await?);
                everywhere(&caller, Permission::RoleWrite)?;
                may(tx, &caller, &was.roles).await?;
                may(tx, &caller, &roles).await?;
                rows::set_roles(tx, group, &roles).await?;
                let is = rows::info(tx.conn(), scope, group).await?;
                tx.audit(Change::new("group.roles.changed", "group", group).before(&was).after(&is)).await?;
                let (org, event) = (scope.org(), GroupRolesSet { group, roles });
                tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &event).await?;
                Ok(is)
            })
        });
        write.await
    }

    /// Removes a group: its members stay, without the roles they held by it.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::NotHeld`], [`IdentityError::OtherDivision`], [`IdentityError::Changed`].
    pub async fn remove_group(
        &self,
        context: &RequestContext,
        group: GroupId,
        precondition: Precondition,
    ) -> Result<(), IdentityError> {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                demand(tx, group, &precondition).await?;
                remove(tx, &caller, group).await
            })
        });
        write.await
    }

    /// Brings somebody into a group, or puts them out. Doing it twice is no error.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`], [`IdentityError::NotHeld`], [`IdentityError::OtherDivision`]; [`IdentityError::Conflict`] for one more than may be in it.
    pub async fn set_member(
        &self,
        context: &RequestContext,
        group: GroupId,
        user: UserId,
        is_in: bool,
    ) -> Result<(), IdentityError> {
        let caller = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move {
                let (added, removed) = if is_in { (vec![user], vec![]) } else { (vec![], vec![user]) };
                if !rows::is_person(tx, user).await? {
                    return Err(IdentityError::NotFound("person"));
                }
                set_members(tx, &caller, group, added, removed).await
            })
        });
        write.await
    }
}

/// Makes a group; answers which.
pub(super) async fn create(
    tx: &mut Tx,
    caller: &Rights,
    name: String,
    provisioned: bool,
) -> Result<GroupId, IdentityError> {
    everywhere(caller, Permission::PeopleWrite)?;
    limits::GROUPS.one_more::<IdentityError>(tx).await?;
    let (group, scope) = (GroupId::generate(), tx.scope());
    rows::insert(tx, group, &name, provisioned).await?;
    let made = rows::info(tx.conn(), scope, group).await?;
    tx.audit(Change::new("group.created", "group", group).after(&made)).await?;
    let (org, event) = (scope.org(), GroupChanged { group, name });
    tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &event).await?;
    Ok(group)
}

/// Gives it another name, if it is another.
pub(super) async fn rename(
    tx: &mut Tx,
    caller: &Rights,
    group: GroupId,
    was: &str,
    name: String,
) -> Result<(), IdentityError> {
    if was == name {
        return Ok(());
    }
    everywhere(caller, Permission::PeopleWrite)?;
    let (scope, org) = (tx.scope(), tx.scope().org());
    let before = rows::info(tx.conn(), scope, group).await?;
    rows::rename(tx, group, &name).await?;
    let after = rows::info(tx.conn(), scope, group).await?;
    tx.audit(Change::new("group.changed", "group", group).before(&before).after(&after)).await?;
    tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &GroupChanged { group, name }).await?;
    Ok(())
}

pub(super) async fn remove(tx: &mut Tx, caller: &Rights, group: GroupId) -> Result<(), IdentityError> {
    everywhere(caller, Permission::PeopleWrite)?;
    let scope = tx.scope();
    let was = rows::info(tx.conn(), scope, group).await?;
    may(tx, caller, &was.roles).await?;
    rows::delete(tx, group).await?;
    tx.audit(Change::new("group.removed", "group", group).before(&was)).await?;
    let org = scope.org();
    tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &GroupRemoved { group }).await?;
    Ok(())
}

/// Brings people in and puts people out; who is in or out already counts as nobody.
pub(super) async fn set_members(
    tx: &mut Tx,
    caller: &Rights,
    group: GroupId,
    added: Vec<UserId>,
    removed: Vec<UserId>,
) -> Result<(), IdentityError> {
    let (scope, org) = (tx.scope(), tx.scope().org());
    let info = rows::info(tx.conn(), scope, group).await?;
    may(tx, caller, &info.roles).await?;
    if added.len() + removed.len() > CHANGES {
        let message = format!("at most {CHANGES} come and go at once");
        return Err(IdentityError::invalid("members", message));
    }
    let mut members = info.members as usize;
    let change = |what: &'static str, user: UserId| {
        Change::new(what, "group", group).called(&info.name).after(&serde_json::json!({ "user": user }))
    };
    for user in removed {
        within_reach(tx, caller, Permission::PeopleWrite, user).await?;
        if rows::leave(tx, group, user).await? {
            members -= 1;
            tx.audit(change("group.member.removed", user)).await?;
            let event = GroupMemberRemoved { group, user };
            tx.append(Stream::user(user), Expect::Any, &[Topic::org(org)], &event).await?;
        }
    }
    for user in added {
        if !rows::is_person(tx, user).await? {
            return Err(IdentityError::invalid("members", format!("nobody of the org has the id {user}")));
        }
        within_reach(tx, caller, Permission::PeopleWrite, user).await?;
        if rows::join(tx, group, user).await? {
            members += 1;
            tx.audit(change("group.member.added", user)).await?;
            let event = GroupMemberAdded { group, user };
            tx.append(Stream::user(user), Expect::Any, &[Topic::org(org)], &event).await?;
        }
    }
    if members > GROUP_MEMBERS {
        return Err(IdentityError::Conflict {
            slug: "group-is-full",
            detail: format!("a group has at most {GROUP_MEMBERS} members"),
        });
    }
    Ok(())
}

/// Refuses a caller who does not hold `permission` in all divisions.
pub(super) fn everywhere(caller: &Rights, permission: Permission) -> Result<(), IdentityError> {
    if caller.has_everywhere(permission) { Ok(()) } else { Err(IdentityError::OtherDivision(permission)) }
}

/// Refuses a caller who does not hold, in all divisions, all that roles stand for.
async fn may(tx: &mut Tx, caller: &Rights, roles: &[Role]) -> Result<(), IdentityError> {
    let scope = tx.scope();
    let beyond = roles::permissions(tx.conn(), scope, roles).await?.without(caller.everywhere());
    if beyond.is_empty() { Ok(()) } else { Err(IdentityError::NotHeld(beyond)) }
}

/// Refuses unless a group is as was demanded. Commands of an org run one after the other: it stays so until the command's end.
async fn demand(
    tx: &mut Tx,
    group: GroupId,
    precondition: &Precondition,
) -> Result<GroupInfo, IdentityError> {
    let scope = tx.scope();
    let is = rows::info(tx.conn(), scope, group).await?;
    precondition.check(&is)?;
    Ok(is)
}
