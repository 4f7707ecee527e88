//! A domain that is cut off at any point and goes on elsewhere, beside one that never was.

use tandem_proto::Timestamp;
use tandem_routing::{Domain, Input, Output, Saved};

use super::World;
use crate::Rng;

/// Runs a seed's world for `steps` inputs on a domain that is never cut off, and beside it on one that is saved, written down, read and
/// restored at random points, with inputs replayed over a snapshot that is older by some. Both raise their epoch where a new owner would.
/// Answers how often it was cut off.
///
/// # Errors
/// What differed, and after which input.
pub fn restored(seed: u64, steps: u64) -> Result<u64, String> {
    let (mut world, mut luck) = (World::new(seed), Rng::new(!seed));
    let mut whole = Domain::new(1, seed);
    let mut cut = Domain::new(1, seed);
    let (mut snapshot, mut since) = (written(&cut), Vec::new());
    let mut cuts = 0;
    for step in 0..steps {
        let (now, input) = world.next(whole.poll_timeout());
        let context = |what: &str| format!("step {step}, {input:?} at {now}: {what}");
        let expected = (whole.handle(now, input.clone()), outputs(&mut whole));
        if (cut.handle(now, input.clone()), outputs(&mut cut)) != expected {
            return Err(context("the answer or an output differs"));
        }
        if cut.poll_timeout() != whole.poll_timeout() || written(&cut) != written(&whole) {
            return Err(context("the state differs"));
        }
        expected.1.iter().for_each(|output| world.saw(output));
        since.push((now, input.clone()));
        if luck.chance(10) {
            (snapshot, since) = (written(&cut), Vec::new());
        }
        if luck.chance(10) {
            cuts += 1;
            cut = read(&snapshot, &since).map_err(|what| context(&what))?;
            if luck.chance(50) {
                // What a new owner does first: the next epoch, and a snapshot in it.
                whole.begin_epoch(1 + cuts, seed);
                cut.begin_epoch(1 + cuts, seed);
                (snapshot, since) = (written(&cut), Vec::new());
            }
        }
    }
    Ok(cuts)
}

fn outputs(domain: &mut Domain) -> Vec<Output> {
    std::iter::from_fn(|| domain.poll_output()).collect()
}

fn written(domain: &Domain) -> String {
    serde_json::to_string(&domain.save()).expect("a domain is plain data")
}

fn read(snapshot: &str, inputs: &[(Timestamp, Input)]) -> Result<Domain, String> {
    let saved: Saved = serde_json::from_str(snapshot).map_err(|error| error.to_string())?;
    let mut domain = Domain::restore(saved).map_err(|error| error.to_string())?;
    for (now, input) in inputs {
        // An input as it is logged.
        let logged = serde_json::to_string(input).map_err(|error| error.to_string())?;
        let input = serde_json::from_str(&logged).map_err(|error| error.to_string())?;
        // A refusal was told when it happened first.
        let _ = domain.handle(*now, input);
        outputs(&mut domain);
    }
    Ok(domain)
}
