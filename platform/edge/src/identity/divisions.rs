//! Divisions: the parts of an org. A thing belongs to exactly one: whose column `division` is empty, to the one every org has.
//!
//! The contract for the parts: a table of things that are divided has the columns `org` and `division`, only this file writes the latter
//! ([`put`] in the transaction that makes a thing), and the part says in a [`Divided`] what the things are and who may see and change them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use tandem_core::{OrgScope, Permission, RequestContext, Rights};
use tandem_proto::{
    DivisionId, Stream, Topic,
    api::{DividedKind, Division, MoveThings},
    events::identity::{DivisionChanged, DivisionRemoved, ThingsMoved},
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{Identity, IdentityError, id, named, text, users};

/// Divisions one org may have, beside the one every org has.
const DIVISIONS: i64 = 1_000;
/// Things moved by one request.
const MOVED: usize = 100;
/// The name of the division every org has.
const HOME: &str = "Home";

/// A kind of thing that belongs to divisions.
#[derive(Debug)]
pub struct Divided {
    /// Which.
    pub kind: DividedKind,
    /// Its table.
    pub table: &'static str,
    /// The column of that table that names a thing.
    pub id: &'static str,
    /// Whoever holds one of these in a thing's division may see it.
    pub seen_with: &'static [Permission],
    /// What whoever changes a thing holds in its division.
    pub changed_with: Permission,
}

/// All kinds there are.
#[derive(Clone, Copy, Debug)]
pub struct DividedKinds(pub &'static [&'static Divided]);

/// People.
pub const PEOPLE: Divided = Divided {
    kind: DividedKind::Person,
    table: "users",
    id: "id",
    seen_with: &[Permission::PeopleRead],
    changed_with: Permission::PeopleWrite,
};

impl Divided {
    /// Whether somebody with these rights may see what belongs to `division`.
    pub fn is_seen(&self, rights: &Rights, division: DivisionId) -> bool {
        self.seen_with.iter().any(|permission| rights.has_in(*permission, division))
    }

    /// Whether they may see all there is.
    pub fn sees_all(&self, rights: &Rights) -> bool {
        self.seen_with.iter().any(|permission| rights.has_everywhere(*permission))
    }
}

/// Where the things of a kind belong.
#[derive(Clone, Debug)]
pub struct Places {
    home: DivisionId,
    /// By id, but for those that belong to Home.
    elsewhere: HashMap<String, DivisionId>,
}

impl Places {
    /// Where a thing belongs.
    pub fn of(&self, thing: impl ToString) -> DivisionId {
        self.elsewhere.get(&thing.to_string()).copied().unwrap_or(self.home)
    }
}

