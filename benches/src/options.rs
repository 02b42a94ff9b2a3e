//! [`Options`]: what the command line asks for.

use crate::{Error, Result};

/// The usage text.
pub const USAGE: &str = "\
thalweg-benches [FILTER] [--peers] [--quick] [--json] [--threads N] [--list]

  FILTER       only benchmarks whose family/case contains it, such as glm or math/exp
  --peers      also run the Python peers of benches/peers (cargo xtask bench --peers makes their environment)
  --quick      fewer repetitions and the smaller cases: at most two minutes without peers
  --json       one JSON object a line on stdout
  --threads N  threads for both sides (default: one a core)
  --list       print the names of the benchmarks";

/// The parsed command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Substring of family/case; empty takes all.
    pub filter: String,
    /// Run the Python peers.
    pub peers: bool,
    /// Fewer repetitions, small cases only.
    pub quick: bool,
    /// JSON lines instead of a table.
    pub json: bool,
    /// Only print names.
    pub list: bool,
    /// Threads; 0 is one a core.
    pub threads: usize,
}

impl Options {
    /// Parses the words after the program's name; `None` if they ask for help.
    ///
    /// # Errors
    /// An unknown option, or a second filter.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Option<Self>> {
        let mut options = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--peers" => options.peers = true,
                "--quick" => options.quick = true,
                "--json" => options.json = true,
                "--list" => options.list = true,
                "--threads" => {
                    let count = words.next().and_then(|n| n.parse().ok());
                    options.threads = count.ok_or("--threads takes a whole number")?;
                }
                "-h" | "--help" => return Ok(None),
                option if option.starts_with('-') => return Err(format!("unknown option `{option}`").into()),
                filter if options.filter.is_empty() => options.filter = filter.to_owned(),
                second => return Err(Error::from(format!("one filter only; `{second}` is the second"))),
            }
        }
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Option<Options>> {
        Options::parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_stand_anywhere_and_nonsense_is_refused() {
        let wanted = Options { filter: "glm".into(), peers: true, threads: 2, ..Options::default() };
        assert_eq!(parse("--peers glm --threads 2").unwrap(), Some(wanted));
        assert_eq!(parse("--help").unwrap(), None);
        assert!(parse("--fast").is_err() && parse("a b").is_err() && parse("--threads x").is_err());
    }
}
