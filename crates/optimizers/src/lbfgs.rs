//! L-BFGS: a quasi-Newton method from the last m steps, 4mn flops an iteration beside the evaluation.
//!
//! Source: Nocedal, *Updating quasi-Newton matrices with limited storage*, Math. Comp. 35 (1980); Liu and Nocedal (1989) for the scaling.

use thalweg_core::{Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo, vector};

use crate::entry::{Make, MinimizerEntry};
use crate::line_search::StrongWolfe;
use crate::pairs::Pairs;
use crate::point::Point;

/// Options of L-BFGS.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Lbfgs {
    /// m, the number of step pairs kept. Default 10.
    pub memory: usize,
    /// The step rule.
    pub search: StrongWolfe,
    /// A pair (s, y) is kept only if sᵀy exceeds this share of ‖s‖‖y‖, so that the model stays positive definite. Default 1e-10.
    pub curvature_share: f64,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self { memory: 10, search: StrongWolfe::default(), curvature_share: 1e-10 }
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

/// Point and the ring of step pairs.
#[derive(Clone, Debug)]
pub struct State<T> {
    point: Point<T>,
    pairs: Pairs<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.point.visit(archive)?;
        self.pairs.visit(archive)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for Lbfgs {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        Ok(State { point: Point::start(objective, x0)?, pairs: Pairs::new(x0.len(), self.memory) })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let (slope, guess) = descend(s)?;
        let probe = self.search.search(objective, &mut s.point.line(slope), guess)?;
        let (x, g) = s.point.step();
        s.pairs.push(x, g, T::of(self.curvature_share));
        Ok(s.point.accept(probe))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        s.point.iterate()
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// Sets the direction; returns its slope and the first trial step. A direction that rounding has turned uphill is replaced by steepest
/// descent with an empty memory.
fn descend<T: Real>(s: &mut State<T>) -> Result<(T, T), Halt> {
    let State { point, pairs } = s;
    pairs.direction(&point.gradient, &mut point.direction);
    let mut slope = vector::dot(&point.gradient, &point.direction);
    if !pairs.is_empty() && (slope >= T::ZERO || slope.is_nan()) {
        pairs.clear();
        pairs.direction(&point.gradient, &mut point.direction);
        slope = vector::dot(&point.gradient, &point.direction);
    }
    if slope >= T::ZERO || slope.is_nan() {
        return Err(Halt::Stalled("the gradient is exactly zero"));
    }
    // Without a model of the curvature the first step moves x by at most 1 in any coordinate.
    let guess =
        if pairs.is_empty() { vector::norm_inf(&point.direction).max(T::ONE).recip() } else { T::ONE };
    Ok((slope, guess))
}
