//! Budgets are never exceeded.

use thalweg_core::{Budget, Driver, Status};

use super::spy::Spy;
use super::{Subject, problems};
use crate::violation::Verdict;

/// For every limit from 1 to 20 at most that many evaluations reach the objective, exactly that many if the run ends for want of more;
/// and for every limit on iterations no more are made.
///
/// # Errors
/// The violation.
pub fn budgets_are_kept(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("budgets-are-kept");
    for (name, mut problem) in problems::<f64>() {
        let x0 = problem.start();
        for limit in 1..=20 {
            let budget = Budget { iterations: None, evaluations: Some(limit), time: None };
            let mut spy = Spy::new(&mut *problem);
            let solution = subject.solve(&law, &mut Driver::new().budget(budget), &mut spy, &x0)?;
            let seen = spy.evaluations;
            let kept = seen <= limit && seen == solution.counts.total();
            let used_up = solution.status != Status::Budget || seen == limit;
            law.require(kept && used_up, || {
                format!(
                    "on {name} with a limit of {limit}: {seen} evaluations, {} counted, {}",
                    solution.counts.total(),
                    solution.status
                )
            })?;
            let solution = subject.solve(&law, &mut Driver::new().iterations(limit), &mut *problem, &x0)?;
            law.require(solution.iterations <= limit, || {
                format!("on {name} with a limit of {limit} iterations: {}", solution.iterations)
            })?;
        }
    }
    Ok(())
}
