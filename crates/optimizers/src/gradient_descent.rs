//! Gradient descent x ← x − t∇F(x) with backtracking. One value and gradient a trial step, usually one or two.
//!
//! Source: Cauchy (1847); Armijo (1966) for the step.

use thalweg_core::{Halt, Real};

use crate::descent::{Descent, Direction, Moved, cautious, downhill};
use crate::entry::{Make, MinimizerEntry};
use crate::line_search::Backtracking;

/// Gradient descent with Armijo's rule.
pub type GradientDescent = Descent<Steepest, Backtracking>;

/// The direction −∇F(x).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Steepest {
    /// The factor by which the next trial step exceeds the last accepted one, so that steps can grow again. Default 2.
    pub grow: f64,
}

impl Default for Steepest {
    fn default() -> Self {
        Self { grow: 2.0 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "gradient-descent",
    summary: "steepest descent with Armijo backtracking; needs gradients, linear convergence",
    parameters: &[],
    example: "gradient-descent",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&GradientDescent::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&GradientDescent::default(), objective, x0),
    },
};

impl<T: Real> Direction<T> for Steepest {
    /// The last accepted step length; 0 before the first.
    type State = [T; 1];

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn init(&self, _: usize) -> Result<[T; 1], Halt> {
        Ok([T::ZERO])
    }

    fn direction(&self, [t]: &mut [T; 1], g: &[T], d: &mut [T]) -> T {
        downhill(g, d);
        if *t > T::ZERO { *t * T::of(self.grow) } else { cautious(d) }
    }

    fn accepted(&self, [t]: &mut [T; 1], step: &Moved<'_, T>) {
        *t = step.t;
    }

    fn forget(&self, _: &mut [T; 1]) -> bool {
        false
    }
}
