//! Nonlinear conjugate gradients by Polak and Ribière, β held at 0 or above.
//!
//! Source: Polak and Ribière, *Note sur la convergence de méthodes de directions conjuguées*, RIRO 16 (1969); Gilbert and Nocedal, SIAM J. Optim. 2 (1992), for β⁺.

use thalweg_core::Real;

use super::{Beta, Products, method};
use crate::entry::{Make, MinimizerEntry};

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "polak-ribiere",
    summary: "conjugate gradients by Polak and Ribiere with beta >= 0; needs gradients, memory of four vectors",
    parameters: &[],
    example: "polak-ribiere",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&method(Beta::PolakRibiere), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&method(Beta::PolakRibiere), objective, x0),
    },
};

/// β = max(0, g₁ᵀy/‖g₀‖²), y = g₁ − g₀.
pub(super) fn beta<T: Real>(k: &Products<T>) -> T {
    (k.gy / k.old_square).max(T::ZERO)
}
