//! `TemplateItem`: REPLACE with what its targets are and when to choose it, in one sentence.
//!
//! The file works as it stands, as the normal family of known standard deviation: put your formulas in its place and in every line that
//! says REPLACE.
//!
//! Source: REPLACE, *title*, journal volume (year).

use thalweg_core::{Dual, Error, Parameter, Real, Result, Scalar, Target, k, math};

use crate::density::Density;
use crate::family::{Dispersion, FamilyEntry, Tails};
use crate::link::{LinkFunction, Mean};

/// y ~ N(μ, σ²/w) with σ known: V(μ) = σ², φ = 1, d(y, μ) = (y − μ)²/σ². REPLACE: the formulas, and the domain of y.
///
/// ```
/// use thalweg_likelihood::{Density, LinkFunction, families::TemplateItem};
/// let mean = LinkFunction::Identity.mean(1.0);
/// // REPLACE: one point worked out by hand.
/// assert_eq!(TemplateItem::new(2.0)?.unit_deviance(4.0, &mean), 2.25);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct TemplateItem {
    sigma: f64,
}

impl TemplateItem {
    /// With standard deviation σ, in the units of the target.
    ///
    /// # Errors
    /// σ not positive and finite.
    pub fn new(sigma: f64) -> Result<Self> {
        if sigma > 0.0 && sigma.is_finite() {
            Ok(Self { sigma })
        } else {
            Err(Error::invalid_parameter("sigma", sigma, SIGMA.rule))
        }
    }
}

const SIGMA: Parameter = Parameter {
    name: "sigma",
    default: 2.0,
    rule: "it must be a finite number > 0",
    summary: "standard deviation of a row of weight 1, in the units of the target",
};

// REPLACE: the summary that `thalweg list` shows.
pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "template-item",
    summary: "normal with known standard deviation sigma: measurements of known error",
    parameters: &[SIGMA],
    example: "template-item:sigma=2",
    make: |values| Ok(Box::new(TemplateItem::new(values[0])?)),
};

impl Density for TemplateItem {
    const NAME: &'static str = ENTRY.name;
    // REPLACE: the links whose means your family admits, the default first; see is_canonical.
    const LINKS: &'static [LinkFunction] = &[LinkFunction::Identity, LinkFunction::Log];
    const DISPERSION: Dispersion = Dispersion::One;

    fn target(&self) -> Target {
        Target::Real
    }

    #[inline(always)]
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S {
        k(0.5) * ((y - mean.mu) / S::of(self.sigma)).square()
    }

    #[inline(always)]
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T {
        (mean.mu.derivatives[0] / T::of(self.sigma)).square()
    }

    fn is_convex_in(&self, link: LinkFunction) -> bool {
        // REPLACE: a square is convex in what it is a square of, and in nothing else that is claimed here.
        link == LinkFunction::Identity
    }

    // With a loss of `thalweg-losses` for one of the links, REPLACE the default of `closed_form`: closed forms are faster than dual numbers.

    #[inline(always)]
    fn variance(&self, _mean: &Mean<f64>) -> f64 {
        self.sigma.powi(2)
    }

    #[inline(always)]
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        ((y - mean.mu) / self.sigma).powi(2)
    }

    #[inline(always)]
    fn log_density(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> f64 {
        let variance = dispersion * self.sigma.powi(2) / w;
        -0.5 * (Scalar::ln(core::f64::consts::TAU * variance) + (y - mean.mu).powi(2) / variance)
    }

    // REPLACE: both tails, none by subtraction from 1.
    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails {
        let z = (y - mean.mu) / (self.sigma * (dispersion / w).sqrt());
        Tails::continuous(math::normal_cdf(z), math::normal_cdf(-z))
    }

    #[inline(always)]
    fn start(&self, y: f64, _w: f64, center: f64) -> f64 {
        0.5 * (y + center)
    }
}
