//! Every package takes its version, edition, licence and lints from the workspace, unless it is a workspace of its own.

use super::Violation;
use super::source::Source;

/// Section, key, and what to write.
const INHERITED: &[(&str, &str)] =
    &[("package", "version"), ("package", "edition"), ("package", "license"), ("lints", "")];

pub(super) fn check(source: &Source) -> Vec<Violation> {
    let is_package = source.path.ends_with("/Cargo.toml") && source.text.contains("[package]");
    let is_member = is_package && !source.text.lines().any(|line| line.trim() == "[workspace]");
    let missing =
        INHERITED.iter().filter(|(section, key)| is_member && !inherits(&source.text, section, key));
    missing.map(|(section, key)| violation(source, section, key)).collect()
}

fn violation(source: &Source, section: &str, key: &str) -> Violation {
    let header = source.text.lines().position(|line| line.trim() == format!("[{section}]"));
    let dot = if key.is_empty() { "" } else { "." };
    let remedy = format!("write `{key}{dot}workspace = true` under [{section}]");
    Violation::new(&source.path, header.map_or(1, |index| index + 1), "manifest", remedy)
}

/// `key.workspace = true` or `key = { workspace = true }` in the section; an empty key means the section itself.
fn inherits(text: &str, section: &str, key: &str) -> bool {
    let mut current = String::new();
    for line in text.lines().map(|line| line.split_whitespace().collect::<String>()) {
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = header.to_owned();
        } else if current == section {
            let rest = line.strip_prefix(key).unwrap_or_default();
            let rest = if key.is_empty() { line.as_str() } else { rest };
            if [".workspace=true", "={workspace=true}"].contains(&rest)
                || (key.is_empty() && rest == "workspace=true")
            {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition = { workspace = true }\n\
                        license.workspace = true\n\n[lints]\nworkspace = true\n";

    fn remedies(path: &str, text: &str) -> Vec<String> {
        check(&Source::new(path, text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_package_inherits_from_the_workspace() {
        assert!(remedies("crates/a/Cargo.toml", GOOD).is_empty());
        let bad =
            GOOD.replace("version.workspace = true", "version = \"1.0.0\"").replace("[lints]", "[features]");
        assert_eq!(
            remedies("crates/a/Cargo.toml", &bad),
            [
                "crates/a/Cargo.toml:1: manifest: write `version.workspace = true` under [package]",
                "crates/a/Cargo.toml:1: manifest: write `workspace = true` under [lints]",
            ]
        );
    }

    #[test]
    fn the_workspace_itself_and_other_files_are_left_alone() {
        assert!(remedies("Cargo.toml", "[workspace]\n").is_empty());
        assert!(remedies("rustfmt.toml", "[package]\n").is_empty());
        assert!(remedies("examples/a/Cargo.toml", "[package]\nname = \"a\"\n\n[workspace]\n").is_empty());
    }
}
