//! [`SeriesN`]: truncated polynomials in several variables, which hold every mixed partial derivative up to an order.

use core::marker::PhantomData;
use core::ops::Range;

use thalweg_core::{Error, Real, Result, Scalar, check_shape};

use super::expand::{check_exists, traced};
use super::graded::Graded;
use super::operations::{self, Value};
use super::polynomial::{Polynomial, check_finite};
use super::space::JetSpace;
use crate::algebra::Algebra;
use crate::function::Function;
use crate::operation::{Binary, Comparison, Unary};

/// The Taylor polynomial Σ c_a hᵃ of a function of n variables, h = x − x₀ and c_a = ∂ᵃf(x₀)/a!, over the monomials of a [`JetSpace`].
///
/// A product costs C(2n + order, order) multiplications, an elementary function one to four products: the recurrences of one variable, degree
/// by degree.
///
/// ```
/// use thalweg_autodiff::{Scalar, function, taylor::taylor_n};
/// function! { fn f(x: [S; 2]) -> S { x[0].exp() * x[1].sin() } }
/// let p = taylor_n(&f, &[0.0, 0.0], 3)?;
/// assert_eq!(p.derivative(&[2, 1])?, 1.0);
/// assert_eq!(p.at(&[0.0, 0.0])?, 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// Source: Neidinger (2013), *Efficient recurrence relations for univariate and multivariate Taylor series coefficients*.
#[derive(Clone, Debug)]
pub struct SeriesN<S: Scalar> {
    space: JetSpace,
    value: Value<Forms<S>>,
}

impl<S: Scalar> SeriesN<S> {
    /// The monomials.
    #[must_use]
    pub fn space(&self) -> &JetSpace {
        &self.space
    }

    /// The coefficients in the order of the space, without the zeros behind a constant.
    #[must_use]
    pub fn coefficients(&self) -> &[S] {
        self.value.coefficients()
    }

    /// c_a = ∂ᵃf/a!.
    ///
    /// # Errors
    /// [`Error::Shape`] for a wrong number of exponents; a degree above the order.
    pub fn coefficient(&self, exponents: &[u32]) -> Result<S> {
        check_shape("number of exponents", self.space.variables(), exponents.len())?;
        let index = self.space.index(exponents).ok_or_else(|| {
            Error::invalid_parameter(
                "exponents",
                format!("{exponents:?}"),
                &format!("the series ends with degree {}; expand to a higher order", self.space.order()),
            )
        })?;
        Ok(self.get(index))
    }

    /// The mixed partial derivative ∂ᵃf = a!·c_a.
    ///
    /// # Errors
    /// As [`SeriesN::coefficient`].
    pub fn derivative(&self, exponents: &[u32]) -> Result<S> {
        let c = self.coefficient(exponents)?;
        let factorial: f64 = exponents.iter().flat_map(|&a| 1..=a).map(f64::from).product();
        Ok(S::of(factorial) * c)
    }

    /// Σ c_a hᵃ at h = x − x₀.
    ///
    /// # Errors
    /// [`Error::Shape`] for a wrong length.
    pub fn at(&self, h: &[S]) -> Result<S> {
        Ok(self.by_degree(h)?.into_iter().rev().fold(S::of(0.0), |sum, part| sum + part))
    }

    /// The polynomial along the straight line h = t·v, in t around 0.
    ///
    /// # Errors
    /// [`Error::Shape`] for a wrong length, [`Error::NonFinite`] where a coefficient overflows.
    pub fn along(&self, v: &[S]) -> Result<Polynomial<S>>
    where
        S: Real,
    {
        Polynomial::new(S::ZERO, self.by_degree(v)?)
    }

    /// The values of the homogeneous parts at h.
    fn by_degree(&self, h: &[S]) -> Result<Vec<S>> {
        check_shape("length of the displacement", self.space.variables(), h.len())?;
        let mut monomials: Vec<S> = Vec::with_capacity(self.space.len());
        monomials.push(S::of(1.0));
        for i in 1..self.space.len() {
            let (parent, variable) = self.space.parent(i);
            monomials.push(monomials[parent] * h[variable]);
        }
        let term = |i: usize| self.get(i) * monomials[i];
        let part = |k| self.space.degree(k).fold(S::of(0.0), |sum, i| sum + term(i));
        Ok((0..=self.space.order()).map(part).collect())
    }

