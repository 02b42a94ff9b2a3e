//! [`Dual`]: forward-mode derivatives by numbers v + Σ dᵢ εᵢ with εᵢ εⱼ = 0.

use core::array::from_fn;
use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Sub};

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
        Self { value, derivatives: from_fn(|i| S::of(if i == direction { 1.0 } else { 0.0 })) }
    }

    /// f(self) by the chain rule, from f's `value` and `slope` at this value.
    #[inline(always)]
    pub fn chain(self, value: S, slope: S) -> Self {
        Self { value, derivatives: self.derivatives.map(|d| d * slope) }
    }

    /// f(self, other) by the chain rule, from f's value and its two partial derivatives.
    #[inline(always)]
    fn chain2(self, other: Self, value: S, by_self: S, by_other: S) -> Self {
        let derivatives = from_fn(|i| self.derivatives[i] * by_self + other.derivatives[i] * by_other);
        Self { value, derivatives }
    }
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
        Self {
            value: self.value + other.value,
            derivatives: from_fn(|i| self.derivatives[i] + other.derivatives[i]),
        }
    }
}
impl<S: Scalar, const N: usize> Sub for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            derivatives: from_fn(|i| self.derivatives[i] - other.derivatives[i]),
        }
    }
}
impl<S: Scalar, const N: usize> Mul for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.chain2(other, self.value * other.value, other.value, self.value)
    }
}
impl<S: Scalar, const N: usize> Div for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        self.chain2(other, value, other.value.recip(), -value / other.value)
    }
}
impl<S: Scalar, const N: usize> Neg for Dual<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: -self.value, derivatives: self.derivatives.map(|d| -d) }
    }
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
        Self {
            value: S::select(mask, then.value, otherwise.value),
            derivatives: from_fn(|i| S::select(mask, then.derivatives[i], otherwise.derivatives[i])),
        }
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let e = self.value.exp();
        self.chain(e, e)
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        self.chain(self.value.exp_m1(), self.value.exp())
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.chain(self.value.ln(), self.value.recip())
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        self.chain(self.value.ln_1p(), (S::of(1.0) + self.value).recip())
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, S::of(0.5) / root)
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        // n = 0 has slope 0 everywhere, 0⁻¹ included.
        let slope = if n == 0 { S::of(0.0) } else { S::of(f64::from(n)) * self.value.powi(n - 1) };
        self.chain(self.value.powi(n), slope)
    }
    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        let value = self.value.powf(exponent.value);
        let by_base = exponent.value * self.value.powf(exponent.value - S::of(1.0));
        // xᵉ ln x tends to 0 as x falls to 0 for e > 0, where the product would be 0 · ∞.
        let zero = S::of(0.0);
        let by_exponent = S::select(value.le(zero), zero, value * self.value.ln());
        self.chain2(exponent, value, by_base, by_exponent)
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }
    #[inline(always)]
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }
    #[inline(always)]
    fn tan(self) -> Self {
        let t = self.value.tan();
        self.chain(t, S::of(1.0) + t * t)
    }
    #[inline(always)]
    fn asin(self) -> Self {
        let x = self.value;
        self.chain(x.asin(), ((S::of(1.0) - x) * (S::of(1.0) + x)).sqrt().recip())
    }
    #[inline(always)]
    fn acos(self) -> Self {
        let x = self.value;
        self.chain(x.acos(), -((S::of(1.0) - x) * (S::of(1.0) + x)).sqrt().recip())
    }
    #[inline(always)]
    fn atan(self) -> Self {
        self.chain(self.value.atan(), (S::of(1.0) + self.value * self.value).recip())
    }
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        let (y, x0) = (self.value, x.value);
        let norm2 = x0 * x0 + y * y;
        self.chain2(x, y.atan2(x0), x0 / norm2, -y / norm2)
    }
    #[inline(always)]
    fn sinh(self) -> Self {
        self.chain(self.value.sinh(), self.value.cosh())
    }
    #[inline(always)]
    fn cosh(self) -> Self {
        self.chain(self.value.cosh(), self.value.sinh())
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        // 1 − t² cancels where t nears 1; sech² = 4σ(2x)σ(−2x) does not.
        let twice = S::of(2.0) * self.value;
        self.chain(self.value.tanh(), S::of(4.0) * twice.sigmoid() * (-twice).sigmoid())
    }
    #[inline(always)]
    fn erf(self) -> Self {
        let slope = S::of(core::f64::consts::FRAC_2_SQRT_PI) * (-(self.value * self.value)).exp();
        self.chain(self.value.erf(), slope)
    }
    #[inline(always)]
    fn erfc(self) -> Self {
        let slope = S::of(-core::f64::consts::FRAC_2_SQRT_PI) * (-(self.value * self.value)).exp();
        self.chain(self.value.erfc(), slope)
    }
    #[inline(always)]
    fn ln_gamma(self) -> Self {
        self.chain(self.value.ln_gamma(), self.value.polygamma(0))
    }
    #[inline(always)]
    fn polygamma(self, n: u32) -> Self {
        self.chain(self.value.polygamma(n), self.value.polygamma(n + 1))
    }
    #[inline(always)]
    fn sigmoid(self) -> Self {
        // σ(−x) instead of 1 − σ(x): no cancellation in the upper tail.
        let s = self.value.sigmoid();
        self.chain(s, s * (-self.value).sigmoid())
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        self.chain(self.value.softplus(), self.value.sigmoid())
    }
    #[inline(always)]
    fn normal_cdf(self) -> Self {
        let density = (S::of(-0.5) * self.value * self.value).exp() * S::of(0.398_942_280_401_432_7);
        self.chain(self.value.normal_cdf(), density)
    }
    #[inline(always)]
    fn normal_ln_cdf(self) -> Self {
        self.chain(self.value.normal_ln_cdf(), self.value.inverse_mills())
    }
    #[inline(always)]
    fn inverse_mills(self) -> Self {
        let m = self.value.inverse_mills();
        self.chain(m, -m * (self.value + m))
    }
}
