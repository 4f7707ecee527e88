//! The directory's accounts.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::{Row, any::AnyRow};
use tandem_core::{OrgScope, Secret};
use tandem_proto::{
    ClientId, Stream, Topic, UserId,
    api::{NewPerson, Role},
    events::identity::UserCreated,
    limits::NAME_CHARS,
};
use tandem_store::{Cause, Change, Expect, StoreError, Tx};

use super::{Identity, IdentityError, erasure::is_erased, id, named, roles, text};

/// Shortest password.
const PASSWORD_MIN_CHARS: usize = 10;
/// Longest password, bytes: more would only cost time.
const PASSWORD_MAX_BYTES: usize = 1_024;
/// Longest login name.
const LOGIN_CHARS: usize = 64;
/// Digits of an internal number.
const EXTENSION_DIGITS: std::ops::RangeInclusive<usize> = 2..=10;

/// Somebody who can sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserRecord {
    /// Id.
    pub id: UserId,
    /// Login name.
    pub name: String,
    /// Name to show.
    pub display_name: String,
    /// Job title.
    pub title: Option<String>,
    /// Internal number.
    pub extension: Option<String>,
    /// Roles held.
    pub roles: Vec<Role>,
    /// Whether they may sign in.
    pub active: bool,
    /// Whether whatever was personal to them is gone.
    pub erased: bool,
}

impl UserRecord {
    /// As the directory shows them, for an audit entry, but for what is personal: an entry stays when somebody is erased.
    pub(super) fn view(&self) -> Value {
        json!({ "id": self.id, "extension": self.extension, "roles": self.roles, "active": self.active })
    }
}

pub(super) const COLUMNS: &str = "id, name, display_name, title, extension, roles, deactivated_at, erased_at";

impl Identity {
    /// Adds somebody to the directory.
    ///
    /// # Errors
    /// [`IdentityError::Invalid`] and [`IdentityError::Taken`] name the field at fault.
    pub async fn create_user(
        &self,
        scope: OrgScope,
        cause: Cause,
        person: NewPerson,
    ) -> Result<UserRecord, IdentityError> {
        let (record, hash) = self.candidate(person).await?;
        self.0.store.write(scope, cause, move |tx| Box::pin(insert(tx, record, hash, None))).await
    }

    /// Somebody who can be added, and their password's hash.
    pub(super) async fn candidate(&self, person: NewPerson) -> Result<(UserRecord, String), IdentityError> {
        let person = check(person)?;
        let hash = self.0.passwords.hash(Secret::new(person.password)).await?;
        let record = UserRecord {
            id: UserId::generate(),
            name: person.name,
            display_name: person.display_name,
            title: person.title,
            extension: person.extension,
            roles: person.roles,
            active: true,
            erased: false,
        };
        Ok((record, hash))
    }

    /// One user.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn user(&self, scope: OrgScope, user: UserId) -> Result<Option<UserRecord>, IdentityError> {
        self.one(scope, "id = $2", user.to_string()).await
    }

    /// As [`Self::user`], to be shown: on a node that did not change them, as they were a moment ago.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn shown(&self, scope: OrgScope, user: UserId) -> Result<Option<UserRecord>, IdentityError> {
        let (known, org, now) = (&self.0.known, scope.org(), self.0.clock.now());
        if let Some(record) = known.person(org, user, now) {
            return Ok(Some(record));
        }
        let before = known.before();
        let record = self.user(scope, user).await?;
        if let Some(record) = &record {
            known.keep_person(org, record, now, before);
        }
        Ok(record)
    }

    /// Whose internal number this is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn by_extension(
        &self,
        scope: OrgScope,
        extension: &str,
    ) -> Result<Option<UserRecord>, IdentityError> {
        self.one(scope, "extension = $2", extension.to_owned()).await
    }

    /// Everybody, by display name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn users(&self, scope: OrgScope) -> Result<Vec<UserRecord>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM users WHERE org = $1 ORDER BY display_name, id"
        )))
        .bind(scope.org().to_string())
        .fetch_all(&mut *conn)
        .await?;
        rows.iter().map(record).collect()
    }

    /// Those of these who are somebody of the org, in no order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn some_users(
        &self,
        scope: OrgScope,
        ids: &BTreeSet<UserId>,
    ) -> Result<Vec<UserRecord>, IdentityError> {
        let places: Vec<String> = (2..).map(|place| format!("${place}")).take(ids.len()).collect();
        let sql = format!("SELECT {COLUMNS} FROM users WHERE org = $1 AND id IN ({})", places.join(", "));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.org().to_string());
        for id in ids {
            query = query.bind(id.to_string());
        }
        let mut conn = self.0.store.scoped(scope).await?;
        query.fetch_all(&mut *conn).await?.iter().map(record).collect()
    }

    async fn one(
        &self,
        scope: OrgScope,
        condition: &str,
        value: String,
    ) -> Result<Option<UserRecord>, IdentityError> {
        let mut conn = self.0.store.scoped(scope).await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM users WHERE org = $1 AND {condition}"
        )))
        .bind(scope.org().to_string())
        .bind(value)
        .fetch_optional(&mut *conn)
        .await?;
        row.as_ref().map(record).transpose()
    }
}

