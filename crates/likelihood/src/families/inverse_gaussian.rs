//! Inverse Gaussian family: positive amounts with a long right tail, first-passage times.
//!
//! Source: Tweedie, *Statistical properties of inverse Gaussian distributions*, Ann. Math. Statist. 28 (1957).

use thalweg_core::{Dual, Formula, Loss, Pointwise, Properties, Real, Scalar, Target, k, math};

use crate::density::Density;
use crate::family::{Dispersion, FamilyEntry, Tails};
use crate::link::{LinkFunction, Mean};

/// y ~ inverse Gaussian with mean μ and shape λ = w/φ: V(μ) = μ³, d(y, μ) = (y − μ)²/(μ²y). The canonical link is 1/μ².
///
/// ```
/// use thalweg_likelihood::{Density, LinkFunction, families::InverseGaussian};
/// // (4 − 2)²/(2² · 4).
/// let mean = LinkFunction::Identity.mean(2.0);
/// assert_eq!(InverseGaussian.unit_deviance(4.0, &mean), 0.25);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct InverseGaussian;

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "inverse-gaussian",
    summary: "positive amounts with variance mu^3: first-passage times, heavy right tails",
    parameters: &[],
    example: "inverse-gaussian",
    make: |_| Ok(Box::new(InverseGaussian)),
};

impl Density for InverseGaussian {
    const NAME: &'static str = ENTRY.name;
    const LINKS: &'static [LinkFunction] =
        &[LinkFunction::InverseSquared, LinkFunction::Log, LinkFunction::Inverse, LinkFunction::Identity];
    const DISPERSION: Dispersion = Dispersion::Estimated;

    fn target(&self) -> Target {
        Target::Positive
    }

    /// y/(2μ²) − 1/μ.
    #[inline(always)]
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S {
        (k(0.5) * y * mean.inverse - S::of(1.0)) * mean.inverse
    }

    #[inline(always)]
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T {
        mean.ln_mu.derivatives[0].square() * mean.inverse.value
    }

    fn is_convex_in(&self, link: LinkFunction) -> bool {
        // ½yη − √η is, and ½yη² − η.
        matches!(link, LinkFunction::InverseSquared | LinkFunction::Inverse)
    }

    fn closed_form<T: Real>(&self, link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
        (link == LinkFunction::InverseSquared).then(|| Box::new(Canonical) as Box<dyn Loss<T>>)
    }

    #[inline(always)]
    fn variance(&self, mean: &Mean<f64>) -> f64 {
        mean.mu * mean.mu * mean.mu
    }

    #[inline(always)]
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        ((y - mean.mu) / mean.mu).powi(2) / y
    }

    #[inline(always)]
    fn log_density(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> f64 {
        let shape = w / dispersion;
        0.5 * (Scalar::ln(shape / core::f64::consts::TAU)
            - 3.0 * Scalar::ln(y)
            - shape * self.unit_deviance(y, mean))
    }

    /// F(y) = Φ(r(y/μ − 1)) + e^(2λ/μ) Φ(−r(y/μ + 1)) with r = √(λ/y); the second term by its logarithm, because its factors overflow and vanish.
    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails {
        let shape = w / dispersion;
        let root = (shape / y).sqrt();
        let z = root * (y / mean.mu - 1.0);
        let second = (2.0 * shape / mean.mu + math::normal_ln_cdf(-root * (y / mean.mu + 1.0))).exp();
        Tails::continuous(math::normal_cdf(z) + second, (math::normal_cdf(-z) - second).max(0.0))
    }

    #[inline(always)]
    fn start(&self, y: f64, _w: f64, _center: f64) -> f64 {
        y
    }
}

/// ½yη − √η for η > 0, ℓ′ = ½(y − η^−½), ℓ″ = ¼η^−3/2: under the canonical link, where derivatives of yμ^−2 by the chain rule would leave
/// rounding in place of the 0 that ℓ″ has of y.
#[derive(Copy, Clone)]
struct Canonical;

impl Formula for Canonical {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        k(0.5) * y * eta - eta.sqrt()
    }
}

impl<T: Real> Pointwise<T> for Canonical {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let root = eta.sqrt();
        let inverse = root.recip();
        // NaN, not a number, where η ≤ 0 leaves the domain.
        let value = T::select(T::ZERO.lt(eta), k(0.5) * y * eta - root, T::of(f64::NAN));
        (value, k(0.5) * (y - inverse), k(0.25) * inverse / eta)
    }

    fn properties(&self) -> Properties<T> {
        let domain = LinkFunction::InverseSquared.domain(Target::Positive);
        Properties { predictor: (T::of(domain.0), T::of(domain.1)), ..Properties::convex(Target::Positive) }
    }
}
