//! `docs`: the API documentation of every crate of the workspace, without its dependencies.

use xshell::{Cmd, Shell, cmd};

use crate::Result;
use crate::outside::target;
use crate::step::Steps;

/// A broken link in a doc comment is an error.
pub(crate) const DENY_WARNINGS: (&str, &str) = ("RUSTDOCFLAGS", "-D warnings");

/// The command that `check` and `docs` share.
pub(crate) fn command(sh: &Shell) -> Cmd<'_> {
    cmd!(sh, "cargo doc --workspace --no-deps")
}

pub(crate) fn run(sh: &Shell) -> Result<()> {
    let mut steps = Steps::new("docs");
    steps.command_with("docs", DENY_WARNINGS, command(sh));
    steps.finish()?;
    println!("{}", target(sh)?.join("doc/thalweg/index.html").display());
    Ok(())
}
