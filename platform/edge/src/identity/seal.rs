//! What a browser carries from one request to the next, so that any node can go on with what another began: readable, signed with a key
//! that all nodes have, and good for minutes. It is not secret, and it is not used up: whoever accepts it sees to that.

use std::time::Duration;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tandem_proto::Timestamp;
use tandem_store::{Cause, StoreError};
use tokio::sync::OnceCell;

use super::{Identity, IdentityError, text};

/// The key, once it was read.
#[derive(Default)]
pub(super) struct Seal(OnceCell<Key>);

/// What is signed.
#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    until: Timestamp,
    state: T,
}

impl Identity {
    /// Signs `state` for `purpose`.
    pub(super) async fn seal<T: Serialize>(
        &self,
        purpose: &'static str,
        state: T,
        lifetime: Duration,
    ) -> Result<String, IdentityError> {
        let sealed = Sealed { until: self.0.clock.now().plus(lifetime), state };
        let body = serde_json::to_vec(&sealed).map_err(|error| IdentityError::Hash(error.to_string()))?;
        let tag = sign(self.seal_key().await?, &signed(purpose, &body));
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(&body), URL_SAFE_NO_PAD.encode(tag.as_ref())))
    }

    /// What was sealed for `purpose`, unless it is too old or somebody else made it.
    pub(super) async fn unseal<T: DeserializeOwned>(
        &self,
        purpose: &'static str,
        sealed: &str,
    ) -> Result<Option<T>, IdentityError> {
        let Some((body, tag)) = sealed.split_once('.') else { return Ok(None) };
        let (Ok(body), Ok(tag)) = (URL_SAFE_NO_PAD.decode(body), URL_SAFE_NO_PAD.decode(tag)) else {
            return Ok(None);
        };
        if verify(self.seal_key().await?, &signed(purpose, &body), &tag).is_err() {
            return Ok(None);
        }
        // Signed by an older or newer version, it may look otherwise.
        let read = serde_json::from_slice::<Sealed<T>>(&body).ok();
        Ok(read.filter(|sealed| sealed.until > self.0.clock.now()).map(|sealed| sealed.state))
    }

    /// 256 bits in 43 characters that follow from `text` for `purpose`, and that nobody knows who has not the key.
    pub(super) async fn derived(&self, purpose: &'static str, text: &str) -> Result<String, IdentityError> {
        let tag = sign(self.seal_key().await?, &signed(purpose, text.as_bytes()));
        Ok(URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }

    async fn seal_key(&self) -> Result<&Key, IdentityError> {
        self.0.seal.0.get_or_try_init(|| self.shared_key()).await
    }

    /// The key of all nodes: the first that needs it makes it.
    async fn shared_key(&self) -> Result<Key, IdentityError> {
        let scope = self.0.mint.system();
        let fresh = hex::encode(rand::random::<[u8; 32]>());
        let secret = self.0.store.write(scope, Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                let at = tx.now().micros();
                sqlx::query(
                    "INSERT INTO sign_in_keys (name, secret, created_at) VALUES ('sign-in', $1, $2) ON CONFLICT DO NOTHING",
                )
                .bind(fresh)
                .bind(at)
                .execute(tx.conn())
                .await?;
                let row = sqlx::query("SELECT secret FROM sign_in_keys WHERE name = 'sign-in'").fetch_one(tx.conn()).await?;
                text(&row, "secret")
            })
        });
        let secret = hex::decode(secret.await?)
            .map_err(|error| StoreError::Damaged { table: "sign_in_keys", reason: error.to_string() })?;
        Ok(Key::new(HMAC_SHA256, &secret))
    }
}

fn signed(purpose: &str, body: &[u8]) -> Vec<u8> {
    [purpose.as_bytes(), b"\0", body].concat()
}
