//! Gaussian family: constant variance, dispersion σ².

use thalweg_core::{Dual, Loss, Real, Scalar, Target, k, math};
use thalweg_losses::Squared;

use crate::density::Density;
use crate::family::{Dispersion, FamilyEntry, Tails};
use crate::link::{LinkFunction, Mean};

/// y ~ N(μ, φ/w): V(μ) = 1, d(y, μ) = (y − μ)². With the identity link its loss is [`Squared`].
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Gaussian;

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "gaussian",
    summary: "normal with constant variance: linear regression",
    parameters: &[],
    example: "gaussian",
    make: |_| Ok(Box::new(Gaussian)),
};

impl Density for Gaussian {
    const NAME: &'static str = ENTRY.name;
    const LINKS: &'static [LinkFunction] =
        &[LinkFunction::Identity, LinkFunction::Log, LinkFunction::Inverse];
    const DISPERSION: Dispersion = Dispersion::Estimated;

    fn target(&self) -> Target {
        Target::Real
    }

    #[inline(always)]
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S {
        k(0.5) * (y - mean.mu).square()
    }

    #[inline(always)]
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T {
        mean.mu.derivatives[0].square()
    }

    fn is_convex_in(&self, link: LinkFunction) -> bool {
        link == LinkFunction::Identity
    }

    fn closed_form<T: Real>(&self, link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
        (link == LinkFunction::Identity).then(|| Box::new(Squared) as Box<dyn Loss<T>>)
    }

    #[inline(always)]
    fn variance(&self, _mean: &Mean<f64>) -> f64 {
        1.0
    }

    #[inline(always)]
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        (y - mean.mu).powi(2)
    }

    #[inline(always)]
    fn log_density(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> f64 {
        let variance = dispersion / w;
        -0.5 * (Scalar::ln(core::f64::consts::TAU * variance) + (y - mean.mu).powi(2) / variance)
    }

    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails {
        let z = (y - mean.mu) / (dispersion / w).sqrt();
        Tails::continuous(math::normal_cdf(z), math::normal_cdf(-z))
    }

    #[inline(always)]
    fn start(&self, y: f64, _w: f64, center: f64) -> f64 {
        0.5 * (y + center)
    }
}
