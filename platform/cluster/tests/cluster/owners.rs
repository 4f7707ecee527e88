//! Owning, dying, taking over.

use std::collections::BTreeSet;

use tandem_cluster::{Cluster, Kind};
use tandem_core::Mint;
use tandem_proto::NodeRole;
use tandem_store::{Cause, StoreError};

use crate::support::{FAST, Hanging, Place, SLOW, an_org, claim, hold, node, on_both, sees, soon, take};

on_both!(
    what_a_dead_node_owned_is_taken_once,
    what_is_given_up_is_offered_at_once,
    who_leaves_leaves_everything,
    a_node_that_hung_is_fenced_and_known_again_with_nothing,
    what_ended_is_nobodys,
    an_owner_that_is_remembered_is_looked_up_anew_when_it_was_not_there,
    a_thing_has_one_owner_and_only_a_gone_one_is_robbed,
    a_node_takes_only_what_it_can_serve,
    nodes_of_other_versions_are_there,
);

async fn what_a_dead_node_owned_is_taken_once(place: Place) {
    const CALLS: usize = 20;
    let store = place.open().await;
    let dies = node(&store, "dies", FAST).await;
    let heirs = [node(&store, "one", FAST).await, node(&store, "two", FAST).await];
    let mut old = Vec::new();
    for n in 0..CALLS {
        let scope = an_org();
        old.push((scope, claim(&dies, scope, &format!("call {n}")).await));
    }
    let id = dies.me();
    let taking: Vec<_> = heirs
        .iter()
        .map(|heir| {
            let (heir, mut offers) = (heir.clone(), heir.orphans());
            tokio::spawn(async move {
                let mut taken = BTreeSet::new();
                let mut nodes = heir.watch();
                loop {
                    tokio::select! {
                        orphan = offers.recv() => {
                            let orphan = orphan.expect("offered");
                            assert_eq!((orphan.kind, orphan.owner.node, orphan.owner.epoch), (Kind::Call, Some(id), 1));
                            if let Some(claim) = heir.take(&orphan).await.expect("the store answers") {
                                assert_eq!(claim.epoch(), 2);
                                assert!(taken.insert(claim.id().to_owned()), "taken twice by one");
                            }
                        }
                        // It is forgotten when nothing of it is left.
                        () = forgotten(&heir, id) => return taken,
                        news = nodes.changed() => news.expect("the node is there"),
                    }
                }
            })
        })
        .collect();
    for heir in &heirs {
        sees(heir, 3).await;
    }
    drop(dies);
    let mut taken = Vec::new();
    for heir in taking {
        taken.extend(soon(heir).await.expect("no panic"));
    }
    assert_eq!(taken.len(), CALLS, "each is taken by one of them");
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), CALLS);
    for (scope, claim) in &old {
        assert!(matches!(hold(&store, *scope, claim).await, Err(StoreError::Fenced)));
    }
    for heir in &heirs {
        sees(heir, 2).await;
    }
}

/// Waits until a node has no row any more.
async fn forgotten(by: &Cluster, node: tandem_proto::NodeId) {
    let mut tick = tokio::time::interval(FAST.beat);
    loop {
        tick.tick().await;
        let row = sqlx::query("SELECT id FROM nodes WHERE id = $1").bind(node.to_string());
        if row.fetch_optional(by.store().across_orgs()).await.expect("the store answers").is_none() {
            return;
        }
    }
}

async fn what_is_given_up_is_offered_at_once(place: Place) {
    let store = place.open().await;
    // Nobody looks by itself here.
    let heir = node(&store, "heir", SLOW).await;
    let gives = node(&store, "gives", SLOW).await;
    let mut offers = heir.orphans();
    let scope = an_org();
    let given = claim(&gives, scope, "call").await;
    let giving = given.clone();
    store
        .write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { giving.give_up(tx).await }))
        .await
        .expect("it is its own");
    gives.announce_orphans();
    let orphan = soon(offers.recv()).await.expect("offered");
    assert_eq!((orphan.id.as_str(), orphan.owner.node, orphan.scope), ("call", None, scope));
    let taken = heir.take(&orphan).await.expect("the store answers").expect("nobody else wants it");
    assert_eq!(taken.epoch(), 2);
    assert!(hold(&store, scope, &taken).await.is_ok());
    assert!(matches!(hold(&store, scope, &given).await, Err(StoreError::Fenced)));
    assert_eq!(gives.take(&orphan).await.expect("the store answers"), None, "too late");
}

async fn an_owner_that_is_remembered_is_looked_up_anew_when_it_was_not_there(place: Place) {
    let store = place.open().await;
    let asks = node(&store, "asks", SLOW).await;
    let heir = node(&store, "heir", SLOW).await;
    let gives = node(&store, "gives", SLOW).await;
    let lately =
        async |node: &Cluster| node.owner_lately(Kind::Call, "call").await.expect("the store answers");
    assert_eq!(lately(&asks).await, None);
    let scope = an_org();
    let given = claim(&gives, scope, "call").await;
    for node in [&asks, &heir] {
        assert_eq!(lately(node).await, Some(gives.me()), "that there was none is not remembered");
    }
    let giving = given.clone();
    store
        .write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { giving.give_up(tx).await }))
        .await
        .expect("it is its own");
    assert!(heir.own(scope, Kind::Call, "call").await.expect("the store answers").is_some());
    assert_eq!(lately(&heir).await, Some(heir.me()), "who took it knows");
    asks.forget_owner(Kind::Call, "call");
    assert_eq!(lately(&asks).await, Some(heir.me()));
}

