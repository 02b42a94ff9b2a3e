//! Poisson family: counts whose variance equals their mean.

use thalweg_core::{Dual, Loss, Real, Scalar, Target};

use crate::density::Density;
use crate::family::{Dispersion, FamilyEntry, Tails};
use crate::link::{LinkFunction, Mean};
use crate::special::{divergence, lower_gamma, share, upper_gamma};

/// y ~ Poisson(μ): V(μ) = μ. With the log link its loss is [`thalweg_losses::Poisson`].
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Poisson;

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "poisson",
    summary: "counts with variance equal to the mean: log-linear models",
    parameters: &[],
    example: "poisson",
    make: |_| Ok(Box::new(Poisson)),
};

impl Density for Poisson {
    const NAME: &'static str = ENTRY.name;
    const LINKS: &'static [LinkFunction] = &[LinkFunction::Log, LinkFunction::Identity, LinkFunction::Sqrt];
    const DISPERSION: Dispersion = Dispersion::One;

    fn target(&self) -> Target {
        Target::Nonnegative
    }

    #[inline(always)]
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S {
        mean.mu - share(y, mean.mu, mean.ln_mu)
    }

    #[inline(always)]
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T {
        // μ′²/μ = μ′ · (ln μ)′.
        mean.mu.derivatives[0] * mean.ln_mu.derivatives[0]
    }

    fn is_convex_in(&self, _link: LinkFunction) -> bool {
        // μ − y ln μ is convex in ln μ, in μ and in √μ.
        true
    }

    fn closed_form<T: Real>(&self, link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
        (link == LinkFunction::Log).then(|| Box::new(thalweg_losses::Poisson) as Box<dyn Loss<T>>)
    }

    #[inline(always)]
    fn variance(&self, mean: &Mean<f64>) -> f64 {
        mean.mu
    }

    #[inline(always)]
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        2.0 * divergence(y, mean.mu, mean.ln_mu)
    }

    #[inline(always)]
    fn log_density(&self, y: f64, mean: &Mean<f64>, _dispersion: f64, w: f64) -> f64 {
        let expected = f64::select(y == 0.0, 0.0, y * mean.ln_mu);
        w * (expected - mean.mu - thalweg_core::math::ln_gamma_positive(y + 1.0))
    }

    fn tails(&self, y: f64, mean: &Mean<f64>, _dispersion: f64, w: f64) -> Tails {
        // A row of weight w stands for w counts of mean μ; their sum wy has mean wμ. P(Y ≤ y) = Q(y + 1, μ), DLMF 8.4.10.
        let (k, mu) = (w * y, w * mean.mu);
        let at = (k * (Scalar::ln(w) + mean.ln_mu) - mu - Scalar::ln_gamma(k + 1.0)).exp();
        Tails {
            below: if k <= 0.0 { 0.0 } else { upper_gamma(k, mu) },
            at: if k == 0.0 { (-mu).exp() } else { at },
            above: lower_gamma(k + 1.0, mu),
        }
    }

    #[inline(always)]
    fn start(&self, y: f64, _w: f64, _center: f64) -> f64 {
        y + 0.1
    }
}
