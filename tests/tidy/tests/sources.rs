//! What no source file may hold.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    // A test runs in its package's folder. Where that was when this was compiled may be another checkout: compiled tests are kept.
    PathBuf::from("../..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("folder reads").flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let skipped = ["target", "node_modules", "dist", "data", ".git", "tidy"];
        if path.is_dir() && !skipped.iter().any(|s| name == *s) {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn each_source(mut check: impl FnMut(&str, &str)) {
    let mut found = Vec::new();
    sources(&root(), &mut found);
    assert!(found.len() > 50, "only {} sources found: is the folder right?", found.len());
    for path in found {
        let text = fs::read_to_string(&path).expect("source reads");
        let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
        check(&name, &text);
    }
}

/// A right to an org's data is made by the server alone; tests may make one.
#[test]
fn only_the_server_makes_a_mint() {
    let mut wrong = Vec::new();
    each_source(|name, text| {
        let allowed = name.starts_with("server/")
            || name.starts_with("platform/core/")
            || name.contains("test")
            || name.starts_with("bench/");
        let product_code = text.split("#[cfg(test)]").next().unwrap_or(text);
        if !allowed && product_code.contains("Mint::for_server(") {
            wrong.push(name.to_owned());
        }
    });
    assert!(wrong.is_empty(), "Mint::for_server outside the server: {wrong:?}");
}

/// Nothing called done that is not.
#[test]
fn nothing_is_left_undone() {
    let mut wrong = Vec::new();
    each_source(|name, text| {
        for mark in ["todo!(", "unimplemented!(", "FIXME", "#[ignore"] {
            if text.contains(mark) {
                wrong.push(format!("{name}: {mark}"));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file is about one subject; past this many lines it is about two.
#[test]
fn files_stay_readable() {
    let mut wrong = Vec::new();
    each_source(|name, text| {
        let lines = text.lines().count();
        if lines > 900 {
            wrong.push(format!("{name}: {lines} lines"));
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What sees every org's rows says why it may: in a comment right before it that begins with these words.
#[test]
fn who_reads_across_orgs_says_why() {
    const BEFORE: usize = 8;
    let mut wrong = Vec::new();
    each_source(|name, text| {
        if name.contains("/tests/") || name.starts_with("tests/") || name.starts_with("bench/") {
            return;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (index, _) in lines.iter().enumerate().filter(|(_, line)| line.contains(".across_orgs()")) {
            let before = &lines[index.saturating_sub(BEFORE)..index];
            if !before.iter().any(|line| line.trim_start().starts_with("// All orgs: ")) {
                wrong.push(format!("{name}:{}: no comment `// All orgs: …` says why", index + 1));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whoever looks at the metrics of several programs sees which are ours.
#[test]
fn metrics_have_our_prefix() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    each_source(|name, text| {
        for kind in ["counter!(", "gauge!(", "histogram!("] {
            for (at, _) in text.match_indices(kind) {
                seen += 1;
                let what = text[at + kind.len()..].trim_start();
                if !what.starts_with("\"tandem_") {
                    let line = text[..at].lines().count();
                    wrong.push(format!("{name}:{line}: {kind}{}", what.lines().next().unwrap_or_default()));
                }
            }
        }
    });
    assert!(seen > 50, "only {seen} metrics found: are the macros called otherwise?");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
