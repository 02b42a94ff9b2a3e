//! The null model: the intercepts and the coefficients that no λ shrinks.

use thalweg_core::{Blocks, Cost, Design, Driver, Penalty, Result, Smooth, Solution, Status};
use thalweg_optimizers::Newton;

/// The parameters of the whole design at λ = ∞, output by output: those that are penalised are 0. `b0` is where the intercepts start.
pub(super) fn fit(
    design: &Design<'_, f64>,
    datafit: &Cost<'_, f64>,
    penalty: &dyn Penalty<f64>,
    b0: &[f64],
) -> Result<Vec<f64>> {
    let first = usize::from(design.has_intercept());
    // A pure ridge moves everything freely, but shrinks it.
    let moves = |j: &usize| !penalty.is_quadratic() && penalty.in_support(*j, &[0.0], 1.0);
    let free: Vec<usize> = match penalty.blocks() {
        Blocks::Coordinates => (0..design.predictors()).filter(moves).collect(),
        Blocks::Groups(_) => Vec::new(),
    };
    let (q, few) = (design.parameters(), design.select(&free)?);
    let mut x = vec![0.0; q * b0.len()];
    if few.parameters() == 0 {
        return Ok(x);
    }
    let mut x0 = vec![0.0; few.parameters() * b0.len()];
    if first == 1 {
        x.chunks_exact_mut(q).zip(b0).for_each(|(x, b0)| x[0] = *b0);
        x0.chunks_exact_mut(few.parameters()).zip(b0).for_each(|(x, b0)| x[0] = *b0);
    }
    let mut objective = Smooth::new(&few, datafit)?;
    let Solution { x: found, status, .. } =
        Driver::new().without_certificate().minimize(&Newton::default(), &mut objective, &x0)?;
    if status != Status::NonFinite {
        for (x, found) in x.chunks_exact_mut(q).zip(found.chunks_exact(few.parameters())) {
            for (k, b) in found.iter().enumerate() {
                x[k.checked_sub(first).map_or(0, |k| first + free[k])] = *b;
            }
        }
    }
    Ok(x)
}
