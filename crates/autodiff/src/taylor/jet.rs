//! [`Jet`]: a number that carries its Taylor coefficients, their number known at compile time.

use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Range, Sub};

use thalweg_core::Scalar;

use super::convolution;
use super::graded::Graded;
use super::recurrence::{self, Exponent};
use crate::function::ScalarOrd;

/// The Taylor coefficients c_k = f⁽ᵏ⁾(t)/k! of a function of one variable, for k = 0, …, N − 1: order N − 1, no factorials. Jets nest, and
/// compare by their values.
///
/// A product costs N(N+1)/2 multiplications, an elementary function one to four times that, a power by `powf` about ten times, because a
/// jet cannot tell that its exponent is constant: `powi`, `sqrt` and the [`Series`](super::Series) of a program know.
///
/// ```
/// use thalweg_autodiff::{Scalar, taylor::Jet};
/// let x = Jet::<f64, 4>::variable(0.0);
/// assert_eq!(x.exp().coefficients, [1.0, 1.0, 0.5, 1.0 / 6.0]);
/// assert_eq!(x.exp().derivative(3), 1.0);
/// ```
///
/// Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapter 13.
#[derive(Copy, Clone, Debug)]
pub struct Jet<S, const N: usize> {
    /// c₀, …, c_{N−1}.
    pub coefficients: [S; N],
}

impl<S: Scalar, const N: usize> Jet<S, N> {
    /// A constant: every coefficient beyond the first is 0.
    #[inline(always)]
    pub fn constant(value: S) -> Self {
        const { assert!(N > 0, "a jet has at least its value") };
        let mut coefficients = [S::of(0.0); N];
        coefficients[0] = value;
        Self { coefficients }
    }

    /// The variable at x₀: x₀ + t.
    #[inline(always)]
    pub fn variable(x0: S) -> Self {
        Self::line(x0, S::of(1.0))
    }

    /// The straight line x₀ + v·t: the function's coefficients are then those along v.
    #[inline(always)]
    pub fn line(x0: S, v: S) -> Self {
        let mut line = Self::constant(x0);
        if N > 1 {
            line.coefficients[1] = v;
        }
        line
    }

    /// The value.
    #[inline(always)]
    pub fn value(self) -> S {
        self.coefficients[0]
    }

    /// The k-th derivative k!·c_k. Orders the jet does not carry are 0, as for a polynomial.
    #[inline(always)]
    pub fn derivative(self, k: usize) -> S {
        let factorial: f64 = (1..=k).map(|i| i as f64).product();
        self.coefficients.get(k).map_or(S::of(0.0), |&c| S::of(factorial) * c)
    }
}

impl<S: Scalar, const N: usize> Graded for Jet<S, N> {
    type Coefficient = S;

    #[inline(always)]
    fn order(&self) -> usize {
        N - 1
    }
    #[inline(always)]
    fn zero(&self) -> Self {
        Self { coefficients: [S::of(0.0); N] }
    }
    #[inline(always)]
    fn coefficients(&self) -> &[S] {
        &self.coefficients
    }
    #[inline(always)]
    fn coefficients_mut(&mut self) -> &mut [S] {
        &mut self.coefficients
    }
    #[inline(always)]
    fn degree(&self, k: usize) -> Range<usize> {
        k..k + 1
    }
    #[inline(always)]
    fn product(&self, other: &Self) -> Self {
        let mut out = self.zero();
        convolution::product(&self.coefficients, &other.coefficients, &mut out.coefficients);
        out
    }
    #[inline(always)]
    fn solve<const R: usize>(
        &self,
        leading: [S; R],
        weight: impl Fn(usize, S, usize) -> S,
        mut finish: impl FnMut(usize, usize, [S; R]) -> [S; R],
    ) -> [Self; R] {
        let mut f = leading.map(Self::constant);
        convolution::solve(&mut f.each_mut().map(|f| &mut f.coefficients[..]), weight, |m, sums| {
            finish(m, m, sums)
        });
        f
    }
    #[inline(always)]
    fn push_square(&mut self, k: usize, f: &Self) {
        convolution::push_square(&mut self.coefficients, k, &f.coefficients);
    }
}

impl<S: PartialEq, const N: usize> PartialEq for Jet<S, N> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.coefficients.first() == other.coefficients.first()
    }
}
impl<S: PartialOrd, const N: usize> PartialOrd for Jet<S, N> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.coefficients.first().partial_cmp(&other.coefficients.first())
    }
}
impl<S: ScalarOrd, const N: usize> ScalarOrd for Jet<S, N> {
    #[inline(always)]
    fn primal(self) -> f64 {
        self.value().primal()
    }
}

impl<S: Scalar, const N: usize> Add for Jet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.plus(&other)
    }
}
impl<S: Scalar, const N: usize> Sub for Jet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.minus(&other)
    }
}
impl<S: Scalar, const N: usize> Mul for Jet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.product(&other)
    }
}
impl<S: Scalar, const N: usize> Div for Jet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        recurrence::quotient(&self, &other)
    }
}
impl<S: Scalar, const N: usize> Neg for Jet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|c| -c)
    }
}

/// The methods of [`Scalar`] that are a recurrence in one series.
macro_rules! recurrences {
    ($($method:ident)+) => {
        $(#[inline(always)]
        fn $method(self) -> Self { recurrence::$method(&self) })+
    };
}

impl<S: Scalar, const N: usize> Scalar for Jet<S, N> {
    type Mask = S::Mask;

    #[inline(always)]
    fn of(c: f64) -> Self {
        Self::constant(S::of(c))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> S::Mask {
        self.value().lt(other.value())
    }
    #[inline(always)]
    fn le(self, other: Self) -> S::Mask {
        self.value().le(other.value())
    }
    #[inline(always)]
    fn select(mask: S::Mask, then: Self, otherwise: Self) -> Self {
        then.zip(&otherwise, |x, y| S::select(mask, x, y))
    }
    recurrences! {
        exp exp_m1 ln ln_1p sqrt sin cos tan asin acos atan sinh cosh tanh erf erfc ln_gamma sigmoid softplus normal_cdf normal_ln_cdf
        inverse_mills recip
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        recurrence::powi(&self, n)
    }
    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        recurrence::power(&self, Exponent::Series(&exponent))
    }
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        recurrence::atan2(&self, &x)
    }
    #[inline(always)]
    fn polygamma(self, n: u32) -> Self {
        recurrence::polygamma(&self, n)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        recurrence::abs(&self)
    }
}
