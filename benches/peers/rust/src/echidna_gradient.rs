//! echidna: `grad` (reverse mode, recorded each time), a bytecode tape recorded once, optimised and replayed, and forward mode on `DualVec`.

use std::hint::black_box;

use echidna::dual_vec::DualVec;
use echidna::{Scalar, grad, record};
use serde_json::Value;

use crate::clock::{Measured, measure};
use crate::numbers;

/// Σ (1 − xᵢ)² + 100 (xᵢ₊₁ − xᵢ²)².
fn rosenbrock<T: Scalar<Float = f64>>(x: &[T]) -> T {
    let (one, hundred) = (T::from_f(1.0), T::from_f(100.0));
    let mut sum = T::zero();
    for pair in x.windows(2) {
        let (a, b) = (one - pair[0], pair[1] - pair[0] * pair[0]);
        sum = sum + a * a + hundred * b * b;
    }
    sum
}

pub fn run(params: &Value, repetitions: usize) -> Option<Measured> {
    let x = numbers(params, "x")?;
    match (params["variant"].as_str()?, x.len()) {
        ("reverse", _) => measure(repetitions, || grad(rosenbrock, black_box(&x)), |g| g),
        ("replay", _) => {
            let (mut tape, _) = record(rosenbrock, &x);
            tape.optimize();
            let mut adjoints = Vec::new();
            measure(repetitions, || tape.gradient_with_buf(black_box(&x), &mut adjoints), |g| g)
        }
        ("forward", 2) => forward::<2>(&x, repetitions),
        ("forward", 10) => forward::<10>(&x, repetitions),
        _ => None,
    }
}

/// All directions in one pass.
fn forward<const N: usize>(x: &[f64], repetitions: usize) -> Option<Measured> {
    let x: [f64; N] = x.try_into().ok()?;
    let task = || {
        let x = black_box(&x);
        let duals: [DualVec<f64, N>; N] = std::array::from_fn(|i| DualVec::with_tangent(x[i], i));
        rosenbrock(&duals).eps
    };
    measure(repetitions, task, |g| g.to_vec())
}
