//! How a schedule is listed and made by its name.

use thalweg_core::{Entry, Parameter, Result, Schedule, catalogue};

use crate::SCHEDULES;

/// A catalogue entry of a schedule.
pub type ScheduleEntry = Entry<MakeSchedule>;

/// Makes a schedule from parameter values.
pub type MakeSchedule = fn(&[f64]) -> Result<Box<dyn Schedule>>;

/// The schedule of this name, `name:key=value,key=value`. A reference to it goes into a chain.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// let schedule = thalweg_optimizers::schedule("step-decay:lr=0.5,factor=0.5,every=10")?;
/// assert_eq!([0, 9, 10, 25].map(|k| schedule.at(k)), [0.5, 0.5, 0.25, 0.125]);
/// let (layout, rule, mut p) = (Layout::flat(1), Fused(&*schedule), [1.0]);
/// let mut state = Update::<f64>::init(&rule, &layout)?;
/// rule.advance(&mut p, &mut [1.0], &mut state, &Context::new(10, &layout))?;
/// assert_eq!(p, [0.75]);
/// assert!(thalweg_optimizers::schedule("cosin").is_err_and(|e| e.to_string().contains("`cosine`")));
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
///
/// # Errors
/// An unknown name or parameter, with a suggestion; a value that breaks its rule.
pub fn schedule(text: &str) -> Result<Box<dyn Schedule>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("schedule", SCHEDULES, name)?;
    (entry.make)(&entry.values(&given)?)
}

pub(super) const LR: Parameter =
    Parameter { name: "lr", default: 0.1, rule: ">= 0", summary: "learning rate, the greatest one" };
pub(super) const STEPS: Parameter = Parameter {
    name: "steps",
    default: 1000.0,
    rule: "a whole number >= 1",
    summary: "minibatch steps it takes",
};
pub(super) const TO: Parameter =
    Parameter { name: "to", default: 0.0, rule: ">= 0", summary: "learning rate at the end" };
pub(super) const FLOOR: Parameter =
    Parameter { name: "floor", default: 0.0, rule: "in [0, lr]", summary: "the least learning rate" };
