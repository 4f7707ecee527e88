//! How nodes come to believe each other: keys in the store.

use std::time::Duration;

use sqlx::Row as _;
use tandem_bus::{Asker, LinkError};
use tandem_cluster::Cluster;
use tandem_core::{
    Clock as _, Mint, SystemClock,
    sealed::{Behalf, SealError},
};
use tandem_proto::{NodeId, NodeInfo, NodeRole, OrgId};
use tandem_store::{Cause, Store, StoreError};

use crate::support::{AT_MOST, FAST, Place, node, on_both, sees, soon};

on_both!(
    nodes_find_each_others_keys,
    who_has_no_key_in_the_store_is_refused,
    a_node_of_the_version_before_seals_is_known_by_its_row,
    a_new_key_is_used_once_it_is_published,
    keys_that_are_long_over_are_forgotten,
);

/// Runs a statement as the nodes do.
async fn run(store: &Store, sql: String) {
    let written = store.write(Mint::for_server().system(), Cause::SYSTEM, move |tx| {
        Box::pin(async move {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(tx.conn()).await?;
            Ok::<_, StoreError>(())
        })
    });
    written.await.expect("the store answers");
}

async fn whom(asks: &Cluster, asked: &Cluster, behalf: Behalf) -> Result<String, LinkError> {
    asks.links().ask_for(behalf, asked.me(), "whom", &(), AT_MOST).await
}

/// Two nodes; the second says for whom it is asked.
async fn two(store: &Store) -> (Cluster, Cluster) {
    let (first, second) = (node(store, "first", FAST).await, node(store, "second", FAST).await);
    for node in [&first, &second] {
        sees(node, 2).await;
    }
    second.links().serve("whom", |asker: Asker, (): ()| async move { format!("{:?}", asker.behalf) });
    (first, second)
}

async fn nodes_find_each_others_keys(place: Place) {
    let store = place.open().await;
    let (first, second) = two(&store).await;
    for behalf in [Behalf::System, Behalf::Org(OrgId::generate())] {
        let expected = format!("{:?}", Some(&behalf));
        assert_eq!(whom(&first, &second, behalf).await, Ok(expected));
    }
    let rows = sqlx::query("SELECT kid, node, public_key FROM seal_keys ORDER BY kid");
    let rows = rows.fetch_all(store.across_orgs()).await.expect("the store answers");
    let mut expected = [&first, &second].map(|node| {
        let key = node.links().seals().own_key().published();
        [key.id.to_string(), node.me().to_string(), key.public.to_string()]
    });
    expected.sort();
    let rows: Vec<[String; 3]> =
        rows.iter().map(|row| [0_usize, 1, 2].map(|column| row.get(column))).collect();
    assert_eq!(rows, expected, "the public halves, and nothing else");
}

async fn who_has_no_key_in_the_store_is_refused(place: Place) {
    let store = place.open().await;
    let (first, second) = two(&store).await;
    run(&store, format!("DELETE FROM seal_keys WHERE node = '{}'", first.me())).await;
    let refused = whom(&first, &second, Behalf::System).await;
    assert_eq!(refused, Err(LinkError::Refused(SealError::UnknownKey)));
}

async fn a_node_of_the_version_before_seals_is_known_by_its_row(place: Place) {
    let store = place.open().await;
    let sealing = node(&store, "new", FAST).await;
    let old = NodeId::generate();
    let info = NodeInfo::new(old, "old", NodeRole::ALL, Some(([127, 0, 0, 1], 1).into()));
    let info = serde_json::to_string(&info).expect("plain data");
    let seals = sealing.links().seals();
    assert!(!seals.is_unsealed(old));
    run(&store, format!("INSERT INTO nodes (id, beat, info) VALUES ('{old}', 1, '{info}')")).await;
    let mut beat = 1;
    let mut tick = tokio::time::interval(FAST.beat);
    let mut until = async |unsealed: bool| {
        while seals.is_unsealed(old) != unsealed {
            beat += 1;
            run(&store, format!("UPDATE nodes SET beat = {beat} WHERE id = '{old}'")).await;
            tick.tick().await;
        }
    };
    soon(until(true)).await;
    assert!(!seals.is_unsealed(sealing.me()));
    // It is replaced in place by one that seals, and from then on it has to.
    let key = sealing.links().seals().next_key().published();
    run(
        &store,
        format!(
            "INSERT INTO seal_keys (kid, node, public_key, valid_from, valid_until) VALUES ('{}', '{old}', '{}', {}, {})",
            key.id,
            key.public,
            key.from.micros(),
            key.until.micros()
        ),
    )
    .await;
    soon(until(false)).await;
}

async fn a_new_key_is_used_once_it_is_published(place: Place) {
    let store = place.open().await;
    let (first, second) = two(&store).await;
    let system = format!("{:?}", Some(Behalf::System));
    assert_eq!(whom(&first, &second, Behalf::System).await.as_ref(), Ok(&system));
    let seals = first.links().seals();
    let next = seals.next_key();
    let key = next.published();
    assert_ne!(key.id, seals.own_key().published().id);
    run(
        &store,
        format!(
            "INSERT INTO seal_keys (kid, node, public_key, valid_from, valid_until) VALUES ('{}', '{}', '{}', {}, {})",
            key.id,
            key.node,
            key.public,
            key.from.micros(),
            key.until.micros()
        ),
    )
    .await;
    seals.use_key(next);
    assert_eq!(whom(&first, &second, Behalf::System).await, Ok(system));
    seals.use_key(seals.next_key());
    let refused = whom(&first, &second, Behalf::System).await;
    assert_eq!(refused, Err(LinkError::Refused(SealError::UnknownKey)), "one that nobody published");
}

async fn keys_that_are_long_over_are_forgotten(place: Place) {
    let store = place.open().await;
    let now = SystemClock.now();
    for (kid, age) in [("long-over", Duration::from_secs(2 * 3_600)), ("just-over", Duration::from_secs(60))]
    {
        let until = now.minus(age).micros();
        run(
            &store,
            format!(
                "INSERT INTO seal_keys (kid, node, public_key, valid_from, valid_until) VALUES ('{kid}', 'n', 'p', 0, {until})"
            ),
        )
        .await;
    }
    let first = node(&store, "first", FAST).await;
    let rows = sqlx::query("SELECT kid FROM seal_keys WHERE node <> $1").bind(first.me().to_string());
    let rows = rows.fetch_all(store.across_orgs()).await.expect("the store answers");
    let kids: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(kids, ["just-over"]);
}
