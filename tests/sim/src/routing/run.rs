//! One run: the domain, the oracle and the ledger side by side.

use tandem_proto::{Timestamp, api::Decision};
use tandem_routing::{Domain, Holder, Input, Output};

use super::{Ledger, Oracle, World};

/// What a run did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Inputs given.
    pub inputs: u64,
    /// Of these, refused.
    pub refused: u64,
    /// Offers made.
    pub offers: u64,
    /// Interactions answered.
    pub answered: u64,
}

impl Summary {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            inputs: self.inputs + other.inputs,
            refused: self.refused + other.refused,
            offers: self.offers + other.offers,
            answered: self.answered + other.answered,
        }
    }
}

/// Runs a seed's world for `steps` inputs, comparing answers and outputs after each and the whole state after every `look`th, and then once
/// more from the inputs alone.
///
/// # Errors
/// What differed, and after which input.
pub fn run(seed: u64, steps: u64, look: u64) -> Result<Summary, String> {
    let mut world = World::new(seed);
    let (mut domain, mut oracle, mut ledger) = (Domain::new(1, seed), Oracle::default(), Ledger::default());
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    let mut summary = Summary::default();
    let mut halfway = None;
    for step in 0..steps {
        if step == steps / 2 {
            halfway = Some((domain.clone(), inputs.len(), outputs.len()));
        }
        let (now, input) = world.next(domain.poll_timeout());
        inputs.push((now, input.clone()));
        let context = |what: String| format!("step {step}, {input:?} at {now}: {what}");
        let result = domain.handle(now, input.clone());
        let told: Vec<Output> = std::iter::from_fn(|| domain.poll_output()).collect();

        let mut offers = told.iter().filter_map(|output| match output {
            Output::Offered { offer, .. } => Some(*offer),
            _ => None,
        });
        let (expected_result, expected) = oracle.handle(now, &input, &mut offers);
        same("the answer", &result, &expected_result).map_err(context)?;
        same_outputs(&told, &expected).map_err(context)?;
        let looks = (step + 1).is_multiple_of(look);
        if looks {
            same_state(&domain, &oracle, now, step).map_err(context)?;
        }

        if result.is_ok() {
            ledger.taken(&input);
        }
        for output in &told {
            ledger.book(output).map_err(|what| context(format!("{what}: {output:?}")))?;
            world.saw(output);
        }
        if looks {
            ledger.balance(&domain.items()).map_err(context)?;
        }

        summary.inputs += 1;
        summary.refused += u64::from(result.is_err());
        summary.offers +=
            told.iter().filter(|output| matches!(output, Output::Offered { .. })).count() as u64;
        summary.answered +=
            told.iter().filter(|output| matches!(output, Output::Released { .. })).count() as u64;
        outputs.extend(told);
    }
    same("a replay", &replay(Domain::new(1, seed), &inputs), &outputs)?;
    if let Some((half, input, output)) = halfway {
        same("a replay from a copy", &replay(half, &inputs[input..]), &outputs[output..].to_vec())?;
    }
    Ok(summary)
}

fn replay(mut domain: Domain, inputs: &[(Timestamp, Input)]) -> Vec<Output> {
    let mut outputs = Vec::new();
    for (now, input) in inputs {
        // Refused or not was compared when it happened first.
        let _ = domain.handle(*now, input.clone());
        outputs.extend(std::iter::from_fn(|| domain.poll_output()));
    }
    outputs
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, should: &T) -> Result<(), String> {
    if is == should { Ok(()) } else { Err(format!("{what} is\n  {is:?}\nand should be\n  {should:?}")) }
}

fn same_outputs(told: &[Output], expected: &[Output]) -> Result<(), String> {
    for at in 0..told.len().max(expected.len()) {
        match (told.get(at), expected.get(at)) {
            (
                Some(Output::Offered { offer, item, queue, agent, expires_at, decision }),
                Some(Output::Offered {
                    offer: o,
                    item: i,
                    queue: q,
                    agent: a,
                    expires_at: e,
                    decision: expected,
                }),
            ) => {
                same("the offer", &(offer, item, queue, agent, expires_at), &(o, i, q, a, e))?;
                same_decision(decision, expected)?;
            }
            (told, expected) => same("the output", &told, &expected)?,
        }
    }
    Ok(())
}

/// The oracle names every member who is not eligible; the domain up to 20, each with the same reason.
fn same_decision(told: &Decision, expected: &Decision) -> Result<(), String> {
    let plain = |decision: &Decision| {
        let mut counts = decision.counts.clone();
        counts.sort_by(|a, b| a.reason.cmp(&b.reason));
        Decision { excluded: vec![], counts, ..decision.clone() }
    };
    same("the decision", &plain(told), &plain(expected))?;
    if let Some(wrong) = told.excluded.iter().find(|excluded| !expected.excluded.contains(excluded)) {
        return Err(format!("{wrong:?} is excluded, expected {:?}", expected.excluded));
    }
    same("how many are excluded", &told.excluded.len(), &expected.excluded.len().min(20))
}

/// Explanations are compared for every fifth waiting item: the oracle takes its time over each.
fn same_state(domain: &Domain, oracle: &Oracle, now: Timestamp, step: u64) -> Result<(), String> {
    let mut agents = domain.agents();
    agents.iter_mut().for_each(|agent| agent.items.sort_unstable());
    same("the agents", &agents, &oracle.agents())?;
    same("the next deadline", &domain.poll_timeout(), &oracle.next_due())?;
    for queue in oracle.queues() {
        let waiting = domain.waiting(queue);
        same("what waits", &waiting, &oracle.waiting(queue))?;
        for (at, item) in waiting.iter().enumerate() {
            same("a position", &domain.position(item.item), &u32::try_from(at + 1).ok())?;
            if item.holder == Holder::Queue && (at as u64 + step).is_multiple_of(5) {
                let told = domain.explain(now, item.item).ok_or("no explanation")?;
                let expected = oracle.explain(item.item).ok_or("nothing to explain")?;
                same_decision(&told, &Decision { at: now, ..expected })?;
                same("who could take a waiting item", &told.eligible, &0)?;
            }
        }
    }
    Ok(())
}
