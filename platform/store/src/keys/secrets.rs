//! Texts in columns that no copy, and nobody who reads the database, shall see: an org's secrets.

use tandem_core::OrgScope;
use tandem_proto::{OrgId, UserId};
use tandem_vault::{DataKey, open_text, seal_text};

use super::{Held, Holder};
use crate::{Store, StoreError, Tx};

impl Tx {
    /// `text` for a column of the org, sealed for `place`, which must tell it from all other secrets of the org, as `webhook ID`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn seal_secret(&mut self, place: &str, text: &str) -> Result<String, StoreError> {
        let scope = self.scope();
        let key = self.key(Holder::Org).await?;
        let key = key.ok_or_else(|| destroyed(scope.org()))?;
        Ok(seal_text(&key, &place_of(scope, place), text))
    }

    /// What [`Self::seal_secret`] sealed for `place`. A text from before secrets were sealed is itself.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it was changed, or belongs elsewhere.
    pub async fn open_secret(&mut self, place: &str, sealed: &str) -> Result<String, StoreError> {
        let scope = self.scope();
        let key = self.key(Holder::Org).await?;
        open(key.as_ref(), scope, place, sealed)
    }
}

impl Tx {
    /// What [`Self::seal_secret`] sealed for `place`; `None` for whatever else: a text that was never sealed, that was changed, or that
    /// belongs elsewhere. For what counts only if a node wrote it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unseal_secret(&mut self, place: &str, sealed: &str) -> Result<Option<String>, StoreError> {
        let scope = self.scope();
        let key = self.key(Holder::Org).await?;
        Ok(key.and_then(|key| open_text(&key, &place_of(scope, place), sealed).ok().flatten()))
    }
}

impl Tx {
    /// A new key, for something that is kept outside of the tables, and the same wrapped for `place`, to be kept beside it: under
    /// `person`'s key, where it is personal to them, or else under the org's. `None` for somebody whose key was destroyed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn make_key(
        &mut self,
        person: Option<UserId>,
        place: &str,
    ) -> Result<Option<(DataKey, Vec<u8>)>, StoreError> {
        let scope = self.scope();
        let holders = self.key(Holder::of(person)).await?;
        Ok(holders.map(|holders| {
            let key = DataKey::generate();
            let wrapped = holders.wrap(&place_of_key(scope, person, place), &key);
            (key, wrapped)
        }))
    }
}

impl Store {
    /// What [`Tx::make_key`] wrapped for `person` and `place`; `None` when the key it is under was destroyed.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it was changed, or belongs elsewhere; when the store fails.
    pub async fn open_key(
        &self,
        scope: OrgScope,
        person: Option<UserId>,
        place: &str,
        wrapped: &[u8],
    ) -> Result<Option<DataKey>, StoreError> {
        let (keys, holder) = (self.keys(), Holder::of(person));
        let held = match keys.recall(scope.org(), holder) {
            Some(held) => Some(held),
            None => keys.find(&mut *self.scoped(scope).await?, scope.org(), holder).await?,
        };
        let damaged =
            |why: &dyn std::fmt::Display| StoreError::damaged("data_keys", format!("{place}: {why}"));
        match held {
            Some(Held::Destroyed) => Ok(None),
            Some(Held::Key(key)) => {
                let opened = key.unwrap_key(&place_of_key(scope, person, place), wrapped);
                opened.map(Some).map_err(|error| damaged(&error))
            }
            None => Err(damaged(&"nothing was ever sealed under that key")),
        }
    }

    /// What [`Tx::seal_secret`] sealed for `place`. A text from before secrets were sealed is itself.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it was changed, or belongs elsewhere.
    pub async fn open_secret(
        &self,
        scope: OrgScope,
        place: &str,
        sealed: &str,
    ) -> Result<String, StoreError> {
        let keys = self.keys();
        let held = match keys.recall(scope.org(), Holder::Org) {
            Some(held) => Some(held),
            None => keys.find(&mut *self.scoped(scope).await?, scope.org(), Holder::Org).await?,
        };
        open(held.as_ref().and_then(Held::key), scope, place, sealed)
    }
}

fn open(key: Option<&DataKey>, scope: OrgScope, place: &str, sealed: &str) -> Result<String, StoreError> {
    let Some(key) = key else {
        // No secret of this org was ever sealed.
        return Ok(sealed.to_owned());
    };
    let opened = open_text(key, &place_of(scope, place), sealed);
    let opened = opened.map_err(|error| StoreError::damaged("secrets", format!("{place}: {error}")))?;
    Ok(opened.unwrap_or_else(|| sealed.to_owned()))
}

fn place_of(scope: OrgScope, place: &str) -> String {
    format!("secret {} {place}", scope.org())
}

fn place_of_key(scope: OrgScope, person: Option<UserId>, place: &str) -> String {
    format!("key {} {} {place}", scope.org(), Holder::of(person))
}

fn destroyed(org: OrgId) -> StoreError {
    StoreError::damaged("data_keys", format!("the key of org {org} was destroyed"))
}
