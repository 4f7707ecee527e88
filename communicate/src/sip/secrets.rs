//! What the SIP nodes share so that each takes what another one gave.

use rand::RngCore as _;
use sqlx::Row as _;
use tandem_core::OrgScope;
use tandem_store::{Cause, Store, StoreError};

/// The key that seals nonces, made by the first node that asks.
pub(super) async fn nonce_key(store: &Store, system: OrgScope) -> Result<[u8; 32], StoreError> {
    let mut fresh = [0_u8; 32];
    rand::rng().fill_bytes(&mut fresh);
    let secret: Vec<u8> = store
        .write(system, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO sip_secrets (name, secret) VALUES ('nonces', $1) ON CONFLICT (name) DO NOTHING",
                )
                .bind(fresh.to_vec())
                .execute(tx.conn())
                .await?;
                let row = sqlx::query("SELECT secret FROM sip_secrets WHERE name = 'nonces'")
                    .fetch_one(tx.conn())
                    .await?;
                Ok::<_, StoreError>(row.try_get(0)?)
            })
        })
        .await?;
    secret.try_into().map_err(|_| StoreError::Damaged {
        table: "sip_secrets",
        reason: "the key of nonces has 32 bytes".to_owned(),
    })
}
