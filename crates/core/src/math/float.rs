//! The two floating-point types and the few bit tricks the kernels need.
//!
//! Every function of [`crate::math`] is written once against [`Float`]. All
//! methods are single instructions (or a blend) once the caller is compiled for
//! a machine with FMA, so a kernel in a plain loop vectorises.

use super::tables::Tables;
use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A binary floating-point number: `f32` or `f64`. Sealed.
///
/// ```
/// use thalweg_core::math::Float;
/// fn hypotenuse<T: Float>(a: T, b: T) -> T {
///     a.mul_add(a, b * b).sqrt()
/// }
/// assert_eq!(hypotenuse(3.0_f32, 4.0), 5.0);
/// ```
pub trait Float:
    sealed::Sealed
    + Tables
    + Copy
    + Debug
    + Display
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// The unsigned integer of the same width.
    type Bits: Copy + Debug + PartialEq;

    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// 2.
    const TWO: Self;
    /// 1/2.
    const HALF: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// A quiet NaN.
    const NAN: Self;
    /// Distance from 1 to the next larger number.
    const EPSILON: Self;
    /// Smallest positive normal number.
    const MIN_POSITIVE: Self;
    /// Largest finite number.
    const MAX: Self;
    /// Explicitly stored significand bits: 23 or 52.
    const MANTISSA_BITS: u32;
    /// 1.5 · 2^MANTISSA_BITS. Adding it rounds to an integer (ties to even)
    /// and leaves that integer in the low bits of the representation.
    const SHIFTER: Self;

    /// Below this the exponential rounds to zero.
    const EXP_MIN: Self;
    /// Above this the exponential overflows.
    const EXP_MAX: Self;
    /// A negative exponent well inside the normal range, in whole.
    const LOWEST_EXPONENT: Self;
    /// ln 2 cut so that its product with any exponent is exact.
    const LN2_HI: Self;
    /// ln 2 - `LN2_HI`.
    const LN2_LO: Self;
    /// pi/2 in three parts, each the rounded rest of the previous ones.
    const HALF_PI: [Self; 3];

    /// Conversion from `f64`, rounding to nearest.
    fn from_f64(x: f64) -> Self;
    /// Exact conversion to `f64`.
    fn to_f64(self) -> f64;
    /// The bit pattern.
    fn to_bits(self) -> Self::Bits;
    /// The number with the given bit pattern.
    fn from_bits(bits: Self::Bits) -> Self;
    /// `self * a + b` with one rounding.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Correctly rounded square root.
    fn sqrt(self) -> Self;
    /// Magnitude of `self` with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// Largest integer not above `self`.
    fn floor(self) -> Self;
    /// Nearest integer, ties to even.
    fn round(self) -> Self;
    /// The smaller number; a NaN in `self` is kept, one in `other` ignored.
    fn min_of(self, other: Self) -> Self;
    /// The larger number; a NaN in `self` is kept, one in `other` ignored.
    fn max_of(self, other: Self) -> Self;
    /// True unless `self` is infinite or NaN.
    fn is_finite(self) -> bool;
    /// True for NaN.
    fn is_nan(self) -> bool;

    /// `2^k` for an integer-valued `k` in the exponent range of normal numbers.
    fn exp2_int(k: Self) -> Self;
    /// `(m, e)` with `self = m 2^e` and `m` in `[sqrt(1/2), sqrt(2))`, for
    /// finite positive `self`, subnormals included.
    fn split(self) -> (Self, Self);
    /// -1 where bit 1 of `j` is set, else 1, for `shifted = j + SHIFTER`.
    fn half_turn_sign(shifted: Self) -> Self;
    /// Whether `j` is odd, where `shifted = j + SHIFTER`.
    fn is_odd(shifted: Self) -> bool;
}

