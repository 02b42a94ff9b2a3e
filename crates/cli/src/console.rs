//! [`Console`]: stdout for results, stderr for everything else, with colour only where it is wanted.

use std::io::{IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::failure::Failure;
use crate::text::{one_line, wrap};

/// The title of a report.
pub const TITLE: Style = Style::new().bold();
/// What matters less.
pub const FAINT: Style = Style::new().dimmed();
/// A good outcome.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Something to notice.
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Something wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// The widest report, in characters; also its width where stdout is no terminal.
const WIDEST: usize = 100;

/// Where and how to print.
#[derive(Copy, Clone, Debug)]
pub struct Console {
    color: ColorChoice,
    quiet: bool,
    verbose: bool,
}

impl Console {
    /// With these preferences.
    pub fn new(color: ColorChoice, quiet: bool, verbose: bool) -> Self {
        Self { color, quiet, verbose }
    }

    /// Writes results to stdout.
    pub fn results(&self, text: &str) -> Result<(), Failure> {
        let mut out = AutoStream::new(std::io::stdout(), self.color).lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// The number of columns that results may take.
    pub fn width(&self) -> usize {
        match terminal_size::terminal_size_of(std::io::stdout()) {
            Some((terminal_size::Width(columns), _)) => usize::from(columns).clamp(40, WIDEST),
            None => WIDEST,
        }
    }

    /// Narrates.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.stderr(&format!("{}\n", one_line(text)));
        }
    }

    /// Narrates in detail.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.stderr(&format!("{FAINT}{}{FAINT:#}\n", one_line(text)));
        }
    }

    /// Warns.
    pub fn warn(&self, text: &str) {
        if !self.quiet {
            self.stderr(&format!("{WARN}warning:{WARN:#} {}\n", one_line(text)));
        }
    }

    /// Says what is wrong.
    pub fn error(&self, text: &str) {
        self.stderr(&format!("{BAD}error:{BAD:#} {}\n", one_line(text)));
    }

    /// Whether a progress bar would be seen and is wanted.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Nobody can be told that stderr is closed.
    fn stderr(&self, text: &str) {
        let _ = AutoStream::new(std::io::stderr(), self.color).write_all(text.as_bytes());
    }
}

/// A styled lead and its text, wrapped as one paragraph.
pub fn paragraph(lead: &str, style: Style, text: &str, width: usize) -> String {
    let whole = wrap(&format!("{lead} {text}"), width, 2);
    match whole.strip_prefix(lead) {
        Some(rest) => format!("{style}{lead}{style:#}{rest}"),
        None => whole,
    }
}
