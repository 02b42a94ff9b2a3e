//! Laws of minimisers. A [`Subject`] is anything that runs under the driver on an objective with every derivative; [`steps`] holds the laws
//! of states and memory, which need the minimiser itself.

use thalweg_core::{Driver, Hessian, Objective, Real, Result, Solution};
use thalweg_problems::{CATALOGUE, MakeReal, Problem};

use crate::violation::{Law, Verdict, Violation};

mod budget;
mod hostile;
mod reproducible;
mod solves;
pub mod spy;
pub mod steps;

pub use budget::budgets_are_kept;
pub use hostile::{nonfinite_starts_are_named, regions_outside_are_left, unbounded_is_not_solved};
pub use reproducible::{runs_repeat, runs_resume, threads_do_not_matter};
pub use solves::{
    minima_are_reached, single_precision_works, solutions_are_what_they_say, starts_at_the_minimum_stop,
};

/// Runs a minimiser under a driver; what the catalogue of `thalweg-optimizers` holds for each of its items.
pub type Run<T> =
    dyn for<'d, 'o> Fn(&mut Driver<'d>, &'o mut (dyn Hessian<T> + 'o), &[T]) -> Result<Solution<T>> + Sync;

/// A minimiser under test, in one precision.
pub struct Subject<'a, T> {
    /// The name violations are reported under.
    pub name: &'a str,
    /// How to run it.
    pub run: &'a Run<T>,
}

impl<T: Real> Subject<'_, T> {
    fn law(&self, name: &'static str) -> Law<'_> {
        Law { name, item: self.name }
    }

    /// A run that must not be refused.
    fn solve<'o>(
        &self,
        law: &Law<'_>,
        driver: &mut Driver<'_>,
        objective: &'o mut (dyn Hessian<T> + 'o),
        x0: &[T],
    ) -> Result<Solution<T>, Violation> {
        law.expect("the run was refused", (self.run)(driver, objective, x0))
    }
}

/// Every problem of the catalogue with its defaults, and a few in one dimension.
fn problems<T: MakeReal>() -> Vec<(String, Box<dyn Problem<T>>)> {
    let defaults = CATALOGUE.iter().map(|entry| entry.name.to_owned());
    let extra = ["quadratic:n=1", "trigonometric:n=1", "rosenbrock:n=10"].map(str::to_owned);
    let all = defaults.chain(extra);
    all.filter_map(|text| Some((text.clone(), thalweg_problems::problem(&text).ok()?))).collect()
}

/// max |∇F(x)|, evaluated afresh.
fn gradient_inf<T: Real>(problem: &mut dyn Problem<T>, x: &[T]) -> f64 {
    let mut g = vec![T::ZERO; Objective::dim(problem)];
    match problem.value_gradient(x, &mut g) {
        Ok(_) => thalweg_core::vector::norm_inf(&g).to_f64(),
        Err(_) => f64::NAN,
    }
}

/// Every law that a run under the driver can show, in double precision; the first that is broken.
///
/// # Errors
/// The violation.
pub fn all(subject: &Subject<'_, f64>) -> Verdict {
    solutions_are_what_they_say(subject)?;
    minima_are_reached(subject)?;
    starts_at_the_minimum_stop(subject)?;
    budgets_are_kept(subject)?;
    nonfinite_starts_are_named(subject)?;
    regions_outside_are_left(subject)?;
    unbounded_is_not_solved(subject)?;
    runs_repeat(subject)?;
    runs_resume(subject)?;
    threads_do_not_matter(subject)
}
