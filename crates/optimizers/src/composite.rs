//! How a solver of composite problems is listed and run by its name.

use thalweg_core::{Driver, Entry, LinearComposite, Result, Solution, catalogue};

use crate::COMPOSITE;

/// A catalogue entry of a composite solver.
pub type CompositeEntry = Entry<MakeComposite>;

/// Runs a solver with the values of its parameters on a penalised linear model.
pub type RunComposite<T> = for<'d, 'o> fn(
    &[f64],
    &mut Driver<'d>,
    &'o mut (dyn LinearComposite<T> + 'o),
    &[T],
) -> Result<Solution<T>>;

/// The runs of a composite solver in each precision.
#[derive(Copy, Clone, Debug)]
pub struct MakeComposite {
    /// In double precision.
    pub f64: RunComposite<f64>,
    /// In single precision.
    pub f32: RunComposite<f32>,
}

/// A composite solver chosen by name, with the values of its parameters.
#[derive(Clone, Debug)]
pub struct Chosen {
    entry: &'static CompositeEntry,
    values: Vec<f64>,
}

/// The solver that a text such as `coordinate-descent:working-set=0` names.
///
/// # Errors
/// An unknown name or parameter, with a suggestion.
pub fn composite(text: &str) -> Result<Chosen> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("composite optimizer", COMPOSITE, name)?;
    Ok(Chosen { entry, values: entry.values(&given)? })
}

impl Chosen {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entry.name
    }

    /// Runs it in double precision.
    ///
    /// # Errors
    /// As [`Driver::minimize`].
    pub fn run<'o>(
        &self,
        driver: &mut Driver<'_>,
        objective: &'o mut (dyn LinearComposite<f64> + 'o),
        x0: &[f64],
    ) -> Result<Solution<f64>> {
        (self.entry.make.f64)(&self.values, driver, objective, x0)
    }

    /// Runs it in single precision.
    ///
    /// # Errors
    /// As [`Driver::minimize`].
    pub fn run_f32<'o>(
        &self,
        driver: &mut Driver<'_>,
        objective: &'o mut (dyn LinearComposite<f32> + 'o),
        x0: &[f32],
    ) -> Result<Solution<f32>> {
        (self.entry.make.f32)(&self.values, driver, objective, x0)
    }
}
