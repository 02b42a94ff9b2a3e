//! How a loss is listed and made from its name.

use thalweg_core::{Entry, Error, Loss, Parameter, Real, Result, catalogue};

use crate::{CATALOGUE, MakeOutputs, MakeRowwise, MakeSet, MakeSets};

/// A catalogue entry of a loss.
pub type LossEntry = Entry<Make>;

/// Makes a loss from its parameter values.
pub type MakeLoss<T> = fn(&[f64]) -> Result<Box<dyn Loss<T>>>;

/// The constructors of a loss in each precision.
#[derive(Copy, Clone, Debug)]
pub struct Make {
    /// In double precision.
    pub f64: MakeLoss<f64>,
    /// In single precision.
    pub f32: MakeLoss<f32>,
}

/// The loss of this description, such as `squared` or `huber:delta=1.5`.
///
/// # Errors
/// An unknown name or parameter, with a suggestion; a value that breaks its rule.
pub fn loss<T: MakeReal>(text: &str) -> Result<Box<dyn Loss<T>>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("loss", CATALOGUE, name)?;
    T::make(&entry.make, &entry.values(&given)?)
}

/// Picks the constructors of a precision. Implemented for `f32` and `f64`.
pub trait MakeReal: Real {
    /// Makes the loss in this precision.
    ///
    /// # Errors
    /// A value that breaks its rule.
    fn make(make: &Make, values: &[f64]) -> Result<Box<dyn Loss<Self>>>;

    /// The constructor of a row loss in this precision.
    fn rowwise(make: &MakeRowwise) -> MakeOutputs<Self>;

    /// The constructor of a set loss in this precision.
    fn set(make: &MakeSets) -> MakeSet<Self>;
}

impl MakeReal for f64 {
    fn make(make: &Make, values: &[f64]) -> Result<Box<dyn Loss<Self>>> {
        (make.f64)(values)
    }

    fn rowwise(make: &MakeRowwise) -> MakeOutputs<Self> {
        make.f64
    }

    fn set(make: &MakeSets) -> MakeSet<Self> {
        make.f64
    }
}

impl MakeReal for f32 {
    fn make(make: &Make, values: &[f64]) -> Result<Box<dyn Loss<Self>>> {
        (make.f32)(values)
    }

    fn rowwise(make: &MakeRowwise) -> MakeOutputs<Self> {
        make.f32
    }

    fn set(make: &MakeSets) -> MakeSet<Self> {
        make.f32
    }
}

/// `Err` if a parameter becomes 0 or infinite where it is rounded to the precision of the loss.
pub(crate) fn check_precision<T: Real>(parameter: &Parameter, value: f64) -> Result<()> {
    let rounded = T::of(value);
    if rounded.is_finite() && (rounded != T::ZERO || value == 0.0) {
        Ok(())
    } else {
        let rule = format!("{}, also where it is rounded to {}", parameter.rule, T::NAME);
        Err(Error::invalid_parameter(parameter.name, value, &rule))
    }
}
