//! [`checkpoint`]: a part of the function that is not recorded but run again in the reverse sweep.
//!
//! Memory is that of the arguments and, during the sweep, of one such part at a time; the cost is one more evaluation of it. The gradient has
//! the bits of the one without checkpoints, because the sweep over the part goes on from the adjoints as they are. (Unless a result is an argument or
//! another result unchanged: then sums are taken in another order.)
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapter 12; Volin and Ostrovskii (1985).

use thalweg_core::Result;

use super::call::{Arguments, Pullback, Scratch, call};
use super::{Tape, Var};
use crate::function::ScalarOrd;

/// The `results` numbers that `f` writes to its second argument, differentiated by running `f` again when the sweep reaches it.
///
/// `f` must do the same each time it runs, and reads variables from its first argument only. It may hold checkpoints itself.
///
/// ```
/// use thalweg_autodiff::{Scalar, Tape, tape};
/// let mut tape = Tape::<f64>::new();
/// let mut g = [0.0];
/// // x ↦ sin x, a hundred times ten times: ten results are kept, not a thousand.
/// tape.gradient(
///     &[1.0],
///     |x| {
///         let mut y = x[0];
///         for _ in 0..10 {
///             y = tape::checkpoint(|x, y| y[0] = (0..100).fold(x[0], |x, _| x.sin()), &[y], 1)[0];
///         }
///         y
///     },
///     &mut g,
/// )?;
/// assert_eq!(tape.len(), 1 + 10);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub fn checkpoint<'t, S: ScalarOrd>(
    f: impl for<'s> Fn(&[Var<'s, S>], &mut [Var<'s, S>]) + 'static,
    arguments: &[Var<'t, S>],
    results: usize,
) -> Vec<Var<'t, S>> {
    let saved: Vec<S> = arguments.iter().map(|x| x.value()).collect();
    // Constants are not recorded.
    let constants: Vec<Var<'_, S>> = saved.iter().map(|&x| Var::constant(x)).collect();
    let mut values = vec![Var::constant(S::of(0.0)); results];
    f(&constants, &mut values);
    call(arguments, values.into_iter().map(Var::value), saved, Checkpoint(f))
}

struct Checkpoint<F>(F);

impl<S: ScalarOrd, F: for<'s> Fn(&[Var<'s, S>], &mut [Var<'s, S>])> Pullback<S> for Checkpoint<F> {
    fn pull(
        &self,
        saved: &mut Vec<S>,
        arguments: &mut Arguments<'_, S>,
        results: &[S],
        scratch: &mut Scratch<S>,
    ) -> Result<()> {
        let values = arguments.variables(saved);
        let tape = scratch.get_or_insert_with(|| Box::new(Tape::new()));
        tape.record(values.iter().copied(), results.len(), |variables, y| {
            self.0(&arguments.of(variables, saved), y);
        })?;
        tape.start();
        tape.adjoints[..values.len()].copy_from_slice(arguments.adjoints);
        for (i, &adjoint) in results.iter().enumerate() {
            tape.seed(i, adjoint);
        }
        tape.sweep(values.len())?;
        arguments.adjoints.copy_from_slice(&tape.adjoints[..values.len()]);
        Ok(())
    }
}
