//! `tidy`: the rules of the house that neither the compiler nor clippy knows.
//!
//! Every rule is a function from texts to violations, so its tests need no file. Everything that reads the disk or
//! runs a command is in this file.

mod catalogue;
mod dag;
mod faer;
mod files;
mod manifest;
mod source;
mod text;
mod unsafety;

use std::fmt;

use xshell::{Shell, cmd};

use crate::Result;
use crate::step::Steps;
use source::{Rust, Source};

/// One broken rule, printed as `path:line: rule: remedy`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    path: String,
    line: usize,
    rule: &'static str,
    remedy: String,
}

impl Violation {
    fn new(path: &str, line: usize, rule: &'static str, remedy: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, remedy: remedy.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.remedy)
    }
}

pub(crate) fn run(sh: &Shell) -> Result<()> {
    let mut steps = Steps::new("tidy");
    steps.step("tidy", "cargo xtask tidy", || check(sh));
    steps.finish()
}

/// All rules over the whole tree; the error's text lists the violations, one a line.
pub(crate) fn check(sh: &Shell) -> Result<()> {
    let sources = files::read(sh)?;
    let mut found = edges(sh, &sources);
    found.extend(over(&sources));
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = found.iter().map(Violation::to_string).collect();
    Err(format!("{}\n{} violation(s)", lines.join("\n"), lines.len()).into())
}

/// A workspace that cargo cannot read breaks this rule and does not hide the others.
fn edges(sh: &Shell, sources: &[Source]) -> Vec<Violation> {
    let found = cmd!(sh, "cargo metadata --format-version 1 --no-deps").quiet().read().map_err(Into::into);
    let found = found.and_then(|text| dag::check(&serde_json::from_str(&text)?, sources));
    found.unwrap_or_else(|error| vec![Violation::new("Cargo.toml", 1, "dag", error.to_string())])
}

/// The rules that need nothing but the texts of the files.
fn over(sources: &[Source]) -> Vec<Violation> {
    let rust: Vec<_> = sources.iter().filter(|s| s.extension() == "rs").map(Rust::new).collect();
    let mut found = Vec::new();
    for source in sources {
        found.extend(text::check(source));
        found.extend(manifest::check(source));
    }
    for file in &rust {
        found.extend(text::check_rust(file));
        found.extend(faer::check(file));
    }
    found.extend(unsafety::check(&rust));
    found.extend(catalogue::check(&rust));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_prints_where_which_rule_and_what_to_do() {
        let violation = Violation::new("a.rs", 3, "tab", "indent with four spaces");
        assert_eq!(violation.to_string(), "a.rs:3: tab: indent with four spaces");
    }

    #[test]
    fn rules_run_over_every_source() {
        // The list of files with unsafe code names files that these small trees do not have.
        let rules_of = |source| -> Vec<_> {
            over(&[source]).iter().map(|v| v.rule).filter(|r| *r != "unsafe").collect()
        };
        let clean = Source::new("crates/core/src/a.rs", "//! A.\n");
        assert_eq!(rules_of(clean), [""; 0]);
        let bad = Source::new("crates/core/src/a.rs", "//! A.\nfn f() { x.qr() } \n");
        let rules = rules_of(bad);
        assert_eq!(rules, ["trailing-space", "faer"]);
    }
}
