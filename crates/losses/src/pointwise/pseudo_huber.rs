//! Pseudo-Huber (Charbonnier, L1–L2) loss δ²(√(1 + (r/δ)²) − 1): squared near 0, slope δ far out, smooth throughout. Minus the log-density of a
//! symmetric hyperbolic distribution, up to ln(2δK₁(δ²)) + δ² with the Bessel function K₁.
//!
//! SciPy's `pseudo_huber` and `least_squares(loss="soft_l1")` have the same scale; Barron's at α = 1 is this divided by δ². PyTorch, scikit-learn and
//! optax have none.
//!
//! Source: Charbonnier et al., *Deterministic edge-preserving regularization in computed imaging*, IEEE Trans. Image Process. 6 (1997); Hartley and
//! Zisserman, *Multiple View Geometry*, 2nd ed., appendix 6.8.

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target};

use crate::absolute::sign;
use crate::parameter;
use crate::{LossEntry, Make};

/// With r = η − y, x = r/δ and h = √(1 + x²): ℓ = δ²(h − 1), ℓ′ = r/h, ℓ″ = 1/h³, ℓ*(u) = uy + δ² − δ√(δ² − u²) on |u| ≤ δ, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, curvature) = thalweg_losses::PseudoHuber::new(2.0)?.derivatives(0.0_f64, 1.5);
/// // h = 5/4.
/// assert!((value - 1.0).abs() < 1e-15 && (slope - 1.2).abs() < 1e-15 && (curvature - 0.512).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct PseudoHuber {
    delta: f64,
}

impl PseudoHuber {
    /// With δ, the residual at which the loss turns from squared to linear, in the units of the target.
    ///
    /// # Errors
    /// δ not between 1e-18 and 1e18.
    pub fn new(delta: f64) -> Result<Self> {
        Ok(Self { delta: parameter::scale("delta", delta)? })
    }
}

const DELTA: Parameter = Parameter {
    name: "delta",
    default: 1.0,
    rule: parameter::SCALE,
    summary: "residual at which the loss turns from squared to linear, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "pseudo-huber",
    summary: "smooth Huber: squared near 0, absolute beyond delta",
    parameters: &[DELTA],
    example: "pseudo-huber:delta=0.4",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(PseudoHuber::new(values[0])?))
}

impl Formula for PseudoHuber {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let r = eta - y;
        // δ²(h − 1) = r²/(h + 1).
        r.square() / ((S::of(1.0) + (r / S::of(self.delta)).square()).sqrt() + S::of(1.0))
    }
}

impl<T: Real> Pointwise<T> for PseudoHuber {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, delta) = (eta - y, T::of(self.delta));
        let x = r * T::of(1.0 / self.delta);
        let a = x.abs();
        // From 10⁹ on h is |x| to the last digit, and its square may overflow; beyond 10¹⁸ so is h + 1, and |x| may.
        let h = T::select(a.lt(T::of(1e9)), (T::ONE + x * x).sqrt(), a);
        let linear = T::of(1e18).lt(a);
        let share = T::select(linear, T::ONE, a / (T::ONE + h));
        let slope = T::select(linear, sign(r), x / h);
        let inverse = h.recip();
        (delta * (r.abs() * share), delta * slope, inverse * inverse * inverse)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let (delta, v) = (T::of(self.delta), u * T::of(1.0 / self.delta));
        // δ² − δ√(δ² − u²) = u²/(1 + √(1 − v²)).
        let root = ((T::ONE - v) * (T::ONE + v)).max(T::ZERO).sqrt();
        T::select(u.abs().le(delta), u * (y + u / (T::ONE + root)), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::ONE),
            lipschitz: Some(T::of(self.delta)),
            // |ℓ‴|/ℓ″ = 3|x|/(δ(1 + x²)), largest at x = 1.
            self_concordance: Some(T::of(1.5 / self.delta)),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
