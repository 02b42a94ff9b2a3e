//! Minima are reached, or the run says that they were not; what a solution reports is true.

use faer::Mat;
use thalweg_core::{Driver, Halt, ScaledCholesky, vector};
use thalweg_problems::{MakeReal, Problem};

use super::{Subject, gradient_inf, problems};
use crate::violation::Verdict;

/// The value is F at the point, none of the run's values is lower, and a solved status comes with a small gradient, or else with a Newton step
/// that promises next to nothing, which is what a small gradient means where parameters have very different scales.
///
/// # Errors
/// The violation.
pub fn solutions_are_what_they_say<T: MakeReal>(subject: &Subject<'_, T>) -> Verdict {
    let law = subject.law("solutions-are-what-they-say");
    let precision = T::EPSILON.to_f64();
    for (name, mut problem) in problems::<T>() {
        let x0 = problem.start();
        let solution = subject.solve(&law, &mut Driver::new().trace(), &mut *problem, &x0)?;
        let value = solution.value.to_f64();
        let again = law.expect("evaluation at the solution", problem.value(&solution.x))?.to_f64();
        law.require((value - again).abs() <= 64.0 * precision * again.abs().max(1.0), || {
            format!("on {name} the value is {value:e}, but F(x) = {again:e} at x = {:?}", solution.x)
        })?;
        let lowest = solution.trace.iter().map(|p| p.value).fold(f64::INFINITY, f64::min);
        law.require(value <= lowest, || {
            format!("on {name} it returns {value:e} after having seen {lowest:e}")
        })?;
        let start = law.expect("evaluation at the start", problem.value(&x0))?.to_f64();
        law.require(value <= start, || {
            format!("on {name} it returns {value:e}, above the start's {start:e}")
        })?;
        let slope = gradient_inf(&mut *problem, &solution.x);
        let small = slope <= 4.0 * precision.sqrt() * value.abs().max(1.0);
        let claims = solution.status.is_solved();
        let settled = claims && !small && {
            let promise = law.expect("the Hessian at the solution", promise(&mut *problem, &solution.x))?;
            promise <= 4.0 * precision.powf(0.75) * value.abs()
        };
        law.require(small || settled || !claims, || {
            format!("on {name} it claims {} with a gradient of {slope:e}", solution.status)
        })?;
    }
    Ok(())
}

/// gᵀH⁻¹g/2, the decrease that a Newton step promises; ∞ where H is not positive definite.
fn promise<T: MakeReal>(problem: &mut dyn Problem<T>, x: &[T]) -> Result<f64, Halt> {
    let (mut g, mut h) = (vec![T::ZERO; x.len()], Mat::zeros(x.len(), x.len()));
    problem.value_gradient_hessian(x, &mut g, h.as_mut())?;
    let mut cholesky = ScaledCholesky::new(x.len());
    if cholesky.factor(h.as_ref()).is_none() {
        return Ok(f64::INFINITY);
    }
    let mut step = g.clone();
    cholesky.solve(&mut step);
    Ok(0.5 * vector::dot(&g, &step).to_f64())
}

/// A run that claims to be solved has reached the value of a known minimum. Where a problem is flat
/// ([`Problem::is_flat`]) the claim is about the gradient alone, and [`solutions_are_what_they_say`] holds it to that.
///
/// # Errors
/// The violation; also a method that solves no problem at all.
pub fn minima_are_reached<T: MakeReal>(subject: &Subject<'_, T>) -> Verdict {
    let law = subject.law("minima-are-reached");
    let mut solved = 0;
    for (name, mut problem) in problems::<T>() {
        let x0 = problem.start();
        let mut driver = Driver::new().iterations(5000);
        let solution = subject.solve(&law, &mut driver, &mut *problem, &x0)?;
        if !solution.status.is_solved() {
            continue;
        }
        solved += 1;
        if problem.is_flat() {
            continue;
        }
        let value = solution.value.to_f64();
        // A gradient of √ε leaves F within about ε of the minimum times the condition of the problem.
        let slack = 1e6 * T::EPSILON.to_f64();
        let minima = problem.minima();
        let near = minima.iter().any(|m| value <= m.value.to_f64() + slack * m.value.to_f64().abs().max(1.0));
        law.require(near, || {
            let known: Vec<f64> = minima.iter().map(|m| m.value.to_f64()).collect();
            format!("on {name} it claims {} at {value:e}; the minima are {known:?}", solution.status)
        })?;
    }
    law.require(solved > 0, || "no problem of the catalogue is solved".to_owned())
}

/// Started at a minimum, a run ends at once, there.
///
/// # Errors
/// The violation.
pub fn starts_at_the_minimum_stop<T: MakeReal>(subject: &Subject<'_, T>) -> Verdict {
    let law = subject.law("starts-at-the-minimum-stop");
    for (name, mut problem) in problems::<T>() {
        for minimum in problem.minima() {
            let Some(x) = &minimum.x else { continue };
            let solution = subject.solve(&law, &mut Driver::new(), &mut *problem, x)?;
            let stayed = solution.x == *x && solution.iterations <= 1 && solution.status.is_solved();
            law.require(stayed, || {
                format!(
                    "on {name}: {} after {} iterations at {:?}, started at {:?}",
                    solution.status, solution.iterations, solution.x, x
                )
            })?;
        }
    }
    Ok(())
}

/// In f32 the same holds of what solutions say, of minima and of starts at them.
///
/// # Errors
/// The violation.
pub fn single_precision_works(subject: &Subject<'_, f32>) -> Verdict {
    solutions_are_what_they_say(subject)?;
    minima_are_reached(subject)?;
    starts_at_the_minimum_stop(subject)
}
