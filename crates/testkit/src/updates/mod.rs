//! Laws of stepwise rules. Each is a function over a [`Subject`]; [`update_laws!`](crate::update_laws) turns them into tests.
//!
//! The problem behind them is the convex quadratic ½ Σ cⱼ (pⱼ − aⱼ)² with its exact gradient, so that everything is known.

use thalweg_core::{Context, Halt, Layout, Par, Real, Update};

use crate::violation::{Law, Verdict, Violation};

mod chains;
mod hostile;
mod reproducible;
mod solves;

pub use chains::{chains_associate, masks_spare_the_rest, metrics_are_diagonal};
pub use hostile::{nonfinite_gradients_are_survived, sizes_are_checked, zero_gradients_stay};
pub use reproducible::{
    advancing_is_updating, states_resume, steps_allocate_nothing, threads_do_not_matter,
    views_follow_the_state,
};
pub use solves::{quadratics_are_descended, single_precision_agrees};

/// A rule under test.
#[derive(Copy, Clone, Debug)]
pub struct Subject<'a, U> {
    /// The name violations are reported under.
    pub name: &'a str,
    /// The rule.
    pub rule: &'a U,
    /// The learning rate of a rule that has none of its own: the laws then multiply what it leaves by minus this.
    pub rate: Option<f64>,
}

impl<'a, U> Subject<'a, U> {
    /// A rule that is complete: what it leaves is the step.
    pub fn complete(name: &'a str, rule: &'a U) -> Self {
        Self { name, rule, rate: None }
    }

    /// A part of a rule, without learning rate.
    pub fn part(name: &'a str, rule: &'a U, rate: f64) -> Self {
        Self { name, rule, rate: Some(rate) }
    }

    fn law(&self, name: &'static str) -> Law<'_> {
        Law { name, item: self.name }
    }

    /// A run of the rule from the start of the quadratic with these tensors.
    fn run<T: Real>(&self, law: &Law<'_>, layout: &Layout, par: Par) -> Result<Run<'a, T, U>, Violation>
    where
        U: Update<T>,
    {
        let n = layout.len();
        let state = law.expect("init", self.rule.init(layout))?;
        let (rule, rate) = (self.rule, self.rate);
        let (p, u) = ((0..n).map(|j| T::of(start(j))).collect(), vec![T::ZERO; n]);
        Ok(Run { rule, rate, layout: layout.clone(), par, p, u, state, step: 0 })
    }
}

/// Curvature, minimum and start of coordinate j; dyadic, so that f32 holds them.
fn curvature(j: usize) -> f64 {
    0.25 + (j % 7) as f64 / 4.0
}
fn target(j: usize) -> f64 {
    (j % 5) as f64 / 2.0 - 1.0
}
fn start(j: usize) -> f64 {
    target(j) + 2.0 - (j % 3) as f64 * 1.5
}

/// ½ Σ c (p − a)².
fn value<T: Real>(p: &[T]) -> f64 {
    p.iter().enumerate().map(|(j, p)| 0.5 * curvature(j) * (p.to_f64() - target(j)).powi(2)).sum()
}

/// A rule on its way down the quadratic.
struct Run<'a, T: Real, U: Update<T>> {
    rule: &'a U,
    rate: Option<f64>,
    layout: Layout,
    par: Par,
    p: Vec<T>,
    u: Vec<T>,
    state: U::State,
    step: u64,
}

impl<T: Real, U: Update<T>> Run<'_, T, U> {
    /// One step with the quadratic's gradient.
    fn step(&mut self) -> Result<(), Halt> {
        for (j, (u, p)) in self.u.iter_mut().zip(&self.p).enumerate() {
            *u = T::of(curvature(j)) * (*p - T::of(target(j)));
        }
        self.finish()
    }

    /// One step with what `u` holds.
    fn finish(&mut self) -> Result<(), Halt> {
        let loss = Some(T::of(value(&self.p)));
        let context = Context { loss, ..Context::new(self.step, &self.layout).with_par(self.par) };
        match self.rate {
            None => self.rule.advance(&mut self.p, &mut self.u, &mut self.state, &context)?,
            Some(rate) => {
                self.rule.update(&mut self.u, &self.p, &mut self.state, &context)?;
                for (p, u) in self.p.iter_mut().zip(&self.u) {
                    *p -= T::of(rate) * *u;
                }
            }
        }
        self.step += 1;
        Ok(())
    }

    /// `count` steps that must not halt.
    fn walk(&mut self, law: &Law<'_>, count: usize) -> Verdict {
        (0..count).try_for_each(|_| law.expect("a step", self.step()))
    }
}

fn bits<T: Real>(values: &[T]) -> Vec<u64> {
    values.iter().map(|v| v.to_f64().to_bits()).collect()
}

/// The first index at which two slices differ in a bit, with both values.
fn difference<T: Real>(a: &[T], b: &[T]) -> Option<String> {
    let at = bits(a).iter().zip(&bits(b)).position(|(a, b)| a != b)?;
    Some(format!("entry {at} is {:e} and {:e}", a[at], b[at]))
}

/// Three tensors, none of which ends on a block of slots; the last is a matrix.
fn tensors() -> Layout {
    let mut layout = Layout::default();
    layout.push("intercept", &[1]);
    layout.push("first", &[45]);
    layout.push("second", &[10, 7]);
    layout
}

/// Every law but that of allocations, which needs a process of its own; the first that is broken.
///
/// # Errors
/// The violation.
pub fn all<U: Update<f64> + Update<f32> + Copy>(subject: &Subject<'_, U>) -> Verdict {
    states_resume(subject)?;
    advancing_is_updating(subject)?;
    threads_do_not_matter(subject)?;
    nonfinite_gradients_are_survived(subject)?;
    zero_gradients_stay(subject)?;
    sizes_are_checked(subject)?;
    quadratics_are_descended(subject)?;
    single_precision_agrees(subject)?;
    chains_associate(subject)?;
    masks_spare_the_rest(subject)?;
    metrics_are_diagonal(subject)?;
    views_follow_the_state(subject)
}
