//! `thalweg completions SHELL`.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::console::Console;
use crate::failure::Failure;

/// Prints the completion script.
pub fn run(shell: Shell, console: &Console) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "thalweg", &mut script);
    console.results(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
