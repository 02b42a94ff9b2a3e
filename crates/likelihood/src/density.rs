//! [`Density`]: a family as its author writes it.

use thalweg_core::{Dual, Error, Loss, Real, Result, Scalar, Target};

use crate::family::{Dispersion, Family, Nuisance, Tails};
use crate::link::{LinkFunction, Mean};

/// A family as its author writes it: formulas and facts, with static types. Every `Density` is a [`Family`].
pub trait Density: Copy + Send + Sync + 'static {
    /// The name in the catalogue.
    const NAME: &'static str;
    /// The links the family takes, the default first. Of a link with a parameter any value is taken.
    const LINKS: &'static [LinkFunction];
    /// Whether φ is known.
    const DISPERSION: Dispersion;
    /// Whether the dispersion of the log-likelihood is found by maximising it, rather than as the mean deviance.
    const DISPERSION_BY_LIKELIHOOD: bool = false;

    /// The name with its parameters, as [`family`](crate::family()) reads it.
    fn describe(&self) -> String {
        Self::NAME.to_owned()
    }

    /// The admissible targets.
    fn target(&self) -> Target;

    /// −ln f(y; μ) at unit dispersion, without terms free of μ.
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S;

    /// The Fisher weight (dμ/dη)²/V(μ) from the mean and its derivative in η.
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T;

    /// True if the kernel is convex in η under this link.
    fn is_convex_in(&self, link: LinkFunction) -> bool;

    /// True if η is the natural parameter under this link, so that observed and expected information agree.
    fn is_canonical(&self, link: LinkFunction) -> bool {
        link == Self::LINKS[0]
    }

    /// The kernel under this link as a loss with closed-form derivatives, where there is one.
    fn closed_form<T: Real>(&self, _link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
        None
    }

    /// The parameter of the distribution that is to be estimated with the coefficients, if there is one.
    fn nuisance(&self) -> Option<Nuisance> {
        None
    }

    /// The family with this value of the parameter that [`Density::nuisance`] names.
    ///
    /// # Errors
    /// A value outside the range; a family without such a parameter.
    fn with_nuisance(&self, _value: f64) -> Result<Self> {
        Err(no_nuisance(Self::NAME))
    }

    /// The family at the end of the nuisance parameter's range, which fits where no value inside does.
    fn limit(&self) -> Option<Box<dyn Family>> {
        None
    }

    /// With t the logarithm of the nuisance parameter: ∂ ln f/∂t, ∂² ln f/∂t² and ∂² ln f/∂t∂μ of one observation; `None` where only values are
    /// to be had.
    fn nuisance_derivatives(&self, _y: f64, _mean: &Mean<f64>) -> Option<[f64; 3]> {
        None
    }

    /// The variance function V(μ).
    fn variance(&self, mean: &Mean<f64>) -> f64;

    /// The unit deviance d(y, μ) = 2φ[ln f(y; y) − ln f(y; μ)] ≥ 0, without cancellation near y = μ.
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64;

    /// ln f(y; μ, φ/w) with its normalising constant. A binomial observation of weight w is a share y of w trials.
    fn log_density(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> f64;

    /// P(Y < y), P(Y = y) and P(Y > y) at (μ, φ/w).
    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails;

    /// A starting mean for one observation of weight w, inside the family's range; `center` is the weighted mean of y.
    fn start(&self, y: f64, w: f64, center: f64) -> f64;
}

fn no_nuisance(name: &str) -> Error {
    Error::Unsupported {
        what: format!("a parameter of the {name} family to be estimated"),
        why: "the family has none".to_owned(),
        remedy: "use negative-binomial or tweedie".to_owned(),
    }
}
