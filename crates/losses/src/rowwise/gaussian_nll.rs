//! Gaussian negative log-likelihood with predicted mean m and log-variance s, ½(s + (y − m)² e⁻ˢ): minus the log-likelihood of a normal target
//! with variance eˢ, without its constant ½ ln 2π unless `full` asks for it.
//!
//! Every s is admissible, so that no optimizer leaves the domain. Equal to PyTorch's `gaussian_nll_loss` at the variance eˢ, where that is
//! beyond its clamp. Not jointly convex in m and s.
//!
//! Source: Nix and Weigend, *Estimating the mean and variance of the target probability distribution*, ICNN (1994).

use thalweg_core::{
    Block, Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want, Weights,
    k,
};

use super::strips::{self, Strip};
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// With r = y − m and q = r² e⁻ˢ: ℓ = ½(s + q), ∂ℓ/∂(m, s) = (−r e⁻ˢ, ½(1 − q)), ∂²ℓ = [e⁻ˢ, r e⁻ˢ; r e⁻ˢ, ½q], expected diag(e⁻ˢ, ½).
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let mut g = [0.0; 2];
/// let value = thalweg_losses::GaussianNll::default().row(&[1.0], &[3.0, 0.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (2.0_f64, [2.0, -1.5]));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct GaussianNll {
    /// Whether ½ ln 2π is added, which makes the loss minus the log-density.
    pub full: bool,
}

/// ½ ln 2π.
pub(super) const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;

pub(super) const FULL: Parameter = Parameter {
    name: "full",
    default: 0.0,
    rule: "it must be 0 or 1",
    summary: "1 adds the constant ln(2 pi)/2 of the density",
};

/// Whether a parameter of rule "0 or 1" is on.
pub(super) fn switch(name: &str, value: f64) -> Result<bool> {
    if value == 0.0 || value == 1.0 {
        Ok(value == 1.0)
    } else {
        Err(thalweg_core::Error::invalid_parameter(name, value, "it must be 0 or 1"))
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "gaussian-nll",
    summary: "normal target with predicted mean and log-variance",
    parameters: &[FULL],
    example: "gaussian-nll:full=1",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Parameters(2) },
};

fn make<T: Real>(outputs: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    strips::check_outputs(outputs, 2, "the mean and the log-variance")?;
    Ok(Box::new(GaussianNll { full: switch("full", values[0])? }))
}

impl RowFormula for GaussianNll {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let constant = S::of(if self.full { HALF_LN_2_PI } else { 0.0 });
        constant + k(0.5) * (eta[1] + (y[0] - eta[0]).square() * (-eta[1]).exp())
    }
}

impl<T: Real> Strip<T, 2> for GaussianNll {
    #[inline(always)]
    fn derivatives<const FISHER: bool>(&self, y: T, [m, s]: [T; 2]) -> (T, [T; 2], [[T; 2]; 2]) {
        let (half, r) = (T::of(0.5), y - m);
        // Both factors of r² e⁻ˢ by its root: neither overflows while their product does not. No residual is none at any precision.
        let root = (-(half * s)).exp();
        let z = T::select(r.abs().le(T::ZERO), T::ZERO, r * root);
        let (precision, q) = (root * root, z * z);
        let slope = T::select(r.abs().le(T::ZERO), T::ZERO, z * root);
        let constant = T::of(if self.full { HALF_LN_2_PI } else { 0.0 });
        let hessian = match FISHER {
            true => [[precision, T::ZERO], [T::ZERO, half]],
            false => [[precision, slope], [slope, half * q]],
        };
        (half * (s + q) + constant, [-slope, half * (T::ONE - q)], hessian)
    }
}

impl<T: Real> Rowwise<T> for GaussianNll {
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
