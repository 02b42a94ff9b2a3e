//! Gamma distribution of a positive amount with log-mean η and shape a; exponential at a = 1.
//! Source: McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., chapter 8.

use thalweg_core::{Formula, Result, Scalar, math};

use super::positive;

/// ln f = a(ln y + ln a − η) − a y e^−η − ln y − ln Γ(a) for y > 0; the variance is μ²/a.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::Gamma;
/// let found = Gamma::new(1.0)?.eval(3.0_f64, 0.0);
/// assert!((found - (-3.0)).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
}

impl Gamma {
    /// With shape a, the reciprocal of the dispersion.
    ///
    /// # Errors
    /// a not positive and finite.
    pub fn new(shape: f64) -> Result<Self> {
        Ok(Self { shape: positive("shape", shape)? })
    }
}

impl Formula for Gamma {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (a, ln_y) = (S::of(self.shape), y.ln());
        a * (ln_y - eta) - ln_y - a * y * (-eta).exp()
            + S::of(self.shape * math::ln(self.shape) - math::ln_gamma(self.shape))
    }
}
