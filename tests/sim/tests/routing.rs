//! Routing against the oracle, for many seeds. `SEEDS=n` runs n of them, `SEED=s` that one alone.

use std::panic::catch_unwind;

use tandem_sim::routing::{Summary, restored, run};

/// Inputs per seed.
const STEPS: u64 = 250;
/// Seeds in CI.
const SEEDS: u64 = 500;

/// Seeds that once failed.
const REGRESSIONS: &[u64] = &[];

#[expect(clippy::disallowed_methods, reason = "how much to test is for whoever runs the tests to say")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

fn checked(seed: u64) -> Summary {
    match catch_unwind(|| run(seed, STEPS)) {
        Ok(Ok(summary)) => summary,
        Ok(Err(what)) => panic!("SEED={seed} fails at {what}"),
        Err(_) => panic!("SEED={seed} panics, see above"),
    }
}

fn seeds() -> Vec<u64> {
    match number("SEED") {
        Some(seed) => vec![seed],
        None => REGRESSIONS.iter().copied().chain(0..number("SEEDS").unwrap_or(SEEDS)).collect(),
    }
}

#[test]
fn a_domain_that_is_cut_off_anywhere_and_restored_goes_on_as_if_it_had_not_been() {
    let mut cuts = 0;
    for seed in seeds() {
        match catch_unwind(|| restored(seed, STEPS)) {
            Ok(Ok(times)) => cuts += times,
            Ok(Err(what)) => panic!("SEED={seed} fails at {what}"),
            Err(_) => panic!("SEED={seed} panics, see above"),
        }
    }
    assert!(cuts > 0, "nothing was cut off");
}

#[test]
fn every_seed_gives_what_the_oracle_gives() {
    let seeds = seeds();
    let mut total = Summary::default();
    for seed in &seeds {
        let Summary { inputs, refused, offers, answered } = checked(*seed);
        total = Summary {
            inputs: total.inputs + inputs,
            refused: total.refused + refused,
            offers: total.offers + offers,
            answered: total.answered + answered,
        };
    }
    if seeds.len() > 100 {
        // The world must not have fallen asleep.
        assert!(total.offers > total.inputs / 10, "{total:?}");
        assert!(total.answered > total.inputs / 30, "{total:?}");
        assert!(total.refused < total.inputs / 3, "{total:?}");
    }
}
