//! Kullback–Leibler divergence Σ qₖ (ln qₖ − ηₖ) of predicted from target probabilities, with log-probabilities η as predictors.
//!
//! The predictors are taken as they are: they are to be the logarithms of probabilities (a log-softmax), and the loss is linear in them. With
//! logits use [`CrossEntropy`](crate::CrossEntropy), whose value differs by the entropy of q and whose gradient is that of this loss through the
//! log-softmax. Equal to PyTorch's `kl_div` summed over a row (its `batchmean`), with and without `log_target`; PyTorch does not check that q
//! sums to 1.
//!
//! Source: Kullback and Leibler, *On information and sufficiency*, Ann. Math. Statist. 22 (1951).

use thalweg_core::{Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want};

use super::categorical::{self, SUM_TOLERANCE};
use super::gaussian_nll::switch;
use super::{MakeRowwise, Outputs, RowwiseEntry};
use crate::pointwise::logistic::x_ln_x;

/// For K probabilities q (or, with `log_target`, their logarithms): ℓ = Σ qₖ (ln qₖ − ηₖ) with 0 ln 0 = 0, ∂ℓ/∂η = −q, ∂²ℓ/∂η² = 0,
/// ℓ*(−q) = −Σ q ln q and +∞ elsewhere.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::KlDivergence::new(2)?;
/// let mut g = [0.0; 2];
/// let value = loss.row(&[0.0, 1.0], &[-3.0, -0.5], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (0.5, [-0.0, -1.0]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct KlDivergence {
    classes: u32,
    log_target: bool,
}

impl KlDivergence {
    /// With K classes and probabilities as targets.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        categorical::classes(classes).map(|classes| Self { classes, log_target: false })
    }

    /// With the (finite) logarithms of the probabilities as targets.
    #[must_use]
    pub fn with_log_target(mut self) -> Self {
        self.log_target = true;
        self
    }

    #[inline(always)]
    fn probability<T: Real>(self, y: T) -> T {
        if self.log_target { y.exp() } else { y }
    }
}

const LOG_TARGET: Parameter = Parameter {
    name: "log_target",
    default: 0.0,
    rule: "it must be 0 or 1",
    summary: "1 if the targets are the logarithms of the probabilities",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "kl-divergence",
    summary: "divergence of predicted log-probabilities from target probabilities",
    parameters: &[LOG_TARGET],
    example: "kl-divergence:log_target=1",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Targets },
};

fn make<T: Real>(classes: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    let loss = KlDivergence::new(classes)?;
    Ok(Box::new(if switch("log_target", values[0])? { loss.with_log_target() } else { loss }))
}

impl RowFormula for KlDivergence {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let zero = S::of(0.0);
        let term = |(y, eta): (&S, &S)| match self.log_target {
            true => y.exp() * (*y - *eta),
            false => S::select(zero.lt(*y), *y * (y.ln() - *eta), zero),
        };
        y.iter().zip(eta).map(term).fold(zero, |sum, term| sum + term)
    }
}

impl<T: Real> Rowwise<T> for KlDivergence {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    fn targets(&self) -> usize {
        self.classes as usize
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let mut value = T::ZERO;
        for (k, (y, eta_k)) in y.iter().zip(eta).enumerate() {
            let q = self.probability(*y);
            let ln_q = if self.log_target { *y } else { y.ln() };
            // A class of no probability is absent, even at a predictor of −∞.
            value += T::select(q.le(T::ZERO), T::ZERO, q * (ln_q - *eta_k));
            if want >= Want::Gradient {
                gradient[k] = -q;
            }
        }
        if want >= Want::Fisher {
            hessian.fill(T::ZERO);
        }
        value
    }

    fn properties(&self) -> Properties<T> {
        let target = if self.log_target { Target::Real } else { Target::UnitInterval };
        Properties {
            curvature_bound: Some(T::ZERO),
            // ‖q‖ ≤ Σ q.
            lipschitz: Some(T::of(1.0 + SUM_TOLERANCE)),
            conjugate_known: true,
            ..Properties::convex(target)
        }
    }

    fn refuses(&self, y: &[T]) -> Option<&'static str> {
        if !self.log_target {
            return categorical::refuses_probabilities(y);
        }
        let sum: f64 = y.iter().map(|y| y.to_f64().exp()).sum();
        let finite = y.iter().all(|y| y.is_finite());
        let rule = "the probabilities, of which the targets are the logarithms, must sum to 1 (within 1e-6)";
        (!finite || (sum - 1.0).abs() > SUM_TOLERANCE).then_some(rule)
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        let mut entropy = T::ZERO;
        for (y, u) in y.iter().zip(u) {
            let q = self.probability(*y);
            if (q + *u).abs() > T::of(4.0) * T::EPSILON * q {
                return T::INFINITY;
            }
            entropy -= if self.log_target { q * *y } else { x_ln_x(q) };
        }
        entropy
    }

    fn action_scratch(&self) -> usize {
        0
    }

    fn hessian_action(&self, _: &[T], _: &[T], _: Want, _: &[T], out: &mut [T], _: &mut [T]) {
        out.fill(T::ZERO);
    }
}
