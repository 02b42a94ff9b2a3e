//! Running code with the widest vector instructions the machine has.
//!
//! [`dispatch`] calls a closure in a function compiled for the instruction set
//! found at run time; whatever inlines into it is compiled for that set as
//! well. The slice drivers below are plain loops, which LLVM vectorises because
//! the functions of [`crate::math`] have no branches. No operation is
//! reassociated or contracted on the way, so a value has the same bits whether
//! it is computed alone, in a vector, or on another machine.

use crate::math::{self, Float};

/// Elements per block: four 512-bit registers of doubles. Constant, so that the
/// loop over a block has no remainder, and its results go through an array, so
/// that LLVM need not wonder whether output and input overlap.
const BLOCK: usize = 32;

/// Runs `f` compiled for the best instruction set available at run time.
///
/// Everything `f` calls must be `#[inline(always)]` to profit, closures
/// included: without the attribute LLVM may leave a large closure outside.
///
/// ```
/// let total = thalweg_core::simd::dispatch(|| (0..4).map(f64::from).sum::<f64>());
/// assert_eq!(total, 6.0);
/// ```
#[inline]
pub fn dispatch<R>(f: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(f)
}

/// `out[i] = f(x[i])`, vectorised if `f` is a branch-free closure marked
/// `#[inline(always)]`.
///
/// A bare function name works, but LLVM need not inline it: the larger functions
/// of [`crate::math`] then run a hundred times slower. The named slice functions
/// of this module, such as [`exp`], have no such trap.
///
/// # Panics
/// If the lengths differ.
///
/// ```
/// use thalweg_core::{math, simd};
/// let mut out = [0.0; 3];
/// simd::map(
///     &[0.0, 1.0, 2.0],
///     &mut out,
///     #[inline(always)]
///     |x: f64| 2.0 * math::exp(x),
/// );
/// assert_eq!(out[0], 2.0);
/// ```
#[inline]
pub fn map<T: Float, U: Float>(x: &[T], out: &mut [U], f: impl Fn(T) -> U) {
    dispatch(
        #[inline(always)]
        || map_lanes(x, out, f),
    );
}

/// The body of [`map`], for callers already inside [`dispatch`].
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub fn map_lanes<T: Float, U: Float>(x: &[T], out: &mut [U], f: impl Fn(T) -> U) {
    assert_eq!(x.len(), out.len(), "input and output lengths differ");
    let (blocks, rest) = x.as_chunks::<BLOCK>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<BLOCK>();
    for (source, target) in blocks.iter().zip(out_blocks) {
        *target = map_block(source, &f);
    }
    for (target, &value) in out_rest.iter_mut().zip(rest) {
        *target = f(value);
    }
}

#[inline(always)]
fn map_block<T: Float, U: Float>(source: &[T; BLOCK], f: &impl Fn(T) -> U) -> [U; BLOCK] {
    let mut lanes = [U::ZERO; BLOCK];
    for (lane, &value) in lanes.iter_mut().zip(source) {
        *lane = f(value);
    }
    lanes
}

/// `out[i] = f(x[i], y[i])`, vectorised like [`map`].
///
/// # Panics
/// If the lengths differ.
///
/// ```
/// use thalweg_core::{math, simd};
/// let mut out = [0.0; 2];
/// simd::map2(
///     &[2.0, 3.0],
///     &[3.0, 2.0],
///     &mut out,
///     #[inline(always)]
///     |x, y| math::powf(x, y),
/// );
/// assert_eq!(out, [8.0, 9.0]);
/// ```
#[inline]
pub fn map2<T: Float, U: Float>(x: &[T], y: &[T], out: &mut [U], f: impl Fn(T, T) -> U) {
    dispatch(
        #[inline(always)]
        || map2_lanes(x, y, out, f),
    );
}

/// The body of [`map2`], for callers already inside [`dispatch`].
///
/// # Panics
/// If the lengths differ.
#[inline(always)]
pub fn map2_lanes<T: Float, U: Float>(x: &[T], y: &[T], out: &mut [U], f: impl Fn(T, T) -> U) {
    assert_eq!(x.len(), y.len(), "input lengths differ");
    assert_eq!(x.len(), out.len(), "input and output lengths differ");
    let (x_blocks, x_rest) = x.as_chunks::<BLOCK>();
    let (y_blocks, y_rest) = y.as_chunks::<BLOCK>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<BLOCK>();
    for ((x, y), target) in x_blocks.iter().zip(y_blocks).zip(out_blocks) {
        let mut lanes = [U::ZERO; BLOCK];
        for ((lane, &x), &y) in lanes.iter_mut().zip(x).zip(y) {
            *lane = f(x, y);
        }
        *target = lanes;
    }
    for ((target, &x), &y) in out_rest.iter_mut().zip(x_rest).zip(y_rest) {
        *target = f(x, y);
    }
}

