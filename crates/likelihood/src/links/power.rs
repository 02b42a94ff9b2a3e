//! Power link η = μ^a.

use thalweg_core::{Error, Parameter, Result, Scalar};

use crate::link::{Link, LinkEntry, LinkFunction, Mean, of_positive};

/// η = μ^a, a ≠ 0, for positive means: the inverse link at a = −1, the square root at ½, the identity at 1; its limit a → 0, rescaled, is
/// the log link. Predictors that are not positive have no mean.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Power {
    exponent: f64,
}

impl Power {
    /// With exponent a.
    ///
    /// # Errors
    /// a zero or not finite.
    pub fn new(exponent: f64) -> Result<Self> {
        if exponent.is_finite() && exponent != 0.0 {
            Ok(Self { exponent })
        } else {
            Err(Error::invalid_parameter("exponent", exponent, EXPONENT.rule))
        }
    }

    /// a.
    #[must_use]
    pub fn exponent(&self) -> f64 {
        self.exponent
    }
}

/// The default.
const CUBE_ROOT: Power = Power { exponent: 1.0 / 3.0 };

/// The representative of all power links in the families' lists.
pub(crate) const ANY: LinkFunction = LinkFunction::Power(CUBE_ROOT);

const EXPONENT: Parameter = Parameter {
    name: "exponent",
    default: CUBE_ROOT.exponent,
    rule: "it must be a finite number other than 0, whose limit is the log link",
    summary: "the power of the mean that is linear in the predictors",
};

pub(crate) const ENTRY: LinkEntry = LinkEntry {
    name: "power",
    summary: "eta = mu^a, positive: effects add to a power of the mean",
    parameters: &[EXPONENT],
    example: "power:exponent=-0.5",
    make: |values| Ok(LinkFunction::Power(Power::new(values[0])?)),
};

impl Link for Power {
    const FUNCTION: LinkFunction = ANY;

    #[inline(always)]
    fn link<S: Scalar>(&self, mu: S) -> S {
        (S::of(self.exponent) * mu.ln()).exp()
    }

    #[inline(always)]
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S> {
        let ln_mu = S::of(self.exponent.recip()) * eta.ln();
        of_positive(eta, ln_mu.exp(), ln_mu, (-ln_mu).exp())
    }
}
