//! [`Series`]: Taylor coefficients up to an order known at run time only; [`SeriesAlgebra`] evaluates programs on them.

use core::ops::Range;

use thalweg_core::{Error, Result, Scalar, check_shape};

use super::convolution;
use super::graded::Graded;
use super::operations::{self, Value};
use crate::algebra::Algebra;
use crate::operation::{Binary, Comparison, Unary};

/// The highest order of a series: beyond it O(order²) operations are no longer the way to compute anything.
pub const MAX_ORDER: usize = 10_000;

/// The Taylor coefficients c₀, c₁, …, c_order of a function of one variable, or a constant.
///
/// ```
/// use thalweg_autodiff::{Program, Scalar, k, taylor::Series};
/// let f = Program::trace(1, 0, |x, _| x[0].exp() / (k(1.0) - x[0]))?;
/// let algebra = Series::algebra(4)?;
/// let y = f.evaluate(&algebra, &[algebra.variable(0.0)], &[])?;
/// assert_eq!(y[0].coefficient(2), 1.0 + 1.0 + 0.5);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Series<S: Scalar>(Value<Vec<S>>);

impl<S: Scalar> Series<S> {
    /// The arithmetic of series of this order over the coefficients S: plain floats, or the numbers of a trace, which makes a program that
    /// computes Taylor coefficients.
    ///
    /// # Errors
    /// `order` above [`MAX_ORDER`].
    pub fn algebra(order: usize) -> Result<SeriesAlgebra<S>> {
        if order > MAX_ORDER {
            return Err(Error::invalid_parameter(
                "order",
                order,
                &format!("series are truncated at an order of at most {MAX_ORDER}; give a smaller one"),
            ));
        }
        Ok(SeriesAlgebra { zero: vec![S::of(0.0); order + 1] })
    }

    /// The coefficients c₀, …, without the zeros behind a constant.
    #[must_use]
    pub fn coefficients(&self) -> &[S] {
        self.0.coefficients()
    }

    /// c_k = f⁽ᵏ⁾/k!; 0 beyond the order.
    #[must_use]
    pub fn coefficient(&self, k: usize) -> S {
        self.coefficients().get(k).copied().unwrap_or(S::of(0.0))
    }
}

/// The arithmetic of [`Series`] of one order. A product costs (order + 1)(order + 2)/2 multiplications, an elementary function one to four
/// products; a constant costs nothing but itself.
#[derive(Clone, Debug)]
pub struct SeriesAlgebra<S> {
    zero: Vec<S>,
}

impl<S: Scalar> SeriesAlgebra<S> {
    /// The order.
    #[must_use]
    pub fn order(&self) -> usize {
        self.zero.len() - 1
    }

    /// The variable at x₀: x₀ + t.
    #[must_use]
    pub fn variable(&self, x0: S) -> Series<S> {
        self.line(x0, S::of(1.0))
    }

    /// The straight line x₀ + v·t.
    #[must_use]
    pub fn line(&self, x0: S, v: S) -> Series<S> {
        let mut coefficients = self.zero.constant(x0);
        if let Some(slope) = coefficients.get_mut(1) {
            *slope = v;
        }
        Series(Value::Full(coefficients))
    }

    /// The series that is x whatever t: a parameter that does not move.
    #[must_use]
    pub fn fixed(&self, x: S) -> Series<S> {
        Series(Value::Constant(x, None))
    }

    /// The series with these coefficients; zeros follow.
    ///
    /// # Errors
    /// [`Error::Shape`] for more coefficients than the order allows, [`Error::Empty`] for none.
    pub fn series(&self, coefficients: &[S]) -> Result<Series<S>> {
        let (n, most) = (coefficients.len(), self.zero.len());
        if n == 0 {
            return Err(Error::Empty {
                what: "list of Taylor coefficients".to_owned(),
                remedy: "give at least the value".to_owned(),
            });
        }
        if n > most {
            let what = "number of Taylor coefficients, at most".to_owned();
            return Err(Error::Shape { what, expected: most, found: n });
        }
        let mut all = self.zero.clone();
        all[..n].copy_from_slice(coefficients);
        Ok(Series(Value::Full(all)))
    }

    /// The value, if it is of this algebra's order.
    fn checked<'a>(&self, x: &'a Series<S>) -> Result<&'a Value<Vec<S>>> {
        if let Value::Full(x) = &x.0 {
            check_shape("number of coefficients of a series", self.zero.len(), x.len())?;
        }
        Ok(&x.0)
    }
}

impl<S: Scalar> Algebra for SeriesAlgebra<S> {
    type Number = Series<S>;
    type Mask = S::Mask;

    fn constant(&self, c: f64) -> Series<S> {
        Series(Value::Constant(S::of(c), Some(c)))
    }
    fn unary(&self, op: Unary, x: &Series<S>) -> Result<Series<S>> {
        Ok(Series(operations::unary(op, self.checked(x)?)?))
    }
    fn binary(&self, op: Binary, x: &Series<S>, y: &Series<S>) -> Result<Series<S>> {
        Ok(Series(operations::binary(op, self.checked(x)?, self.checked(y)?)))
    }
    fn compare(&self, op: Comparison, x: &Series<S>, y: &Series<S>) -> Result<S::Mask> {
        Ok(op.apply(x.coefficient(0), y.coefficient(0)))
    }
    fn select(&self, mask: &S::Mask, then: &Series<S>, otherwise: &Series<S>) -> Result<Series<S>> {
        Ok(Series(operations::select(*mask, self.checked(then)?, self.checked(otherwise)?)))
    }
}

impl<S: Scalar> Graded for Vec<S> {
    type Coefficient = S;

    fn order(&self) -> usize {
        self.len() - 1
    }
    fn zero(&self) -> Self {
        vec![S::of(0.0); self.len()]
    }
    fn coefficients(&self) -> &[S] {
        self
    }
    fn coefficients_mut(&mut self) -> &mut [S] {
        self
    }
    fn degree(&self, k: usize) -> Range<usize> {
        k..k + 1
    }
    fn product(&self, other: &Self) -> Self {
        let mut out = self.zero();
        convolution::product(self, other, &mut out);
        out
    }
    fn solve<const R: usize>(
        &self,
        leading: [S; R],
        weight: impl Fn(usize, S, usize) -> S,
        mut finish: impl FnMut(usize, usize, [S; R]) -> [S; R],
    ) -> [Self; R] {
        let mut f = leading.map(|c| self.constant(c));
        convolution::solve(&mut f.each_mut().map(|f| &mut f[..]), weight, |m, sums| finish(m, m, sums));
        f
    }
    fn push_square(&mut self, k: usize, f: &Self) {
        convolution::push_square(self, k, f);
    }
}