/// [`map_lanes`] with `fast` for blocks in which every element is `within`, else
/// with `full`. The two must agree where both apply.
///
/// # Panics
/// If the lengths differ.
///
/// ```
/// use thalweg_core::{math, simd};
/// let (x, mut out) = ([0.5, 1e300], [0.0; 2]);
/// simd::map_lanes_within(&x, &mut out, math::is_moderate_angle, math::sin_moderate, math::sin);
/// assert_eq!(out, [math::sin(0.5), 1e300_f64.sin()]);
/// ```
#[inline(always)]
pub fn map_lanes_within<T: Float, U: Float>(
    x: &[T],
    out: &mut [U],
    within: impl Fn(T) -> bool,
    fast: impl Fn(T) -> U,
    full: impl Fn(T) -> U,
) {
    assert_eq!(x.len(), out.len(), "input and output lengths differ");
    let (blocks, rest) = x.as_chunks::<BLOCK>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<BLOCK>();
    for (source, target) in blocks.iter().zip(out_blocks) {
        // No early exit: the test itself vectorises.
        if source.iter().fold(true, |all, &value| all & within(value)) {
            *target = map_block(source, &fast);
        } else {
            map_scalar(source, target, &full);
        }
    }
    map_scalar(rest, out_rest, &full);
}

#[inline(always)]
fn map_scalar<T: Float, U: Float>(x: &[T], out: &mut [U], f: &impl Fn(T) -> U) {
    for (target, &value) in out.iter_mut().zip(x) {
        *target = f(value);
    }
}

macro_rules! slice_functions {
    ($($name:ident)+) => {$(
        #[doc = concat!("[`math::", stringify!($name), "`] of every element.")]
        ///
        /// # Panics
        /// If the lengths differ.
        pub fn $name<T: Float>(x: &[T], out: &mut [T]) {
            dispatch(
                #[inline(always)]
                || {
                    map_lanes(
                        x,
                        out,
                        #[inline(always)]
                        |value| math::$name(value),
                    );
                },
            );
        }
    )+};
}

slice_functions! {
    exp exp_m1 ln ln_1p sigmoid softplus tanh log1mexp log1pmx sinh cosh
    asin acos atan erf erfc erfcx normal_pdf normal_cdf normal_ln_cdf normal_quantile
}

macro_rules! slice_functions_with_fallback {
    ($($name:ident: $fast:ident if $within:path;)+) => {$(
        #[doc = concat!("[`math::", stringify!($name), "`] of every element, by [`math::", stringify!($fast), "`] where it applies.")]
        ///
        /// # Panics
        /// If the lengths differ.
        pub fn $name<T: Float>(x: &[T], out: &mut [T]) {
            dispatch(
                #[inline(always)]
                || {
                    map_lanes_within(
                        x,
                        out,
                        #[inline(always)]
                        |value| $within(value),
                        #[inline(always)]
                        |value| math::$fast(value),
                        #[inline(always)]
                        |value| math::$name(value),
                    );
                },
            );
        }
    )+};
}

/// Whether the gamma family needs no reflection.
#[inline(always)]
fn is_positive<T: Float>(x: T) -> bool {
    x > T::ZERO
}

macro_rules! pair_functions {
    ($($name:ident)+) => {$(
        #[doc = concat!("[`math::", stringify!($name), "`] of every pair of elements.")]
        ///
        /// # Panics
        /// If the lengths differ.
        pub fn $name<T: Float>(x: &[T], y: &[T], out: &mut [T]) {
            map2(
                x,
                y,
                out,
                #[inline(always)]
                |x, y| math::$name(x, y),
            );
        }
    )+};
}

pair_functions! { powf atan2 logaddexp }

slice_functions_with_fallback! {
    sin: sin_moderate if math::is_moderate_angle;
    cos: cos_moderate if math::is_moderate_angle;
    tan: tan_moderate if math::is_moderate_angle;
    ln_gamma: ln_gamma_positive if is_positive;
    digamma: digamma_positive if is_positive;
    trigamma: trigamma_positive if is_positive;
}
