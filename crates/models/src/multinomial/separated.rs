//! Separation of K classes: a direction D, one column dₖ a class, along which no row's loss grows: xᵢᵀ(d_yᵢ − dₖ) ≥ 0 for all k.
//!
//! Each inequality is a row of a 0/1 regression whose outcome is 1, so that the search for two classes serves for K.
//!
//! Source: Albert and Anderson, *On the existence of maximum likelihood estimates in logistic regression models*, Biometrika 71 (1984).

use faer::Mat;
use thalweg_core::{Design, Information, Par, Result, Smooth, Weights};
use thalweg_losses::Logistic;

use super::search::Search;
use crate::observations::Observations;
use crate::separation::{Separation, separating_direction};

/// Entries of the stacked rows beyond which no separation is sought.
const LIMIT: usize = 50_000_000;

/// True if so many stacked rows and columns are not looked through.
pub(crate) fn is_too_large(rows: usize, columns: usize) -> bool {
    rows.saturating_mul(columns) > LIMIT
}

/// True if some class is next to impossible in some row.
pub(super) fn is_saturated(smooth: &Smooth<'_, f64>, weights: Weights<'_, f64>, x: &[f64]) -> Result<bool> {
    let (n, k) = (smooth.design().rows(), smooth.datafit().outputs());
    let curvature = smooth.row_curvature(x, Information::Observed)?;
    let vanishes = |i: usize, class: usize| curvature[(i * k + class) * k + class] < 1e-6 * weights.get(i);
    Ok((0..n).any(|i| weights.get(i) > 0.0 && (0..k).any(|class| vanishes(i, class))))
}

/// The direction, in coefficients class after class but the reference.
pub(super) fn search(
    design: &Design<'_, f64>,
    data: &Observations<'_>,
    search: &Search,
    headings: &[Vec<f64>],
) -> Result<Option<Separation>> {
    let (q, others) = (design.parameters(), search.classes - 1);
    let weights = data.row_weights();
    let present: Vec<usize> = (0..data.y.len()).filter(|i| weights.get(*i) > 0.0).collect();
    let rows = present.len() * others;
    if is_too_large(data.y.len() * others, q * others) {
        return Ok(None);
    }
    let mut stacked = Mat::zeros(rows, q * others);
    let (mut unit, mut column) = (vec![0.0; q], vec![0.0; data.y.len()]);
    for j in 0..q {
        unit.fill(0.0);
        unit[j] = 1.0;
        design.apply(&unit, &mut column, Par::Rayon);
        for (at, i) in present.iter().enumerate() {
            let own = data.y[*i] as usize;
            let against = (0..search.classes).filter(|class| *class != own).enumerate();
            for (part, class) in against {
                let row = at * others + part;
                for (class, sign) in [(own, 1.0), (class, -1.0)] {
                    if class != search.reference {
                        let block = class - usize::from(class > search.reference);
                        stacked[(row, block * q + j)] = sign * column[*i];
                    }
                }
            }
        }
    }
    let stacked = Design::from_mat(stacked)?;
    let ones = vec![1.0; rows];
    Ok(separating_direction(&stacked, &Logistic, &ones, Weights::Unit, headings))
}
