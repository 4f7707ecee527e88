//! What the version before wrote is read and goes on the same way: a snapshot, the inputs since, what was told, and the state then. Nodes of
//! both versions run side by side.

use serde_json::Value;
use tandem_proto::Timestamp;
use tandem_routing::{Domain, Input, Output, Saved};

/// Made by the version before from seeds of these numbers.
const RUNS: [&str; 4] = [
    include_str!("previous/3.json"),
    include_str!("previous/5.json"),
    include_str!("previous/8.json"),
    include_str!("previous/13.json"),
];

/// Explanations name excluded members in another order since, and count them.
fn without_exclusions(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.remove("excluded");
            fields.remove("counts");
            let rest = std::mem::take(fields);
            Value::Object(rest.into_iter().map(|(name, value)| (name, without_exclusions(value))).collect())
        }
        Value::Array(values) => {
            Value::Array(std::mem::take(values).into_iter().map(without_exclusions).collect())
        }
        _ => value,
    }
}

#[test]
fn a_snapshot_and_inputs_of_the_version_before_go_on_the_same_way() {
    let mut offers = 0;
    for run in RUNS {
        let mut run: Value = serde_json::from_str(run).expect("a run");
        let mut part = |name: &str| run[name].take();
        let saved: Saved = serde_json::from_value(part("snapshot")).expect("a snapshot");
        let inputs: Vec<(Timestamp, Input)> = serde_json::from_value(part("inputs")).expect("inputs");
        let mut domain = Domain::restore(saved).expect("a consistent snapshot");
        let mut outputs = Vec::new();
        for (now, input) in inputs {
            // A refusal was told when it happened first.
            let _ = domain.handle(now, input);
            outputs.extend(std::iter::from_fn(|| domain.poll_output()));
        }
        offers += outputs.iter().filter(|output| matches!(output, Output::Offered { .. })).count();
        let value =
            |of: &dyn Fn() -> serde_json::Result<Value>| without_exclusions(of().expect("plain data"));
        assert_eq!(value(&|| serde_json::to_value(&outputs)), without_exclusions(part("outputs")));
        // What is new is left out of the state where it is not used, so that the version before reads it.
        assert_eq!(value(&|| serde_json::to_value(domain.save())), without_exclusions(part("state")));
    }
    assert!(offers > 50, "{offers} offers say little");
}
