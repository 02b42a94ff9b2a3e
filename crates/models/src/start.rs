//! Where a fit starts: the intercept-only model, or, without an intercept, one least-squares step on the link scale.

use thalweg_core::{
    Cost, Design, Error, Halt, Objective, Properties, Result, ScaledCholesky, Smooth, Weights, vector,
};
use thalweg_likelihood::{Family, LinkFunction};
use thalweg_losses::Squared;

use crate::observations::Observations;

/// The first of the candidate starts at which the objective is finite, with its value there (0 where every start will do).
pub(crate) fn start(
    smooth: &mut Smooth<'_, f64>,
    data: &Observations<'_>,
    family: &dyn Family,
    link: LinkFunction,
) -> Result<(Vec<f64>, f64)> {
    let design = smooth.design();
    let mut candidates: Vec<Vec<f64>> = Vec::new();
    if design.has_intercept() {
        let mut x = vec![0.0; design.parameters()];
        x[0] = intercept_only(data, family, link);
        candidates.push(x);
    } else {
        candidates.push(vec![0.0; design.parameters()]);
    }
    // A convex function on the whole line is finite wherever it is asked, and Newton's method finds its way from there.
    if is_well_behaved(&family.loss(link)?.properties()) {
        return Ok((candidates.swap_remove(0), 0.0));
    }
    for candidate in candidates {
        if let Some(value) = finite_value(smooth, &candidate)? {
            return Ok((candidate, value));
        }
    }
    if let Some(x) = least_squares(smooth, data, family, link)?
        && let Some(value) = finite_value(smooth, &x)?
    {
        return Ok((x, value));
    }
    Err(Error::Unsupported {
        what: format!("family {} with link {} on these data", family.name(), link.name()),
        why: "no starting point was found at which every mean lies inside the family's range".to_owned(),
        remedy: format!("use the link {}, give a start, or add an intercept", family.default_link().name()),
    })
}

/// Convex and defined for every predictor.
pub(crate) fn is_well_behaved(loss: &Properties<f64>) -> bool {
    loss.convex && loss.predictor == (f64::NEG_INFINITY, f64::INFINITY)
}

pub(crate) fn finite_value(smooth: &mut Smooth<'_, f64>, x: &[f64]) -> Result<Option<f64>> {
    match smooth.value(x) {
        Ok(value) => Ok(Some(value).filter(|value| value.is_finite())),
        Err(Halt::Input(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// g(ȳ) minus the mean offset, with ȳ moved inside the family's range.
fn intercept_only(data: &Observations<'_>, family: &dyn Family, link: LinkFunction) -> f64 {
    let center = weighted_mean(data.y, data.row_weights());
    let mean = if link.link(center).is_finite() { center } else { family.start(center, 1.0, center) };
    let shift = data.offset.map_or(0.0, |offset| weighted_mean(offset, data.row_weights()));
    link.link(mean) - shift
}

/// Regression of g(μ₀) − offset on X, with μ₀ the family's starting means: the first step of IRLS with equal weights.
fn least_squares(
    smooth: &Smooth<'_, f64>,
    data: &Observations<'_>,
    family: &dyn Family,
    link: LinkFunction,
) -> Result<Option<Vec<f64>>> {
    let weights = data.row_weights();
    let center = weighted_mean(data.y, weights);
    let working: Vec<f64> = (0..data.y.len())
        .map(|i| {
            link.link(family.start(data.y[i], weights.get(i), center)) - data.offset.map_or(0.0, |o| o[i])
        })
        .collect();
    if !vector::all_finite(&working) {
        return Ok(None);
    }
    regress(smooth.design(), &working)
}

/// The least-squares coefficients of `target` on the design; `None` if it is singular.
fn regress(design: &Design<'_, f64>, target: &[f64]) -> Result<Option<Vec<f64>>> {
    let datafit = Cost::new(&Squared, target)?;
    let problem = Smooth::new(design, &datafit)?;
    let q = design.parameters();
    let h = problem.information_matrix(&vec![0.0; q], thalweg_core::Information::Observed)?;
    let mut cholesky = ScaledCholesky::new(q);
    if cholesky.factor(h.as_ref()).is_none() {
        return Ok(None);
    }
    let mut x = vec![0.0; q];
    design.apply_transpose(target, &mut x, thalweg_core::Par::Rayon);
    vector::scale(1.0 / target.len() as f64, &mut x);
    cholesky.solve(&mut x);
    Ok(Some(x))
}

pub(crate) fn weighted_mean(values: &[f64], weights: Weights<'_, f64>) -> f64 {
    match weights {
        Weights::Unit | Weights::Same(_) => vector::sum(values) / values.len() as f64,
        Weights::Each(w) => vector::dot(values, w) / vector::sum(w),
    }
}
