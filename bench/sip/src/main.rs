//! How long a SIP message takes: reading a carrier's INVITE of 1.7 kB with six of its headers typed, and writing it again. Beside it, in
//! the same run, another library does the same.
//!
//! `make bench-sip`. With `QUICK=1` it ends within a minute.

mod invite;
mod peers;

use std::{
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tandem_bench_report::{Row, median, publish};
use tandem_sip::{Message, Name};

/// Goal for reading and writing the INVITE, in microseconds.
const GOAL_US: f64 = 2.0;

fn main() -> std::io::Result<()> {
    let quick = std::env::var_os("QUICK").is_some();
    let (rounds, round) =
        if quick { (5, Duration::from_millis(200)) } else { (25, Duration::from_millis(400)) };
    let invite = Bytes::from(invite::INVITE.replace('\n', "\r\n"));
    let measures: [Measure; 4] = [
        ("parse, six headers typed, serialise", |invite| ours(invite).len()),
        ("parse alone", |invite| usize::from(Message::parse(invite).is_ok())),
        ("rsip 0.4: parse, six headers typed, serialise", |invite| peers::rsip(invite).len()),
        ("copy and UTF-8 check alone", |invite| {
            std::str::from_utf8(&black_box(invite.to_vec())).map_or(0, str::len)
        }),
    ];
    let [both, parse, rsip, floor] = measures.map(|measure| time_us(&invite, measure.1, rounds, round));
    let [ours, theirs] = [|invite: &Bytes| ours(invite).len(), |invite: &Bytes| peers::rsip(invite).len()]
        .map(|run: fn(&Bytes) -> usize| allocations(&invite, run));
    let name = |of: usize| format!("INVITE of {} bytes: {}", invite.len(), measures[of].0);
    let mut row = Row::at_most(name(0), "µs", both, GOAL_US).floor(floor);
    (row.peer, row.peer_name) = (Some(rsip), Some("rsip 0.4"));
    let mut heap = Row::plain(format!("{}: allocations", name(0)), "each", ours);
    (heap.peer, heap.peer_name) = (Some(theirs), Some("rsip 0.4"));
    let rows = [row, Row::plain(name(1), "µs", parse).floor(floor), heap];
    publish(&rows, &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench/sip.json"))
}

/// A name and what is measured.
type Measure = (&'static str, fn(&Bytes) -> usize);

/// Via, From, To and CSeq are typed by reading; Contact and Record-Route when asked for.
fn ours(invite: &Bytes) -> Bytes {
    let Ok(Message::Request(request)) = Message::parse(invite) else { panic!("the INVITE is sound") };
    let contact = request.headers.contact().expect("one Contact");
    let routes = request.headers.addresses(&Name::RecordRoute).expect("a route");
    black_box((&request.via, &request.from, &request.to, &request.cseq, contact, routes));
    request.to_bytes()
}

/// The median of the rounds, in microseconds a run.
fn time_us(invite: &Bytes, run: fn(&Bytes) -> usize, rounds: usize, round: Duration) -> f64 {
    const BATCH: u32 = 1_000;
    let each = (0..=rounds).map(|_| {
        let (began, mut runs) = (Instant::now(), 0);
        while began.elapsed() < round {
            (0..BATCH).for_each(|_| _ = black_box(run(black_box(invite))));
            runs += BATCH;
        }
        began.elapsed().as_secs_f64() * 1e6 / f64::from(runs)
    });
    // The first round warms up.
    median(each.skip(1).collect())
}

#[expect(clippy::cast_precision_loss, reason = "a handful")]
fn allocations(invite: &Bytes, run: fn(&Bytes) -> usize) -> f64 {
    allocation_counter::measure(|| _ = black_box(run(black_box(invite)))).count_total as f64
}
