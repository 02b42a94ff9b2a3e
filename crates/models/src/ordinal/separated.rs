//! Separation of ordered classes: a direction along which no row's P(y) falls. ln(F(β) − F(α)) never falls where β rises and α falls, and
//! only there, so that each threshold of a row's class is a row of a 0/1 regression: 1 for the upper one, 0 for the lower one.

use faer::Mat;
use thalweg_core::{Design, Par, Result, Weights};
use thalweg_losses::Logistic;

use super::cumulative::Cumulative;
use crate::multinomial::separated::is_too_large;
use crate::observations::Observations;
use crate::separation::{Separation, separating_direction};

/// The direction, coefficients and then thresholds.
pub(super) fn search(
    objective: &Cumulative<'_>,
    data: &Observations<'_>,
    headings: &[Vec<f64>],
) -> Result<Option<Separation>> {
    let (p, cuts) = (objective.rank(), objective.cuts());
    let weights = data.row_weights();
    // Row of the data, threshold, outcome.
    let mut sides: Vec<(usize, usize, f64)> = Vec::new();
    for (i, y) in data.y.iter().enumerate().filter(|(i, _)| weights.get(*i) > 0.0) {
        let class = *y as usize;
        if class < cuts {
            sides.push((i, class, 1.0));
        }
        if class > 0 {
            sides.push((i, class - 1, 0.0));
        }
    }
    if is_too_large(2 * data.y.len(), p + cuts) {
        return Ok(None);
    }
    let mut stacked = Mat::zeros(sides.len(), p + cuts);
    let (mut unit, mut column) = (vec![0.0; p], vec![0.0; data.y.len()]);
    for j in 0..p {
        unit.fill(0.0);
        unit[j] = 1.0;
        objective.design().apply(&unit, &mut column, Par::Rayon);
        for (row, (i, ..)) in sides.iter().enumerate() {
            stacked[(row, j)] = -column[*i];
        }
    }
    for (row, (_, cut, _)) in sides.iter().enumerate() {
        stacked[(row, p + cut)] = 1.0;
    }
    let stacked = Design::from_mat(stacked)?;
    let outcomes: Vec<f64> = sides.iter().map(|(_, _, outcome)| *outcome).collect();
    Ok(separating_direction(&stacked, &Logistic, &outcomes, Weights::Unit, headings))
}
