//! L-BFGS: a quasi-Newton method from the last m steps, 4mn flops an iteration beside the evaluation.
//!
//! Source: Nocedal, *Updating quasi-Newton matrices with limited storage*, Math. Comp. 35 (1980); Liu and Nocedal (1989) for the scaling.

use thalweg_core::{Archive, Checkpoint, Halt, Real, Result};

use crate::descent::{Descent, Direction, Moved, cautious};
use crate::entry::{Make, MinimizerEntry};
use crate::pairs::Pairs;

/// L-BFGS with its usual search.
pub type Lbfgs = Descent<LimitedMemory>;

/// The direction of L-BFGS, −Hg with H the BFGS matrix of the last m pairs (s, y).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct LimitedMemory {
    /// m, the number of step pairs kept. Default 10.
    pub memory: usize,
    /// A pair (s, y) is kept only if sᵀy exceeds this share of ‖s‖‖y‖, so that the model stays positive definite. Default 1e-10.
    pub curvature_share: f64,
}

impl Default for LimitedMemory {
    fn default() -> Self {
        Self { memory: 10, curvature_share: 1e-10 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "lbfgs",
    summary: "limited-memory quasi-Newton with strong Wolfe search; needs gradients, fits many parameters",
    parameters: &[],
    example: "lbfgs",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&Lbfgs::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&Lbfgs::default(), objective, x0),
    },
};

/// The ring of step pairs.
#[derive(Clone, Debug)]
pub struct State<T> {
    pairs: Pairs<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.pairs.visit(archive)
    }
}

impl<T: Real> Direction<T> for LimitedMemory {
    type State = State<T>;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn init(&self, n: usize) -> Result<State<T>, Halt> {
        Ok(State { pairs: Pairs::new(n, self.memory) })
    }

    fn direction(&self, s: &mut State<T>, g: &[T], d: &mut [T]) -> T {
        s.pairs.direction(g, d, Pairs::scale);
        // Without a model of the curvature nothing is known of the scale.
        if s.pairs.is_empty() { cautious(d) } else { T::ONE }
    }

    fn accepted(&self, s: &mut State<T>, step: &Moved<'_, T>) {
        s.pairs.push(step.x, step.gradient, T::of(self.curvature_share));
    }

    fn forget(&self, s: &mut State<T>) -> bool {
        let kept = !s.pairs.is_empty();
        s.pairs.clear();
        kept
    }
}
