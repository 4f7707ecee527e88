//! Who writes what the hub queued: one lane per core, each with its share of the sockets.
//!
//! A write costs far more than a frame: several microseconds of the network stack, whatever its size. So a socket is written to at most
//! once per [`PACE`], and what is for many waits [`GATHER`] for others to go with it: in a chat of hundreds that is alive, a burst of
//! messages becomes one write per member. What is for few goes out at once.

use std::{collections::VecDeque, num::NonZero, thread, time::Duration};

use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::{unconstrained, yield_now},
    time::{Instant, sleep_until},
};

use super::outgoing::Outgoing;

/// Between two writes to a socket, unless its client asked for something.
const PACE: Duration = Duration::from_millis(5);
/// How long a frame for many waits for others.
const GATHER: Duration = Duration::from_millis(8);
/// From so many readers on a frame is one for many.
const MANY: usize = 32;
/// Writes before other tasks have a turn.
const TURN: usize = 64;

/// Sockets to be flushed, none of which is on any list twice: that bounds the lists.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<UnboundedSender<List>>,
}

#[derive(Debug)]
struct List {
    sockets: Vec<Outgoing>,
    not_before: Instant,
}

impl Lanes {
    /// Starts them; they end when this is dropped.
    pub(super) fn start() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let lanes = (0..cores).map(|_| {
            let (lane, lists) = mpsc::unbounded_channel();
            // A lane gives way by itself. Counted as a task's readiness is, its writes would seem blocked after some dozens.
            tokio::spawn(unconstrained(run(lists)));
            lane
        });
        Self { lanes: lanes.collect() }
    }

    /// Flushes these soon, spread over the lanes by their numbers.
    pub(super) fn flush(&self, dirty: &mut Dirty) {
        let now = Instant::now();
        self.hand_out(&mut dirty.few, now);
        self.hand_out(&mut dirty.many, now + GATHER);
    }

    fn hand_out(&self, sockets: &mut Vec<(u64, Outgoing)>, not_before: Instant) {
        if sockets.is_empty() {
            return;
        }
        let count = self.lanes.len();
        let mut lists: Vec<Vec<Outgoing>> = self.lanes.iter().map(|_| Vec::new()).collect();
        for (number, socket) in sockets.drain(..) {
            lists[usize::try_from(number).unwrap_or(0) % count].push(socket);
        }
        for (lane, sockets) in self.lanes.iter().zip(lists).filter(|(_, sockets)| !sockets.is_empty()) {
            // A lane that is gone: the server ends.
            let _ = lane.send(List { sockets, not_before });
        }
    }
}

/// Sockets that something was queued for.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    few: Vec<(u64, Outgoing)>,
    many: Vec<(u64, Outgoing)>,
}

impl Dirty {
    /// Something that so many readers get was queued for a socket.
    pub(super) fn add(&mut self, number: u64, socket: &Outgoing, readers: usize) {
        if socket.list() {
            let list = if readers >= MANY { &mut self.many } else { &mut self.few };
            list.push((number, socket.clone()));
        }
    }
}

async fn run(mut lists: UnboundedReceiver<List>) {
    let mut waiting: VecDeque<List> = VecDeque::new();
    loop {
        let due = waiting.front().map(|list| list.not_before);
        tokio::select! {
            list = lists.recv() => match list {
                Some(list) => sort_in(&mut waiting, list),
                None => return,
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
        }
        while let Some(list) = waiting.pop_front_if(|list| list.not_before <= Instant::now()) {
            if let Some(later) = flush(list).await {
                sort_in(&mut waiting, later);
            }
        }
    }
}

/// Lists are few, one per batch of the hub within some milliseconds.
fn sort_in(waiting: &mut VecDeque<List>, list: List) {
    let at = waiting.partition_point(|other| other.not_before <= list.not_before);
    waiting.insert(at, list);
}

/// Flushes the sockets that may be written to; answers those that were written to a moment ago.
async fn flush(list: List) -> Option<List> {
    let now = Instant::now();
    let mut later = Vec::new();
    let mut not_before = now;
    for (turn, socket) in (1..).zip(list.sockets) {
        match socket.written().map(|written| written + PACE) {
            Some(next) if next > now => {
                not_before = not_before.max(next);
                later.push(socket);
            }
            _ => socket.flush_listed(),
        }
        if turn % TURN == 0 {
            yield_now().await;
        }
    }
    (!later.is_empty()).then_some(List { sockets: later, not_before })
}
