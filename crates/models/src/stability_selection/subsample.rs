//! One part of the rows: what its path selects at each λ.

use thalweg_core::{Design, Result};

use crate::observations::Observations;
use crate::path::Path;
use crate::resampling::Tally;

/// The predictors whose coefficients are not 0, increasing, one list a λ.
pub(super) struct Selected {
    pub(super) at: Vec<Vec<u32>>,
}

/// The selections of a path on these rows; `None` where the caller stopped it. `design` is that of the data, not standardised.
pub(super) fn select(
    path: &Path,
    (data, design): (&Observations<'_>, &Design<'_, f64>),
    lambdas: &[f64],
    rows: &[usize],
    tally: &Tally<'_>,
) -> Result<Option<Selected>> {
    let mut weights = vec![0.0; data.y.len()];
    for row in rows {
        weights[*row] = data.weights.map_or(1.0, |w| w[*row]);
    }
    let part = data.clone().weights(&weights);
    let mut at = Vec::with_capacity(lambdas.len());
    path.follow_coefficients(&part, design, lambdas, &mut |b| {
        at.push((0_u32..).zip(b).filter(|(_, b)| **b != 0.0).map(|(j, _)| j).collect());
        tally.fit();
    })?;
    let left = lambdas.len().saturating_sub(at.len());
    if left > 0 && path.is_interrupted() {
        return Ok(None);
    }
    tally.sample(left);
    Ok(Some(Selected { at }))
}
