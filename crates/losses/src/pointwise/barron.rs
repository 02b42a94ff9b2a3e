//! Barron's general adaptive robust loss: one family from the squared loss (α = 2) by Charbonnier's (1), Cauchy's (0) and Geman and McClure's
//! (−2) to Welsch's (−∞); above 2 it grows faster than the square.
//!
//! The scale is the paper's and its authors' `robust_loss`: curvature 1/c² at 0, where the other robust losses here have 1. Its likelihood (α ≥ 0)
//! has a constant without a closed form.
//!
//! Source: Barron, *A general and adaptive robust loss function*, CVPR (2019).

use thalweg_core::{Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::parameter;
use crate::{LossEntry, Make};

/// With x = (η − y)/c and b = |α − 2|: ℓ = (b/α)((1 + x²/b)^(α/2) − 1), with its limits ½x² at α = 2, ln(1 + ½x²) at 0 and
/// 1 − e^(−½x²) at −∞; with w = (1 + x²/b)^(α/2−1): ℓ′ = xw/c, ℓ″ = (w/c²)(1 + (α − 1)x²/b)/(1 + x²/b), for any real y. Convex for α ≥ 1.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, _) = thalweg_losses::Barron::new(f64::NEG_INFINITY, 1.0)?.derivatives(0.0_f64, 2.0);
/// let e = (-2.0_f64).exp();
/// assert!((value - (1.0 - e)).abs() < 1e-15 && (slope - 2.0 * e).abs() < 1e-15);
/// assert_eq!(thalweg_losses::Barron::new(2.0, 1.0)?.derivatives(0.0, 3.0), (4.5, 3.0, 1.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Barron {
    alpha: f64,
    c: f64,
}

impl Barron {
    /// With shape α and scale c, in the units of the target.
    ///
    /// # Errors
    /// α +∞ or not a number; c not between 1e-18 and 1e18.
    pub fn new(alpha: f64, c: f64) -> Result<Self> {
        if alpha < f64::INFINITY {
            Ok(Self { alpha, c: parameter::scale("c", c)? })
        } else {
            Err(Error::invalid_parameter("alpha", alpha, ALPHA.rule))
        }
    }
}

const ALPHA: Parameter = Parameter {
    name: "alpha",
    default: 1.0,
    rule: "it must be a finite number or -inf",
    summary: "shape: 2 squared, 1 Charbonnier, 0 Cauchy, -2 Geman-McClure, -inf Welsch",
};

const C: Parameter = Parameter {
    name: "c",
    default: 1.0,
    rule: parameter::SCALE,
    summary: "residual scale, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "barron",
    summary: "general adaptive robust loss: squared, Cauchy, Welsch and all between by one shape",
    parameters: &[ALPHA, C],
    example: "barron:alpha=-2,c=1.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Barron::new(values[0], values[1])?))
}

impl Formula for Barron {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (alpha, b) = (self.alpha, (self.alpha - 2.0).abs());
        let z = ((eta - y) / S::of(self.c)).square();
        if alpha == 2.0 {
            k(0.5) * z
        } else if alpha == 0.0 {
            (k(0.5) * z).ln_1p()
        } else if alpha == f64::NEG_INFINITY {
            -(S::of(-0.5) * z).exp_m1()
        } else {
            S::of(b / alpha) * (S::of(0.5 * alpha) * (z / S::of(b)).ln_1p()).exp_m1()
        }
    }
}

impl<T: Real> Pointwise<T> for Barron {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let epsilon = T::EPSILON.to_f64();
        let distance = (self.alpha - 2.0).abs();
        // Within ε/128 of 2 (in double precision: at 2) it is the squared loss to the last digit, for which any b serves; far from 2, M below is
        // x² to the last digit for a finite b, too.
        let squared = distance < epsilon / 128.0;
        let b = if squared { 1.0 } else { distance.min((epsilon * epsilon).recip()) };
        let sign = if squared { 0.0 } else { (self.alpha - 2.0).signum() };
        let kappa = match (squared, self.alpha == f64::NEG_INFINITY) {
            (true, _) => 1.0,
            (_, true) => -0.5,
            _ => 0.5 * self.alpha / distance,
        };
        let logarithmic = kappa.abs() < epsilon * epsilon;
        let moderate = self.alpha > 1.0 && self.alpha < 4.0;

        let (inverse, x) = (T::of(1.0 / self.c), (eta - y) / T::of(self.c));
        let z = x * x;
        // M = b ln(1 + x²/b), as 2b ln(1 + |x|/√b) where x² overflows; w = (1 + x²/b)^(α/2−1) = e^(±½M), with 1 for α = 2.
        let ratio = z * T::of(1.0 / b);
        let whole = ratio.lt(T::INFINITY);
        let ln = T::select(whole, ratio, x.abs() * T::of(1.0 / b.sqrt())).ln_1p();
        let m = T::of(b) * T::select(whole, ln, ln + ln);
        let bend = T::of(0.5 * sign) * m;
        let (w, scaled) = (bend.exp(), T::of(kappa) * m);
        // (e^(κM) − 1)/(2κ) with κ = α/(2b), ½M at κ = 0. Near α = 2, where κM is a large logarithm, as (x²w + b(w − 1))/α.
        let grown = T::select(moderate, bend, scaled).exp_m1();
        let power = grown * T::of(if logarithmic { 0.0 } else { 0.5 / kappa });
        let value = T::select(logarithmic, k(0.5) * m, power);
        let near = (x * (x * w) + T::of(b) * grown) * T::of(1.0 / self.alpha);
        // 1 + (α − 2)u/(1 + u) with u = x²/b, as 1/(1 + u) + (α − 1)u/(1 + u): for α near 1 the first form cancels.
        let (rest, part) = ((T::ONE + ratio).recip(), (T::ONE + ratio.recip()).recip());
        let shape = rest + T::of(1.0 + sign * b) * part;
        let curvature = inverse * inverse * (w * if squared { T::ONE } else { shape });
        (T::select(moderate, near, value), inverse * (x * w), curvature)
    }

    fn properties(&self) -> Properties<T> {
        let (alpha, curvature) = (self.alpha, T::of(1.0 / self.c) * T::of(1.0 / self.c));
        // For α < 1 the slope is largest at x² = b/(b − 1) with b = 2 − α; at α = 1 it tends to 1/c.
        let e = 1.0 - alpha;
        let steepest = if alpha == f64::NEG_INFINITY {
            (-0.5_f64).exp()
        } else if e > 0.0 {
            (-0.5 * e * e.recip().ln_1p()).exp()
        } else {
            1.0
        };
        Properties {
            convex: alpha >= 1.0,
            // Up to α = 2, ℓ″ is largest at 0 and its negative part (none for α ≥ 1) at most 2e^(−3/2) of that, for α → −∞; above, it grows.
            curvature_bound: (alpha <= 2.0).then_some(curvature),
            strong_convexity: if alpha >= 2.0 { curvature } else { T::ZERO },
            lipschitz: (alpha <= 1.0).then_some(T::of(steepest / self.c)),
            self_concordance: if alpha == 2.0 {
                Some(T::ZERO)
            } else if alpha == 1.0 {
                Some(T::of(1.5 / self.c))
            } else {
                None
            },
            ..Properties::nonconvex(Target::Real)
        }
    }
}
