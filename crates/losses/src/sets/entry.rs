//! How a loss of a whole data set is listed and made from its name.

use thalweg_core::{Datafit, Entry, Result, catalogue};

use super::SETS;
use crate::MakeReal;

/// A catalogue entry of a set loss.
pub type SetEntry = Entry<MakeSets>;

/// What a set loss is made from, one a row.
#[derive(Copy, Clone, Debug)]
pub struct SetData<'a, T> {
    /// The targets, row-major where a row has several: time and event of a survival time.
    pub targets: &'a [T],
    /// Which rows belong together (strata, queries), by any labels; `None` for one group.
    pub groups: Option<&'a [u32]>,
    /// The weights; `None` for 1 each.
    pub weights: Option<&'a [T]>,
}

/// Makes a set loss from its parameter values and its data, which it copies.
pub type MakeSet<T> = fn(&[f64], SetData<'_, T>) -> Result<Box<dyn Datafit<T>>>;

/// The constructors in each precision.
#[derive(Copy, Clone, Debug)]
pub struct MakeSets {
    /// In double precision.
    pub f64: MakeSet<f64>,
    /// In single precision.
    pub f32: MakeSet<f32>,
}

/// The set loss of this description on these data.
///
/// ```
/// use thalweg_losses::{SetData, set};
/// let targets = [5.0, 1.0, 8.0, 0.0]; // an event at 5, and a time of at least 8
/// let cox = set::<f64>("cox", SetData { targets: &targets, groups: None, weights: None })?;
/// assert_eq!(cox.rows(), 2);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// An unknown name or parameter, with a suggestion; data that the loss does not admit.
pub fn set<T: MakeReal>(text: &str, data: SetData<'_, T>) -> Result<Box<dyn Datafit<T>>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("loss", SETS, name)?;
    T::set(&entry.make)(&entry.values(&given)?, data)
}
