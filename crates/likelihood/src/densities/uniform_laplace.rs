//! Uniform within ε of η, with the tails of a Laplace distribution of scale 1 beyond. Source: Smola and Schölkopf, *A tutorial on support vector regression*,
//! Statist. Comput. 14 (2004), section 3.

use thalweg_core::{Formula, Result, Scalar, math};

use super::positive;

/// ln f = −max(|y − η| − ε, 0) − ln(2 + 2ε) for real y.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::UniformLaplace;
/// let found = UniformLaplace::new(1.0)?.eval(3.0_f64, 0.0);
/// assert!((found - (-2.0 - 4.0_f64.ln())).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct UniformLaplace {
    epsilon: f64,
}

impl UniformLaplace {
    /// With half-width ε, in the units of y.
    ///
    /// # Errors
    /// ε not positive and finite.
    pub fn new(epsilon: f64) -> Result<Self> {
        Ok(Self { epsilon: positive("epsilon", epsilon)? })
    }
}

impl Formula for UniformLaplace {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let excess = ((y - eta).abs() - S::of(self.epsilon)).max(S::of(0.0));
        -excess - S::of(core::f64::consts::LN_2 + math::ln_1p(self.epsilon))
    }
}
