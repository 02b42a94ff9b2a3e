//! Likelihood: how probable is the data under these parameters?
//!
//! A [`Family`] says how a target is distributed around its mean μ; a [`LinkFunction`] joins μ to the linear predictor η. The negative
//! log-likelihood of the pair is a [`Loss`](thalweg_core::Loss): a family with its canonical link *is* a loss of `thalweg-losses` plus a
//! normalising constant.
//!
//! ```
//! use thalweg_likelihood::{LinkFunction, family};
//! let poisson = family("poisson")?;
//! assert_eq!(poisson.default_link(), LinkFunction::Log);
//! // ln P(Y = 2) at μ = 3: 2 ln 3 − 3 − ln 2!
//! let mean = LinkFunction::Log.mean(3.0_f64.ln());
//! assert!((poisson.log_density(2.0, &mean, 1.0, 1.0) - (2.0 * 3.0_f64.ln() - 3.0 - 2.0_f64.ln())).abs() < 1e-14);
//! # Ok::<(), thalweg_core::Error>(())
//! ```

pub mod densities;
mod density;
mod family;
mod link;
pub mod maximum;
mod negative_log_likelihood;
mod special;

pub mod families {
    //! One family a file.
    pub(crate) mod binomial;
    pub(crate) mod gamma;
    pub(crate) mod gaussian;
    pub(crate) mod inverse_gaussian;
    pub(crate) mod negative_binomial;
    pub(crate) mod poisson;
    pub(crate) mod quasi;
    pub(crate) mod quasi_binomial;
    pub(crate) mod quasi_poisson;
    pub(crate) mod tweedie;

    pub use binomial::Binomial;
    pub use gamma::Gamma;
    pub use gaussian::Gaussian;
    pub use inverse_gaussian::InverseGaussian;
    pub use negative_binomial::NegativeBinomial;
    pub use poisson::Poisson;
    pub use quasi::Quasi;
    pub use tweedie::Tweedie;
}

pub mod links {
    //! One link a file.
    pub(crate) mod cauchit;
    pub(crate) mod cloglog;
    pub(crate) mod identity;
    pub(crate) mod inverse;
    pub(crate) mod inverse_squared;
    pub(crate) mod log;
    pub(crate) mod logit;
    pub(crate) mod loglog;
    pub(crate) mod power;
    pub(crate) mod probit;
    pub(crate) mod sqrt;

    pub use cauchit::Cauchit;
    pub use cloglog::Cloglog;
    pub use identity::Identity;
    pub use inverse::Inverse;
    pub use inverse_squared::InverseSquared;
    pub use log::Log;
    pub use logit::Logit;
    pub use loglog::Loglog;
    pub use power::Power;
    pub use probit::Probit;
    pub use sqrt::Sqrt;
}

pub use density::Density;
pub use family::{Dispersion, Family, FamilyEntry, MakeFamily, Nuisance, Tails, Totals, WeightKind, family};
pub use link::{Link, LinkEntry, LinkFunction, LinkVisitor, MakeLink, Mean, link};
pub use negative_log_likelihood::{NegativeLogLikelihood, pair};

/// Every family, by name.
pub static CATALOGUE: &[FamilyEntry] = &[
    families::binomial::ENTRY,
    families::gamma::ENTRY,
    families::gaussian::ENTRY,
    families::inverse_gaussian::ENTRY,
    families::negative_binomial::ENTRY,
    families::poisson::ENTRY,
    families::quasi::ENTRY,
    families::quasi_binomial::ENTRY,
    families::quasi_poisson::ENTRY,
    families::tweedie::ENTRY,
];

/// Every link, by name.
pub static LINKS: &[LinkEntry] = &[
    links::cauchit::ENTRY,
    links::cloglog::ENTRY,
    links::identity::ENTRY,
    links::inverse::ENTRY,
    links::inverse_squared::ENTRY,
    links::log::ENTRY,
    links::logit::ENTRY,
    links::loglog::ENTRY,
    links::power::ENTRY,
    links::probit::ENTRY,
    links::sqrt::ENTRY,
];
