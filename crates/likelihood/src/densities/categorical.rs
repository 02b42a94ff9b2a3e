//! Categorical distribution of a class 0, 1, … K − 1 with log-weights η₀ … η_K−1. Source: McCullagh and Nelder, *Generalized Linear Models*, 2nd ed.,
//! chapter 5.

use thalweg_core::{RowFormula, Scalar};

/// ln P = η_y − ln Σₖ e^ηₖ for y = 0, 1, … K − 1; NaN for any other y.
///
/// ```
/// use thalweg_core::RowFormula;
/// use thalweg_likelihood::densities::Categorical;
/// let found = Categorical.eval(&[1.0], &[0.0, 2.0_f64.ln(), 0.0]);
/// assert!((found - 0.5_f64.ln()).abs() < 1e-15);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Categorical;

impl RowFormula for Categorical {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let [class] = y else { return S::of(f64::NAN) };
        let chosen = (0_u32..).zip(eta).fold(S::of(f64::NAN), |chosen, (k, eta)| {
            S::select((*class - S::of(f64::from(k))).abs().lt(S::of(0.5)), *eta, chosen)
        });
        let largest = eta.iter().fold(chosen, |largest, eta| largest.max(*eta));
        let sum = eta.iter().fold(S::of(0.0), |sum, eta| sum + (*eta - largest).exp());
        // The distance to the largest first: it is exact where the weights themselves are large.
        chosen - largest - sum.ln()
    }
}
