//! The directory: who is in the org, found by name or number, each with presence.
//!
//! People are the edge's (they sign in); their presence is [`PresenceService`]'s. Here both meet, in one order.

mod routes;

use tandem_core::{OrgScope, RequestContext};
use tandem_edge::{ApiProblem, Identity, IdentityError, Invalid, UserRecord, identity::PEOPLE, page};
use tandem_presence::PresenceError;
use tandem_proto::{
    DivisionId, UserId,
    api::{NewPerson, Page, PageQuery, PeopleQuery, Person},
    limits::NAME_CHARS,
};
use tandem_store::Cause;

use crate::PresenceService;
pub(crate) use routes::routes;

/// Why the directory refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Nobody of the org has this id.
    #[error("no such person")]
    UnknownPerson,
    /// A value that cannot be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The edge refused, or its tables could not be read.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Presence could not be read.
    #[error(transparent)]
    Presence(#[from] PresenceError),
}

impl From<DirectoryError> for ApiProblem {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::UnknownPerson => Self::not_found("person"),
            DirectoryError::Invalid(invalid) => invalid.into(),
            DirectoryError::Identity(error) => error.into(),
            DirectoryError::Presence(error) => Self::internal(&error),
        }
    }
}

/// Everybody of every org. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Directory {
    identity: Identity,
    presence: PresenceService,
}

/// A person's place in the list: the name to show, in lower case, and the id where names are the same.
type ListKey = (String, UserId);

impl Directory {
    pub(crate) const fn new(identity: Identity, presence: PresenceService) -> Self {
        Self { identity, presence }
    }

    /// The people who match, by display name.
    ///
    /// # Errors
    /// [`DirectoryError::Invalid`] for a query, cursor or limit that cannot be taken.
    pub async fn list(&self, scope: OrgScope, query: &PeopleQuery) -> Result<Page<Person>, DirectoryError> {
        let words = words(query.query.as_deref().unwrap_or_default())?;
        let mut people = match page::ids(query.ids.as_deref())? {
            Some(ids) => self.identity.some_users(scope, &ids).await?,
            None => self.identity.users(scope).await?,
        };
        people.retain(|user| matches(user, &words));
        people.retain(|user| query.division.is_none_or(|wanted| wanted == user.division));
        let query = PageQuery { cursor: query.cursor.clone(), limit: query.limit };
        let Page { items, next } = page::of_list(people, &query, list_key)?;
        let mut page = Page { items: Vec::with_capacity(items.len()), next };
        for user in items {
            page.items.push(self.person_of(scope, user).await?);
        }
        Ok(page)
    }

    /// One person.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownPerson`] when nobody of the org has this id.
    pub async fn person(&self, scope: OrgScope, user: UserId) -> Result<Person, DirectoryError> {
        let user = self.identity.shown(scope, user).await?.ok_or(DirectoryError::UnknownPerson)?;
        self.person_of(scope, user).await
    }

    /// Adds somebody.
    ///
    /// # Errors
    /// [`IdentityError::Taken`] for a name or extension somebody has, [`IdentityError::Invalid`] for one that cannot be,
    /// [`IdentityError::NotHeld`] for a role that stands for more than the caller holds, [`IdentityError::OtherDivision`].
    pub async fn add(
        &self,
        ctx: &RequestContext,
        new: NewPerson,
        division: Option<DivisionId>,
    ) -> Result<Person, DirectoryError> {
        let division = self.identity.place_for_new(ctx, &PEOPLE, division).await?;
        self.identity.may_give(ctx, &new.roles).await?;
        let user = self.identity.create_user_in(ctx.scope, Cause::request(ctx), new, division).await?;
        self.person_of(ctx.scope, user).await
    }

    async fn person_of(&self, scope: OrgScope, user: UserRecord) -> Result<Person, DirectoryError> {
        let presence = self.presence.of(scope, user.id).await?;
        let UserRecord {
            id,
            name,
            display_name,
            title,
            extension,
            email,
            roles,
            grants,
            division,
            active,
            erased,
            provisioned,
        } = user;
        Ok(Person {
            id,
            name,
            display_name,
            title,
            extension,
            email,
            roles,
            grants,
            division,
            active,
            erased,
            provisioned,
            presence,
        })
    }
}

fn list_key(user: &UserRecord) -> ListKey {
    (user.display_name.to_lowercase(), user.id)
}

/// The words of a query, in lower case.
fn words(query: &str) -> Result<Vec<String>, Invalid> {
    if query.chars().nth(NAME_CHARS).is_some() {
        return Err(Invalid::new("query", format!("must have at most {NAME_CHARS} characters")));
    }
    Ok(query.split_whitespace().map(str::to_lowercase).collect())
}

/// Whether each word occurs somewhere in what a person is known by.
fn matches(user: &UserRecord, words: &[String]) -> bool {
    let shown = user.display_name.to_lowercase();
    let extension = user.extension.as_deref().unwrap_or_default();
    words.iter().all(|word| shown.contains(word) || user.name.contains(word) || extension.contains(word))
}

#[cfg(test)]
mod tests {
    use tandem_proto::OrgId;

    use super::*;

    #[test]
    fn every_word_of_a_query_must_occur() {
        let ada = UserRecord {
            id: UserId::generate(),
            name: "ada.l".into(),
            display_name: "Ada Lovelace".into(),
            title: None,
            extension: Some("1001".into()),
            email: None,
            roles: Vec::new(),
            grants: Vec::new(),
            division: DivisionId::home(OrgId::generate()),
            active: true,
            erased: false,
            provisioned: false,
        };
        for (query, found) in
            [("", true), ("LOVE", true), ("ada.l 100", true), ("ada grace", false), ("2", false)]
        {
            let words = words(query).expect("short");
            assert_eq!(matches(&ada, &words), found, "{query}");
        }
        assert!(words(&"x".repeat(121)).is_err());
    }
}
