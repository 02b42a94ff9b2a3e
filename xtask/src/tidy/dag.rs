//! The house has floors: a crate depends only on what its row of the table names.
//!
//! Crates are called by their folder, as in docs/ARCHITECTURE.md: `losses` is crates/losses, package thalweg-losses.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Violation;
use super::source::Source;
use crate::Result;

const RULE: &str = "dag";

/// What a crate may name as a dependency or build-dependency.
const ALLOWED: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("losses", &["core"]),
    ("regularization", &["core"]),
    ("optimizers", &["core"]),
    ("autodiff", &["core"]),
    ("data", &["core"]),
    ("problems", &["core"]),
    ("likelihood", &["core", "losses"]),
    ("testkit", &["core", "problems"]),
    ("models", &["core", "losses", "likelihood", "regularization", "optimizers", "autodiff", "data"]),
    ("networks", &["core", "losses", "regularization", "optimizers", "autodiff"]),
    ("report", &["core"]),
    ("thalweg", LIBRARIES),
    ("cli", &["thalweg", ANY_LIBRARY]),
    ("benches", &["thalweg", "testkit", ANY_LIBRARY]),
    ("gradbench", &[ANY_LIBRARY]),
    ("conformance", &["thalweg", "testkit", ANY_LIBRARY]),
    ("xtask", &[]),
];

/// Stands for every name in `LIBRARIES`.
const ANY_LIBRARY: &str = "any library";

const LIBRARIES: &[&str] = &[
    "core",
    "losses",
    "regularization",
    "optimizers",
    "autodiff",
    "data",
    "problems",
    "likelihood",
    "models",
    "networks",
    "report",
];

/// What tests may use besides, in every crate above core.
const IN_TESTS: &[&str] = &["testkit", "problems"];
/// The crates whose tests may use the embedded data sets.
const DATA_IN_TESTS: &[&str] = &["models", "optimizers"];
/// The crates whose tests get nothing besides.
const NOTHING_IN_TESTS: &[&str] = &["core", "xtask"];

/// Checks the edges between workspace members in the output of `cargo metadata --no-deps`; the manifests' texts give
/// the lines.
pub(super) fn check(metadata: &Value, sources: &[Source]) -> Result<Vec<Violation>> {
    let root = text(metadata, "workspace_root")?;
    let packages = array(metadata, "packages")?;
    let mut members = BTreeMap::new();
    for package in packages {
        let manifest = text(package, "manifest_path")?.replace('\\', "/");
        let manifest = manifest.strip_prefix(&root.replace('\\', "/")).unwrap_or(&manifest);
        members.insert(text(package, "name")?, manifest.trim_start_matches('/').to_owned());
    }
    let mut found = Vec::new();
    for package in packages {
        let manifest = &members[text(package, "name")?];
        for dependency in array(package, "dependencies")? {
            let name = text(dependency, "name")?;
            if let Some(target) = members.get(name) {
                let in_tests = dependency["kind"] == "dev";
                let place = (manifest.as_str(), line_of(sources, manifest, name));
                found.extend(edge(place, folder(manifest), folder(target), in_tests));
            }
        }
    }
    Ok(found)
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().ok_or_else(|| format!("cargo metadata: no text `{key}`").into())
}

fn array<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key].as_array().ok_or_else(|| format!("cargo metadata: no list `{key}`").into())
}

/// `crates/losses/Cargo.toml` -> `losses`
fn folder(manifest: &str) -> &str {
    manifest.rsplit('/').nth(1).unwrap_or(manifest)
}

/// Where a manifest names a dependency.
fn line_of(sources: &[Source], manifest: &str, name: &str) -> usize {
    let source = sources.iter().find(|source| source.path == manifest);
    let names = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.', '=']));
    source.and_then(|source| source.text.lines().position(names)).map_or(1, |index| index + 1)
}

