//! `TemplateItem`: REPLACE with what it does to a residual and when to choose it, in one sentence.
//!
//! The file works as it stands, as the pseudo-Huber loss: put your formula in its place and every line that says REPLACE.
//!
//! Source: REPLACE, *title*, journal volume (year).

use thalweg_core::{Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k};

use crate::{LossEntry, Make};

/// With r = η − y and s = √(1 + (r/δ)²): ℓ = δ²(s − 1) = r²/(1 + s); ℓ′ = r/s; ℓ″ = 1/s³;
/// ℓ*(u) = uy + δ²(1 − √(1 − (u/δ)²)) on |u| ≤ δ. REPLACE: the formulas, and the domain of y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let loss = thalweg_losses::TemplateItem::new(2.0)?;
/// // REPLACE: one point worked out by hand.
/// let (value, first, second) = loss.derivatives(1.0_f64, 2.5);
/// assert_eq!((value, first), (1.0, 1.2));
/// assert!((second - 0.512).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct TemplateItem {
    delta: f64,
}

impl TemplateItem {
    /// With scale δ, in the units of the target.
    ///
    /// # Errors
    /// δ not positive and finite.
    pub fn new(delta: f64) -> Result<Self> {
        if delta > 0.0 && delta.is_finite() {
            Ok(Self { delta })
        } else {
            Err(Error::invalid_parameter("delta", delta, DELTA.rule))
        }
    }
}

const DELTA: Parameter = Parameter {
    name: "delta",
    default: 1.0,
    rule: "it must be a finite number > 0",
    summary: "residual around which the loss turns from squared to linear, in the units of the target",
};

// REPLACE: the summary that `thalweg list` shows.
pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "template-item",
    summary: "squared near 0, linear far beyond delta, smooth everywhere",
    parameters: &[DELTA],
    example: "template-item:delta=1",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(TemplateItem::new(values[0])?))
}

impl Formula for TemplateItem {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let r = eta - y;
        let s = (k(1.0) + (r / S::of(self.delta)).square()).sqrt();
        // δ²(s − 1) would lose every digit near r = 0.
        r * (r / (k(1.0) + s))
    }
}

impl<T: Real> Pointwise<T> for TemplateItem {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let r = eta - y;
        let s = (T::ONE + (r / T::of(self.delta)).square()).sqrt();
        (r * (r / (T::ONE + s)), r / s, (s * s * s).recip())
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let c = (T::ONE - (u / T::of(self.delta)).square()).max(T::ZERO).sqrt();
        let value = u * (y + u / (T::ONE + c));
        T::select(u.abs().le(T::of(self.delta)), value, T::INFINITY)
    }

    // REPLACE: the laws test each claim, so a wrong one fails `cargo xtask test`.
    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::ONE),
            lipschitz: Some(T::of(self.delta)),
            // |ℓ‴| / ℓ″ = 3|t| / (δ(1 + t²)) with t = r/δ, largest at t = 1.
            self_concordance: Some(T::of(1.5 / self.delta)),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
