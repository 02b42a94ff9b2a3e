//! Laplace (double exponential) distribution: location η, scale b. Source: Kotz, Kozubowski and Podgórski, *The Laplace
//! Distribution and Generalizations* (2001), chapter 2.

use thalweg_core::{Formula, Result, Scalar, math};

use super::positive;

/// ln f = −|y − η|/b − ln 2b for real y.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::Laplace;
/// let found = Laplace::new(0.5)?.eval(0.0_f64, 1.0);
/// assert!((found - (-2.0)).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Laplace {
    scale: f64,
}

impl Laplace {
    /// With scale b, in the units of y: the mean distance from η.
    ///
    /// # Errors
    /// b not positive and finite.
    pub fn new(scale: f64) -> Result<Self> {
        Ok(Self { scale: positive("scale", scale)? })
    }
}

impl Formula for Laplace {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        -(y - eta).abs() / S::of(self.scale) - S::of(math::ln(2.0 * self.scale))
    }
}
