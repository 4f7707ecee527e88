//! Divisions: the parts of an org. A thing belongs to exactly one: whose column `division` is empty, to the one every org has.
//!
//! The contract for the parts: a table of things that are divided has the columns `org` and `division`, only this folder writes the latter
//! ([`put`] in the transaction that makes a thing), and the part says in a [`Divided`] what the things are and who may see and change them.

mod things;

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use tandem_core::{OrgScope, RequestContext, Rights};
use tandem_proto::{
    DivisionId, Stream, Topic,
    api::Division,
    events::identity::{DivisionChanged, DivisionRemoved},
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{Identity, IdentityError, id, named, text, users};
use things::{count, written};

pub use things::{Divided, DividedKinds, PEOPLE, Placed, put};

/// Divisions one org may have, beside the one every org has.
const DIVISIONS: i64 = 1_000;
/// The name of the division every org has.
const HOME: &str = "Home";

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

fn home(scope: OrgScope) -> Division {
    Division { id: DivisionId::home(scope.org()), name: HOME.to_owned(), home: true, things: BTreeMap::new() }
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
            let things: Vec<_> =
                things.iter().map(|(kind, many)| format!("{many} × {}", kind.name())).collect();
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
