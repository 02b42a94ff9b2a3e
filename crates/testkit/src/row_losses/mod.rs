//! Laws of losses of several predictors a row. [`all`] checks every one; each is also a function of its own.

use thalweg_core::{Properties, RowLoss, Rowwise, Target, Want};

use crate::numeric::normals;
use crate::violation::{Law, Verdict};

mod blocks;
mod bounds;
mod conjugate;
mod continuity;
mod convexity;
mod costs;
mod derivatives;
mod hessians;
mod invariance;
mod levels;
mod precision;
mod stability;
mod targets;

pub use blocks::{blocks_are_sums, blocks_split_and_repeat};
pub use bounds::bounds_are_honest;
pub use conjugate::fenchel_young;
pub use continuity::continuity_is_honest;
pub use convexity::convexity_is_honest;
pub use costs::costs_are_checked;
pub use derivatives::{derivatives_match_differences, derivatives_match_formula};
pub use hessians::{expected_hessians_are_semidefinite, hessian_actions_agree, hessians_are_symmetric};
pub use invariance::{rows_permute_and_repeat, shifts_are_honest};
pub use levels::levels_agree;
pub use precision::single_precision_agrees;
pub use stability::{extremes_are_stable, goldens_match};
pub use targets::targets_are_checked;

/// A loss of K predictors a row under test.
pub struct Subject {
    /// The name violations are reported under.
    pub name: String,
    /// The loss in double precision.
    pub wide: Box<dyn RowLoss<f64>>,
    /// The same loss in single precision.
    pub narrow: Option<Box<dyn RowLoss<f32>>>,
    /// Rows of targets that it admits; one empty row for a loss without targets.
    pub targets: Vec<Vec<f64>>,
    /// Rows of finite targets that it must refuse.
    pub refused: Vec<Vec<f64>>,
    /// A row of targets that it ignores, if there is one.
    pub ignored: Option<Vec<f64>>,
    /// Moves a row of predictors into the domain of the loss. Default: every row is inside.
    pub place: fn(&mut [f64]),
    /// How closely single precision must follow double, relative to the largest term that cancels. Default 1e-5.
    pub narrow_tolerance: f64,
}

/// Value, gradient and Hessian of one row.
pub(crate) struct At {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) hessian: Vec<f64>,
}

impl Subject {
    /// A row loss, with rows of targets that its properties admit.
    pub fn new<R: Rowwise<f64> + Rowwise<f32> + 'static>(name: &str, loss: R) -> Self {
        Self::from_boxes(name, Box::new(loss.clone()), Some(Box::new(loss)))
    }

    /// A loss that was made by its catalogue.
    #[must_use]
    pub fn from_boxes(
        name: &str,
        wide: Box<dyn RowLoss<f64>>,
        narrow: Option<Box<dyn RowLoss<f32>>>,
    ) -> Self {
        let (width, target) = (wide.targets(), wide.properties().target);
        let (good, bad) = examples(target);
        let row = |r: usize| (0..width).map(|j| good[(r + 5 * j) % good.len()]).collect();
        let targets: Vec<Vec<f64>> = (0..if width == 0 { 1 } else { good.len() }).map(row).collect();
        let spoilt = |value: &f64| {
            let mut row = targets[0].clone();
            *row.last_mut()? = *value;
            Some(row)
        };
        let refused = bad.iter().filter_map(spoilt).collect();
        let name = name.to_owned();
        Self { name, wide, narrow, targets, refused, ignored: None, place: |_| (), narrow_tolerance: 1e-5 }
    }

    /// With these rows of targets, and rows that must be refused: where the rule is one for a whole row.
    #[must_use]
    pub fn with_targets(mut self, targets: Vec<Vec<f64>>, refused: Vec<Vec<f64>>) -> Self {
        (self.targets, self.refused) = (targets, refused);
        self
    }

    /// With a row of targets that the loss ignores.
    #[must_use]
    pub fn with_ignored(mut self, row: Vec<f64>) -> Self {
        self.ignored = Some(row);
        self
    }

    /// With a domain: `place` moves any row of predictors into it.
    #[must_use]
    pub fn placed_by(mut self, place: fn(&mut [f64])) -> Self {
        self.place = place;
        self
    }

    fn law(&self, name: &'static str) -> Law<'_> {
        Law { name, item: &self.name }
    }

    fn properties(&self) -> Properties<f64> {
        self.wide.properties()
    }

    /// `count` random rows of predictors of this scale, inside the domain.
    fn predictors(&self, purpose: &str, count: usize, scale: f64) -> Vec<Vec<f64>> {
        let row = |i: usize| {
            let mut row = normals(purpose, i as u64, self.wide.outputs(), scale);
            (self.place)(&mut row);
            row
        };
        (0..count).map(row).collect()
    }

    /// Every row of targets with predictors of several sizes.
    fn rows(&self) -> Vec<(&[f64], Vec<f64>)> {
        let sizes = [(4, 0.1), (6, 1.0), (6, 4.0), (4, 30.0)];
        let of = |y| {
            let of_size = move |(count, scale)| {
                self.predictors("rows", count, scale).into_iter().map(move |eta| (y, eta))
            };
            sizes.into_iter().flat_map(of_size)
        };
        self.targets.iter().flat_map(|y| of(y.as_slice())).collect()
    }

    fn at(&self, y: &[f64], eta: &[f64], want: Want) -> At {
        let k = eta.len();
        let mut at = At {
            value: f64::NAN,
            gradient: vec![f64::NAN; if want >= Want::Gradient { k } else { 0 }],
            hessian: vec![f64::NAN; if want >= Want::Fisher { k * k } else { 0 }],
        };
        at.value = self.wide.row(y, eta, want, &mut at.gradient, &mut at.hessian);
        at
    }

    fn value(&self, y: &[f64], eta: &[f64]) -> f64 {
        self.at(y, eta, Want::Value).value
    }

    /// Whether a derivative that may jump does so within `radius` of this point along `v`, where differences say nothing.
    fn is_kink(&self, y: &[f64], eta: &[f64], v: &[f64], radius: f64) -> bool {
        let p = self.properties();
        if p.twice_differentiable && p.differentiable {
            return false;
        }
        let [left, here, right] =
            [-radius, 0.0, radius].map(|t| self.at(y, &along(eta, v, t), Want::Curvature));
        let jumps = |pick: fn(&At) -> &[f64]| {
            let sides = pick(&left).iter().chain(pick(&right));
            sides.zip(pick(&here).iter().cycle()).any(|(a, b)| (a - b).abs() > 1e-3 * (1.0 + b.abs()))
        };
        jumps(|at| &at.hessian) || (!p.differentiable && jumps(|at| &at.gradient))
    }
}

