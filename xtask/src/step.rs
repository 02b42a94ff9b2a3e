//! A group of steps: each prints its command, then one line with its time; a table closes the group.
//!
//! All of it goes to stderr, so that stdout stays clean for whatever the command itself prints.

use std::time::{Duration, Instant};

use xshell::Cmd;

use crate::Result;

/// The steps of one command, in the order they ran.
pub(crate) struct Steps {
    group: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    passed: bool,
    time: Duration,
}

impl Steps {
    /// An empty group, named after its command.
    pub(crate) fn new(group: &'static str) -> Self {
        Self { group, rows: Vec::new() }
    }

    /// Runs an external command, its output going straight to the terminal.
    pub(crate) fn command(&mut self, name: &'static str, cmd: Cmd<'_>) {
        self.step(name, &cmd.to_string(), || Ok(cmd.quiet().run()?));
    }

    /// Runs a command with one extra environment variable, which the printed line shows.
    pub(crate) fn command_with(&mut self, name: &'static str, (key, value): (&str, &str), cmd: Cmd<'_>) {
        let shown = format!("{key}={value:?} {cmd}");
        self.step(name, &shown, || Ok(cmd.env(key, value).quiet().run()?));
    }

    /// Runs work inside this process. A failing step does not stop its group: one run shows every failure.
    pub(crate) fn step(&mut self, name: &'static str, shown: &str, work: impl FnOnce() -> Result<()>) {
        eprintln!("\n$ {shown}");
        let start = Instant::now();
        let outcome = work();
        let row = Row { name, passed: outcome.is_ok(), time: start.elapsed() };
        if let Err(error) = outcome {
            eprintln!("{error}");
        }
        eprintln!("{row}");
        self.rows.push(row);
    }

    /// Prints the table and fails if any step did.
    pub(crate) fn finish(self) -> Result<()> {
        eprintln!("\n{}", self.group);
        for row in &self.rows {
            eprintln!("  {row}");
        }
        let failed: Vec<_> = self.rows.iter().filter(|row| !row.passed).map(|row| row.name).collect();
        if failed.is_empty() {
            Ok(())
        } else {
            Err(format!("`cargo xtask {}` failed: {}", self.group, failed.join(", ")).into())
        }
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = if self.passed { "ok  " } else { "FAIL" };
        write!(f, "{verdict} {:7.1} s  {}", self.time.as_secs_f64(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_fails_its_group_and_the_later_steps_still_run() {
        let mut steps = Steps::new("check");
        let mut later = false;
        steps.step("first", "false", || Err("no".into()));
        steps.step("second", "true", || {
            later = true;
            Ok(())
        });
        let error = steps.finish().map_err(|e| e.to_string());
        assert_eq!(error, Err("`cargo xtask check` failed: first".to_owned()));
        assert!(later);
    }

    #[test]
    fn a_row_shows_verdict_time_and_name() {
        let row = Row { name: "clippy", passed: true, time: Duration::from_millis(3_240) };
        assert_eq!(row.to_string(), "ok       3.2 s  clippy");
    }
}
