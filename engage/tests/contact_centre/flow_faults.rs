//! Every bad flow in `bad_flows/` is refused with exactly the faults its last lines list: `#! LINE FIELD: MESSAGE`.

use std::{fs, path::Path};

use tandem_engage::flow::{Names, parse};

fn names() -> Names {
    let set = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    Names { sounds: set(&["greeting", "music"]), queues: set(&["Support"]), skills: set(&["English"]) }
}

#[test]
fn faults_are_named_by_line_and_field() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contact_centre/bad_flows");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("folder reads") {
        let path = entry.expect("entry reads").path();
        let text = fs::read_to_string(&path).expect("file reads");
        let wanted: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("#! ")).map(str::to_owned).collect();
        let faults = parse(&text, &names()).expect_err("is refused");
        let line = |line: Option<u32>| line.map(|line| line.to_string()).unwrap_or_default();
        let found: Vec<_> =
            faults.iter().map(|f| format!("{} {}: {}", line(f.line), f.field, f.message)).collect();
        assert_eq!(found, wanted, "{}", path.display());
        count += 1;
    }
    assert!(count >= 8, "only {count} bad flows");
}

#[test]
fn the_demo_flow_is_good() {
    let flow = parse(include_str!("../../flows/support.toml"), &names()).expect("has no faults");
    assert_eq!((flow.name.as_str(), flow.nodes.len()), ("support", 2));
}

#[test]
fn a_text_that_is_too_long_is_refused_unread() {
    let text = "#".repeat(tandem_proto::limits::FLOW_BYTES + 1);
    assert_eq!(parse(&text, &names()).expect_err("is refused").len(), 1);
}
