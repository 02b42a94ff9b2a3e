//! Quasi-likelihood: a variance function and a dispersion, and no distribution.
//!
//! Source: Wedderburn, *Quasi-likelihood functions, generalized linear models, and the Gauss–Newton method*, Biometrika 61 (1974).

use thalweg_core::{Loss, Parameter, Result, Target, Weights};

use super::{Gamma, Gaussian, InverseGaussian, Poisson, Tweedie};
use crate::family::{Dispersion, Family, FamilyEntry, Nuisance, Tails, Totals, WeightKind};
use crate::link::{LinkFunction, Mean};

/// The estimates of a family with its variance multiplied by a dispersion that the data determine: standard errors grow by √φ. There is no
/// density, so log-likelihood, AIC and BIC are NaN; deviances and F tests remain.
///
/// ```
/// use thalweg_likelihood::{Dispersion, family};
/// let counts = family("quasi-poisson")?;
/// assert_eq!(counts.dispersion(), Dispersion::Estimated);
/// // V(μ) = μ.
/// assert_eq!(counts.variance(&counts.default_link().mean(0.0)), 1.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Quasi {
    name: &'static str,
    description: String,
    inner: Box<dyn Family>,
}

const POWER: Parameter = Parameter {
    name: "power",
    default: 1.0,
    rule: "it must be 0 or a finite number >= 1",
    summary: "power of the mean that the variance is proportional to: 0 constant, 1 counts, 2 amounts",
};

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "quasi",
    summary: "variance proportional to a power of the mean, no distribution",
    parameters: &[POWER],
    example: "quasi:power=2",
    make: |values| Ok(Box::new(Quasi::power(values[0])?)),
};

impl Quasi {
    /// With variance φμ^p.
    ///
    /// # Errors
    /// p < 1 other than 0, or not finite.
    pub fn power(p: f64) -> Result<Self> {
        let inner: Box<dyn Family> = match p {
            0.0 => Box::new(Gaussian),
            1.0 => Box::new(Poisson),
            2.0 => Box::new(Gamma),
            3.0 => Box::new(InverseGaussian),
            p => Box::new(Tweedie::new(p)?),
        };
        Ok(Self { name: ENTRY.name, description: format!("{}:power={p}", ENTRY.name), inner })
    }

    /// With the variance function of a family.
    pub(crate) fn of(name: &'static str, inner: Box<dyn Family>) -> Self {
        Self { name, description: name.to_owned(), inner }
    }
}

impl Family for Quasi {
    fn name(&self) -> &'static str {
        self.name
    }

    fn boxed(&self) -> Box<dyn Family> {
        let (name, description) = (self.name, self.description.clone());
        Box::new(Self { name, description, inner: self.inner.boxed() })
    }

    fn describe(&self) -> String {
        self.description.clone()
    }

    fn links(&self) -> &'static [LinkFunction] {
        self.inner.links()
    }

    fn is_canonical(&self, link: LinkFunction) -> bool {
        self.inner.is_canonical(link)
    }

    fn nuisance(&self) -> Option<Nuisance> {
        None
    }

    fn with_nuisance(&self, value: f64) -> Result<Box<dyn Family>> {
        self.inner.with_nuisance(value)
    }

    fn limit(&self) -> Option<Box<dyn Family>> {
        None
    }

    fn nuisance_derivatives(&self, _y: f64, _mean: &Mean<f64>) -> Option<[f64; 3]> {
        None
    }

    fn has_density(&self) -> bool {
        false
    }

    fn target(&self) -> Target {
        self.inner.target()
    }

    fn dispersion(&self) -> Dispersion {
        Dispersion::Estimated
    }

    fn variance(&self, mean: &Mean<f64>) -> f64 {
        self.inner.variance(mean)
    }

    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        self.inner.unit_deviance(y, mean)
    }

    fn log_density(&self, _y: f64, _mean: &Mean<f64>, _dispersion: f64, _w: f64) -> f64 {
        f64::NAN
    }

    fn tails(&self, _y: f64, _mean: &Mean<f64>, _dispersion: f64, _w: f64) -> Tails {
        Tails::UNKNOWN
    }

    fn start(&self, y: f64, w: f64, center: f64) -> f64 {
        self.inner.start(y, w, center)
    }

    fn totals(&self, link: LinkFunction, y: &[f64], eta: &[f64], w: Weights<'_, f64>) -> Totals {
        self.inner.totals(link, y, eta, w)
    }

    fn log_likelihood(
        &self,
        _link: LinkFunction,
        _y: &[f64],
        _eta: &[f64],
        _w: Weights<'_, f64>,
        _kind: WeightKind,
        _dispersion: f64,
    ) -> f64 {
        f64::NAN
    }

    fn likelihood_dispersion(
        &self,
        _link: LinkFunction,
        _y: &[f64],
        _eta: &[f64],
        _w: Weights<'_, f64>,
        _kind: WeightKind,
        _n: f64,
    ) -> f64 {
        f64::NAN
    }

    fn loss(&self, link: LinkFunction) -> Result<Box<dyn Loss<f64>>> {
        self.inner.loss(link)
    }

    fn loss_f32(&self, link: LinkFunction) -> Result<Box<dyn Loss<f32>>> {
        self.inner.loss_f32(link)
    }
}
