//! [`Link`]: how the mean of a family depends on the linear predictor.

use core::marker::PhantomData;

use thalweg_core::{Dual, Entry, Error, Result, Scalar, Target, catalogue};

use crate::LINKS;
use crate::density::Density;
use crate::links::{
    Cauchit, Cloglog, Identity, Inverse, InverseSquared, Log, Logit, Loglog, Power, Probit, Sqrt,
};

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
    /// 1/μ.
    pub inverse: S,
}

/// A monotone function η = g(μ).
pub trait Link: Copy + Send + Sync + 'static {
    /// The link at run time; of a link with a parameter any value stands for all.
    const FUNCTION: LinkFunction;

    /// g(μ).
    fn link<S: Scalar>(&self, mu: S) -> S;

    /// g⁻¹(η), with complement and logarithms computed stably. NaN or a mean outside the family's range where η leaves the domain.
    fn inverse<S: Scalar>(&self, eta: S) -> Mean<S>;
}

/// A catalogue entry of a link.
pub type LinkEntry = Entry<MakeLink>;

/// Makes a link from its parameter values.
pub type MakeLink = fn(&[f64]) -> Result<LinkFunction>;

/// A link chosen at run time.
#[derive(Copy, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LinkFunction {
    /// η = tan(π(μ − ½)).
    Cauchit,
    /// η = ln(−ln(1 − μ)).
    Cloglog,
    /// η = μ.
    Identity,
    /// η = 1/μ.
    Inverse,
    /// η = 1/μ².
    InverseSquared,
    /// η = ln μ.
    Log,
    /// η = ln(μ/(1 − μ)).
    Logit,
    /// η = −ln(−ln μ).
    Loglog,
    /// η = μ^a.
    Power(Power),
    /// η = Φ⁻¹(μ).
    Probit,
    /// η = √μ.
    Sqrt,
}

/// Code that is compiled once for each link. The one place that lists them all is [`LinkFunction::visit`].
pub trait LinkVisitor {
    /// What the visit yields.
    type Output;
    /// Runs with the link's static type.
    fn visit<L: Link>(self, link: L) -> Self::Output;
}

/// Visits with the links that a family takes and no others, of which no code is made: the condition is known when it is compiled.
struct Admitted<F, V>(V, PhantomData<F>);

impl<F: Density, V: LinkVisitor> LinkVisitor for Admitted<F, V> {
    type Output = Option<V::Output>;
    fn visit<L: Link>(self, link: L) -> Self::Output {
        if const { L::FUNCTION.is_among(F::LINKS) } { Some(self.0.visit(link)) } else { None }
    }
}

impl LinkFunction {
    /// Calls the visitor with the link's static type if the family takes it.
    pub fn visit_for<F: Density, V: LinkVisitor>(self, visitor: V) -> Option<V::Output> {
        self.visit(Admitted(visitor, PhantomData::<F>))
    }

    /// Calls the visitor with the link's static type.
    pub fn visit<V: LinkVisitor>(self, visitor: V) -> V::Output {
        match self {
            Self::Cauchit => visitor.visit(Cauchit),
            Self::Cloglog => visitor.visit(Cloglog),
            Self::Identity => visitor.visit(Identity),
            Self::Inverse => visitor.visit(Inverse),
            Self::InverseSquared => visitor.visit(InverseSquared),
            Self::Log => visitor.visit(Log),
            Self::Logit => visitor.visit(Logit),
            Self::Loglog => visitor.visit(Loglog),
            Self::Power(power) => visitor.visit(power),
            Self::Probit => visitor.visit(Probit),
            Self::Sqrt => visitor.visit(Sqrt),
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

    /// dμ/dη.
    #[must_use]
    pub fn slope(self, eta: f64) -> f64 {
        struct At(f64);
        impl LinkVisitor for At {
            type Output = f64;
            fn visit<L: Link>(self, link: L) -> f64 {
                link.inverse(Dual::<f64, 1>::variable(self.0, 0)).mu.derivatives[0]
            }
        }
        self.visit(At(eta))
    }

    /// The entry in the catalogue.
    fn entry(self) -> Option<&'static LinkEntry> {
        let of_kind = |entry: &&LinkEntry| {
            let values: Vec<f64> = entry.parameters.iter().map(|p| p.default).collect();
            (entry.make)(&values).is_ok_and(|link| link.is_like(self))
        };
        LINKS.iter().find(of_kind)
    }

    /// The name in the catalogue.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |entry| entry.name)
    }

    /// The name with its parameters, as [`link`] reads it: `power:exponent=0.5`.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Power(power) => format!("power:exponent={}", power.exponent()),
            _ => self.name().to_owned(),
        }
    }

    /// Whether the two are the same link, their parameters aside.
    #[must_use]
    #[expect(clippy::match_like_matches_macro, reason = "one line a link")]
    pub const fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Cauchit, Self::Cauchit) => true,
            (Self::Cloglog, Self::Cloglog) => true,
            (Self::Identity, Self::Identity) => true,
            (Self::Inverse, Self::Inverse) => true,
            (Self::InverseSquared, Self::InverseSquared) => true,
            (Self::Log, Self::Log) => true,
            (Self::Logit, Self::Logit) => true,
            (Self::Loglog, Self::Loglog) => true,
            (Self::Power(_), Self::Power(_)) => true,
            (Self::Probit, Self::Probit) => true,
            (Self::Sqrt, Self::Sqrt) => true,
            _ => false,
        }
    }

    /// Whether it is one of these, their parameters aside.
    #[must_use]
    pub const fn is_among(self, links: &[Self]) -> bool {
        let mut at = 0;
        while at < links.len() {
            if self.is_like(links[at]) {
                return true;
            }
            at += 1;
        }
        false
    }

    /// The open interval of predictors whose means lie inside the range of a family with these targets.
    #[must_use]
    pub fn domain(self, target: Target) -> (f64, f64) {
        let infinity = f64::INFINITY;
        match (self, target) {
            (Self::Inverse | Self::InverseSquared | Self::Power(_) | Self::Sqrt, _) => (0.0, infinity),
            (Self::Identity, Target::UnitInterval) => (0.0, 1.0),
            (Self::Log, Target::UnitInterval) => (-infinity, 0.0),
            (Self::Identity, Target::Nonnegative | Target::Positive | Target::Count) => (0.0, infinity),
            _ => (-infinity, infinity),
        }
    }
}

/// The mean of a link for positive means, of whose targets no family reads the complement.
#[inline(always)]
pub(crate) fn of_positive<S: Scalar>(eta: S, mu: S, ln_mu: S, inverse: S) -> Mean<S> {
    let outside = eta.le(S::of(0.0));
    let inside = |value: S| S::select(outside, S::of(f64::NAN), value);
    let (mu, ln_mu, inverse) = (inside(mu), inside(ln_mu), inside(inverse));
    let complement = S::of(1.0) - mu;
    Mean { mu, complement, ln_mu, ln_complement: (-mu).ln_1p(), inverse }
}

/// The link of this name, with its parameter if it has one: `log`, `power:exponent=0.5`.
///
/// # Errors
/// An unknown name or parameter, with the nearest name.
pub fn link(text: &str) -> Result<LinkFunction> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("link", LINKS, name)?;
    (entry.make)(&entry.values(&given)?)
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
