//! Holds the arrows between crates that ARCHITECTURE.md draws. Small libraries are free; our own
//! crates and the families named here are not.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each of our crates may depend on outside of tests.
const ARROWS: &[(&str, &[&str])] = &[
    ("features", &["arrow"]),
    ("contract", &["features", "arrow"]),
    ("native", &["contract", "features", "arrow", "cranelift", "ruff"]),
    ("engine", &["contract", "arrow", "datafusion", "tokio"]),
    ("pyhost", &["contract", "arrow", "pyo3", "pyo3-arrow"]),
    ("python", &["contract", "engine", "native", "pyhost", "text", "arrow", "pyo3", "pyo3-arrow"]),
    ("testkit", &["contract", "arrow", "proptest"]),
    ("text", &[]),
    ("rust-loops", &["features", "arrow", "pyo3", "pyo3-arrow"]),
    ("sql-tests", &["contract", "engine", "testkit", "arrow"]),
];

/// Libraries so heavy, or so defining, that each needs an arrow of its own.
const FAMILIES: &[&str] = &[
    "arrow",
    "cranelift",
    "datafusion",
    "object_store",
    "parquet",
    "polars",
    "pyo3",
    "pyo3-arrow",
    "ruff",
    "tokio",
    "proptest",
];

fn family(dependency: &str) -> Option<String> {
    if let Some(own) = dependency.strip_prefix("arrowsmith-") {
        return Some(own.to_owned());
    }
    let known = FAMILIES.iter().filter(|family| {
        dependency == **family
            || dependency.strip_prefix(**family).is_some_and(|rest| rest.starts_with(['-', '_']))
    });
    // The longest match: pyo3-arrow is its own family, pyo3-ffi is pyo3's.
    known.max_by_key(|family| family.len()).map(ToString::to_string)
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata runs");
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.strip_prefix("arrowsmith-").unwrap_or(&package.name).to_owned();
        let Some(arrows) = allowed.get(name.as_str()) else {
            wrong.push(format!("{name} has no arrows; give it some in this test"));
            continue;
        };
        for dependency in &package.dependencies {
            if dependency.kind == DependencyKind::Development {
                continue;
            }
            match family(&dependency.name) {
                Some(to) if !arrows.contains(&to.as_str()) => wrong.push(format!("{name} -> {to}")),
                _ => {}
            }
        }
        seen.insert(name);
    }
    assert_eq!(wrong, Vec::<String>::new());
    let expected: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(seen, expected, "the crates of this workspace");
}
