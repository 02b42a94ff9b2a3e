//! [`Scalar`]: the number type every formula is written over.
//!
//! A formula written once over `Scalar` runs on `f32` and `f64` in production, on [`Dual`](crate::Dual) numbers in
//! the derivative laws, and on jets, intervals and traces in the autodiff crate. The trait therefore holds straight-line
//! mathematics only: a comparison yields a [`Scalar::Mask`], never a `bool`, and a branch is a [`Scalar::select`].

use core::fmt::Debug;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// A number of straight-line code: arithmetic, elementary and special functions, and selection.
///
/// Constants enter by [`Scalar::of`] or, shorter, by [`k`]:
///
/// ```
/// use thalweg_core::{Scalar, k};
/// fn pseudo_huber<S: Scalar>(r: S) -> S {
///     (k(1.0) + r * r).sqrt() - S::of(1.0)
/// }
/// assert_eq!(pseudo_huber(0.0_f64), 0.0);
/// ```
pub trait Scalar:
    Copy
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// The result of a comparison: `bool` for plain numbers, a lane mask or a graph node elsewhere.
    type Mask: Copy;

    /// The constant `c`, rounded to this type.
    fn of(c: f64) -> Self;

    /// `self < other`.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`.
    fn le(self, other: Self) -> Self::Mask;
    /// `then` where the mask holds, else `otherwise`. Both sides are evaluated, so neither may trap.
    fn select(mask: Self::Mask, then: Self, otherwise: Self) -> Self;

    /// eˣ.
    fn exp(self) -> Self;
    /// eˣ − 1, accurate near 0.
    fn exp_m1(self) -> Self;
    /// ln x.
    fn ln(self) -> Self;
    /// ln(1 + x), accurate near 0.
    fn ln_1p(self) -> Self;
    /// √x.
    fn sqrt(self) -> Self;
    /// xⁿ for an integer n.
    fn powi(self, n: i32) -> Self;
    /// xᵉ for a real exponent.
    fn powf(self, exponent: Self) -> Self;
    /// sin x, in radians.
    fn sin(self) -> Self;
    /// cos x, in radians.
    fn cos(self) -> Self;
    /// tan x, in radians.
    fn tan(self) -> Self;
    /// arcsin x.
    fn asin(self) -> Self;
    /// arccos x.
    fn acos(self) -> Self;
    /// arctan x.
    fn atan(self) -> Self;
    /// The angle of the point (x, y) with y = `self`.
    fn atan2(self, x: Self) -> Self;
    /// sinh x.
    fn sinh(self) -> Self;
    /// cosh x.
    fn cosh(self) -> Self;
    /// tanh x.
    fn tanh(self) -> Self;
    /// The error function.
    fn erf(self) -> Self;
    /// The complementary error function 1 − erf x, accurate in the upper tail.
    fn erfc(self) -> Self;
    /// ln Γ(x).
    fn ln_gamma(self) -> Self;
    /// The polygamma function ψ⁽ⁿ⁾(x): digamma for n = 0, trigamma for n = 1.
    fn polygamma(self, n: u32) -> Self;
    /// The logistic function 1/(1 + e⁻ˣ).
    fn sigmoid(self) -> Self;
    /// ln(1 + eˣ), without overflow.
    fn softplus(self) -> Self;
    /// The standard normal distribution function Φ(x).
    fn normal_cdf(self) -> Self;
    /// ln Φ(x), accurate in the lower tail.
    fn normal_ln_cdf(self) -> Self;
    /// φ(x)/Φ(x), the derivative of ln Φ.
    fn inverse_mills(self) -> Self;

    /// |x|, with slope sign(x) and slope 0 at 0.
    #[inline(always)]
    fn abs(self) -> Self {
        let zero = Self::of(0.0);
        Self::select(self.lt(zero), -self, Self::select(zero.lt(self), self, zero))
    }
    /// The smaller of two numbers.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self::select(other.lt(self), other, self)
    }
    /// The larger of two numbers.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self::select(self.lt(other), other, self)
    }
    /// `self · a + b`, rounded once where the type can.
    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }
    /// ln Γ(x) for x ≥ 0: there [`Scalar::ln_gamma`], and a plain float leaves out the branch to negative numbers, which keeps a loop
    /// from becoming SIMD code.
    #[inline(always)]
    fn ln_gamma_positive(self) -> Self {
        self.ln_gamma()
    }
    /// 1/x.
    #[inline(always)]
    fn recip(self) -> Self {
        Self::of(1.0) / self
    }
    /// x².
    #[inline(always)]
    fn square(self) -> Self {
        self * self
    }
}

/// A constant in a generic formula: `k(2.0) * x`, `k(1.0) + x`.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Constant(f64);

/// Makes a [`Constant`] that combines with any [`Scalar`] on its right.
///
/// ```
/// use thalweg_core::k;
/// assert_eq!(k(2.0) * 3.0_f32, 6.0);
/// ```
#[inline(always)]
#[must_use]
pub const fn k(c: f64) -> Constant {
    Constant(c)
}

impl<S: Scalar> Add<S> for Constant {
    type Output = S;
    #[inline(always)]
    fn add(self, x: S) -> S {
        S::of(self.0) + x
    }
}
impl<S: Scalar> Sub<S> for Constant {
    type Output = S;
    #[inline(always)]
    fn sub(self, x: S) -> S {
        S::of(self.0) - x
    }
}
impl<S: Scalar> Mul<S> for Constant {
    type Output = S;
    #[inline(always)]
    fn mul(self, x: S) -> S {
        S::of(self.0) * x
    }
}
impl<S: Scalar> Div<S> for Constant {
    type Output = S;
    #[inline(always)]
    fn div(self, x: S) -> S {
        S::of(self.0) / x
    }
}

/// ln Σ e^xᵢ over any number type, with the largest term taken out first: no overflow, and the derivatives are the softmax. −∞ for no terms. Plain
/// floats have the faster [`math::logsumexp`](crate::math::logsumexp).
///
/// ```
/// use thalweg_core::{Dual, logsumexp};
/// let x: [Dual<f64, 2>; 2] = [Dual::variable(1000.0, 0), Dual::variable(1000.0, 1)];
/// let y = logsumexp(&x);
/// assert_eq!((y.value, y.derivatives), (1000.0 + 2.0_f64.ln(), [0.5, 0.5]));
/// assert_eq!(logsumexp(&[f64::NEG_INFINITY; 2]), f64::NEG_INFINITY);
/// ```
pub fn logsumexp<S: Scalar>(x: &[S]) -> S {
    let [first, rest @ ..] = x else { return S::of(f64::NEG_INFINITY) };
    let largest = rest.iter().fold(*first, |largest, &x| largest.max(x));
    // ∞ − ∞ is no distance: an infinite term is its own exponential.
    let finite = S::select(largest.abs().lt(S::of(f64::INFINITY)), largest, S::of(0.0));
    let sum = x.iter().fold(S::of(0.0), |sum, &x| sum + (x - finite).exp());
    finite + sum.ln()
}
