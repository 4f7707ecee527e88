//! Who asked for a job: sealed in its row under the org's key, for this job and this payload alone. A row that was written or changed by
//! anybody else than a node does not open.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tandem_core::{
    Mint, OrgScope, Permission, Permissions, RequestContext, Rights,
    sealed::{Behalf, Person},
};
use tandem_proto::{DivisionId, JobId, RequestId, SessionId, UserId};
use tandem_store::{BoxFuture, StoreError, Tx};

/// Who asked for a job, as far as it is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Asker {
    /// The org's own work, nobody's in particular.
    Org,
    /// Somebody, with what they were allowed to when they asked.
    Person {
        user: UserId,
        session: SessionId,
        request: RequestId,
        /// In all divisions.
        permissions: Vec<String>,
        /// In some divisions beside.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        within: Vec<(DivisionId, Vec<String>)>,
    },
}

/// What people may do now: a job may wait for longer than rights last.
pub trait RightsNow: Send + Sync {
    /// What somebody may do; `None` when there is nobody, or they may not sign in.
    fn of(&self, scope: OrgScope, user: UserId) -> BoxFuture<'_, Result<Option<Rights>, StoreError>>;
}

/// Where a job's seal belongs.
pub(super) struct Place<'a> {
    pub(super) id: JobId,
    pub(super) kind: &'a str,
    pub(super) key: Option<&'a str>,
    /// As it is in the row.
    pub(super) payload: &'a str,
}

impl Place<'_> {
    fn text(&self) -> String {
        // As JSON, so that no two rows read alike.
        json!(["job", self.id, self.kind, self.key, self.payload]).to_string()
    }
}

impl Asker {
    pub(super) fn of(person: Option<&Person>) -> Self {
        person.map_or(Self::Org, |person| Self::Person {
            user: person.user,
            session: person.session,
            request: person.request,
            permissions: person.rights.everywhere().names(),
            within: person.rights.within().iter().map(|(division, held)| (*division, held.names())).collect(),
        })
    }

    pub(super) async fn seal(&self, tx: &mut Tx, place: &Place<'_>) -> Result<String, StoreError> {
        let text = serde_json::to_string(self)
            .map_err(|error| StoreError::Damaged { table: "jobs", reason: error.to_string() })?;
        tx.seal_secret(&place.text(), &text).await
    }

    /// Who asked for the job of a row; `None`: no node wrote it so.
    pub(super) async fn open(
        tx: &mut Tx,
        place: &Place<'_>,
        sealed: Option<&str>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(sealed) = sealed else { return Ok(None) };
        let text = tx.unseal_secret(&place.text(), sealed).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The rights a try is made with, made now: what its asker was allowed to and is still. `Err` when that is nothing any more.
    pub(super) async fn context(
        &self,
        mint: &Mint,
        scope: OrgScope,
        rights: Option<Arc<dyn RightsNow>>,
    ) -> Result<Option<RequestContext>, Refused> {
        let Self::Person { user, session, request, permissions, within } = self else { return Ok(None) };
        let rights = rights.ok_or(Refused::Unknown)?;
        let now = rights.of(scope, *user).await?.ok_or(Refused::Gone)?;
        let within = within.iter().map(|(division, names)| (*division, known(names)));
        let then = Rights::new(known(permissions), within);
        let person = Person {
            org: scope.org(),
            user: *user,
            session: *session,
            rights: then.intersection(&now),
            request: *request,
            complete: true,
        };
        Ok(Some(person.context(mint)))
    }
}

/// Of those that a node of another version knows alone, nothing follows here.
fn known(names: &[String]) -> Permissions {
    names.iter().filter_map(|name| name.parse::<Permission>().ok()).collect()
}

/// Why a job is not done in somebody's name.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// Nobody here knows what people may do.
    #[error("this node does not know what people may do")]
    Unknown,
    /// They were deactivated or erased.
    #[error("who asked for it may do nothing any more")]
    Gone,
    /// It cannot be looked up at the moment.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// For whom a try is made.
pub(super) fn behalf(scope: OrgScope, context: Option<&RequestContext>) -> Behalf {
    context.map_or(Behalf::Org(scope.org()), |context| Behalf::Person(context.into()))
}
