//! `Cells`: a table's column as a role needs it, numbers or codes of known levels.

use std::borrow::Cow;

use crate::column::{Column, MISSING, Values};

/// The values of a column in one role.
pub(crate) enum Cells<'a> {
    /// NaN is missing.
    Numbers(&'a [f64]),
    /// The column's own codes, and for each of its levels the code that the role gives it; [`MISSING`] for a level that
    /// the role does not know.
    Codes { codes: Cow<'a, [u32]>, new: Vec<u32> },
}

impl<'a> Cells<'a> {
    /// The column as it is.
    pub(crate) fn of(column: &'a Column) -> Self {
        match column.values() {
            Values::Numeric(values) => Self::Numbers(values),
            Values::Categorical { codes, levels } => {
                let new = (0..).take(levels.len()).collect();
                Self::Codes { codes: Cow::Borrowed(codes), new }
            }
        }
    }

    /// A categorical column whose levels get their codes from the sorted `known` ones.
    pub(crate) fn coded(codes: &'a [u32], levels: &[String], known: &[String]) -> Self {
        let code = |level| known.binary_search(level).map_or(MISSING, |code| code as u32);
        Self::Codes { codes: Cow::Borrowed(codes), new: levels.iter().map(code).collect() }
    }

    /// Whether the value of `row` is missing.
    pub(crate) fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers(values) => values[row].is_nan(),
            Self::Codes { codes, new } => translate(new, codes[row]) == MISSING,
        }
    }

    /// How many values are missing.
    pub(crate) fn missing(&self) -> usize {
        match self {
            Self::Numbers(values) => values.iter().filter(|value| value.is_nan()).count(),
            Self::Codes { codes, new } => {
                codes.iter().filter(|&&code| translate(new, code) == MISSING).count()
            }
        }
    }

    /// The values of all rows as numbers: codes as they are, NaN where missing.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Numbers(values) => values.to_vec(),
            Self::Codes { codes, new } => {
                let number = |code| if code == MISSING { f64::NAN } else { f64::from(code) };
                codes.iter().map(|&code| number(translate(new, code))).collect()
            }
        }
    }
}

/// The code that a role gives to a column's code.
pub(crate) fn translate(new: &[u32], code: u32) -> u32 {
    new.get(code as usize).copied().unwrap_or(MISSING)
}

/// A column in use.
pub(crate) struct Used<'a> {
    pub(crate) name: &'a str,
    pub(crate) cells: Cells<'a>,
    /// How many of its values are missing.
    pub(crate) missing: usize,
}
