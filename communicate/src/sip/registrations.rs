//! Where phones are registered. Only the store knows, so that each node rings a phone that registered at another one, and right after a
//! restart.

use sqlx::Row as _;
use tandem_core::{Mint, OrgScope};
use tandem_proto::{
    OrgId, Stream, Timestamp, Topic, UserId,
    events::call::{PhoneRegistered, PhoneUnregistered},
};
use tandem_sip::{Binding, FlowId, Peer, RegisterError, Registered, Registrar, RegistrarConfig, Request};
use tandem_store::{Cause, Expect, Store, StoreError, Tx};

use crate::{
    calls::Contact,
    directory::{PhoneRecord, Phones},
};

/// Lapsed registrations ended at once.
const SWEEP: i64 = 200;

/// Registrations of all orgs' phones. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Registrations {
    store: Store,
}

/// Why a registration was not kept.
#[derive(Debug)]
enum Failed {
    Refused(RegisterError),
    Store(StoreError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Registrations {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Carries out a REGISTER of a phone that proved who it is. Durable when it returns.
    pub(crate) async fn register(
        &self,
        now: Timestamp,
        scope: OrgScope,
        phone: &PhoneRecord,
        request: &Request,
        from: Peer,
    ) -> Result<Result<Registered, RegisterError>, StoreError> {
        let (phone, request) = (phone.clone(), request.clone());
        let registered = self
            .store
            .write(scope, by(phone.user), move |tx| {
                Box::pin(async move {
                    let stored = lock(tx, &phone.auth_user).await?;
                    let mut registrar = Registrar::new(RegistrarConfig::default());
                    let live: Vec<_> = stored.iter().filter(|b| b.expires_at > now).cloned().collect();
                    let lapsed = live.is_empty() && !stored.is_empty();
                    registrar.restore(&phone.auth_user, live);
                    let registered =
                        registrar.register(now, &phone.auth_user, &request, from).map_err(Failed::Refused)?;
                    keep(tx, &phone.auth_user, &registered.bindings).await?;
                    if lapsed || registered.went_offline {
                        unregistered(tx, &phone).await?;
                    }
                    if registered.came_online {
                        let event = PhoneRegistered { phone: phone.id, user: phone.user };
                        let topics = topics(tx.scope(), phone.user);
                        tx.append(Stream::user(phone.user), Expect::Any, &topics, &event).await?;
                    }
                    Ok(registered)
                })
            })
            .await;
        match registered {
            Ok(registered) => Ok(Ok(registered)),
            Err(Failed::Refused(error)) => Ok(Err(error)),
            Err(Failed::Store(error)) => Err(error),
        }
    }

    /// Where a phone can be rung now, the places it prefers first.
    pub(crate) async fn contacts(
        &self,
        scope: OrgScope,
        auth_user: &str,
        now: Timestamp,
    ) -> Result<Vec<Contact>, StoreError> {
        let row = sqlx::query("SELECT bindings FROM registrations WHERE org = $1 AND aor = $2")
            .bind(scope.org().to_string())
            .bind(auth_user.to_owned())
            .fetch_optional(&mut *self.store.scoped(scope).await?)
            .await?;
        let Some(row) = row else { return Ok(Vec::new()) };
        let live = read(row.try_get(0)?)?.into_iter().filter(|binding| binding.expires_at > now);
        Ok(live.map(|b| Contact { uri: b.uri().clone(), peer: b.reach }).collect())
    }

    /// The same for people to read.
    pub(crate) async fn shown(
        &self,
        scope: OrgScope,
        auth_user: &str,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let contacts = self.contacts(scope, auth_user, now).await?;
        Ok(contacts.iter().map(|c| format!("{} via {}", c.uri, c.peer)).collect())
    }

    /// Ends those of a phone that were made over a connection which is gone, and cannot be reached otherwise.
    pub(crate) async fn lose(
        &self,
        now: Timestamp,
        scope: OrgScope,
        phone: &PhoneRecord,
        flow: FlowId,
    ) -> Result<(), StoreError> {
        let phone = phone.clone();
        let lost =
            move |binding: &Binding| binding.reach.flow == Some(flow) && !binding.reach.transport.is_dialed();
        self.store
            .write(scope, by(phone.user), move |tx| {
                Box::pin(async move {
                    let stored = lock(tx, &phone.auth_user).await?;
                    let live: Vec<_> =
                        stored.iter().filter(|b| b.expires_at > now && !lost(b)).cloned().collect();
                    keep(tx, &phone.auth_user, &live).await?;
                    match live.is_empty() && !stored.is_empty() {
                        true => unregistered(tx, &phone).await,
                        false => Ok(()),
                    }
                })
            })
            .await
    }

    /// Ends those whose time is over, and says so in the log. Nodes may do so at the same time: each registration ends once.
    pub(crate) async fn expire(
        &self,
        mint: &Mint,
        phones: &Phones,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // All orgs: one sweep is for everybody's phones.
        let due =
            sqlx::query("SELECT org, aor FROM registrations WHERE ends_at <= $1 ORDER BY ends_at LIMIT $2")
                .bind(now.micros())
                .bind(SWEEP)
                .fetch_all(self.store.across_orgs())
                .await?;
        for row in due {
            let org: OrgId = row.try_get::<String, _>(0)?.parse().map_err(|e: uuid::Error| damaged(&e))?;
            let (scope, aor) = (mint.scope(org), row.try_get::<String, _>(1)?);
            let phone = phones.find(scope, &aor).await?;
            self.store
                .write(scope, phone.as_ref().map_or(Cause::SYSTEM, |phone| by(phone.user)), move |tx| {
                    Box::pin(async move {
                        let stored = lock(tx, &aor).await?;
                        let live: Vec<_> = stored.iter().filter(|b| b.expires_at > now).cloned().collect();
                        keep(tx, &aor, &live).await?;
                        match phone {
                            Some(phone) if live.is_empty() && !stored.is_empty() => {
                                unregistered(tx, &phone).await
                            }
                            _ => Ok(()),
                        }
                    })
                })
                .await?;
        }
        Ok(())
    }
}

/// The bindings of an address of record, which nobody else changes until the command's transaction ends.
async fn lock(tx: &mut Tx, aor: &str) -> Result<Vec<Binding>, StoreError> {
    let row = sqlx::query(
        "INSERT INTO registrations (org, aor, bindings, ends_at) VALUES ($1, $2, '[]', 0)
         ON CONFLICT (org, aor) DO UPDATE SET bindings = registrations.bindings RETURNING bindings",
    )
    .bind(tx.scope().org().to_string())
    .bind(aor.to_owned())
    .fetch_one(tx.conn())
    .await?;
    read(row.try_get(0)?)
}

async fn keep(tx: &mut Tx, aor: &str, bindings: &[Binding]) -> Result<(), StoreError> {
    let org = tx.scope().org().to_string();
    let Some(end) = bindings.iter().map(|binding| binding.expires_at).min() else {
        sqlx::query("DELETE FROM registrations WHERE org = $1 AND aor = $2")
            .bind(org)
            .bind(aor.to_owned())
            .execute(tx.conn())
            .await?;
        return Ok(());
    };
    let text = serde_json::to_string(bindings).map_err(|e| damaged(&e))?;
    sqlx::query("UPDATE registrations SET bindings = $3, ends_at = $4 WHERE org = $1 AND aor = $2")
        .bind(org)
        .bind(aor.to_owned())
        .bind(text)
        .bind(end.micros())
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn unregistered(tx: &mut Tx, phone: &PhoneRecord) -> Result<(), StoreError> {
    let event = PhoneUnregistered { phone: phone.id, user: phone.user };
    let topics = topics(tx.scope(), phone.user);
    tx.append(Stream::user(phone.user), Expect::Any, &topics, &event).await?;
    Ok(())
}

fn read(text: &str) -> Result<Vec<Binding>, StoreError> {
    serde_json::from_str(text).map_err(|e| damaged(&e))
}

fn damaged(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Damaged { table: "registrations", reason: error.to_string() }
}

const fn by(user: UserId) -> Cause {
    Cause::of(tandem_proto::Actor::User { id: user }, None)
}

fn topics(scope: OrgScope, user: UserId) -> [Topic; 2] {
    [Topic::user(user), Topic::admins(scope.org())]
}
