//! Nonlinear conjugate gradients by Fletcher and Reeves, with Powell's restart: without it short steps breed short steps.
//!
//! Source: Fletcher and Reeves, *Function minimization by conjugate gradients*, Computer J. 7 (1964); Powell, Math. Prog. 12 (1977).

use thalweg_core::Real;

use super::{Beta, Products, method};
use crate::entry::{Make, MinimizerEntry};

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "fletcher-reeves",
    summary: "conjugate gradients by Fletcher and Reeves with restarts; needs gradients, memory of four vectors",
    parameters: &[],
    example: "fletcher-reeves",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&method(Beta::FletcherReeves), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&method(Beta::FletcherReeves), objective, x0),
    },
};

/// β = ‖g₁‖²/‖g₀‖², or 0 where successive gradients are far from orthogonal: |g₁ᵀg₀| ≥ 0.2‖g₁‖².
pub(super) fn beta<T: Real>(k: &Products<T>) -> T {
    let restart = k.gg.abs() >= T::of(0.2) * k.new_square;
    if restart { T::ZERO } else { k.new_square / k.old_square }
}
