//! How a problem is listed and made from its name.

use thalweg_core::{Entry, Error, Parameter, Real, Result, catalogue};

use crate::{CATALOGUE, Problem};

/// A catalogue entry of a problem.
pub type ProblemEntry = Entry<Make>;

/// Makes a problem from its parameter values.
pub type MakeProblem<T> = fn(&[f64]) -> Result<Box<dyn Problem<T>>>;

/// The constructors of a problem in each precision.
#[derive(Copy, Clone, Debug)]
pub struct Make {
    /// In double precision.
    pub f64: MakeProblem<f64>,
    /// In single precision.
    pub f32: MakeProblem<f32>,
}

/// The problem of this description, such as `beale` or `rosenbrock:n=100`.
///
/// # Errors
/// An unknown name or parameter, with a suggestion; a value that breaks its rule.
pub fn problem<T: MakeReal>(text: &str) -> Result<Box<dyn Problem<T>>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("problem", CATALOGUE, name)?;
    T::make(&entry.make, &entry.values(&given)?)
}

/// Picks the constructor of a precision. Implemented for `f32` and `f64`.
pub trait MakeReal: Real {
    /// Makes the problem in this precision.
    ///
    /// # Errors
    /// A value that breaks its rule.
    fn make(make: &Make, values: &[f64]) -> Result<Box<dyn Problem<Self>>>;
}

impl MakeReal for f64 {
    fn make(make: &Make, values: &[f64]) -> Result<Box<dyn Problem<Self>>> {
        (make.f64)(values)
    }
}

impl MakeReal for f32 {
    fn make(make: &Make, values: &[f64]) -> Result<Box<dyn Problem<Self>>> {
        (make.f32)(values)
    }
}

/// A whole number of at least 1 and at most 10⁹, from a parameter's value.
pub(crate) fn whole(parameter: &Parameter, value: f64) -> Result<usize> {
    if (1.0..=1e9).contains(&value) && value.fract() == 0.0 {
        Ok(value as usize)
    } else {
        Err(Error::invalid_parameter(parameter.name, value, parameter.rule))
    }
}