/// Adds a row. The password's hash of one who cannot sign in is empty.
pub(super) async fn insert(
    tx: &mut Tx,
    record: UserRecord,
    hash: String,
    client: Option<ClientId>,
) -> Result<UserRecord, IdentityError> {
    let org = tx.scope().org();
    let at = tx.now().micros();
    roles::known(tx, &record.roles).await?;
    for (field, value) in [("name", Some(&record.name)), ("extension", record.extension.as_ref())] {
        let Some(value) = value else { continue };
        let holder =
            sqlx::query(sqlx::AssertSqlSafe(format!("SELECT id FROM users WHERE org = $1 AND {field} = $2")))
                .bind(org.to_string())
                .bind(value.clone())
                .fetch_optional(tx.conn())
                .await?;
        if holder.is_some() {
            return Err(IdentityError::Taken { field, value: value.clone() });
        }
    }
    sqlx::query(
        "INSERT INTO users
             (id, org, name, display_name, title, extension, roles, password_hash, created_at, client)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(record.id.to_string())
    .bind(org.to_string())
    .bind(record.name.clone())
    .bind(record.display_name.clone())
    .bind(record.title.clone())
    .bind(record.extension.clone())
    .bind(serde_json::to_string(&record.roles).unwrap_or_default())
    .bind(hash)
    .bind(at)
    .bind(client.map(|client| client.to_string()))
    .execute(tx.conn())
    .await?;
    if client.is_none() {
        // A program's is told of with the program.
        tx.audit(Change::new("person.created", "person", record.id).after(&record.view())).await?;
    }
    let event = UserCreated {
        user: record.id,
        name: record.name.clone(),
        display_name: record.display_name.clone(),
        roles: record.roles.clone(),
        extension: record.extension.clone(),
    };
    tx.append_about(record.id, Stream::user(record.id), Expect::Version(0), &[Topic::org(org)], &event)
        .await?;
    Ok(record)
}

fn check(mut person: NewPerson) -> Result<NewPerson, IdentityError> {
    let login = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if person.name.is_empty() || person.name.len() > LOGIN_CHARS || !person.name.chars().all(login) {
        return Err(IdentityError::invalid("name", format!("1 to {LOGIN_CHARS} of a-z 0-9 . _ -")));
    }
    person.display_name = named("display_name", &person.display_name)?;
    if person.title.as_ref().is_some_and(|title| title.chars().count() > NAME_CHARS) {
        return Err(IdentityError::invalid("title", format!("at most {NAME_CHARS} characters")));
    }
    person.roles = some_roles(person.roles)?;
    check_password("password", &person.password)?;
    if let Some(extension) = &person.extension {
        let digits = extension.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !EXTENSION_DIGITS.contains(&extension.len()) {
            return Err(IdentityError::invalid(
                "extension",
                format!("{} to {} digits", EXTENSION_DIGITS.start(), EXTENSION_DIGITS.end()),
            ));
        }
    }
    Ok(person)
}

/// Whether `password` can be one.
pub(super) fn check_password(field: &'static str, password: &str) -> Result<(), IdentityError> {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(IdentityError::invalid(field, format!("at least {PASSWORD_MIN_CHARS} characters")));
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(IdentityError::invalid(field, format!("at most {PASSWORD_MAX_BYTES} bytes")));
    }
    Ok(())
}

/// Each role once, and not none.
pub(super) fn some_roles(mut roles: Vec<Role>) -> Result<Vec<Role>, IdentityError> {
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() { Err(IdentityError::invalid("roles", "at least one")) } else { Ok(roles) }
}

pub(super) fn record(row: &AnyRow) -> Result<UserRecord, IdentityError> {
    let optional = |column| row.try_get::<Option<String>, _>(column);
    Ok(UserRecord {
        id: id(row, "users", "id")?,
        name: text(row, "name")?,
        display_name: text(row, "display_name")?,
        title: optional("title")?,
        extension: optional("extension")?,
        roles: read_roles(&text(row, "roles")?)?,
        active: row.try_get::<Option<i64>, _>("deactivated_at")?.is_none(),
        erased: is_erased(row)?,
    })
}

/// The `roles` column: a JSON list.
pub(super) fn read_roles(column: &str) -> Result<Vec<Role>, IdentityError> {
    serde_json::from_str(column)
        .map_err(|error| StoreError::Damaged { table: "users", reason: format!("roles: {error}") }.into())
}
