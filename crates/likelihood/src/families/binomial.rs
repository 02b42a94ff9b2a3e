//! Binomial family: a share of successes, or a single 0/1 outcome.

use thalweg_core::{Dual, Loss, Real, Scalar, Target, math};
use thalweg_losses::Logistic;

use crate::density::Density;
use crate::family::{Dispersion, FamilyEntry, Tails};
use crate::link::{LinkFunction, Mean};
use crate::special::{divergence, incomplete_beta, share};

/// wy ~ Binomial(w, μ), y in [0, 1]: V(μ) = μ(1 − μ). With the logit link its loss is [`Logistic`].
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Binomial;

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "binomial",
    summary: "0/1 outcome, or share of successes with the trials as weights: logistic and probit regression",
    parameters: &[],
    example: "binomial",
    make: |_| Ok(Box::new(Binomial)),
};

impl Density for Binomial {
    const NAME: &'static str = ENTRY.name;
    const LINKS: &'static [LinkFunction] = &[
        LinkFunction::Logit,
        LinkFunction::Probit,
        LinkFunction::Cloglog,
        LinkFunction::Loglog,
        LinkFunction::Cauchit,
        LinkFunction::Log,
        LinkFunction::Identity,
    ];
    const DISPERSION: Dispersion = Dispersion::One;

    fn target(&self) -> Target {
        Target::UnitInterval
    }

    #[inline(always)]
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S {
        let successes = share(y, mean.mu, mean.ln_mu);
        let failures = share(S::of(1.0) - y, mean.complement, mean.ln_complement);
        -(successes + failures)
    }

    #[inline(always)]
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T {
        // μ′²/(μ(1−μ)) = (ln μ)′ · (−ln(1−μ))′, which keeps its digits in both tails.
        let (up, down) = (mean.ln_mu.derivatives[0], mean.ln_complement.derivatives[0]);
        // Where one of them has underflowed, the other may have overflowed, and the weight is 0.
        let nothing = up.abs().le(T::ZERO) | down.abs().le(T::ZERO);
        T::select(nothing, T::ZERO, -(up * down))
    }

    fn is_convex_in(&self, link: LinkFunction) -> bool {
        // ln μ and ln(1 − μ) are concave in η under every link but the one whose tails are heavier than exponential.
        link != LinkFunction::Cauchit
    }

    fn closed_form<T: Real>(&self, link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
        match link {
            LinkFunction::Logit => Some(Box::new(Logistic)),
            LinkFunction::Probit => Some(Box::new(thalweg_losses::Probit)),
            _ => None,
        }
    }

    #[inline(always)]
    fn variance(&self, mean: &Mean<f64>) -> f64 {
        mean.mu * mean.complement
    }

    #[inline(always)]
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        // The linear terms of the two divergences cancel exactly in exact arithmetic.
        let share =
            divergence(y, mean.mu, mean.ln_mu) + divergence(1.0 - y, mean.complement, mean.ln_complement);
        2.0 * f64::select(y == 0.0, -mean.ln_complement, f64::select(y == 1.0, -mean.ln_mu, share))
    }

    #[inline(always)]
    fn log_density(&self, y: f64, mean: &Mean<f64>, _dispersion: f64, w: f64) -> f64 {
        let successes = f64::select(y == 0.0, 0.0, w * y * mean.ln_mu);
        let failures = f64::select(y == 1.0, 0.0, w * (1.0 - y) * mean.ln_complement);
        ln_choose(w, w * y) + successes + failures
    }

    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails {
        let k = w * y;
        Tails {
            // The incomplete beta function is the tail of the binomial distribution (DLMF 8.17.5).
            below: if k <= 0.0 { 0.0 } else { incomplete_beta(w - k + 1.0, k, mean.complement) },
            at: self.log_density(y, mean, dispersion, w).exp(),
            above: if k >= w { 0.0 } else { incomplete_beta(k + 1.0, w - k, mean.mu) },
        }
    }

    #[inline(always)]
    fn start(&self, y: f64, w: f64, _center: f64) -> f64 {
        (w * y + 0.5) / (w + 1.0)
    }
}

/// ln(n choose k) for real n ≥ k ≥ 0; exactly 0 at the ends.
/// ln of n over k, 0 at either end; without a branch, so that rows run side by side.
#[inline(always)]
fn ln_choose(n: f64, k: f64) -> f64 {
    let ln_factorial = |m: f64| math::ln_gamma_positive(m + 1.0);
    let inside = (k > 0.0) & (k < n);
    f64::select(inside, ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k), 0.0)
}
