//! [`command`]: the program, with or without outside optimizers.

use std::process::ExitCode;

use crate::{Contestant, Options, USAGE, run_with};

/// Parses the command line, runs what it asks for, and says how it went: 0, 1 if a benchmark could not be run, 2 for wrong usage.
#[must_use]
pub fn command(outside: &[Contestant]) -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run_with(&options, outside) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failures) => {
            eprintln!("{failures} benchmark(s) could not be run");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
