//! Many sockets on which little happens.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use tandem_bench_report::Row;
use uuid::Uuid;

use crate::{Size, count, crowd::Crowd, people::Person, process, process::Meter, socket::Socket};

/// Sockets that are opened at the same time.
const AT_ONCE: usize = 32;
/// Sockets from one address of this machine.
const PER_ADDRESS: usize = 5_000;
/// Files that are no sockets.
const OTHER_FILES: usize = 200;
const GOAL_BYTES: f64 = 12_000.0;

/// What `size.sockets` authenticated and subscribed sockets take of the server's memory, each.
pub(crate) async fn sockets(
    address: SocketAddr,
    pid: u32,
    people: &[Person],
    size: &Size,
) -> io::Result<Vec<Row>> {
    let wanted = size.sockets.min(process::open_files()?.saturating_sub(OTHER_FILES));
    let before = process::memory(pid)?;
    let mut sockets = Vec::with_capacity(wanted);
    let mut opened = 0;
    while opened < wanted {
        let some = (opened..wanted.min(opened + AT_ONCE)).map(|number| async move {
            let host = u8::try_from(number / PER_ADDRESS + 2).unwrap_or(u8::MAX);
            let from = IpAddr::from(Ipv4Addr::new(127, 0, 0, host));
            let token = &people[number % people.len()].token;
            Socket::subscribed(address, token, Uuid::new_v4(), Some(from)).await
        });
        let some = futures::future::try_join_all(some).await?;
        opened += some.len();
        sockets.extend(some);
    }
    let crowd = Crowd::of(sockets, true);
    crowd.quiet().await;
    let each = (process::memory(pid)? - before) / count(wanted);
    let meter = Meter::start(pid)?;
    tokio::time::sleep(size.round * 2).await;
    let share = meter.share()?;
    if crowd.lost() > 0 {
        return Err(io::Error::other(format!("{} idle sockets were lost", crowd.lost())));
    }
    Ok(vec![
        Row::at_most(format!("{wanted} idle sockets: server memory each"), "bytes", each, GOAL_BYTES),
        Row::plain(format!("{wanted} idle sockets: server CPU, heartbeats"), "% core", share * 100.0),
    ])
}
