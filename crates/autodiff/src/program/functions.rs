//! The elementary and special functions of compiled programs, over blocks, in functions of their own: a call is cheap beside a block of
//! logarithms, and each function is compiled to vector code once.

use thalweg_core::math::{self, Float};
use thalweg_core::{Real, Scalar, simd};

use super::arithmetic::Arg;
use super::blocks::LANES;
use crate::operation::{Binary, Unary};

/// The loop of a unary operation: one closure a function, so that each is compiled to vector code of its own.
macro_rules! unary_loops {
    ($op:expr, $x:expr, $out:expr; $($variant:ident $method:ident)+) => {
        match $op {
            $(Unary::$variant => map($x, $out, #[inline(always)] |v| Scalar::$method(v)),)+
            Unary::Neg => map($x, $out, #[inline(always)] |v| -v),
            Unary::Powi(-1) => map($x, $out, #[inline(always)] |v| Scalar::recip(v)),
            Unary::Powi(3) => map($x, $out, #[inline(always)] |v| v * v * v),
            Unary::Powi(n) => map($x, $out, #[inline(always)] |v| Scalar::powi(v, n)),
            // Branch-free where the whole block allows it.
            Unary::Sin => within($x, $out, math::is_moderate_angle, #[inline(always)] |v| math::sin_moderate(v), math::sin),
            Unary::Cos => within($x, $out, math::is_moderate_angle, #[inline(always)] |v| math::cos_moderate(v), math::cos),
            Unary::Tan => within($x, $out, math::is_moderate_angle, #[inline(always)] |v| math::tan_moderate(v), math::tan),
            Unary::LnGamma => within($x, $out, is_positive, #[inline(always)] |v| math::ln_gamma_positive(v), math::ln_gamma),
            Unary::Polygamma(0) => within($x, $out, is_positive, #[inline(always)] |v| math::digamma_positive(v), math::digamma),
            Unary::Polygamma(1) => within($x, $out, is_positive, #[inline(always)] |v| math::trigamma_positive(v), math::trigamma),
            Unary::Polygamma(n) => {
                for (x, out) in $x.iter().zip($out) {
                    *out = Scalar::polygamma(*x, n);
                }
            }
        }
    };
}

/// out = op(x), of equal lengths.
#[inline(always)]
pub(crate) fn unary<T: Real + Float>(op: Unary, x: &[T], out: &mut [T]) {
    unary_loops! { op, x, out;
        Abs abs Exp exp ExpM1 exp_m1 Ln ln Ln1p ln_1p Sqrt sqrt Asin asin Acos acos Atan atan Sinh sinh Cosh cosh Tanh tanh Erf erf
        Erfc erfc Sigmoid sigmoid Softplus softplus NormalCdf normal_cdf NormalLnCdf normal_ln_cdf InverseMills inverse_mills
    }
}

/// out = xʸ, or the angle of (y, x).
#[inline(always)]
pub(crate) fn power<T: Real>(op: Binary, x: Arg<'_, T>, y: Arg<'_, T>, out: &mut [T]) {
    let (mut x_room, mut y_room) = ([T::ZERO; CHUNK], [T::ZERO; CHUNK]);
    for (c, out) in out.chunks_mut(CHUNK).enumerate() {
        let (x, y) = (rows(x, c, out.len(), &mut x_room), rows(y, c, out.len(), &mut y_room));
        match op {
            Binary::Atan2 => map2(
                x,
                y,
                out,
                #[inline(always)]
                |y, x| Scalar::atan2(y, x),
            ),
            _ => map2(
                x,
                y,
                out,
                #[inline(always)]
                |x, y| Scalar::powf(x, y),
            ),
        }
    }
}

/// out = f(x), chunk by chunk; what is left over is a chunk filled up with its first row, so that f is compiled once.
#[inline(always)]
fn map<T: Real>(x: &[T], out: &mut [T], f: impl Fn(T) -> T) {
    let ((x, x_rest), (out, out_rest)) = (x.as_chunks::<LANES>(), out.as_chunks_mut::<LANES>());
    let (last, mut room) = (filled(x_rest), [[T::ZERO; LANES]]);
    let passes = 1 + usize::from(!x_rest.is_empty());
    for pass in 0..passes {
        let (x, out) = if pass == 0 { (x, &mut *out) } else { (&last[..], &mut room[..]) };
        for (x, out) in x.iter().zip(out) {
            let mut lanes = [T::ZERO; LANES];
            for i in 0..LANES {
                lanes[i] = f(x[i]);
            }
            *out = lanes;
        }
    }
    out_rest.copy_from_slice(&room[0][..out_rest.len()]);
}

/// out = f(x, y), as [`map`].
#[inline(always)]
fn map2<T: Real>(x: &[T], y: &[T], out: &mut [T], f: impl Fn(T, T) -> T) {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let (out, out_rest) = out.as_chunks_mut::<LANES>();
    let (x_last, y_last, mut room) = (filled(x_rest), filled(y_rest), [[T::ZERO; LANES]]);
    let passes = 1 + usize::from(!x_rest.is_empty());
    for pass in 0..passes {
        let (x, y, out) =
            if pass == 0 { (x, y, &mut *out) } else { (&x_last[..], &y_last[..], &mut room[..]) };
        for ((x, y), out) in x.iter().zip(y).zip(out) {
            let mut lanes = [T::ZERO; LANES];
            for i in 0..LANES {
                lanes[i] = f(x[i], y[i]);
            }
            *out = lanes;
        }
    }
    out_rest.copy_from_slice(&room[0][..out_rest.len()]);
}

/// A chunk that begins with these rows and repeats the first.
#[inline(always)]
fn filled<T: Real>(rest: &[T]) -> [[T; LANES]; 1] {
    let mut all = [rest.first().copied().unwrap_or(T::ZERO); LANES];
    all[..rest.len()].copy_from_slice(rest);
    [all]
}

/// Rows of which uniform operands are made.
const CHUNK: usize = 64;

#[inline(always)]
fn rows<'a, T: Real>(x: Arg<'a, T>, c: usize, len: usize, room: &'a mut [T; CHUNK]) -> &'a [T] {
    match x {
        Arg::Rows(x) => &x[c * CHUNK..][..len],
        Arg::Uniform(x) => {
            *room = [x; CHUNK];
            &room[..len]
        }
    }
}

/// `fast` where the whole block is `within`, else `full`.
#[inline(always)]
fn within<T: Float>(
    x: &[T],
    out: &mut [T],
    within: impl Fn(T) -> bool,
    fast: impl Fn(T) -> T,
    full: impl Fn(T) -> T,
) {
    simd::map_lanes_within(x, out, within, fast, full);
}

#[inline(always)]
fn is_positive<T: Float>(x: T) -> bool {
    x > <T as Float>::ZERO
}
