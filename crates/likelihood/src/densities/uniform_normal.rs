//! Uniform within ε of η, with the tails of a normal distribution of variance 1 beyond. Source: Smola and Schölkopf, *A tutorial on support vector regression*,
//! Statist. Comput. 14 (2004), section 3.

use thalweg_core::{Formula, Result, Scalar, k, math};

use super::positive;

/// ln f = −½max(|y − η| − ε, 0)² − ln(2ε + √(2π)) for real y.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::UniformNormal;
/// let found = UniformNormal::new(1.0)?.eval(3.0_f64, 0.0);
/// assert!((found - (-2.0 - (2.0 + std::f64::consts::TAU.sqrt()).ln())).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct UniformNormal {
    epsilon: f64,
}

impl UniformNormal {
    /// With half-width ε, in the units of y.
    ///
    /// # Errors
    /// ε not positive and finite.
    pub fn new(epsilon: f64) -> Result<Self> {
        Ok(Self { epsilon: positive("epsilon", epsilon)? })
    }
}

impl Formula for UniformNormal {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let excess = ((y - eta).abs() - S::of(self.epsilon)).max(S::of(0.0));
        k(-0.5) * excess * excess - S::of(math::ln(2.0 * self.epsilon + core::f64::consts::TAU.sqrt()))
    }
}
