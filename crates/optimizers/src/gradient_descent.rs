//! Gradient descent x ← x − t∇F(x) with backtracking. One value and gradient a trial step, usually one or two.
//!
//! Source: Cauchy (1847); Armijo (1966) for the step.

use thalweg_core::{
    Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo, vector, visit_real,
};

use crate::entry::{Make, MinimizerEntry};
use crate::line_search::Backtracking;
use crate::point::Point;

/// Options of gradient descent.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct GradientDescent {
    /// The step rule.
    pub search: Backtracking,
    /// The factor by which the next trial step exceeds the last accepted one, so that steps can grow again. Default 2.
    pub grow: f64,
}

impl Default for GradientDescent {
    fn default() -> Self {
        Self { search: Backtracking::default(), grow: 2.0 }
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

/// Point and the last step length.
#[derive(Clone, Debug)]
pub struct State<T> {
    point: Point<T>,
    /// The last accepted step length.
    t: T,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.point.visit(archive)?;
        visit_real(archive, "t", &mut self.t)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for GradientDescent {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let point = Point::start(objective, x0)?;
        // The first trial step moves x by at most 1 in any coordinate.
        let t = vector::norm_inf(&point.gradient).max(T::ONE).recip() * T::of(self.grow).recip();
        Ok(State { point, t })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let slope = -vector::norm2_squared(&s.point.gradient);
        if slope == T::ZERO {
            return Err(Halt::Stalled("the gradient is exactly zero"));
        }
        for (d, g) in s.point.direction.iter_mut().zip(&s.point.gradient) {
            *d = -*g;
        }
        let probe = self.search.search(objective, &mut s.point.line(slope), s.t * T::of(self.grow))?;
        s.t = probe.t;
        Ok(s.point.accept(probe))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        s.point.iterate()
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}
