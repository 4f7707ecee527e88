//! A node that has more to write than it can, and one that was forgotten.

use std::sync::Arc;

use tandem_cluster::MIGRATIONS;
use tandem_core::Mint;
use tandem_proto::Load;
use tandem_store::{Cause, Options, Store, StoreError};
use tokio::{sync::Notify, task::JoinSet, time::interval};

use crate::support::{FAST, Place, node, on_both, sees, soon};

on_both!(a_node_that_was_forgotten_comes_back_and_knows_it);

/// Commands the store takes in this test before it refuses more.
const QUEUE: usize = 4;

/// Without a way of its own the beat would be refused, or wait behind the command that stands, whose time is then over first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_beats_on_while_its_queue_is_full_and_does_not_move() {
    let place = Place::postgres().await;
    let options = Options { migrations: MIGRATIONS.to_vec(), queue: QUEUE, ..Options::new(place.url()) };
    let store = Store::open_with(options).await.expect("the store opens");
    let node = node(&store, "busy", FAST).await;
    sees(&node, 1).await;

    let (stands, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let standing = tokio::spawn({
        let (store, stands, go_on) = (store.clone(), Arc::clone(&stands), Arc::clone(&go_on));
        async move {
            let command = store.write(Mint::for_server().system(), Cause::SYSTEM, move |_| {
                Box::pin(async move {
                    stands.notify_one();
                    go_on.notified().await;
                    Ok::<_, StoreError>(())
                })
            });
            command.await
        }
    });
    soon(stands.notified()).await;
    let mut behind = JoinSet::new();
    for _ in 0..=QUEUE {
        let store = store.clone();
        behind.spawn(async move {
            let command = store.write(Mint::for_server().system(), Cause::SYSTEM, |_| {
                Box::pin(async { Ok::<_, StoreError>(()) })
            });
            command.await
        });
    }
    let refused = soon(behind.join_next()).await.expect("one").expect("no panic");
    assert!(matches!(refused, Err(StoreError::Overloaded)), "the queue is full: {refused:?}");

    let me = node.me().to_string();
    let beats = async || {
        let row = sqlx::query_scalar::<_, i64>("SELECT beat FROM nodes WHERE id = $1").bind(&me);
        row.fetch_one(store.across_orgs()).await.expect("the node's row")
    };
    let (first, mut tick) = (beats().await, interval(FAST.beat));
    soon(async {
        while beats().await < first + 3 && !standing.is_finished() {
            tick.tick().await;
        }
    })
    .await;
    go_on.notify_one();
    standing.await.expect("no panic").expect("it stood until the node had beaten");
    while let Some(done) = behind.join_next().await {
        done.expect("no panic").expect("its turn comes");
    }
}

/// However its beat is told: with its description, which changes all the time where there is work, or without.
async fn a_node_that_was_forgotten_comes_back_and_knows_it(place: Place) {
    let store = place.open().await;
    let node = node(&store, "forgotten", FAST).await;
    let (mut returns, me) = (node.returns(), node.me().to_string());
    for calls in [0, 1, 1, 2] {
        node.set_load(Load { calls, endpoints: 0 });
        let forgotten = me.clone();
        let forget = store.write(Mint::for_server().system(), Cause::SYSTEM, move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM nodes WHERE id = $1").bind(forgotten).execute(tx.conn()).await?;
                Ok::<_, StoreError>(())
            })
        });
        forget.await.expect("written");
        soon(returns.changed()).await.expect("the node beats");
        let row = sqlx::query_scalar::<_, i64>("SELECT beat FROM nodes WHERE id = $1").bind(&me);
        assert!(row.fetch_one(store.across_orgs()).await.expect("the node's row") > 0);
    }
}
