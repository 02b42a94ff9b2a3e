//! Laws of composite solvers. A [`Subject`] is anything that runs under the driver on a penalised linear model; the laws of states and
//! memory, which need the minimiser itself, are those of [`minimizers::steps`](crate::minimizers::steps), which any objective serves.

use thalweg_core::{Driver, LinearComposite, Par, Penalised, Real, Result, Solution, stop};

use crate::violation::{Law, Verdict, Violation};

mod honest;
mod invariant;
mod known;
pub mod problem;
mod reproducible;
mod spy;

pub use honest::{
    budgets_are_kept, certificates_are_honest, single_precision_works, solutions_are_what_they_say,
};
pub use invariant::{
    intercepts_are_not_penalised, offsets_are_part_of_the_predictor, weights_are_repeated_rows,
};
pub use known::{known_answers, starts_at_the_minimum_stop, zeros_are_exact};
pub use problem::Problem;
pub use reproducible::{runs_repeat, threads_do_not_matter};

/// Runs a composite solver under a driver; what `thalweg-optimizers` lists in its `COMPOSITE`.
pub type Run<T> = dyn for<'d, 'o> Fn(&mut Driver<'d>, &'o mut (dyn LinearComposite<T> + 'o), &[T]) -> Result<Solution<T>>
    + Sync;

/// A composite solver under test, in one precision.
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

    /// A run from 0 that must not be refused.
    fn solve(
        &self,
        law: &Law<'_>,
        driver: &mut Driver<'_>,
        problem: &Problem,
    ) -> Result<Solution<T>, Violation> {
        self.solve_from(law, driver, problem, &vec![0.0; problem.dim()])
    }

    fn solve_from(
        &self,
        law: &Law<'_>,
        driver: &mut Driver<'_>,
        problem: &Problem,
        x0: &[f64],
    ) -> Result<Solution<T>, Violation> {
        let x0: Vec<T> = x0.iter().map(|x| T::of(*x)).collect();
        let run = |objective: &mut Penalised<'_, T>| (self.run)(driver, objective, &x0);
        law.expect("the run was refused", law.expect("the data", problem.with(Par::Rayon, run))?)
    }
}

/// Settings under which a sound method reaches the minimum to many digits.
fn patient<'d>() -> Driver<'d> {
    Driver::new().stop(stop::gradient_inf(1e-12)).iterations(50_000)
}

/// |aₖ − bₖ| ≤ tolerance · max(1, |bₖ|) for all k.
fn near(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * b.abs().max(1.0))
}

/// Every law of composite solvers that a run in double precision can show; the first that is broken.
///
/// # Errors
/// The violation.
pub fn all(subject: &Subject<'_, f64>) -> Verdict {
    known_answers(subject)?;
    zeros_are_exact(subject)?;
    starts_at_the_minimum_stop(subject)?;
    solutions_are_what_they_say(subject)?;
    certificates_are_honest(subject)?;
    budgets_are_kept(subject)?;
    intercepts_are_not_penalised(subject)?;
    weights_are_repeated_rows(subject)?;
    offsets_are_part_of_the_predictor(subject)?;
    runs_repeat(subject)?;
    threads_do_not_matter(subject)
}
