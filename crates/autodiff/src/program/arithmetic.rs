//! The arithmetic of blocks: sums, products, quotients, comparisons, in loops over chunks of fixed length, which the compiler makes vector code.

use thalweg_core::Real;

use super::blocks::LANES;
use super::element::Element;
use crate::operation::{Binary, Comparison, Unary};

/// An operand of a block.
#[derive(Copy, Clone)]
pub enum Arg<'a, T> {
    Rows(&'a [T]),
    Uniform(T),
}

impl<T: Copy> Arg<'_, T> {
    #[inline(always)]
    pub(crate) fn at(&self, i: usize) -> T {
        match self {
            Self::Rows(x) => x[i],
            Self::Uniform(u) => *u,
        }
    }

    /// One chunk of `LANES` rows.
    #[inline(always)]
    fn chunk(&self, start: usize) -> [T; LANES] {
        match self {
            Self::Rows(x) => core::array::from_fn(|i| x[start..start + LANES][i]),
            Self::Uniform(u) => [*u; LANES],
        }
    }
}

/// out = f(x), chunk by chunk.
#[inline(always)]
fn map<T: Real>(x: &[T], out: &mut [T], f: impl Fn(T) -> T) {
    let ((x, x_rest), (out, out_rest)) = (x.as_chunks::<LANES>(), out.as_chunks_mut::<LANES>());
    for (x, out) in x.iter().zip(out) {
        let mut lanes = [T::ZERO; LANES];
        for i in 0..LANES {
            lanes[i] = f(x[i]);
        }
        *out = lanes;
    }
    for (x, out) in x_rest.iter().zip(out_rest) {
        *out = f(*x);
    }
}

/// out = f(x, y), chunk by chunk.
#[inline(always)]
fn map2<T: Real>(x: &[T], y: &[T], out: &mut [T], f: impl Fn(T, T) -> T) {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    let (out, out_rest) = out.as_chunks_mut::<LANES>();
    for ((x, y), out) in x.iter().zip(y).zip(out) {
        let mut lanes = [T::ZERO; LANES];
        for i in 0..LANES {
            lanes[i] = f(x[i], y[i]);
        }
        *out = lanes;
    }
    for ((x, y), out) in x_rest.iter().zip(y_rest).zip(out_rest) {
        *out = f(*x, *y);
    }
}

#[inline(always)]
pub(crate) fn binary<T: Element>(op: Binary, x: Arg<'_, T>, y: Arg<'_, T>, out: &mut [T]) {
    // One division a block instead of one a row.
    let (op, y) = match (op, y) {
        (Binary::Div, Arg::Uniform(y)) => (Binary::Mul, Arg::Uniform(T::ONE / y)),
        other => other,
    };
    match op {
        Binary::Add => binary_loop(x, y, out, |x, y| x + y),
        Binary::Sub => binary_loop(x, y, out, |x, y| x - y),
        Binary::Mul => binary_loop(x, y, out, |x, y| x * y),
        Binary::Div => binary_loop(x, y, out, |x, y| x / y),
        Binary::Powf | Binary::Atan2 => T::power(op, x, y, out),
    }
}

/// A function of one number over a block; a uniform operand is one row.
#[inline(always)]
pub(crate) fn unary<T: Element>(op: Unary, x: Arg<'_, T>, out: &mut [T]) {
    match (op, x) {
        (Unary::Neg, Arg::Rows(x)) => map(x, out, |x: T| -x),
        (_, Arg::Rows(x)) => T::unary(op, x, out),
        (_, Arg::Uniform(x)) => {
            if let Some((first, rest)) = out.split_first_mut() {
                T::unary(op, &[x], core::slice::from_mut(first));
                rest.fill(*first);
            }
        }
    }
}

#[inline(always)]
fn binary_loop<T: Real>(x: Arg<'_, T>, y: Arg<'_, T>, out: &mut [T], f: impl Fn(T, T) -> T) {
    match (x, y) {
        (Arg::Rows(x), Arg::Rows(y)) => map2(x, y, out, f),
        (Arg::Rows(x), Arg::Uniform(y)) => map(
            x,
            out,
            #[inline(always)]
            |x| f(x, y),
        ),
        (Arg::Uniform(x), Arg::Rows(y)) => map(
            y,
            out,
            #[inline(always)]
            |y| f(x, y),
        ),
        (Arg::Uniform(x), Arg::Uniform(y)) => out.fill(f(x, y)),
    }
}

#[inline(always)]
pub(crate) fn select<T: Real>(op: Comparison, [a, b, then, otherwise]: [Arg<'_, T>; 4], out: &mut [T]) {
    let whole = out.len() / LANES * LANES;
    for (k, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let start = k * LANES;
        let (a, b) = (a.chunk(start), b.chunk(start));
        let (then, otherwise) = (then.chunk(start), otherwise.chunk(start));
        for i in 0..LANES {
            out[i] = choose(op, a[i], b[i], then[i], otherwise[i]);
        }
    }
    for (i, out) in out.iter_mut().enumerate().skip(whole) {
        *out = choose(op, a.at(i), b.at(i), then.at(i), otherwise.at(i));
    }
}

/// One row of [`select`].
#[inline(always)]
pub(crate) fn choose<T: Real>(op: Comparison, a: T, b: T, then: T, otherwise: T) -> T {
    let holds = match op {
        Comparison::Lt => a < b,
        Comparison::Le => a <= b,
    };
    if holds { then } else { otherwise }
}
