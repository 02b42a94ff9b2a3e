//! The same run gives the same bits, again and on any number of threads.

use thalweg_core::par::with_threads;
use thalweg_core::{Driver, Par, Penalised, Solution};

use super::problem::problems;
use super::{Problem, Subject};
use crate::violation::{Verdict, Violation};

/// What must not change: point, value, iterations and evaluations.
fn fingerprint(solution: &Solution<f64>) -> (Vec<u64>, u64, u64, u64) {
    let x = solution.x.iter().map(|v| v.to_bits()).collect();
    (x, solution.value.to_bits(), solution.iterations, solution.counts.total())
}

/// Two runs on the same problem agree to the bit.
///
/// # Errors
/// The violation.
pub fn runs_repeat(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("runs-repeat");
    for problem in problems() {
        let first = subject.solve(&law, &mut Driver::new(), &problem)?;
        let second = subject.solve(&law, &mut Driver::new(), &problem)?;
        law.require(fingerprint(&first) == fingerprint(&second), || {
            format!("on {} two runs end at {:?} and {:?}", problem.name, first.x, second.x)
        })?;
    }
    Ok(())
}

/// Over many blocks of rows and many columns, 1, 2 and 7 threads and no pool at all give the same bits.
///
/// # Errors
/// The violation.
pub fn threads_do_not_matter(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("threads-do-not-matter");
    let large = [
        Problem::synthetic("long logistic", 5003, 40, true, 1.0, 0.02),
        Problem::synthetic("wide lasso", 700, 300, false, 0.9, 0.05),
    ];
    for problem in large {
        let x0 = vec![0.0; problem.dim()];
        let run = |par: Par| -> Result<(Vec<u64>, u64, u64, u64), Violation> {
            let outcome = problem.with(par, |objective: &mut Penalised<'_, f64>| {
                (subject.run)(&mut Driver::new().iterations(6), objective, &x0)
            });
            let solution = law.expect("the run", law.expect("the data", outcome)?)?;
            Ok(fingerprint(&solution))
        };
        let reference = run(Par::Seq)?;
        for threads in [1, 2, 7] {
            let found = law.expect("threads", with_threads(threads, || run(Par::Rayon)))??;
            law.require(found == reference, || {
                format!(
                    "on {} {threads} threads end in other bits: {found:?}, not {reference:?}",
                    problem.name
                )
            })?;
        }
    }
    Ok(())
}
