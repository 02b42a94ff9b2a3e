//! [`Choice`]: which optimizer fits a smooth model of this shape, and why.

use thalweg_core::{Blocks, Design, Error, Penalty, Result};

/// An optimizer with the reason it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in the catalogue of optimizers.
    pub optimizer: &'static str,
    /// The reason, for reports.
    pub because: String,
}

/// The largest number of parameters whose Hessian is formed by default: at n ≫ p a Newton pass costs p/2 times a gradient pass, and its
/// n³/3 solve stays below a second.
pub(crate) const NEWTON_LIMIT: usize = 2_000;

impl Choice {
    /// The optimizer of this name.
    ///
    /// # Errors
    /// An unknown name, with a suggestion.
    pub fn named(name: &str) -> Result<Self> {
        let entry = thalweg_optimizers::minimizer(name)?;
        Ok(Self { optimizer: entry.name, because: "it was asked for".to_owned() })
    }

    /// The optimizer of this description, of smooth problems, of composite ones, or stochastic.
    pub(crate) fn asked(text: &str) -> Result<Self> {
        let (name, _) = thalweg_core::catalogue::parse(text)?;
        let names = || {
            let smooth = thalweg_optimizers::CATALOGUE.iter().map(|entry| entry.name);
            let composite = thalweg_optimizers::COMPOSITE.iter().map(|entry| entry.name);
            smooth.chain(composite).chain(thalweg_optimizers::UPDATES.iter().map(|entry| entry.name))
        };
        match names().find(|known| *known == name) {
            Some(optimizer) => Ok(Self { optimizer, because: "it was asked for".to_owned() }),
            None => Err(Error::unknown_name("optimizer", name, names())),
        }
    }

    /// The optimizer of a smooth problem over this design.
    #[must_use]
    pub fn by_shape(design: &Design<'_, f64>) -> Self {
        Self::smooth(design, design.parameters())
    }

    /// The optimizer of a smooth problem with q parameters in all.
    pub(crate) fn smooth(design: &Design<'_, f64>, q: usize) -> Self {
        let n = design.rows();
        if q <= NEWTON_LIMIT {
            let because = format!(
                "{q} parameters are few enough to form the Hessian of {n} rows, and Newton converges quadratically"
            );
            Self { optimizer: "newton", because }
        } else {
            let because = format!(
                "{q} parameters are too many for a dense Hessian, but a product with it costs no more than a gradient"
            );
            Self { optimizer: "newton-cg", because }
        }
    }

    /// The optimizer of a loss that is not convex: one that needs no curvature, which may be negative.
    pub(crate) fn nonconvex(smooth: bool) -> Self {
        let optimizer = if smooth { "lbfgs" } else { "fista" };
        let because = "the loss is not convex: the minimum found may be one of several".to_owned();
        Self { optimizer, because }
    }

    /// The name of the proximal Newton method for several predictors a row.
    pub(crate) const OUTPUTS: &'static str = "outputs-newton";

    /// The optimizer of a loss with several predictors a row whose penalty has kinks.
    pub(crate) fn outputs(outputs: usize) -> Self {
        let because = format!(
            "the {outputs} predictors of a row pull on one another, and the model holds their whole Hessian"
        );
        Self { optimizer: Self::OUTPUTS, because }
    }

    /// The optimizer of a problem whose penalty has kinks.
    pub(crate) fn composite(penalty: &dyn Penalty<f64>) -> Self {
        match penalty.blocks() {
            Blocks::Coordinates => Self {
                optimizer: "coordinate-descent",
                because: "the penalty acts on single coefficients, most of which will be 0".to_owned(),
            },
            Blocks::Groups(groups) if groups.len() > 1 => Self {
                optimizer: "block-coordinate-descent",
                because: "the penalty acts on groups of coefficients, most of which will be 0".to_owned(),
            },
            Blocks::Groups(_) => Self {
                optimizer: "fista",
                because: "the penalty acts on all coefficients together".to_owned(),
            },
        }
    }
}
