//! Likelihood: how probable is the data under these parameters?
//!
//! A [`Family`] says how a target is distributed around its mean μ; a [`LinkFunction`] joins μ to the linear predictor η. The negative
//! log-likelihood of the pair is a [`Loss`](thalweg_core::Loss): a family with its canonical link *is* a loss of `thalweg-losses` plus a
//! normalising constant.
//!
//! ```
//! use thalweg_likelihood::{LinkFunction, family};
//! let poisson = family("poisson")?;
//! assert_eq!(poisson.canonical_link(), LinkFunction::Log);
//! // ln P(Y = 2) at μ = 3: 2 ln 3 − 3 − ln 2!
//! let mean = LinkFunction::Log.mean(3.0_f64.ln());
//! assert!((poisson.log_density(2.0, &mean, 1.0, 1.0) - (2.0 * 3.0_f64.ln() - 3.0 - 2.0_f64.ln())).abs() < 1e-14);
//! # Ok::<(), thalweg_core::Error>(())
//! ```

pub mod densities;
mod family;
mod link;
mod negative_log_likelihood;

pub mod families {
    //! One family a file.
    pub(crate) mod binomial;
    pub(crate) mod gaussian;
    pub(crate) mod poisson;

    pub use binomial::Binomial;
    pub use gaussian::Gaussian;
    pub use poisson::Poisson;
}

pub mod links {
    //! One link a file.
    pub(crate) mod identity;
    pub(crate) mod log;
    pub(crate) mod logit;
    pub(crate) mod probit;

    pub use identity::Identity;
    pub use log::Log;
    pub use logit::Logit;
    pub use probit::Probit;
}

pub use family::{Density, Dispersion, Family, FamilyEntry, MakeFamily, Totals, WeightKind, family};
pub use link::{Link, LinkEntry, LinkFunction, LinkVisitor, Mean, link};
pub use negative_log_likelihood::{NegativeLogLikelihood, pair};

/// Every family, by name.
pub static CATALOGUE: &[FamilyEntry] =
    &[families::binomial::ENTRY, families::gaussian::ENTRY, families::poisson::ENTRY];

/// Every link, by name.
pub static LINKS: &[LinkEntry] =
    &[links::identity::ENTRY, links::log::ENTRY, links::logit::ENTRY, links::probit::ENTRY];
