//! Sums of exponentials, in logarithms.

use super::exp::{exp, exp_parts_fast};
use super::float::Float;
use super::ln::{ln, ln_1p_unit};
use super::pair::{Pair, select};

/// Independent partial results, as many as fill a few vector registers.
const LANES: usize = 32;

/// `ln(e^a + e^b)`, as `max + ln(1 + e^-|a - b|)`.
///
/// Domain: all reals and infinities. Error: at most 1.1 ulp unless the result is
/// much smaller than the arguments; then 1.1 ulp of the larger argument.
///
/// ```
/// use thalweg_core::math::logaddexp;
/// assert_eq!(logaddexp(800.0_f64, f64::NEG_INFINITY), 800.0);
/// ```
#[inline(always)]
pub fn logaddexp<T: Float>(a: T, b: T) -> T {
    let (high, low) = (select(a > b, a, b), select(a > b, b, a));
    let distance = Pair::sum(low, -high);
    let finite = distance.hi > -T::INFINITY;
    let (k, p) = exp_parts_fast(distance.hi.max_of(T::EXP_MIN));
    let small = (p.hi + p.lo) * distance.lo;
    let p = p.plus_small(select(finite, small, T::ZERO));
    let l = ln_1p_unit(p.scaled(T::exp2_int(k.max_of(T::LOWEST_EXPONENT))));
    let sum = Pair::sum(high, l.hi);
    let value = sum.hi + (sum.lo + l.lo);
    // Infinities of one sign have no difference; NaN compares false above.
    let infinite = high == T::INFINITY || high == -T::INFINITY;
    select(a.is_nan() || b.is_nan(), a + b, select(infinite, high, value))
}

/// `ln(sum of e^x_i)`, with the largest term taken out first.
///
/// Domain: any slice; the empty sum gives `-inf`, any NaN gives NaN, else any
/// `inf` gives `inf`. Error of the sum: about `n/32 + 2` half ulps at worst,
/// which the logarithm shrinks. The order of summation is fixed, so the result
/// does not depend on the machine.
///
/// ```
/// use thalweg_core::math::logsumexp;
/// assert_eq!(logsumexp(&[1000.0_f64, f64::NEG_INFINITY]), 1000.0);
/// ```
pub fn logsumexp<T: Float>(x: &[T]) -> T {
    crate::simd::dispatch(
        #[inline(always)]
        || logsumexp_lanes(x),
    )
}

/// The body of [`logsumexp`], for callers already inside [`crate::simd::dispatch`].
#[inline(always)]
pub fn logsumexp_lanes<T: Float>(x: &[T]) -> T {
    let (blocks, rest) = x.as_chunks::<LANES>();
    let mut greatest = [-T::INFINITY; LANES];
    let mut unordered = [T::ZERO; LANES];
    for block in blocks {
        for lane in 0..LANES {
            greatest[lane] = greatest[lane].max_of(block[lane]);
            // 0 for numbers, NaN for NaN; infinities go by the maximum.
            unordered[lane] += select(block[lane].is_nan(), block[lane], T::ZERO);
        }
    }
    for (lane, &value) in rest.iter().enumerate() {
        greatest[lane] = greatest[lane].max_of(value);
        unordered[lane] += select(value.is_nan(), value, T::ZERO);
    }
    let top = greatest.into_iter().fold(-T::INFINITY, T::max_of);
    let nan = unordered.into_iter().fold(T::ZERO, |sum, v| sum + v);
    if nan.is_nan() || top == T::INFINITY || top == -T::INFINITY {
        return top + nan;
    }
    let mut sums = [T::ZERO; LANES];
    for block in blocks {
        for (sum, &value) in sums.iter_mut().zip(block) {
            *sum += exp(value - top);
        }
    }
    for (sum, &value) in sums.iter_mut().zip(rest) {
        *sum += exp(value - top);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    top + ln(sums[0])
}
