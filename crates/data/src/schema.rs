//! [`Schema`]: how a table was encoded for a fit, so that new tables can be encoded the same way.
//!
//! A schema is plain data: the predictors in order with the levels of the categorical ones, the target with its levels,
//! the columns of weights and offset, and what to do with missing values. As JSON (through serde):
//!
//! ```json
//! {"predictors": [{"kind": "numeric", "name": "age"},
//!                 {"kind": "categorical", "name": "colour", "levels": ["blue", "red"], "reference": "blue"}],
//!  "target": {"kind": "categorical", "name": "bought", "levels": ["no", "yes"]},
//!  "weights": null, "offset": null, "missing": "drop"}
//! ```
//!
//! Where a [`ModelFormula`](crate::ModelFormula) made the design, `predictors` is empty and `formula` holds its [`Recipe`].
//!
//! Its invariants are checked when it is read back; fields that are not known are passed over.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use thalweg_core::{Error, Result};

use crate::encode::MissingPolicy;
use crate::fault::show;
use crate::formula::Recipe;

/// A predictor as a fit saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Variable {
    /// A column of numbers.
    Numeric {
        /// The column's name.
        name: String,
    },
    /// A column of categories.
    Categorical {
        /// The column's name.
        name: String,
        /// The levels of the fit, sorted by bytes; at least two.
        levels: Vec<String>,
        /// The one of them without a design column.
        reference: String,
    },
}

impl Variable {
    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Numeric { name } | Self::Categorical { name, .. } => name,
        }
    }

    /// The names of its design columns: its own, or `column[level]` for each level but the reference.
    pub fn design_names(&self) -> impl Iterator<Item = String> {
        let (own, name, levels, reference) = match self {
            Self::Numeric { name } => (Some(name.clone()), name, &[][..], ""),
            Self::Categorical { name, levels, reference } => (None, name, &levels[..], reference.as_str()),
        };
        let dummies = levels.iter().filter(move |level| *level != reference);
        own.into_iter().chain(dummies.map(move |level| format!("{name}[{level}]")))
    }
}

/// The target as a fit saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Target {
    /// A column of numbers.
    Numeric {
        /// The column's name.
        name: String,
    },
    /// A column of classes: level k of the list is coded as the number k, so of two the second is 1.
    Categorical {
        /// The column's name.
        name: String,
        /// The levels, sorted by bytes; at least two.
        levels: Vec<String>,
    },
}

impl Target {
    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Numeric { name } | Self::Categorical { name, .. } => name,
        }
    }

    /// The levels of a categorical target, level k coded as k.
    #[must_use]
    pub fn levels(&self) -> Option<&[String]> {
        match self {
            Self::Numeric { .. } => None,
            Self::Categorical { levels, .. } => Some(levels),
        }
    }
}

/// Everything that is needed to encode new tables as one was encoded for a fit; it comes from
/// [`Encoded::schema`](crate::Encoded::schema).
///
/// ```
/// use thalweg_data::{CsvOptions, EncodeOptions, Roles, Schema, SchemaOptions, encode, parse_csv};
/// let csv = |text: &str| parse_csv(text.as_bytes(), None, &CsvOptions::default());
/// let fitted = csv("colour,age,bought\nred,31,no\nblue,40,yes\ngreen,22,no\n")?;
/// let data = encode(&fitted, &Roles::target("bought"), &EncodeOptions::default())?;
/// let schema = data.schema();
/// assert_eq!(schema.design_names(), ["colour[green]", "colour[red]", "age"]);
///
/// // Any order of columns, no target, a row that misses a value.
/// let new = schema.encode(&csv("age,colour\n50,red\n,blue\n60,blue\n")?, &SchemaOptions::default())?;
/// assert_eq!((new.x.nrows(), &new.y), (2, &None));
/// // What a model predicts for the two rows, aligned with the three of the table.
/// let predictions = new.align(&[0.1, 0.9])?;
/// assert!(predictions[0] == 0.1 && predictions[1].is_nan() && predictions[2] == 0.9);
/// assert_eq!(new.left_out().collect::<Vec<_>>(), [1]);
/// # Ok::<(), thalweg_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Layout", into = "Layout")]
pub struct Schema {
    layout: Layout,
}

/// The stored form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Schema")]
struct Layout {
    predictors: Vec<Variable>,
    target: Target,
    #[serde(default)]
    weights: Option<String>,
    #[serde(default)]
    offset: Option<String>,
    #[serde(default)]
    missing: MissingPolicy,
    /// In the place of predictors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    formula: Option<Recipe>,
}

impl TryFrom<Layout> for Schema {
    type Error = Error;

    fn try_from(layout: Layout) -> Result<Self> {
        check(&layout)?;
        Ok(Self { layout })
    }
}

impl From<Schema> for Layout {
    fn from(schema: Schema) -> Self {
        schema.layout
    }
}

impl Schema {
    /// A schema from its parts.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where a column has two roles, two design columns have the same name, levels are fewer
    /// than two or not sorted and different, or a reference is no level.
    pub fn new(
        predictors: Vec<Variable>,
        target: Target,
        weights: Option<String>,
        offset: Option<String>,
        missing: MissingPolicy,
    ) -> Result<Self> {
        Self::try_from(Layout { predictors, target, weights, offset, missing, formula: None })
    }

    /// That of a fit by a formula.
    pub(crate) fn of_formula(
        recipe: Recipe,
        target: Target,
        weights: Option<String>,
        offset: Option<String>,
        missing: MissingPolicy,
    ) -> Result<Self> {
        let (predictors, formula) = (Vec::new(), Some(recipe));
        Self::try_from(Layout { predictors, target, weights, offset, missing, formula })
    }

