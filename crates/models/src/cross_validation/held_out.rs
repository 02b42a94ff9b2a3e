//! One fold: the path of the other rows, judged on it.

use thalweg_core::{ColumnProducts, Design, Error, Result, Weights};

use crate::observations::Observations;
use crate::path::Path;
use crate::resampling::Tally;

/// The losses on a fold, one a λ, and what the fold weighs.
pub(super) struct Judged {
    pub(super) losses: Vec<f64>,
    pub(super) weight: f64,
}

/// Fits predicted together: their coefficients are laid out in full.
const TOGETHER: usize = 16;

/// The path at `lambdas` of the rows that are not in the fold, judged on those that are. `design` is that of the data, not standardised; `products`
/// are those of its columns over the rows that remain, if they serve. `None` where the caller stopped it.
pub(super) fn judge(
    path: &Path,
    (data, design): (&Observations<'_>, &Design<'_, f64>),
    products: Option<&ColumnProducts<f64>>,
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
    let mut fits: Vec<Vec<(usize, f64)>> = Vec::with_capacity(lambdas.len());
    let mut length = design.parameters();
    path.follow_fits(&training, design, products, lambdas, &mut |x| {
        length = x.len();
        fits.push(x.iter().copied().enumerate().filter(|(_, b)| *b != 0.0).collect());
        tally.fit();
    })?;
    let left = lambdas.len().saturating_sub(fits.len());
    if left > 0 && path.is_interrupted() {
        return Ok(None);
    }
    tally.sample(left);
    let offset: Option<Vec<f64>> = data.offset.map(gather);
    let mut losses = Vec::with_capacity(lambdas.len());
    for fits in fits.chunks(TOGETHER) {
        let mut b = vec![0.0; fits.len() * length];
        for (fit, b) in fits.iter().zip(b.chunks_exact_mut(length.max(1))) {
            fit.iter().for_each(|(k, value)| b[*k] = *value);
        }
        let outputs = length / design.parameters().max(1);
        let mut eta = vec![0.0; fits.len() * outputs * rows.len()];
        design.apply_to_rows(&rows, &b, &mut eta);
        for eta in eta.chunks_exact_mut(rows.len() * outputs) {
            if let Some(offset) = &offset {
                eta.iter_mut().zip(offset).for_each(|(eta, o)| *eta += o);
            }
            losses.push(path.mean_deviance(&y, eta, Weights::Each(&w))?);
        }
    }
    Ok(Some(Judged { losses, weight: total(&held) }))
}
