//! The pairwise logistic loss of rankings (RankNet): every pair of rows of a query, one more relevant than the other, is a logistic
//! regression of which is which.
//!
//! Minus the log-likelihood of the pairs' order under Bradley and Terry's model, in which i precedes j with probability 1/(1 + e^−σ(ηᵢ − ηⱼ)).
//! Without weights Σwℓ is the sum over all pairs of all queries; libraries that take the mean over pairs or normalise by their number differ
//! by that. Rows of equal relevance are no pair.
//!
//! Source: Burges et al., *Learning to rank using gradient descent*, ICML 2005.

use thalweg_core::{Datafit, Error, Parameter, Properties, Real, Result, Target};

use super::pairs::Pairs;
use super::ranking::{QueryLoss, QueryRows, QueryWork, Ranking};
use super::{MakeSets, SetData, SetEntry};

/// Σ over pairs with yᵢ > yⱼ of (wᵢwⱼ/w̄)·ln(1 + e^−σ(ηᵢ − ηⱼ)), with w̄ the mean weight of the query's rows.
///
/// Convex in η. O(m²) for a query of m rows. With respect to max|v| along a direction v of the predictors the self-concordance is 2σ, as a pair
/// moves by at most 2 max|v|.
///
/// ```
/// use thalweg_core::{Block, Datafit, Want};
/// use thalweg_losses::{PairwiseLogistic, Ranking};
/// let loss = Ranking::new(PairwiseLogistic::default(), &[2.0, 1.0, 0.0])?;
/// let mut g = [0.0; 3];
/// let mut out = Block { value: 0.0, gradient: &mut g, curvature: &mut [] };
/// loss.evaluate(0..3, &[0.0; 3], Want::Gradient, &mut out);
/// assert!((out.value - 3.0 * 2.0_f64.ln()).abs() < 1e-15); // three pairs
/// assert_eq!(g, [-1.0, 0.0, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug)]
pub struct PairwiseLogistic {
    sigma: f64,
}

impl Default for PairwiseLogistic {
    /// σ = 1.
    fn default() -> Self {
        Self { sigma: 1.0 }
    }
}

pub(super) const SIGMA: Parameter = Parameter {
    name: "sigma",
    default: 1.0,
    rule: "it must be positive and finite",
    summary: "steepness of the logistic function, per unit of the predictors",
};

pub(crate) const ENTRY: SetEntry = SetEntry {
    name: "pairwise-logistic",
    summary: "logistic loss of every pair of unequal relevance in a query: RankNet",
    parameters: &[SIGMA],
    example: "pairwise-logistic:sigma=2",
    make: MakeSets { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64], data: SetData<'_, T>) -> Result<Box<dyn Datafit<T>>> {
    Ranking::from_data(PairwiseLogistic::new(values[0])?, data)
}

/// σ if it is positive and finite.
pub(super) fn check_sigma(sigma: f64) -> Result<f64> {
    if sigma > 0.0 && sigma.is_finite() {
        return Ok(sigma);
    }
    Err(Error::invalid_parameter(SIGMA.name, sigma, SIGMA.rule))
}

impl PairwiseLogistic {
    /// With steepness σ.
    ///
    /// # Errors
    /// σ not positive or not finite.
    pub fn new(sigma: f64) -> Result<Self> {
        Ok(Self { sigma: check_sigma(sigma)? })
    }
}

impl QueryLoss for PairwiseLogistic {
    fn query(&self, rows: QueryRows<'_>, g: &mut [f64], h: &mut [f64], _: QueryWork<'_>) -> f64 {
        Pairs { rows, sigma: self.sigma, ranked: None }.sum(g, h)
    }

    fn action(&self, rows: QueryRows<'_>, v: &[f64], out: &mut [f64], _: QueryWork<'_>) {
        Pairs { rows, sigma: self.sigma, ranked: None }.action(v, out);
    }

    fn properties<T: Real>(&self) -> Properties<T> {
        Properties { self_concordance: Some(T::of(2.0 * self.sigma)), ..Properties::convex(Target::Real) }
    }
}
