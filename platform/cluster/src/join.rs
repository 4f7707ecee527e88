//! Becoming one of the nodes. A name belongs to one living node at a time.

use tandem_proto::NodeId;
use tandem_store::StoreError;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::{
    Cluster,
    lookout::{Row, described, rows},
    pulse::{JOINING, Pulse, remove_row},
    stillness::Stillness,
};

/// Why a node is not one of the nodes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// Somebody else has its name and lives.
    #[error(
        "another node named {name:?} is running ({other}{place}): give each node a name of its own (--name)"
    )]
    NameTaken {
        /// The name.
        name: String,
        /// Who has it.
        other: NodeId,
        /// ` at ADDRESS`, if it is known.
        place: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes the name. Waits while a node that had it may only be on its way out: it goes, or stands still for long enough, or lives.
pub(crate) async fn take_name(cluster: &Cluster) -> Result<(), JoinError> {
    let (me, name, timing) = (cluster.me(), cluster.info().name, cluster.0.timing);
    // The row comes first, so that of two that come at once at least one sees the other.
    Pulse::announce(cluster).await?;
    let mut stillness = Stillness::new(timing);
    let mut tick = interval(timing.beat);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let began = Instant::now();
    let (mut last, mut changed_at) = (None, None);
    loop {
        tick.tick().await;
        let rows = rows(cluster).await?;
        let gone = stillness.look(std::time::Instant::now(), rows.iter().map(|row| (row.id, row.count)));
        let rival = rows.iter().find(|row| {
            let comes_first = row.count != JOINING || row.id < me;
            row.id != me && comes_first && !gone.contains(&row.id) && name_of(row).as_deref() == Some(&name)
        });
        let Some(rival) = rival else { return Ok(()) };
        if last.is_some_and(|(id, count)| id == rival.id && count != rival.count) {
            changed_at = Some(Instant::now());
        }
        last = Some((rival.id, rival.count));
        let lives = changed_at.is_some_and(|at| at.elapsed() <= 3 * timing.beat);
        if lives && began.elapsed() >= timing.gone_after {
            remove_row(cluster, &me.to_string()).await?;
            let place = described(&rival.info).and_then(|info| info.links);
            let place = place.map(|address| format!(" at {address}")).unwrap_or_default();
            return Err(JoinError::NameTaken { name, other: rival.id, place });
        }
    }
}

fn name_of(row: &Row) -> Option<String> {
    described(&row.info).map(|info| info.name)
}
