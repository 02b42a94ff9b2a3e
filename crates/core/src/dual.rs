//! [`Dual`]: forward-mode derivatives by numbers v + Σ dᵢ εᵢ with εᵢ εⱼ = 0.

use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::rules;
use crate::scalar::Scalar;

/// A value with its derivatives in `N` directions. Duals nest: `Dual<Dual<f64, 1>, 1>` carries a second derivative. Duals compare by
/// their values alone, so that control flow is that of the function being differentiated.
///
/// ```
/// use thalweg_core::{Dual, Scalar};
/// let x = Dual::<f64, 1>::variable(2.0, 0);
/// let y = x * x.ln();
/// assert!((y.derivatives[0] - (2.0_f64.ln() + 1.0)).abs() < 1e-15);
/// ```
///
/// Source: Clifford (1873); Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapter 3.
#[derive(Copy, Clone, Debug)]
pub struct Dual<S, const N: usize> {
    /// The value.
    pub value: S,
    /// The derivatives in each direction.
    pub derivatives: [S; N],
}

impl<S: Scalar, const N: usize> Dual<S, N> {
    /// A constant: all derivatives are 0.
    #[inline(always)]
    pub fn constant(value: S) -> Self {
        Self { value, derivatives: [S::of(0.0); N] }
    }

    /// The variable of direction `direction`: its derivative there is 1. A direction ≥ `N` gives a constant.
    #[inline(always)]
    pub fn variable(value: S, direction: usize) -> Self {
        let mut derivatives = [S::of(0.0); N];
        if let Some(one) = derivatives.get_mut(direction) {
            *one = S::of(1.0);
        }
        Self { value, derivatives }
    }

    /// f(self) by the chain rule, from f's `value` and `slope` at this value.
    #[inline(always)]
    pub fn chain(self, value: S, slope: S) -> Self {
        Self { value, derivatives: each(self.derivatives, |d| d * slope) }
    }

    /// f(self, other) by the chain rule, from f's value and its two partial derivatives.
    #[inline(always)]
    pub fn chain2(self, other: Self, (value, by_self, by_other): (S, S, S)) -> Self {
        let derivatives = both(self.derivatives, other.derivatives, |x, y| x * by_self + y * by_other);
        Self { value, derivatives }
    }
}

/// f of every entry. `array::map` becomes a call of its own for large numbers, outside the caller's vector instructions; a loop does not.
#[inline(always)]
fn each<S: Copy, const N: usize>(mut x: [S; N], f: impl Fn(S) -> S) -> [S; N] {
    for x in &mut x {
        *x = f(*x);
    }
    x
}

/// f of every pair of entries.
#[inline(always)]
fn both<S: Copy, const N: usize>(mut x: [S; N], y: [S; N], f: impl Fn(S, S) -> S) -> [S; N] {
    for (x, y) in x.iter_mut().zip(&y) {
        *x = f(*x, *y);
    }
    x
}

/// Value, first and second derivative of `f` at `x`, by nested dual numbers.
///
/// ```
/// use thalweg_core::{Scalar, second_derivative};
/// assert_eq!(second_derivative(|x| x * x * x, 2.0_f64), (8.0, 12.0, 12.0));
/// ```
#[inline(always)]
pub fn second_derivative<S: Scalar>(
    f: impl Fn(Dual<Dual<S, 1>, 1>) -> Dual<Dual<S, 1>, 1>,
    x: S,
) -> (S, S, S) {
    let inner = Dual::variable(x, 0);
    let y = f(Dual { value: inner, derivatives: [Dual::constant(S::of(1.0))] });
    (y.value.value, y.value.derivatives[0], y.derivatives[0].derivatives[0])
}

impl<S: PartialEq, const N: usize> PartialEq for Dual<S, N> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<S: PartialOrd, const N: usize> PartialOrd for Dual<S, N> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<S: Scalar, const N: usize> Add for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let derivatives = both(self.derivatives, other.derivatives, |x, y| x + y);
        Self { value: self.value + other.value, derivatives }
    }
}
impl<S: Scalar, const N: usize> Sub for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let derivatives = both(self.derivatives, other.derivatives, |x, y| x - y);
        Self { value: self.value - other.value, derivatives }
    }
}
impl<S: Scalar, const N: usize> Mul for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.chain2(other, rules::mul(self.value, other.value))
    }
}
impl<S: Scalar, const N: usize> Div for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.chain2(other, rules::div(self.value, other.value))
    }
}
impl<S: Scalar, const N: usize> Neg for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: -self.value, derivatives: each(self.derivatives, |d| -d) }
    }
}

/// The operations whose rule is a function of the value alone.
macro_rules! unary {
    ($($method:ident)+) => {
        $(
            #[inline(always)]
            fn $method(self) -> Self {
                let (value, slope) = rules::$method(self.value);
                self.chain(value, slope)
            }
        )+
    };
}

impl<S: Scalar, const N: usize> Scalar for Dual<S, N> {
    type Mask = S::Mask;

    #[inline(always)]
    fn of(c: f64) -> Self {
        Self::constant(S::of(c))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> S::Mask {
        self.value.lt(other.value)
    }
    #[inline(always)]
    fn le(self, other: Self) -> S::Mask {
        self.value.le(other.value)
    }
    #[inline(always)]
    fn select(mask: S::Mask, then: Self, otherwise: Self) -> Self {
        let derivatives = both(then.derivatives, otherwise.derivatives, |x, y| S::select(mask, x, y));
        Self { value: S::select(mask, then.value, otherwise.value), derivatives }
    }
    unary! {
        exp exp_m1 ln ln_1p sqrt sin cos tan asin acos atan sinh cosh tanh erf erfc ln_gamma sigmoid softplus normal_cdf normal_ln_cdf
        inverse_mills abs recip square
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        let (value, slope) = rules::powi(self.value, n);
        self.chain(value, slope)
    }
    #[inline(always)]
    fn polygamma(self, n: u32) -> Self {
        let (value, slope) = rules::polygamma(self.value, n);
        self.chain(value, slope)
    }
    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        self.chain2(exponent, rules::powf(self.value, exponent.value))
    }
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        self.chain2(x, rules::atan2(self.value, x.value))
    }
}
