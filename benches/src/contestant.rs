//! [`Contestant`]: an optimizer that the suite `optimizers` races, from the catalogue or from an outside crate.

use thalweg_core::{Counted, Hessian, Minimizer};
use thalweg_optimizers::{CATALOGUE, Run};

/// A name and a run.
#[derive(Copy, Clone, Debug)]
pub struct Contestant {
    /// The name in rows and in the ranking.
    pub name: &'static str,
    /// Runs it under a driver.
    pub run: Run<f64>,
}

impl Contestant {
    /// A minimiser with its default options, as an outside crate names it.
    ///
    /// ```
    /// use thalweg_benches::Contestant;
    /// use thalweg_optimizers::Lbfgs;
    /// let contestant = Contestant::of::<Lbfgs>("somewhere::Lbfgs");
    /// assert_eq!(contestant.name, "somewhere::Lbfgs");
    /// ```
    #[must_use]
    pub fn of<M>(name: &'static str) -> Self
    where
        M: Default + for<'o> Minimizer<f64, Counted<'o, dyn Hessian<f64> + 'o>>,
    {
        Self { name, run: |driver, objective, x0| driver.minimize(&M::default(), objective, x0) }
    }

    /// Every optimizer of the catalogue.
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        CATALOGUE.iter().map(|entry| Self { name: entry.name, run: entry.make.f64 }).collect()
    }
}
