//! Rules of your own: [`statement`] where the slopes are known, [`custom`] where the product with the transposed Jacobian is.

use thalweg_core::Result;

use super::Var;
use super::call::{Arguments, Pullback, Scratch, call};
use crate::function::ScalarOrd;

/// A number of the given value whose slopes in some variables are known: one record for each argument after the first, at least one.
///
/// ```
/// use thalweg_autodiff::{Tape, tape};
/// let mut g = [0.0; 2];
/// // The length of a vector, with its slopes x/|x|.
/// let y = Tape::<f64>::new().gradient(
///     &[3.0, 4.0],
///     |x| {
///         let length = x[0].value().hypot(x[1].value());
///         tape::statement(length, [(x[0], x[0].value() / length), (x[1], x[1].value() / length)])
///     },
///     &mut g,
/// )?;
/// assert_eq!((y, g), (5.0, [0.6, 0.8]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub fn statement<'t, S: ScalarOrd>(
    value: S,
    arguments: impl IntoIterator<Item = (Var<'t, S>, S)>,
) -> Var<'t, S> {
    let mut places = arguments.into_iter().filter_map(|(x, slope)| x.place().map(|place| (place, slope)));
    let Some(((recording, id), slope)) = places.next() else { return Var::constant(value) };
    let rest = places.map(|((_, id), slope)| (slope, id));
    Var::at(recording, value, recording.statement([(slope, id)].into_iter().chain(rest)))
}

/// Numbers of the given values, differentiated by `pullback`: any number of arguments and results.
///
/// `pullback(x, y, ȳ, x̄)` is called in the reverse sweep, unless ȳ = 0, with the values of arguments and results and the derivative ȳ of
/// what is being differentiated by the results. It adds (∂y/∂x)ᵀ ȳ to x̄, which comes filled with zeros.
///
/// ```
/// use thalweg_autodiff::{Tape, tape};
/// let mut g = [0.0; 2];
/// // A function of a library that knows its derivatives: (√x, y²).
/// let value = Tape::<f64>::new().gradient(
///     &[4.0, 3.0],
///     |x| {
///         let y = tape::custom(x, &[x[0].value().sqrt(), x[1].value().powi(2)], |x, y, y_bar, x_bar| {
///             x_bar[0] += y_bar[0] / (2.0 * y[0]);
///             x_bar[1] += y_bar[1] * 2.0 * x[1];
///         });
///         y[0] * y[1]
///     },
///     &mut g,
/// )?;
/// assert_eq!((value, g), (18.0, [2.25, 12.0]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub fn custom<'t, S: ScalarOrd>(
    arguments: &[Var<'t, S>],
    values: &[S],
    pullback: impl Fn(&[S], &[S], &[S], &mut [S]) + 'static,
) -> Vec<Var<'t, S>> {
    let saved = arguments.iter().map(|x| x.value()).chain(values.iter().copied()).collect();
    call(arguments, values.iter().copied(), saved, Custom(pullback))
}

struct Custom<F>(F);

impl<S: ScalarOrd, F: Fn(&[S], &[S], &[S], &mut [S])> Pullback<S> for Custom<F> {
    fn pull(
        &self,
        saved: &mut Vec<S>,
        arguments: &mut Arguments<'_, S>,
        results: &[S],
        _: &mut Scratch<S>,
    ) -> Result<()> {
        let (x, y) = saved.split_at(arguments.slots.len());
        let mut adjoints = vec![S::of(0.0); x.len()];
        (self.0)(x, y, results, &mut adjoints);
        arguments.add(&adjoints);
        Ok(())
    }
}
