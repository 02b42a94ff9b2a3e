//! `check`: everything that needs no test run, cheapest first.

use xshell::{Shell, cmd};

use crate::step::Steps;
use crate::{Result, docs, outside, tidy};

pub(crate) fn run(sh: &Shell) -> Result<()> {
    let mut steps = Steps::new("check");
    steps.command("fmt", cmd!(sh, "cargo fmt --all --check"));
    steps.step("fmt, outside crates", "cargo fmt --check, in every crate of examples/", || {
        outside::check_format(sh)
    });
    steps.step("tidy", "cargo xtask tidy", || tidy::check(sh));
    steps.command("clippy", cmd!(sh, "cargo clippy --workspace --all-targets -- -D warnings"));
    steps.command_with("docs", docs::DENY_WARNINGS, docs::command(sh));
    steps.finish()
}
