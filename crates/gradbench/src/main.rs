//! `thalweg-gradbench [--mode record|replay] [--multithreaded] [--self-run EVAL [SIZE...]]`
//!
//! Without `--self-run`, answers the messages on standard input, line by line, until it ends. Exit codes: 0 done · 1 a workload failed ·
//! 2 wrong usage.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use thalweg_gradbench::{Mode, Session, Settings, self_run};

const USAGE: &str =
    "usage: thalweg-gradbench [--mode record|replay] [--multithreaded] [--self-run EVAL [SIZE...]]";

fn main() -> ExitCode {
    let mut settings = Settings::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--multithreaded" => settings.multithreaded = true,
            "--mode" => match arguments.next().as_deref() {
                Some("record") => settings.mode = Mode::Record,
                Some("replay") => settings.mode = Mode::Replay,
                _ => return usage("--mode takes record or replay"),
            },
            "--self-run" => {
                let Some(eval) = arguments.next() else { return usage("--self-run takes an evaluation") };
                return measure(&eval, &arguments.collect::<Vec<_>>(), settings);
            }
            other => return usage(&format!("unknown argument `{other}`")),
        }
    }
    match converse(Session::new(settings)) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever asked is gone: nobody waits for an answer.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn converse(session: Session) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        // Bytes that are no text make no message, and are answered as such.
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            writeln!(out, "{}", session.respond(&text))?;
            out.flush()?;
        }
    }
}

fn measure(eval: &str, sizes: &[String], settings: Settings) -> ExitCode {
    let mut out = std::io::stdout().lock();
    let written = self_run(eval, sizes, settings, &mut |line| {
        // A line that cannot be written is nobody's to read.
        let _ = writeln!(out, "{line}");
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn usage(problem: &str) -> ExitCode {
    complain(&format!("{problem}\n{USAGE}"));
    ExitCode::from(2)
}

fn fail(problem: &str) -> ExitCode {
    complain(problem);
    ExitCode::FAILURE
}

fn complain(problem: &str) {
    // If standard error is gone, the exit code is all there is.
    let _ = writeln!(std::io::stderr(), "error: {problem}");
}
