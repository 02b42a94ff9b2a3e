//! Deliberately wrong rules break the law that forbids what they do, by name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use core::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use thalweg_core::{
    Archive, Checkpoint, Context, Elementwise, Fused, Halt, Layout, Real, Result, Tensor, Update, visit_slice,
};
use thalweg_testkit::{Verdict, updates};
use updates::Subject;

fn breaks(law: &str, verdict: Verdict) {
    let violation = verdict.expect_err(law);
    assert_eq!(violation.law, law, "{violation}");
    assert!(violation.to_string().contains(law) && !violation.evidence.is_empty());
}

/// Momentum with a fixed learning rate, and one fault.
#[derive(Copy, Clone)]
struct Faulty(Fault);

#[derive(Copy, Clone, PartialEq)]
enum Fault {
    None,
    /// Saves nothing.
    Forgets,
    /// Adds another step than it shows.
    Hurries,
    /// Its bits depend on the pool.
    Threads,
    /// Indexes with what may be NaN.
    Panics,
    /// Moves without a gradient.
    Drifts,
    /// Checks no lengths.
    Careless,
    /// Goes up.
    Climbs,
    /// Another rate in f32.
    Narrow,
    /// Reads how deep in a chain it stands.
    Nested,
    /// Depends on where a tensor is called what.
    Named,
    /// A metric that is not the product of pieces.
    Metric,
}

struct State<T> {
    b: Vec<T>,
    forgets: bool,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        if self.forgets { Ok(()) } else { visit_slice(archive, "b", &mut self.b) }
    }
}

impl<T: Real> Update<T> for Faulty {
    type State = State<T>;
    fn init(&self, layout: &Layout) -> Result<State<T>> {
        Ok(State { b: vec![T::ZERO; layout.len()], forgets: self.0 == Fault::Forgets })
    }
    fn update(&self, u: &mut [T], p: &[T], s: &mut State<T>, context: &Context<'_, T>) -> Result<(), Halt> {
        if self.0 != Fault::Careless {
            context.check(u, p)?;
        }
        let mut lr = 0.05;
        match self.0 {
            Fault::Climbs => lr = -0.05,
            Fault::Narrow if T::NAME == "f32" => lr = 0.06,
            Fault::Nested if context.metric.is_some() => {
                // Not the metric, but how often the rule was asked.
                static ASKED: AtomicU64 = AtomicU64::new(0);
                lr = 0.001 * (ASKED.fetch_add(1, Ordering::Relaxed) % 7 + 1) as f64;
            }
            Fault::Named if context.layout.tensors().iter().any(|t| t.name == "parameters") => lr = 0.04,
            Fault::Threads => lr = 0.05 + 1e-9 * thalweg_core::par::threads() as f64,
            _ => {}
        }
        for (u, b) in u.iter_mut().zip(&mut s.b) {
            *b = T::of(0.5) * *b + *u;
            *u = T::of(-lr) * *b;
            if self.0 == Fault::Panics {
                assert!(!b.is_nan(), "NaN");
            }
            if self.0 == Fault::Drifts {
                *u += T::of(1e-3);
            }
        }
        Ok(())
    }
    fn advance(
        &self,
        p: &mut [T],
        u: &mut [T],
        s: &mut State<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        self.update(u, p, s, context)?;
        let hurry = if self.0 == Fault::Hurries { T::of(1.0 + 1e-12) } else { T::ONE };
        p.iter_mut().zip(u).for_each(|(p, u)| *p += hurry * *u);
        Ok(())
    }
    fn metric(&self, _: &State<T>, _: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
        let d = if self.0 == Fault::Metric { T::of(range.len() as f64) } else { T::of(0.05) };
        out.iter_mut().for_each(|out| *out *= d);
    }
}

#[test]
fn wrong_rules_are_found() {
    let check =
        |fault, law: fn(&Subject<'_, Faulty>) -> Verdict| law(&Subject::complete("faulty", &Faulty(fault)));
    check(Fault::None, updates::all).unwrap();
    breaks("states-resume", check(Fault::Forgets, updates::all));
    breaks("advancing-is-updating", check(Fault::Hurries, updates::all));
    breaks("threads-do-not-matter", check(Fault::Threads, updates::threads_do_not_matter));
    breaks("nonfinite-gradients-are-survived", check(Fault::Panics, updates::all));
    breaks("zero-gradients-stay", check(Fault::Drifts, updates::all));
    breaks("sizes-are-checked", check(Fault::Careless, updates::all));
    breaks("quadratics-are-descended", check(Fault::Climbs, updates::all));
    breaks("single-precision-agrees", check(Fault::Narrow, updates::all));
    breaks("chains-associate", check(Fault::Nested, updates::all));
    breaks("masks-spare-the-rest", check(Fault::Named, updates::all));
    breaks("metrics-are-diagonal", check(Fault::Metric, updates::metrics_are_diagonal));
}

/// An elementwise rule whose slots another entry sees would need unsafe code; one whose metric vanishes does not.
#[derive(Copy, Clone)]
struct Vanishing;

impl<T: Real> Elementwise<T> for Vanishing {
    type Slots = ();
    type Constants = ();
    fn constants(&self, _: &Context<'_, T>, _: &Tensor) {}
    #[inline(always)]
    fn apply((): &(), u: T, _: T, (): &mut ()) -> T {
        T::of(-0.05) * u
    }
    #[inline(always)]
    fn metric((): &(), (): &()) -> T {
        T::ZERO
    }
}

#[test]
fn a_vanishing_metric_is_found() {
    let rule = Fused(Vanishing);
    breaks("metrics-are-diagonal", updates::all(&Subject::complete("vanishing", &rule)));
}
