//! The same run gives the same bits, again and on any number of threads.

use thalweg_core::par::with_threads;
use thalweg_core::{Driver, Par, Solution};

use super::{Subject, problems};
use crate::fixtures::Logistic;
use crate::violation::Verdict;

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
    for (name, mut problem) in problems::<f64>() {
        let x0 = problem.start();
        let first = subject.solve(&law, &mut Driver::new(), &mut *problem, &x0)?;
        let second = subject.solve(&law, &mut Driver::new(), &mut *problem, &x0)?;
        law.require(fingerprint(&first) == fingerprint(&second), || {
            format!("on {name} two runs end at {:?} and {:?}", first.x, second.x)
        })?;
    }
    Ok(())
}

/// A run saved after every step and resumed from any of them ends with the bits of one that was never stopped.
///
/// # Errors
/// The violation.
pub fn runs_resume(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("runs-resume");
    for (name, mut problem) in problems::<f64>() {
        let x0 = problem.start();
        let mut saved: Vec<Vec<u8>> = Vec::new();
        let mut save = |bytes: &[u8]| {
            saved.push(bytes.to_vec());
            Ok(())
        };
        let mut driver = Driver::new().iterations(12).checkpoint(1, &mut save);
        let whole = subject.solve(&law, &mut driver, &mut *problem, &x0)?;
        drop(driver);
        law.require(saved.len() as u64 == whole.iterations, || {
            format!("on {name} {} checkpoints of {} steps", saved.len(), whole.iterations)
        })?;
        for (step, bytes) in saved.iter().enumerate() {
            let mut driver = Driver::new().iterations(12).resume(bytes);
            let resumed = subject.solve(&law, &mut driver, &mut *problem, &x0)?;
            law.require(fingerprint(&resumed) == fingerprint(&whole), || {
                format!("on {name}, resumed after step {}: {:?}, not {:?}", step + 1, resumed.x, whole.x)
            })?;
        }
    }
    Ok(())
}

/// On a logistic regression over many blocks of rows, 1, 2 and 7 threads and no pool at all give the same bits.
///
/// # Errors
/// The violation.
pub fn threads_do_not_matter(subject: &Subject<'_, f64>) -> Verdict {
    let law = subject.law("threads-do-not-matter");
    let data = Logistic::new(5003, 6, 3);
    let run = |par: Par| -> Result<(Vec<u64>, u64, u64, u64), crate::Violation> {
        let outcome = data.with(par, |smooth| {
            (subject.run)(&mut Driver::new().iterations(12), smooth, &vec![0.0; data.dim()])
        });
        let solution = law.expect("the run", law.expect("the data", outcome)?)?;
        Ok(fingerprint(&solution))
    };
    let reference = run(Par::Seq)?;
    for threads in [1, 2, 7] {
        let found = law.expect("threads", with_threads(threads, || run(Par::Rayon)))??;
        law.require(found == reference, || {
            format!("{threads} threads end in other bits: {found:?}, sequentially {reference:?}")
        })?;
    }
    Ok(())
}
