//! Hyperbolic secant distribution with location η, on the scale where f = 1/(π cosh(y − η)); its variance is π²/4. Source: Johnson, Kotz and Balakrishnan,
//! *Continuous Univariate Distributions*, vol. 2, chapter 23.

use thalweg_core::{Formula, Scalar, k, math};

/// ln f = −ln π − ln cosh(y − η), as −ln(π/2) − |y − η| − ln(1 + e^(−2|y − η|)), for real y.
///
/// ```
/// use thalweg_core::Formula;
/// use thalweg_likelihood::densities::HyperbolicSecant;
/// let found = HyperbolicSecant.eval(1.0_f64, 1.0);
/// assert!((found - (-std::f64::consts::PI.ln())).abs() < 1e-15);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct HyperbolicSecant;

impl Formula for HyperbolicSecant {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let a = (y - eta).abs();
        S::of(-math::ln(core::f64::consts::FRAC_PI_2)) - a - (k(-2.0) * a).exp().ln_1p()
    }
}
