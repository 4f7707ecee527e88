//! A disk without room: what cannot be kept is refused, and everything goes on when there is room again.

use tandem_store::{Cause, StoreError};

use crate::support::{Place, append, new_scope};

#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let place = Place::sqlite();
    let store = place.open().await;
    let scope = new_scope();
    append(&store, scope, "first", &[]).await.expect("written");
    // As if the disk ended where the file ends; of this connection only.
    let limited = store.write(scope, Cause::SYSTEM, |tx| {
        Box::pin(async move {
            sqlx::query("PRAGMA max_page_count = 1").execute(tx.conn()).await?;
            Ok::<_, StoreError>(())
        })
    });
    limited.await.expect("limited");

    let large = "x".repeat(50_000);
    let mut kept = 1;
    let refused = loop {
        match append(&store, scope, &large, &[]).await {
            Ok(version) => kept = version,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Full(_)), "{refused:?}");
    assert_eq!(append(&store, scope, "there is room again", &[]).await.expect("written"), kept + 1);
    store.close().await;
}
