//! One fold: the path of the other rows, judged on it.

use thalweg_core::{Error, Result, Weights};

use crate::observations::Observations;
use crate::path::Path;
use crate::resampling::Tally;

/// The losses on a fold, one a λ, and what the fold weighs.
pub(super) struct Judged {
    pub(super) losses: Vec<f64>,
    pub(super) weight: f64,
}

/// The fold's losses; `None` where the caller stopped it.
pub(super) fn judge(
    path: &Path,
    data: &Observations<'_>,
    lambdas: &[f64],
    (folds, fold): (&[usize], usize),
    tally: &Tally<'_>,
) -> Result<Option<Judged>> {
    let weight = |row: usize| data.weights.map_or(1.0, |w| w[row]);
    let split = |inside: bool| -> Vec<f64> {
        let of = |(row, f): (usize, &usize)| if (*f == fold) == inside { weight(row) } else { 0.0 };
        folds.iter().enumerate().map(of).collect()
    };
    let (held, kept) = (split(true), split(false));
    let total = |w: &[f64]| w.iter().sum::<f64>();
    for (what, w) in [("held out", &held), ("kept", &kept)] {
        if total(w) <= 0.0 {
            return Err(Error::Unsupported {
                what: format!("cross-validation with fold {fold}"),
                why: format!("no row of positive weight is {what}"),
                remedy: "use fewer folds, or another assignment".to_owned(),
            });
        }
    }
    let rows: Vec<usize> = (0..folds.len()).filter(|row| held[*row] > 0.0).collect();
    let gather = |values: &[f64]| rows.iter().map(|row| values[*row]).collect::<Vec<f64>>();
    let (y, w) = (gather(data.y), gather(&held));
    let training = data.clone().weights(&kept);
    let mut losses = Vec::with_capacity(lambdas.len());
    path.follow_predictors(&training, lambdas, &mut |eta| {
        losses.push(path.mean_deviance(&y, &gather(eta), Weights::Each(&w)));
        tally.fit();
    })?;
    let left = lambdas.len().saturating_sub(losses.len());
    if left > 0 && path.is_interrupted() {
        return Ok(None);
    }
    tally.sample(left);
    Ok(Some(Judged { losses, weight: total(&held) }))
}