async fn who_leaves_leaves_everything(place: Place) {
    let store = place.open().await;
    let heir = node(&store, "heir", FAST).await;
    let leaves = node(&store, "leaves", FAST).await;
    let mut offers = heir.orphans();
    for n in 0..3 {
        claim(&leaves, an_org(), &format!("call {n}")).await;
    }
    sees(&heir, 2).await;
    leaves.leave().await.expect("the store answers");
    assert_eq!(take(&heir, &mut offers, 3).await.len(), 3);
    sees(&heir, 1).await;
    assert_eq!(leaves.mine(Kind::Call).await.expect("the store answers"), Vec::<String>::new());
    // It beats no more: whoever comes later finds its name free.
    node(&store, "leaves", FAST).await;
}

async fn a_node_that_hung_is_fenced_and_known_again_with_nothing(place: Place) {
    let store = place.open().await;
    let heir = node(&store, "heir", FAST).await;
    let hangs = Hanging::join(&place, &store, "hangs").await;
    sees(&heir, 2).await;
    let (mut offers, scope) = (heir.orphans(), an_org());
    let old = claim(&hangs.cluster, scope, "call").await;
    assert!(hold(&store, scope, &old).await.is_ok());
    let release = hangs.hang();
    let taken = take(&heir, &mut offers, 1).await;
    soon(forgotten(&heir, hangs.cluster.me())).await;
    sees(&heir, 1).await;
    drop(release);
    sees(&heir, 2).await;
    assert!(matches!(hold(&store, scope, &old).await, Err(StoreError::Fenced)));
    assert!(hold(&store, scope, &taken[0]).await.is_ok());
    assert_eq!(hangs.cluster.mine(Kind::Call).await.expect("the store answers"), Vec::<String>::new());
    let info = heir.nodes().get(hangs.cluster.me()).cloned();
    assert_eq!(info.map(|info| info.name), Some("hangs".to_owned()));
}

async fn what_ended_is_nobodys(place: Place) {
    let store = place.open().await;
    let (node, scope) = (node(&store, "node", SLOW).await, an_org());
    let over = claim(&node, scope, "call").await;
    let ends = over.clone();
    store
        .write(scope, Cause::SYSTEM, move |tx| Box::pin(async move { ends.end(tx).await }))
        .await
        .expect("ended");
    assert!(matches!(hold(&store, scope, &over).await, Err(StoreError::Fenced)));
    assert_eq!(node.owner(Kind::Call, "call").await.expect("the store answers"), None);
    assert_eq!(claim(&node, scope, "call").await.epoch(), 1);
}

async fn a_thing_has_one_owner_and_only_a_gone_one_is_robbed(place: Place) {
    let store = place.open().await;
    let (first, second) = (node(&store, "first", FAST).await, node(&store, "second", FAST).await);
    let scope = an_org();
    let owned = first.own(scope, Kind::Routing, "org").await.expect("the store answers");
    assert_eq!(owned.map(|claim| claim.epoch()), Some(1));
    // Whether the second knows the first by now or not.
    for node in [&second, &first] {
        assert_eq!(node.own(scope, Kind::Routing, "org").await.expect("the store answers"), None);
    }
    let id = first.me();
    drop(first);
    let mut tick = tokio::time::interval(FAST.beat);
    while !second.is_gone(id) {
        tick.tick().await;
    }
    let taken = second.own(scope, Kind::Routing, "org").await.expect("the store answers");
    assert_eq!(taken.map(|claim| claim.epoch()), Some(2));
    assert_eq!(second.mine(Kind::Routing).await.expect("the store answers"), ["org"]);
}

async fn a_node_takes_only_what_it_can_serve(place: Place) {
    let store = place.open().await;
    let (heir, dies) = (node(&store, "heir", FAST).await, node(&store, "dies", FAST).await);
    heir.update(|info| info.roles = [NodeRole::Engine].into());
    let (scope, id) = (an_org(), dies.me());
    claim(&dies, scope, "call").await;
    dies.own(scope, Kind::Routing, "org").await.expect("the store answers").expect("it is new");
    let mut offers = heir.orphans();
    drop(dies);
    let orphan = soon(offers.recv()).await.expect("offered");
    assert_eq!(orphan.kind, Kind::Routing);
    heir.take(&orphan).await.expect("the store answers").expect("nobody else wants it");
    // The call waits for somebody who can take it, and with it the node that had it is remembered.
    let helps = node(&store, "helps", FAST).await;
    let mut offers = helps.orphans();
    let taken = take(&helps, &mut offers, 1).await;
    assert_eq!(taken[0].id(), "call");
    soon(forgotten(&helps, id)).await;
}

async fn nodes_of_other_versions_are_there(place: Place) {
    let store = place.open().await;
    let node = node(&store, "node", FAST).await;
    let id = tandem_proto::NodeId::generate();
    let newer = format!(
        r#"{{"id":"{id}","name":"newer","roles":["sip","oracle"],"links":null,"http":null,"sip":null,"media":null,
        "version":"9","draining":false,"load":{{"calls":0,"endpoints":0}},"mood":"good"}}"#
    );
    for (id, info) in
        [(id.to_string(), newer), (tandem_proto::NodeId::generate().to_string(), "?".to_owned())]
    {
        store
            .write(Mint::for_server().system(), Cause::SYSTEM, move |tx| {
                Box::pin(async move {
                    sqlx::query("INSERT INTO nodes (id, beat, info) VALUES ($1, 1, $2)")
                        .bind(id)
                        .bind(info)
                        .execute(tx.conn())
                        .await?;
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .expect("written");
    }
    sees(&node, 2).await;
    let nodes = node.nodes();
    assert_eq!(nodes.get(id).map(|info| info.name.as_str()), Some("newer"));
    assert!(nodes.with(NodeRole::Sip).any(|info| info.id == id));
}
