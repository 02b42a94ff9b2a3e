//! Rules go down, in both precisions.

use thalweg_core::{Layout, Par, Update};

use super::{Subject, value};
use crate::violation::Verdict;

/// On a convex quadratic with exact gradients, 300 steps leave less than half of the value, and no value is ever above the start's tenfold.
///
/// # Errors
/// The violation.
pub fn quadratics_are_descended<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("quadratics-are-descended");
    let mut run = subject.run::<f64>(&law, &Layout::flat(40), Par::Seq)?;
    let first = value(&run.p);
    for step in 0..300 {
        run.walk(&law, 1)?;
        let now = value(&run.p);
        law.require(now <= 10.0 * first, || format!("from {first:e} it climbs to {now:e} at step {step}"))?;
    }
    let last = value(&run.p);
    law.require(last <= 0.5 * first, || format!("after 300 steps {first:e} has become {last:e}"))
}

/// Twenty steps in f32 end within 1e-4 of those in f64.
///
/// # Errors
/// The violation.
pub fn single_precision_agrees<U: Update<f64> + Update<f32>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("single-precision-agrees");
    let layout = Layout::flat(40);
    let mut wide = subject.run::<f64>(&law, &layout, Par::Seq)?;
    let mut narrow = subject.run::<f32>(&law, &layout, Par::Seq)?;
    wide.walk(&law, 20)?;
    narrow.walk(&law, 20)?;
    for (j, (a, b)) in wide.p.iter().zip(&narrow.p).enumerate() {
        let b = f64::from(*b);
        law.require((a - b).abs() <= 1e-4 * a.abs().max(1.0), || {
            format!("entry {j} is {a:e} in f64 and {b:e} in f32")
        })?;
    }
    Ok(())
}
