//! Where phones are registered. Kept in the store, so that a phone can be rung right after a restart.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::Row;
use tandem_core::OrgScope;
use tandem_proto::{
    Stream, Timestamp, Topic, UserId,
    events::call::{PhoneRegistered, PhoneUnregistered},
};
use tandem_sip::{Binding, Peer, RegisterError, Registered, Registrar, RegistrarConfig, Request};
use tandem_store::{Cause, Expect, Store, StoreError};

use crate::{calls::Contact, directory::PhoneRecord};

/// Registrations of all orgs' phones. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Registrations {
    store: Store,
    registrar: Arc<Mutex<Registrar>>,
}

impl Registrations {
    /// With what was registered before a restart and still holds.
    pub(crate) async fn restore(store: Store, now: Timestamp) -> Result<Self, StoreError> {
        let mut registrar = Registrar::new(RegistrarConfig::default());
        let rows =
            sqlx::query("SELECT org, aor, bindings FROM registrations").fetch_all(store.reader()).await?;
        for row in rows {
            let bindings: Vec<Binding> = serde_json::from_str(row.try_get("bindings")?)
                .map_err(|e| StoreError::Damaged { table: "registrations", reason: e.to_string() })?;
            let live: Vec<_> = bindings.into_iter().filter(|binding| binding.expires_at > now).collect();
            if !live.is_empty() {
                let org: String = row.try_get("org")?;
                let aor: String = row.try_get("aor")?;
                registrar.restore(&format!("{org}/{aor}"), live);
            }
        }
        Ok(Self { store, registrar: Arc::new(Mutex::new(registrar)) })
    }

    fn lock(&self) -> MutexGuard<'_, Registrar> {
        // A registrar changes an address of record in one step, so a panic elsewhere leaves it whole.
        self.registrar.lock().unwrap_or_else(PoisonError::into_inner)
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
        let registered = self.lock().register(now, &key(scope, &phone.auth_user), request, from);
        if let Ok(registered) = &registered {
            self.keep(scope, phone, registered).await?;
        }
        Ok(registered)
    }

    async fn keep(
        &self,
        scope: OrgScope,
        phone: &PhoneRecord,
        registered: &Registered,
    ) -> Result<(), StoreError> {
        let bindings = serde_json::to_string(&registered.bindings)
            .map_err(|e| StoreError::Damaged { table: "registrations", reason: e.to_string() })?;
        let (phone, user, aor) = (phone.id, phone.user, phone.auth_user.clone());
        let (came_online, went_offline) = (registered.came_online, registered.went_offline);
        let cause = Cause { actor: tandem_proto::Actor::User { id: user }, correlation: None };
        self.store
            .write(scope, cause, move |tx| {
                Box::pin(async move {
                    let org = tx.scope().org();
                    sqlx::query(
                        "INSERT INTO registrations (org, aor, bindings) VALUES ($1, $2, $3)
                         ON CONFLICT (org, aor) DO UPDATE SET bindings = excluded.bindings",
                    )
                    .bind(org.to_string())
                    .bind(aor)
                    .bind(bindings)
                    .execute(tx.conn())
                    .await?;
                    let topics = topics(scope, user);
                    if came_online {
                        tx.append(Stream::user(user), Expect::Any, &topics, &PhoneRegistered { phone, user })
                            .await?;
                    }
                    if went_offline {
                        tx.append(
                            Stream::user(user),
                            Expect::Any,
                            &topics,
                            &PhoneUnregistered { phone, user },
                        )
                        .await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await
    }

    /// Where a phone can be rung now.
    pub(crate) fn contacts(&self, scope: OrgScope, auth_user: &str, now: Timestamp) -> Vec<Contact> {
        let registrar = self.lock();
        let aor = key(scope, auth_user);
        let bindings = registrar.bindings(now, &aor);
        bindings.map(|b| Contact { uri: b.uri().clone(), peer: b.reach }).collect()
    }

    /// The same for people to read.
    pub(crate) fn shown(&self, scope: OrgScope, auth_user: &str, now: Timestamp) -> Vec<String> {
        self.contacts(scope, auth_user, now).iter().map(|c| format!("{} via {}", c.uri, c.peer)).collect()
    }

    /// When the next registration lapses.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        self.lock().next_expiry()
    }

    /// Ends those whose time is over; answers `org/auth_user` of the phones that have none left.
    pub(crate) fn expire(&self, now: Timestamp) -> Vec<String> {
        let expired = self.lock().expire(now);
        expired.into_iter().filter(|e| e.went_offline).map(|e| e.aor.to_string()).collect()
    }

    /// Says in the log that a phone is not registered any more.
    pub(crate) async fn lapsed(&self, scope: OrgScope, phone: &PhoneRecord) -> Result<(), StoreError> {
        let registered = Registered { bindings: Vec::new(), came_online: false, went_offline: true };
        self.keep(scope, phone, &registered).await
    }
}

fn key(scope: OrgScope, auth_user: &str) -> String {
    format!("{}/{auth_user}", scope.org())
}

fn topics(scope: OrgScope, user: UserId) -> [Topic; 2] {
    [Topic::user(user), Topic::admins(scope.org())]
}
