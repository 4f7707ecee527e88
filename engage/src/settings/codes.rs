//! Wrap-up codes.

use tandem_core::OrgScope;
use tandem_proto::{Stream, Topic, WrapUpCodeId, api::WrapUpCode, events::contact_centre::WrapUpCodeCreated};
use tandem_store::{Cause, Change, Expect, StoreError};

use super::check_name;
use crate::{Engage, EngageError};

impl Engage {
    /// Makes a wrap-up code.
    ///
    /// # Errors
    /// For a name that cannot be taken or is taken, or when the store fails.
    pub async fn create_wrap_up_code(
        &self,
        scope: OrgScope,
        cause: Cause,
        name: String,
    ) -> Result<WrapUpCode, EngageError> {
        check_name("name", &name)?;
        let org = self.org(scope).await?;
        let _changing = org.changing.lock().await;
        if org.settings().codes.values().any(|other| *other == name) {
            return Err(EngageError::Taken { what: "wrap-up code", name });
        }
        let code = WrapUpCode { id: WrapUpCodeId::generate(), name };
        let row = code.clone();
        org.write(self.store(), cause, move |tx| {
            Box::pin(async move {
                let org = tx.scope().org();
                sqlx::query("INSERT INTO engage_wrap_up_codes (org, id, name) VALUES ($1, $2, $3)")
                    .bind(org.to_string())
                    .bind(row.id.to_string())
                    .bind(row.name.clone())
                    .execute(tx.conn())
                    .await?;
                tx.audit(Change::new("wrap_up_code.created", "wrap_up_code", row.id).after(&row)).await?;
                let event = WrapUpCodeCreated { code: row.id, name: row.name };
                tx.append(Stream::org(org), Expect::Any, &[Topic::supervisors(org)], &event).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
        org.change(|settings| drop(settings.codes.insert(code.id, code.name.clone())));
        Ok(code)
    }
}
