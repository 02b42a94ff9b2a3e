//! Gamma family: positive amounts whose standard deviation is proportional to their mean.
//!
//! Source: McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., chapter 8.

use thalweg_core::{Dual, Loss, Real, Scalar, Target, math};

use crate::density::Density;
use crate::family::{Dispersion, FamilyEntry, Tails};
use crate::link::{LinkFunction, Mean};
use crate::links::power;
use crate::special::{lower_gamma, upper_gamma};

/// y ~ Gamma with mean μ and shape w/φ: V(μ) = μ², d(y, μ) = 2[(y − μ)/μ − ln(y/μ)]. With the log link its loss is
/// [`thalweg_losses::Gamma`]; the canonical link is the inverse.
///
/// ```
/// use thalweg_likelihood::{Density, LinkFunction, families::Gamma};
/// // 2[(3 − 1)/1 − ln 3].
/// let mean = LinkFunction::Identity.mean(1.0);
/// assert!((Gamma.unit_deviance(3.0, &mean) - 2.0 * (2.0 - 3.0_f64.ln())).abs() < 1e-15);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Gamma;

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "gamma",
    summary: "positive amounts with constant coefficient of variation: costs, durations",
    parameters: &[],
    example: "gamma",
    make: |_| Ok(Box::new(Gamma)),
};

impl Density for Gamma {
    const NAME: &'static str = ENTRY.name;
    const LINKS: &'static [LinkFunction] =
        &[LinkFunction::Inverse, LinkFunction::Log, LinkFunction::Identity, power::ANY];
    const DISPERSION: Dispersion = Dispersion::Estimated;

    fn target(&self) -> Target {
        Target::Positive
    }

    #[inline(always)]
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S {
        y * mean.inverse + mean.ln_mu
    }

    #[inline(always)]
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T {
        mean.ln_mu.derivatives[0].square()
    }

    fn is_convex_in(&self, link: LinkFunction) -> bool {
        // yη − ln η and ye^−η + η are.
        matches!(link, LinkFunction::Inverse | LinkFunction::Log)
    }

    fn closed_form<T: Real>(&self, link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
        (link == LinkFunction::Log).then(|| Box::new(thalweg_losses::Gamma) as Box<dyn Loss<T>>)
    }

    #[inline(always)]
    fn variance(&self, mean: &Mean<f64>) -> f64 {
        mean.mu * mean.mu
    }

    #[inline(always)]
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        // s − ln(1 + s) at s = (y − μ)/μ.
        -2.0 * math::log1pmx((y - mean.mu) / mean.mu)
    }

    #[inline(always)]
    fn log_density(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> f64 {
        let shape = w / dispersion;
        let ln_y = Scalar::ln(y);
        // ln f(y; y) − a d/2; the constant −ln Γ(a) + a ln a − a cancels for large shapes, and the deviance does not.
        log_density_at_mode(shape) - ln_y - 0.5 * shape * self.unit_deviance(y, mean)
    }

    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails {
        let shape = w / dispersion;
        let x = shape * y / mean.mu;
        Tails::continuous(lower_gamma(shape, x), upper_gamma(shape, x))
    }

    #[inline(always)]
    fn start(&self, y: f64, _w: f64, _center: f64) -> f64 {
        y
    }
}

/// a ln a − a − ln Γ(a): ½ ln(a/2π) less Stirling's series from a = 16 on, where the terms themselves would cancel.
#[inline(always)]
pub(crate) fn log_density_at_mode(a: f64) -> f64 {
    let small = a * Scalar::ln(a) - a - math::ln_gamma_positive(a);
    // The first term left out, 1/(1188 a⁹), is below 2e-14 of 1.
    let z = 1.0 / (a * a);
    let tail = z.mul_add(z.mul_add(z.mul_add(-1.0 / 1680.0, 1.0 / 1260.0), -1.0 / 360.0), 1.0 / 12.0) / a;
    let large = 0.5 * Scalar::ln(a / core::f64::consts::TAU) - tail;
    f64::select(a < 16.0, small, large)
}
