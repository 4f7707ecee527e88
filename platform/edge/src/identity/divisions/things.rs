//! The things of divisions: who may see and change them, where they belong, and how they move.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use tandem_core::{OrgScope, Permission, RequestContext, Rights};
use tandem_proto::{
    DivisionId, Stream, Topic,
    api::{DividedKind, MoveThings},
    events::identity::ThingsMoved,
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{
    super::{Identity, IdentityError, id, text},
    HOME, is_there, name_of,
};

/// Things moved by one request.
const MOVED: usize = 100;

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
}

/// Where the things of a kind belong.
#[derive(Clone, Debug)]
pub struct Placed {
    home: DivisionId,
    /// By id, but for those that belong to Home.
    elsewhere: HashMap<String, DivisionId>,
}

impl Placed {
    /// Where a thing belongs.
    pub fn of(&self, thing: impl ToString) -> DivisionId {
        self.elsewhere.get(&thing.to_string()).copied().unwrap_or(self.home)
    }
}

impl Identity {
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
    pub async fn placed(&self, scope: OrgScope, kind: &Divided) -> Result<Placed, IdentityError> {
        let Divided { table, id: column, .. } = kind;
        let sql = format!(
            "SELECT {column} AS thing, division FROM {table} WHERE org = $1 AND division IS NOT NULL"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(scope.org().to_string())
            .fetch_all(&mut *self.0.store.scoped(scope).await?)
            .await?;
        let elsewhere = rows.iter().map(|row| Ok((text(row, "thing")?, id(row, table, "division")?)));
        let elsewhere = elsewhere.collect::<Result<_, IdentityError>>()?;
        Ok(Placed { home: DivisionId::home(scope.org()), elsewhere })
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

/// Refuses unless things of a kind may be put into a division. That there is Home is known to all.
async fn may_put(
    conn: &mut AnyConnection,
    scope: OrgScope,
    rights: &Rights,
    kind: &Divided,
    to: DivisionId,
) -> Result<(), IdentityError> {
    let is_home = to == DivisionId::home(scope.org());
    if !is_home && rights.in_division(to).is_empty() || !is_there(conn, scope, to).await? {
        return Err(IdentityError::NotFound("division"));
    }
    let may = rights.has_in(kind.changed_with, to);
    if may { Ok(()) } else { Err(IdentityError::OtherDivision(kind.changed_with)) }
}

/// How many things belong to each division, or to one.
pub(super) async fn count(
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