fn edge((manifest, line): (&str, usize), from: &str, to: &str, in_tests: bool) -> Option<Violation> {
    let Some((_, row)) = ALLOWED.iter().find(|(name, _)| *name == from) else {
        let remedy =
            format!("crate `{from}` has no row: add it to xtask/src/tidy/dag.rs and docs/ARCHITECTURE.md");
        return Some(Violation::new(manifest, 1, RULE, remedy));
    };
    if is_allowed(from, row, to, in_tests) {
        return None;
    }
    let kind = if in_tests { "dev-dependency" } else { "dependency" };
    let row = if row.is_empty() { "nothing of the workspace".to_owned() } else { row.join(", ") };
    let remedy =
        format!("crate `{from}` has the {kind} `{to}`: it may use {row}; move the code or drop the edge");
    Some(Violation::new(manifest, line, RULE, remedy))
}

fn is_allowed(from: &str, row: &[&str], to: &str, in_tests: bool) -> bool {
    let listed = row.contains(&to) || (row.contains(&ANY_LIBRARY) && LIBRARIES.contains(&to));
    let common = IN_TESTS.contains(&to) && !NOTHING_IN_TESTS.contains(&from);
    let data = to == "data" && DATA_IN_TESTS.contains(&from);
    listed || (in_tests && (common || data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn allowed(from: &str, to: &str) -> bool {
        edge(("Cargo.toml", 1), from, to, false).is_none()
    }

    fn allowed_in_tests(from: &str, to: &str) -> bool {
        edge(("Cargo.toml", 1), from, to, true).is_none()
    }

    #[test]
    fn floors() {
        for (from, to) in [
            ("losses", "core"),
            ("likelihood", "losses"),
            ("models", "data"),
            ("thalweg", "problems"),
            ("cli", "thalweg"),
            ("cli", "report"),
            ("benches", "testkit"),
            ("gradbench", "autodiff"),
            ("conformance", "models"),
        ] {
            assert!(allowed(from, to), "{from} -> {to}");
        }
        for (from, to) in [
            ("core", "problems"),
            ("losses", "likelihood"),
            ("optimizers", "losses"),
            ("problems", "optimizers"),
            ("testkit", "optimizers"),
            ("networks", "likelihood"),
            ("report", "models"),
            ("thalweg", "testkit"),
            ("thalweg", "cli"),
            ("cli", "testkit"),
            ("conformance", "benches"),
            ("xtask", "core"),
            ("newcomer", "core"),
        ] {
            assert!(!allowed(from, to), "{from} -> {to}");
        }
    }

    #[test]
    fn tests_may_use_a_little_more() {
        assert!(allowed_in_tests("losses", "testkit") && allowed_in_tests("optimizers", "problems"));
        assert!(allowed_in_tests("optimizers", "data") && allowed_in_tests("losses", "core"));
        assert!(!allowed("losses", "testkit") && !allowed("optimizers", "data"));
        assert!(!allowed_in_tests("core", "testkit") && !allowed_in_tests("xtask", "testkit"));
        assert!(!allowed_in_tests("losses", "data") && !allowed_in_tests("losses", "likelihood"));
    }

    #[test]
    fn metadata_is_read_by_folder() {
        let metadata = json!({
            "workspace_root": "/w",
            "packages": [
                { "name": "thalweg-core", "manifest_path": "/w/crates/core/Cargo.toml",
                  "dependencies": [{ "name": "faer", "kind": null }] },
                { "name": "thalweg-losses", "manifest_path": "/w/crates/losses/Cargo.toml",
                  "dependencies": [{ "name": "thalweg-core", "kind": null }] },
                { "name": "thalweg-optimizers", "manifest_path": "/w/crates/optimizers/Cargo.toml",
                  "dependencies": [{ "name": "thalweg-losses", "kind": null }] },
            ],
        });
        let manifest = "[dependencies]\nthalweg-losses.workspace = true\n";
        let sources = [Source::new("crates/optimizers/Cargo.toml", manifest)];
        let found: Vec<_> = check(&metadata, &sources).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "crates/optimizers/Cargo.toml:2: dag: crate `optimizers` has the dependency `losses`: it may use core; \
              move the code or drop the edge"
            ]
        );
        assert!(check(&json!({}), &[]).is_err());
    }
}
