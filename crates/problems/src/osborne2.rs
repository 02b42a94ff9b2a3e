//! Osborne 2: one exponential and three bells through 65 points.
//!
//! Source: Osborne (1972); Moré, Garbow and Hillstrom, ACM TOMS 7 (1981), problem 19.

use thalweg_core::{Real, Result, Scalar, k};

use crate::{Make, Minimum, Problem, ProblemEntry, ResidualFormula, Squares};

/// rᵢ = yᵢ − (x₁e^−tx₅ + x₂e^−(t−x₉)²x₆ + x₃e^−(t−x₁₀)²x₇ + x₄e^−(t−x₁₁)²x₈) with t = (i − 1)/10; minimum 4.01377…e-2, 1.7897… in the
/// limit.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Osborne2;

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "osborne2",
    summary: "an exponential and three bells through 65 points",
    parameters: &[],
    example: "osborne2",
    make: Make { f64: make, f32: make },
};

const Y: [f64; 65] = [
    1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616,
    0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495,
    0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672,
    0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581,
    0.428, 0.292, 0.162, 0.098, 0.054,
];

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Problem<T>>> {
    Ok(Box::new(Squares::new(Osborne2)))
}

impl ResidualFormula for Osborne2 {
    fn shape(&self) -> (usize, usize) {
        (65, 11)
    }

    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]) {
        for (i, (r, y)) in r.iter_mut().zip(Y).enumerate() {
            let t = 0.1 * i as f64;
            let mut sum = x[0] * (k(-t) * x[4]).exp();
            for j in 1..4 {
                sum = sum + x[j] * (-(k(t) - x[j + 7]).square() * x[j + 4]).exp();
            }
            *r = k(y) - sum;
        }
    }

    fn start(&self) -> Vec<f64> {
        vec![1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5]
    }

    fn minima(&self) -> Vec<Minimum<f64>> {
        vec![Minimum::of_value(4.0137736293547e-2), Minimum::of_value(1.789813587)]
    }

    fn is_flat(&self) -> bool {
        true
    }
}
