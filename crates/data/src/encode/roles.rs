//! From the names in [`Roles`] to columns, with the contradictions refused.

use thalweg_core::{Error, Result};

use super::Roles;
use crate::table::Table;

/// The index of the column in each role.
pub(super) struct Resolved {
    pub(super) target: usize,
    pub(super) predictors: Vec<usize>,
    pub(super) weights: Option<usize>,
    pub(super) offset: Option<usize>,
}

impl Resolved {
    pub(super) fn new(table: &Table, roles: &Roles) -> Result<Self> {
        let target = table.position(&roles.target)?;
        let find = |name: &Option<String>| name.as_deref().map(|n| table.position(n)).transpose();
        let (weights, offset) = (find(&roles.weights)?, find(&roles.offset)?);
        let mut exclude = Vec::new();
        for name in &roles.exclude {
            exclude.push(table.position(name)?);
        }
        let mut taken = vec![(target, "target")];
        for (column, role) in [(weights, "weights"), (offset, "offset")] {
            let Some(column) = column else { continue };
            refuse(table, column, role, &taken)?;
            taken.push((column, role));
        }
        if exclude.contains(&target) {
            return Err(twice(&roles.target, "an excluded column", "the target"));
        }
        let mut predictors = Vec::new();
        match &roles.predictors {
            None => {
                predictors.extend((0..table.columns().len()).filter(|j| taken.iter().all(|(t, _)| t != j)))
            }
            Some(names) => {
                for name in names {
                    let column = table.position(name)?;
                    refuse(table, column, "a predictor", &taken)?;
                    if predictors.contains(&column) {
                        return Err(twice(name, "a predictor", "a predictor"));
                    }
                    predictors.push(column);
                }
            }
        }
        predictors.retain(|j| !exclude.contains(j));
        Ok(Self { target, predictors, weights, offset })
    }

    /// The columns in any role, in the order of the table.
    pub(super) fn used(&self) -> Vec<usize> {
        let mut used = self.predictors.clone();
        used.push(self.target);
        used.extend(self.weights);
        used.extend(self.offset);
        used.sort_unstable();
        used
    }
}

/// Refuses a column that already has a role.
fn refuse(table: &Table, column: usize, role: &str, taken: &[(usize, &str)]) -> Result<()> {
    match taken.iter().find(|(t, _)| *t == column) {
        Some((_, other)) => {
            let article =
                |role: &str| if role.starts_with("a ") { role.to_owned() } else { format!("the {role}") };
            Err(twice(table.columns()[column].name(), &article(role), &article(other)))
        }
        None => Ok(()),
    }
}

fn twice(name: &str, role: &str, other: &str) -> Error {
    Error::Unsupported {
        what: format!("column `{name}` as {role}"),
        why: format!("it is already {other}"),
        remedy: "give it one role".to_owned(),
    }
}