    fn get(&self, index: usize) -> S {
        self.coefficients().get(index).copied().unwrap_or(S::of(0.0))
    }
}

/// The arithmetic of [`SeriesN`] over one [`JetSpace`].
#[derive(Clone, Debug)]
pub struct SeriesNAlgebra<S> {
    space: JetSpace,
    coefficients: PhantomData<S>,
}

impl JetSpace {
    /// The arithmetic of the series of this space over the coefficients S.
    ///
    /// ```
    /// use thalweg_autodiff::{Program, Scalar, taylor::JetSpace};
    /// let f = Program::trace(2, 0, |x, _| (x[0] * x[1]).exp())?;
    /// let algebra = JetSpace::new(2, 4)?.algebra();
    /// let y = f.evaluate(&algebra, &[algebra.variable(0.0, 0)?, algebra.variable(0.0, 1)?], &[])?;
    /// assert_eq!(y[0].coefficient(&[2, 2])?, 0.5);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    #[must_use]
    pub fn algebra<S: Scalar>(&self) -> SeriesNAlgebra<S> {
        SeriesNAlgebra { space: self.clone(), coefficients: PhantomData }
    }
}

impl<S: Scalar> SeriesNAlgebra<S> {
    /// The variable x₀ + hᵢ, i from 0.
    ///
    /// # Errors
    /// i is no variable of the space.
    pub fn variable(&self, x0: S, i: usize) -> Result<SeriesN<S>> {
        if i >= self.space.variables() {
            let rule = format!("the space has the variables 0 to {}", self.space.variables() - 1);
            return Err(Error::invalid_parameter("variable", i, &rule));
        }
        let mut coefficients = vec![S::of(0.0); self.space.len()];
        coefficients[0] = x0;
        // The monomials of degree 1 are the variables in their order.
        if let Some(slope) = coefficients.get_mut(1 + i) {
            *slope = S::of(1.0);
        }
        Ok(self.of(Value::Full(Forms { space: self.space.clone(), coefficients })))
    }

    /// The series that is x whatever the variables.
    #[must_use]
    pub fn fixed(&self, x: S) -> SeriesN<S> {
        self.of(Value::Constant(x, None))
    }

    /// The series with these coefficients, in the order of the space.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one for each monomial.
    pub fn series(&self, coefficients: Vec<S>) -> Result<SeriesN<S>> {
        check_shape("number of coefficients", self.space.len(), coefficients.len())?;
        Ok(self.of(Value::Full(Forms { space: self.space.clone(), coefficients })))
    }

    fn of(&self, value: Value<Forms<S>>) -> SeriesN<S> {
        SeriesN { space: self.space.clone(), value }
    }

    /// The value, if it is of this space.
    fn checked<'a>(&self, x: &'a SeriesN<S>) -> Result<&'a Value<Forms<S>>> {
        if x.space.is(&self.space) {
            return Ok(&x.value);
        }
        let name = |space: &JetSpace| format!("{} variables, order {}", space.variables(), space.order());
        let rule = format!("the arithmetic is that of {}; make all series by it", name(&self.space));
        Err(Error::invalid_parameter("space of a series", name(&x.space), &rule))
    }
}

impl<S: Scalar> Algebra for SeriesNAlgebra<S> {
    type Number = SeriesN<S>;
    type Mask = S::Mask;

    fn constant(&self, c: f64) -> SeriesN<S> {
        self.of(Value::Constant(S::of(c), Some(c)))
    }
    fn unary(&self, op: Unary, x: &SeriesN<S>) -> Result<SeriesN<S>> {
        Ok(self.of(operations::unary(op, self.checked(x)?)?))
    }
    fn binary(&self, op: Binary, x: &SeriesN<S>, y: &SeriesN<S>) -> Result<SeriesN<S>> {
        Ok(self.of(operations::binary(op, self.checked(x)?, self.checked(y)?)))
    }
    fn compare(&self, op: Comparison, x: &SeriesN<S>, y: &SeriesN<S>) -> Result<S::Mask> {
        Ok(op.apply(x.get(0), y.get(0)))
    }
    fn select(&self, mask: &S::Mask, then: &SeriesN<S>, otherwise: &SeriesN<S>) -> Result<SeriesN<S>> {
        Ok(self.of(operations::select(*mask, self.checked(then)?, self.checked(otherwise)?)))
    }
}

