//! [`Reweighted`]: label smoothing and a weight of the positive class, for any loss that is linear in a target of two classes.
//!
//! PyTorch's `BCEWithLogitsLoss(pos_weight=w₊)` is `Reweighted` logistic loss with smoothing 0; Keras's `BinaryCrossentropy(label_smoothing=ε)` has
//! the weight 1. With both, smoothing comes first, as when PyTorch is given smoothed targets.

use thalweg_core::{Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar};

/// A loss P of y in [0, 1] that is linear in y, at smoothed targets y′ = (1 − ε)y + ½ε and with weight w₊ on the positive class:
/// ℓ = cP(1, η) + dP(0, η), where c = w₊y′ and d = 1 − y′. Equally (c + d)P(c/(c + d), η), so ℓ*(u) = (c + d)P*(c/(c + d), u/(c + d)).
///
/// P(1, ·) must not increase and P(0, ·) not decrease, as in every loss of a probability.
///
/// ```
/// use thalweg_core::Pointwise;
/// use thalweg_losses::{Logistic, Reweighted};
/// let loss = Reweighted::new(Logistic, 0.2, 3.0)?;
/// // 3 · 0.9 + 0.1 times ln 2.
/// let (value, slope, _) = loss.derivatives(1.0_f64, 0.0);
/// assert!((value - 2.8 * 2.0_f64.ln()).abs() < 1e-15 && (slope + 1.3).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, *Rethinking the Inception architecture*, CVPR (2016).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Reweighted<P> {
    loss: P,
    smoothing: f64,
    positive_weight: f64,
}

impl<P> Reweighted<P> {
    /// Smoothing ε of the labels towards ½, and the weight w₊ of the positive class against 1 of the negative one.
    ///
    /// # Errors
    /// ε outside [0, 1]; w₊ not positive and finite.
    pub fn new(loss: P, smoothing: f64, positive_weight: f64) -> Result<Self> {
        let [smooth, weigh] = PARAMETERS;
        if !(0.0..=1.0).contains(&smoothing) {
            return Err(Error::invalid_parameter(smooth.name, smoothing, smooth.rule));
        }
        if !(positive_weight > 0.0 && positive_weight.is_finite()) {
            return Err(Error::invalid_parameter(weigh.name, positive_weight, weigh.rule));
        }
        Ok(Self { loss, smoothing, positive_weight })
    }

    /// (c, d), the weights of the outcomes 1 and 0.
    #[inline(always)]
    fn outcomes<S: Scalar>(&self, y: S) -> (S, S) {
        let keep = S::of(1.0 - self.smoothing);
        let half = S::of(0.5 * self.smoothing);
        // 1 − y′ without the cancellation at y = 1.
        (S::of(self.positive_weight) * (keep * y + half), keep * (S::of(1.0) - y) + half)
    }

    /// The largest c and d.
    fn largest(&self) -> (f64, f64) {
        let share = 1.0 - 0.5 * self.smoothing;
        (self.positive_weight * share, share)
    }
}

/// The parameters of an entry whose loss can be reweighted.
pub(crate) const PARAMETERS: &[Parameter; 2] = &[
    Parameter {
        name: "smoothing",
        default: 0.0,
        rule: "it must lie between 0 and 1",
        summary: "weight by which the labels move towards 1/2",
    },
    Parameter {
        name: "positive_weight",
        default: 1.0,
        rule: "it must be a finite number > 0",
        summary: "weight of the positive class, the negative one having 1",
    },
];

/// The loss itself at the default values of [`PARAMETERS`], else reweighted.
pub(crate) fn make<T: Real, P: Pointwise<T> + 'static>(loss: P, values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    let reweighted = Reweighted::new(loss, values[0], values[1])?;
    let plain = PARAMETERS.iter().zip(values).all(|(parameter, value)| parameter.default == *value);
    Ok(if plain { Box::new(loss) } else { Box::new(reweighted) })
}

/// w x for a weight w ≥ 0, and 0 for w = 0 even where x is infinite.
#[inline(always)]
pub(crate) fn weighted<T: Real>(weight: T, x: T) -> T {
    T::select(weight.le(T::ZERO), T::ZERO, weight * x)
}

impl<P: Formula> Formula for Reweighted<P> {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (c, d) = self.outcomes(y);
        c * self.loss.eval(S::of(1.0), eta) + d * self.loss.eval(S::of(0.0), eta)
    }
}

impl<T: Real, P: Pointwise<T>> Pointwise<T> for Reweighted<P> {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        // Both outcomes apart, not the loss of one share: 1 − c/(c + d) would cancel for a large weight. The compiler merges what they have
        // in common.
        let (c, d) = self.outcomes(y);
        let one = self.loss.derivatives(T::ONE, eta);
        let zero = self.loss.derivatives(T::ZERO, eta);
        let value = weighted(c, one.0) + weighted(d, zero.0);
        (value, weighted(c, one.1) + weighted(d, zero.1), weighted(c, one.2) + weighted(d, zero.2))
    }

    #[inline(always)]
    fn expected_curvature(&self, y: T, eta: T) -> T {
        let (c, d) = self.outcomes(y);
        let one = self.loss.expected_curvature(T::ONE, eta);
        let zero = self.loss.expected_curvature(T::ZERO, eta);
        weighted(c, one) + weighted(d, zero)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let (c, d) = self.outcomes(y);
        let total = c + d;
        total * self.loss.conjugate(c / total, u / total)
    }

    fn properties(&self) -> Properties<T> {
        let plain = self.loss.properties();
        let (c, d) = self.largest();
        // c + d is linear in y: its extremes are at y = 0 and 1.
        let [at_zero, at_one] = [T::ZERO, T::ONE].map(|y| self.outcomes(y)).map(|(c, d)| c + d);
        Properties {
            curvature_bound: plain.curvature_bound.map(|bound| at_zero.max(at_one) * bound),
            strong_convexity: at_zero.min(at_one) * plain.strong_convexity,
            // The slopes of the two outcomes have opposite signs: only the larger counts.
            lipschitz: plain.lipschitz.map(|bound| T::of(c.max(d)) * bound),
            // The weights and the smoothing move the minimum away from the target's share.
            response: None,
            ..plain
        }
    }
}
