//! The uniform work of a program: equal operations, a group at a time.

use thalweg_core::Scalar;

use super::element::Element;
use super::plan::{Group, Plan, UniformOp};
use crate::operation::{Binary, Comparison, Unary};

/// Operations whose operands are gathered before they are computed together.
const CHUNK: usize = 8;

/// Runs groups in order; `u` are all uniform numbers.
#[inline(always)]
pub(crate) fn run<T: Element>(plan: &Plan, groups: &[Group], u: &mut [T]) {
    for group in groups {
        let (known, rest) = u.split_at_mut(group.start);
        let out = &mut rest[..group.len];
        let operand = |k: usize| &plan.operands[group.operands + k * group.len..][..group.len];
        match group.op {
            UniformOp::Unary(op) => unary(op, known, operand(0), out),
            UniformOp::Binary(op) => binary(op, known, operand(0), operand(1), out),
            UniformOp::Compare(op) => gather2(known, operand(0), operand(1), out, |x, y| {
                let holds = match op {
                    Comparison::Lt => x < y,
                    Comparison::Le => x <= y,
                };
                if holds { T::ONE } else { T::ZERO }
            }),
            UniformOp::Select => {
                let (mask, then, otherwise) = (operand(0), operand(1), operand(2));
                for (i, out) in out.iter_mut().enumerate() {
                    let chosen = if known[mask[i] as usize] == T::ZERO { otherwise[i] } else { then[i] };
                    *out = known[chosen as usize];
                }
            }
            UniformOp::Sum => {
                for (i, out) in out.iter_mut().enumerate() {
                    *out = known[operand(0)[i] as usize];
                }
                for k in 1..group.arity {
                    let minus = plan.minus[group.operands + k * group.len];
                    for (out, &at) in out.iter_mut().zip(operand(k)) {
                        let x = known[at as usize];
                        *out = if minus { *out - x } else { *out + x };
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn gather<T: Element>(known: &[T], x: &[u32], out: &mut [T], f: impl Fn(T) -> T) {
    let chunks = x.as_chunks::<CHUNK>();
    let outs = out.as_chunks_mut::<CHUNK>();
    for (x, out) in chunks.0.iter().zip(outs.0) {
        let x = x.map(|at| known[at as usize]);
        *out = x.map(&f);
    }
    for (&x, out) in chunks.1.iter().zip(outs.1) {
        *out = f(known[x as usize]);
    }
}

#[inline(always)]
fn gather2<T: Element>(known: &[T], x: &[u32], y: &[u32], out: &mut [T], f: impl Fn(T, T) -> T) {
    let (xs, ys) = (x.as_chunks::<CHUNK>(), y.as_chunks::<CHUNK>());
    let outs = out.as_chunks_mut::<CHUNK>();
    for ((x, y), out) in xs.0.iter().zip(ys.0).zip(outs.0) {
        let x = x.map(|at| known[at as usize]);
        let y = y.map(|at| known[at as usize]);
        *out = core::array::from_fn(|i| f(x[i], y[i]));
    }
    for ((&x, &y), out) in xs.1.iter().zip(ys.1).zip(outs.1) {
        *out = f(known[x as usize], known[y as usize]);
    }
}

#[inline(always)]
fn binary<T: Element>(op: Binary, known: &[T], x: &[u32], y: &[u32], out: &mut [T]) {
    match op {
        Binary::Add => gather2(
            known,
            x,
            y,
            out,
            #[inline(always)]
            |x, y| x + y,
        ),
        Binary::Sub => gather2(
            known,
            x,
            y,
            out,
            #[inline(always)]
            |x, y| x - y,
        ),
        Binary::Mul => gather2(
            known,
            x,
            y,
            out,
            #[inline(always)]
            |x, y| x * y,
        ),
        Binary::Div => gather2(
            known,
            x,
            y,
            out,
            #[inline(always)]
            |x, y| x / y,
        ),
        other => {
            for i in 0..out.len() {
                out[i] = other.apply(known[x[i] as usize], known[y[i] as usize]);
            }
        }
    }
}

#[inline(always)]
fn unary<T: Element>(op: Unary, known: &[T], x: &[u32], out: &mut [T]) {
    match op {
        Unary::Neg => gather(
            known,
            x,
            out,
            #[inline(always)]
            |x| -x,
        ),
        Unary::Exp => gather(
            known,
            x,
            out,
            #[inline(always)]
            |x| Scalar::exp(x),
        ),
        Unary::Ln => gather(
            known,
            x,
            out,
            #[inline(always)]
            |x| Scalar::ln(x),
        ),
        Unary::Sqrt => gather(
            known,
            x,
            out,
            #[inline(always)]
            |x| Scalar::sqrt(x),
        ),
        Unary::Tanh => gather(
            known,
            x,
            out,
            #[inline(always)]
            |x| Scalar::tanh(x),
        ),
        Unary::Sigmoid => gather(
            known,
            x,
            out,
            #[inline(always)]
            |x| Scalar::sigmoid(x),
        ),
        other => {
            for (out, &at) in out.iter_mut().zip(x) {
                *out = other.apply(known[at as usize]);
            }
        }
    }
}
