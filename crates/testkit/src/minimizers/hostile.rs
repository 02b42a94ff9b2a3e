//! Objectives that are not finite everywhere, and one without a minimum.

use faer::MatMut;
use thalweg_core::{Driver, Gradient, Halt, Hessian, Objective, Status};

use super::Subject;
use crate::violation::Verdict;

/// Σ (xⱼ − ln xⱼ) for x > 0, minimal at 1; `outside` elsewhere.
struct Barrier {
    outside: f64,
}

impl Objective<f64> for Barrier {
    fn dim(&self) -> usize {
        3
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        let inside = x.iter().all(|x| *x > 0.0);
        Ok(if inside { x.iter().map(|x| x - x.ln()).sum() } else { self.outside })
    }
}

impl Gradient<f64> for Barrier {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        let value = self.value(x)?;
        for (g, x) in g.iter_mut().zip(x) {
            // Outside, the gradient is unspecified; NaN shows who reads it.
            *g = if value.is_finite() { 1.0 - 1.0 / x } else { f64::NAN };
        }
        Ok(value)
    }
}

impl Hessian<f64> for Barrier {
    fn value_gradient_hessian(
        &mut self,
        x: &[f64],
        g: &mut [f64],
        mut h: MatMut<'_, f64>,
    ) -> Result<f64, Halt> {
        h.fill(0.0);
        for (j, x) in x.iter().enumerate() {
            h[(j, j)] = 1.0 / (x * x);
        }
        self.value_gradient(x, g)
    }
}

/// A start where the objective is NaN or infinite ends as [`Status::NonFinite`], with the start as its point.
///
/// # Errors
/// The violation.
pub fn nonfinite_starts_are_named(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("nonfinite-starts-are-named");
    for outside in [f64::NAN, f64::INFINITY] {
        let x0 = [1.0, -1.0, 1.0];
        let solution = subject.solve(&law, &mut Driver::new(), &mut Barrier { outside }, &x0)?;
        law.require(solution.status == Status::NonFinite && solution.x == x0, || {
            format!("F = {outside} at the start: {} at {:?}", solution.status, solution.x)
        })?;
    }
    Ok(())
}

/// Steps into a region where the objective is +∞ or NaN are rejected, and the minimum is reached from near its edge and from afar.
///
/// # Errors
/// The violation.
pub fn regions_outside_are_left(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("regions-outside-are-left");
    for outside in [f64::INFINITY, f64::NAN] {
        for x0 in [[0.5, 1.5, 1.0], [1e-3, 0.2, 3.0], [10.0, 5.0, 0.1]] {
            let mut driver = Driver::new().iterations(20_000);
            let solution = subject.solve(&law, &mut driver, &mut Barrier { outside }, &x0)?;
            let reached = solution.x.iter().all(|x| (x - 1.0).abs() <= 1e-6) && solution.status.is_solved();
            // A method may be too slow; it may not be lost.
            let honest = solution.status == Status::Budget && solution.value.is_finite();
            law.require(reached || honest, || {
                format!("F = {outside} outside x > 0, from {x0:?}: {} at {:?}", solution.status, solution.x)
            })?;
        }
    }
    Ok(())
}

/// −x, which has no minimum.
struct Slope;

impl Objective<f64> for Slope {
    fn dim(&self) -> usize {
        1
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        Ok(-x[0])
    }
}

impl Gradient<f64> for Slope {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        g[0] = -1.0;
        self.value(x)
    }
}

impl Hessian<f64> for Slope {
    fn value_gradient_hessian(
        &mut self,
        x: &[f64],
        g: &mut [f64],
        mut h: MatMut<'_, f64>,
    ) -> Result<f64, Halt> {
        h[(0, 0)] = 0.0;
        self.value_gradient(x, g)
    }
}

/// A linear function is never solved, under a rule that looks at the gradient alone.
///
/// # Errors
/// The violation.
pub fn unbounded_is_not_solved(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("unbounded-is-not-solved");
    // Few enough iterations that |F| does not dwarf the gradient, whose size is judged relative to it.
    let mut driver = Driver::new().stop(thalweg_core::stop::gradient_inf(1e-10)).iterations(15);
    let solution = subject.solve(&law, &mut driver, &mut Slope, &[0.0])?;
    law.require(!solution.status.is_solved(), || {
        format!("on -x it claims {} at x = {:?}", solution.status, solution.x)
    })
}
