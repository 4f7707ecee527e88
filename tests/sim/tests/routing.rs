//! Routing against the oracle, for many seeds. `SEEDS=n` runs n of them, `SEED=s` that one alone. A thousand million inputs, some hours on
//! one machine: `SEEDS=4000000 cargo test --release -p tandem-sim --test routing every_seed`.

use std::{
    panic::catch_unwind,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use tandem_sim::routing::{Summary, restored, run};

/// Inputs per seed.
const STEPS: u64 = 250;
/// Seeds in CI: a million inputs.
const SEEDS: u64 = 4_000;
/// Seeds that are also cut off and restored, in CI.
const CUT_SEEDS: u64 = 500;
/// Of so many seeds the whole state is compared after each input of one, and after every 25th of the others.
const CLOSELY: u64 = 16;

/// Seeds that once failed.
const REGRESSIONS: &[u64] = &[2_129, 2_668, 3_041, 5_609];

#[expect(clippy::disallowed_methods, reason = "how much to test is for whoever runs the tests to say")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

fn checked(seed: u64) -> Summary {
    let look = if seed.is_multiple_of(CLOSELY) { 1 } else { 25 };
    match catch_unwind(|| run(seed, STEPS, look)) {
        Ok(Ok(summary)) => summary,
        Ok(Err(what)) => panic!("SEED={seed} fails at {what}"),
        Err(_) => panic!("SEED={seed} panics, see above"),
    }
}

fn seeds(count: u64) -> Vec<u64> {
    match number("SEED") {
        Some(seed) => vec![seed],
        None => REGRESSIONS.iter().copied().chain(0..number("SEEDS").unwrap_or(count)).collect(),
    }
}

/// Runs seeds on all processors and adds up what they did.
fn all(seeds: &[u64]) -> Summary {
    let next = AtomicU64::new(0);
    let work = || {
        let mut total = Summary::default();
        while let Some(seed) =
            usize::try_from(next.fetch_add(1, Ordering::Relaxed)).ok().and_then(|at| seeds.get(at))
        {
            total = total.and(checked(*seed));
        }
        total
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().fold(Summary::default(), |total, worker| match worker.join() {
            Ok(summary) => total.and(summary),
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

#[test]
fn a_domain_that_is_cut_off_anywhere_and_restored_goes_on_as_if_it_had_not_been() {
    let mut cuts = 0;
    for seed in seeds(CUT_SEEDS) {
        match catch_unwind(|| restored(seed, STEPS)) {
            Ok(Ok(times)) => cuts += times,
            Ok(Err(what)) => panic!("SEED={seed} fails at {what}"),
            Err(_) => panic!("SEED={seed} panics, see above"),
        }
    }
    assert!(cuts > 0, "nothing was cut off");
}

#[test]
#[expect(clippy::print_stdout, reason = "how much was compared, for whoever asked for more")]
fn every_seed_gives_what_the_oracle_gives() {
    let seeds = seeds(SEEDS);
    let total = all(&seeds);
    println!("{total:?}");
    if seeds.len() > 100 {
        // The world must not have fallen asleep.
        assert!(total.offers > total.inputs / 10, "{total:?}");
        assert!(total.answered > total.inputs / 30, "{total:?}");
        assert!(total.refused < total.inputs / 3, "{total:?}");
    }
}
