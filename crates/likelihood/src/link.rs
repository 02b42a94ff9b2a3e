//! [`Link`]: how the mean of a family depends on the linear predictor.

use thalweg_core::{Entry, Error, Result, Scalar, catalogue};

use crate::LINKS;
use crate::links::{Identity, Log, Logit, Probit};

/// The mean μ with what the families would lose by subtraction or overflow if they computed it from μ alone. Only the families of a
/// target in [0, 1] read the complement.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Mean<S> {
    /// μ.
    pub mu: S,
    /// 1 − μ.
    pub complement: S,
    /// ln μ.
    pub ln_mu: S,
    /// ln(1 − μ).
    pub ln_complement: S,
}

/// A monotone function η = g(μ).
pub trait Link: Copy + Send + Sync + 'static {
    /// g(μ).
    fn link<S: Scalar>(&self, mu: S) -> S;

    /// g⁻¹(η), with complement and logarithms computed stably. NaN or a mean outside the family's range where η leaves the domain.
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S>;
}

/// A catalogue entry of a link.
pub type LinkEntry = Entry<LinkFunction>;

/// A link chosen at run time.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkFunction {
    /// η = μ.
    Identity,
    /// η = ln μ.
    Log,
    /// η = ln(μ/(1 − μ)).
    Logit,
    /// η = Φ⁻¹(μ).
    Probit,
}

/// Code that is compiled once for each link. The one place that lists them all is [`LinkFunction::visit`].
pub trait LinkVisitor {
    /// What the visit yields.
    type Output;
    /// Runs with the link's static type.
    fn visit<L: Link>(self, link: L) -> Self::Output;
}

impl LinkFunction {
    /// Calls the visitor with the link's static type.
    pub fn visit<V: LinkVisitor>(self, visitor: V) -> V::Output {
        match self {
            Self::Identity => visitor.visit(Identity),
            Self::Log => visitor.visit(Log),
            Self::Logit => visitor.visit(Logit),
            Self::Probit => visitor.visit(Probit),
        }
    }

    /// g(μ).
    #[must_use]
    pub fn link(self, mu: f64) -> f64 {
        struct At(f64);
        impl LinkVisitor for At {
            type Output = f64;
            fn visit<L: Link>(self, link: L) -> f64 {
                link.link(self.0)
            }
        }
        self.visit(At(mu))
    }

    /// g⁻¹(η) with complement and logarithms.
    #[must_use]
    pub fn mean(self, eta: f64) -> Mean<f64> {
        struct At(f64);
        impl LinkVisitor for At {
            type Output = Mean<f64>;
            fn visit<L: Link>(self, link: L) -> Mean<f64> {
                link.inverse(self.0)
            }
        }
        self.visit(At(eta))
    }

    /// The name in the catalogue.
    #[must_use]
    pub fn name(self) -> &'static str {
        LINKS.iter().find(|entry| entry.make == self).map_or("", |entry| entry.name)
    }
}

/// The link of this name.
///
/// # Errors
/// [`Error::UnknownName`] with the nearest name.
pub fn link(name: &str) -> Result<LinkFunction> {
    Ok(catalogue::find("link", LINKS, name)?.make)
}

/// Why a family does not take a link.
pub(crate) fn not_admitted(family: &str, link: LinkFunction, admitted: &[LinkFunction]) -> Error {
    let names: Vec<&str> = admitted.iter().map(|l| l.name()).collect();
    Error::Unsupported {
        what: format!("family {family} with link {}", link.name()),
        why: "this link's means leave the family's range".to_owned(),
        remedy: format!("choose one of {}", names.join(", ")),
    }
}
