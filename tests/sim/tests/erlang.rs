//! The routing core serves random calls as Erlang C says.

use tandem_sim::routing::erlang::{Load, Service, formula, simulated};

/// 200 calls an hour of three minutes each, 14 agents, 20 s.
const LOAD: Load = Load { arrivals: 200.0 / 3_600.0, handling: 180.0, agents: 14, target: 20.0 };
/// Runs with seeds of their own.
const RUNS: u32 = 40;

#[test]
fn the_formula_gives_the_published_figures() {
    let Service { waits, level, speed } = formula(LOAD);
    assert!((waits - 0.174_131_933_595).abs() < 1e-12, "{waits}");
    assert!((level - 0.888_350_019_179).abs() < 1e-12, "{level}");
    assert!((speed - 7.835_937_011_8).abs() < 1e-9, "{speed}");
}

#[test]
fn the_engine_gives_what_the_formula_gives_within_three_standard_errors() {
    let runs: Vec<Service> = (0..u64::from(RUNS)).map(|seed| simulated(seed, LOAD, 500, 3_000)).collect();
    let exact = formula(LOAD);
    for (what, of) in [
        ("the share that waits", (|service| service.waits) as fn(&Service) -> f64),
        ("the service level", |service| service.level),
        ("the speed of answer", |service| service.speed),
    ] {
        let count = f64::from(RUNS);
        let mean = runs.iter().map(of).sum::<f64>() / count;
        let variance = runs.iter().map(|run| (of(run) - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let error = (variance / count).sqrt();
        let off = (mean - of(&exact)).abs() / error;
        assert!(error < 0.1 * of(&exact), "{what}: {error} says nothing");
        assert!(off < 3.0, "{what}: {mean} is {off:.1} standard errors off {}", of(&exact));
    }
}