/// Admissible targets, the edges of the domain among them, and ones that are not.
fn examples(target: Target) -> (Vec<f64>, Vec<f64>) {
    let (good, bad): (&[f64], &[f64]) = match target {
        Target::UnitInterval => (&[0.0, 1e-9, 0.3, 0.5, 0.875, 1.0], &[-1e-9, 1.0 + 1e-9, 2.0]),
        Target::Count => (&[0.0, 1.0, 2.0, 17.0, 1000.0], &[0.5, -1.0]),
        Target::Nonnegative => (&[0.0, 1e-9, 0.7, 3.0, 1000.0], &[-1e-9, -1.0]),
        Target::Positive => (&[1e-9, 0.7, 3.0, 1000.0], &[0.0, -1.0]),
        Target::Nonzero => (&[-40.0, -1.5, -1e-9, 0.3, 2.0, 1000.0], &[0.0]),
        Target::Binary => (&[1.0, 0.0], &[0.5, 2.0, -3.0]),
        Target::Class(n) => {
            let good = (0..n.min(4)).map(f64::from).collect();
            return (good, vec![-1.0, 0.5, f64::from(n)]);
        }
        _ => (&[-40.0, -1.5, 0.0, 0.3, 2.0], &[]),
    };
    (good.to_vec(), bad.to_vec())
}

/// η + t v.
fn along(eta: &[f64], v: &[f64], t: f64) -> Vec<f64> {
    eta.iter().zip(v).map(|(eta, v)| eta + t * v).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m, x| x.abs().max(m))
}

/// A random direction of length 1.
fn direction(purpose: &str, index: usize, k: usize) -> Vec<f64> {
    let v = normals(purpose, index as u64, k, 1.0);
    let length = dot(&v, &v).sqrt();
    v.iter().map(|v| v / length).collect()
}

/// Every law of row losses; the first that is broken.
///
/// # Errors
/// The violation.
pub fn all(subject: &Subject) -> Verdict {
    derivatives_match_formula(subject)?;
    derivatives_match_differences(subject)?;
    hessians_are_symmetric(subject)?;
    hessian_actions_agree(subject)?;
    expected_hessians_are_semidefinite(subject)?;
    levels_agree(subject)?;
    extremes_are_stable(subject)?;
    convexity_is_honest(subject)?;
    bounds_are_honest(subject)?;
    continuity_is_honest(subject)?;
    fenchel_young(subject)?;
    shifts_are_honest(subject)?;
    blocks_are_sums(subject)?;
    blocks_split_and_repeat(subject)?;
    rows_permute_and_repeat(subject)?;
    targets_are_checked(subject)?;
    costs_are_checked(subject)?;
    single_precision_agrees(subject)
}
