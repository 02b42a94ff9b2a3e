//! [`FormulaError`]: what is wrong with a formula, and where in its text.

use core::fmt;
use core::ops::Range;

use thalweg_core::Error;

use crate::fault::Place;

/// What is wrong at a place of a formula, before the whole text is at hand.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: Range<usize>,
    pub(super) error: Box<Error>,
}

impl Fault {
    /// This error at these bytes.
    pub(super) fn new(at: Range<usize>, error: Error) -> Self {
        Self { at, error: Box::new(error) }
    }

    /// A text that is no formula.
    pub(super) fn syntax(at: Range<usize>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(at, Place::default().error(problem, remedy))
    }

    /// The error of this formula.
    pub(super) fn of(self, formula: &str) -> FormulaError {
        FormulaError { formula: formula.to_owned(), at: self.at, error: self.error }
    }
}

/// What is wrong with a formula. Its text shows the formula with carets below the place.
///
/// ```
/// use thalweg_data::ModelFormula;
/// let error = ModelFormula::parse("y ~ log(x + z").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`)` is missing; close the parenthesis of column 8\n  y ~ log(x + z\n               ^",
/// );
/// assert_eq!((error.position(), error.column()), (13, 14));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FormulaError {
    formula: String,
    at: Range<usize>,
    error: Box<Error>,
}

impl FormulaError {
    /// The text of the formula.
    #[must_use]
    pub fn formula(&self) -> &str {
        &self.formula
    }

    /// The byte of the text, counted from 0, at which the culprit begins; the length of the text where something is
    /// missing at its end.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at.start
    }

    /// The bytes of the culprit.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.at.clone()
    }

    /// The character, counted from 1, at which the culprit begins.
    #[must_use]
    pub fn column(&self) -> usize {
        column(&self.formula, self.at.start)
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }
}

/// The character, counted from 1, that begins at this byte.
pub(super) fn column(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count() + 1
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One character a column: tabs and line ends would move the carets.
        let line: String = self.formula.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let culprit = self.formula.get(self.at.clone()).unwrap_or_default().chars().count().max(1);
        write!(f, "{}\n  {line}\n  {:2$}", self.error, "", self.column() - 1)?;
        f.write_str(&"^".repeat(culprit))
    }
}

impl std::error::Error for FormulaError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.error)
    }
}

impl From<FormulaError> for Error {
    /// The error in one line; a syntax error names formula and column in it.
    fn from(error: FormulaError) -> Self {
        let column = error.column();
        match *error.error {
            Self::Data { file: None, line: None, column: None, problem, remedy } => Self::Data {
                file: None,
                line: None,
                column: None,
                problem: format!("formula `{}`, column {column}: {problem}", error.formula),
                remedy,
            },
            other => other,
        }
    }
}
