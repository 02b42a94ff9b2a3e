//! The uniform work of a program: equal operations, a group at a time, by the kernels of row work.

use super::arithmetic::{Arg, binary, choose, select, unary};
use super::blocks::LANES;
use super::element::Element;
use super::kernel::fold;
use super::plan::{Access, Group, Plan, UniformOp};
use crate::operation::{Binary, Comparison, Unary};

/// Operands in no order are gathered this many at a time.
const CHUNK: usize = 64;

/// Runs groups in order; `u` are all uniform numbers.
#[inline(always)]
pub(crate) fn run<T: Element>(plan: &Plan, groups: &[Group], u: &mut [T]) {
    let mut room = [[T::ZERO; CHUNK]; 3];
    for group in groups {
        let (known, rest) = u.split_at_mut(group.start);
        let out = &mut rest[..group.len];
        if let [out] = out {
            alone(plan, group, known, out);
            continue;
        }
        if group.op == UniformOp::Sum {
            sum(plan, group, known, out);
            continue;
        }
        let ordered = !group.operands.iter().any(|access| matches!(access, Access::List(_)));
        let step = if ordered { group.len } else { CHUNK };
        for (c, out) in out.chunks_mut(step).enumerate() {
            let (at, len) = (c * step, out.len());
            let [room_x, room_y, room_z] = &mut room;
            let mut operands = group.operands.iter();
            let mut next = |room| {
                operands.next().map_or(Arg::Uniform(T::ZERO), |&x| operand(plan, x, known, at, len, room))
            };
            let (x, y, z) = (next(room_x), next(room_y), next(room_z));
            match group.op {
                UniformOp::Unary(op) => unary(op, x, out),
                UniformOp::Binary(op) => binary(op, x, y, out),
                UniformOp::Compare(op) => {
                    select(op, [x, y, Arg::Uniform(T::ONE), Arg::Uniform(T::ZERO)], out)
                }
                // The condition was written by `Compare`.
                UniformOp::Select => select(Comparison::Lt, [Arg::Uniform(T::ZERO), x, y, z], out),
                UniformOp::Sum => {}
            }
        }
    }
}

/// The place of an operand of a group's first member.
#[inline(always)]
fn first(plan: &Plan, access: Access) -> usize {
    match access {
        Access::Same(place) | Access::Run(place) => place as usize,
        Access::List(at) => plan.lists[at as usize] as usize,
    }
}

/// The result of a group of one.
#[inline(always)]
fn alone<T: Element>(plan: &Plan, group: &Group, known: &[T], out: &mut T) {
    let x = |k: usize| known[first(plan, group.operands[k])];
    *out = match group.op {
        UniformOp::Unary(Unary::Neg) => -x(0),
        UniformOp::Unary(op) => return T::unary(op, &[x(0)], core::slice::from_mut(out)),
        UniformOp::Binary(Binary::Add) => x(0) + x(1),
        UniformOp::Binary(Binary::Sub) => x(0) - x(1),
        UniformOp::Binary(Binary::Mul) => x(0) * x(1),
        UniformOp::Binary(Binary::Div) => x(0) / x(1),
        UniformOp::Binary(op @ (Binary::Powf | Binary::Atan2)) => {
            return T::power(op, Arg::Uniform(x(0)), Arg::Uniform(x(1)), core::slice::from_mut(out));
        }
        UniformOp::Compare(op) => choose(op, x(0), x(1), T::ONE, T::ZERO),
        UniformOp::Select => choose(Comparison::Lt, T::ZERO, x(0), x(1), x(2)),
        UniformOp::Sum => one_sum(group, known),
    };
}

/// The operands of members `at..at + len`.
#[inline(always)]
fn operand<'a, T: Element>(
    plan: &Plan,
    access: Access,
    known: &'a [T],
    at: usize,
    len: usize,
    room: &'a mut [T; CHUNK],
) -> Arg<'a, T> {
    match access {
        Access::Same(place) => Arg::Uniform(known[place as usize]),
        Access::Run(first) => Arg::Rows(&known[first as usize + at..][..len]),
        Access::List(first) => {
            for (x, &place) in room.iter_mut().zip(&plan.lists[first as usize + at..][..len]) {
                *x = known[place as usize];
            }
            Arg::Rows(&room[..len])
        }
    }
}

/// The sum of one group, in lanes, whatever the width of vectors.
#[inline(always)]
fn one_sum<T: Element>(group: &Group, known: &[T]) -> T {
    if group.runs.iter().all(|&(.., len)| (len as usize) < LANES) {
        let terms = group.runs.iter().flat_map(|&(minus, first, len)| {
            known[first as usize..][..len as usize].iter().map(move |&x| signed(minus, x))
        });
        return terms.fold(T::ZERO, |sum, x| sum + x);
    }
    let mut lanes = [T::ZERO; LANES];
    for &(minus, first, len) in &group.runs {
        let x = &known[first as usize..][..len as usize];
        let (whole, rest) = x.as_chunks::<LANES>();
        for x in whole {
            for i in 0..LANES {
                lanes[i] += signed(minus, x[i]);
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane += signed(minus, x);
        }
    }
    fold(&mut lanes);
    lanes[0]
}

#[inline(always)]
fn signed<T: Element>(minus: bool, x: T) -> T {
    if minus { -x } else { x }
}

/// out = Σ ±x.
#[inline(always)]
fn sum<T: Element>(plan: &Plan, group: &Group, known: &[T], out: &mut [T]) {
    let terms = group.operands.iter().zip(&group.minus);
    out.fill(T::ZERO);
    for (&access, &minus) in terms {
        match access {
            Access::Same(place) => {
                let x = signed(minus, known[place as usize]);
                out.iter_mut().for_each(|out| *out += x);
            }
            Access::Run(first) => {
                for (out, &x) in out.iter_mut().zip(&known[first as usize..]) {
                    *out += signed(minus, x);
                }
            }
            Access::List(first) => {
                for (out, &place) in out.iter_mut().zip(&plan.lists[first as usize..]) {
                    *out += signed(minus, known[place as usize]);
                }
            }
        }
    }
}
