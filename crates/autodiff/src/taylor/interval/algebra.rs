//! [`Intervals`]: interval arithmetic that says what is undefined.

use thalweg_core::{Error, Result, Scalar};

use super::{Interval, Truth};
use crate::algebra::Algebra;
use crate::operation::{Binary, Comparison, Unary};

/// The algebra of intervals: a [`Program`](crate::Program) evaluated in it encloses all its values on a box.
///
/// ```
/// use thalweg_autodiff::{Program, taylor::{Interval, Intervals}};
/// use thalweg_core::Scalar;
/// let f = Program::trace(1, 0, |x, _| x[0].square().ln())?;
/// let y = f.evaluate(&Intervals, &[Interval::new(1.0, 2.0)?], &[])?[0];
/// assert!(y.lo() == 0.0 && (y.hi() - 4.0_f64.ln()).abs() < 1e-15);
/// let error = f.evaluate(&Intervals, &[Interval::new(-1.0, 2.0)?], &[]).unwrap_err();
/// assert!(error.to_string().contains("keep the argument above 0"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, Default)]
pub struct Intervals;

impl Algebra for Intervals {
    type Number = Interval;
    type Mask = Truth;

    fn constant(&self, c: f64) -> Interval {
        Interval::point(c)
    }
    fn unary(&self, op: Unary, x: &Interval) -> Result<Interval> {
        defined(op.apply(*x), || undefined_unary(op, *x))
    }
    fn binary(&self, op: Binary, x: &Interval, y: &Interval) -> Result<Interval> {
        defined(op.apply(*x, *y), || undefined_binary(op, *x, *y))
    }
    fn compare(&self, op: Comparison, x: &Interval, y: &Interval) -> Result<Truth> {
        Ok(op.apply(*x, *y))
    }
    fn select(&self, mask: &Truth, then: &Interval, otherwise: &Interval) -> Result<Interval> {
        Ok(Interval::select(*mask, *then, *otherwise))
    }
}

fn defined(value: Interval, error: impl FnOnce() -> Error) -> Result<Interval> {
    if value.is_defined() { Ok(value) } else { Err(error()) }
}

/// The error of a function that is not defined on all of `x`.
pub(crate) fn undefined_unary(op: Unary, x: Interval) -> Error {
    let remedy = match op {
        Unary::Ln | Unary::LnGamma | Unary::Polygamma(_) => "keep the argument above 0",
        Unary::Ln1p => "keep the argument above -1",
        Unary::Sqrt => "keep the argument at or above 0",
        Unary::Asin | Unary::Acos => "keep the argument in [-1, 1]",
        Unary::Powi(_) => "keep 0 out of the base",
        Unary::Tan => "keep the poles at odd multiples of pi/2 out of the argument",
        _ => "give finite numbers",
    };
    domain(op.name(), x.to_string(), remedy)
}

/// The error of a function that is not defined on all pairs of `x` and `y`.
pub(crate) fn undefined_binary(op: Binary, x: Interval, y: Interval) -> Error {
    let remedy = match op {
        Binary::Div => "keep 0 out of the divisor",
        Binary::Powf => "keep the base above 0",
        Binary::Atan2 => "keep the origin and the negative x-axis out of the points (second, first)",
        _ => "give finite numbers",
    };
    domain(op.name().to_owned(), format!("({x}, {y})"), remedy)
}

/// An [`Error::Domain`] whose place is filled in by whoever knows it.
pub(crate) fn domain(function: String, argument: String, remedy: &str) -> Error {
    let remedy = format!("{remedy}; shrink, shift or split the domain");
    Error::Domain { function, argument, place: String::new(), remedy }
}