/// The Taylor polynomial of f in all its variables, of this order around x₀.
///
/// # Errors
/// As [`taylor`](super::taylor); an order too high for that many variables.
pub fn taylor_n<T: Real>(f: &impl Function, x0: &[T], order: usize) -> Result<SeriesN<T>> {
    check_finite("expansion point", x0)?;
    let program = traced(f, x0.len())?;
    let space = JetSpace::new(x0.len(), order)?;
    let algebra = space.algebra();
    let variables =
        x0.iter().enumerate().map(|(i, &x)| algebra.variable(x, i)).collect::<Result<Vec<_>>>()?;
    let result = program.evaluate(&algebra, &variables, &[])?.pop();
    let result = result.unwrap_or_else(|| algebra.fixed(T::ZERO));
    check_exists(x0, result.coefficients(), |i| {
        (0..=order).position(|k| space.degree(k).contains(&i)).unwrap_or(order)
    })?;
    Ok(result)
}

/// The coefficients of a polynomial, homogeneous part by homogeneous part.
#[derive(Clone, Debug)]
struct Forms<S> {
    space: JetSpace,
    coefficients: Vec<S>,
}

impl<S: Scalar> Forms<S> {
    /// Adds s·w_b to the coefficient of hᵃ·hᵇ for the monomials b in `range`.
    #[inline(always)]
    fn add_row(&mut self, a: usize, range: Range<usize>, term: impl Fn(usize) -> S) {
        let row = &self.space.row(a)[range.clone()];
        for (&product, b) in row.iter().zip(range) {
            let sum = &mut self.coefficients[product as usize];
            *sum = *sum + term(b);
        }
    }
}

impl<S: Scalar> Graded for Forms<S> {
    type Coefficient = S;

    fn order(&self) -> usize {
        self.space.order()
    }
    fn zero(&self) -> Self {
        Self { space: self.space.clone(), coefficients: vec![S::of(0.0); self.coefficients.len()] }
    }
    fn coefficients(&self) -> &[S] {
        &self.coefficients
    }
    fn coefficients_mut(&mut self) -> &mut [S] {
        &mut self.coefficients
    }
    fn degree(&self, k: usize) -> Range<usize> {
        self.space.degree(k)
    }
    fn product(&self, other: &Self) -> Self {
        let mut out = self.zero();
        for a in 0..self.coefficients.len() {
            let (f, w) = (self.coefficients[a], &other.coefficients);
            let n = self.space.row(a).len();
            out.add_row(a, 0..n, |b| f * w[b]);
        }
        out
    }
    fn solve<const R: usize>(
        &self,
        leading: [S; R],
        weight: impl Fn(usize, S, usize) -> S,
        mut finish: impl FnMut(usize, usize, [S; R]) -> [S; R],
    ) -> [Self; R] {
        let mut f = leading.map(|c| self.constant(c));
        let mut sums = [(); R].map(|()| self.zero());
        for m in 1..=self.order() {
            let (k, range) = (m - 1, 1..self.space.up_to(self.order() - (m - 1)));
            let degree = S::of(k as f64);
            for (r, (f, sums)) in f.iter().zip(&mut sums).enumerate() {
                for a in self.degree(k) {
                    let f = f.coefficients[a];
                    sums.add_row(a, range.clone(), |b| f * weight(r, degree, b));
                }
            }
            for i in self.degree(m) {
                let done = finish(i, m, core::array::from_fn(|r| sums[r].coefficients[i]));
                for (f, done) in f.iter_mut().zip(done) {
                    f.coefficients[i] = done;
                }
            }
        }
        f
    }
    fn push_square(&mut self, k: usize, f: &Self) {
        let order = self.order();
        if k == 0 {
            return;
        }
        let below = if k < 2 || k >= order { 1 } else { self.space.up_to((k - 1).min(order - k)) };
        for a in self.degree(k) {
            let (c, f) = (f.coefficients[a], &f.coefficients);
            let twice = c + c;
            self.add_row(a, 1..below, |b| twice * f[b]);
            if 2 * k <= order {
                self.add_row(a, self.degree(k), |b| c * f[b]);
            }
        }
    }
}
