//! Continuous ranked probability score of a normal forecast with predicted mean m and log-scale s, σ = eˢ: ∫ (Φ((x − m)/σ) − 1{x ≥ y})² dx.
//!
//! A proper score in the unit of y, which a single outlier moves by its distance and not by its square; not jointly convex in m and s. Equal to
//! `crps_gaussian(y, m, eˢ)` of `properscoring` and `scoringRules`; PyTorch, Keras and optax have none. Minus no log-likelihood.
//!
//! Source: Gneiting and Raftery, *Strictly proper scoring rules, prediction, and estimation*, J. Am. Statist. Assoc. 102 (2007).

use thalweg_core::{
    Block, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want, Weights, k,
};

use super::strips::{self, Strip};
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// With r = y − m, z = r e⁻ˢ and the density φ: ℓ = r erf(z/√2) + σ(2φ(z) − 1/√π), ∂ℓ/∂(m, s) = (−erf(z/√2), σ(2φ(z) − 1/√π)),
/// ∂²ℓ = [2φ/σ, 2zφ; 2zφ, σ(2(1 + z²)φ − 1/√π)], expected under the forecast diag(1/(σ√π), σ/(2√π)).
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let mut g = [0.0; 2];
/// let value: f64 = thalweg_losses::GaussianCrps.row(&[1.0], &[1.0, 0.0], Want::Gradient, &mut g, &mut []);
/// // (√2 − 1)/√π.
/// assert!((value - 0.23369497725510914).abs() < 1e-15 && g == [0.0, value]);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct GaussianCrps;

/// 1/√π.
const SHARPNESS: f64 = 0.564_189_583_547_756_3;
/// 2/√(2π).
const PEAK: f64 = 0.797_884_560_802_865_4;

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "gaussian-crps",
    summary: "continuous ranked probability score of a normal with predicted mean and log-scale",
    parameters: &[],
    example: "gaussian-crps",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Parameters(2) },
};

fn make<T: Real>(outputs: usize, _: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    strips::check_outputs(outputs, 2, "the mean and the log-scale")?;
    Ok(Box::new(GaussianCrps))
}

impl RowFormula for GaussianCrps {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let sigma = eta[1].exp();
        let z = (y[0] - eta[0]) / sigma;
        let peak = k(PEAK) * (k(-0.5) * z.square()).exp();
        sigma * (z * (k(2.0) * z.normal_cdf() - S::of(1.0)) + peak - S::of(SHARPNESS))
    }
}

/// a·b, and 0 where a is, even at an infinite b.
#[inline(always)]
fn times<T: Real>(a: T, b: T) -> T {
    T::select(a.abs().le(T::ZERO), T::ZERO, a * b)
}

impl<T: Real> Strip<T, 2> for GaussianCrps {
    #[inline(always)]
    fn derivatives<const FISHER: bool>(&self, y: T, [m, s]: [T; 2]) -> (T, [T; 2], [[T; 2]; 2]) {
        let (r, sigma, precision) = (y - m, s.exp(), (-s).exp());
        // φ is 0 and erf ±1 to the last bit beyond 40, so that a product with an infinite z is never formed.
        let z = times(r, precision).min(T::of(40.0)).max(-T::of(40.0));
        let peak = T::of(PEAK) * (-(T::of(0.5) * (z * z))).exp();
        let (sharpness, tilt) = (T::of(SHARPNESS), (z * T::of(core::f64::consts::FRAC_1_SQRT_2)).erf());
        let spread = sigma * (peak - sharpness);
        let hessian = match FISHER {
            true => [[precision * sharpness, T::ZERO], [T::ZERO, T::of(0.5) * (sigma * sharpness)]],
            false => [
                [times(peak, precision), z * peak],
                [z * peak, sigma * ((T::ONE + z * z) * peak - sharpness)],
            ],
        };
        (r * tilt + spread, [-tilt, spread], hessian)
    }
}

impl<T: Real> Rowwise<T> for GaussianCrps {
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
