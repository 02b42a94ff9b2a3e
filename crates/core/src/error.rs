//! [`Error`]: wrong input, in one typed line that names the value, the rule and the remedy.
//!
//! A run that does not converge is no error: it is a [`Status`](crate::Status) with its results attached.

use std::path::PathBuf;

/// What [`Error`]-returning functions return.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Wrong input. Each variant carries what a caller needs to point at the culprit; `Display` is the line a person reads.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two sizes that must agree do not.
    #[error("{what}: expected {expected}, found {found}")]
    Shape {
        /// What was measured, such as "rows of x and length of y".
        what: String,
        /// The size required.
        expected: usize,
        /// The size given.
        found: usize,
    },
    /// Something that must hold at least one item is empty.
    #[error("{what} is empty; {remedy}")]
    Empty {
        /// The thing.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// NaN or infinite input.
    #[error("{what} is {value} at row {row}; remove the row or give a finite number")]
    NonFinite {
        /// The column, vector or parameter.
        what: String,
        /// The 0-based row or index.
        row: usize,
        /// The offending value.
        value: f64,
    },
    /// A target outside the domain of its loss or family.
    #[error("{what} is {value} at row {row}, but {rule}; {remedy}")]
    OutsideDomain {
        /// The column or vector.
        what: String,
        /// The 0-based row.
        row: usize,
        /// The offending value.
        value: f64,
        /// The rule it breaks.
        rule: String,
        /// What to do.
        remedy: String,
    },
    /// A parameter that breaks its rule.
    #[error("{name} = {value} is not allowed: {rule}")]
    InvalidParameter {
        /// The parameter.
        name: String,
        /// The value given.
        value: String,
        /// The rule, with the remedy.
        rule: String,
    },
    /// A name that no catalogue or table knows.
    #[error("unknown {kind} `{name}`{}; known: {}", suggest(.suggestion), .known.join(", "))]
    UnknownName {
        /// What was looked up: "loss", "column", "option" ...
        kind: String,
        /// The name given.
        name: String,
        /// The nearest known name, if one is near.
        suggestion: Option<String>,
        /// The known names.
        known: Vec<String>,
    },
    /// A combination that does not work together.
    #[error("{what} is not possible: {why}; {remedy}")]
    Unsupported {
        /// What was asked for.
        what: String,
        /// Why it cannot be.
        why: String,
        /// What to do instead.
        remedy: String,
    },
    /// A function at an argument outside its domain.
    #[error("{function} of {argument}{place} is outside its domain: {remedy}")]
    Domain {
        /// The function.
        function: String,
        /// The argument: a number or an interval.
        argument: String,
        /// Where, such as " at instruction %12"; may be empty.
        place: String,
        /// What to do.
        remedy: String,
    },
    /// Data that cannot be read as what it should be.
    #[error("{}{problem}; {remedy}", place(.file, .line, .column))]
    Data {
        /// The file, where there is one.
        file: Option<PathBuf>,
        /// The 1-based line.
        line: Option<u64>,
        /// The column's name.
        column: Option<String>,
        /// What is wrong, naming the value.
        problem: String,
        /// What to do.
        remedy: String,
    },
}

fn suggest(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or_else(String::new, |s| format!(", did you mean `{s}`?"))
}

fn place(file: &Option<PathBuf>, line: &Option<u64>, column: &Option<String>) -> String {
    let mut text = String::new();
    if let Some(file) = file {
        text.push_str(&format!("{}: ", file.display()));
    }
    if let Some(line) = line {
        text.push_str(&format!("line {line}: "));
    }
    if let Some(column) = column {
        text.push_str(&format!("column `{column}`: "));
    }
    text
}

impl Error {
    /// An [`Error::UnknownName`] with the nearest known name as suggestion, by edit distance of at most about a
    /// third of the name's length.
    ///
    /// ```
    /// let error = thalweg_core::Error::unknown_name("loss", "hubber", ["huber", "squared"]);
    /// assert!(error.to_string().contains("did you mean `huber`?"));
    /// ```
    #[must_use]
    pub fn unknown_name<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
        let length = name.chars().count();
        let limit = (length / 3 + 1).min(length.saturating_sub(1));
        let suggestion = known
            .iter()
            .map(|candidate| (edit_distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
            .filter(|(distance, _)| *distance <= limit)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, candidate)| candidate.clone());
        Self::UnknownName { kind: kind.to_owned(), name: name.to_owned(), suggestion, known }
    }

    /// An [`Error::InvalidParameter`].
    #[must_use]
    pub fn invalid_parameter(name: &str, value: impl ToString, rule: &str) -> Self {
        Self::InvalidParameter { name: name.to_owned(), value: value.to_string(), rule: rule.to_owned() }
    }
}

/// `Err` unless the two sizes agree.
///
/// # Errors
/// [`Error::Shape`] naming `what`.
pub fn check_shape(what: &str, expected: usize, found: usize) -> Result<()> {
    if expected == found { Ok(()) } else { Err(Error::Shape { what: what.to_owned(), expected, found }) }
}

/// The optimal string alignment distance (Levenshtein with swaps of neighbours), for suggestions in error texts.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let width = b.len() + 1;
    let mut table: Vec<usize> = (0..(a.len() + 1) * width).map(|k| k / width + k % width).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let at = |i: usize, j: usize| table[i * width + j];
            let substitute = at(i - 1, j - 1) + usize::from(a[i - 1] != b[j - 1]);
            let mut least = substitute.min(at(i - 1, j) + 1).min(at(i, j - 1) + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(at(i - 2, j - 2) + 1);
            }
            table[i * width + j] = least;
        }
    }
    table[a.len() * width + b.len()]
}
