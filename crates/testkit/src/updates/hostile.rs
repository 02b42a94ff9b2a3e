//! Gradients and sizes that a rule does not like.

use std::panic::{AssertUnwindSafe, catch_unwind};

use thalweg_core::{Context, Halt, Layout, Par, Update};

use super::{Subject, bits, tensors};
use crate::violation::Verdict;

/// A gradient with a NaN or an infinity gives a halt or is passed on; nothing panics.
///
/// # Errors
/// The violation.
pub fn nonfinite_gradients_are_survived<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("nonfinite-gradients-are-survived");
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for warm in [0, 3] {
            let mut run = subject.run::<f64>(&law, &tensors(), Par::Seq)?;
            run.walk(&law, warm)?;
            run.u.fill(1.0);
            run.u[50] = bad;
            let outcome = catch_unwind(AssertUnwindSafe(|| run.finish()));
            let Ok(outcome) = outcome else {
                return law.broken(format!("a gradient entry of {bad} panics at step {warm}"));
            };
            let named = !matches!(outcome, Err(Halt::Input(_) | Halt::Budget | Halt::Interrupted));
            law.require(named, || format!("a gradient entry of {bad} ends in {outcome:?}"))?;
        }
    }
    Ok(())
}

/// From parameters 0, a gradient of 0 moves nothing.
///
/// # Errors
/// The violation.
pub fn zero_gradients_stay<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("zero-gradients-stay");
    let mut run = subject.run::<f64>(&law, &tensors(), Par::Seq)?;
    run.p.fill(0.0);
    for step in 0..5 {
        run.u.fill(0.0);
        law.expect("a step", run.finish())?;
        let moved = run.p.iter().position(|p| *p != 0.0);
        law.require(moved.is_none(), || {
            format!("at step {step} entry {moved:?} moves to {:?}", moved.map(|j| run.p[j]))
        })?;
    }
    Ok(())
}

/// No entries, one, and numbers around every block size are served; each entry's bits are those of a vector that ends with it, where the
/// rule has no norm over all; lengths that differ from the layout's are refused, not panicked at.
///
/// # Errors
/// The violation.
pub fn sizes_are_checked<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("sizes-are-checked");
    let end = |n: usize| {
        let run = catch_unwind(AssertUnwindSafe(|| {
            let mut run = subject.run::<f64>(&law, &Layout::flat(n), Par::Seq)?;
            run.walk(&law, 3)?;
            Ok(run.p)
        }));
        run.unwrap_or_else(|_| Err(law.violation(format!("{n} entries panic"))))
    };
    let long = end(100)?;
    for n in [0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65] {
        let short = end(n)?;
        let same = U::NEEDS.global_norm || bits(&short) == bits(&long[..n]);
        law.require(same, || format!("of {n} entries some differ from the first {n} of 100"))?;
    }
    let layout = Layout::flat(8);
    for (u, p) in [(7, 8), (8, 7), (9, 9)] {
        let (mut u, p) = (vec![1.0; u], vec![1.0; p]);
        let mut state = law.expect("init", subject.rule.init(&layout))?;
        let context = Context::new(0, &layout).with_par(Par::Seq);
        let outcome =
            catch_unwind(AssertUnwindSafe(|| subject.rule.update(&mut u, &p, &mut state, &context)));
        law.require(matches!(outcome, Ok(Err(Halt::Input(_)))), || {
            format!("a layout of 8, a vector of {} and {} parameters are not refused", u.len(), p.len())
        })?;
    }
    Ok(())
}
