//! Welsch (Leclerc, correntropy) loss ½c²(1 − e^(−(r/c)²)): squared near 0, bounded by ½c². Not convex, and no likelihood: e^−ℓ has no integral.
//!
//! Barron's at α = −∞ and scale s is 2/c² of this at c = s√2. PyTorch, scikit-learn and optax have none.
//!
//! Source: Dennis and Welsch, *Techniques for nonlinear least squares and robust regression*, Commun. Statist. 7 (1978).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::parameter;
use crate::{LossEntry, Make};

/// With r = η − y and x = r/c: ℓ = ½c²(1 − e^(−x²)), ℓ′ = r e^(−x²), ℓ″ = (1 − 2x²) e^(−x²), for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, curvature) = thalweg_losses::Welsch::new(2.0)?.derivatives(0.0_f64, 2.0);
/// let e = (-1.0_f64).exp();
/// assert!((value - 2.0 * (1.0 - e)).abs() < 1e-15 && (slope - 2.0 * e).abs() < 1e-15 && (curvature + e).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Welsch {
    c: f64,
}

impl Welsch {
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
    // 95 % efficiency at the Gaussian with unit scale.
    default: 2.9846,
    rule: parameter::SCALE,
    summary: "residual scale, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "welsch",
    summary: "one minus a Gaussian of the residual: bounded, redescending",
    parameters: &[C],
    example: "welsch:c=1.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Welsch::new(values[0])?))
}

impl Formula for Welsch {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let c = S::of(self.c);
        let z = ((eta - y) / c).square();
        S::of(-0.5) * c * c * (-z).exp_m1()
    }
}

impl<T: Real> Pointwise<T> for Welsch {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, c) = (eta - y, T::of(self.c));
        let x = r / c;
        // The rounding errors of x and x², which e^(−x²) magnifies by x².
        let low = (-x).mul_add(c, r) * T::of(1.0 / self.c);
        let square = x * x;
        let error = k(2.0) * x * low + x.mul_add(x, -square);
        // Beyond 2000 e^−z is 0, and z·0 must be, too.
        let inside = square.lt(T::of(2000.0));
        let (z, error) = (T::select(inside, square, T::of(2000.0)), T::select(inside, error, T::ZERO));
        // h = e^(−½z) from e^(½z) − 1: accurate in both tails, and h² underflows only where e^−z does.
        let grown = (k(0.5) * z).exp_m1();
        let h = (T::ONE + grown).recip();
        let fallen = T::select(grown.lt(T::INFINITY), grown * h, T::ONE);
        let tail = h * (T::ONE - error);
        let value = T::of(0.5 * self.c * self.c) * (fallen * (T::ONE + h));
        (value, r * h * tail, (T::ONE - k(2.0) * z) * h * tail)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // ℓ″ falls from 1 at x = 0 to −2e^(−3/2) at x² = 3/2.
            curvature_bound: Some(T::ONE),
            // |ℓ′| is largest at x² = ½.
            lipschitz: Some(T::of(self.c * (-0.5_f64).exp() * core::f64::consts::FRAC_1_SQRT_2)),
            ..Properties::nonconvex(Target::Real)
        }
    }
}
