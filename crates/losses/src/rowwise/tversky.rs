//! Tversky loss of an overlap, 1 − (TP + ε)/(TP + α FP + β FN + ε): the shares σ(η) of K pixels (or labels) against K target shares, with false
//! positives and false negatives weighed differently. α = β = ½ is [`Dice`](crate::Dice), α = β = 1 the Jaccard loss.
//!
//! α weighs false positives, as in the paper, in MONAI's `TverskyLoss(sigmoid=True, smooth_nr=ε, smooth_dr=ε)` and in optax's `dice_loss` with
//! one class, to both of which it is equal. Minus no log-likelihood.
//!
//! Source: Salehi, Erdogmus and Gholipour, *Tversky loss function for image segmentation using 3D fully convolutional deep networks*, MLMI (2017).

use thalweg_core::{
    Error, Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want,
};

use super::{MakeRowwise, Outputs, RowwiseEntry};

/// For targets y in [0, 1]ᴷ and s = σ(η): TP = Σ ys, FP = Σ (1 − y)s, FN = Σ y(1 − s), N = TP + ε, M = α FP + β FN, D = N + M, ℓ = M/D,
/// ∂ℓ/∂sₖ = (Nα(1 − yₖ) − (βN + M)yₖ)/D², and with dₖ = α(1 − yₖ) + (1 − β)yₖ, ∂²ℓ/∂sₖ∂sₗ = (yₖdₗ + dₖyₗ)/D² − 2N dₖdₗ/D³.
/// The expected Hessian is replaced by diag(|∂ℓ/∂sₖ| sₖ(1 − sₖ)), which is never below the curvature in η of the loss linearised in s.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::Tversky::new(2, 0.3, 0.7)?.with_smooth(1.0)?;
/// let mut g = [0.0; 2];
/// // TP = FP = FN = 1/2: (0.15 + 0.35)/(0.5 + 1 + 0.15 + 0.35).
/// let value: f64 = loss.row(&[1.0, 0.0], &[0.0, 0.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!(value, 0.25);
/// assert!((g[0] + 1.55 / 16.0).abs() < 1e-16 && (g[1] - 0.45 / 16.0).abs() < 1e-16);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Tversky {
    outputs: u32,
    alpha: f64,
    beta: f64,
    smooth: f64,
}

const WEIGHT_RULE: &str = "it must be finite and not negative, and not both 0";
const SMOOTH_RULE: &str = "it must be positive and finite";

impl Tversky {
    /// Of K pixels, with weights of the false positives and of the false negatives, and ε = 1.
    ///
    /// # Errors
    /// No pixels; a weight that is negative or not finite; both 0.
    pub fn new(outputs: usize, alpha: f64, beta: f64) -> Result<Self> {
        let Ok(outputs @ 1..) = u32::try_from(outputs) else {
            return Err(Error::invalid_parameter("outputs", outputs, "it must be one or more"));
        };
        for (name, value, other) in [("alpha", alpha, beta), ("beta", beta, alpha)] {
            if !(value.is_finite() && value >= 0.0 && (value > 0.0 || other != 0.0)) {
                return Err(Error::invalid_parameter(name, value, WEIGHT_RULE));
            }
        }
        Ok(Self { outputs, alpha, beta, smooth: 1.0 })
    }

    /// With another ε, in numerator and denominator.
    ///
    /// # Errors
    /// An ε that is not positive and finite.
    pub fn with_smooth(mut self, smooth: f64) -> Result<Self> {
        if !(smooth > 0.0 && smooth.is_finite()) {
            return Err(Error::invalid_parameter("smooth", smooth, SMOOTH_RULE));
        }
        self.smooth = smooth;
        Ok(self)
    }
}

pub(super) const SMOOTH: Parameter = Parameter {
    name: "smooth",
    default: 1.0,
    rule: SMOOTH_RULE,
    summary: "added to numerator and denominator: an empty target is then a loss too",
};
const ALPHA: Parameter =
    Parameter { name: "alpha", default: 0.3, rule: WEIGHT_RULE, summary: "weight of the false positives" };
const BETA: Parameter =
    Parameter { name: "beta", default: 0.7, rule: WEIGHT_RULE, summary: "weight of the false negatives" };

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "tversky",
    summary: "overlap of pixels or labels, with weights for false positives and false negatives",
    parameters: &[ALPHA, BETA, SMOOTH],
    example: "tversky:alpha=1,beta=0.25,smooth=0.01",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Targets },
};

fn make<T: Real>(outputs: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(Tversky::new(outputs, values[0], values[1])?.with_smooth(values[2])?))
}

impl RowFormula for Tversky {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (zero, one) = (S::of(0.0), S::of(1.0));
        let sum =
            |f: &dyn Fn(S, S) -> S| y.iter().zip(eta).fold(zero, |sum, (y, eta)| sum + f(*y, eta.sigmoid()));
        let (hit, extra, missed) =
            (sum(&|y, s| y * s), sum(&|y, s| (one - y) * s), sum(&|y, s| y * (one - s)));
        let near = hit + S::of(self.smooth);
        one - near / (near + S::of(self.alpha) * extra + S::of(self.beta) * missed)
    }
}

impl<T: Real> Rowwise<T> for Tversky {
    fn outputs(&self) -> usize {
        self.outputs as usize
    }

    fn targets(&self) -> usize {
        self.outputs as usize
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let (alpha, beta) = (T::of(self.alpha), T::of(self.beta));
        let (mut hit, mut extra, mut missed) = (T::ZERO, T::ZERO, T::ZERO);
        for (y, eta) in y.iter().zip(eta) {
            let (s, not) = (eta.sigmoid(), (-*eta).sigmoid());
            (hit, extra, missed) = (hit + *y * s, extra + (T::ONE - *y) * s, missed + *y * not);
        }
        let (near, far) = (hit + T::of(self.smooth), alpha * extra + beta * missed);
        let all = near + far;
        // N/D and M/D; dividing by D once more is exact enough and overflows only with the result.
        let (close, value) = (near / all, far / all);
        let slope = |y: T| (close * alpha * (T::ONE - y) - y * (beta * close + value)) / all;
        let density = |eta: T| eta.sigmoid() * (-eta).sigmoid();
        if want >= Want::Gradient {
            for ((g, y), eta) in gradient.iter_mut().zip(y).zip(eta) {
                *g = slope(*y) * density(*eta);
            }
        }
        if want == Want::Fisher {
            hessian.fill(T::ZERO);
            for (k, g) in gradient.iter().enumerate() {
                hessian[k * eta.len() + k] = g.abs();
            }
        }
        if want == Want::Curvature {
            let weight = |y: T| alpha * (T::ONE - y) + (T::ONE - beta) * y;
            for (k, row) in hessian.chunks_exact_mut(eta.len()).enumerate() {
                for (l, h) in row.iter_mut().enumerate() {
                    let (dk, dl) = (weight(y[k]), weight(y[l]));
                    let bend = (y[k] * dl + dk * y[l]) - (close + close) * (dk * dl);
                    *h = (bend * (density(eta[k]) / all)) * (density(eta[l]) / all);
                }
                // (1 − 2s) = −tanh(η/2), whose sign and size survive where s is close to ½.
                row[k] -= gradient[k] * (T::of(0.5) * eta[k]).tanh();
            }
        }
        value
    }

    fn properties(&self) -> Properties<T> {
        Properties::nonconvex(Target::UnitInterval)
    }
}
