//! Nonlinear conjugate gradients by Hestenes and Stiefel, β held at 0 or above.
//!
//! Source: Hestenes and Stiefel, *Methods of conjugate gradients for solving linear systems*, J. Res. NBS 49 (1952); Gilbert and Nocedal, SIAM J. Optim. 2 (1992), for β⁺.

use thalweg_core::Real;

use super::{Beta, Products, method};
use crate::entry::{Make, MinimizerEntry};

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "hestenes-stiefel",
    summary: "conjugate gradients by Hestenes and Stiefel with beta >= 0; needs gradients, memory of four vectors",
    parameters: &[],
    example: "hestenes-stiefel",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&method(Beta::HestenesStiefel), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&method(Beta::HestenesStiefel), objective, x0),
    },
};

/// β = max(0, g₁ᵀy/dᵀy), y = g₁ − g₀.
pub(super) fn beta<T: Real>(k: &Products<T>) -> T {
    (k.gy / k.dy).max(T::ZERO)
}
