//! What a solution reports is true, its bound covers the distance to the minimum, and budgets are kept.

use thalweg_core::{Budget, Driver, Par, Penalised, Status};

use super::problem::problems;
use super::spy::Spy;
use super::{Subject, near, patient};
use crate::violation::Verdict;

/// The value is F at the point by the definition, the least of the run's values, and a solved status comes with a small violation.
///
/// # Errors
/// The violation; also a method that solves no problem.
pub fn solutions_are_what_they_say(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("solutions-are-what-they-say");
    for problem in problems() {
        let solution = subject.solve(&law, &mut Driver::new().trace(), &problem)?;
        let again = problem.value(&solution.x);
        law.require((solution.value - again).abs() <= 1e-13 * again.abs().max(1.0), || {
            format!("on {} the value is {:e}, but F(x) = {again:e}", problem.name, solution.value)
        })?;
        let lowest = solution.trace.iter().map(|p| p.value).fold(f64::INFINITY, f64::min);
        law.require(solution.value <= lowest, || {
            format!("on {} it returns {:e} after having seen {lowest:e}", problem.name, solution.value)
        })?;
        let violation = problem.violation(&solution.x);
        law.require((solution.gradient_inf - violation).abs() <= 1e-12, || {
            format!("on {} the violation is {:e}, not {violation:e}", problem.name, solution.gradient_inf)
        })?;
        let reported = solution.trace.last().map_or(f64::INFINITY, |p| p.gradient_inf);
        law.require(
            solution.iterations == 0 || (reported - violation).abs() <= 1e-9 + 0.5 * violation,
            || {
                format!(
                    "on {} the last step reports {reported:e}, but the violation is {violation:e}",
                    problem.name
                )
            },
        )?;
        law.require(solution.status.is_solved() && violation <= 1e-6, || {
            format!("on {}: {} with a violation of {violation:e}", problem.name, solution.status)
        })?;
    }
    Ok(())
}

/// The proven bound covers the distance of the value to that of a reference made by other means, at the solution and wherever a run was cut
/// short; at the solution it is small.
///
/// # Errors
/// The violation.
pub fn certificates_are_honest(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("certificates-are-honest");
    for problem in problems() {
        let least = problem.value(&problem.reference());
        for limit in [1, 2, 3, 5, 10, 50_000] {
            let solution = subject.solve(&law, &mut patient().iterations(limit), &problem)?;
            let excess = problem.value(&solution.x) - least;
            let bound = solution.certificate.bound();
            // Both values are rounded.
            let rounding = 1e-15 * least.abs();
            law.require(bound.is_none_or(|bound| bound >= excess - rounding), || {
                format!(
                    "on {} after {limit} steps: {:?}, but F(x) - F* = {excess:e}",
                    problem.name, solution.certificate
                )
            })?;
            let closed = bound.is_some_and(|bound| bound <= 1e-8 * least);
            law.require(limit < 50_000 || (closed && solution.status == Status::Certified), || {
                format!("on {}: {} with {:?}", problem.name, solution.status, solution.certificate)
            })?;
        }
    }
    Ok(())
}

/// For every limit from 1 to 20 at most that many evaluations reach the objective, exactly that many if the run ends for want of more; and
/// for every limit on iterations no more are made.
///
/// # Errors
/// The violation.
pub fn budgets_are_kept(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("budgets-are-kept");
    for problem in problems() {
        let x0 = vec![0.0; problem.dim()];
        for limit in 1..=20 {
            let budget = Budget { iterations: None, evaluations: Some(limit), time: None };
            let run = |objective: &mut Penalised<'_, f64>| {
                let mut spy = Spy::new(objective);
                let solution = (subject.run)(&mut Driver::new().budget(budget), &mut spy, &x0);
                (spy.evaluations, solution)
            };
            let (seen, solution) = law.expect("the data", problem.with(Par::Rayon, run))?;
            let solution = law.expect("the run was refused", solution)?;
            let kept = seen <= limit && seen == solution.counts.total();
            let used_up = solution.status != Status::Budget || seen == limit;
            law.require(kept && used_up, || {
                format!(
                    "on {} with a limit of {limit}: {seen} evaluations, {} counted, {}",
                    problem.name,
                    solution.counts.total(),
                    solution.status
                )
            })?;
            let solution = subject.solve(&law, &mut Driver::new().iterations(limit), &problem)?;
            law.require(solution.iterations <= limit, || {
                format!("on {} with a limit of {limit} iterations: {}", problem.name, solution.iterations)
            })?;
        }
    }
    Ok(())
}

/// In f32 the solutions are those in f64 to single precision, and solved; nothing is certified.
///
/// # Errors
/// The violation.
pub fn single_precision_works(subject: &Subject<'_, f32>) -> Verdict {
    let law = subject.law("single-precision-works");
    for problem in problems() {
        let best = problem.reference();
        let solution = subject.solve(&law, &mut Driver::new().iterations(5000), &problem)?;
        let x: Vec<f64> = solution.x.iter().map(|x| f64::from(*x)).collect();
        law.require(solution.status == Status::Stationary && near(&x, &best, 2e-3), || {
            format!("on {}: {} at {x:?}, not {best:?}", problem.name, solution.status)
        })?;
        let excess = problem.value(&x) - problem.value(&best);
        law.require(excess <= 1e-6, || format!("on {}: F is {excess:e} above the minimum", problem.name))?;
    }
    Ok(())
}
