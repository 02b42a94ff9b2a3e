//! From levels to columns: full dummies, or one of R's contrasts.

use super::node::Coding;
use super::polynomial::Polynomial;

/// The most levels whose polynomials are of use, as in R.
pub(super) const MOST_SCORES: usize = 95;

/// The columns of a categorical factor.
pub(super) struct Columns {
    /// What stands in brackets behind the factor's name.
    pub(super) names: Vec<String>,
    /// For each column, its value at each level.
    pub(super) values: Vec<Vec<f64>>,
}

/// A column of 0 and 1 for each of the levels but the one at `left_out`.
fn dummies(levels: &[String], left_out: Option<usize>) -> Columns {
    let kept: Vec<usize> = (0..levels.len()).filter(|k| Some(*k) != left_out).collect();
    Columns {
        names: kept.iter().map(|k| levels[*k].clone()).collect(),
        values: kept.iter().map(|k| column(levels.len(), |level| f64::from(u8::from(level == *k)))).collect(),
    }
}

fn column(levels: usize, value: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..levels).map(value).collect()
}

/// The columns of the levels: all k of them, or k − 1 contrasts. `reference` is that of a treatment.
pub(super) fn columns(coding: &Coding, levels: &[String], reference: usize, full: bool) -> Columns {
    let k = levels.len();
    if full {
        return dummies(levels, None);
    }
    let numbered = |value: &dyn Fn(usize, usize) -> f64| Columns {
        names: (1..k).map(|j| j.to_string()).collect(),
        values: (1..k).map(|j| column(k, |level| value(j, level))).collect(),
    };
    match coding {
        Coding::Treatment(_) => dummies(levels, Some(reference)),
        // Level j against the mean of all; the last level is minus the others.
        Coding::Sum => numbered(&|j, level| {
            if level + 1 == k { -1.0 } else { f64::from(u8::from(level + 1 == j)) }
        }),
        // Level j + 1 against the mean of those before it.
        Coding::Helmert => numbered(&|j, level| match level {
            level if level < j => -1.0,
            level if level == j => j as f64,
            _ => 0.0,
        }),
        Coding::Poly => {
            let scores: Vec<f64> = (0..k).map(|level| level as f64 - 0.5 * (k - 1) as f64).collect();
            let learned = Polynomial::learn(&scores, k.saturating_sub(1));
            Columns {
                names: (1..k).map(degree).collect(),
                values: learned.map(|(_, columns)| columns).unwrap_or_default(),
            }
        }
    }
}

/// How R names a degree.
fn degree(d: usize) -> String {
    match d {
        1 => ".L".to_owned(),
        2 => ".Q".to_owned(),
        3 => ".C".to_owned(),
        _ => format!("^{d}"),
    }
}
