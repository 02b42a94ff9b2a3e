//! Laws of penalties. [`all`] checks every one; each is also a function of its own.

use core::ops::Range;

use thalweg_core::{Blocks, Penalty, Step};

use crate::numeric::normals;
use crate::violation::{Law, Verdict};

mod blocks;
mod dual;
mod prox;
mod quadratic;

pub use blocks::blocks_add_up;
pub use dual::{
    dual_points_are_feasible, fenchel_young, lambda_max_is_the_threshold, linear_minimizers_support_the_set,
    margins_are_safe,
};
pub use prox::{
    prox_is_firmly_nonexpansive, prox_is_optimal, prox_minimises, runs_of_coordinates_agree,
    support_is_honest, violation_is_a_distance, violation_is_the_prox_step,
};
pub use quadratic::{constraint_is_honest, quadratic_part_is_honest};

/// A penalty under test.
pub struct Subject {
    /// The name violations are reported under.
    pub name: String,
    /// The penalty.
    pub penalty: Box<dyn Penalty<f64>>,
    /// Whether P is convex; the laws of duality and nonexpansiveness hold for convex penalties only.
    pub convex: bool,
    /// The number of coefficients the laws use; a penalty over groups fixes it by its blocks.
    pub dim: usize,
    /// The size of the point that P shrinks towards: 0 unless it is another than 0, by whose digits everything then rounds.
    pub centre: f64,
}

impl Subject {
    /// A penalty on five coefficients, on as many as its groups hold, or on six if it must be told.
    ///
    /// # Panics
    /// If it cannot be one over six.
    #[must_use]
    #[allow(clippy::panic)]
    pub fn new(name: &str, penalty: Box<dyn Penalty<f64>>) -> Self {
        let penalty = match penalty.over(6) {
            Ok(None) => penalty,
            Ok(Some(over)) => over,
            Err(error) => panic!("{name}: {error}"),
        };
        let dim = match penalty.blocks() {
            Blocks::Coordinates => 5,
            Blocks::Groups(groups) => groups.iter().map(|g| g.end).max().unwrap_or(0),
        };
        let convex = penalty.is_convex();
        Self { name: name.to_owned(), penalty, convex, dim, centre: 0.0 }
    }

    /// Not convex.
    #[must_use]
    pub fn nonconvex(mut self) -> Self {
        self.convex = false;
        self
    }

    /// Shrinks towards a point of this size, its largest entry.
    #[must_use]
    pub fn around(mut self, centre: f64) -> Self {
        self.centre = centre;
        self
    }

    fn law(&self, name: &'static str) -> Law<'_> {
        Law { name, item: &self.name }
    }

    fn blocks(&self) -> Vec<Range<usize>> {
        match self.penalty.blocks() {
            Blocks::Coordinates => (0..self.dim).map(|j| j..j + 1).collect(),
            Blocks::Groups(groups) => groups.clone(),
        }
    }

    /// What one call of an operator on blocks takes: a block, or all coefficients where each is one.
    fn runs(&self) -> Vec<(usize, Range<usize>)> {
        match self.penalty.blocks() {
            Blocks::Coordinates => vec![(0, 0..self.dim)],
            Blocks::Groups(groups) => groups.iter().cloned().enumerate().collect(),
        }
    }

    /// Coefficients of several sizes, 0 among them.
    fn points(&self) -> Vec<Vec<f64>> {
        let mut points = vec![vec![0.0; self.dim]];
        for (i, scale) in [0.01, 0.3, 1.0, 3.0, 100.0].into_iter().enumerate() {
            points.extend((0..3).map(|k| normals("penalty", 10 * i as u64 + k, self.dim, scale)));
        }
        points
    }

    /// prox of all blocks at v.
    fn prox(&self, v: &[f64], steps: &Steps, lambda: f64) -> Vec<f64> {
        let mut z = v.to_vec();
        for (k, range) in self.blocks().into_iter().enumerate() {
            match steps {
                Steps::Uniform(t) => self.penalty.prox(k, &mut z[range], Step::Scalar(*t), lambda),
                Steps::Each(t) => {
                    self.penalty.prox(k, &mut z[range.clone()], Step::Diagonal(&t[range]), lambda);
                }
            }
        }
        z
    }
}

/// Owned step lengths.
#[derive(Debug)]
enum Steps {
    Uniform(f64),
    Each(Vec<f64>),
}

impl Steps {
    fn at(&self, j: usize) -> f64 {
        match self {
            Self::Uniform(t) => *t,
            Self::Each(t) => t[j],
        }
    }

    /// Uniform steps of several sizes, and one step a coefficient, equal within a group whose prox takes no others.
    fn all(subject: &Subject) -> Vec<Self> {
        let mut each = vec![1.0; subject.dim];
        for (k, range) in subject.blocks().into_iter().enumerate() {
            each[range].fill(0.1 * 3.0_f64.powi(k as i32 % 5));
        }
        let mut all = vec![Self::Uniform(1e-3), Self::Uniform(0.7), Self::Uniform(20.0), Self::Each(each)];
        if subject.penalty.takes_diagonal_steps() {
            all.push(Self::Each((0..subject.dim).map(|j| 0.02 * 5.0_f64.powi(j as i32 * 3 % 5)).collect()));
        }
        all
    }
}

/// The strengths the laws use.
const LAMBDAS: [f64; 4] = [0.0, 0.05, 1.0, 30.0];

/// Every law of penalties; the first that is broken.
///
/// # Errors
/// The violation.
pub fn all(subject: &Subject) -> Verdict {
    prox_is_optimal(subject)?;
    prox_minimises(subject)?;
    prox_is_firmly_nonexpansive(subject)?;
    runs_of_coordinates_agree(subject)?;
    violation_is_a_distance(subject)?;
    violation_is_the_prox_step(subject)?;
    support_is_honest(subject)?;
    fenchel_young(subject)?;
    dual_points_are_feasible(subject)?;
    lambda_max_is_the_threshold(subject)?;
    margins_are_safe(subject)?;
    blocks_add_up(subject)?;
    quadratic_part_is_honest(subject)?;
    constraint_is_honest(subject)?;
    linear_minimizers_support_the_set(subject)
}
