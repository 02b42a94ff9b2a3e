//! [`Recipe`]: what a formula learned from the table of a fit.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use thalweg_core::{Error, Result};

use super::coding::MOST_SCORES;
use super::design::Layout;
use super::expression::{Expression, Function};
use super::node::{Coding, Factor};
use super::polynomial::Polynomial;
use super::{ModelFormula, damaged};

/// A formula with all that encoding new tables takes: the levels of its categorical factors, the means of `center` and
/// `scale`, the coefficients of its orthogonal polynomials. It is a part of a [`Schema`](crate::Schema), which encodes with it. As
/// JSON (through serde):
///
/// ```json
/// {"formula": "y ~ group + scale(x) + poly(z, 2)",
///  "levels": {"group": {"levels": ["a", "b"], "reference": "a"}},
///  "moments": {"scale(x)": {"mean": 3.5, "sd": 1.25}},
///  "polynomials": {"poly(z, 2)": {"alpha": [2.0, 2.0], "norm2": [1.0, 3.0, 2.0, 0.6666666666666666]}}}
/// ```
///
/// Its invariants are checked when it is read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Recipe {
    pub(super) formula: ModelFormula,
    pub(super) learned: Learned,
}

/// The stored form.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Recipe")]
struct Stored {
    formula: String,
    #[serde(flatten)]
    learned: Learned,
}

/// What the rows of the fit decided, by the text of the factor or function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Learned {
    #[serde(default)]
    pub(super) levels: BTreeMap<String, Levels>,
    #[serde(default)]
    pub(super) moments: BTreeMap<String, Moments>,
    #[serde(default)]
    pub(super) polynomials: BTreeMap<String, Polynomial>,
}

/// The levels of a categorical factor in the order of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Levels {
    pub(super) levels: Vec<String>,
    /// The one without a column under treatment coding.
    pub(super) reference: String,
}

/// The mean, and what is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) sd: f64,
}

impl TryFrom<Stored> for Recipe {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let formula = ModelFormula::parse(&stored.formula)?;
        let recipe = Self { formula, learned: stored.learned };
        recipe.check()?;
        Ok(recipe)
    }
}

impl From<Recipe> for Stored {
    fn from(recipe: Recipe) -> Self {
        Self { formula: recipe.formula.to_string(), learned: recipe.learned }
    }
}

impl Recipe {
    /// The formula, `.` replaced by the columns of the fit.
    #[must_use]
    pub fn formula(&self) -> &ModelFormula {
        &self.formula
    }

    /// The names of the design columns, without the intercept.
    #[must_use]
    pub fn design_names(&self) -> Vec<String> {
        Layout::of(self).names()
    }

    /// The term that each design column belongs to.
    pub(crate) fn design_terms(&self) -> Vec<String> {
        Layout::of(self).terms()
    }

    /// The reference level of each categorical factor with treatment coding, as (column, level).
    pub(crate) fn references(&self) -> Vec<(String, String)> {
        let treated = self.categorical().filter(|(factor, ..)| match factor {
            Factor::Category { coding, .. } => matches!(coding, Coding::Treatment(_)),
            _ => true,
        });
        treated.map(|(_, column, levels)| (column.to_owned(), levels.reference.clone())).collect()
    }

    /// Each categorical factor with its column and levels.
    pub(super) fn categorical(&self) -> impl Iterator<Item = (&Factor, &str, &Levels)> {
        let terms = &self.formula.terms;
        terms.factors.iter().zip(&terms.labels).filter_map(|(factor, label)| match factor {
            Factor::Column(name) | Factor::Category { column: name, .. } => {
                Some((factor, name.text.as_str(), self.learned.levels.get(label)?))
            }
            Factor::Value(_) | Factor::Poly { .. } => None,
        })
    }

    /// The columns of the categorical factors with their levels.
    pub(crate) fn levels(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.categorical().map(|(_, column, levels)| (column, levels.levels.as_slice()))
    }

    /// Whether the factor is categorical.
    pub(super) fn is_categorical(&self, k: usize) -> bool {
        self.formula.terms.labels.get(k).is_some_and(|label| self.learned.levels.contains_key(label))
    }

    fn check(&self) -> Result<()> {
        if self.formula.right.has_others() {
            return Err(damaged("it has a `.` that no column replaced"));
        }
        for (factor, label) in self.formula.terms.factors.iter().zip(&self.formula.terms.labels) {
            match factor {
                Factor::Category { .. } if !self.learned.levels.contains_key(label) => {
                    return Err(damaged(&format!("`{label}` has no levels")));
                }
                Factor::Category { coding: Coding::Poly, .. }
                    if self.learned.levels.get(label).is_some_and(|l| l.levels.len() > MOST_SCORES) =>
                {
                    return Err(damaged(&format!("`{label}` has more than {MOST_SCORES} levels")));
                }
                Factor::Poly { degree, raw: false, .. }
                    if !self.learned.polynomials.get(label).is_some_and(|p| p.is_sound(*degree)) =>
                {
                    return Err(damaged(&format!("`{label}` has no coefficients")));
                }
                _ => {}
            }
        }
        for (label, Levels { levels, reference }) in &self.learned.levels {
            let different: HashSet<&String> = levels.iter().collect();
            if levels.len() < 2 || different.len() < levels.len() || !levels.contains(reference) {
                return Err(damaged(&format!(
                    "the levels of `{label}` are too few, equal or without the reference"
                )));
            }
        }
        let mut missing = None;
        let mut visit = |of: &Expression| {
            of.visit_moments(&mut |label| {
                let sound = |m: &Moments| m.mean.is_finite() && m.sd.is_finite() && m.sd > 0.0;
                if !self.learned.moments.get(&label).is_some_and(sound) {
                    missing = Some(label);
                }
            });
        };
        self.formula.visit_expressions(&mut visit);
        missing.map_or(Ok(()), |label| Err(damaged(&format!("`{label}` has no mean"))))
    }
}

impl ModelFormula {
    /// Shows each expression, of both sides.
    pub(super) fn visit_expressions<'a>(&'a self, visit: &mut dyn FnMut(&'a Expression)) {
        use super::node::Left;
        match &self.left {
            Left::Value(of) => visit(of),
            Left::Counts(a, b) | Left::Share(a, b) => {
                visit(a);
                visit(b);
            }
            Left::Same(..) => {}
        }
        self.visit_right(visit);
    }

    /// Shows each expression of the terms and the offsets.
    pub(super) fn visit_right<'a>(&'a self, visit: &mut dyn FnMut(&'a Expression)) {
        for factor in &self.terms.factors {
            match factor {
                Factor::Value(of) | Factor::Poly { of, .. } => visit(of),
                Factor::Column(_) | Factor::Category { .. } => {}
            }
        }
        self.terms.offsets.iter().for_each(|(of, _)| visit(of));
    }
}

impl Expression {
    /// Shows the text of each `scale(...)` and `center(...)`.
    fn visit_moments(&self, visit: &mut dyn FnMut(String)) {
        match self {
            Self::Number(_) | Self::Column(_) => {}
            Self::Negate(of) | Self::Identity(of) => of.visit_moments(visit),
            Self::Call(function, of) => {
                if matches!(function, Function::Scale | Function::Center) {
                    visit(self.to_string());
                }
                of.visit_moments(visit);
            }
            Self::Binary(_, a, b) => {
                a.visit_moments(visit);
                b.visit_moments(visit);
            }
        }
    }
}
