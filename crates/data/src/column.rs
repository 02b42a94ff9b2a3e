//! [`Column`]: one named column of numbers or of categories.

use std::collections::HashMap;

use thalweg_core::{Error, Result};

use crate::take_rows::gather;

/// The code of a missing category.
pub const MISSING: u32 = u32::MAX;

/// The values of a column, one per row.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Finite numbers; NaN means missing.
    Numeric(Vec<f64>),
    /// Codes into `levels`; [`MISSING`] means missing.
    Categorical {
        /// One code per row.
        codes: Vec<u32>,
        /// The distinct texts, sorted by bytes. Each occurs in at least one row.
        levels: Vec<String>,
    },
}

/// The first field that kept a column from being numeric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// The field's text.
    pub value: String,
    /// Its 1-based line in the file.
    pub line: u64,
}

/// One named column.
///
/// ```
/// use thalweg_data::{Column, Values};
/// let age = Column::numeric("age", vec![31.0, f64::NAN])?;
/// assert_eq!((age.len(), age.missing()), (2, 1));
/// let colour = Column::categorical("colour", [Some("red"), Some("blue"), Some("red")])?;
/// let Values::Categorical { codes, levels } = colour.values() else { unreachable!() };
/// assert_eq!(levels, &["blue", "red"]);
/// assert_eq!(codes, &[1, 0, 1]);
/// # Ok::<(), thalweg_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    values: Values,
    missing: usize,
    stray: Option<Stray>,
}

impl Column {
    /// A numeric column; NaN means missing.
    ///
    /// # Errors
    /// [`Error::NonFinite`] for an infinite value.
    pub fn numeric(name: impl Into<String>, values: Vec<f64>) -> Result<Self> {
        let name = name.into();
        if let Some(row) = values.iter().position(|v| v.is_infinite()) {
            return Err(Error::NonFinite { what: format!("column `{name}`"), row, value: values[row] });
        }
        let missing = values.iter().filter(|v| v.is_nan()).count();
        Ok(Self::from_parts(name, Values::Numeric(values), missing, None))
    }

    /// A categorical column from one text per row; `None` means missing.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for more than `u32::MAX - 1` different levels.
    pub fn categorical<S: AsRef<str>>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<S>>,
    ) -> Result<Self> {
        let name = name.into();
        let mut dictionary = Dictionary::default();
        let mut codes = Vec::new();
        for value in values {
            codes.push(match value {
                Some(text) => dictionary.code(text.as_ref()),
                None => MISSING,
            });
        }
        let mut levels = dictionary.levels;
        let first_seen = levels.clone();
        levels.sort_unstable();
        check_levels(&name, levels.len())?;
        let sorted = sorted_codes(&first_seen, &levels);
        let missing = recode(&mut codes, &sorted);
        Ok(Self::from_parts(name, Values::Categorical { codes, levels }, missing, None))
    }

    /// A column whose invariants the caller has established.
    pub(crate) fn from_parts(name: String, values: Values, missing: usize, stray: Option<Stray>) -> Self {
        Self { name, values, missing, stray }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The numbers of a numeric column (NaN = missing); `None` for a categorical one.
    #[must_use]
    pub fn numbers(&self) -> Option<&[f64]> {
        match &self.values {
            Values::Numeric(values) => Some(values),
            Values::Categorical { .. } => None,
        }
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Numeric(values) => values.len(),
            Values::Categorical { codes, .. } => codes.len(),
        }
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of its values are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// The first field that is no number, where the column was read from a file and became categorical because of it
    /// (`None` for numeric columns and for those declared categorical).
    #[must_use]
    pub fn stray(&self) -> Option<&Stray> {
        self.stray.as_ref()
    }

    /// The [stray](Self::stray) of a categorical column that looks like a spoilt numeric one: at least half of its
    /// levels are numbers.
    #[must_use]
    pub fn spoilt_by(&self) -> Option<&Stray> {
        let Values::Categorical { levels, .. } = &self.values else { return None };
        let numbers = levels.iter().filter(|l| l.parse().is_ok_and(f64::is_finite)).count();
        if 2 * numbers >= levels.len() { self.stray.as_ref() } else { None }
    }

    /// The column of `rows`, all of which exist; levels that do not occur there are left out.
    pub(crate) fn take(&self, rows: &[u32]) -> Self {
        let (values, missing) = match &self.values {
            Values::Numeric(values) => {
                let values = gather(values, rows);
                let missing = values.iter().filter(|value| value.is_nan()).count();
                (Values::Numeric(values), missing)
            }
            Values::Categorical { codes, levels } => {
                let mut codes = gather(codes, rows);
                let used = used_levels(&codes, levels.len());
                let mut new = vec![MISSING; levels.len()];
                (0..).zip(&used).for_each(|(code, &old)| new[old as usize] = code);
                let missing = recode(&mut codes, &new);
                let levels = used.iter().map(|&old| levels[old as usize].clone()).collect();
                (Values::Categorical { codes, levels }, missing)
            }
        };
        Self { name: self.name.clone(), values, missing, stray: self.stray.clone() }
    }
}

