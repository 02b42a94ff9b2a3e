//! Multilabel soft margin loss, the mean of K logistic losses: minus the log-likelihood of K independent Bernoulli labels with log-odds ηₖ, over K.
//!
//! Equal to PyTorch's `multilabel_soft_margin_loss` and to the mean over labels of its `binary_cross_entropy_with_logits`.
//!
//! Source: Cox, *The regression analysis of binary sequences*, J. R. Statist. Soc. B 20 (1958), label by label.

use thalweg_core::{
    Error, Pointwise, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want,
};

use super::{MakeRowwise, Outputs, RowwiseEntry};
use crate::pointwise::logistic::Logistic;

/// For labels y in [0, 1]ᴷ (0 or 1, or shares): ℓ = (1/K) Σ ((1 − yₖ) ln(1 + e^ηₖ) + yₖ ln(1 + e^−ηₖ)), ∂ℓ/∂ηₖ = (σ(ηₖ) − yₖ)/K, a diagonal
/// Hessian σ(ηₖ)σ(−ηₖ)/K, ℓ*(u) = (1/K) Σ (v ln v + (1 − v) ln(1 − v)) at v = K uₖ + yₖ in [0, 1].
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::MultilabelSoftMargin::new(2)?;
/// let mut g = [0.0; 2];
/// let value = loss.row(&[1.0, 0.0], &[0.0, 0.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (2.0_f64.ln(), [-0.25, 0.25]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct MultilabelSoftMargin {
    labels: u32,
}

impl MultilabelSoftMargin {
    /// With K labels.
    ///
    /// # Errors
    /// No labels.
    pub fn new(labels: usize) -> Result<Self> {
        match u32::try_from(labels) {
            Ok(labels) if labels >= 1 => Ok(Self { labels }),
            _ => Err(Error::invalid_parameter("labels", labels, "it must be one or more")),
        }
    }

    fn share<T: Real>(self) -> T {
        T::of(f64::from(self.labels).recip())
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "multilabel-soft-margin",
    summary: "mean of K logistic losses, one 0/1 label each",
    parameters: &[],
    example: "multilabel-soft-margin",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Targets },
};

fn make<T: Real>(labels: usize, _: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(MultilabelSoftMargin::new(labels)?))
}

impl RowFormula for MultilabelSoftMargin {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let term = |(y, eta): (&S, &S)| eta.softplus() - *y * *eta;
        y.iter().zip(eta).map(term).fold(S::of(0.0), |sum, term| sum + term) / S::of(f64::from(self.labels))
    }
}

impl<T: Real> Rowwise<T> for MultilabelSoftMargin {
    fn outputs(&self) -> usize {
        self.labels as usize
    }

    fn targets(&self) -> usize {
        self.labels as usize
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let (share, mut sum) = (self.share::<T>(), T::ZERO);
        if want >= Want::Fisher {
            hessian.fill(T::ZERO);
        }
        for (k, (y, eta_k)) in y.iter().zip(eta).enumerate() {
            let (value, first, second) = Logistic.derivatives(*y, *eta_k);
            sum += value;
            if want >= Want::Gradient {
                gradient[k] = share * first;
            }
            if want >= Want::Fisher {
                hessian[k * eta.len() + k] = share * second;
            }
        }
        share * sum
    }

    fn properties(&self) -> Properties<T> {
        let k = f64::from(self.labels);
        Properties {
            curvature_bound: Some(T::of(0.25 / k)),
            lipschitz: Some(T::of(k.sqrt().recip())),
            conjugate_known: true,
            ..Properties::convex(Target::UnitInterval)
        }
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        let (share, k) = (self.share::<T>(), T::of(f64::from(self.labels)));
        let mut sum = T::ZERO;
        for (y, u) in y.iter().zip(u) {
            // K·u may leave its interval by the rounding of u.
            let (slope, slack) = (k * *u, T::of(4.0) * T::EPSILON);
            let (low, high) = (-*y, T::ONE - *y);
            let slope = if slope < low && slope >= low - slack { low } else { slope };
            let slope = if slope > high && slope <= high + slack { high } else { slope };
            sum += Logistic.conjugate(*y, slope);
        }
        share * sum
    }

    fn action_scratch(&self) -> usize {
        0
    }

    fn hessian_action(&self, y: &[T], eta: &[T], _: Want, v: &[T], out: &mut [T], _: &mut [T]) {
        let share = self.share::<T>();
        for (k, out) in out.iter_mut().enumerate() {
            *out = share * Logistic.derivatives(y[k], eta[k]).2 * v[k];
        }
    }
}
