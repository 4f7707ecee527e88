//! docs/security.md answers every requirement once, in the words it says it does, and names what is there.

use std::{collections::BTreeSet, fs, path::Path};

const ROOT: &str = "../..";
/// Requirements of ASVS 5.0 at levels 1 and 2.
const REQUIREMENTS: usize = 253;
const ANSWERS: [&str; 5] = ["**yes**", "**partly**", "**no**", "**runs**", "**–**"];

fn text() -> String {
    fs::read_to_string(format!("{ROOT}/docs/security.md")).expect("docs/security.md")
}

#[test]
fn every_requirement_has_one_answer() {
    let text = text();
    let mut asked = BTreeSet::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [number, _, answer] = cells[..] else { continue };
        let number = number.trim_start_matches("| ");
        if !number.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        assert!(ANSWERS.iter().any(|word| answer.starts_with(word)), "{number}: {answer}");
        assert!(asked.insert(number.to_owned()), "{number} is answered twice");
    }
    assert_eq!(asked.len(), REQUIREMENTS);
}

#[test]
fn what_it_names_is_there() {
    let text = text();
    let is_path = |text: &str| {
        text.contains('/') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_.-".contains(&byte))
    };
    // What stands between backquotes is every second part.
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|each| is_path(each)).collect();
    assert!(named.len() > 100, "{}", named.len());
    let missing: BTreeSet<&str> = named
        .into_iter()
        .filter(|each| {
            let path = each
                .strip_prefix("e2e/")
                .map_or((*each).to_owned(), |spec| format!("tests/e2e/specs/{spec}"));
            !path.starts_with('/') && !Path::new(ROOT).join(path).exists()
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