    /// How the formula of the fit encodes, if there was one; it takes the place of the predictors.
    #[must_use]
    pub fn recipe(&self) -> Option<&Recipe> {
        self.layout.formula.as_ref()
    }

    /// Whether the formula of the fit has an intercept; true without a formula.
    pub(crate) fn intercept(&self) -> bool {
        self.recipe().is_none_or(|recipe| recipe.formula().has_intercept())
    }

    /// The predictors, in the order of the design; none where a formula tells them.
    #[must_use]
    pub fn predictors(&self) -> &[Variable] {
        &self.layout.predictors
    }

    /// The target.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.layout.target
    }

    /// The column of weights.
    #[must_use]
    pub fn weights(&self) -> Option<&str> {
        self.layout.weights.as_deref()
    }

    /// The column of the offset.
    #[must_use]
    pub fn offset(&self) -> Option<&str> {
        self.layout.offset.as_deref()
    }

    /// What to do with a row that misses a value.
    #[must_use]
    pub fn missing(&self) -> MissingPolicy {
        self.layout.missing
    }

    /// The names of the design columns, in order: `age`, or `colour[red]` for the dummy of a level.
    #[must_use]
    pub fn design_names(&self) -> Vec<String> {
        if let Some(recipe) = self.recipe() {
            return recipe.design_names();
        }
        self.predictors().iter().flat_map(Variable::design_names).collect()
    }

    /// The table column that each design column comes from, or the term of the formula.
    #[must_use]
    pub fn design_columns(&self) -> Vec<String> {
        if let Some(recipe) = self.recipe() {
            return recipe.design_terms();
        }
        let of = |variable: &Variable| vec![variable.name().to_owned(); variable.design_names().count()];
        self.predictors().iter().flat_map(of).collect()
    }

    /// The reference level of each categorical predictor, as (column, level).
    #[must_use]
    pub fn references(&self) -> Vec<(String, String)> {
        if let Some(recipe) = self.recipe() {
            return recipe.references();
        }
        let categorical = self.predictors().iter().filter_map(|variable| match variable {
            Variable::Numeric { .. } => None,
            Variable::Categorical { name, reference, .. } => Some((name.clone(), reference.clone())),
        });
        categorical.collect()
    }

    /// The names of the categorical columns, the target's included: what to list in
    /// [`CsvOptions::categorical`](crate::CsvOptions::categorical) if levels look like numbers (`01`) and the file has
    /// these columns.
    pub fn categorical(&self) -> impl Iterator<Item = &str> {
        self.levels().map(|(name, _)| name).chain(self.target().levels().map(|_| self.target().name()))
    }

    /// The columns of the categorical predictors with the levels of the fit.
    pub fn levels(&self) -> impl Iterator<Item = (&str, &[String])> {
        let predictors = self.predictors().iter().filter_map(|variable| match variable {
            Variable::Numeric { .. } => None,
            Variable::Categorical { name, levels, .. } => Some((name.as_str(), levels.as_slice())),
        });
        predictors.chain(self.recipe().into_iter().flat_map(Recipe::levels))
    }
}

fn check(layout: &Layout) -> Result<()> {
    if let Some(recipe) = &layout.formula {
        return check_formula(layout, recipe);
    }
    let mut taken = HashSet::new();
    let names = layout.predictors.iter().map(Variable::name).chain([layout.target.name()]);
    for name in names.chain(layout.weights.as_deref()).chain(layout.offset.as_deref()) {
        if !taken.insert(name) {
            let why = "a column has one role";
            return Err(refused(&format!("column `{}` in two roles", show(name)), why, "give it one"));
        }
    }
    for variable in &layout.predictors {
        if let Variable::Categorical { name, levels, reference } = variable {
            check_levels(name, levels)?;
            if !levels.contains(reference) {
                let what = format!("the reference `{}` of column `{}`", show(reference), show(name));
                return Err(refused(&what, "it is none of the levels", "name one of them"));
            }
        }
    }
    if let Target::Categorical { name, levels } = &layout.target {
        check_levels(name, levels)?;
    }
    check_design(layout.predictors.iter().flat_map(Variable::design_names))
}

fn check_formula(layout: &Layout, recipe: &Recipe) -> Result<()> {
    if let Some(variable) = layout.predictors.first() {
        let why = "the formula has the predictors";
        return Err(refused(&format!("predictor `{}`", show(variable.name())), why, "remove one of them"));
    }
    if let Target::Categorical { name, levels } = &layout.target {
        check_levels(name, levels)?;
    }
    check_design(recipe.design_names().into_iter())
}

/// Refuses design columns of the same name.
fn check_design(mut names: impl Iterator<Item = String>) -> Result<()> {
    let mut seen = HashSet::new();
    match names.find(|name| !seen.insert(name.clone())) {
        None => Ok(()),
        Some(name) => Err(refused(
            &format!("a design with two columns named `{}`", show(&name)),
            "one is a column of the table, one the dummy of a level",
            "rename the column",
        )),
    }
}

fn check_levels(name: &str, levels: &[String]) -> Result<()> {
    let name = show(name);
    if levels.len() < 2 {
        let what = format!("column `{name}` with {} level(s)", levels.len());
        return Err(refused(&what, "it says nothing", "leave the column out"));
    }
    match levels.windows(2).find(|pair| pair[0] >= pair[1]) {
        None => Ok(()),
        Some(pair) => {
            let what = format!("level `{}` of column `{name}` before `{}`", show(&pair[0]), show(&pair[1]));
            Err(refused(&what, "levels are different and sorted by bytes", "sort them"))
        }
    }
}

fn refused(what: &str, why: &str, remedy: &str) -> Error {
    Error::Unsupported { what: what.to_owned(), why: why.to_owned(), remedy: remedy.to_owned() }
}
