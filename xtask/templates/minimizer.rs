//! `TemplateItem`: REPLACE with how it steps, what it needs of the objective and what a step costs, in one sentence.
//!
//! The file works as it stands, as gradient descent whose first trial step is Barzilai and Borwein's sᵀs/sᵀy: put your method in its place
//! and in every line that says REPLACE.
//!
//! Source: REPLACE, *title*, journal volume (year).

use thalweg_core::{
    Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo, vector, visit_real,
};

use crate::entry::{Make, MinimizerEntry};
use crate::line_search::{Backtracking, LineSearch};
use crate::point::Point;

/// REPLACE: the options, each with its unit and default.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct TemplateItem {
    /// The step rule.
    pub search: Backtracking,
}

// REPLACE: the summary that `thalweg list` shows.
pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "template-item",
    summary: "steepest descent with steps from the last change of the gradient; needs gradients",
    parameters: &[],
    example: "template-item",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&TemplateItem::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&TemplateItem::default(), objective, x0),
    },
};

/// Point and the next trial step. REPLACE: what your method remembers from step to step.
#[derive(Clone, Debug)]
pub struct State<T> {
    point: Point<T>,
    /// The next trial step length.
    t: T,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.point.visit(archive)?;
        visit_real(archive, "t", &mut self.t)
    }
}

// REPLACE: `Gradient` by what your method needs: `HessianVector`, `Hessian`.
impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for TemplateItem {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let point = Point::start(objective, x0)?;
        // The first trial step moves x by at most 1 in any coordinate.
        let t = vector::norm_inf(&point.gradient).max(T::ONE).recip();
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
        let probe = self.search.search(objective, &mut s.point.line(slope), s.t)?;
        let (x, g) = s.point.step();
        s.t = next_step(x, g).unwrap_or(T::of(2.0) * probe.t);
        Ok(s.point.accept(probe))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        s.point.iterate()
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// sᵀs/sᵀy with s = x⁺ − x and y = ∇F(x⁺) − ∇F(x), where F is curved upwards between the points. REPLACE: your mathematics, in the
/// paper's names.
fn next_step<T: Real>(x: [&[T]; 2], g: [&[T]; 2]) -> Option<T> {
    let (mut ss, mut sy) = (T::ZERO, T::ZERO);
    for i in 0..x[0].len() {
        let s = x[1][i] - x[0][i];
        ss += s * s;
        sy += s * (g[1][i] - g[0][i]);
    }
    let t = ss / sy;
    (t > T::ZERO && t.is_finite()).then_some(t)
}
