//! [`Real`]: the two floating-point types that data, parameters and results are stored in.

use core::fmt::{Display, LowerExp};
use core::iter::Sum;

use crate::math;
use crate::scalar::Scalar;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`; sealed. Everything above [`Scalar`] that a kernel, a driver or a report needs.
pub trait Real:
    Scalar<Mask = bool>
    + faer::traits::RealField
    + Display
    + LowerExp
    + Default
    + Sum
    + Send
    + Sync
    + sealed::Sealed
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self;
    /// +∞.
    const INFINITY: Self;
    /// Not a number.
    const NAN: Self;
    /// The name of the type: `f32` or `f64`.
    const NAME: &'static str;

    /// Widens to `f64` without loss.
    fn to_f64(self) -> f64;
    /// [`math::logistic_parts`]: (ln(1 + t), 1/(1 + t), t/(1 + t)) with t = e^−|x|.
    fn logistic_parts(self) -> (Self, Self, Self);
    /// True unless NaN or infinite.
    fn is_finite(self) -> bool;
    /// True for NaN.
    fn is_nan(self) -> bool;
    /// ln(1 + x) − x, accurate near 0: [`math::log1pmx`].
    fn log1pmx(self) -> Self;
}

/// The `Scalar` and `Real` faces of a primitive float: every function is the crate's own kernel, so that a scalar call, a SIMD
/// lane and any thread give the same bits.
macro_rules! real {
    ($float:ident) => {
        impl Scalar for $float {
            type Mask = bool;
            #[inline(always)]
            fn of(c: f64) -> Self {
                c as $float
            }
            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self <= other
            }
            #[inline(always)]
            fn select(mask: bool, then: Self, otherwise: Self) -> Self {
                if mask { then } else { otherwise }
            }
            #[inline(always)]
            fn exp(self) -> Self {
                math::exp(self)
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                math::exp_m1(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                math::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                math::ln_1p(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }
            #[inline(always)]
            fn powi(self, n: i32) -> Self {
                math::powi(self, n)
            }
            #[inline(always)]
            fn powf(self, exponent: Self) -> Self {
                math::powf(self, exponent)
            }
            #[inline(always)]
            fn sin(self) -> Self {
                math::sin(self)
            }
            #[inline(always)]
            fn cos(self) -> Self {
                math::cos(self)
            }
            #[inline(always)]
            fn tan(self) -> Self {
                math::tan(self)
            }
            #[inline(always)]
            fn asin(self) -> Self {
                math::asin(self)
            }
            #[inline(always)]
            fn acos(self) -> Self {
                math::acos(self)
            }
            #[inline(always)]
            fn atan(self) -> Self {
                math::atan(self)
            }
            #[inline(always)]
            fn atan2(self, x: Self) -> Self {
                math::atan2(self, x)
            }
            #[inline(always)]
            fn sinh(self) -> Self {
                math::sinh(self)
            }
            #[inline(always)]
            fn cosh(self) -> Self {
                math::cosh(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                math::tanh(self)
            }
            #[inline(always)]
            fn erf(self) -> Self {
                math::erf(self)
            }
            #[inline(always)]
            fn erfc(self) -> Self {
                math::erfc(self)
            }
            #[inline(always)]
            fn ln_gamma(self) -> Self {
                math::ln_gamma(self)
            }
            #[inline(always)]
            fn ln_gamma_positive(self) -> Self {
                math::ln_gamma_positive(self)
            }
            #[inline(always)]
            fn polygamma(self, n: u32) -> Self {
                match n {
                    0 => math::digamma(self),
                    1 => math::trigamma(self),
                    _ => crate::polygamma::polygamma(n, f64::from(self)) as $float,
                }
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                math::sigmoid(self)
            }
            #[inline(always)]
            fn softplus(self) -> Self {
                math::softplus(self)
            }
            #[inline(always)]
            fn normal_cdf(self) -> Self {
                math::normal_cdf(self)
            }
            #[inline(always)]
            fn normal_ln_cdf(self) -> Self {
                math::normal_ln_cdf(self)
            }
            #[inline(always)]
            fn inverse_mills(self) -> Self {
                // φ(x)/Φ(x) = √(2/π) / erfcx(−x/√2): no cancellation and no underflow in either tail.
                let scaled = -self * <$float as Scalar>::of(core::f64::consts::FRAC_1_SQRT_2);
                (<$float as Scalar>::of(0.797_884_560_802_865_4)) / math::erfcx(scaled)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $float::abs(self)
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                $float::mul_add(self, a, b)
            }
        }

        impl Real for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = $float::EPSILON;
            const MIN_POSITIVE: Self = $float::MIN_POSITIVE;
            const INFINITY: Self = $float::INFINITY;
            const NAN: Self = $float::NAN;
            const NAME: &'static str = stringify!($float);
            #[inline(always)]
            fn logistic_parts(self) -> (Self, Self, Self) {
                math::logistic_parts(self)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $float::is_finite(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $float::is_nan(self)
            }
            #[inline(always)]
            fn log1pmx(self) -> Self {
                math::log1pmx(self)
            }
        }
    };
}

real!(f32);
real!(f64);
