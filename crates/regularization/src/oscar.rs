//! OSCAR λ(α Σ|bⱼ| + β Σ_{j<k} max(|bⱼ|, |bₖ|)): correlated columns get coefficients of one size. [`Slope`] with linear weights.
//!
//! Source: Bondell and Reich, Biometrics 64 (2008).

use thalweg_core::{Error, Parameter, Penalty, Real, Result};

use crate::slope::{Rule, Slope};
use crate::{Make, PenaltyEntry};

const RULE: &str = "it must be a finite number >= 0, one of alpha and beta above 0";
const ALPHA: Parameter =
    Parameter { name: "alpha", default: 1.0, rule: RULE, summary: "weight of the L1 norm" };
const BETA: Parameter = Parameter {
    name: "beta",
    default: 0.1,
    rule: RULE,
    summary: "weight of the larger of every two coefficients",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "oscar",
    summary: "lambda times L1 norm and pairwise maxima: correlated columns get coefficients of one size",
    parameters: &[ALPHA, BETA],
    example: "oscar:alpha=0.5,beta=0.25",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    let (alpha, beta) = check_oscar(values[0], values[1])?;
    Ok(Box::new(Slope::later(Rule::Oscar { alpha, beta })))
}

/// α and β, if weights can be made of them.
pub(crate) fn check_oscar(alpha: f64, beta: f64) -> Result<(f64, f64)> {
    for (parameter, value) in [(ALPHA, alpha), (BETA, beta)] {
        if !(value >= 0.0 && value.is_finite() && alpha + beta > 0.0) {
            return Err(Error::invalid_parameter(parameter.name, value, parameter.rule));
        }
    }
    Ok((alpha, beta))
}