impl Identity {
    /// The divisions in which the caller holds anything, Home first, then by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn divisions(
        &self,
        context: &RequestContext,
        kinds: DividedKinds,
    ) -> Result<Vec<Division>, IdentityError> {
        let (scope, org) = (context.scope, context.scope.org());
        let mut conn = self.0.store.scoped(scope).await?;
        let rows = sqlx::query("SELECT id, name FROM divisions WHERE org = $1 ORDER BY name")
            .bind(org.to_string())
            .fetch_all(&mut *conn)
            .await?;
        let mut found = vec![home(scope)];
        for row in &rows {
            let id = id(row, "divisions", "id")?;
            found.push(Division { id, name: text(row, "name")?, home: false, things: BTreeMap::new() });
        }
        found.retain(|division| !context.rights.in_division(division.id).is_empty());
        let mut things = count(&mut conn, scope, kinds, None).await?;
        for division in &mut found {
            division.things = things.remove(&division.id).unwrap_or_default();
        }
        Ok(found)
    }

    /// Makes a division.
    ///
    /// # Errors
    /// [`IdentityError::Taken`], [`IdentityError::Invalid`]; [`IdentityError::Conflict`] when there are as many as there may be.
    pub async fn create_division(
        &self,
        context: &RequestContext,
        name: String,
    ) -> Result<Division, IdentityError> {
        let name = named("name", &name)?;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { create(tx, name).await })
        });
        write.await
    }

    /// Gives a division another name.
    ///
    /// # Errors
    /// As [`Self::create_division`]; [`IdentityError::NotFound`], and [`IdentityError::Conflict`] for the one every org has.
    pub async fn rename_division(
        &self,
        context: &RequestContext,
        division: DivisionId,
        name: String,
        kinds: DividedKinds,
    ) -> Result<Division, IdentityError> {
        let name = named("name", &name)?;
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { rename(tx, division, name, kinds).await })
        });
        write.await
    }

    /// Removes a division. What belongs to it is taken by `to`; roles held in it are held there no more.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; [`IdentityError::Conflict`] for the one every org has, and for one with things where no other is
    /// named; [`IdentityError::OtherDivision`] when the caller may not change those things, here and there.
    pub async fn remove_division(
        &self,
        context: &RequestContext,
        division: DivisionId,
        to: Option<DivisionId>,
        kinds: DividedKinds,
    ) -> Result<(), IdentityError> {
        let rights = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { remove(tx, &rights, division, to, kinds).await })
        });
        write.await
    }

    /// Moves things to a division. Those that are there already stay.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] for a division or thing that the caller does not see, [`IdentityError::OtherDivision`] for one they may
    /// not change; then nothing is moved.
    pub async fn move_things(
        &self,
        context: &RequestContext,
        to: DivisionId,
        moved: MoveThings,
        kinds: DividedKinds,
    ) -> Result<(), IdentityError> {
        let MoveThings { kind, things } = moved;
        let things: BTreeSet<String> = things.into_iter().collect();
        if things.is_empty() || things.len() > MOVED {
            return Err(IdentityError::invalid("things", format!("1 to {MOVED}")));
        }
        let kind = kinds.0.iter().find(|each| each.kind == kind).copied();
        let kind = kind.ok_or_else(|| IdentityError::invalid("kind", "there are none of this kind here"))?;
        let rights = context.rights.clone();
        let write = self.0.store.write(context.scope, Cause::request(context), move |tx| {
            Box::pin(async move { move_to(tx, &rights, to, kind, things).await })
        });
        write.await
    }

    /// Where something new belongs: the division named, or Home.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`] for a division there is not, or in which the caller holds nothing; [`IdentityError::OtherDivision`] for
    /// one in which they may make none.
    pub async fn place_for_new(
        &self,
        context: &RequestContext,
        kind: &Divided,
        division: Option<DivisionId>,
    ) -> Result<DivisionId, IdentityError> {
        let to = division.unwrap_or_else(|| DivisionId::home(context.scope.org()));
        let mut conn = self.0.store.scoped(context.scope).await?;
        may_put(&mut conn, context.scope, &context.rights, kind, to).await?;
        Ok(to)
    }

    /// Where the org's things of a kind belong.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn places(&self, scope: OrgScope, kind: &Divided) -> Result<Places, IdentityError> {
        let Divided { table, id: column, .. } = kind;
        let sql = format!("SELECT {column} AS thing, division FROM {table} WHERE org = $1 AND division IS NOT NULL");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(scope.org().to_string())
            .fetch_all(&mut *self.0.store.scoped(scope).await?)
            .await?;
        let elsewhere = rows.iter().map(|row| Ok((text(row, "thing")?, id(row, table, "division")?)));
        let elsewhere = elsewhere.collect::<Result<_, IdentityError>>()?;
        Ok(Places { home: DivisionId::home(scope.org()), elsewhere })
    }
}

/// Puts what was just made, in this transaction, into a division that is there still.
///
/// # Errors
/// [`StoreError::Conflict`] when it is not.
pub async fn put(
    tx: &mut Tx,
    kind: &Divided,
    thing: impl ToString,
    division: DivisionId,
) -> Result<(), StoreError> {
    let scope = tx.scope();
    if !is_there(tx.conn(), scope, division).await? {
        return Err(StoreError::Conflict { stream: "division".into(), expected: 1, actual: 0 });
    }
    set(tx, kind, thing.to_string(), division).await
}

async fn set(tx: &mut Tx, kind: &Divided, thing: String, division: DivisionId) -> Result<(), StoreError> {
    let (Divided { table, id, .. }, org) = (kind, tx.scope().org());
    sqlx::query(AssertSqlSafe(format!("UPDATE {table} SET division = $1 WHERE org = $2 AND {id} = $3")))
        .bind(written(tx.scope(), division))
        .bind(org.to_string())
        .bind(thing)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A division as a column: empty for the one every org has.
pub(super) fn written(scope: OrgScope, division: DivisionId) -> Option<String> {
    (division != DivisionId::home(scope.org())).then(|| division.to_string())
}

pub(super) async fn is_there(
    conn: &mut AnyConnection,
    scope: OrgScope,
    division: DivisionId,
) -> Result<bool, StoreError> {
    Ok(division == DivisionId::home(scope.org()) || name_of(conn, scope, division).await?.is_some())
}

async fn name_of(
    conn: &mut AnyConnection,
    scope: OrgScope,
    division: DivisionId,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT name FROM divisions WHERE org = $1 AND id = $2")
        .bind(scope.org().to_string())
        .bind(division.to_string())
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| row.try_get("name")).transpose()?)
}

