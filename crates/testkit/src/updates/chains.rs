//! How rules compose: chains associate, masks spare the rest, metrics are diagonal.

use thalweg_core::{Context, Elementwise, Fused, Layout, Par, Real, Tensor, Update};

use super::{Subject, difference, tensors};
use crate::violation::Verdict;

/// u ← cu with the metric |c|: what the laws put around a rule.
#[derive(Copy, Clone)]
struct Scale(f64);

impl<T: Real> Elementwise<T> for Scale {
    type Slots = ();
    type Constants = T;
    fn constants(&self, _: &Context<'_, T>, _: &Tensor) -> T {
        T::of(self.0)
    }
    #[inline(always)]
    fn apply(c: &T, u: T, _: T, (): &mut ()) -> T {
        *c * u
    }
    #[inline(always)]
    fn metric(c: &T, (): &()) -> T {
        c.abs()
    }
}

/// Reads the metric of the chain before it: u ← u·d.
#[derive(Copy, Clone)]
struct Probe;

impl Update<f64> for Probe {
    type State = ();
    fn init(&self, _: &Layout) -> thalweg_core::Result<()> {
        Ok(())
    }
    fn update(
        &self,
        u: &mut [f64],
        _: &[f64],
        (): &mut (),
        context: &Context<'_, f64>,
    ) -> Result<(), thalweg_core::Halt> {
        thalweg_core::Metric::scale(context, 0..u.len(), u);
        Ok(())
    }
}

/// (a, (rule, b)), ((a, rule), b) and (a, rule, b) take the same steps, to the bit, and show the same metric to what follows.
///
/// # Errors
/// The violation.
pub fn chains_associate<U: Update<f64> + Copy>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("chains-associate");
    let (a, rule, b) = (Fused(Scale(0.5)), *subject.rule, Fused(Scale(0.25)));
    let end = |chain: &dyn Fn() -> Result<Vec<f64>, crate::Violation>| chain();
    let flat = end(&|| walk(subject, &(a, rule, b, Probe)))?;
    let left = end(&|| walk(subject, &((a, rule), (b, Probe))))?;
    let right = end(&|| walk(subject, &(a, (rule, (b, Probe)))))?;
    for (how, other) in [("to the left", left), ("to the right", right)] {
        if let Some(difference) = difference(&flat, &other) {
            return law.broken(format!("without parentheses and with them {how}, {difference}"));
        }
    }
    Ok(())
}

fn walk<U: Update<f64>>(subject: &Subject<'_, impl Sized>, rule: &U) -> Result<Vec<f64>, crate::Violation> {
    let chain = Subject { name: subject.name, rule, rate: Some(0.01) };
    let law = chain.law("chains-associate");
    let mut run = chain.run::<f64>(&law, &tensors(), Par::Seq)?;
    run.walk(&law, 6)?;
    Ok(run.p)
}

/// Restricted to a tensor, a rule leaves the vector's other entries and their metric untouched to the bit, and does on that tensor what it
/// does on it alone.
///
/// # Errors
/// The violation.
pub fn masks_spare_the_rest<U: Update<f64> + Copy>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("masks-spare-the-rest");
    let masked = subject.rule.on(|tensor: &Tensor| tensor.name == "first");
    let (layout, alone) = (tensors(), Layout::flat(45));
    let chosen = layout.tensors()[1].range.clone();
    let mut state = law.expect("init", masked.init(&layout))?;
    let mut alone_state = law.expect("init", subject.rule.init(&alone))?;
    let p: Vec<f64> = (0..layout.len()).map(|j| (j % 9) as f64 - 4.5).collect();
    for step in 0..5 {
        let before: Vec<f64> = (0..layout.len()).map(|j| (j % 4) as f64 - 1.3 + step as f64).collect();
        let (mut u, mut expected) = (before.clone(), before.clone());
        let context = Context { loss: Some(1.5), ..Context::new(step, &layout).with_par(Par::Seq) };
        law.expect("update", masked.update(&mut u, &p, &mut state, &context))?;
        let alone_context = Context { loss: Some(1.5), ..Context::new(step, &alone).with_par(Par::Seq) };
        let (part, q) = (&mut expected[chosen.clone()], &p[chosen.clone()]);
        law.expect("update", subject.rule.update(part, q, &mut alone_state, &alone_context))?;
        let (mut d, mut expected_d) = (vec![1.0; u.len()], vec![1.0; u.len()]);
        masked.metric(&state, &context, 0..u.len(), &mut d);
        let part = &mut expected_d[chosen.clone()];
        subject.rule.metric(&alone_state, &alone_context, 0..part.len(), part);
        for (what, found, expected) in [("vector", &u, &expected), ("metric", &d, &expected_d)] {
            if let Some(difference) = difference(found, expected) {
                return law.broken(format!(
                    "at step {step} restricted to {chosen:?} and as it should be, of the {what} {difference}"
                ));
            }
        }
    }
    Ok(())
}

/// The metric is positive and finite, multiplies what it is given, and is the same asked for in pieces.
///
/// # Errors
/// The violation.
pub fn metrics_are_diagonal<U: Update<f64>>(subject: &Subject<'_, U>) -> Verdict {
    let law = subject.law("metrics-are-diagonal");
    let mut run = subject.run::<f64>(&law, &tensors(), Par::Seq)?;
    for step in 0..4 {
        run.walk(&law, 1)?;
        // The metric is that of the step just made.
        let context = Context::new(step, &run.layout).with_par(Par::Seq);
        let n = run.p.len();
        let metric = |range: std::ops::Range<usize>, first: f64| {
            let mut out = vec![first; range.len()];
            subject.rule.metric(&run.state, &context, range, &mut out);
            out
        };
        let whole = metric(0..n, 1.0);
        if let Some(at) = whole.iter().position(|d| !(d.is_finite() && *d > 0.0)) {
            return law.broken(format!("at step {step} entry {at} is {:e}", whole[at]));
        }
        let pieces =
            [metric(0..1, 1.0), metric(1..37, 1.0), metric(37..37, 1.0), metric(37..n, 1.0)].concat();
        let doubled: Vec<f64> = metric(0..n, 2.0).iter().map(|d| 0.5 * d).collect();
        for (what, other) in [("in pieces", pieces), ("times 2", doubled)] {
            if let Some(difference) = difference(&whole, &other) {
                return law.broken(format!("at step {step}, whole and {what}, {difference}"));
            }
        }
    }
    Ok(())
}