/// The texts seen so far, numbered in the order of their first appearance.
pub(crate) struct Dictionary {
    codes: HashMap<String, u32>,
    pub(crate) levels: Vec<String>,
    /// The code of the latest text with each [`slot`]: most lookups are one comparison instead of a hash.
    recent: [u32; SLOTS],
}

const SLOTS: usize = 256;

impl Default for Dictionary {
    fn default() -> Self {
        Self { codes: HashMap::new(), levels: Vec::new(), recent: [MISSING; SLOTS] }
    }
}

impl Dictionary {
    /// The number of `text`. Saturates below [`MISSING`]; [`check_levels`] refuses such columns.
    pub(crate) fn code(&mut self, text: &str) -> u32 {
        let recent = &mut self.recent[slot(text)];
        if self.levels.get(*recent as usize).is_some_and(|level| level == text) {
            return *recent;
        }
        let code = match self.codes.get(text) {
            Some(&code) => code,
            None => {
                let code = u32::try_from(self.levels.len()).unwrap_or(MISSING).min(MISSING - 1);
                self.codes.insert(text.to_owned(), code);
                self.levels.push(text.to_owned());
                code
            }
        };
        *recent = code;
        code
    }
}

/// A cheap mix of the length and the last three bytes, where levels tend to differ.
fn slot(text: &str) -> usize {
    let tail = text.bytes().rev().take(3);
    tail.fold(text.len(), |mix, byte| mix.wrapping_mul(37).wrapping_add(usize::from(byte))) % SLOTS
}

/// `Err` where there are more levels than codes.
pub(crate) fn check_levels(name: &str, levels: usize) -> Result<()> {
    if levels < MISSING as usize {
        return Ok(());
    }
    Err(Error::Unsupported {
        what: format!("column `{name}` with {levels} levels"),
        why: format!("a categorical column holds at most {}", MISSING - 1),
        remedy: "remove the column".to_owned(),
    })
}

/// The place of each text of `seen` in `sorted`, which holds them all.
pub(crate) fn sorted_codes(seen: &[String], sorted: &[String]) -> Vec<u32> {
    seen.iter().map(|text| sorted.binary_search(text).map_or(MISSING, |code| code as u32)).collect()
}

/// Replaces each code by `new[code]` and counts the missing ones, which stay.
pub(crate) fn recode(codes: &mut [u32], new: &[u32]) -> usize {
    let mut missing = 0;
    for code in codes {
        *code = new.get(*code as usize).copied().unwrap_or(MISSING);
        missing += usize::from(*code == MISSING);
    }
    missing
}

/// The codes that occur, in ascending order; [`MISSING`] aside.
pub(crate) fn used_levels(codes: &[u32], levels: usize) -> Vec<u32> {
    let mut used = vec![false; levels];
    for &code in codes {
        if code != MISSING {
            used[code as usize] = true;
        }
    }
    (0..).zip(used).filter_map(|(code, used)| used.then_some(code)).collect()
}
