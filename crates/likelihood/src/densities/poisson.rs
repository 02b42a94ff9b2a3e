//! Poisson distribution of a count with log-rate η. Source: McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., chapter 6.

use thalweg_core::{Formula, Scalar, k};

/// ln P = yη − e^η − ln y! for y = 0, 1, 2, …
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::Poisson;
/// let found = Poisson.eval(2.0_f64, 0.0);
/// assert!((found - (-1.0 - 2.0_f64.ln())).abs() < 1e-15);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Poisson;

impl Formula for Poisson {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        y * eta - eta.exp() - (k(1.0) + y).ln_gamma()
    }
}
