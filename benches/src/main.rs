//! `thalweg-benches [FILTER] [--peers] [--quick] [--json] [--threads N] [--list]`: runs the benchmarks and prints their rows.

use std::process::ExitCode;

fn main() -> ExitCode {
    thalweg_benches::command(&[])
}
