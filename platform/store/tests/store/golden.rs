//! Every shape an event ever had can still be read. `tests/golden/KIND.vSCHEMA.json` holds a payload of each.

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::Value;
use tandem_proto::events::{self, EventType};
use tandem_store::upcast;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The fixtures by kind and schema version.
fn fixtures() -> BTreeMap<(String, u16), Value> {
    let files = std::fs::read_dir(folder()).expect("the folder of fixtures");
    files
        .map(|file| {
            let path = file.expect("readable").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
            let (kind, schema) =
                name.strip_suffix(".json").and_then(|name| name.rsplit_once(".v")).unwrap_or_else(|| {
                    panic!("{name}: fixtures are named KIND.vSCHEMA.json");
                });
            let data = serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
            ((kind.to_owned(), schema.parse().expect("a schema version")), data)
        })
        .collect()
}

/// What is wrong with a fixture, or nothing.
fn fault(known: &BTreeMap<&str, &EventType>, kind: &str, schema: u16, data: Value) -> Option<String> {
    let Some(event) = known.get(kind) else {
        return Some("no such event: a kind is never taken back".to_owned());
    };
    let (shape, upcasted) = upcast(kind, schema, data);
    if shape != event.schema {
        return Some(format!("upcasting ends at schema {shape}, today's is {}: add an upcast", event.schema));
    }
    match (event.round_trip)(upcasted.clone()) {
        Ok(written) if written == upcasted => None,
        Ok(written) => Some(format!("read and written again it is {written}")),
        Err(error) => {
            Some(format!("{error}: a released shape never changes; raise SCHEMA and add an upcast"))
        }
    }
}

/// A pointer that leads nowhere would leave what is personal in plain text.
#[test]
fn what_is_personal_is_where_it_is_said_to_be() {
    let fixtures = fixtures();
    for event in events::all() {
        let data = &fixtures[&(event.kind.to_owned(), event.schema)];
        for pointer in event.personal {
            let text = data.pointer(pointer);
            assert!(text.is_some_and(|text| text.is_string() || text.is_null()), "{} {pointer}", event.kind);
        }
    }
}

#[test]
fn every_shape_of_every_event_reads_as_todays_type() {
    let known: BTreeMap<&str, &EventType> = events::all().map(|event| (event.kind, event)).collect();
    let faults: Vec<String> = fixtures()
        .into_iter()
        .filter_map(|((kind, schema), data)| {
            fault(&known, &kind, schema, data).map(|fault| format!("{kind}.v{schema}.json: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_schema_version_of_every_event_has_a_fixture() {
    let fixtures = fixtures();
    let missing: Vec<String> = events::all()
        .flat_map(|event| (1..=event.schema).map(move |schema| (event.kind.to_owned(), schema)))
        .filter(|shape| !fixtures.contains_key(shape))
        .map(|(kind, schema)| format!("{kind}.v{schema}.json"))
        .collect();
    assert!(
        missing.is_empty(),
        "write a representative payload to {}: {}",
        folder().display(),
        missing.join(", ")
    );
}

#[test]
fn no_kind_is_used_twice() {
    let mut kinds: Vec<&str> = events::all().map(|event| event.kind).collect();
    kinds.sort_unstable();
    assert!(kinds.windows(2).all(|pair| pair[0] != pair[1]), "{kinds:?}");
}