macro_rules! float {
    (
        $ty:ident, $bits:ident, $mantissa:literal, $bias:literal,
        exp: $exp_min:literal, $exp_max:literal,
        ln2: $ln2_hi:literal, $ln2_lo:literal,
        half_pi: $half_pi:expr
    ) => {
        impl Float for $ty {
            type Bits = $bits;

            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TWO: Self = 2.0;
            const HALF: Self = 0.5;
            const INFINITY: Self = $ty::INFINITY;
            const NAN: Self = $ty::NAN;
            const EPSILON: Self = $ty::EPSILON;
            const MIN_POSITIVE: Self = $ty::MIN_POSITIVE;
            const MAX: Self = $ty::MAX;
            const MANTISSA_BITS: u32 = $mantissa;
            const SHIFTER: Self = ((3_u64) << ($mantissa - 1)) as $ty;

            const EXP_MIN: Self = $exp_min;
            const EXP_MAX: Self = $exp_max;
            const LOWEST_EXPONENT: Self = 25.0 - $bias;
            const LN2_HI: Self = $ln2_hi;
            const LN2_LO: Self = $ln2_lo;
            const HALF_PI: [Self; 3] = $half_pi;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $ty
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn to_bits(self) -> $bits {
                $ty::to_bits(self)
            }
            #[inline(always)]
            fn from_bits(bits: $bits) -> Self {
                $ty::from_bits(bits)
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                $ty::mul_add(self, a, b)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $ty::abs(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $ty::sqrt(self)
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                $ty::copysign(self, sign)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                $ty::floor(self)
            }
            #[inline(always)]
            fn round(self) -> Self {
                $ty::round_ties_even(self)
            }
            #[inline(always)]
            fn min_of(self, other: Self) -> Self {
                if other < self { other } else { self }
            }
            #[inline(always)]
            fn max_of(self, other: Self) -> Self {
                if other > self { other } else { self }
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $ty::is_finite(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $ty::is_nan(self)
            }
            #[inline(always)]
            fn exp2_int(k: Self) -> Self {
                // The shifter leaves k in two's complement in the low bits;
                // everything above the exponent field is shifted out.
                let biased = (k + (Self::SHIFTER + $bias)).to_bits();
                $ty::from_bits(biased << $mantissa)
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                const SQRT_HALF: $bits = (std::f64::consts::FRAC_1_SQRT_2 as $ty).to_bits();
                const BIAS: $bits = (1.0 as $ty).to_bits();
                const FRACTION: $bits = (1 << $mantissa) - 1;
                const LIFT: $ty = (1_u64 << ($mantissa + 1)) as $ty;
                let tiny = self < $ty::MIN_POSITIVE;
                let lifted = if tiny { self * LIFT } else { self };
                let offset: $ty = if tiny { $mantissa as $ty + 1.0 } else { 0.0 };
                // Counting from sqrt(1/2), the exponent field changes where m wraps.
                let above = lifted.to_bits().wrapping_sub(SQRT_HALF);
                let m = $ty::from_bits((above & FRACTION).wrapping_add(SQRT_HALF));
                let biased = above.wrapping_add(BIAS) >> $mantissa;
                let e = $ty::from_bits(biased | Self::SHIFTER.to_bits()) - (Self::SHIFTER + $bias);
                (m, e - offset)
            }
            #[inline(always)]
            fn half_turn_sign(shifted: Self) -> Self {
                const SIGN: $bits = 1 << ($bits::BITS - 1);
                let sign = (shifted.to_bits() << ($bits::BITS - 2)) & SIGN;
                $ty::from_bits(sign | (1.0 as $ty).to_bits())
            }
            #[inline(always)]
            fn is_odd(shifted: Self) -> bool {
                shifted.to_bits() & 1 != 0
            }
        }
    };
}

float!(
    f32, u32, 23, 127.0,
    exp: -105.0, 89.0,
    ln2: 0.693_145_75, 1.428_606_8e-6,
    half_pi: [std::f32::consts::FRAC_PI_2, -4.371_139e-8, -1.715_124_5e-15]
);
float!(
    f64, u64, 52, 1023.0,
    exp: -746.0, 710.0,
    ln2: 0.693147180559663, 2.823_529_056_303_157_7e-13,
    half_pi: [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33]
);
