//! Gaussian negative log-likelihood with predicted mean m and variance v, ½(ln v + (y − m)²/v): minus the log-likelihood of a normal target,
//! without its constant ½ ln 2π unless `full` asks for it.
//!
//! Equal to PyTorch's `gaussian_nll_loss` without its clamp of the variance at `eps` (v ≤ 0 is outside the domain here: +∞, a soft reject). A
//! model whose output is any number takes [`GaussianNll`](crate::GaussianNll), whose second predictor is ln v. Not jointly convex in m and v.
//!
//! Source: Nix and Weigend, *Estimating the mean and variance of the target probability distribution*, ICNN (1994).

use thalweg_core::{
    Block, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want, Weights, k,
};

use super::gaussian_nll::{FULL, HALF_LN_2_PI, switch};
use super::strips::{self, Strip};
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// With r = y − m and q = r²/v: ℓ = ½(ln v + q), ∂ℓ/∂(m, v) = (−r/v, (1 − q)/2v), ∂²ℓ = [1/v, r/v²; r/v², (q − ½)/v²], expected
/// diag(1/v, 1/2v²). Domain: v > 0.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let mut g = [0.0; 2];
/// let value = thalweg_losses::GaussianVariance::default().row(&[1.0], &[3.0, 1.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (2.0_f64, [2.0, -1.5]));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct GaussianVariance {
    /// Whether ½ ln 2π is added, which makes the loss minus the log-density.
    pub full: bool,
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "gaussian-variance",
    summary: "normal target with predicted mean and variance",
    parameters: &[FULL],
    example: "gaussian-variance:full=1",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Parameters(2) },
};

fn make<T: Real>(outputs: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    strips::check_outputs(outputs, 2, "the mean and the variance")?;
    Ok(Box::new(GaussianVariance { full: switch("full", values[0])? }))
}

impl RowFormula for GaussianVariance {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let constant = S::of(if self.full { HALF_LN_2_PI } else { 0.0 });
        constant + k(0.5) * (eta[1].ln() + (y[0] - eta[0]).square() / eta[1])
    }
}

impl<T: Real> Strip<T, 2> for GaussianVariance {
    #[inline(always)]
    fn derivatives<const FISHER: bool>(&self, y: T, [m, v]: [T; 2]) -> (T, [T; 2], [[T; 2]; 2]) {
        let (half, r) = (T::of(0.5), y - m);
        let precision = v.recip();
        // Divided, not multiplied by 1/v, which overflows at a subnormal variance.
        let ratio = r / v;
        let q = ratio * r;
        let constant = T::of(if self.full { HALF_LN_2_PI } else { 0.0 });
        let value = half * (v.ln() + q) + constant;
        let hessian = match FISHER {
            true => [[precision, T::ZERO], [T::ZERO, half * precision * precision]],
            false => [[precision, ratio / v], [ratio / v, (q - half) * precision * precision]],
        };
        let value = T::select(v.le(T::ZERO), T::INFINITY, value);
        (value, [-ratio, half * (T::ONE - q) / v], hessian)
    }
}

impl<T: Real> Rowwise<T> for GaussianVariance {
    fn outputs(&self) -> usize {
        2
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        strips::row(self, y, eta, want, gradient, hessian)
    }

    #[inline(always)]
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        strips::block(self, y, eta, w, want, out);
    }

    fn properties(&self) -> Properties<T> {
        Properties::nonconvex(Target::Real)
    }
}
