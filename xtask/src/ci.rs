//! `ci`: the check group, then the test group; stops at the first group that fails.

use xshell::Shell;

use crate::{Result, check, test};

pub(crate) fn run(sh: &Shell) -> Result<()> {
    check::run(sh)?;
    test::run(sh)
}
