//! num-dual: `gradient`, on static vectors up to 100 variables and on dynamic ones.

use std::hint::black_box;

use nalgebra::{DVector, SVector};
use num_dual::{DualDVec64, DualNum, DualSVec64, gradient};
use serde_json::Value;

use crate::clock::{Measured, measure};
use crate::numbers;

/// Σ (1 − xᵢ)² + 100 (xᵢ₊₁ − xᵢ²)².
fn rosenbrock<D: DualNum<Primitive = f64>>(x: &[D]) -> D {
    let mut sum = D::from(0.0);
    for pair in x.windows(2) {
        sum += (pair[0].clone() - 1.0).powi(2) + (pair[1].clone() - pair[0].powi(2)).powi(2) * 100.0;
    }
    sum
}

pub fn run(params: &Value, repetitions: usize) -> Option<Measured> {
    let x = numbers(params, "x")?;
    match (params["variant"].as_str()?, x.len()) {
        ("static", 2) => fixed::<2>(&x, repetitions),
        ("static", 10) => fixed::<10>(&x, repetitions),
        ("static", 100) => fixed::<100>(&x, repetitions),
        ("dynamic", _) => {
            let x = DVector::from_vec(x);
            let f = |x: DVector<DualDVec64>| rosenbrock(x.as_slice());
            measure(repetitions, || gradient(f, black_box(&x)), |(_, g)| g.as_slice().to_vec())
        }
        _ => None,
    }
}

fn fixed<const N: usize>(x: &[f64], repetitions: usize) -> Option<Measured> {
    let x = SVector::<f64, N>::from_column_slice(x);
    let f = |x: SVector<DualSVec64<N>, N>| rosenbrock(x.as_slice());
    measure(repetitions, || gradient(f, black_box(&x)), |(_, g)| g.as_slice().to_vec())
}
