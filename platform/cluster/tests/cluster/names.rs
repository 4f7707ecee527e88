//! A name belongs to one living node.

use tandem_cluster::{Cluster, JoinError};

use crate::support::{FAST, Place, joining, node, on_both, sees, soon};

on_both!(
    the_younger_of_two_with_one_name_is_refused,
    the_name_of_a_dead_node_is_free_once_it_is_gone,
    the_name_of_a_node_that_leaves_is_free,
    of_two_that_come_at_once_one_is_taken,
);

async fn the_younger_of_two_with_one_name_is_refused(place: Place) {
    let store = place.open().await;
    let (first, other) = (node(&store, "same", FAST).await, node(&store, "other", FAST).await);
    let refused = soon(Cluster::join_with(joining(&store, "same").await, FAST)).await;
    let Err(JoinError::NameTaken { name, other: by, place }) = refused else { panic!("{refused:?}") };
    let address = first.links().address().expect("it listens");
    assert_eq!((name.as_str(), by, place), ("same", first.me(), format!(" at {address}")));
    for node in [&first, &other] {
        sees(node, 2).await;
    }
    let rows =
        sqlx::query("SELECT id FROM nodes").fetch_all(store.across_orgs()).await.expect("the store answers");
    assert_eq!(rows.len(), 2, "it leaves no trace");
}

async fn the_name_of_a_dead_node_is_free_once_it_is_gone(place: Place) {
    let store = place.open().await;
    drop(node(&store, "same", FAST).await);
    let second = node(&store, "same", FAST).await;
    sees(&second, 1).await;
}

async fn the_name_of_a_node_that_leaves_is_free(place: Place) {
    let store = place.open().await;
    let first = node(&store, "same", FAST).await;
    let joining = joining(&store, "same").await;
    let second = tokio::spawn(Cluster::join_with(joining, FAST));
    first.leave().await.expect("the store answers");
    let second = soon(second).await.expect("no panic").expect("it joins");
    sees(&second, 1).await;
}

async fn of_two_that_come_at_once_one_is_taken(place: Place) {
    let store = place.open().await;
    let both = [joining(&store, "same").await, joining(&store, "same").await];
    let [first, second] = both.map(|joining| tokio::spawn(Cluster::join_with(joining, FAST)));
    let results = soon(async { [first.await.expect("no panic"), second.await.expect("no panic")] }).await;
    let refused = results.iter().filter(|result| matches!(result, Err(JoinError::NameTaken { .. }))).count();
    assert_eq!((refused, results.iter().flatten().count()), (1, 1), "{results:?}");
}
