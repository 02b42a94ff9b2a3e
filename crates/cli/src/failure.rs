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
    /// The same, in this file.
    InFile(String, Box<Error>),
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
    /// Names the file in errors that do not name it themselves.
    pub fn within(self, file: &str) -> Self {
        match self {
            // It names a file if it could.
            Self::Input(error @ Error::Data { file: Some(_), .. }) => Self::Input(error),
            Self::Input(Error::Empty { what, remedy }) if what == file => {
                Self::Input(Error::Empty { what, remedy })
            }
            Self::Input(error @ Error::InvalidParameter { .. }) => Self::Input(error),
            Self::Input(error) => Self::InFile(file.to_owned(), Box::new(error)),
            other => other,
        }
    }

    /// The exit code.
    pub fn code(&self) -> ExitCode {
        match self {
            Self::BrokenPipe => ExitCode::SUCCESS,
            Self::Interrupted => ExitCode::from(130),
            Self::Usage(_) | Self::Input(_) | Self::InFile(..) | Self::Write(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => f.write_str(text),
            Self::Input(error) => f.write_str(&line(error)),
            Self::InFile(file, error) => write!(f, "{file}: {}", line(error)),
            Self::Write(error) => {
                write!(f, "the results cannot be written: {error}; check the disk and the redirection")
            }
            Self::BrokenPipe => f.write_str("the pipe is closed"),
            Self::Interrupted => f.write_str("interrupted while reading the data; there are no results yet"),
        }
    }
}

/// The library's line, with the names it lists cut to a readable number.
fn line(error: &Error) -> String {
    let Error::UnknownName { kind, name, suggestion, known } = error else { return error.to_string() };
    if known.is_empty() {
        return format!("unknown {kind} `{name}`; there is none to be given");
    }
    let near = suggestion.as_ref().map_or_else(String::new, |s| format!(", did you mean `{s}`?"));
    format!("unknown {kind} `{name}`{near}; known: {}", list(known.iter().map(String::as_str), SHOWN))
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
            Console::new(ColorChoice::Auto, false, false)
                .error(&usage_line(&error.render().to_string(), &command()));
            ExitCode::from(2)
        }
    }
}

/// The command whose help to read.
fn command() -> String {
    use clap::CommandFactory;
    let typed = std::env::args_os().nth(1).unwrap_or_default();
    let cli = crate::args::Cli::command();
    let found = cli.get_subcommands().find(|sub| typed == sub.get_name());
    found.map_or_else(|| "thalweg".to_owned(), |sub| format!("thalweg {}", sub.get_name()))
}

/// clap's message without its usage block, on one line: `unexpected argument '--famly' found; a similar argument exists: '--family'`.
fn usage_line(rendered: &str, command: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for line in rendered.lines().map(str::trim) {
        if line.starts_with("Usage: ") || line.starts_with("For more information") {
            break;
        }
        if line.is_empty() {
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
            usage_line(text, "thalweg fit"),
            "unexpected argument '--famly' found; a similar argument exists: '--family'; see `thalweg fit --help`"
        );
        let text = "error: invalid value 'x' for '--color <WHEN>'\n  [possible values: auto, never]\n\nFor more information, try '--help'.\n";
        assert_eq!(
            usage_line(text, "thalweg"),
            "invalid value 'x' for '--color <WHEN>' [possible values: auto, never]; see `thalweg --help`"
        );
    }
}
