//! Bernoulli distribution of an outcome 0 or 1 with log-odds η. Source: McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., chapter 4.

use thalweg_core::{Formula, Scalar, k};

/// ln P = y ln σ(η) + (1 − y) ln σ(−η) with σ(η) = 1/(1 + e^−η), for y = 0 or 1.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::Bernoulli;
/// let found = Bernoulli.eval(1.0_f64, 3.0_f64.ln());
/// assert!((found - (0.75_f64.ln())).abs() < 1e-15);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Bernoulli;

impl Formula for Bernoulli {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        -(y * (-eta).softplus()) - (k(1.0) - y) * eta.softplus()
    }
}
