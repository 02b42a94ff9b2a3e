//! Laws of losses. [`all`] checks every one; each is also a function of its own.

use thalweg_core::{Loss, Pointwise, Properties, Target};

use crate::violation::{Law, Verdict};

mod blocks;
mod conjugate;
mod derivatives;
mod precision;
mod properties;
mod stability;
mod targets;

pub use blocks::{blocks_are_sums, blocks_split_and_repeat, weights_are_repetitions};
pub use conjugate::fenchel_young;
pub use derivatives::{derivatives_match_differences, derivatives_match_formula};
pub use precision::single_precision_agrees;
pub use properties::{
    continuity_is_honest, convexity_is_honest, curvature_is_honest, response_is_honest,
    self_concordance_is_honest,
};
pub use stability::{extremes_are_stable, goldens_match};
pub use targets::{shapes_are_checked, targets_are_checked};

/// A loss under test.
pub struct Subject {
    /// The name violations are reported under.
    pub name: String,
    /// The loss in double precision.
    pub wide: Box<dyn Loss<f64>>,
    /// The same loss in single precision.
    pub narrow: Option<Box<dyn Loss<f32>>>,
    /// The predictors at which the loss is defined; beyond them it may give NaN or ∞, a soft reject.
    pub domain: (f64, f64),
    /// How closely single precision must follow double, relative to the largest term that cancels. Default 1e-5.
    pub narrow_tolerance: f64,
    /// Targets and predictors to hold the laws at instead of the fixed grids.
    pub points: Option<(Vec<f64>, Vec<f64>)>,
}

impl Subject {
    /// A pointwise loss, defined for every predictor.
    pub fn new<P: Pointwise<f64> + Pointwise<f32> + 'static>(name: &str, loss: P) -> Self {
        Self::from_boxes(name, Box::new(loss), Some(Box::new(loss)))
    }

    /// A loss that was made by its catalogue.
    #[must_use]
    pub fn from_boxes(name: &str, wide: Box<dyn Loss<f64>>, narrow: Option<Box<dyn Loss<f32>>>) -> Self {
        let domain = wide.properties().predictor;
        Self { name: name.to_owned(), wide, narrow, domain, narrow_tolerance: 1e-5, points: None }
    }

    /// Defined only for predictors strictly between these.
    #[must_use]
    pub fn on(mut self, low: f64, high: f64) -> Self {
        self.domain = (low, high);
        self
    }

    /// Held to the laws at these targets and predictors, such as random ones; those outside the domain are left out.
    #[must_use]
    pub fn at(mut self, targets: Vec<f64>, predictors: Vec<f64>) -> Self {
        self.points = Some((targets, predictors));
        self
    }

    fn law(&self, name: &'static str) -> Law<'_> {
        Law { name, item: &self.name }
    }

    fn properties(&self) -> Properties<f64> {
        self.wide.properties()
    }

    fn admits(&self, eta: f64) -> bool {
        self.domain.0 < eta && eta < self.domain.1
    }

    /// Admissible targets, the edges of the domain among them.
    fn targets(&self) -> Vec<f64> {
        if let Some((targets, _)) = &self.points {
            return targets.clone();
        }
        self.typical_targets()
    }

    fn typical_targets(&self) -> Vec<f64> {
        match self.properties().target {
            Target::UnitInterval => vec![0.0, 1e-9, 0.3, 0.5, 0.875, 1.0],
            Target::Count => vec![0.0, 1.0, 2.0, 17.0, 1000.0],
            Target::Nonnegative => vec![0.0, 1e-9, 0.7, 3.0, 1000.0],
            Target::Positive => vec![1e-9, 0.7, 3.0, 1000.0],
            Target::Nonzero => vec![-40.0, -1.5, -1e-9, 0.3, 2.0, 1000.0],
            Target::Binary => vec![0.0, 1.0],
            _ => vec![-40.0, -1.5, 0.0, 0.3, 2.0, 1000.0],
        }
    }

    /// Predictors in [−30, 30] and inside the domain, none of them a round number at which a loss is likely to have a kink.
    fn predictors(&self) -> Vec<f64> {
        if let Some((_, predictors)) = &self.points {
            return predictors.iter().copied().filter(|eta| self.admits(*eta)).collect();
        }
        let (low, high) = (self.domain.0.max(-30.0), self.domain.1.min(30.0));
        let inside = |i: i32| low + (high - low) * (f64::from(i) + 0.4721) / 61.0;
        let near_zero = [-1.043, -0.1311, -1.7e-3, -2.3e-9, 2.3e-9, 1.7e-3, 0.1311, 1.043];
        (0..61).map(inside).chain(near_zero).filter(|eta| self.admits(*eta)).collect()
    }

    /// Whether the second derivative jumps within `radius` of this point, where differences say nothing.
    fn is_kink(&self, y: f64, eta: f64, radius: f64) -> bool {
        let p = self.properties();
        if p.twice_differentiable && p.differentiable {
            return false;
        }
        let [left, here, right] = [eta - radius, eta, eta + radius].map(|eta| self.wide.at(y, eta));
        let jumps = |k: usize| {
            let step = (left[k] - here[k]).abs().max((right[k] - here[k]).abs());
            step > 1e-3 * (1.0 + here[k].abs())
        };
        jumps(2) || (!p.differentiable && jumps(1))
    }
}

/// Every law of losses; the first that is broken.
///
/// # Errors
/// The violation.
pub fn all(subject: &Subject) -> Verdict {
    derivatives_match_formula(subject)?;
    derivatives_match_differences(subject)?;
    extremes_are_stable(subject)?;
    convexity_is_honest(subject)?;
    curvature_is_honest(subject)?;
    continuity_is_honest(subject)?;
    self_concordance_is_honest(subject)?;
    response_is_honest(subject)?;
    fenchel_young(subject)?;
    blocks_are_sums(subject)?;
    blocks_split_and_repeat(subject)?;
    weights_are_repetitions(subject)?;
    targets_are_checked(subject)?;
    shapes_are_checked(subject)?;
    single_precision_agrees(subject)
}
