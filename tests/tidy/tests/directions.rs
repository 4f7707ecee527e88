//! Dependencies point down (docs/ARCHITECTURE.md): `server → products → shells → cores → proto`, and cores stay pure.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Every crate of ours with its layer. A crate may depend on lower layers only, and within its own layer only where `SIDEWAYS` says so.
const LAYERS: &[(&str, u8)] = &[
    ("tandem-proto", 0),
    ("tandem-core", 1),
    ("tandem-vault", 2),
    ("tandem-presence", 2),
    ("tandem-routing", 2),
    ("tandem-media", 2),
    ("tandem-codec", 2),
    ("tandem-sip", 2),
    ("tandem-call", 2),
    ("tandem-presence-redis", 3),
    ("tandem-store", 3),
    ("tandem-bus", 3),
    ("tandem-outbound", 3),
    ("tandem-setup", 3),
    ("tandem-blobs", 4),
    ("tandem-cluster", 4),
    ("tandem-edge", 5),
    ("tandem-relay", 5),
    ("tandem-routing-engine", 5),
    ("tandem-signaling", 5),
    ("tandem-collaborate", 6),
    ("tandem-communicate", 7),
    ("tandem-engage", 8),
    ("tandem-bridge", 8),
    ("tandem-server", 9),
];

/// Cores that build on another core of the same domain.
const SIDEWAYS: &[(&str, &str)] = &[("tandem-codec", "tandem-media"), ("tandem-call", "tandem-sip")];

/// Layers up to this one are pure.
const LAST_PURE_LAYER: u8 = 2;

/// What a pure crate may never depend on, tests aside.
const IMPURE: &[&str] =
    &["tokio", "axum", "sqlx", "redis", "mio", "socket2", "hyper", "reqwest", "tracing", "metrics"];

fn packages() -> Vec<Package> {
    // As in sources.rs: a test runs in its package's folder.
    let manifest = "../../Cargo.toml";
    let metadata =
        MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata runs");
    metadata.packages
}

/// Tests and benchmarks stand above everything.
fn is_product(package: &Package) -> bool {
    let path = package.manifest_path.as_str();
    !path.contains("/tests/") && !path.contains("/bench/")
}

fn normal_dependencies(package: &Package) -> impl Iterator<Item = &str> {
    package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal).map(|d| d.name.as_str())
}

#[test]
fn every_edge_points_down() {
    let layers: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in packages().iter().filter(|p| is_product(p)) {
        let name = package.name.as_str();
        let Some(layer) = layers.get(name) else {
            wrong.push(format!("{name} has no layer: add it to LAYERS and to docs/ARCHITECTURE.md"));
            continue;
        };
        for dependency in normal_dependencies(package) {
            let Some(below) = layers.get(dependency) else { continue };
            if below >= layer && !SIDEWAYS.contains(&(name, dependency)) {
                wrong.push(format!("{name} (layer {layer}) depends on {dependency} (layer {below})"));
            }
        }
    }
    assert!(wrong.is_empty(), "wrong edges:\n{}", wrong.join("\n"));
}

#[test]
fn cores_stay_pure() {
    let mut wrong = Vec::new();
    for package in packages() {
        let pure =
            LAYERS.iter().any(|(name, layer)| *name == package.name.as_str() && *layer <= LAST_PURE_LAYER);
        let impure = normal_dependencies(&package).filter(|d| pure && IMPURE.contains(d));
        wrong.extend(impure.map(|d| format!("{} is a core and depends on {d}", package.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    for package in packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).expect("manifest reads");
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{} does not take the workspace's lints",
            package.name
        );
    }
}
