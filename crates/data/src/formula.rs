//! [`ModelFormula`]: a model in one line, `y ~ x1 + x2*z + C(group) + log(x3) + poly(x, 3) + offset(e) - 1`.

mod apply;
mod arguments;
mod arithmetic;
mod bind;
mod coding;
mod design;
mod evaluate;
mod expression;
mod fit;
mod formula_error;
mod lexer;
mod node;
mod parser;
mod polynomial;
mod power;
mod recipe;
mod target;
mod terms;

use core::fmt;
use core::str::FromStr;

use thalweg_core::{Error, Result};

use crate::encode::{EncodeOptions, Encoded, Roles, encode};
use crate::table::Table;
use node::{Left, Node};
use terms::Terms;

pub(crate) use apply::apply;
pub(crate) use fit::fit;
pub use formula_error::FormulaError;
pub use recipe::Recipe;

/// A model as one line of text: what to predict, `~`, and what from. The syntax is R's.
///
/// | written | means |
/// |---|---|
/// | `y ~ a + b` | two terms and an intercept; `- 1` or `+ 0` leaves the intercept out, `y ~ 1` has nothing else |
/// | `a:b`, `a*b`, `a/b` | the interaction; `a + b + a:b`; b within a, `a + a:b` |
/// | `(a + b + c)^2` | all interactions of up to two; `**` is the same |
/// | `.`, `- a` | all columns with no other part (the left side, offsets, weights); a term taken out |
/// | `` `odd name` `` | a column whose name has other characters than letters, digits, `_` and `.` |
/// | `log(x)` | also `log1p` `log2` `log10` `exp` `expm1` `sqrt` `abs` `sin` `cos` `tanh`, of any arithmetic |
/// | `I(x^2 + 3*z)` | arithmetic with `+ - * / ^`, numbers and functions |
/// | `center(x)`, `scale(x)` | x − x̄; (x − x̄)/s with 1/(n − 1) in s², means and s over the used rows, unweighted |
/// | `poly(x, d)` | d orthonormal polynomials of x over the used rows, as R's; `poly(x, d, raw)` are the powers x¹ … xᵈ |
/// | `C(x)` | categories, also of numbers; a column of text is categorical anyway |
/// | `C(x, ref = "b")` | reference level b, also `C(x, Treatment("b"))`; `Sum`, `Helmert`, `Poly` are R's contrasts |
/// | `offset(e)`, `exposure(e)` | e, or log(e), added to the linear predictor with coefficient 1 |
/// | `cbind(s, f) ~`, `s / n ~` | the share of successes, with the trials s + f, or n, as weights |
/// | `y == "yes" ~` | 1 where it is this level, else 0 |
///
/// Operators bind as in R: `^`, then `:`, then `*` and `/`, then `+` and `-`; inside functions they are arithmetic, where a
/// sign binds looser than `^` and tighter than `*`.
///
/// Terms are sorted by their number of factors. A categorical factor gets all its levels where R would give it all: unless the
/// term without it is part of an earlier term (so its contrasts are enough), and for the first one if there is no
/// intercept. Columns are called `(intercept)`, `x1`, `group[b]`, `x2:z`, `log(x3)`, `poly(x, 3)[1]`; in an interaction the
/// first factor changes fastest.
///
/// ```
/// use thalweg_data::{Column, EncodeOptions, ModelFormula, Table};
/// let table = Table::new(vec![
///     Column::numeric("y", vec![1.0, 3.0, 2.0, 5.0])?,
///     Column::numeric("x", vec![1.0, 2.0, 3.0, 4.0])?,
///     Column::categorical("g", [Some("a"), Some("b"), Some("a"), Some("b")])?,
/// ])?;
/// let formula = ModelFormula::parse("y ~ g*x + I(x^2) + offset(2*x)")?;
/// let data = formula.encode(&table, &EncodeOptions::default())?;
/// assert_eq!(data.names, ["g[b]", "x", "I(x^2)", "g[b]:x"]);
/// assert_eq!((data.x[(3, 2)], data.x[(2, 3)], data.x[(3, 3)]), (16.0, 0.0, 4.0));
/// assert_eq!(data.offset, Some(vec![2.0, 4.0, 6.0, 8.0]));
/// assert!(data.intercept);
///
/// let error = ModelFormula::parse("y ~ x + weigth")?.check(&table).unwrap_err();
/// assert_eq!(error.position(), 8);
/// # Ok::<(), thalweg_data::Error>(())
/// ```
///
/// Source: J. M. Chambers, T. J. Hastie, Statistical Models in S (1992), chapter 2.
#[derive(Debug, Clone)]
pub struct ModelFormula {
    text: String,
    left: Left,
    right: Node,
    terms: Terms,
}

