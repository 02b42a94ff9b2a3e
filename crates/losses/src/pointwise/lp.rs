//! L^p loss |η − y|^p for p ≥ 1: absolute at p = 1, twice the squared loss at p = 2. Minus the log-density of a generalised normal (exponential power)
//! distribution with unit scale, up to the constant ln(2Γ(1 + 1/p)).
//!
//! LossFunctions.jl's `LPDistLoss` is the same. PyTorch, scikit-learn and optax have none.
//!
//! Source: Subbotin, *On the law of frequency of error*, Mat. Sbornik 31 (1923); Boyd and Vandenberghe, *Convex Optimization*, section 6.1.

use thalweg_core::{
    Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, math,
};

use crate::absolute::sign;
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y: ℓ = |r|^p, ℓ′ = p|r|^(p−1) sign r, ℓ″ = p(p − 1)|r|^(p−2), ℓ*(u) = uy + (p − 1)(|u|/p)^(p/(p−1)), for any real y; at p = 1, uy on
/// |u| ≤ 1.
///
/// For 1 < p < 2 the curvature is unbounded near r = 0, and +∞, its true value, at r = 0: first-order methods take such a p, Newton's method only
/// away from interpolation.
///
/// ```
/// use thalweg_core::Pointwise;
/// let quartic = thalweg_losses::Lp::new(4.0)?;
/// assert_eq!(quartic.derivatives(1.0, 3.0), (16.0, 32.0, 48.0));
/// assert_eq!(thalweg_losses::Lp::new(1.5)?.derivatives(1.0, 1.0), (0.0, 0.0, f64::INFINITY));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Lp {
    p: f64,
}

impl Lp {
    /// With p, the power of the absolute residual.
    ///
    /// # Errors
    /// p outside its range: it must be between 1 and 1000.
    pub fn new(p: f64) -> Result<Self> {
        if (1.0..=1000.0).contains(&p) {
            Ok(Self { p })
        } else {
            Err(Error::invalid_parameter("p", p, P.rule))
        }
    }
}

const P: Parameter = Parameter {
    name: "p",
    default: 1.5,
    rule: "it must be between 1 and 1000",
    summary: "power of the absolute residual",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "lp",
    summary: "absolute residual to the power p: generalised normal likelihood",
    parameters: &[P],
    example: "lp:p=3",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Lp::new(values[0])?))
}

impl Formula for Lp {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (eta - y).abs().powf(S::of(self.p))
    }
}

impl NegativeLogDensity for Lp {
    const DISTRIBUTION: &'static str = "generalised normal with location eta, scale 1 and shape p";

    /// ln(2Γ(1 + 1/p)).
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(core::f64::consts::LN_2 + math::ln_gamma(1.0 + 1.0 / self.p))
    }
}

impl<T: Real> Pointwise<T> for Lp {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, p) = (eta - y, T::of(self.p));
        let (a, steep) = (r.abs(), self.p >= 2.0);
        // One power. Below p = 2 it is |r|^(p−1), as |r|^(p−2) is infinite at 0; above, |r|^(p−2), as |r|^(p−1) underflows first.
        let power = a.powf(T::of(if steep { self.p - 2.0 } else { self.p - 1.0 }));
        let (slope, bend) = (if steep { a * power } else { power }, if steep { power } else { power / a });
        // 0/0: for p < 2 the limit of the curvature at r = 0.
        let limit = if self.p > 1.0 { T::INFINITY } else { T::ZERO };
        // At p = 1 the factor is 0, which an infinite 1/|r| must not meet.
        let factor = T::of(self.p * (self.p - 1.0));
        let curvature = if self.p > 1.0 { factor * bend } else { T::ZERO };
        let curvature = if steep { curvature } else { T::select(T::ZERO.lt(a), curvature, limit) };
        (a * slope, sign(r) * (p * slope), curvature)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let (p, a) = (T::of(self.p), u.abs());
        let smooth = T::of(self.p - 1.0) * (a / p).powf(T::of(self.p / (self.p - 1.0).max(1e-300)));
        let edge = T::select(a.le(T::ONE), T::ZERO, T::INFINITY);
        u * y + if self.p > 1.0 { smooth } else { edge }
    }

    fn properties(&self) -> Properties<T> {
        let (absolute, squared) = (self.p == 1.0, self.p == 2.0);
        Properties {
            differentiable: !absolute,
            twice_differentiable: self.p >= 2.0,
            curvature_bound: squared.then_some(T::of(2.0)),
            strong_convexity: if squared { T::of(2.0) } else { T::ZERO },
            lipschitz: absolute.then_some(T::ONE),
            self_concordance: squared.then_some(T::ZERO),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
