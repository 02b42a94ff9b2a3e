//! `test`: unit, integration and documentation tests of the whole workspace, and the crates outside it.

use xshell::{Shell, cmd};

use crate::step::Steps;
use crate::{Result, outside};

pub(crate) fn run(sh: &Shell) -> Result<()> {
    let mut steps = Steps::new("test");
    if has_nextest(sh) {
        steps.command("tests", cmd!(sh, "cargo nextest run --workspace --no-fail-fast"));
    } else {
        // What nextest runs by default; `--all-targets` would also execute the benchmarks.
        steps.command(
            "tests",
            cmd!(sh, "cargo test --workspace --lib --bins --tests --examples --no-fail-fast"),
        );
    }
    steps.command("doctests", cmd!(sh, "cargo test --doc --workspace --no-fail-fast"));
    steps.step("outside crates", "cargo test, in every crate of examples/", || outside::test(sh));
    steps.finish()
}

fn has_nextest(sh: &Shell) -> bool {
    cmd!(sh, "cargo nextest --version").quiet().ignore_stdout().ignore_stderr().run().is_ok()
}