impl ModelFormula {
    /// The formula of this text; names are not looked at.
    ///
    /// # Errors
    /// [`FormulaError`], which points at the place, for a text that is no formula.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let parsed = parser::parse(text).and_then(|(left, right)| {
            let terms = Terms::of(&right)?;
            Ok(Self { text: text.to_owned(), left, right, terms })
        });
        parsed.map_err(|fault| fault.of(text))
    }

    /// Refuses a table that the formula does not suit: columns that it lacks, text where numbers must be, levels that do not
    /// occur.
    ///
    /// # Errors
    /// [`FormulaError`], which points at the name.
    pub fn check(&self, table: &Table) -> Result<(), FormulaError> {
        bind::bind(self, table, &[]).map(drop).map_err(|fault| fault.of(&self.text))
    }

    /// The numbers of a regression; the same as [`encode`] with [`Roles::formula`].
    ///
    /// # Errors
    /// Those of [`encode`].
    pub fn encode(&self, table: &Table, options: &EncodeOptions) -> Result<Encoded> {
        encode(table, &Roles::formula(self.clone()), options)
    }

    /// Whether the model has an intercept.
    #[must_use]
    pub fn has_intercept(&self) -> bool {
        self.terms.intercept
    }

    /// The terms in the order of the design, such as `x`, `z`, `x:z`; `.` stands for itself.
    #[must_use]
    pub fn terms(&self) -> Vec<String> {
        self.terms.terms.iter().map(|term| self.terms.label(term)).collect()
    }

    /// The offsets as expressions, `log(e)` for an exposure.
    #[must_use]
    pub fn offsets(&self) -> Vec<String> {
        self.terms
            .offsets
            .iter()
            .map(|(of, log)| if *log { format!("log({of})") } else { of.to_string() })
            .collect()
    }

    /// The left side.
    #[must_use]
    pub fn target(&self) -> String {
        self.left.to_string()
    }

    /// The column on the left side, if it is one as it is; `None` for arithmetic, shares and levels.
    #[must_use]
    pub fn target_column(&self) -> Option<&str> {
        self.left.column().map(|name| name.text.as_str())
    }

    /// The columns that the left side takes.
    #[must_use]
    pub fn target_columns(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        self.left.visit_columns(&mut |name| {
            if !names.contains(&name.text.as_str()) {
                names.push(&name.text);
            }
        });
        names
    }

    /// Whether the left side is an outcome by its form: a share or a level.
    #[must_use]
    pub fn is_outcome(&self) -> bool {
        self.left.has_trials() || matches!(self.left, Left::Same(..))
    }

    /// Whether the left side gives the weights: the trials of a share.
    #[must_use]
    pub fn has_trials(&self) -> bool {
        self.left.has_trials()
    }

    /// The text that was parsed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl FromStr for ModelFormula {
    type Err = FormulaError;

    fn from_str(text: &str) -> Result<Self, FormulaError> {
        Self::parse(text)
    }
}

impl fmt::Display for ModelFormula {
    /// The formula with blanks and parentheses in their usual places; it parses to the same model.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ~ {}", self.left, self.right)
    }
}

/// Formulas are equal that read the same but for blanks and needless parentheses.
impl PartialEq for ModelFormula {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for ModelFormula {}

/// The error for a stored formula and what belongs to it.
fn damaged(problem: &str) -> Error {
    Error::Unsupported {
        what: "this recipe of a formula".to_owned(),
        why: problem.to_owned(),
        remedy: "fit and save again".to_owned(),
    }
}
