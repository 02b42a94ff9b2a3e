//! Geman–McClure loss ½r²/(1 + (r/c)²): squared near 0, bounded by ½c². Not convex, and no likelihood: e^−ℓ has no integral.
//!
//! Geman and McClure's own is 2/c² times this at c = 1; Barron's at α = −2 and scale s is 4/c² of it at c = 2s. PyTorch, scikit-learn and
//! optax have none.
//!
//! Source: Geman and McClure, *Bayesian image analysis*, Proc. Amer. Statist. Assoc. Statist. Comput. (1985).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::parameter;
use crate::{LossEntry, Make};

/// With r = η − y and x = r/c: ℓ = ½r²/(1 + x²), ℓ′ = r/(1 + x²)², ℓ″ = (1 − 3x²)/(1 + x²)³, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let robust = thalweg_losses::GemanMcclure::new(1.0)?;
/// assert_eq!(robust.derivatives(0.0, 1.0), (0.25, 0.25, -0.25));
/// assert_eq!(robust.derivatives(0.0, 1e200).0, 0.5);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct GemanMcclure {
    c: f64,
}

impl GemanMcclure {
    /// With c, the residual scale, in the units of the target.
    ///
    /// # Errors
    /// c not between 1e-18 and 1e18.
    pub fn new(c: f64) -> Result<Self> {
        Ok(Self { c: parameter::scale("c", c)? })
    }
}

const C: Parameter = Parameter {
    name: "c",
    default: 1.0,
    rule: parameter::SCALE,
    summary: "residual scale, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "geman-mcclure",
    summary: "squared residual over one plus itself: bounded, redescending",
    parameters: &[C],
    example: "geman-mcclure:c=2.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(GemanMcclure::new(values[0])?))
}

impl Formula for GemanMcclure {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let z = ((eta - y) / S::of(self.c)).square();
        k(0.5) * (eta - y).square() / (S::of(1.0) + z)
    }
}

impl<T: Real> Pointwise<T> for GemanMcclure {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let c = T::of(self.c);
        let x = (eta - y) / c;
        // Everything in t, the smaller of x and 1/x, has no overflow.
        let near = x.abs().le(T::ONE);
        let t = T::select(near, x, x.recip());
        let z = t * t;
        let inverse = (T::ONE + z).recip();
        let value = T::of(0.5 * self.c * self.c) * (T::select(near, z, T::ONE) * inverse);
        let slope = c * (T::select(near, t, z * t) * inverse * inverse);
        let bend = T::select(near, T::ONE - T::of(3.0) * z, z * z * (z - T::of(3.0)));
        (value, slope, bend * inverse * inverse * inverse)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // ℓ″ falls from 1 at x = 0 to −¼ at x = 1.
            curvature_bound: Some(T::ONE),
            // |ℓ′| is largest at x² = 1/3.
            lipschitz: Some(T::of(self.c * 3.0 * 3.0_f64.sqrt() / 16.0)),
            ..Properties::nonconvex(Target::Real)
        }
    }
}
