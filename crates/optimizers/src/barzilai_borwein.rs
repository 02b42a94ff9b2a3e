//! Barzilai and Borwein's gradient method: steps by the curvature of the last one, 6n flops beside one evaluation, usually without a search.
//!
//! F may rise for a while: a step is accepted against the largest of the last ten values (Grippo, Lampariello and Lucidi). The driver keeps the best point.
//!
//! Source: Barzilai and Borwein, *Two-point step size gradient methods*, IMA J. Numer. Anal. 8 (1988); Raydan, *The Barzilai and Borwein gradient method for
//! the large scale unconstrained minimization problem*, SIAM J. Optim. 7 (1997); Dai and Fletcher, Numer. Math. 100 (2005), for the alternation.

use thalweg_core::{
    Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo, vector, visit_real,
    visit_slice, visit_usize,
};

use crate::descent::{cautious, downhill};
use crate::entry::{Make, MinimizerEntry};
use crate::line_search::{Backtracking, LineSearch};
use crate::point::Point;

/// The range of steps, in units of the first one.
const RANGE: f64 = 1e10;

/// Options of the Barzilai–Borwein method.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct BarzilaiBorwein {
    /// Values whose largest a step is held against; 1 makes the method monotone. Default 10.
    pub memory: usize,
    /// The search, from the step of the formula. Default Armijo backtracking.
    pub search: Backtracking,
}

impl Default for BarzilaiBorwein {
    fn default() -> Self {
        Self { memory: 10, search: Backtracking::default() }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "barzilai-borwein",
    summary: "gradient steps by the last step's curvature, nonmonotone; needs gradients, memory of three vectors",
    parameters: &[],
    example: "barzilai-borwein",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&BarzilaiBorwein::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&BarzilaiBorwein::default(), objective, x0),
    },
};

/// Point, next step, and the last values.
#[derive(Clone, Debug)]
pub struct State<T> {
    point: Point<T>,
    t: T,
    first: T,
    /// A ring.
    values: Vec<T>,
    steps: usize,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.point.visit(archive)?;
        visit_real(archive, "t", &mut self.t)?;
        visit_real(archive, "first", &mut self.first)?;
        visit_slice(archive, "values", &mut self.values)?;
        visit_usize(archive, "steps", &mut self.steps)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for BarzilaiBorwein {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let point = Point::start(objective, x0)?;
        let t = cautious(&point.gradient);
        let values = vec![point.iterate().value; self.memory.max(1)];
        Ok(State { point, t, first: t, values, steps: 0 })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let slope = -vector::norm2_squared(&s.point.gradient);
        if slope == T::ZERO {
            return Err(Halt::Stalled("the gradient is exactly zero"));
        }
        let State { point, t, first, values, steps } = s;
        downhill(&point.gradient, &mut point.direction);
        let mut line = point.line(slope);
        line.value = values.iter().fold(-T::INFINITY, |most, v| most.max(*v));
        let probe = self.search.search(objective, &mut line, *t)?;
        let (x, g) = point.step();
        *t = size(x, g, *steps).max(*first / T::of(RANGE)).min(*first * T::of(RANGE));
        let info = point.accept(probe);
        *steps += 1;
        let place = *steps % values.len();
        values[place] = info.value;
        Ok(info)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        s.point.iterate()
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// sᵀs/sᵀy and sᵀy/yᵀy in turn; twice the length of the step where F is not convex along it.
fn size<T: Real>(x: [&[T]; 2], g: [&[T]; 2], steps: usize) -> T {
    let (mut ss, mut sy, mut yy) = (T::ZERO, T::ZERO, T::ZERO);
    for k in 0..x[0].len() {
        let (s, y) = (x[1][k] - x[0][k], g[1][k] - g[0][k]);
        ss += s * s;
        sy += s * y;
        yy += y * y;
    }
    if sy > T::ZERO {
        if steps.is_multiple_of(2) { ss / sy } else { sy / yy }
    } else {
        T::of(2.0) * (ss / vector::norm2_squared(g[0])).sqrt()
    }
}
