//! How a stochastic recipe is listed and run by its name.

use core::num::NonZeroU64;

use thalweg_core::{
    Driver, Entry, Error, FiniteSum, Parameter, Plan, Real, Result, Solution, Update, catalogue,
};

use crate::UPDATES;
use crate::stochastic::Stochastic;

/// A catalogue entry of a stochastic recipe.
pub type UpdateEntry = Entry<MakeUpdate>;

/// Runs a recipe on any finite sum from a start.
pub type StochasticRun<T> = dyn for<'d, 'o> Fn(&mut Driver<'d>, &'o mut (dyn FiniteSum<T> + 'o), &[T]) -> Result<Solution<T>>
    + Send
    + Sync;

/// Makes a run from parameter values.
pub type RunUpdate<T> = fn(&[f64]) -> Result<Box<StochasticRun<T>>>;

/// The constructors of a recipe in each precision.
#[derive(Copy, Clone, Debug)]
pub struct MakeUpdate {
    /// In double precision.
    pub f64: RunUpdate<f64>,
    /// In single precision.
    pub f32: RunUpdate<f32>,
}

/// The run of this recipe in double precision, `name:key=value,key=value`.
///
/// ```
/// assert!(thalweg_optimizers::update("adamw:lr=0.01,epochs=20").is_ok());
/// assert!(thalweg_optimizers::update("adam:beta1=2").is_err());
/// ```
///
/// # Errors
/// An unknown name or parameter, with a suggestion; a value that breaks its rule.
pub fn update(text: &str) -> Result<Box<StochasticRun<f64>>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("update", UPDATES, name)?;
    (entry.make.f64)(&entry.values(&given)?)
}

// The first four parameters of every recipe, in this order.
pub(super) const fn learning_rate(default: f64) -> Parameter {
    Parameter { name: "lr", default, rule: ">= 0", summary: "learning rate, the greatest one of a schedule" }
}
pub(super) const BATCH: Parameter =
    Parameter { name: "batch", default: 64.0, rule: "a whole number >= 1", summary: "rows in a minibatch" };
pub(super) const EPOCHS: Parameter = Parameter {
    name: "epochs",
    default: 100.0,
    rule: "a whole number >= 1",
    summary: "passes over the rows",
};
pub(super) const SEED: Parameter =
    Parameter { name: "seed", default: 0.0, rule: "a whole number >= 0", summary: "seed of the shuffling" };

/// A whole number in [least, 2⁵³].
pub(super) fn whole(parameter: &Parameter, value: f64, least: f64) -> Result<u64> {
    if value.fract() == 0.0 && (least..=9e15).contains(&value) {
        return Ok(value as u64);
    }
    Err(Error::invalid_parameter(parameter.name, value, parameter.rule))
}

/// Plan and epochs among a recipe's values.
pub(super) fn frame(values: &[f64]) -> Result<(Plan, NonZeroU64)> {
    let batch = usize::try_from(whole(&BATCH, values[1], 1.0)?).unwrap_or(usize::MAX);
    let epochs = NonZeroU64::new(whole(&EPOCHS, values[2], 1.0)?).unwrap_or(NonZeroU64::MIN);
    Ok((Plan { batch, seed: whole(&SEED, values[3], 0.0)?, ..Plan::default() }, epochs))
}

/// The run of a recipe that may depend on the number of steps.
pub(super) fn run<T: Real, U: Update<T> + 'static>(
    values: &[f64],
    make: fn(&[f64], u64) -> Result<U>,
) -> Result<Box<StochasticRun<T>>> {
    let (plan, epochs) = frame(values)?;
    // What is wrong with the values is said now; a schedule of 100 steps stands for the one of the run.
    make(values, 100)?;
    let values = values.to_vec();
    Ok(Box::new(move |driver, objective, x0| {
        let steps = objective.terms().div_ceil(plan.batch).max(1) as u64;
        let update = make(&values, steps.saturating_mul(epochs.get()))?;
        let method = Stochastic { epochs: Some(epochs), ..Stochastic::new(update, plan) };
        driver.minimize(&method, objective, x0)
    }))
}

/// The constructors of a recipe whose rule is the same at every length of the run.
macro_rules! plain {
    (|$values:ident| $rule:expr) => {
        $crate::updates::entry::scheduled!(|$values, _steps| $rule)
    };
}

/// The constructors of a recipe whose schedule depends on the number of steps.
macro_rules! scheduled {
    (|$values:ident, $steps:ident| $rule:expr) => {
        $crate::updates::entry::MakeUpdate {
            f64: |values| $crate::updates::entry::run(values, |$values, $steps| $rule),
            f32: |values| $crate::updates::entry::run(values, |$values, $steps| $rule),
        }
    };
}

pub(crate) use {plain, scheduled};
