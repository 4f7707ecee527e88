//! Cursors clients come back with.

use std::time::Duration;

use tandem_proto::{Cursor, Problem};
use tandem_store::Store;

/// How far another node's view of the log may be ahead.
const AHEAD_AT_MOST: Duration = Duration::from_secs(1);

/// Waits until the log, as this node sees it, is at `cursor`: another node may have handed it out, whose view is a moment ahead.
///
/// # Errors
/// 422 when the log does not come to it.
pub async fn reached(store: &Store, cursor: Cursor) -> Result<(), Problem> {
    if cursor <= store.head() || store.wait_for(cursor, AHEAD_AT_MOST).await {
        return Ok(());
    }
    Err(Problem::new(422, "unknown-cursor", "This server never handed out that cursor")
        .detail("read your state again and go on without `after`"))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::poll;
    use tandem_core::Mint;
    use tandem_proto::{OrgId, Position, Stream, events::identity::OrgCreated};
    use tandem_store::{Cause, Expect, StoreError};

    use super::*;

    #[tokio::test]
    async fn a_cursor_that_is_ahead_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("tandem.db").display());
        let store = Store::open(&url, &[], Vec::new()).await.expect("a store");
        let Cursor { xid, position } = store.head();
        assert_eq!(reached(&store, store.head()).await, Ok(()));

        let mut next = pin!(reached(&store, Cursor { xid, position: Position(position.0 + 1) }));
        assert!(poll!(&mut next).is_pending());
        let scope = Mint::for_server().scope(OrgId::generate());
        let written = store.write(scope, Cause::SYSTEM, |tx| {
            Box::pin(async move {
                let event = OrgCreated { name: "seen elsewhere".to_owned() };
                tx.append(Stream::org(tx.scope().org()), Expect::Any, &[], &event).await?;
                Ok::<_, StoreError>(())
            })
        });
        written.await.expect("written");
        assert_eq!(next.await, Ok(()));

        let never = reached(&store, Cursor { xid, position: Position(position.0 + 2) }).await;
        assert_eq!(never.expect_err("nobody handed it out").status, 422);
    }
}
