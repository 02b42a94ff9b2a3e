//! The command line of Thalweg.
//!
//! Results go to stdout, narration and errors to stderr. Exit codes: 0 solved · 1 any other outcome, its results still written · 2 wrong
//! usage or data, in one line on stderr · 130 interrupted.

mod aligned;
mod args;
mod completions;
mod console;
mod cv;
mod data;
mod drawn;
mod failure;
mod fit;
mod input;
mod interrupt;
mod list;
mod minimize;
mod model;
mod names;
mod number;
mod path;
mod penalty;
mod predict;
mod products;
mod progress;
mod resampling;
mod save;
mod scores;
mod stability;
mod text;
mod values;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser;
use console::Console;
use failure::Failure;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::of_clap(&error),
    };
    let console = Console::new(cli.color.into(), cli.quiet, cli.verbose);
    let outcome = match &cli.command {
        Command::Fit(args) => fit::run(args, &console),
        Command::Path(args) => path::run(args, &console),
        Command::Cv(args) => cv::run(args, &console),
        Command::Stability(args) => stability::run(args, &console),
        Command::Predict(args) => predict::run(args, &console),
        Command::Minimize(args) => minimize::run(args, &console),
        Command::List(args) => list::run(args, &console),
        Command::Completions { shell } => completions::run(*shell, &console),
    };
    match outcome {
        Ok(code) => code,
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            console.error(&failure.to_string());
            failure.code()
        }
    }
}
