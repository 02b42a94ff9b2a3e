//! Tukey's biweight: squared near 0, constant beyond c, where an outlier has no pull at all. Not convex, and no likelihood: e^−ℓ has no integral.
//!
//! statsmodels' `TukeyBiweight` has the same scale. PyTorch, scikit-learn and optax have none.
//!
//! Source: Beaton and Tukey, *The fitting of power series, meaning polynomials, illustrated on band-spectroscopic data*, Technometrics 16 (1974).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target};

use crate::parameter;
use crate::{LossEntry, Make};

/// With r = η − y, x = clamp(r/c, −1, 1): ℓ = (c²/6)(1 − (1 − x²)³), ℓ′ = cx(1 − x²)², ℓ″ = (1 − x²)(1 − 5x²), for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let tukey = thalweg_losses::Tukey::new(2.0)?;
/// assert_eq!(tukey.derivatives(0.0, 1.0), (4.0 / 6.0 * 0.578125, 0.5625, -0.1875));
/// assert_eq!(tukey.derivatives(0.0, 1e200), (4.0 / 6.0, 0.0, 0.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Tukey {
    c: f64,
}

impl Tukey {
    /// With c, the residual beyond which the loss is constant, in the units of the target.
    ///
    /// # Errors
    /// c not between 1e-18 and 1e18.
    pub fn new(c: f64) -> Result<Self> {
        Ok(Self { c: parameter::scale("c", c)? })
    }
}

const C: Parameter = Parameter {
    name: "c",
    // 95 % efficiency at the Gaussian with unit scale.
    default: 4.685,
    rule: parameter::SCALE,
    summary: "residual beyond which the loss is constant, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "tukey",
    summary: "Tukey's biweight: bounded, an outlier beyond c has no pull",
    parameters: &[C],
    example: "tukey:c=2.0",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Tukey::new(values[0])?))
}

impl Formula for Tukey {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (r, c) = (eta - y, S::of(self.c));
        let top = c * c / S::of(6.0);
        let z = (r.max(-c).min(c) / c).square();
        S::select(r.abs().le(c), top * (S::of(3.0) * z - S::of(3.0) * z * z + z * z * z), top)
    }
}

impl<T: Real> Pointwise<T> for Tukey {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let c = T::of(self.c);
        let x = ((eta - y) / c).max(-T::ONE).min(T::ONE);
        let (z, rest) = (x * x, (T::ONE - x) * (T::ONE + x));
        // 1 − (1 − z)³ without its cancellation near 0.
        let value = T::of(self.c * self.c / 6.0) * (z * (T::of(3.0) - z * (T::of(3.0) - z)));
        (value, c * x * rest * rest, rest * (T::ONE - T::of(5.0) * z))
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // ℓ″ falls from 1 at x = 0 to −0.8 at x² = 0.6.
            curvature_bound: Some(T::ONE),
            // |ℓ′| is largest at x² = 1/5.
            lipschitz: Some(T::of(self.c * 16.0 / (25.0 * 5.0_f64.sqrt()))),
            ..Properties::nonconvex(Target::Real)
        }
    }
}
