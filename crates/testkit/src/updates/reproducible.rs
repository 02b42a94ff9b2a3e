//! The same steps give the same bits: after a restore, on any number of threads, and whether or not they are added on the way; and none
//! allocates.

use thalweg_core::par::with_threads;
use thalweg_core::{Context, Layout, Par, Update, load, save};

use super::{Subject, difference, tensors};
use crate::alloc::CountingAllocator;
use crate::violation::Verdict;

/// Saved after 0, 1, 2 and 5 steps, restored into a fresh state and continued, a rule takes the steps of one that was never interrupted;
/// bytes of another length are refused.
///
/// # Errors
/// The violation.
pub fn states_resume<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("states-resume");
    for warm in [0, 1, 2, 5] {
        let mut run = subject.run::<f64>(&law, &tensors(), Par::Seq)?;
        run.walk(&law, warm)?;
        let bytes = law.expect("save", save(&mut run.state))?;
        let mut copy = subject.run::<f64>(&law, &tensors(), Par::Seq)?;
        law.expect("load", load(&mut copy.state, &bytes))?;
        (copy.p, copy.step) = (run.p.clone(), run.step);
        for step in 0..6 {
            run.walk(&law, 1)?;
            copy.walk(&law, 1)?;
            if let Some(difference) = difference(&run.p, &copy.p) {
                return law.broken(format!(
                    "restored after {warm} steps, at step {step} without and with the restore {difference}"
                ));
            }
        }
        let long = [&bytes[..], &[0]].concat();
        law.require(load(&mut copy.state, &long).is_err(), || "bytes too long are accepted".to_owned())?;
    }
    Ok(())
}

/// `advance` leaves the parameters of `update` followed by p ← p + u, to the bit.
///
/// # Errors
/// The violation.
pub fn advancing_is_updating<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("advancing-is-updating");
    let mut run = subject.run::<f64>(&law, &tensors(), Par::Seq)?;
    let mut other = law.expect("init", subject.rule.init(&run.layout))?;
    for step in 0..8 {
        let gradient: Vec<f64> = run.p.iter().enumerate().map(|(j, p)| p - (j % 3) as f64).collect();
        let mut u = gradient.clone();
        let mut p = run.p.clone();
        let context = Context { loss: Some(1.5), ..Context::new(step, &run.layout).with_par(Par::Seq) };
        law.expect("update", subject.rule.update(&mut u, &run.p, &mut other, &context))?;
        run.u.copy_from_slice(&gradient);
        law.expect("advance", subject.rule.advance(&mut p, &mut run.u, &mut run.state, &context))?;
        run.p.iter_mut().zip(&u).for_each(|(p, u)| *p += u);
        if let Some(difference) = difference(&run.p, &p) {
            return law.broken(format!("at step {step} by update and by advance {difference}"));
        }
    }
    Ok(())
}

/// The parameters to evaluate are those stepped before the first step, the same asked for twice, and the same after a restore.
///
/// # Errors
/// The violation.
pub fn views_follow_the_state<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("views-follow-the-state");
    let mut run = subject.run::<f64>(&law, &tensors(), Par::Seq)?;
    for step in 0..8 {
        let bytes = law.expect("save", save(&mut run.state))?;
        let mut copy = subject.run::<f64>(&law, &tensors(), Par::Seq)?;
        law.expect("load", load(&mut copy.state, &bytes))?;
        let (mut view, mut again, mut restored) = (run.p.clone(), run.p.clone(), run.p.clone());
        subject.rule.evaluation_view(&mut run.state, &mut view);
        subject.rule.evaluation_view(&mut run.state, &mut again);
        subject.rule.evaluation_view(&mut copy.state, &mut restored);
        let first = if step == 0 { &run.p } else { &view };
        for (what, other) in [("before any step", first), ("twice", &again), ("restored", &restored)] {
            if let Some(difference) = difference(&view, other) {
                return law.broken(format!("at step {step}, of the view as it is and {what}, {difference}"));
            }
        }
        law.require(view.iter().all(|v| v.is_finite()), || format!("at step {step} a view is not finite"))?;
        run.walk(&law, 1)?;
    }
    Ok(())
}

/// On a vector of several chunks, 1, 2 and 7 threads and no pool at all give the same bits.
///
/// # Errors
/// The violation.
pub fn threads_do_not_matter<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("threads-do-not-matter");
    let mut layout = Layout::default();
    layout.push("intercept", &[1]);
    layout.push("coefficients", &[100_003]);
    layout.push("weights", &[90, 50]);
    let end = |par| {
        let mut run = subject.run::<f64>(&law, &layout, par)?;
        run.walk(&law, 4)?;
        Ok(run.p)
    };
    let reference = end(Par::Seq)?;
    for threads in [1, 2, 7] {
        let found = law.expect("threads", with_threads(threads, || end(Par::Rayon)))??;
        if let Some(difference) = difference(&reference, &found) {
            return law.broken(format!("sequentially and with {threads} threads {difference}"));
        }
    }
    Ok(())
}

/// After one warm-up step, five further ones allocate nothing on any thread. The test needs a process of its own.
///
/// # Errors
/// The violation.
pub fn steps_allocate_nothing<U: Update<f64>>(
    subject: &Subject<'_, U>,
    par: Par,
    allocator: &CountingAllocator,
) -> Verdict {
    let law = subject.law("steps-allocate-nothing");
    let mut layout = Layout::flat(40_000);
    layout.push("weights", &[40, 30]);
    let mut run = subject.run::<f64>(&law, &layout, par)?;
    run.walk(&law, 1)?;
    for step in 1..=5 {
        let before = allocator.allocations();
        let outcome = run.step();
        let count = allocator.allocations() - before;
        law.expect("a step", outcome)?;
        law.require(count == 0, || format!("step {step} after the warm-up allocates {count} times"))?;
    }
    Ok(())
}