/// Refuses unless things of a kind may be put into a division.
async fn may_put(
    conn: &mut AnyConnection,
    scope: OrgScope,
    rights: &Rights,
    kind: &Divided,
    to: DivisionId,
) -> Result<(), IdentityError> {
    if rights.in_division(to).is_empty() || !is_there(conn, scope, to).await? {
        return Err(IdentityError::NotFound("division"));
    }
    let may = rights.has_in(kind.changed_with, to);
    if may { Ok(()) } else { Err(IdentityError::OtherDivision(kind.changed_with)) }
}

fn home(scope: OrgScope) -> Division {
    Division {
        id: DivisionId::home(scope.org()),
        name: HOME.to_owned(),
        home: true,
        things: BTreeMap::new(),
    }
}

/// How many things belong to each division, or to one.
async fn count(
    conn: &mut AnyConnection,
    scope: OrgScope,
    kinds: DividedKinds,
    only: Option<DivisionId>,
) -> Result<HashMap<DivisionId, BTreeMap<DividedKind, u32>>, IdentityError> {
    let mut counted = HashMap::<DivisionId, BTreeMap<DividedKind, u32>>::new();
    for Divided { kind, table, .. } in kinds.0 {
        let sql = format!(
            "SELECT COALESCE(division, org) AS division, count(*) AS things FROM {table}
             WHERE org = $1 AND ($2 = '' OR COALESCE(division, org) = $2) GROUP BY COALESCE(division, org)"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(scope.org().to_string())
            .bind(only.map(|division| division.to_string()).unwrap_or_default())
            .fetch_all(&mut *conn)
            .await?;
        for row in &rows {
            let things = u32::try_from(row.try_get::<i64, _>("things")?).unwrap_or(u32::MAX);
            counted.entry(id(row, table, "division")?).or_default().insert(*kind, things);
        }
    }
    Ok(counted)
}

/// Refuses a name that another division has.
async fn free(tx: &mut Tx, name: &str) -> Result<(), IdentityError> {
    let org = tx.scope().org().to_string();
    let taken = sqlx::query("SELECT id FROM divisions WHERE org = $1 AND name = $2")
        .bind(org)
        .bind(name.to_owned())
        .fetch_optional(tx.conn())
        .await?;
    if taken.is_some() || name == HOME {
        return Err(IdentityError::Taken { field: "name", value: name.to_owned() });
    }
    Ok(())
}

async fn create(tx: &mut Tx, name: String) -> Result<Division, IdentityError> {
    let (org, at) = (tx.scope().org(), tx.now().micros());
    let count = sqlx::query("SELECT count(*) AS divisions FROM divisions WHERE org = $1")
        .bind(org.to_string())
        .fetch_one(tx.conn())
        .await?;
    if count.try_get::<i64, _>("divisions")? >= DIVISIONS {
        return Err(IdentityError::Conflict {
            slug: "too-many-divisions",
            detail: format!("an org has at most {DIVISIONS} divisions beside {HOME}"),
        });
    }
    free(tx, &name).await?;
    let made = Division { id: DivisionId::generate(), name, home: false, things: BTreeMap::new() };
    sqlx::query("INSERT INTO divisions (org, id, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(org.to_string())
        .bind(made.id.to_string())
        .bind(made.name.clone())
        .bind(at)
        .execute(tx.conn())
        .await?;
    tx.audit(Change::new("division.created", "division", made.id).after(&shown(&made.name))).await?;
    tell_name(tx, &made).await?;
    Ok(made)
}

async fn rename(
    tx: &mut Tx,
    division: DivisionId,
    name: String,
    kinds: DividedKinds,
) -> Result<Division, IdentityError> {
    let scope = tx.scope();
    let was = changeable(tx, division).await?;
    let things = count(tx.conn(), scope, kinds, Some(division)).await?.remove(&division).unwrap_or_default();
    let is = Division { id: division, name, home: false, things };
    if is.name == was {
        return Ok(is);
    }
    free(tx, &is.name).await?;
    sqlx::query("UPDATE divisions SET name = $1 WHERE org = $2 AND id = $3")
        .bind(is.name.clone())
        .bind(scope.org().to_string())
        .bind(division.to_string())
        .execute(tx.conn())
        .await?;
    let change = Change::new("division.renamed", "division", division);
    tx.audit(change.before(&shown(&was)).after(&shown(&is.name))).await?;
    tell_name(tx, &is).await?;
    Ok(is)
}

/// The name of a division that can be changed.
async fn changeable(tx: &mut Tx, division: DivisionId) -> Result<String, IdentityError> {
    let scope = tx.scope();
    if division == DivisionId::home(scope.org()) {
        return Err(IdentityError::Conflict {
            slug: "built-in",
            detail: format!("every org has the division {HOME}; it cannot be changed"),
        });
    }
    name_of(tx.conn(), scope, division).await?.ok_or(IdentityError::NotFound("division"))
}

async fn tell_name(tx: &mut Tx, division: &Division) -> Result<(), IdentityError> {
    let org = tx.scope().org();
    let event = DivisionChanged { division: division.id, name: division.name.clone() };
    tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &event).await?;
    Ok(())
}

fn shown(name: &str) -> serde_json::Value {
    json!({ "name": name })
}

async fn remove(
    tx: &mut Tx,
    rights: &Rights,
    division: DivisionId,
    to: Option<DivisionId>,
    kinds: DividedKinds,
) -> Result<(), IdentityError> {
    let (scope, org) = (tx.scope(), tx.scope().org());
    let name = changeable(tx, division).await?;
    if let Some(to) = to {
        if to == division {
            return Err(IdentityError::invalid("move_to", "is the one to be removed"));
        }
        if !is_there(tx.conn(), scope, to).await? {
            return Err(IdentityError::invalid("move_to", "there is no such division"));
        }
    }
    let things = count(tx.conn(), scope, kinds, Some(division)).await?.remove(&division).unwrap_or_default();
    for kind in kinds.0.iter().filter(|kind| things.contains_key(&kind.kind)) {
        let Some(to) = to else {
            let things: Vec<_> = things.iter().map(|(kind, many)| format!("{many} × {}", kind.name())).collect();
            return Err(IdentityError::Conflict {
                slug: "division-has-things",
                detail: format!("{} belong to it; name a division that takes them", things.join(", ")),
            });
        };
        if ![division, to].iter().all(|each| rights.has_in(kind.changed_with, *each)) {
            return Err(IdentityError::OtherDivision(kind.changed_with));
        }
        let sql = format!("UPDATE {} SET division = $1 WHERE org = $2 AND division = $3", kind.table);
        sqlx::query(AssertSqlSafe(sql))
            .bind(written(scope, to))
            .bind(org.to_string())
            .bind(division.to_string())
            .execute(tx.conn())
            .await?;
    }
    users::forget_division(tx, division).await?;
    sqlx::query("DELETE FROM divisions WHERE org = $1 AND id = $2")
        .bind(org.to_string())
        .bind(division.to_string())
        .execute(tx.conn())
        .await?;
    let before = json!({ "name": name, "things": things, "moved_to": to });
    tx.audit(Change::new("division.removed", "division", division).before(&before)).await?;
    let event = DivisionRemoved { division, moved_to: to };
    tx.append(Stream::org(org), Expect::Any, &[Topic::org(org)], &event).await?;
    Ok(())
}

async fn move_to(
    tx: &mut Tx,
    rights: &Rights,
    to: DivisionId,
    kind: &Divided,
    things: BTreeSet<String>,
) -> Result<(), IdentityError> {
    let (scope, org) = (tx.scope(), tx.scope().org());
    may_put(tx.conn(), scope, rights, kind, to).await?;
    let mut from = BTreeMap::new();
    for thing in things {
        let was = place_of(tx, kind, &thing).await?.filter(|was| kind.is_seen(rights, *was));
        let was = was.ok_or(IdentityError::NotFound(kind.kind.name()))?;
        if !rights.has_in(kind.changed_with, was) {
            return Err(IdentityError::OtherDivision(kind.changed_with));
        }
        if was != to {
            set(tx, kind, thing.clone(), to).await?;
            from.insert(thing, was);
        }
    }
    if from.is_empty() {
        return Ok(());
    }
    let things: Vec<String> = from.keys().cloned().collect();
    let name = name_of(tx.conn(), scope, to).await?.unwrap_or_else(|| HOME.to_owned());
    let change = Change::new("division.things.moved", "division", to).called(name);
    let after = json!({ "kind": kind.kind, "things": things });
    tx.audit(change.before(&json!({ "kind": kind.kind, "from": from })).after(&after)).await?;
    let mut topics = vec![Topic::admins(org), Topic::supervisors(org)];
    topics.extend(from.into_values().chain([to]).collect::<BTreeSet<_>>().into_iter().map(Topic::division));
    let event = ThingsMoved { kind: kind.kind, things, division: to };
    tx.append(Stream::org(org), Expect::Any, &topics, &event).await?;
    Ok(())
}

async fn place_of(tx: &mut Tx, kind: &Divided, thing: &str) -> Result<Option<DivisionId>, IdentityError> {
    let (Divided { table, id: column, .. }, org) = (kind, tx.scope().org());
    let sql =
        format!("SELECT COALESCE(division, org) AS division FROM {table} WHERE org = $1 AND {column} = $2");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(org.to_string())
        .bind(thing.to_owned())
        .fetch_optional(tx.conn())
        .await?;
    row.map(|row| id(&row, table, "division")).transpose()
}
