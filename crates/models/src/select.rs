//! [`Choice`]: which optimizer fits a smooth model of this shape, and why.

use thalweg_core::Result;

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
const NEWTON_LIMIT: usize = 2_000;

impl Choice {
    /// The optimizer of this name.
    ///
    /// # Errors
    /// An unknown name, with a suggestion.
    pub fn named(name: &str) -> Result<Self> {
        let entry = thalweg_optimizers::minimizer(name)?;
        Ok(Self { optimizer: entry.name, because: "it was asked for".to_owned() })
    }

    /// The optimizer for n rows and q parameters.
    #[must_use]
    pub fn by_shape(n: usize, q: usize) -> Self {
        if q <= NEWTON_LIMIT {
            let because = format!(
                "{q} parameters are few enough to form the Hessian of {n} rows, and Newton converges quadratically"
            );
            Self { optimizer: "newton", because }
        } else {
            let because = format!("{q} parameters are too many for a dense Hessian");
            Self { optimizer: "lbfgs", because }
        }
    }
}
