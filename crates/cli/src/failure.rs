//! [`Failure`]: why a command ends without results, and the exit code that says so.

use std::fmt;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use thalweg::Error;

use crate::console::Console;
use crate::text::{list, one_line};

/// Why a command ends without results.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage, in words.
    Usage(String),
    /// Wrong data or names.
    Input(Error),
    /// The results cannot be written.
    Write(std::io::Error),
    /// Nobody reads the results any more.
    BrokenPipe,
    /// Ctrl-C before there was anything to report.
    Interrupted,
}

/// Names shown where all are too many.
const SHOWN: usize = 20;

impl Failure {
    /// The exit code.
    pub fn code(&self) -> ExitCode {
        match self {
            Self::BrokenPipe => ExitCode::SUCCESS,
            Self::Interrupted => ExitCode::from(130),
            Self::Usage(_) | Self::Input(_) | Self::Write(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => f.write_str(text),
            Self::Input(Error::UnknownName { kind, name, suggestion, known }) if known.len() > SHOWN => {
                let near = suggestion.as_ref().map_or_else(String::new, |s| format!(", did you mean `{s}`?"));
                write!(f, "unknown {kind} `{name}`{near}; known: {}", list(known.iter().map(String::as_str), SHOWN))
            }
            Self::Input(error) => error.fmt(f),
            Self::Write(error) => write!(f, "the results cannot be written: {error}; check the disk and the redirection"),
            Self::BrokenPipe => f.write_str("the pipe is closed"),
            Self::Interrupted => f.write_str("interrupted while reading the data; there are no results yet"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Input(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe { Self::BrokenPipe } else { Self::Write(error) }
    }
}

/// Prints what clap has to say: help and version as they are, a usage error in one line.
pub fn of_clap(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    match error.kind() {
        DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => {
            let text = error.render().ansi().to_string();
            // A closed pipe needs no help.
            let _ = if error.use_stderr() {
                AutoStream::auto(std::io::stderr()).write_all(text.as_bytes())
            } else {
                AutoStream::auto(std::io::stdout()).write_all(text.as_bytes())
            };
            ExitCode::from(if error.use_stderr() { 2 } else { 0 })
        }
        _ => {
            Console::new(ColorChoice::Auto, false, false).error(&usage_line(&error.render().to_string()));
            ExitCode::from(2)
        }
    }
}

/// clap's message without its usage block, on one line: `unexpected argument '--famly' found; a similar argument exists: '--family'`.
fn usage_line(rendered: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut command = "thalweg".to_owned();
    for line in rendered.lines().map(str::trim) {
        if let Some(usage) = line.strip_prefix("Usage: ") {
            let words: Vec<&str> = usage.split(' ').take_while(|w| w.starts_with(char::is_lowercase)).collect();
            command = words.join(" ");
            break;
        }
        if line.is_empty() || line.starts_with("For more information") {
            continue;
        }
        let line = line.strip_prefix("error: ").or_else(|| line.strip_prefix("tip: ")).unwrap_or(line);
        match parts.last_mut() {
            // `the following required arguments were not provided:` continues on the next line.
            Some(last) if last.ends_with(':') => {
                last.push(' ');
                last.push_str(line);
            }
            Some(last) if line.starts_with('[') => {
                last.push(' ');
                last.push_str(line);
            }
            _ => parts.push(line.to_owned()),
        }
    }
    one_line(&format!("{}; see `{command} --help`", parts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::usage_line;

    #[test]
    fn claps_message_becomes_one_line() {
        let text = "error: unexpected argument '--famly' found\n\n  tip: a similar argument exists: '--family'\n\nUsage: thalweg fit --family <NAME> [DATA]\n\nFor more information, try '--help'.\n";
        assert_eq!(
            usage_line(text),
            "unexpected argument '--famly' found; a similar argument exists: '--family'; see `thalweg fit --help`"
        );
        let text = "error: invalid value 'x' for '--color <WHEN>'\n  [possible values: auto, never]\n\nFor more information, try '--help'.\n";
        assert_eq!(
            usage_line(text),
            "invalid value 'x' for '--color <WHEN>' [possible values: auto, never]; see `thalweg --help`"
        );
    }
}
