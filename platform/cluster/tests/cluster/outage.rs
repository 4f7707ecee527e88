//! A store that is away.

use crate::support::{FAST, Place, an_org, claim, hold, node, sees, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_away_for_long_makes_nobody_gone() {
    let mut place = Place::postgres().await;
    let store = place.open().await;
    let (one, two) = (node(&store, "one", FAST).await, node(&store, "two", FAST).await);
    for node in [&one, &two] {
        sees(node, 2).await;
    }
    let scope = an_org();
    let owned = claim(&one, scope, "call").await;
    let (mut offers, nodes) = (two.orphans(), [one.watch(), two.watch()]);
    let Place::Server(server) = &mut place else { panic!("it is one") };
    server.kill();
    let offered = tokio::time::timeout(2 * FAST.gone_after, offers.recv()).await;
    assert!(offered.is_err(), "{offered:?}");
    server.restart();
    // Both are seen to beat on.
    for node in [&one, &two] {
        let id = node.me().to_string();
        let counts = async || {
            let row = sqlx::query_scalar::<_, i64>("SELECT beat FROM nodes WHERE id = $1").bind(&id);
            row.fetch_one(store.across_orgs()).await.ok()
        };
        let mut tick = tokio::time::interval(FAST.beat);
        let mut first = None;
        soon(async {
            loop {
                tick.tick().await;
                let now = counts().await;
                if first.is_none() {
                    first = now;
                } else if now > first {
                    return;
                }
            }
        })
        .await;
    }
    assert!(offers.is_empty(), "nor was anything offered since");
    assert!(nodes.iter().all(|nodes| !nodes.has_changed().expect("there")), "nobody was missed");
    assert!(hold(&store, scope, &owned).await.is_ok());
}
