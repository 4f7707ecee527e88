//! Collaborate: the directory, presence and chat, as services with routes.
//!
//! It decides what people may do with each other's chats; never who somebody is (the edge) nor how presence merges
//! (`tandem-presence`). The contract: the store was opened with [`MIGRATIONS`], and the server hands
//! [`Collaborate::presence`] to the gateway as its `PresenceGateway` and [`Collaborate::chats`] as a `TopicAuthority`:
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use tandem_collaborate::Collaborate;
//! # use tandem_edge::{Identity, PresenceGateway, TopicAuthority, identity};
//! # use tandem_store::Store;
//! # async fn start(
//! #     mint: tandem_core::Mint, clock: Arc<dyn tandem_core::Clock>, bus: tandem_bus::Bus,
//! # ) -> Result<(), tandem_store::StoreError> {
//! let tables = [identity::MIGRATIONS, tandem_collaborate::MIGRATIONS].concat();
//! let store = Store::open("sqlite:data/tandem.db", &tables, Vec::new()).await?;
//! let identity = Identity::new(store.clone(), mint, clock.clone());
//! let collaborate = Collaborate::start(store, bus, identity, clock).await?;
//! let presence: Arc<dyn PresenceGateway> = Arc::new(collaborate.presence().clone());
//! let authority: Arc<dyn TopicAuthority> = Arc::new(collaborate.chats().clone());
//! let routes = tandem_collaborate::routes(&collaborate);
//! # Ok(())
//! # }
//! ```

pub mod chat;
mod check;
pub mod directory;
pub mod presence;
mod rows;

use std::sync::Arc;

use tandem_bus::Bus;
use tandem_core::Clock;
use tandem_edge::Identity;
use tandem_proto::UserId;
use tandem_store::{
    BoxFuture, ERASED, Migration, Store, StoreError, Tx,
    dump::{Erased, Personal},
};
use utoipa_axum::router::OpenApiRouter;

pub use chat::Chats;
pub use directory::Directory;
pub use presence::{PresenceBackend, PresenceService};

/// The tables of this crate. Identity's come before them.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0020_chat", sql: include_str!("../migrations/0020_chat.sql") },
    Migration { name: "0021_presence", sql: include_str!("../migrations/0021_presence.sql") },
    Migration { name: "0022_presence_notes", sql: include_str!("../migrations/0022_presence_notes.sql") },
];

/// What is personal in the tables of this crate.
pub const PERSONAL: &[Personal] = &[
    Personal { table: "chat_messages", subject: "author", texts: &[("body", Erased::Text)], lists: &[] },
    Personal {
        table: "presence",
        subject: "user_id",
        texts: &[("logged", Erased::Null), ("chosen", Erased::Null)],
        lists: &[],
    },
];

/// Clears what the tables of this crate hold of somebody: what they wrote, how they said to be.
pub fn erase(
    tx: &mut Tx,
    user: UserId,
    _from: Option<String>,
) -> BoxFuture<'_, Result<Option<String>, StoreError>> {
    Box::pin(async move {
        let org = tx.scope().org().to_string();
        let cleared = sqlx::query(
            "UPDATE chat_messages SET body = $1 WHERE org = $2 AND id IN (SELECT id FROM chat_messages \
             WHERE org = $2 AND author = $3 AND deleted = 0 AND body <> $1 LIMIT 500)",
        )
        .bind(ERASED)
        .bind(org.as_str())
        .bind(user.to_string())
        .execute(tx.conn())
        .await?;
        if cleared.rows_affected() > 0 {
            return Ok(Some(String::new()));
        }
        sqlx::query("UPDATE presence SET logged = NULL, chosen = NULL WHERE org = $1 AND user_id = $2")
            .bind(org)
            .bind(user.to_string())
            .execute(tx.conn())
            .await?;
        Ok(None)
    })
}

/// The product: its services, started. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Collaborate {
    directory: Directory,
    presence: PresenceService,
    chats: Chats,
}

impl Collaborate {
    /// As [`Self::start_with`], for a process that keeps presence to itself.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn start(
        store: Store,
        bus: Bus,
        identity: Identity,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        Self::start_with(store, bus, identity, clock, PresenceBackend::Memory).await
    }

    /// Starts the services. With presence in memory it returns once the log is corrected for devices that went with the process before;
    /// Redis may be away: presence begins when it comes.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn start_with(
        store: Store,
        bus: Bus,
        identity: Identity,
        clock: Arc<dyn Clock>,
        presence: PresenceBackend,
    ) -> Result<Self, StoreError> {
        let presence = PresenceService::start(store.clone(), identity.clone(), clock, presence).await?;
        let directory = Directory::new(identity.clone(), presence.clone());
        let chats = Chats::new(store, bus, identity);
        Ok(Self { directory, presence, chats })
    }

    /// Who is there.
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Everybody's presence.
    pub const fn presence(&self) -> &PresenceService {
        &self.presence
    }

    /// Everybody's chats.
    pub const fn chats(&self) -> &Chats {
        &self.chats
    }
}

/// The routes of the product, relative to `/api/v1`.
pub fn routes(collaborate: &Collaborate) -> OpenApiRouter {
    let Collaborate { directory, presence, chats } = collaborate.clone();
    directory::routes(directory).merge(presence::routes(presence)).merge(chat::routes(chats))
}
