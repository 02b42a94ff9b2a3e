//! echidna: the product of two truncated Taylor series of order 30.

use std::hint::black_box;

use echidna::Taylor;
use serde_json::Value;

use crate::clock::{Measured, measure};
use crate::numbers;

/// The coefficients up to order 30.
const COEFFICIENTS: usize = 31;

pub fn run(params: &Value, repetitions: usize) -> Option<Measured> {
    let series = |key| Some(Taylor::<f64, COEFFICIENTS>::new(numbers(params, key)?.try_into().ok()?));
    let (a, b) = (series("a")?, series("b")?);
    measure(repetitions, || *black_box(&a) * *black_box(&b), |c| c.coeffs.to_vec())
}
