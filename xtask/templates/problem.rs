//! `TemplateItem`: REPLACE with what makes it hard, in one sentence.
//!
//! The file works as it stands, as a parabolic valley with two minima: put your formula in its place and in every line that says REPLACE.
//!
//! Source: REPLACE, *title*, journal volume (year).

use thalweg_core::{Real, Result, Scalar, k};

use crate::extended::{Extended, Term};
use crate::{Make, Problem, ProblemEntry};

/// (a − 1)² + 2(b² − a)²; start (3, 2), minima 0 at (1, 1) and (1, −1). REPLACE: formula, start and minima.
///
/// ```
/// use thalweg_core::Objective;
/// let mut problem = thalweg_problems::Extended::new(thalweg_problems::TemplateItem, 2)?;
/// // REPLACE: one point worked out by hand.
/// assert_eq!(problem.value(&[3.0, 2.0]), Ok(6.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct TemplateItem;

// REPLACE: the summary.
pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "template-item",
    summary: "two variables, a parabolic valley with two minima",
    parameters: &[],
    example: "template-item",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Extended::new(TemplateItem, 2)?))
}

impl Term<2> for TemplateItem {
    // REPLACE: derivatives come from this line by dual numbers.
    fn eval<S: Scalar>(&self, [a, b]: [S; 2]) -> S {
        (a - S::of(1.0)).square() + k(2.0) * (b.square() - a).square()
    }

    fn start(&self) -> [f64; 2] {
        [3.0, 2.0]
    }

    fn minima(&self) -> Vec<([f64; 2], f64)> {
        vec![([1.0, 1.0], 0.0), ([1.0, -1.0], 0.0)]
    }
}
